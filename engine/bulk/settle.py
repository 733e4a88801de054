"""What all completions of the unknown facts agree on, in SQL, for the rows that logic leaves open.

The policy's core is a decision diagram over properties (engine.core, engine.unknowns). Where the
unknown properties do not hang together, its leaves that a row can reach are exactly those that
completions reach: each property may take the values that the ranges of its unknown facts allow,
found at the corners of the ranges since it is linear in each. Where they do hang together, or are
not linear, the row is `hard` and Python answers. Which facts are missing is worked out by Python.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from itertools import product

from sqlglot import exp

from engine.atoms import Property
from engine.bulk import sql, truths
from engine.bulk.columns import steps_of
from engine.bulk.layers import WIDE
from engine.bulk.numbers import NotInSql, Number, Whole
from engine.bulk.query import Query
from engine.bulk.render import Choice, Day, Renderer, Value
from engine.bulk.sql import Sql
from engine.bulk.truths import Truth
from engine.core import Core
from engine.diagram import TooManyNodes
from engine.findings import Entry
from engine.language import tree as t
from engine.model import Fact

_MOST_LEAVES = 60
_STEPWISE = ("integer", "money", "date")
_MOST_OPEN = 7
"""Unknown comparisons in one row; with more, the solver stops trying combinations."""


class Settle:
    """Adds to a query, per row: `s_hard`, the reached leaves as bits (`s_leaves`)."""

    def __init__(self, query: Query) -> None:
        self.query, self.policy = query, query.policy
        self.unknowns = query.machine.unknowns
        solver = self.unknowns.solver
        if solver is None:
            raise NotInSql("too large a diagram")
        self.solver, self.diagram = solver, solver.diagram
        self.possible: dict[int, list[Sql]] = {}
        self.hard: list[Sql] = []
        self.open: list[Sql] = []
        self.shared: dict[str, int] = {}
        self._reach: dict[int, Sql] = {}
        self.cores: list[Core] = []
        self.leaf_bits: dict[int, int] = {self.diagram.no: 1, self.diagram.yes: 2}
        self._leaves()

    def _leaves(self) -> None:
        todo, seen = [self.solver.root], {self.solver.root}
        while todo:
            index, children = self.diagram.nodes[node := todo.pop()]
            value = self.diagram.values.get(node)
            if index < 0 and isinstance(value, tuple):
                outcome, category, given = value
                self.leaf_bits[node] = 1 << len(self.cores)
                self.cores.append((str(outcome), str(category), given))
            todo += [child for child in children if child not in seen]
            seen.update(children)
        if len(self.cores) > _MOST_LEAVES:
            raise NotInSql("too many answers")
        for benefit in self.policy.benefits:
            said = [(tier.mode, tier.rule.clause) for tier in benefit.tiers]
            if len(set(said)) < len(said):
                raise NotInSql("two tiers that may be one answer")

    # reach -------------------------------------------------------------------------------
    def leaves(self) -> Sql:
        """The leaves that completions reach."""
        return self._reached(self.solver.root)

    def always(self, entry: Entry) -> Sql:
        """Whether an entry's condition holds in every completion."""
        try:
            root = self.unknowns.conditions.of(entry.tree)
        except TooManyNodes:
            raise NotInSql("too large a diagram") from None
        reached = self._reached(root)
        return sql.binary(exp.EQ, reached, sql.whole(self.leaf_bits[self.diagram.yes]))

    def _reached(self, node: int) -> Sql:
        """The bits of the leaves that are reached below a node."""
        found = self._reach.get(node)
        if found is not None:
            return found
        index, children = self.diagram.nodes[node]
        if index < 0:
            found = sql.whole(self.leaf_bits[node])
        else:
            below = {child: self._reached(child) for child in dict.fromkeys(children)}
            flags = self._flags(index)
            parts = []
            for child, reached in below.items():
                where = _overlaid(
                    [flag for flag, own in zip(flags, children, strict=True) if own == child]
                )
                parts.append(exp.BitwiseAnd(this=sql.part(where), expression=sql.part(reached)))
            found = self.query.add(f"n{node}", _overlaid(parts))
        self._reach[node] = found
        return found

    # properties --------------------------------------------------------------------------
    def _flags(self, index: int) -> list[Sql]:
        """For each value of a property whether it may take it: all bits of a number or none."""
        if index not in self.possible:
            item = self.unknowns.atoms.properties[index]
            flags = [
                exp.Neg(this=sql.part(sql.cast(bit, "bigint"))) for bit in self._possible(item)
            ]
            self.possible[index] = [
                self.query.add(f"v{index}_{i}", flag) for i, flag in enumerate(flags)
            ]
            for name in self.unknowns.depends[index]:
                self.shared[name] = self.shared.get(name, 0) + 1
        return self.possible[index]

    def _possible(self, item: Property) -> list[Sql]:
        """A bit for each value."""
        renderer = self.query.renderer
        free = isinstance(item.tree, t.Ref) and item.tree.name in self.policy.facts
        if item.kind == "choice":
            self._refuse(not free, sql.unknown(renderer.word(item.tree)))
            return [
                truths.other(renderer.chosen(item.tree, choice).no)
                for choice in item.tree.type.choices
            ]
        if item.kind == "sign" and isinstance(item.tree, t.Compare):
            return self._signs(item, item.tree)
        truth = renderer.truth(item.tree)
        self._refuse(not (free and item.kind == "fact"), truths.is_set(truth.open))
        return [truths.other(truth.yes), truths.other(truth.no)]

    def _refuse(self, test: bool, item: Sql) -> None:
        if test:
            self.hard.append(item)

    def _signs(self, item: Property, tree: t.Compare) -> list[Sql]:
        """Whether the left side may be less, equal, more: at the corners of the unknown facts."""
        facts = [self.policy.facts.get(name) for name in sorted(self.unknowns.depends[item.index])]
        numbers = [fact for fact in facts if fact is not None]
        fixed = all(
            fact is not None or self._is_fixed(name)
            for fact, name in zip(facts, sorted(self.unknowns.depends[item.index]), strict=True)
        )
        classes = self.unknowns.classes[item.index]
        linear = {fact.name for fact in numbers} <= self.unknowns.linear[item.index]
        alone = classes[1] in (classes[0], classes[2]) and classes[0] != classes[2]
        if not (fixed and linear and len(numbers) <= 4 and (alone or self._is_stepwise(tree))):
            known = [
                self.query.renderer.truth(t.Compare(op, tree.left, tree.right, tree.span))
                for op in ("<", "=", ">")
            ]
            self.hard.append(truths.is_set(known[0].open))
            return [truths.other(truth.no) for truth in known]
        self.open.append(sql.unknown(self.query.renderer.compare(tree)))
        corners = [
            self._corner(tree, numbers, ends) for ends in product((0, 1), repeat=len(numbers))
        ]

        def some(*ops: str) -> Sql:
            return truths.either(*(corner(op).yes for corner in corners for op in ops))

        less, more = some("<"), some(">")
        if classes == (0, 0, 0):
            return [truths.bit(True)] * 3
        if classes[1] == classes[0]:
            return [some("<="), some("<="), more]
        if classes[1] == classes[2]:
            return [less, some(">="), some(">=")]
        equal = truths.both(some("<="), some(">="))
        if classes[0] == classes[2]:
            return [some("!="), equal, some("!=")]
        return [less, equal, more]

    def _is_stepwise(self, tree: t.Compare) -> bool:
        """Two facts of one kind: their difference goes through every whole step."""
        facts = [
            self.policy.facts.get(s.name) for s in (tree.left, tree.right) if isinstance(s, t.Ref)
        ]
        kinds = [fact.type for fact in facts if fact is not None]
        return len(kinds) == 2 and kinds[0] == kinds[1] and kinds[0] in _STEPWISE

    def _is_fixed(self, name: str) -> bool:
        parameter = self.policy.parameters.get(name)
        return parameter is not None and parameter.by is None

    def _corner(
        self, tree: t.Compare, facts: Sequence[Fact], ends: Sequence[int]
    ) -> Callable[[str], Truth]:
        """The comparison with each unknown fact at one end of its range."""
        names = dict(self.query.names)
        for fact, end in zip(facts, ends, strict=True):
            names[fact.name] = _at_end(fact, names[fact.name], end)
        renderer = _Inlined(names, self.query.machine.trees, self.query)

        def compared(op: str) -> Truth:
            return renderer.truth(t.Compare(op, tree.left, tree.right, tree.span))

        return compared

    # the row -----------------------------------------------------------------------------
    def finish(self, extra: Iterable[Sql] = ()) -> Sql:
        """`s_hard`: the row is for Python. To be asked after everything else."""
        for name, count in self.shared.items():
            if count > 1 and name in self.policy.facts:
                self.hard.append(_unknown(self.query.names[name]))
        if len(self.open) > _MOST_OPEN:
            total: Sql = sql.whole(0)
            for item in self.open:
                total = exp.Add(this=total, expression=sql.cast(sql.part(item), "bigint"))
            self.hard.append(sql.binary(exp.GT, total, sql.whole(_MOST_OPEN)))
        return sql.holds(sql.some([*self.hard, *extra]))

    def agreed(self, leaves: Sql, of: Callable[[Core], object]) -> list[tuple[Sql, object]]:
        """For each value that all reached leaves may share, the test that they do."""
        values = dict.fromkeys(of(core) for core in self.cores)
        found = []
        for value in values:
            others = sum(1 << i for i, core in enumerate(self.cores) if of(core) != value)
            both = sql.binary(exp.BitwiseAnd, leaves.copy(), sql.whole(others))
            found.append((sql.binary(exp.EQ, both, sql.whole(0)), value))
        return found

    def touches(self, leaves: Sql, test: Callable[[Core], bool]) -> Sql:
        """Whether some reached leaf is such."""
        bits = sum(1 << i for i, core in enumerate(self.cores) if test(core))
        both = sql.binary(exp.BitwiseAnd, leaves.copy(), sql.whole(bits))
        return sql.binary(exp.NEQ, both, sql.whole(0))


