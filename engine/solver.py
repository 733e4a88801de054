"""What all completions of the unknown facts agree on, and which unknown facts matter.

The policy's core is one decision diagram over properties (engine.core). A case fixes what it knows;
unknown facts that stand in comparisons are tried by representative completions
(engine.completions). A fact is missing exactly if two completions that differ only in it lead to
different leaves. Where exactness cannot be had within the bounds the answer is a superset and
`exact` is False. Nothing here is ever narrower than the truth.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from engine.completions import Completer
from engine.core import Core
from engine.diagram import Diagram
from engine.groups import Group, Groups, Left, Sources, allowed, too_many
from engine.narrowing import Narrowing, Numbers

MOST_NODES = 100_000
MOST_ANSWERS = 20_000
"""Beyond these what was left over by earlier cases is forgotten."""


@dataclass(frozen=True)
class Completed:
    """The different cores that completions reach, and the facts that make the difference. `notes`
    is room for what follows from these alone."""

    cores: tuple[Core, ...]
    missing: frozenset[str]
    exact: bool
    notes: dict[Hashable, Any] = field(default_factory=dict, compare=False)


@dataclass(slots=True)
class Case:
    """One case: `slots` are its values; `since` is its date where that tells what unknown choices
    lead to; `sources` names the fact to ask for where a slot is unknown, and is None where it is
    known; `completer` finds points of clusters."""

    slots: Sequence[Any]
    since: Hashable
    sources: Sources
    completer: Callable[[], Completer]


@dataclass(frozen=True)
class Telling:
    """How cases tell the values of properties: where each stands, and their numbers."""

    places: Mapping[int, tuple[int, ...]]
    numbers: Numbers


Told = Sequence[Any]
Content = Callable[[Core], Hashable]
"""Which cores are the same answer in a case."""


class Condition:
    """A condition as a diagram with what was found for it. `plain` are its properties that are
    simply a fact on which none of the others rests: where these alone lead to "no" nothing else
    need be tried."""

    def __init__(
        self, diagram: Diagram, node: int, plain: Collection[int], telling: Telling
    ) -> None:
        self.diagram, self.node, self.plain, self._telling = diagram, node, plain, telling
        self._begin()

    def _begin(self) -> None:
        self._narrowing = Narrowing(self.diagram, self._telling.places, self._telling.numbers)
        self._opened: dict[int, bool | Left] = {}
        self._answers: dict[Hashable, bool] = {}

    def always(self, told: Told, case: Case, groups: Groups) -> bool:
        """Whether it holds in every completion (certainly; never guessed)."""
        if max(self._narrowing.kept, len(self._answers)) > MOST_ANSWERS:
            self._begin()
        root = self._narrowing.of(self.node, told)
        found = self._opened.get(root)
        if found is None:
            found = self._opened[root] = self._left(root, groups)
        if isinstance(found, bool):
            return found
        kinds = groups.of(found, case.slots, case.since, case.sources, case.completer)[1]
        key = (root, *[kind.number for kind in kinds])
        answer = self._answers.get(key)
        if answer is None:
            answer = self._answers[key] = self._all(root, [kind.group for kind in kinds])
        return answer

    def _left(self, root: int, groups: Groups) -> bool | Left:
        overlay = self._narrowing.overlay
        if overlay.leads(root, self.diagram.no, {}, self.plain):
            return False
        indices, leaves = overlay.reach([root])
        return groups.left(indices) if self.diagram.no in leaves else True

    def _all(self, root: int, groups: Sequence[Group]) -> bool:
        overlay, yes = self._narrowing.overlay, self.diagram.yes
        if too_many(groups):
            return overlay.reach([root], allowed(groups))[1] == {yes}
        for chosen in product(*(group.vectors for group in groups)):
            fixed: dict[int, int] = {}
            for group, vector in zip(groups, chosen, strict=True):
                fixed.update(zip(group.properties, vector, strict=True))
            if (overlay.narrowed(root, fixed) if fixed else root) != yes:
                return False
        return True


class Solver:
    """Answers for one policy."""

    def __init__(self, diagram: Diagram, root: int, groups: Groups, telling: Telling) -> None:
        self.diagram, self.root, self.groups, self._telling = diagram, root, groups, telling
        self._core = {
            node: value
            for node, value in diagram.values.items()
            if isinstance(value, tuple) and len(value) == 3
        }
        self._lock = threading.Lock()
        self._begin()

    def _begin(self) -> None:
        self._narrowing = Narrowing(self.diagram, self._telling.places, self._telling.numbers)
        self._merged: dict[Hashable, tuple[int, Left]] = {}
        self._leaf: dict[Hashable, dict[int, int]] = {}
        self._same: dict[Hashable, Completed] = {}

    def solve(self, told: Told, case: Case, content: Content, key: Hashable) -> Completed:
        """What a case leaves open; `key` stands for `content`, None where nothing does. Equal diagrams left over by different cases are answered once
        for each kind of groups, whatever the values behind them."""
        with self._lock:
            self._bound()
            root, left = self._left(told, content, key)
            parts, kinds = self.groups.of(
                left, case.slots, case.since, case.sources, case.completer
            )
            name = (root, tuple([kind.number for kind in kinds]), tuple(parts.free))
            found = self._same.get(name)
            if found is None:
                found = self._compared(root, [kind.group for kind in kinds], parts.free)
                self._same[name] = found
            return found

    def always(self, condition: Condition, told: Told, case: Case) -> bool:
        """Whether a condition holds in every completion."""
        with self._lock:
            return condition.always(told, case, self.groups)

    def _left(self, told: Told, content: Content, key: Hashable) -> tuple[int, Left]:
        """The diagram that a case leaves, with equal answers as one leaf."""
        node = self._narrowing.of(self.root, told)
        name = (node, key)
        found = self._merged.get(name) if key is not None else None
        if found is None:
            overlay = self._narrowing.overlay
            merged = self._leaves_of(content, key)
            root = overlay.restricted(node, {}, merged) if merged else node
            found = root, self.groups.left(overlay.stands(root))
            if key is not None:
                self._merged[name] = found
        return found

    def _bound(self) -> None:
        """Begins anew where what earlier cases left is much."""
        kept = max(self._narrowing.kept, len(self._merged), len(self._same))
        if self._narrowing.overlay.size > MOST_NODES or kept > MOST_ANSWERS:
            self._begin()

    def _leaves_of(self, content: Content, key: Hashable) -> dict[int, int]:
        if key is None:
            return self._leaves(content)
        if key not in self._leaf:
            self._leaf[key] = self._leaves(content)
        return self._leaf[key]

    def _leaves(self, content: Content) -> dict[int, int]:
        """Leaves with one content are one leaf: those that another stands for."""
        first: dict[Hashable, int] = {}
        merged: dict[int, int] = {}
        for node, (outcome, category, given) in self._core.items():
            if isinstance(given, tuple):
                kept = first.setdefault(content((str(outcome), str(category), given)), node)
                if kept != node:
                    merged[node] = kept
        return merged

    # comparison --------------------------------------------------------------------------
    def _compared(self, root: int, groups: Sequence[Group], free: Mapping[int, str]) -> Completed:
        if too_many(groups):
            return self._superset(root, groups, free)
        overlay = self._narrowing.overlay
        nodes: dict[tuple[int, ...], int] = {}
        for chosen in product(*(range(len(group.vectors)) for group in groups)):
            fixed: dict[int, int] = {}
            for group, number in zip(groups, chosen, strict=True):
                fixed.update(zip(group.properties, group.vectors[number], strict=True))
            nodes[chosen] = overlay.narrowed(root, fixed) if fixed else root
        indices, leaves = overlay.reach(list(nodes.values()))
        missing = {free[i] for i in indices}
        exact = True
        for position, group in enumerate(groups):
            found = _differing(nodes, position, group)
            if not group.exact and set(group.facts) != found and _matters(nodes, position):
                found, exact = set(group.facts), False
            missing |= found
            exact = exact and not _spare_matters(nodes, position, group.attained)
        return Completed(self._cores(leaves), frozenset(missing), exact)

    def _superset(self, root: int, groups: Sequence[Group], free: Mapping[int, str]) -> Completed:
        overlay = self._narrowing.overlay
        indices, leaves = overlay.reach([root], allowed(groups))
        names = {name for index, name in free.items() if index in indices}
        for group in groups:
            if indices & set(group.properties):
                names |= set(group.facts)
        return Completed(self._cores(leaves), frozenset(names), False)

    def _cores(self, leaves: Iterable[int]) -> tuple[Core, ...]:
        found = [self.diagram.values[leaf] for leaf in sorted(leaves)]
        return tuple(value for value in found if isinstance(value, tuple))


def _differing(nodes: Mapping[tuple[int, ...], int], position: int, group: Group) -> set[str]:
    """The facts of a group whose change alone can lead elsewhere."""
    pairs = {pair for moves in group.moves.values() for pair in moves}
    telling = {pair for pair in pairs if _tells(nodes, position, pair)}
    return {name for name, moves in group.moves.items() if moves & telling}


def _tells(nodes: Mapping[tuple[int, ...], int], position: int, pair: tuple[int, int]) -> bool:
    for chosen, node in nodes.items():
        if chosen[position] == pair[0]:
            other = (*chosen[:position], pair[1], *chosen[position + 1 :])
            if nodes[other] != node:
                return True
    return False


def _matters(nodes: Mapping[tuple[int, ...], int], position: int) -> bool:
    """Whether the group makes any difference at all."""
    seen: dict[tuple[int, ...], int] = {}
    for chosen, node in nodes.items():
        rest = (*chosen[:position], *chosen[position + 1 :])
        if seen.setdefault(rest, node) != node:
            return True
    return False


def _spare_matters(nodes: Mapping[tuple[int, ...], int], position: int, attained: int) -> bool:
    """Whether a vector that may be impossible leads where no certain one does."""
    certain: dict[tuple[int, ...], set[int]] = {}
    for chosen, node in nodes.items():
        if chosen[position] < attained:
            rest = (*chosen[:position], *chosen[position + 1 :])
            certain.setdefault(rest, set()).add(node)
    return any(
        node not in certain.get((*chosen[:position], *chosen[position + 1 :]), set())
        for chosen, node in nodes.items()
        if chosen[position] >= attained
    )
