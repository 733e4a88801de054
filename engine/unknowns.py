"""Unknown facts of a case: prepares what the solver needs from a policy, and asks it.

Values of properties are worked out here by the reference code, so that the solver does not rest on
what the encoder computes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from engine.affine import Rests, classes_of, linear_in
from engine.atoms import Atoms, Property
from engine.completions import Completer
from engine.core import Core, Plan, core_diagram
from engine.diagram import Conditions, Diagram, Overlay, TooManyNodes
from engine.groups import Groups
from engine.language import tree as t
from engine.language.types import INTEGER
from engine.model import Fact, Policy
from engine.shadow import evaluator
from engine.solver import Case, Completed, Condition, Solver, Telling
from engine.turns import Turns

_ANYTHING: tuple[Core, ...] = (("", "", ()), ("", "-", ()))
"""Two cores that agree on nothing."""


class Unknowns:
    """Answers for the cases of one policy in which something undecided is unknown."""

    def __init__(
        self,
        policy: Policy,
        plan: Plan,
        slots: Mapping[str, int],
        trees: Mapping[str, t.Tree],
        atoms: Atoms,
    ) -> None:
        self.policy, self.slots, self.trees, self.atoms = policy, slots, trees, atoms
        self.rests = Rests(trees)
        self.turns = Turns(self.rests, slots)
        diagram = Diagram()
        self.conditions = Conditions(diagram, atoms)
        try:
            root = core_diagram(policy, plan, self.conditions, diagram)
        except TooManyNodes:
            root = -1
        base = [item for item in atoms.properties if item.kind != "definition"]
        self.told = Told(self, base)
        self._one = {
            item.index: evaluator(slots, trees, [value_tree(item)], only=True) for item in base
        }
        self.depends = {item.index: self._rests_on(item.tree) for item in base}
        signs = [item for item in base if item.kind == "sign"]
        self._differences = {
            item.index: evaluator(slots, trees, [difference_tree(item)], only=True)
            for item in signs
        }
        self.classes = {item.index: classes_of(sorted(atoms.masks[item.index])) for item in signs}
        self.linear = {
            item.index: frozenset(
                name
                for name in self.depends[item.index]
                if name in policy.facts and _is_linear(item, policy.facts[name], trees)
            )
            for item in signs
        }
        self.texts = tuple(_texts(trees))
        self.by_choice = tuple(
            (slots[name], name, slots[parameter.by])
            for name, parameter in policy.parameters.items()
            if name in slots and parameter.by is not None
        )
        places = {
            index: tuple(sorted(slots[name] for name in names))
            for index, names in self.depends.items()
        }
        self.groups = Groups(policy.facts, atoms.properties, self.depends, places)
        self._conditions: dict[Hashable, _Support] = {}
        self._lock = threading.Lock()
        self.solver: Solver | None = None
        if root >= 0:
            self.solver = Solver(diagram, root, self.groups, self.told.telling)

    def support(self, name: Hashable, tree: t.Tree) -> _Support:
        """The properties that a condition rests on; made once per name."""
        made = self._conditions.get(name)
        if made is not None:
            return made
        with self._lock:
            if name not in self._conditions:
                try:
                    node = self.conditions.of(tree)
                except TooManyNodes:
                    node = -1
                self._conditions[name] = _Support(self, node)
            return self._conditions[name]

    def _rests_on(self, tree: t.Tree) -> frozenset[str]:
        return frozenset(name for name in self.rests.of(tree) if name not in self.trees)

    def difference_of(self, slots: list[Any], item: Property) -> Fraction:
        """The left side less the right of a comparison, dates in days."""
        found: Fraction = self._differences[item.index](slots)[0]
        return found

    def property_of(self, slots: list[Any], item: Property) -> int:
        """The numbered value of a property for completed slots."""
        return numbered(item, self._one[item.index](slots)[0])

    def of(self, slots: Sequence[Any], on: date) -> UnknownsOfCase:
        """What can be asked about one case."""
        return UnknownsOfCase(self, slots, on)


class Told:
    """Some properties of a case: tuples that tell their values, and the numbers of the known."""

    def __init__(self, shared: Unknowns, items: Sequence[Property]) -> None:
        self.items = tuple(items)
        parts = [part for item in items for part in _telling(item)]
        self.by = evaluator(shared.slots, shared.trees, parts, only=True)
        places: dict[int, tuple[int, ...]] = {}
        start = 0
        for item in items:
            width = len(_telling(item))
            places[item.index] = tuple(range(start, start + width))
            start += width
        self.telling = Telling(places, self.numbers)

    def numbers(self, told: Sequence[Any]) -> dict[int, int]:
        """Numbered values by property index, without the unknown ones."""
        found: dict[int, int] = {}
        values = iter(told)
        for item in self.items:
            value = next(values)
            if item.kind == "sign":
                more = next(values)
                value = -1 if value else None if value is None or more is None else int(more)
            if value is not None:
                found[item.index] = numbered(item, value)
        return found


def _telling(item: Property) -> tuple[t.Tree, ...]:
    """Trees whose values tell the value of a property: for a sign whether it is less, and more."""
    if item.kind == "sign":
        left, right = t.children(item.tree)
        return tuple(t.Compare(op, left, right, item.tree.span) for op in "<>")
    return (item.tree,)


class _Support:
    """One condition with the properties on which it rests; without a diagram where that would be
    too large."""

    def __init__(self, shared: Unknowns, node: int) -> None:
        diagram = shared.conditions.diagram
        indices = sorted(Overlay(diagram).reach([node])[0]) if node >= 0 else []
        self.told = Told(shared, [shared.atoms.properties[index] for index in indices])
        plain = [index for index in indices if index in shared.groups.plain]
        computed = [shared.depends[index] for index in indices if index not in plain]
        together = frozenset[str]().union(*computed)
        free = frozenset(index for index in plain if not shared.depends[index] & together)
        self.condition = Condition(diagram, node, free, self.told.telling) if node >= 0 else None


class UnknownsOfCase:
    """What can be asked about one case."""

    def __init__(self, shared: Unknowns, slots: Sequence[Any], on: date) -> None:
        self.shared, self.slots = shared, slots
        since = on if shared.by_choice else None
        self.on = on
        self._case = Case(slots, since, self._asked, self._completer)

    def completed(self, content: Callable[[Core], Hashable], key: Hashable = None) -> Completed:
        """What all completions agree on. Beyond the bound of a diagram: nothing is agreed and
        every unknown fact in use may matter. With a `key`, by which `content` is always the same,
        answers are kept."""
        solver = self.shared.solver
        if solver is None:
            used = {name for names in self.shared.depends.values() for name in names}
            unknown = {name for n in used if (name := self._asked(n)) is not None}
            return Completed(_ANYTHING, frozenset(unknown), False)
        return solver.solve(self.shared.told.by(self.slots), self._case, content, key)

    def always(self, name: Hashable, tree: t.Tree) -> bool:
        """Whether a condition holds in every completion of the unknown facts; `name` is its own."""
        solver = self.shared.solver
        support = self.shared.support(name, tree)
        if solver is None or support.condition is None:
            return False
        return solver.always(support.condition, support.told.by(self.slots), self._case)

    def _completer(self) -> Completer:
        shared = self.shared
        return Completer(
            shared.rests,
            shared.turns,
            shared.slots,
            self.slots,
            shared.property_of,
            self._derive if shared.by_choice else None,
            shared.texts,
            shared.difference_of,
            shared.linear,
            shared.classes,
        )

    def _asked(self, name: str) -> str | None:
        """The fact one would have to ask for to know a slot; None where it is known."""
        if self.slots[self.shared.slots[name]] is not None:
            return None
        return origin_of(self.shared.policy, name)

    def _derive(self, slots: list[Any]) -> None:
        """Fill in the parameters that go by a choice."""
        for place, name, by in self.shared.by_choice:
            choice = slots[by]
            if choice is not None:
                slots[place] = self.shared.policy.parameter(name, self.on, choice)


def origin_of(policy: Policy, name: str) -> str:
    """The fact that one would have to ask for to know this slot."""
    parameter = policy.parameters.get(name)
    return parameter.by if parameter is not None and parameter.by is not None else name


def _is_linear(item: Property, fact: Fact, trees: Mapping[str, t.Tree]) -> bool:
    if fact.type not in ("integer", "money", "number", "date"):
        return False
    return all(linear_in(side, fact.name, trees) for side in t.children(item.tree))


def difference_tree(item: Property) -> t.Tree:
    """The left side less the right."""
    left, right = t.children(item.tree)
    if left.type.kind == "date":
        return t.Call("days_between", (right, left), INTEGER, item.tree.span)
    return t.Arith("-", left, right, left.type, item.tree.span)


def kleene_suffices(tree: t.Tree, atoms: Atoms, facts: Collection[str]) -> bool:
    """Whether three-valued truth is already exact: every property is a plain fact of its own and
    stands in the condition once."""
    seen: set[int] = set()
    todo = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, (t.All, t.Any, t.Not)):
            todo += t.children(node)
        elif isinstance(node, t.Ref) and node.name in atoms.definitions:
            todo.append(atoms.definitions[node.name])
        elif not isinstance(node, t.Const):
            item, _ = atoms.leaf(node)
            named = item.tree.name if isinstance(item.tree, t.Ref) else ""
            plain = item.kind in ("fact", "choice") and named in facts
            if not plain or item.index in seen:
                return False
            seen.add(item.index)
    return True


def value_tree(item: Property) -> t.Tree:
    """What a property's value is worked out from: for a sign the difference itself."""
    if item.kind == "sign" and isinstance(item.tree, t.Compare):
        left, right = item.tree.left, item.tree.right
        less = t.Compare("<", left, right, item.tree.span)
        more = t.Compare(">", left, right, item.tree.span)
        minus, zero, plus = (t.Const(Fraction(n), INTEGER, (0, 0)) for n in (-1, 0, 1))
        rest = t.If(more, plus, zero, plus.type, item.tree.span)
        return t.If(less, minus, rest, plus.type, item.tree.span)
    return item.tree


def numbered(item: Property, value: Any) -> int:
    """A property's value as the number by which diagrams and terms know it."""
    if item.kind == "choice":
        return list(item.tree.type.choices).index(value)
    return int(value) + 1 if item.kind == "sign" else int(value)


def _texts(trees: Mapping[str, t.Tree]) -> dict[str, None]:
    """Every text written in a rule."""
    return {
        node.value: None
        for tree in trees.values()
        for node in t.walk(tree)
        if isinstance(node, t.Const) and isinstance(node.value, str) and node.type.kind == "text"
    }