class _Inlined(Renderer):
    """Writes definitions out, so that their facts can be set to the ends of their ranges."""

    def __init__(
        self, names: Mapping[str, Value], trees: Mapping[str, t.Tree], query: Query
    ) -> None:
        super().__init__(names, WIDE[query.dialect], query.keep)
        self.trees = trees

    def number(self, tree: t.Tree) -> Number:
        if isinstance(tree, t.Ref) and tree.name in self.trees:
            return self.number(self.trees[tree.name])
        return super().number(tree)

    def day(self, tree: t.Tree) -> Day:
        if isinstance(tree, t.Ref) and tree.name in self.trees:
            return self.day(self.trees[tree.name])
        return super().day(tree)


def _at_end(fact: Fact, value: Value, end: int) -> Value:
    """A fact's column, with one end of its declared range where it is unknown."""
    if isinstance(value, Day) and fact.low is not None and fact.high is not None:
        limit = (fact.low, fact.high)[end]
        if not isinstance(limit, date):
            raise NotInSql(f"{fact.name} has no range")
        return Day(_either(value.sql, sql.day(limit)), value.low, value.high)
    if not isinstance(value, Number):
        raise NotInSql(f"{fact.name} as a number")
    top = value.top
    limits = steps_of(fact)
    made = Whole(
        _either(top.sql, sql.whole(limits[end])),
        min(top.low, limits[0]),
        max(top.high, limits[1]),
        top.wide,
    )
    return Number(made, value.bottom)


def _either(item: Sql, other: Sql) -> Sql:
    return exp.Coalesce(this=item, expressions=[other])


def _overlaid(items: Sequence[Sql]) -> Sql:
    """Their bits together."""
    found = items[0]
    for item in items[1:]:
        found = exp.BitwiseOr(this=sql.part(found), expression=sql.part(item))
    return found


def _unknown(value: Value) -> Sql:
    """A test of SQL."""
    if isinstance(value, (Truth, Choice)):
        return truths.is_set(value.open)
    if isinstance(value, Number):
        return sql.unknown(value.top.sql)
    return sql.unknown(value.sql if isinstance(value, Day) else value)
