"""The query that assesses a table: facts, definitions in their order, then the core.

Built as layers, each a SELECT over the one before, so that nothing is worked out twice. The last
layer has, per row: `todo` (this row is for Python), and the parts of the answer as small numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd

from sqlglot import exp

from engine.bulk import sql
from engine.bulk.columns import Cell, choice_of, dated, read, source_value, value_of
from engine.bulk.numbers import NotInSql, Number, Whole, constant
from engine.bulk.render import Day, Renderer, Value
from engine.bulk.sql import Sql
from engine.core import Plan, WayPlan
from engine.language import tree as t
from engine.language.types import YES_NO
from engine.machine import Entry, Machine
from engine.model import Policy

REFUSED, ELIGIBLE, DISCRETIONARY = 0, 1, 2
"""Numbers of outcomes in the query."""
LISTS = ("grounds", "evidence", "approvals", "escalations")
WIDE = {"duckdb": "int128", "spark": "decimal(38,0)"}


@dataclass(frozen=True)
class Parts:
    """The names of the answer's columns in the last layer."""

    amounts: Mapping[tuple[int, str], str | Mapping[int, int]]
    """(benefit, fen|min_fen|max_fen) → column, or the same in every row: tier → fen."""
    outputs: Mapping[str, str]
    denials: tuple[tuple[int, Entry], ...]
    """(level, entry) in the order of the bits of `c_denials`."""


