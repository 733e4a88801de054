"""One comparison of a difference that is linear in each unknown number: answers without trying
every combination.

Such a difference takes its least and greatest value at corners of the ranges, and along each axis
changes sign at most once. Rows around those changes, with the other facts at corners, show which
facts can alone turn the comparison; where they show everything possible the answer is complete.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from itertools import product
from math import floor
from typing import Any

from engine.language import tree as t
from engine.model import Fact

UNITS = {"money": 100, "number": 1_000_000}
_MOST_FACTS = 4
Row = tuple[Any, ...]
Difference = Callable[[Row], Fraction]


def linear_in(tree: t.Tree, name: str, trees: Mapping[str, t.Tree]) -> bool:
    """Whether a number or date is linear in one name, whatever the others are."""
    if isinstance(tree, t.Ref):
        return tree.name not in trees or linear_in(trees[tree.name], name, trees)
    if not depends(tree, name, trees):
        return True
    if not isinstance(tree, t.Arith):
        return False
    if not (linear_in(tree.left, name, trees) and linear_in(tree.right, name, trees)):
        return False
    if tree.op == "*":
        return not (depends(tree.left, name, trees) and depends(tree.right, name, trees))
    return tree.op != "/" or not depends(tree.right, name, trees)


def depends(tree: t.Tree, name: str, trees: Mapping[str, t.Tree]) -> bool:
    """Whether a tree rests on a name, through definitions too."""
    return any(
        isinstance(node, t.Ref)
        and (node.name == name or (node.name in trees and depends(trees[node.name], name, trees)))
        for node in t.walk(tree)
    )


class Rests:
    """On which names trees rest, through definitions too; worked out once per tree."""

    def __init__(self, trees: Mapping[str, t.Tree]) -> None:
        self.trees = trees
        self._done: dict[int, tuple[t.Tree, frozenset[str]]] = {}

    def of(self, tree: t.Tree) -> frozenset[str]:
        known = self._done.get(id(tree))
        if known is None:
            found: frozenset[str] = frozenset()
            if isinstance(tree, t.Ref):
                found = frozenset((tree.name,))
                if tree.name in self.trees:
                    found |= self.of(self.trees[tree.name])
            for child in t.children(tree):
                found |= self.of(child)
            known = self._done[id(tree)] = (tree, found)  # the tree is kept, so its id is its own
        return known[1]

    def on(self, tree: t.Tree, name: str) -> bool:
        return name in self.of(tree)


def classes_of(masks: Sequence[int]) -> tuple[int, int, int]:
    """For the signs −1, 0, 1 (numbered 0, 1, 2) the first that no rule tells from it."""
    first: dict[tuple[bool, ...], int] = {}
    found = [first.setdefault(tuple(bool(m >> i & 1) for m in masks), i) for i in range(3)]
    return found[0], found[1], found[2]


def rows_of(
    facts: Sequence[Fact], difference: Difference, classes: tuple[int, int, int]
) -> tuple[tuple[tuple[Row, int], ...], bool] | None:
    """Rows of values with the class of the sign there, and whether they show everything.

    None where there are too many facts for this way.
    """
    if len(facts) > _MOST_FACTS:
        return None
    ends = [(fact.low, fact.high) for fact in facts]
    found: dict[Row, Fraction] = {}

    def at(row: Row) -> Fraction:
        if row not in found:
            found[row] = difference(row)
        return found[row]

    corners = [at(row) for row in product(*ends)]
    signs = {_sign(value) for value in corners}
    constant = len(signs) == 1 or (
        len({classes[s] for s in signs}) == 1 and classes[0] != classes[2]
    )
    if constant:
        return tuple((row, classes[_sign(v)]) for row, v in list(found.items())[:1]), True
    active = [i for i in range(len(facts)) if _moves(i, ends, at)]
    count = len(set(classes))
    shown = tuple((row, classes[_sign(value)]) for row, value in found.items())
    if _all_shown(shown, active, count):  # the corners alone
        return shown, True
    for row in _star(facts, ends, active, at):
        at(row)
    rows = tuple((row, classes[_sign(value)]) for row, value in found.items())
    return rows, len(active) == 1 or _all_shown(rows, active, count)


def _sign(value: Fraction) -> int:
    return 0 if value < 0 else 1 if value == 0 else 2


def _moves(index: int, ends: Sequence[Row], at: Difference) -> bool:
    """Whether a fact changes the difference at all: if not at corners, then nowhere."""
    others = [*ends[:index], (ends[index][0],), *ends[index + 1 :]]
    return any(
        at(row) != at((*row[:index], ends[index][1], *row[index + 1 :])) for row in product(*others)
    )


def _star(
    facts: Sequence[Fact], ends: Sequence[Row], active: Sequence[int], at: Difference
) -> Iterator[Row]:
    """Around each change of sign along each axis, with every active fact at both its ends."""
    for axis in active:
        others = [*ends[:axis], (ends[axis][0],), *ends[axis + 1 :]]
        for row in product(*others):
            for value in _turn(facts[axis], row, axis, ends[axis][1], at):
                turned = (*row[:axis], value, *row[axis + 1 :])
                yield turned
                for other in active:
                    if other != axis:
                        for end in ends[other]:
                            yield (*turned[:other], end, *turned[other + 1 :])


def _turn(fact: Fact, row: Row, axis: int, high: Any, at: Difference) -> list[Any]:
    """The values next to where the difference is zero along an axis."""
    one, two = at(row), at((*row[:axis], high, *row[axis + 1 :]))
    if one == two or (one > 0 and two > 0) or (one < 0 and two < 0):
        return []
    low_units, high_units = units_of(fact, row[axis]), units_of(fact, high)
    root = floor(low_units + (high_units - low_units) * (-one / (two - one)))
    near = (root - 1, root, root + 1)
    return [value_of(fact, n) for n in near if low_units <= n <= high_units]


def units_of(fact: Fact, value: Any) -> int:
    """A value as a whole number of its smallest steps: fen, days, millionths, ones."""
    if isinstance(value, date):
        return value.toordinal()
    return int(value * UNITS["number"]) if fact.type == "number" else int(value)


def value_of(fact: Fact, units: int) -> Any:
    """The stored value for a number of smallest steps."""
    if fact.type == "date":
        return date.fromordinal(units)
    return Fraction(units, UNITS["number"]) if fact.type == "number" else units


def _all_shown(rows: Sequence[tuple[Row, int]], active: Sequence[int], count: int) -> bool:
    """Whether every class is reached and each active fact alone leads from each to each other."""
    if len({result for _, result in rows}) < count:
        return False
    pairs = count * (count - 1) // 2
    for column in active:
        lines: dict[Row, set[int]] = {}
        for row, result in rows:
            lines.setdefault((*row[:column], *row[column + 1 :]), set()).add(result)
        found = {(a, b) for line in lines.values() for a in line for b in line if a < b}
        if len(found) < pairs:
            return False
    return True
