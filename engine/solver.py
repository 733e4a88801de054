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
from dataclasses import dataclass
from itertools import product
from math import prod

from engine.atoms import Atoms, Property
from engine.completions import Cluster, Completer, Points, moves_of
from engine.core import Core
from engine.diagram import Diagram, Overlay
from engine.language import tree as t
from engine.model import Fact

MOST_COMBINATIONS = 4096
MOST_NODES = 100_000
MOST_ANSWERS = 20_000
"""Beyond these what was left over by earlier cases is forgotten."""


@dataclass(frozen=True)
class Completed:
    """The different cores that completions reach, and the facts that make the difference."""

    cores: tuple[Core, ...]
    missing: frozenset[str]
    exact: bool


@dataclass(frozen=True)
class Question:
    """One case: `values` are the known properties; `sources` names the fact to ask for where a slot
    is unknown, and is None where it is known; `content` tells which cores are the same answer in
    this case, and `key` stands for it; `open_on` gives what open comparisons rest on."""

    values: Mapping[int, int]
    sources: Callable[[str], str | None]
    content: Callable[[Core], Hashable]
    key: Hashable
    open_on: Callable[[Sequence[Property]], Hashable]


@dataclass(frozen=True)
class _Group:
    """A cluster with its points: the vectors of property values, and for each fact the pairs of
    vectors between which it alone can change. Without vectors there were too many to list."""

    properties: tuple[int, ...]
    vectors: tuple[tuple[int, ...], ...]
    moves: Mapping[str, frozenset[tuple[int, int]]]
    attained: int
    """How many of the vectors, counted from the first, are known to be reached."""
    exact: bool
    facts: tuple[str, ...]

    @property
    def key(self) -> Hashable:
        """Equal for groups that allow the same."""
        moves = tuple(self.moves.items())
        return self.properties, self.vectors, moves, self.attained, self.exact, self.facts


class Solver:
    """Answers for one policy. `depends` gives the slots on which a property rests."""

    def __init__(
        self,
        facts: Mapping[str, Fact],
        atoms: Atoms,
        diagram: Diagram,
        root: int,
        depends: Mapping[int, frozenset[str]],
    ) -> None:
        self.facts, self.atoms, self.diagram, self.root = facts, atoms, diagram, root
        self.depends = depends
        self._core = {
            node: value
            for node, value in diagram.values.items()
            if isinstance(value, tuple) and len(value) == 3
        }
        self._lock = threading.Lock()
        self._rest = Overlay(diagram)
        self._reached: dict[int, tuple[int, ...]] = {}
        self._answers: dict[Hashable, Completed] = {}
        self._same: dict[Hashable, Completed] = {}
        self._merged: dict[Hashable, dict[int, int]] = {}

    def solve(self, question: Question, completer: Callable[[], Completer]) -> Completed:
        """What a case leaves open. Equal diagrams left over by different cases are answered once,
        as long as the open comparisons rest on the same values."""
        with self._lock:
            overlay, leaves = self._overlay(), self._leaves_of(question)
            root = overlay.restricted(self.root, question.values, leaves)
            if root not in self._reached:
                self._reached[root] = tuple(sorted(overlay.reach([root])[0]))
            indices = self._reached[root]
            properties = [self.atoms.properties[i] for i in indices]
            key = (root, question.key, question.open_on(properties))
            found = self._answers.get(key) if question.key is not None else None
            if found is None:
                unknown = {i: self._unknown(i, question.sources) for i in indices}
                groups, free = self._grouped(unknown, completer())
                found = self._remembered(overlay, root, groups, free)
                if question.key is not None:
                    self._answers[key] = found
            return found

    def _remembered(
        self, overlay: Overlay, root: int, groups: list[_Group], free: Mapping[int, str]
    ) -> Completed:
        """Groups that allow the same come out the same, whatever the values behind them."""
        key = (root, tuple([group.key for group in groups]), tuple(free))
        found = self._same.get(key)
        if found is None:
            found = self._same[key] = self._compared(overlay, root, groups, free)
        return found

    def _overlay(self) -> Overlay:
        """The diagrams left over so far; begun anew when they are many."""
        if self._rest.size > MOST_NODES or len(self._answers) > MOST_ANSWERS:
            self._rest = Overlay(self.diagram)
            self._reached.clear()
            self._answers.clear()
            self._same.clear()
            self._merged.clear()
        return self._rest

    def _leaves_of(self, question: Question) -> dict[int, int]:
        if question.key is None:
            return self._leaves(question.content)
        if question.key not in self._merged:
            self._merged[question.key] = self._leaves(question.content)
        return self._merged[question.key]

    def always(
        self,
        node: int,
        values: Mapping[int, int],
        sources: Callable[[str], str | None],
        completer: Callable[[], Completer],
        free: Collection[int],
        others: Collection[int],
    ) -> bool:
        """Whether a condition holds in every completion (certainly; never guessed).

        `free` are its properties that are simply a fact on which none of its `others` rests: where
        these alone lead to "no" nothing else need be tried.
        """
        overlay = Overlay(self.diagram)
        if overlay.leads(node, self.diagram.no, values, free):
            return False
        if not overlay.leads(node, self.diagram.no, values, {*free, *others}):
            return True
        root = overlay.restricted(node, values, {})
        indices, _ = overlay.reach([root])
        unknown = {i: self._unknown(i, sources) for i in indices}
        groups, _ = self._grouped(unknown, completer())
        if _too_many(groups):
            _, leaves = overlay.reach([root], _allowed(groups))
            return leaves == {self.diagram.yes}
        for chosen in product(*(group.vectors for group in groups)):
            fixed: dict[int, int] = {}
            for group, vector in zip(groups, chosen, strict=True):
                fixed.update(zip(group.properties, vector, strict=True))
            if overlay.restricted(root, fixed, {}) != self.diagram.yes:
                return False
        return True

    def _leaves(self, content: Callable[[Core], Hashable]) -> dict[int, int]:
        """Leaves with one content are one leaf."""
        first: dict[Hashable, int] = {}
        merged: dict[int, int] = {}
        for node, (outcome, category, given) in self._core.items():
            if isinstance(given, tuple):
                kept = first.setdefault(content((str(outcome), str(category), given)), node)
                merged[node] = kept
        return merged

    def _unknown(self, index: int, sources: Callable[[str], str | None]) -> frozenset[str]:
        found = (sources(name) for name in self.depends[index])
        return frozenset(name for name in found if name is not None)

    # clusters ----------------------------------------------------------------------------
    def _grouped(
        self, unknown: Mapping[int, frozenset[str]], completer: Completer
    ) -> tuple[list[_Group], dict[int, str]]:
        """Properties that are simply an unknown fact stand free; the others form groups."""
        groups: list[_Group] = []
        free: dict[int, str] = {}
        for indices, names in _components(unknown):
            properties = tuple(self.atoms.properties[i] for i in sorted(indices))
            if len(properties) == 1 and self._is_fact(properties[0]):
                free[properties[0].index] = next(iter(names))
            else:
                facts = tuple(fact for name, fact in self.facts.items() if name in names)
                cluster = Cluster(facts, properties)
                groups.append(_group(cluster, completer.points(cluster)))
        return groups, free

    def _is_fact(self, item: Property) -> bool:
        return (
            item.kind in ("fact", "choice")
            and isinstance(item.tree, t.Ref)
            and (item.tree.name in self.facts)
        )

    # comparison --------------------------------------------------------------------------
    def _compared(
        self, overlay: Overlay, root: int, groups: list[_Group], free: Mapping[int, str]
    ) -> Completed:
        if _too_many(groups):
            return self._superset(overlay, root, groups, free)
        nodes: dict[tuple[int, ...], int] = {}
        for chosen in product(*(range(len(group.vectors)) for group in groups)):
            fixed: dict[int, int] = {}
            for group, number in zip(groups, chosen, strict=True):
                fixed.update(zip(group.properties, group.vectors[number], strict=True))
            nodes[chosen] = overlay.restricted(root, fixed, {}) if fixed else root
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

    def _superset(
        self, overlay: Overlay, root: int, groups: Iterable[_Group], free: Mapping[int, str]
    ) -> Completed:
        indices, leaves = overlay.reach([root], _allowed(groups))
        names = {name for index, name in free.items() if index in indices}
        for group in groups:
            if indices & set(group.properties):
                names |= set(group.facts)
        return Completed(self._cores(leaves), frozenset(names), False)

    def _cores(self, leaves: Iterable[int]) -> tuple[Core, ...]:
        found = [self.diagram.values[leaf] for leaf in sorted(leaves)]
        return tuple(value for value in found if isinstance(value, tuple))


