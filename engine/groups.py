"""Unknown facts that stand together in comparisons: what their properties can be, found once.

A case leaves some properties open. Those that are simply an unknown fact stand free; the others are
joined where they share an unknown fact. What a joined group allows rests only on the values behind
its properties; it is kept by these, and groups that allow the same are of one kind.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, count, product
from math import prod
from operator import itemgetter
from typing import Any

from engine.atoms import Property
from engine.completions import Cluster, Completer, Points, moves_of
from engine.language import tree as t
from engine.model import Fact

MOST_COMBINATIONS = 4096
MOST_GROUPS = 10_000
"""Groups kept; beyond it they are forgotten and found anew."""

Sources = Callable[[str], str | None]
"""The fact to ask for where a slot is unknown; None where it is known."""


@dataclass(frozen=True, eq=False)
class Group:
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
    def content(self) -> Hashable:
        """Equal for groups that allow the same."""
        moves = tuple(self.moves.items())
        return self.properties, self.vectors, moves, self.attained, self.exact, self.facts


@dataclass(frozen=True)
class Kind:
    """A group with the number that it shares with all that allow the same."""

    number: int
    group: Group


@dataclass(frozen=True)
class _Part:
    cluster: Cluster
    read: Callable[[Sequence[Any]], tuple[Any, ...]]
    """The values behind its properties."""
    number: int
    """Its own and that of equal clusters of other diagrams."""


@dataclass(frozen=True)
class Parts:
    """How open properties fall apart: those that stand free with their facts, and the clusters."""

    free: Mapping[int, str]
    clusters: tuple[_Part, ...]


@dataclass(frozen=True)
class Left:
    """The properties that cases leave open. `behind` reads the values behind those that are no
    plain facts."""

    indices: tuple[int, ...]
    behind: Callable[[Sequence[Any]], tuple[Any, ...]]
    parts: dict[tuple[bool, ...], Parts] = field(default_factory=dict)


def reader(places: Sequence[int]) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    """A function that reads some slots of a case."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda slots: tuple([slots[place] for place in places])


class Groups:
    """The groups of one policy. `depends` gives the slots on which a property rests, `places` where
    they stand."""

    def __init__(
        self,
        facts: Mapping[str, Fact],
        properties: Sequence[Property],
        depends: Mapping[int, frozenset[str]],
        places: Mapping[int, tuple[int, ...]],
    ) -> None:
        self.facts, self.properties = facts, properties
        self.depends, self.places = depends, places
        self.plain = frozenset(index for index in depends if self._is_fact(properties[index]))
        self._lefts: dict[tuple[int, ...], Left] = {}
        self._clusters: dict[Hashable, int] = {}
        self._kinds: dict[Hashable, int] = {}
        self._numbers = count()
        self._known: dict[Hashable, Kind] = {}

    def left(self, indices: Iterable[int]) -> Left:
        """Open properties, ready to be asked about cases."""
        ordered = tuple(sorted(indices))
        found = self._lefts.get(ordered)
        if found is None:
            found = self._lefts[ordered] = Left(ordered, self._behind(ordered))
        return found

    def of(
        self,
        left: Left,
        slots: Sequence[Any],
        since: Hashable,
        sources: Sources,
        completer: Callable[[], Completer],
    ) -> tuple[Parts, list[Kind]]:
        """The groups of a case. `since` is the date where parameters go by an unknown choice."""
        parts = self._parts(left, left.behind(slots), sources)
        return parts, [self._kind(part, slots, since, completer) for part in parts.clusters]

    def _behind(self, indices: Sequence[int]) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
        return reader([p for i in indices if i not in self.plain for p in self.places[i]])

    def _parts(self, left: Left, behind: Sequence[Any], sources: Sources) -> Parts:
        opened = tuple([value is None for value in behind])
        found = left.parts.get(opened)
        if found is None:
            unknown = {index: self._unknown(index, sources) for index in left.indices}
            found = left.parts[opened] = self._split(unknown)
        return found

    def _split(self, unknown: Mapping[int, frozenset[str]]) -> Parts:
        free: dict[int, str] = {}
        clusters: list[_Part] = []
        for indices, names in _components(unknown):
            ordered = tuple(sorted(indices))
            if len(ordered) == 1 and ordered[0] in self.plain:
                free[ordered[0]] = next(iter(names))
            else:
                facts = tuple(fact for name, fact in self.facts.items() if name in names)
                cluster = Cluster(facts, tuple(self.properties[i] for i in ordered))
                name = (ordered, tuple(fact.name for fact in facts))
                number = self._clusters.setdefault(name, len(self._clusters))
                clusters.append(_Part(cluster, self._behind(ordered), number))
        return Parts(free, tuple(clusters))

    def _kind(
        self,
        part: _Part,
        slots: Sequence[Any],
        since: Hashable,
        completer: Callable[[], Completer],
    ) -> Kind:
        key = (part.number, part.read(slots), since)
        found = self._known.get(key)
        if found is None:
            group = _group(part.cluster, completer().points(part.cluster))
            if len(self._known) >= MOST_GROUPS:  # numbers go on, so none ever means two kinds
                self._known.clear()
                self._kinds.clear()
                self._lefts.clear()
            content = group.content
            if content not in self._kinds:
                self._kinds[content] = next(self._numbers)
            found = self._known[key] = Kind(self._kinds[content], group)
        return found

    def _unknown(self, index: int, sources: Sources) -> frozenset[str]:
        found = (sources(name) for name in self.depends[index])
        return frozenset(name for name in found if name is not None)

    def _is_fact(self, item: Property) -> bool:
        fact = isinstance(item.tree, t.Ref) and item.tree.name in self.facts
        return fact and item.kind in ("fact", "choice")


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


def too_many(groups: Iterable[Group]) -> bool:
    """Whether the combinations of these groups are more than are tried."""
    size = 1
    for group in groups:
        size *= len(group.vectors)
        if not group.vectors or size > MOST_COMBINATIONS:
            return True
    return False


def allowed(groups: Iterable[Group]) -> dict[int, Collection[int]]:
    """The values that properties can take, where all of them are known."""
    return {
        index: {vector[place] for vector in group.vectors}
        for group in groups
        if group.exact
        for place, index in enumerate(group.properties)
    }


def _group(cluster: Cluster, points: Points) -> Group:
    """Vectors and moves of a cluster; where its points may lack some, every combination of property
    values, if they are few enough."""
    names = tuple(fact.name for fact in cluster.facts)
    indices = tuple(item.index for item in cluster.properties)
    sizes = [item.size for item in cluster.properties]
    seen = dict.fromkeys(vector for _, vector in points.rows)
    if points.complete or prod(sizes) <= MOST_COMBINATIONS:
        numbers = {vector: i for i, vector in enumerate(sorted(seen))}
        rows = [(row, numbers[vector]) for row, vector in points.rows]
        if len(names) == 1:  # alone it can turn everything into everything
            moves = {names[0]: frozenset(combinations(range(len(numbers)), 2))}
        else:
            moves = {name: moves_of(rows, column) for column, name in enumerate(names)}
        if points.complete:
            return Group(indices, tuple(numbers), moves, len(numbers), True, names)
        spare = product(*(range(size) for size in sizes))
        vectors = (*numbers, *(vector for vector in spare if vector not in numbers))
        return Group(indices, vectors, moves, len(numbers), False, names)
    return Group(indices, (), {}, 0, False, names)
