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

from engine.atoms import Property
from engine.language import tree as t
from engine.model import Fact
from engine.reference import Reference

SMALL = 64
"""Integer ranges of at most this many values are tried whole."""
_UNITS = {"money": 100, "number": 1_000_000}
OTHER_TEXT = "\ufffd"
"""Stands for every text that no rule names."""

Case = dict[str, Any]
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


def line_of(tree: t.Tree, name: str, reference: Reference, trees: Trees) -> Line | None:
    """(slope, constant) of a number as a function of one fact, in the units of expressions and
    days; None where it is not linear in it."""
    if isinstance(tree, t.Ref):
        if tree.name == name:
            return Fraction(1), Fraction(0)
        if tree.name in trees:
            return line_of(trees[tree.name], name, reference, trees)
    if not _depends(tree, name, trees):
        return _constant(reference.value(tree))
    if isinstance(tree, t.Arith):
        return _arith_line(tree, name, reference, trees)
    if isinstance(tree, t.If) and not _depends(tree.test, name, trees):
        test = reference.value(tree.test)
        if test is not None:
            return line_of(tree.then if test else tree.other, name, reference, trees)
    return None


Trees = Mapping[str, t.Tree]


def _depends(tree: t.Tree, name: str, trees: Trees) -> bool:
    return any(
        isinstance(node, t.Ref)
        and (node.name == name or (node.name in trees and _depends(trees[node.name], name, trees)))
        for node in t.walk(tree)
    )


def _constant(value: Any) -> Line | None:
    if isinstance(value, date):
        value = Fraction(value.toordinal())
    return (Fraction(0), value) if isinstance(value, Fraction) else None


def _arith_line(tree: t.Arith, name: str, reference: Reference, trees: Trees) -> Line | None:
    left, right = (
        line_of(tree.left, name, reference, trees),
        line_of(tree.right, name, reference, trees),
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
    """Finds the points of clusters for one policy."""

    def __init__(
        self,
        trees: Trees,
        evaluate: Callable[[Case, Property], int],
        derive: Callable[[Case], Case],
        texts: Sequence[str] = (),
        most: int = 20_000,
    ) -> None:
        self.trees, self.evaluate, self.derive, self.most = trees, evaluate, derive, most
        self.texts = texts
        self._known: dict[object, Points] = {}

    def points(self, cluster: Cluster, case: Case) -> Points:
        """Completions that stand for all; no rows where they would be too many. One completer
        serves one case."""
        key = (tuple(f.name for f in cluster.facts), tuple(p.index for p in cluster.properties))
        if key not in self._known:
            self._known[key] = self._points(cluster, case)
        return self._known[key]

    def _points(self, cluster: Cluster, case: Case) -> Points:
        domains = {fact.name: self._small(fact) for fact in cluster.facts}
        small = {name: domain for name, domain in domains.items() if domain is not None}
        large = [fact for fact in cluster.facts if domains[fact.name] is None]
        if prod(len(domain) for domain in small.values()) > self.most // 4:
            return Points((), False)
        complete = len(large) <= 1
        critical: dict[str, dict[Any, None]] = {fact.name: {} for fact in large}
        for chosen in product(*small.values()) if large else ():
            settled = {**case, **dict(zip(small, chosen, strict=True))}
            complete &= self._critical(cluster, large, settled, critical)
        columns = [small.get(f.name) or tuple(critical[f.name]) for f in cluster.facts]
        if prod(len(column) for column in columns) > self.most:
            return Points((), False)
        return Points(tuple(self._evaluated(cluster, case, list(product(*columns)))), complete)

    def _small(self, fact: Fact) -> tuple[Any, ...] | None:
        if fact.type == "text":
            return (*self.texts, OTHER_TEXT)
        return small_domain(fact)

    def _evaluated(
        self, cluster: Cluster, case: Case, rows: list[tuple[Any, ...]]
    ) -> Iterator[tuple[tuple[Any, ...], tuple[int, ...]]]:
        names = [fact.name for fact in cluster.facts]
        for row in rows:
            completed = self.derive({**case, **dict(zip(names, row, strict=True))})
            values = tuple(self.evaluate(completed, item) for item in cluster.properties)
            yield row, values

    def _critical(
        self,
        cluster: Cluster,
        large: list[Fact],
        case: Case,
        critical: dict[str, dict[Any, None]],
    ) -> bool:
        """Add the values of the large facts to try; whether that is certainly enough."""
        for fact in large:
            for end in (fact.low, fact.high):
                critical[fact.name].setdefault(end)
        if len(large) == 1:
            return self._around(cluster, large[0], self.derive(case), critical[large[0].name])
        for _ in range(2):
            for fact in large:
                others = [other for other in large if other is not fact]
                ends = product(*(list(critical[other.name])[:6] for other in others))
                for values in ends:
                    named = dict(zip((o.name for o in others), values, strict=True))
                    self._around(cluster, fact, self.derive({**case, **named}), critical[fact.name])
        return False

    def _around(self, cluster: Cluster, fact: Fact, case: Case, values: dict[Any, None]) -> bool:
        """The values of one fact around each change of a property, all others being settled."""
        complete = True
        for item in cluster.properties:
            for left, right in _pairs(item.tree):
                complete &= self._roots(left, right, fact, case, values)
        return complete

    def _roots(
        self, left: t.Tree, right: t.Tree, fact: Fact, case: Case, values: dict[Any, None]
    ) -> bool:
        if not (_depends(left, fact.name, self.trees) or _depends(right, fact.name, self.trees)):
            return True
        reference = Reference(case, self.trees)
        one = line_of(left, fact.name, reference, self.trees)
        two = line_of(right, fact.name, reference, self.trees)
        if one is None or two is None:
            return False
        slope, constant = one[0] - two[0], one[1] - two[1]
        if slope:
            root = floor(-constant / slope * _UNITS.get(fact.type, 1))
            for near in range(root - 1, root + 3):
                self._add(fact, near, values)
        return True

    def _add(self, fact: Fact, units: int, values: dict[Any, None]) -> None:
        low, high = fact.low, fact.high
        value: Any = units
        if fact.type == "date":
            if not 1 <= units <= date.max.toordinal():
                return
            value = date.fromordinal(units)
        elif fact.type == "number":
            value = Fraction(units, _UNITS["number"])
        if low is not None and high is not None and low <= value <= high:
            values.setdefault(value)


def _pairs(tree: t.Tree) -> list[tuple[t.Tree, t.Tree]]:
    """The two sides of every comparison of numbers or dates in a property."""
    found = []
    for node in t.walk(tree):
        if isinstance(node, t.Compare) and node.left.type.kind not in ("choice", "text"):
            found.append((node.left, node.right))
        elif isinstance(node, t.OneOf) and node.item.type.kind not in ("choice", "text"):
            found += [(node.item, const) for const in node.values]
    return found
