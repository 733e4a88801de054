"""A decision diagram narrowed by what a case knows, in steps that are kept.

The diagram of a whole policy is large, and cases seldom know exactly the same. Few properties at a
time are read, only those that still stand in the diagram; what each step leaves is kept, so that a
case mostly walks ways that others have gone before it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.diagram import Diagram, Overlay
from engine.groups import reader

AT_ONCE = 6
"""Properties read in one step."""

Numbers = Callable[[Sequence[Any]], Mapping[int, int]]
"""The numbered values of all known properties, of what a case tells."""


@dataclass(slots=True)
class _Step:
    """What comes next at a node: the properties read, where their values are told, and for each
    tuple of these the node that is left and the next step; None where all have been read."""

    indices: tuple[int, ...]
    read: Callable[[Sequence[Any]], Hashable]
    ways: dict[Hashable, tuple[int, _Step | None]] = field(default_factory=dict)


class Narrowing:
    """Narrowed diagrams in one overlay. `told` gives the places in what a case tells at which the
    value of each property stands, `numbers` their numbered values."""

    def __init__(
        self, diagram: Diagram, told: Mapping[int, tuple[int, ...]], numbers: Numbers
    ) -> None:
        self.overlay = Overlay(diagram)
        self.kept = 0
        """The number of steps kept."""
        self._told, self._numbers = told, numbers
        self._starts: dict[int, tuple[int, _Step | None]] = {}
        self._steps: dict[tuple[int, int], _Step | None] = {}

    def of(self, root: int, told: Sequence[Any]) -> int:
        """The diagram that is left of a root by what a case tells."""
        if root not in self._starts:
            self._starts[root] = root, self._step(root, -1)
        node, step = self._starts[root]
        values: Mapping[int, int] | None = None
        while step is not None:
            key = step.read(told)
            way = step.ways.get(key)
            if way is None:
                values = self._numbers(told) if values is None else values
                way = step.ways[key] = self._left(node, step, values)
            node, step = way
        return node

    def _left(self, node: int, step: _Step, values: Mapping[int, int]) -> tuple[int, _Step | None]:
        fixed = {index: values[index] for index in step.indices if index in values}
        left = self.overlay.narrowed(node, fixed) if fixed else node
        self.kept += 1
        return left, self._step(left, step.indices[-1])

    def _step(self, node: int, after: int) -> _Step | None:
        """The next properties of a node in their order, all behind `after`."""
        key = node, after
        if key not in self._steps:
            indices = sorted(i for i in self.overlay.stands(node) if i > after)[:AT_ONCE]
            places = [place for index in indices for place in self._told[index]]
            self._steps[key] = _Step(tuple(indices), reader(places)) if indices else None
        return self._steps[key]
