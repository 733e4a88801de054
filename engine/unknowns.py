"""Unknown facts of a case: prepares what the solver needs from a policy, and asks it.

Values of properties are worked out here by the reference code, so that the solver does not rest on
what the encoder computes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any

from engine.affine import Rests, classes_of, linear_in
from engine.atoms import Atoms, Property
from engine.completions import Completer, Points
from engine.core import Core, Plan, core_diagram
from engine.diagram import Conditions, Diagram, Overlay, TooManyNodes
from engine.language import tree as t
from engine.language.types import INTEGER
from engine.model import Fact, Policy
from engine.shadow import evaluator
from engine.solver import Completed, Question, Solver
from engine.turns import Turns

_ANYTHING: tuple[Core, ...] = (("", "", ()), ("", "-", ()))
"""Two cores that agree on nothing."""
MOST_REMEMBERED = 20_000
"""Answers kept per question; beyond it they are forgotten and worked out anew."""


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
        self.base = tuple(base)
        self.values_of = evaluator(slots, trees, [value_tree(item) for item in base], only=True)
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
        self.plain = frozenset(item.index for item in base if self._is_plain(item))
        self.places = {
            index: tuple(sorted(slots[name] for name in names))
            for index, names in self.depends.items()
        }
        self.points: dict[Hashable, Points] = {}
        self._always: dict[Hashable, _Support] = {}
        self._lock = threading.Lock()
        self.solver: Solver | None = None
        if root >= 0:
            self.solver = Solver(policy.facts, atoms, diagram, root, self.depends)

    def _is_plain(self, item: Property) -> bool:
        """Whether a property is a fact of its own: then being unknown says all about it."""
        fact = isinstance(item.tree, t.Ref) and item.tree.name in self.policy.facts
        return fact and item.kind in ("fact", "choice")

    def open_on(self, indices: Iterable[int], slots: Sequence[Any], on: date) -> Hashable:
        """What open computed properties of a case rest on: two cases with the same find the same
        completions."""
        found = tuple(
            [slots[place] for i in indices if i not in self.plain for place in self.places[i]]
        )
        return (found, on) if self.by_choice else found

    def support(self, name: Hashable, tree: t.Tree) -> _Support:
        """The properties that a condition rests on; made once per name."""
        with self._lock:
            if name not in self._always:
                try:
                    node = self.conditions.of(tree)
                except TooManyNodes:
                    node = -1
                self._always[name] = _Support(self, node)
            return self._always[name]

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


class _Support:
    """One condition as a diagram: its properties, and what was found for values of these."""

    def __init__(self, shared: Unknowns, node: int) -> None:
        self.shared, self.node = shared, node
        indices = _indices(shared.conditions.diagram, node) if node >= 0 else []
        self.items = [shared.atoms.properties[index] for index in indices]
        parts = [part for item in self.items for part in _telling(item)]
        self.values_of = evaluator(shared.slots, shared.trees, parts, only=True)
        self._computed: list[tuple[int, int]] = []
        """(place among the parts, property) of what is no plain fact."""
        place = 0
        for item in self.items:
            if item.index not in shared.plain:
                self._computed.append((place, item.index))
            place += len(_telling(item))
        self.known: dict[Hashable, bool] = {}
        self._values = evaluator(
            shared.slots, shared.trees, [value_tree(item) for item in self.items], only=True
        )
        resting = [shared.depends[index] for _, index in self._computed]
        together = frozenset[str]().union(*resting)
        plain = [item for item in self.items if item.index in shared.plain]
        self.free = frozenset(i.index for i in plain if not shared.depends[i.index] & together)
        self.others = frozenset(i.index for i in self.items) - self.free

    def values(self, slots: Sequence[Any]) -> dict[int, int]:
        """The known properties."""
        return {
            item.index: numbered(item, value)
            for item, value in zip(self.items, self._values(slots), strict=True)
            if value is not None
        }

    def key(self, slots: Sequence[Any], on: date) -> Hashable:
        """Equal for cases in which the condition has the same completions."""
        values = self.values_of(slots)
        unknown = [index for place, index in self._computed if values[place] is None]
        return (values, self.shared.open_on(unknown, slots, on)) if unknown else values


def _indices(diagram: Diagram, node: int) -> list[int]:
    return sorted(Overlay(diagram).reach([node])[0])


def _telling(item: Property) -> tuple[t.Tree, ...]:
    """Trees whose values tell the value of a property: for a sign whether it is less, and more."""
    if item.kind == "sign":
        left, right = t.children(item.tree)
        return tuple(t.Compare(op, left, right, item.tree.span) for op in "<>")
    return (item.tree,)


class UnknownsOfCase:
    """One case: its known properties, worked out once where they are needed."""

    def __init__(self, shared: Unknowns, slots: Sequence[Any], on: date) -> None:
        self.shared, self.slots, self.on = shared, slots, on

    @cached_property
    def values(self) -> dict[int, int]:
        """The known properties."""
        shared = self.shared
        return {
            item.index: numbered(item, value)
            for item, value in zip(shared.base, shared.values_of(self.slots), strict=True)
            if value is not None
        }

    @cached_property
    def completer(self) -> Completer:
        shared, slots = self.shared, self.slots
        return Completer(
            shared.rests,
            shared.turns,
            shared.slots,
            slots,
            shared.property_of,
            self._derive if shared.by_choice else None,
            shared.texts,
            shared.difference_of,
            shared.linear,
            shared.classes,
            shared.points,
            self._open_on,
        )

    def _open_on(self, properties: Sequence[Property]) -> Hashable:
        return self.shared.open_on([item.index for item in properties], self.slots, self.on)

    def completed(self, content: Callable[[Core], Hashable], key: Hashable = None) -> Completed:
        """What all completions agree on. Beyond the bound of a diagram: nothing is agreed and
        every unknown fact in use may matter. With a `key`, by which `content` is always the same,
        answers are kept."""
        solver = self.shared.solver
        if solver is None:
            used = {name for names in self.shared.depends.values() for name in names}
            unknown = {name for n in used if (name := self._asked(n)) is not None}
            return Completed(_ANYTHING, frozenset(unknown), False)
        question = Question(self.values, self._asked, content, key, self._open_on)
        return solver.solve(question, lambda: self.completer)

    def always(self, name: Hashable, tree: t.Tree) -> bool:
        """Whether a condition holds in every completion of the unknown facts; `name` is its own."""
        solver = self.shared.solver
        support = self.shared.support(name, tree)
        if solver is None or support.node < 0:
            return False
        key = support.key(self.slots, self.on)
        found = support.known.get(key)
        if found is None:
            found = solver.always(
                support.node,
                support.values(self.slots),
                self._asked,
                lambda: self.completer,
                support.free,
                support.others,
            )
            if len(support.known) >= MOST_REMEMBERED:
                support.known.clear()
            support.known[key] = found
        return found

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
