"""Where a comparison turns as one fact moves along its range, all others being settled.

Comparisons need not be linear: between the turns of the conditions inside it a comparison is
followed as long as it only rises or only falls, and its own turns are found by halving.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from engine.affine import Rests, units_of, value_of
from engine.language import tree as t
from engine.language.types import INTEGER
from engine.model import Fact
from engine.reference import Reference
from engine.shadow import evaluator

_MOST = 60
_ZERO = t.Const(Fraction(0), INTEGER, (0, 0))
_RISES_WITH_FIRST = ("year", "end_of_year", "start_of_month")
_BETWEEN = ("days_between", "months_between", "years_between")


class Turns:
    """Finds turns for one policy; compiled comparisons are kept."""

    def __init__(self, rests: Rests, slots: Mapping[str, int]) -> None:
        self.rests, self.slots = rests, slots
        self._made: dict[tuple[int, int], Callable[[Sequence[Any]], tuple[Any, ...]]] = {}

    def of(
        self, left: t.Tree, right: t.Tree, fact: Fact, settled: Sequence[Any]
    ) -> set[int] | None:
        """The steps of the fact (fen, days, ones) at which the comparison may become another than
        one step before; None where that cannot be told."""
        return _Walk(self, fact, settled).turns(left, right)

    def pieces(
        self, trees: Sequence[t.Tree], fact: Fact, settled: Sequence[Any]
    ) -> set[int] | None:
        """The first and last step of each piece of the fact's range in which no condition of these
        trees changes and each number only rises or only falls; None where that cannot be told."""
        walk = _Walk(self, fact, settled)
        starts = {walk.low}
        for tree in trees:
            pairs = list(walk.inside(tree))
            if tree.type.is_numeric:
                pairs.append((tree, _ZERO))
            for left, right in pairs:
                found = walk.turns(left, right)
                if found is None:
                    return None
                starts |= found
        ends = {start - 1 for start in starts if start > walk.low} | {walk.high}
        return starts | ends

    def sides(self, left: t.Tree, right: t.Tree) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
        key = (id(left), id(right))
        if key not in self._made:
            self.rests.of(left), self.rests.of(right)  # keeps the trees, so their ids stay theirs
            self._made[key] = evaluator(self.slots, self.rests.trees, [left, right], only=True)
        return self._made[key]


class _Walk:
    def __init__(self, shared: Turns, fact: Fact, settled: Sequence[Any]) -> None:
        self.shared, self.fact, self.slots = shared, fact, list(settled)
        self.rests = shared.rests
        self.place = shared.slots[fact.name]
        self.low, self.high = units_of(fact, fact.low), units_of(fact, fact.high)

    def at(self, units: int) -> list[Any]:
        self.slots[self.place] = value_of(self.fact, units)
        return self.slots

    def turns(self, left: t.Tree, right: t.Tree) -> set[int] | None:
        found: set[int] = set()
        for one, two in self.inside(left, right):
            inner = self.turns(one, two)
            if inner is None:
                return None
            found |= inner
        starts = [self.low, *sorted(u for u in found if self.low < u <= self.high)]
        if len(starts) > _MOST:
            return None
        sides = self.shared.sides(left, right)
        for start, end in zip(starts, [*(u - 1 for u in starts[1:]), self.high], strict=True):
            own = self._in_piece(left, right, sides, start, end)
            if own is None:
                return None
            found |= own
        return found

    def inside(self, *trees: t.Tree) -> Iterator[tuple[t.Tree, t.Tree]]:
        """The comparisons in the conditions of these trees that rest on the fact."""
        todo, seen = list(trees), set[str]()
        while todo:
            for node in t.walk(todo.pop()):
                if isinstance(node, t.Ref) and node.name in self.rests.trees:
                    if node.name not in seen and self.rests.on(node, self.fact.name):
                        seen.add(node.name)
                        todo.append(self.rests.trees[node.name])
                elif isinstance(node, t.Compare) and self.rests.on(node, self.fact.name):
                    if node.left.type.kind not in ("choice", "text"):
                        yield node.left, node.right
                elif (
                    isinstance(node, t.OneOf)
                    and self.rests.on(node, self.fact.name)
                    and node.item.type.kind not in ("choice", "text")
                ):
                    yield from ((node.item, const) for const in node.values)

    def _in_piece(
        self,
        left: t.Tree,
        right: t.Tree,
        sides: Callable[[Sequence[Any]], tuple[Any, ...]],
        start: int,
        end: int,
    ) -> set[int] | None:
        """The turns within a piece in which the conditions inside do not change."""
        if start == end:
            return set()
        values = dict(zip(self.shared.slots, self.at(start), strict=True))
        way = _Way(self.rests, Reference(values, self.rests.trees), self.fact.name)
        one, two = way.of(left), way.of(right)
        if one is None or two is None or one * two > 0:
            return None
        found: set[int] = set()
        sign, last = self._sign(sides, start), self._sign(sides, end)
        while sign != last:
            low, high = start, end  # the sign at low is `sign`, at high it is not
            while high - low > 1:
                middle = (low + high) // 2
                if self._sign(sides, middle) == sign:
                    low = middle
                else:
                    high = middle
            found.add(high)
            start, sign = high, self._sign(sides, high)
        return found

    def _sign(self, sides: Callable[[Sequence[Any]], tuple[Any, ...]], units: int) -> int:
        one, two = sides(self.at(units))
        return int(one > two) - int(one < two)


class _Way:
    """Whether a number or date rises (1), falls (-1) or stays (0) with a fact, near one point."""

    def __init__(self, rests: Rests, reference: Reference, name: str) -> None:
        self.rests, self.reference, self.name = rests, reference, name

    def of(self, tree: t.Tree) -> int | None:
        if not self.rests.on(tree, self.name):
            return 0
        if isinstance(tree, t.Ref):
            return 1 if tree.name == self.name else self.of(self.rests.trees[tree.name])
        if isinstance(tree, t.If):
            test = self.reference.value(tree.test)
            return None if test is None else self.of(tree.then if test else tree.other)
        if isinstance(tree, t.Arith):
            return self._arith(tree)
        if isinstance(tree, t.Call):
            return self._call(tree)
        return None

    def _arith(self, tree: t.Arith) -> int | None:
        one, two = self.of(tree.left), self.of(tree.right)
        if one is None or two is None:
            return None
        if tree.op in "+-":
            return _joined([one, two if tree.op == "+" else -two])
        if two and (one or tree.op == "/"):
            return None
        factor = self.reference.value(tree.right if one else tree.left)
        if not isinstance(factor, Fraction):
            return None
        sign: int = (factor > 0) - (factor < 0)
        return (one or two) * sign

    def _call(self, tree: t.Call) -> int | None:
        ways = [self.of(arg) for arg in tree.args]
        known = [way for way in ways if way is not None]
        if len(known) < len(ways):
            return None
        if tree.name in _BETWEEN:
            return _joined([-known[0], known[1]])
        if tree.name in ("min", "max", "add_days", "add_months"):
            return _joined(known)
        if tree.name in _RISES_WITH_FIRST or tree.name.startswith("round"):
            return known[0]
        return None


def _joined(ways: Sequence[int]) -> int | None:
    moving = {way for way in ways if way}
    if len(moving) > 1:
        return None
    return moving.pop() if moving else 0
