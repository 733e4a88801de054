"""Finite sets of completions that stand for all: which values of an unknown fact need be tried.

A fact with few values is tried whole. A large one (money, dates, big numbers) is tried at the ends
of its range and around every point where a comparison in which it stands changes, worked out
exactly where the comparison is linear in it. `complete` says whether nothing can be missed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import combinations, product
from math import floor, prod
from typing import Any

from engine import affine
from engine.affine import UNITS, Rests
from engine.atoms import Property
from engine.language import tree as t
from engine.model import Fact
from engine.reference import Reference
from engine.turns import Turns

SMALL = 64
"""Integer ranges of at most this many values are tried whole."""
FOLLOWED = 12
"""With so many combinations of other facts a comparison that is not linear is followed."""
OTHER_TEXT = "\ufffd"
"""Stands for every text that no rule names."""

Line = tuple[Fraction, Fraction]


def small_domain(fact: Fact) -> tuple[Any, ...] | None:
    """Every value of a fact that has few, else None."""
    if fact.type == "yes_no":
        return (False, True)
    if fact.type == "choice":
        return tuple(fact.choices)
    if fact.type == "set" and len(fact.choices) <= 6:
        ids = list(fact.choices)
        return tuple(frozenset(c) for n in range(len(ids) + 1) for c in combinations(ids, n))
    low, high = fact.low, fact.high
    if fact.type == "integer" and isinstance(low, int) and isinstance(high, int):
        return tuple(range(low, high + 1)) if high - low < SMALL else None
    return None


def line_of(tree: t.Tree, name: str, reference: Reference, rests: Rests) -> Line | None:
    """(slope, constant) of a number as a function of one fact, in the units of expressions and
    days; None where it is not linear in it."""
    if isinstance(tree, t.Ref):
        if tree.name == name:
            return Fraction(1), Fraction(0)
        if tree.name in rests.trees:
            return line_of(rests.trees[tree.name], name, reference, rests)
    if not rests.on(tree, name):
        return _constant(reference.value(tree))
    if isinstance(tree, t.Arith):
        return _arith_line(tree, name, reference, rests)
    if isinstance(tree, t.If) and not rests.on(tree.test, name):
        test = reference.value(tree.test)
        if test is not None:
            return line_of(tree.then if test else tree.other, name, reference, rests)
    return None


Trees = Mapping[str, t.Tree]


def _constant(value: Any) -> Line | None:
    if isinstance(value, date):
        value = Fraction(value.toordinal())
    return (Fraction(0), value) if isinstance(value, Fraction) else None


def _arith_line(tree: t.Arith, name: str, reference: Reference, rests: Rests) -> Line | None:
    left, right = (
        line_of(tree.left, name, reference, rests),
        line_of(tree.right, name, reference, rests),
    )
    if left is None or right is None:
        return None
    (a, b), (c, d) = left, right
    if tree.op == "+":
        return a + c, b + d
    if tree.op == "-":
        return a - c, b - d
    if tree.op == "*":
        return None if a and c else (a * d + c * b, b * d)
    return None if c else (a / d, b / d)


@dataclass(frozen=True)
class Cluster:
    """Unknown facts that stand together in comparisons, with the properties they decide."""

    facts: tuple[Fact, ...]
    properties: tuple[Property, ...]


@dataclass(frozen=True)
class Points:
    """Completions of a cluster: the values of its facts and what each property then is."""

    rows: tuple[tuple[tuple[Any, ...], tuple[int, ...]], ...]
    complete: bool


class Completer:
    """Finds the points of clusters for one case. `slots` are its values; `evaluate` gives the
    numbered value of a property for completed slots, `difference` that of its sides; `derive` fills
    in what goes by a choice; `linear` names the facts in which a comparison is linear, `classes`
    the signs that no rule tells apart."""

    def __init__(
        self,
        rests: Rests,
        turns: Turns,
        positions: Mapping[str, int],
        slots: Sequence[Any],
        evaluate: Callable[[list[Any], Property], int],
        derive: Callable[[list[Any]], None] | None,
        texts: Sequence[str],
        difference: Callable[[list[Any], Property], Fraction],
        linear: Mapping[int, frozenset[str]],
        classes: Mapping[int, tuple[int, int, int]],
        most: int = 20_000,
    ) -> None:
        self.rests, self.turns, self.trees = rests, turns, rests.trees
        self.positions, self.slots = positions, slots
        self.evaluate, self.derive, self.texts, self.most = evaluate, derive, texts, most
        self.difference, self.linear, self.classes = difference, linear, classes

    def points(self, cluster: Cluster) -> Points:
        """Completions that stand for all; no rows where they would be too many. First the ends and
        turning points alone; all values of small facts where that might miss something."""
        quick = self._compared(cluster)
        if quick is not None:
            return quick
        first = self._tried(cluster, whole=False)
        return first if first.complete else self._tried(cluster, whole=True)

    def _compared(self, cluster: Cluster) -> Points | None:
        """The quick way for a single comparison that is linear in each number, where it shows
        everything."""
        item = cluster.properties[0]
        if len(cluster.properties) > 1 or item.kind != "sign" or self.derive is not None:
            return None
        if any(fact.name not in self.linear[item.index] for fact in cluster.facts):
            return None
        places = [self.positions[fact.name] for fact in cluster.facts]
        slots = list(self.slots)

        def difference(row: affine.Row) -> Fraction:
            for place, value in zip(places, row, strict=True):
                slots[place] = value
            return self.difference(slots, item)

        found = affine.rows_of(cluster.facts, difference, self.classes[item.index])
        if found is None or not found[1]:
            return None
        return Points(tuple((row, (sign,)) for row, sign in found[0]), True)

    def _tried(self, cluster: Cluster, whole: bool) -> Points:
        columns: dict[str, dict[Any, None]] = {}
        critical: list[Fact] = []
        for fact in cluster.facts:
            domain = self._domain(fact, whole)
            columns[fact.name] = dict.fromkeys(domain or (fact.low, fact.high))
            if domain is None:
                critical.append(fact)
        linear = self._add_turns(cluster, critical, columns)
        rows_tried = prod(len(column) for column in columns.values())
        if linear is None or rows_tried > self._most_rows(cluster):
            return Points((), False)
        rows = tuple(self._evaluated(cluster, list(product(*columns.values()))))
        complete = (linear and len(critical) <= 1) or _saturated(cluster, rows, self.classes)
        return Points(rows, complete)

    def _most_rows(self, cluster: Cluster) -> int:
        """So many completions that working out every property of each stays bearable."""
        return min(self.most, 3 * self.most // len(cluster.properties))

    def _domain(self, fact: Fact, whole: bool) -> tuple[Any, ...] | None:
        """The values to try of a fact without turning points; None for one that has them."""
        if fact.type == "text":
            return (*self.texts, OTHER_TEXT)
        if fact.type == "integer" and not whole:
            return None
        return small_domain(fact)

    def _add_turns(
        self, cluster: Cluster, critical: list[Fact], columns: dict[str, dict[Any, None]]
    ) -> bool | None:
        """Add the values around each change of a property; whether each was linear, so that all
        are found for a single such fact; None where there are too many ways to look."""
        linear = True
        for _ in range(2 if len(critical) > 1 else 1):
            for fact in critical:
                others = [name for name in columns if name != fact.name]
                tried = [list(columns[name])[: 8 if len(critical) > 1 else None] for name in others]
                ways = prod(len(values) for values in tried)
                if ways > self._most_rows(cluster) // 4:
                    return None
                alone = len(critical) == 1 and ways <= FOLLOWED
                for values in product(*tried):
                    settled = list(self.slots)
                    for name, value in zip(others, values, strict=True):
                        settled[self.positions[name]] = value
                    linear &= self._around(cluster, fact, settled, columns[fact.name], alone)
        return linear

    def _evaluated(
        self, cluster: Cluster, rows: list[tuple[Any, ...]]
    ) -> Iterator[tuple[tuple[Any, ...], tuple[int, ...]]]:
        places = [self.positions[fact.name] for fact in cluster.facts]
        for row in rows:
            completed = list(self.slots)
            for place, value in zip(places, row, strict=True):
                completed[place] = value
            if self.derive is not None:
                self.derive(completed)
            yield row, tuple([self._value(completed, item) for item in cluster.properties])

    def _value(self, completed: list[Any], item: Property) -> int:
        if item.kind != "sign":
            return self.evaluate(completed, item)
        difference = self.difference(completed, item)
        return self.classes[item.index][0 if difference < 0 else 2 if difference else 1]

    def _around(
        self,
        cluster: Cluster,
        fact: Fact,
        settled: list[Any],
        values: dict[Any, None],
        alone: bool,
    ) -> bool:
        """The values of one fact around each change of a property, all others being settled."""
        if self.derive is not None:
            self.derive(settled)
        reference = Reference(dict(zip(self.positions, settled, strict=True)), self.trees)
        linear = True
        for item in cluster.properties:
            for left, right in _pairs(item.tree, self.trees):
                linear &= self._roots(left, right, fact, reference, values, settled, alone)
        return linear

    def _roots(
        self,
        left: t.Tree,
        right: t.Tree,
        fact: Fact,
        reference: Reference,
        values: dict[Any, None],
        settled: list[Any],
        alone: bool,
    ) -> bool:
        if not (self.rests.on(left, fact.name) or self.rests.on(right, fact.name)):
            return True
        one = line_of(left, fact.name, reference, self.rests)
        two = line_of(right, fact.name, reference, self.rests)
        if one is None or two is None:
            return alone and self._followed(left, right, fact, settled, values)
        slope, constant = one[0] - two[0], one[1] - two[1]
        if slope:
            root = floor(-constant / slope * UNITS.get(fact.type, 1))
            for near in range(root - 1, root + 3):
                self._add(fact, near, values)
        return True

    def _followed(
        self, left: t.Tree, right: t.Tree, fact: Fact, settled: list[Any], values: dict[Any, None]
    ) -> bool:
        """The same for a comparison that is not linear: followed along the range of the fact."""
        if self.derive is not None or fact.type not in ("integer", "money", "date"):
            return False
        turns = self.turns.of(left, right, fact, settled)
        for units in turns or ():
            self._add(fact, units - 1, values)
            self._add(fact, units, values)
        return turns is not None

    def _add(self, fact: Fact, units: int, values: dict[Any, None]) -> None:
        low, high = fact.low, fact.high
        value: Any = units
        if fact.type == "date":
            if not 1 <= units <= date.max.toordinal():
                return
            value = date.fromordinal(units)
        elif fact.type == "number":
            value = Fraction(units, UNITS["number"])
        if low is not None and high is not None and low <= value <= high:
            values.setdefault(value)


def _pairs(tree: t.Tree, trees: Trees) -> list[tuple[t.Tree, t.Tree]]:
    """The two sides of every comparison of numbers or dates in a property, and in the definitions
    by which a choice is worked out."""
    found: list[tuple[t.Tree, t.Tree]] = []
    todo, seen = [tree], set[str]()
    while todo:
        for node in t.walk(todo.pop()):
            if isinstance(node, t.Compare) and node.left.type.kind not in ("choice", "text"):
                found.append((node.left, node.right))
            elif isinstance(node, t.OneOf) and node.item.type.kind not in ("choice", "text"):
                found += [(node.item, const) for const in node.values]
            elif (
                isinstance(node, t.Ref)
                and node.name in trees
                and node.name not in seen
                and not node.type.is_numeric
            ):
                seen.add(node.name)
                todo.append(trees[node.name])
    return found


def _saturated(
    cluster: Cluster,
    rows: Sequence[tuple[tuple[Any, ...], tuple[int, ...]]],
    classes: Mapping[int, tuple[int, int, int]],
) -> bool:
    """Whether nothing more could be found: every combination of property values is reached, and
    every fact alone can change each into each other."""
    vectors = {vector for _, vector in rows}
    sizes = (len(set(classes.get(i.index) or range(i.size))) for i in cluster.properties)
    if len(vectors) < prod(sizes):
        return False
    pairs = len(vectors) * (len(vectors) - 1) // 2
    return all(len(moves_of(rows, column)) == pairs for column in range(len(cluster.facts)))


def moves_of(
    rows: Sequence[tuple[tuple[Any, ...], Any]], column: int
) -> frozenset[tuple[Any, Any]]:
    """Pairs of results reached by rows that differ in one column only, the lesser first."""
    lines: dict[tuple[Any, ...], set[Any]] = {}
    for row, result in rows:
        lines.setdefault((*row[:column], *row[column + 1 :]), set()).add(result)
    distinct = {frozenset(line) for line in lines.values() if len(line) > 1}
    return frozenset((one, two) for line in distinct for one in line for two in line if one < two)