class Query:
    """The layers for one policy over columns of given types."""

    def __init__(self, policy: Policy, cells: Mapping[str, Cell], dialect: str) -> None:
        self.policy, self.cells, self.dialect = policy, cells, dialect
        self.machine: Machine = policy.machine
        self.plan: Plan = self.machine.plan
        self.layers: list[dict[str, Sql]] = []
        self.names: dict[str, Value] = {}
        self.level: dict[str, int] = {}
        self.bad: list[Sql] = []
        self.renderer = Renderer(self.names, WIDE[dialect])
        self.conditions: dict[int, Sql] = {}
        self._facts()
        self._parameters()
        self._definitions()
        self.top = max(self.level.values(), default=1) + 1
        self.parts = self._core()

    # layers ------------------------------------------------------------------------------
    def add(self, level: int, name: str, item: Sql) -> Sql:
        """A column of a layer; the columns of earlier layers stay."""
        while len(self.layers) <= level:
            self.layers.append({})
        self.layers[level][name] = item
        return sql.column(name)

    def select(self, source: exp.Query | exp.Table) -> exp.Select:
        """The last layer over a source that has the cells' columns."""
        found: exp.Query | exp.Table = source
        for number, layer in enumerate(self.layers):
            if layer:
                inner = found.subquery(f"s{number}") if isinstance(found, exp.Query) else found
                made = [exp.alias_(item, name, quoted=True) for name, item in layer.items()]
                found = exp.select(exp.Star(), *made).from_(inner, copy=False)
        if not isinstance(found, exp.Select):
            raise NotInSql("nothing to select")
        return found

    # facts -------------------------------------------------------------------------------
    def _facts(self) -> None:
        """Layer 0 reads the cells; layer 1 looks up what is absent and gathers what is bad."""
        read_as: dict[str, Sql] = {}
        for i, (name, fact) in enumerate(self.policy.facts.items()):
            cell = self.cells.get(name)
            if cell is None:
                kind = {"yes_no": "boolean", "date": "date"}.get(fact.type)
                numeric = fact.type in ("integer", "money", "number")
                nothing = sql.cast(sql.null(), kind or ("bigint" if numeric else "varchar"))
                read_as[name] = nothing
                continue
            made = read(fact, cell)
            read_as[name] = made.sql
            if not isinstance(made.sql, exp.Column):
                read_as[name] = self.add(0, f"f{i}", made.sql)
            if made.bad is None:
                self.bad.append(sql.every([cell.given, sql.unknown(read_as[name])]))
        for name, fact in self.policy.facts.items():
            self.names[name] = value_of(fact, read_as[name])
            self.level[name] = 1
        self._required(read_as)
        for fact, source in self.machine.sourced:
            self._looked_up(
                fact.name, read_as[fact.name], source_value(self.policy, fact, source, self.names)
            )

    def _required(self, read_as: Mapping[str, Sql]) -> None:
        for name in self.machine.required:
            self.bad.append(sql.unknown(read_as[name]))
        low, high = self.policy.in_force_from, self.policy.in_force_to
        on = self.names[self.policy.pick_by]
        if not isinstance(on, Day):
            raise NotInSql("no date to pick by")
        if low is not None:
            self.bad.append(sql.holds(sql.binary(exp.LT, on.sql, sql.day(low))))
            on = Day(on.sql, max(on.low, low.toordinal()), on.high)
        if high is not None:
            self.bad.append(sql.holds(sql.binary(exp.GT, on.sql, sql.day(high))))
            on = Day(on.sql, on.low, min(on.high, high.toordinal()))
        if on.low > on.high:
            raise NotInSql("no date is in force")
        self.names[self.policy.pick_by] = on

    def _looked_up(self, name: str, own: Sql, source: tuple[Value, Sql]) -> None:
        found, gone = source
        fact, declared = self.policy.facts[name], self.names[name]
        if not isinstance(found, Number) or not isinstance(declared, Number):
            raise NotInSql(f"a source of {name} that is no number")
        scale = declared.bottom.low
        if found.bottom.constant is None or scale % found.bottom.constant:
            raise NotInSql(f"a source of {name} with more decimals")
        top = self.renderer.math.times(found.top, constant(scale // found.bottom.constant))
        cell = self.cells.get(name)
        absent = sql.truth(True) if cell is None else cell.absent
        self.bad.append(sql.every([absent, sql.holds(gone)]))
        if cell is None:
            made = top.sql
        elif cell.blank:
            made = sql.case((absent, top.sql), other=own)
        else:
            return
        span = (min(top.low, declared.top.low), max(top.high, declared.top.high))
        place = self.add(1, f"l{name}", made) if not isinstance(made, exp.Literal) else made
        self.names[name] = value_of(fact, place, span)

    def _parameters(self) -> None:
        on = self.names[self.policy.pick_by]
        if not isinstance(on, Day):
            raise NotInSql("no date to pick by")
        for name in self.machine.parameters:
            parameter = self.policy.parameters[name]
            choice = choice_of(self.policy, parameter.by, parameter, self.names)
            found = dated(parameter, on, choice, Fraction(1), False)
            self.bad.append(sql.holds(found.gone))
            value = found.value
            if not value.top.fixed:
                place = self.add(1, f"p{name}", value.top.sql)
                value = Number(Whole(place, value.top.low, value.top.high), value.bottom)
            self.names[name] = value
            self.level[name] = 1

    # definitions -------------------------------------------------------------------------
    def _definitions(self) -> None:
        """Each in the layer after those that it uses; what is only another name gets no column."""
        for i, definition in enumerate(self.policy.definitions):
            value = self.renderer.value(definition.tree)
            level = 1 + max((self.level[n] for n in t.refs(definition.tree)), default=1)
            self.names[definition.name], self.level[definition.name] = self._placed(i, value, level)
            if definition.tree.type == YES_NO:
                made = self.names[definition.name]
                if isinstance(made, (Number, Day)):
                    raise NotInSql(f"{definition.name} as a condition")
                self.conditions[self.plan.names[definition.name]] = made

    def _placed(self, number: int, value: Value, level: int) -> tuple[Value, int]:
        if isinstance(value, Number):
            top = self._whole(f"d{number}", value.top, level)
            return Number(top, self._whole(f"d{number}b", value.bottom, level)), level
        if isinstance(value, Day):
            return Day(self.add(level, f"d{number}", value.sql), value.low, value.high), level
        if isinstance(value, (exp.Column, exp.Boolean)):
            return value, level - 1
        return self.add(level, f"d{number}", value), level

    def _whole(self, name: str, item: Whole, level: int) -> Whole:
        if item.fixed:
            return item
        return Whole(self.add(level, name, item.sql), item.low, item.high, item.wide)

    # core --------------------------------------------------------------------------------
    def truth(self, position: int) -> Sql:
        return self.conditions[position].copy()

    def entry(self, entry: Entry) -> Sql:
        """Whether one of an entry's conditions holds (Kleene)."""
        return sql.some(self.truth(position) for position in entry.positions)

    def _core(self) -> Parts:
        top, plan = self.top, self.plan
        refused = self.add(top, "c_refused", sql.some(map(self.truth, plan.refusals)))
        for number, way in enumerate(plan.ways):
            self.add(top, f"c_way{number}", self._outcome(way))
        tiers = [
            self.add(top, f"c_tier{number}", self._tier(position, positions))
            for number, (position, positions) in enumerate(plan.benefits)
        ]
        outcome, category = self._decided(refused)
        self.add(top + 1, "c_outcome", outcome)
        self.add(top + 1, "c_category", category)
        amounts, settled = self._amounts(tiers)
        self._masks()
        denials = self._denials()
        given = sql.binary(exp.GT, sql.column("c_outcome"), sql.whole(REFUSED))
        undecided = sql.some(
            [
                sql.unknown(sql.column("c_outcome")),
                sql.every([sql.holds(given), sql.negation(sql.holds(sql.every(settled)))]),
            ]
        )
        self.add(top + 2, "c_undecided", undecided)
        outputs = self._outputs()
        self.add(top + 2, "c_bad", sql.some(self.bad))
        listed = sql.binary(exp.NEQ, sql.column("c_outcome"), sql.whole(REFUSED))
        opened = [sql.column("c_denials_open")]
        opened.append(sql.every([sql.holds(listed), sql.column("c_lists_open")]))
        todo = sql.some([sql.column("c_bad"), sql.column("c_undecided"), *opened])
        self.add(top + 3, "todo", todo)
        return Parts(amounts, outputs, denials)

    def _outcome(self, way: WayPlan) -> Sql:
        pending = sql.some(map(self.truth, self.plan.pending))
        objective = sql.some(map(self.truth, way.objective))
        chosen = sql.some(map(self.truth, way.discretionary))
        none = sql.every([sql.negation(objective), sql.negation(chosen)])
        by_choice = sql.every([chosen, sql.some([sql.negation(objective), pending])])
        return sql.case(
            (sql.holds(none), sql.whole(REFUSED)),
            (sql.holds(sql.every([objective, pending])), sql.whole(DISCRETIONARY)),
            (sql.holds(sql.every([objective, sql.negation(pending)])), sql.whole(ELIGIBLE)),
            (sql.holds(by_choice), sql.whole(DISCRETIONARY)),
        )

    def _decided(self, refused: Sql) -> tuple[Sql, Sql]:
        """The outcome and the number of the category; NULL where they are open."""
        outcome: list[tuple[Sql, Sql]] = [
            (sql.holds(refused), sql.whole(REFUSED)),
            (sql.unknown(refused), sql.null()),
        ]
        category = list(outcome)
        for number, way in enumerate(self.plan.ways):
            here = self.truth(way.position)
            found = self.policy.categories.index(way.category) + 1
            for pairs, value in (
                (outcome, sql.column(f"c_way{number}")),
                (category, sql.whole(found)),
            ):
                pairs.append((sql.unknown(here), sql.null()))
                pairs.append((here, value))
        none = sql.whole(REFUSED)
        return sql.case(*outcome, other=none), sql.case(*category, other=none)

    def _tier(self, given: int, tiers: Sequence[int]) -> Sql:
        """The number of the first tier that holds, -1 for none, NULL where that is open."""
        here = self.truth(given)
        pairs = [(sql.unknown(here), sql.null()), (sql.negation(here), sql.whole(-1))]
        for number, position in enumerate(tiers):
            tier = self.truth(position)
            if isinstance(tier, exp.Boolean):
                if tier.this:
                    return sql.case(*pairs, other=sql.whole(number))
                continue
            pairs += [(sql.unknown(tier), sql.null()), (tier, sql.whole(number))]
        return sql.case(*pairs, other=sql.whole(-1))

    # amounts -----------------------------------------------------------------------------
    def _amounts(
        self, tiers: Sequence[Sql]
    ) -> tuple[dict[tuple[int, str], str | Mapping[int, int]], list[Sql]]:
        """The amounts, and that every benefit's tier and amounts are known."""
        found: dict[tuple[int, str], str | Mapping[int, int]] = {}
        settled = [sql.known(tier) for tier in tiers]
        for b, benefit in enumerate(self.policy.benefits):
            columns: dict[str, dict[int, Sql]] = {"fen": {}, "min_fen": {}, "max_fen": {}}
            for i, tier in enumerate(benefit.tiers):
                here = sql.holds(sql.binary(exp.EQ, tiers[b].copy(), sql.whole(i)))
                trees = {"fen": tier.amount, "min_fen": tier.low, "max_fen": tier.high}
                for key, tree in trees.items():
                    if tree is not None:
                        made = self._fen(f"a{b}_{i}_{key}", tree)
                        columns[key][i] = made
                        if not isinstance(made, exp.Literal):
                            settled.append(sql.some([sql.negation(here), sql.known(made)]))
                    elif key == "min_fen" and tier.mode in ("cap", "discretion"):
                        columns[key][i] = sql.whole(1)
            for key, made_of in columns.items():
                found[b, key] = self._amount(tiers[b], f"c_{b}_{key}", made_of)
        return found, settled

    def _amount(self, tier: Sql, name: str, made_of: Mapping[int, Sql]) -> str | Mapping[int, int]:
        """A column with the amount of the tier given, or the amounts by tier where all are fixed."""
        fixed = {i: int(made.this) for i, made in made_of.items() if isinstance(made, exp.Literal)}
        if len(fixed) == len(made_of):
            return fixed
        given = sql.binary(exp.GT, sql.column("c_outcome"), sql.whole(REFUSED))
        pairs = [
            (
                sql.holds(sql.every([given.copy(), sql.binary(exp.EQ, tier.copy(), sql.whole(i))])),
                made,
            )
            for i, made in made_of.items()
        ]
        self.add(self.top + 2, name, sql.case(*pairs))
        return name

    def _fen(self, name: str, tree: t.Tree) -> Sql:
        """An amount in fen; where it is no whole number of fen the row goes to Python."""
        math, number = self.renderer.math, self.renderer.number(tree)
        shared = gcd(100, number.bottom.constant or 1)
        top = math.times(number.top, constant(100 // shared))
        bottom = number.bottom
        if bottom.constant is not None:
            bottom = constant(bottom.constant // shared)
        if top.constant is not None and bottom.constant is not None:
            if top.constant % bottom.constant:
                self.bad.append(sql.truth(True))
            return sql.whole(top.constant // bottom.constant)
        if bottom.constant != 1:
            rest = sql.binary(exp.Mod, top.sql, bottom.sql)
            self.bad.append(sql.holds(sql.binary(exp.NEQ, rest, sql.whole(0))))
        whole = math.floor(top, bottom)
        if whole.wide:
            raise NotInSql("an amount beyond 64 bits")
        return self.add(self.top, name, whole.sql)

    # lists -------------------------------------------------------------------------------
    def _masks(self) -> None:
        """`c_LIST`: the bits of the entries that hold. `c_lists_open`: one may hold always."""
        opened: list[Sql] = []
        for name in LISTS:
            entries: Sequence[Entry] = getattr(self.machine.lists, name)
            truths = [self.entry(entry) for entry in entries]
            self.add(self.top, f"c_{name}", bits(truths))
            opened += [sql.unknown(x) for x, e in zip(truths, entries, strict=True) if not e.plain]
        self.add(self.top, "c_lists_open", sql.some(opened))

    def _denials(self) -> tuple[tuple[int, Entry], ...]:
        """`c_denials`: the bits of every level; `c_denials_open`: one that is asked may hold."""
        truths: list[Sql] = []
        order: list[tuple[int, Entry]] = []
        opened: list[Sql] = []
        earlier: list[Sql] = []
        for level, entries in enumerate(self.machine.lists.denials):
            here = [self.entry(entry) for entry in entries]
            unsure = [sql.unknown(x) for x, e in zip(here, entries, strict=True) if not e.plain]
            if unsure:
                before = sql.negation(sql.holds(sql.some(item.copy() for item in earlier)))
                opened.append(sql.every([sql.some(unsure), before]))
            truths += here
            earlier += here
            order += [(level, entry) for entry in entries]
        self.add(self.top, "c_denials", bits(truths))
        self.add(self.top, "c_denials_open", sql.some(opened))
        return tuple(order)

    # outputs -----------------------------------------------------------------------------
    def _outputs(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for number, output in enumerate(self.policy.outputs):
            name = f"c_out{number}"
            self.add(
                self.top + 1, name, self._shown(self.names[output.definition], output.definition)
            )
            found[output.id] = name
        return found

    def _shown(self, value: Value, definition: str) -> Sql:
        """A value as the bulk output writes it."""
        if isinstance(value, Day):
            return sql.cast(value.sql, "varchar")
        if isinstance(value, Number):
            return self._digits(value)
        if self.policy.trees[definition].type == YES_NO:
            return sql.case(
                (sql.holds(value), sql.text("yes")),
                (sql.holds(sql.negation(value)), sql.text("no")),
            )
        if self.policy.trees[definition].type.kind == "set":
            raise NotInSql("an output that is a set")
        return value

    def _digits(self, value: Number) -> Sql:
        """A whole number in digits; any other goes to Python."""
        if value.bottom.constant == 1:
            return sql.cast(value.top.sql, "varchar")
        rest = sql.binary(exp.Mod, value.top.sql, value.bottom.sql)
        self.bad.append(sql.holds(sql.binary(exp.NEQ, rest, sql.whole(0))))
        return sql.cast(self.renderer.math.floor(value.top, value.bottom).sql, "varchar")


def bits(truths: Iterable[Sql]) -> Sql:
    """A whole number with bit i set where the i-th truth definitely holds."""
    found: Sql = sql.whole(0)
    for number, item in enumerate(truths):
        if number > 60:
            raise NotInSql("a list of more than 60 codes")
        bit = sql.cast(sql.holds(item), "bigint")
        term = bit if number == 0 else sql.binary(exp.Mul, bit, sql.whole(1 << number))
        found = term if number == 0 else exp.Add(this=found, expression=sql.part(term))
    return found
