"""Between which values a number lies in one case, from what is known and the ranges of the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from engine.language import tree as t
from engine.language.bounds import Interval, bounds
from engine.model import Policy
from engine.reference import Reference, exact


class Spans(Mapping[str, Interval]):
    """Name → interval, worked out when asked for; a conditional value takes the branch that is
    known to hold."""

    def __init__(
        self, policy: Policy, values: Mapping[str, Any], trees: Mapping[str, t.Tree]
    ) -> None:
        self.policy, self.known, self.trees = policy, values, trees
        self.reference = Reference(values, trees)
        self._done: dict[str, Interval | None] = {}

    def of(self, tree: t.Tree) -> Interval | None:
        return bounds(t.rebuilt(tree, self._settled), self)

    def _settled(self, node: t.Tree) -> t.Tree:
        if isinstance(node, t.If):
            test = self.reference.value(node.test)
            if test is not None:
                return node.then if test else node.other
        return node

    def __getitem__(self, name: str) -> Interval:
        if name not in self._done:
            self._done[name] = self._named(name)
        found = self._done[name]
        if found is None:
            raise KeyError(name)
        return found

    def _named(self, name: str) -> Interval | None:
        if name in self.trees:
            return self.of(self.trees[name])
        holder = self.policy.facts.get(name) or self.policy.parameters[name]
        value = exact(self.known.get(name), holder.kind)
        if isinstance(value, Fraction):
            return value, value
        fact = self.policy.facts.get(name)
        if value is not None or fact is None:
            return None
        low, high = exact(fact.low, fact.kind), exact(fact.high, fact.kind)
        return (low, high) if isinstance(low, Fraction) and isinstance(high, Fraction) else None

    def __iter__(self) -> Iterator[str]:
        return iter(self.known)

    def __len__(self) -> int:
        return len(self.known)
