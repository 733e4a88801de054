"""The query that assesses a table: over the definitions, the core and the parts of the answer.

The last layer has, per row: `todo` (this row is for Python), and the parts of the answer as bits. Says in SQL what engine.core.core_of and engine.assessment say of one case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import gcd

from sqlglot import exp

from engine.bulk import sql, truths
from engine.bulk.columns import Cell
from engine.bulk.layers import Layers
from engine.bulk.numbers import NotInSql, Number, constant
from engine.bulk.render import Choice, Day, Value
from engine.bulk.sql import Sql
from engine.bulk.truths import Truth
from engine.core import WayPlan
from engine.findings import Entry
from engine.language import tree as t
from engine.model import Policy

REFUSED = 0
"""Among the bits of an outcome; eligible and discretionary follow."""
LISTS = ("grounds", "evidence", "approvals", "escalations")


@dataclass(frozen=True)
class Parts:
    """The names of the answer's columns in the last layer."""

    amounts: Mapping[tuple[int, str], str | Mapping[int, int]]
    """(benefit, fen|min_fen|max_fen) → column, or the same in every row: tier → fen."""
    outputs: Mapping[str, str]


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
        self.lists: dict[str, list[Sql]] = {}
        """LISTS and "denials": the bits of their entries."""
        self.denials: list[tuple[int, Entry]] = []
        """(level, entry) in the order of the bits of the denials."""
        self.parts = self._core()

    # core --------------------------------------------------------------------------------
    def flag(self, name: str) -> Sql:
        """A bit by its name, as a test of SQL."""
        return truths.is_set(self.bits[name])

    def truth(self, position: int) -> Truth:
        return self.conditions[position]

    def entry(self, entry: Entry) -> Truth:
        """Whether one of an entry's conditions holds (Kleene)."""
        return truths.some(self.truth(position) for position in entry.positions)

    def _some(self, positions: Iterable[int]) -> Truth:
        return truths.some(map(self.truth, positions))

    def _core(self) -> Parts:
        plan = self.plan
        self._decided(self.add_truth("c_refused", self._some(plan.refusals)))
        tiers = [
            self._tiers(number, position, positions)
            for number, (position, positions) in enumerate(plan.benefits)
        ]
        amounts, settled = self._amounts([bits for bits, _ in tiers])
        settled += [known for _, known in tiers]
        self._masks()
        self._denials()
        given = self.bits["c_given"]
        undecided = truths.either(
            truths.other(self.bits["c_decided"]),
            truths.both(given, truths.other(truths.both(*settled))),
        )
        self.add_bit("c_undecided", undecided)
        outputs = self._outputs()
        self.bad += [
            truths.is_set(truths.other(self.truth(position).no))
            for position, _ in self.machine.guards
        ]
        self.add_bit("c_bad", truths.flag(sql.some(self.bad)))
        listed = truths.both(given, self.bits["c_lists_open"])
        names = ("c_bad", "c_undecided", "c_denials_open")
        self.add_bit("todo", truths.either(*(self.bits[n] for n in names), listed))
        return Parts(amounts, outputs)

    def _outcome(self, way: WayPlan) -> tuple[Sql, Sql, Sql]:
        """The bits of refused, eligible and discretionary on a way; none is set where it is open."""
        pending, objective = self._some(self.plan.pending), self._some(way.objective)
        chosen = self._some(way.discretionary)
        by_choice = truths.both(chosen.yes, truths.either(objective.no, pending.yes))
        return (
            truths.both(objective.no, chosen.no),
            truths.both(objective.yes, pending.no),
            truths.either(truths.both(objective.yes, pending.yes), by_choice),
        )

    def _decided(self, refused: Truth) -> None:
        """Bits of the outcome and of the numbers of categories: the first way that holds decides, and
        no later one is asked where that is open."""
        left = refused.no
        outcomes: list[list[Sql]] = [[refused.yes], [], []]
        categories: dict[int, list[Sql]] = {}
        for number, way in enumerate(self.plan.ways):
            truth = self.truth(way.position)
            here = self.add_bit(f"c_way{number}", truths.both(left, truth.yes))
            left = truths.both(left, truth.no)
            found = self.policy.categories.index(way.category) + 1
            categories.setdefault(found, []).append(here)
            for bits, said in zip(outcomes, self._outcome(way), strict=True):
                bits.append(truths.both(here, said))
        outcomes[REFUSED].append(left)
        names = ("c_no", "c_eligible", "c_discretionary")
        made = [
            self.add_bit(name, truths.either(*bits))
            for name, bits in zip(names, outcomes, strict=True)
        ]
        self.outcomes = made[1:]
        self.add_bit("c_given", truths.either(*made[1:]))
        self.add_bit("c_decided", truths.either(*made))
        self.categories = {key: truths.either(*bits) for key, bits in categories.items()}

    def _tiers(self, number: int, given: int, tiers: Sequence[int]) -> tuple[list[Sql], Sql]:
        """A bit for each tier, set for the first that holds, and the bit of its being known which (or
        that there is none)."""
        here = self.truth(given)
        left, found = here.yes, []
        for i, position in enumerate(tiers):
            tier = self.truth(position)
            one = truths.both(left, tier.yes)
            found.append(self.add_bit(f"c_tier{number}.{i}", one))
            left = truths.both(left, tier.no)
        return found, truths.either(here.no, *found, left)

    # amounts -----------------------------------------------------------------------------
    def _amounts(
        self, tiers: Sequence[Sequence[Sql]]
    ) -> tuple[dict[tuple[int, str], str | Mapping[int, int]], list[Sql]]:
        """The amounts, and the bits of those that are given being known."""
        found: dict[tuple[int, str], str | Mapping[int, int]] = {}
        settled: list[Sql] = []
        for b, benefit in enumerate(self.policy.benefits):
            columns: dict[str, dict[int, Sql]] = {"fen": {}, "min_fen": {}, "max_fen": {}}
            for i, tier in enumerate(benefit.tiers):
                trees = {"fen": tier.amount, "min_fen": tier.low, "max_fen": tier.high}
                for key, tree in trees.items():
                    if tree is not None:
                        made = self._fen(f"a{b}_{i}_{key}", tree)
                        columns[key][i] = self.fen[b, i, key] = made
                        if not isinstance(made, exp.Literal):
                            known = truths.flag(sql.known(made))
                            settled.append(truths.either(truths.other(tiers[b][i]), known))
                    elif key == "min_fen" and tier.mode in ("cap", "discretion"):
                        columns[key][i] = self.fen[b, i, key] = sql.whole(1)
            for key, made_of in columns.items():
                found[b, key] = self._amount(tiers[b], f"c_{b}_{key}", made_of)
        return found, settled

    def _amount(
        self, tiers: Sequence[Sql], name: str, made_of: Mapping[int, Sql]
    ) -> str | Mapping[int, int]:
        """A column with the amount of the tier given, or the amounts by tier where all are fixed."""
        fixed = {i: int(made.this) for i, made in made_of.items() if isinstance(made, exp.Literal)}
        if len(fixed) == len(made_of):
            return fixed
        given = self.bits["c_given"]
        pairs = [(truths.is_set(truths.both(given, tiers[i])), made) for i, made in made_of.items()]
        self.add(name, sql.case(*pairs))
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
        return self.add(name, whole.sql)

    # lists -------------------------------------------------------------------------------
    def _masks(self) -> None:
        """The bits of the entries that hold. `c_lists_open`: one may hold always."""
        opened: list[Sql] = []
        for name in LISTS:
            entries: Sequence[Entry] = getattr(self.machine.lists, name)
            held = [self._entry(f"c_{name}.{i}", entry) for i, entry in enumerate(entries)]
            self.lists[name] = [truth.yes for truth in held]
            opened += [x.open for x, e in zip(held, entries, strict=True) if not e.plain]
        self.add_bit("c_lists_open", truths.either(*dict.fromkeys(opened)))

    def _entry(self, name: str, entry: Entry) -> Truth:
        return self.add_truth(name, self.entry(entry))

    def _denials(self) -> None:
        """The bits of every level; `c_denials_open`: one that is asked may hold."""
        opened: list[Sql] = []
        earlier: list[Sql] = []
        for level, entries in enumerate(self.machine.lists.denials):
            here = [self._entry(f"c_denial{level}.{i}", entry) for i, entry in enumerate(entries)]
            unsure = [x.open for x, e in zip(here, entries, strict=True) if not e.plain]
            before = truths.other(truths.either(*earlier))
            opened.append(truths.both(truths.either(*unsure), before))
            earlier += [truth.yes for truth in here]
            self.denials += [(level, entry) for entry in entries]
        self.lists["denials"] = earlier
        self.add_bit("c_denials_open", truths.either(*opened))

    # outputs -----------------------------------------------------------------------------
    def _outputs(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for number, output in enumerate(self.policy.outputs):
            name = f"c_out{number}"
            self.add(name, self._shown(self.names[output.definition], output.definition))
            found[output.id] = name
        return found

    def _shown(self, value: Value, definition: str) -> Sql:
        """A value as the bulk output writes it."""
        if isinstance(value, Day):
            return sql.cast(value.sql, "varchar")
        if isinstance(value, Number):
            return self._digits(value)
        if isinstance(value, Truth):
            return sql.case(
                (value.test, sql.text("yes")),
                (truths.negation(value).test, sql.text("no")),
            )
        if isinstance(value, Choice):
            return value.word
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
