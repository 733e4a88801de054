"""The query that assesses a table: over the definitions, the core and the parts of the answer.

The last layer has, per row: `todo` (this row is for Python), and the parts of the answer as small
numbers. Says in SQL what engine.core.core_of and engine.assessment say of one case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import gcd

from sqlglot import exp

from engine.bulk import sql
from engine.bulk.columns import Cell
from engine.bulk.layers import Layers
from engine.bulk.numbers import NotInSql, Number, constant
from engine.bulk.render import Day, Value
from engine.bulk.sql import Sql
from engine.core import WayPlan
from engine.findings import Entry
from engine.language import tree as t
from engine.language.types import YES_NO
from engine.model import Policy

REFUSED, ELIGIBLE, DISCRETIONARY = 0, 1, 2
"""Numbers of outcomes in the query."""
_KINDS = ((14, "smallint"), (30, "integer"), (60, "bigint"))
"""So many bits fit a type; the narrow ones are quicker."""
LISTS = ("grounds", "evidence", "approvals", "escalations")


@dataclass(frozen=True)
class Parts:
    """The names of the answer's columns in the last layer."""

    amounts: Mapping[tuple[int, str], str | Mapping[int, int]]
    """(benefit, fen|min_fen|max_fen) → column, or the same in every row: tier → fen."""
    outputs: Mapping[str, str]
    denials: tuple[tuple[int, Entry], ...]
    """(level, entry) in the order of the bits of `c_denials`."""


class Query(Layers):
    """The whole query for one policy."""

    def __init__(
        self,
        policy: Policy,
        cells: Mapping[str, Cell],
        dialect: str,
        prefix: str = "~",
        below: Layers | None = None,
    ) -> None:
        super().__init__(policy, cells, dialect, prefix, below)
        self.fen: dict[tuple[int, int, str], Sql] = {}
        """(benefit, tier, fen|min_fen|max_fen) → the amount of the tier, given or not."""
        self.top = max(self.level.values(), default=1) + 1
        self.parts = self._core()

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
        given = sql.binary(exp.GT, self.column("c_outcome"), sql.whole(REFUSED))
        undecided = sql.some(
            [
                sql.unknown(self.column("c_outcome")),
                sql.every([sql.holds(given), sql.negation(sql.holds(sql.every(settled)))]),
            ]
        )
        self.add(top + 2, "c_undecided", undecided)
        outputs = self._outputs()
        self.bad += [
            sql.negation(sql.holds(sql.negation(self.truth(position))))
            for position, _ in self.machine.guards
        ]
        self.add(top + 2, "c_bad", sql.some(self.bad))
        listed = sql.binary(exp.NEQ, self.column("c_outcome"), sql.whole(REFUSED))
        opened = [self.column("c_denials_open")]
        opened.append(sql.every([sql.holds(listed), self.column("c_lists_open")]))
        todo = sql.some([self.column("c_bad"), self.column("c_undecided"), *opened])
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
                (outcome, self.column(f"c_way{number}")),
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
                        columns[key][i] = self.fen[b, i, key] = made
                        if not isinstance(made, exp.Literal):
                            settled.append(sql.some([sql.negation(here), sql.known(made)]))
                    elif key == "min_fen" and tier.mode in ("cap", "discretion"):
                        columns[key][i] = self.fen[b, i, key] = sql.whole(1)
            for key, made_of in columns.items():
                found[b, key] = self._amount(tiers[b], f"c_{b}_{key}", made_of)
        return found, settled

    def _amount(self, tier: Sql, name: str, made_of: Mapping[int, Sql]) -> str | Mapping[int, int]:
        """A column with the amount of the tier given, or the amounts by tier where all are fixed."""
        fixed = {i: int(made.this) for i, made in made_of.items() if isinstance(made, exp.Literal)}
        if len(fixed) == len(made_of):
            return fixed
        given = sql.binary(exp.GT, self.column("c_outcome"), sql.whole(REFUSED))
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
    items = list(truths)
    kind = next((kind for most, kind in _KINDS if len(items) <= most), None)
    if kind is None:
        raise NotInSql("a list of more than 60 codes")
    found: Sql = sql.cast(sql.whole(0), kind)
    for number, item in enumerate(items):
        bit = sql.cast(sql.holds(item), kind)
        term = (
            bit if not number else sql.binary(exp.Mul, bit, sql.cast(sql.whole(1 << number), kind))
        )
        found = (
            term if not number else exp.BitwiseOr(this=sql.part(found), expression=sql.part(term))
        )
    return found