def _components(
    unknown: Mapping[int, frozenset[str]],
) -> list[tuple[set[int], set[str]]]:
    """Properties joined where they share an unknown fact."""
    found: list[tuple[set[int], set[str]]] = []
    for index, names in unknown.items():
        touching = [part for part in found if part[1] & names]
        found = [part for part in found if not part[1] & names]
        indices, all_names = {index}, set(names)
        for part in touching:
            indices |= part[0]
            all_names |= part[1]
        found.append((indices, all_names))
    return found


def _too_many(groups: Iterable[_Group]) -> bool:
    """Whether the combinations of these groups are more than are tried."""
    count = 1
    for group in groups:
        count *= len(group.vectors)
        if not group.vectors or count > MOST_COMBINATIONS:
            return True
    return False


def _allowed(groups: Iterable[_Group]) -> dict[int, set[int]]:
    """The values that properties can take, where all of them are known."""
    return {
        index: {vector[place] for vector in group.vectors}
        for group in groups
        if group.exact
        for place, index in enumerate(group.properties)
    }


def _group(cluster: Cluster, points: Points) -> _Group:
    """Vectors and moves of a cluster; where its points may lack some, every combination of property
    values, if they are few enough."""
    names = tuple(fact.name for fact in cluster.facts)
    indices = tuple(item.index for item in cluster.properties)
    sizes = [item.size for item in cluster.properties]
    numbers: dict[tuple[int, ...], int] = {}
    rows = [(row, numbers.setdefault(vector, len(numbers))) for row, vector in points.rows]
    if points.complete:
        moves = {name: moves_of(rows, column) for column, name in enumerate(names)}
        return _Group(indices, tuple(numbers), moves, len(numbers), True, names)
    if prod(sizes) > MOST_COMBINATIONS:
        return _Group(indices, (), {}, 0, False, names)
    moves = {name: moves_of(rows, column) for column, name in enumerate(names)}
    spare = product(*(range(size) for size in sizes))
    vectors = (*numbers, *(vector for vector in spare if vector not in numbers))
    return _Group(indices, vectors, moves, len(numbers), False, names)


def _differing(nodes: Mapping[tuple[int, ...], int], position: int, group: _Group) -> set[str]:
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
