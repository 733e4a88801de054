"""Decision diagrams over properties with few values: reduced, ordered, shared.

A node is an integer; a leaf carries any value, an inner node the index of a property and one child
per value of it. Two nodes are equal functions exactly if they are one node, so a property matters
exactly if it stands in the diagram.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Hashable, Mapping, Sequence

from engine.atoms import Atoms
from engine.language import tree as t


class TooManyNodes(Exception):  # noqa: N818 - a signal to answer with a superset instead
    """The diagram is larger than its limit."""


class Diagram:
    """A store of nodes. `sizes` holds the number of values of each property index."""

    def __init__(self, limit: int = 200_000) -> None:
        self.sizes: list[int] = []
        self.limit = limit
        self.nodes: list[tuple[int, tuple[int, ...]]] = []
        self._inner: dict[tuple[int, tuple[int, ...]], int] = {}
        self._leaves: dict[Hashable, int] = {}
        self.values: dict[int, Hashable] = {}
        self.no, self.yes = self.leaf(False), self.leaf(True)

    def leaf(self, value: Hashable) -> int:
        key = (type(value), value)
        if key not in self._leaves:
            self._leaves[key] = node = len(self.nodes)
            self.nodes.append((-1, ()))
            self.values[node] = value
        return self._leaves[key]

    def node(self, index: int, children: tuple[int, ...]) -> int:
        if children.count(children[0]) == len(children):
            return children[0]
        key = (index, children)
        found = self._inner.get(key)
        if found is None:
            if len(self.nodes) >= self.limit:
                raise TooManyNodes
            found = self._inner[key] = len(self.nodes)
            self.nodes.append(key)
        return found

    def find(self, key: tuple[int, tuple[int, ...]]) -> int | None:
        """The node with this property and these children, if there is one."""
        return self._inner.get(key)

    def of_mask(self, index: int, mask: int) -> int:
        """Whether a property is among the values of a mask."""
        size = self.sizes[index]
        return self.node(index, tuple(self.yes if mask >> i & 1 else self.no for i in range(size)))

    def combined(self, one: int, two: int, join: Callable[[Hashable, Hashable], Hashable]) -> int:
        """The diagram of join(value of one, value of two)."""
        return self._combine(one, two, join, {})

    def _combine(
        self,
        one: int,
        two: int,
        join: Callable[[Hashable, Hashable], Hashable],
        done: dict[tuple[int, int], int],
    ) -> int:
        key = (one, two)
        if key in done:
            return done[key]
        first, second = self.nodes[one], self.nodes[two]
        if first[0] < 0 and second[0] < 0:
            found = self.leaf(join(self.values[one], self.values[two]))
        else:
            index = min(i for i in (first[0], second[0]) if i >= 0)
            ones = first[1] if first[0] == index else (one,) * self.sizes[index]
            twos = second[1] if second[0] == index else (two,) * self.sizes[index]
            pairs = zip(ones, twos, strict=True)
            found = self.node(index, tuple(self._combine(a, b, join, done) for a, b in pairs))
        done[key] = found
        return found

    def choose(self, test: int, then: int, other: int) -> int:
        """then where test is true, else other."""
        chosen = self.combined(test, then, lambda holds, value: (holds, value if holds else None))
        return self.combined(chosen, other, _pick)

    def both(self, one: int, two: int) -> int:
        return self.combined(one, two, lambda a, b: bool(a and b))

    def either(self, one: int, two: int) -> int:
        return self.combined(one, two, lambda a, b: bool(a or b))

    def negated(self, one: int) -> int:
        return self.combined(one, one, lambda a, _: not a)


def _pick(pair: Hashable, other: Hashable) -> Hashable:
    if isinstance(pair, tuple) and pair[0]:
        value: Hashable = pair[1]
        return value
    return other


class Conditions:
    """Diagrams of conditions, with definitions written out and remembered."""

    def __init__(self, diagram: Diagram, atoms: Atoms) -> None:
        self.diagram, self.atoms = diagram, atoms
        self._done: dict[object, int] = {}

    def of(self, tree: t.Tree) -> int:
        key = t.key(tree)
        if key not in self._done:
            self._done[key] = self._of(tree)
        return self._done[key]

    def _of(self, tree: t.Tree) -> int:
        diagram = self.diagram
        if isinstance(tree, t.Const):
            return diagram.yes if tree.value is True else diagram.no
        if isinstance(tree, t.Not):
            return diagram.negated(self.of(tree.item))
        if isinstance(tree, (t.All, t.Any)):
            join = diagram.both if isinstance(tree, t.All) else diagram.either
            found = self.of(tree.items[0])
            for part in tree.items[1:]:
                found = join(found, self.of(part))
            return found
        if isinstance(tree, t.Ref) and tree.name in self.atoms.definitions:
            return self.of(self.atoms.definitions[tree.name])
        item, mask = self.atoms.leaf(tree)
        diagram.sizes += [other.size for other in self.atoms.properties[len(diagram.sizes) :]]
        return diagram.of_mask(item.index, mask)


class Overlay:
    """Diagrams of one case over a shared store, which they leave as it is."""

    def __init__(self, diagram: Diagram) -> None:
        self.diagram = diagram
        self._start = len(diagram.nodes)
        self._nodes: list[tuple[int, tuple[int, ...]]] = []
        self._inner: dict[tuple[int, tuple[int, ...]], int] = {}
        self._stands: dict[int, frozenset[int]] = {}

    @property
    def size(self) -> int:
        """The number of nodes of its own."""
        return len(self._nodes)

    def at(self, node: int) -> tuple[int, tuple[int, ...]]:
        return self.diagram.nodes[node] if node < self._start else self._nodes[node - self._start]

    def _node(self, index: int, children: tuple[int, ...]) -> int:
        if children.count(children[0]) == len(children):
            return children[0]
        key = (index, children)
        found = self.diagram.find(key)
        if found is None or found >= self._start:
            found = self._inner.get(key)
        if found is None:
            found = self._inner[key] = self._start + len(self._nodes)
            self._nodes.append(key)
        return found

    def stands(self, node: int) -> frozenset[int]:
        """The properties that stand in a diagram; kept for every node of it."""
        found = self._stands.get(node)
        if found is None:
            index, children = self.at(node)
            own = () if index < 0 else (index,)
            found = frozenset(own).union(*[self.stands(child) for child in set(children)])
            self._stands[node] = found
        return found

    def narrowed(self, root: int, known: Mapping[int, int]) -> int:
        """The diagram with the `known` properties fixed; quick where they stand near its root."""
        done: dict[int, int] = {}
        start, shared, own = self._start, self.diagram.nodes, self._nodes
        last = max(known)

        def visit(node: int) -> int:
            index, children = shared[node] if node < start else own[node - start]
            while index in known:
                node = children[known[index]]
                index, children = shared[node] if node < start else own[node - start]
            if index < 0 or index > last:  # children stand behind their parents
                return node
            found = done.get(node)
            if found is None:
                found = done[node] = self._node(index, tuple([visit(child) for child in children]))
            return found

        return visit(root)

    def restricted(self, root: int, known: Mapping[int, int], leaves: Mapping[int, int]) -> int:
        """The diagram with the `known` properties fixed and leaves exchanged for others."""
        done: dict[int, int] = {}
        start, shared, own = self._start, self.diagram.nodes, self._nodes

        def visit(node: int) -> int:
            index, children = shared[node] if node < start else own[node - start]
            while index in known:
                node = children[known[index]]
                index, children = shared[node] if node < start else own[node - start]
            found = done.get(node)
            if found is None:
                if index < 0:
                    found = leaves.get(node, node)
                else:
                    found = self._node(index, tuple([visit(child) for child in children]))
                done[node] = found
            return found

        return visit(root)

    def leads(
        self, root: int, leaf: int, known: Mapping[int, int], through: Container[int]
    ) -> bool:
        """Whether a leaf can be reached where the `known` properties are fixed and those that
        stand in `through` take any value; no way leads past others."""
        seen = {root}
        todo = [root]
        while todo:
            node = todo.pop()
            if node == leaf:
                return True
            index, children = self.at(node)
            if index in known:
                children = (children[known[index]],)
            elif index not in through:
                continue
            for child in children:
                if child not in seen:
                    seen.add(child)
                    todo.append(child)
        return False

    def reach(
        self, roots: Sequence[int], allowed: Mapping[int, Collection[int]] | None = None
    ) -> tuple[set[int], set[int]]:
        """The properties that stand in these diagrams, and their leaves; `allowed` says of some
        properties which values they can take."""
        only = allowed or {}
        indices: set[int] = set()
        leaves: set[int] = set()
        seen = set(roots)
        todo = list(seen)
        while todo:
            node = todo.pop()
            index, children = self.at(node)
            if index < 0:
                leaves.add(node)
                continue
            indices.add(index)
            values = only.get(index)
            for child in children if values is None else (children[i] for i in values):
                if child not in seen:
                    seen.add(child)
                    todo.append(child)
        return indices, leaves
