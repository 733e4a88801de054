"""Unknown facts of a case: prepares what the solver needs from a policy, and asks it.

Values of properties are worked out here by the reference code, so that the solver does not rest on
what the encoder computes.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from engine.atoms import Atoms, Property
from engine.completions import Case, Completer
from engine.core import Core, Plan, core_diagram
from engine.diagram import Conditions, Diagram, TooManyNodes
from engine.facts import Facts
from engine.language import tree as t
from engine.language.types import INTEGER
from engine.model import Policy
from engine.shadow import evaluator
from engine.solver import Completed, Solver

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
        diagram = Diagram()
        self.conditions = Conditions(diagram, atoms)
        try:
            root = core_diagram(policy, plan, self.conditions, diagram)
        except TooManyNodes:
            root = -1
        base = [item for item in atoms.properties if item.kind != "definition"]
        self.base = tuple(base)
        self._all = evaluator(slots, trees, [value_tree(item) for item in base], only=True)
        self._one = {
            item.index: evaluator(slots, trees, [value_tree(item)], only=True) for item in base
        }
        self.depends = {item.index: frozenset(self._rests_on(item.tree)) for item in base}
        self.texts = tuple(_texts(trees))
        self.solver: Solver | None = None
        if root >= 0:
            self.solver = Solver(policy.facts, atoms, diagram, root, self.depends)

    def _rests_on(self, tree: t.Tree) -> set[str]:
        found: set[str] = set()
        for name in t.refs(tree):
            found |= self._rests_on(self.trees[name]) if name in self.trees else {name}
        return found

    def completed(
        self, facts: Facts, slots: Sequence[Any], content: Callable[[Core], Hashable]
    ) -> Completed:
        """What all completions agree on. Beyond the bound of a diagram: nothing is agreed and
        every unknown fact in use may matter."""
        if self.solver is None:
            used = {name for names in self.depends.values() for name in names}
            unknown = {self._origin(n) for n in used if slots[self.slots[n]] is None}
            return Completed(_ANYTHING, frozenset(unknown), False)
        case, values, completer = self._prepared(facts, slots)
        return self.solver.solve(case, values, self._origin, content, completer)

    def always(self, facts: Facts, slots: Sequence[Any], trees: Sequence[t.Tree]) -> list[bool]:
        """For each condition, whether it holds in every completion of the unknown facts."""
        if self.solver is None:
            return [False] * len(trees)
        case, values, completer = self._prepared(facts, slots)
        found = []
        for tree in trees:
            try:
                node = self.conditions.of(tree)
            except TooManyNodes:
                found.append(False)
                continue
            found.append(self.solver.always(node, case, values, self._origin, completer))
        return found

    def _prepared(
        self, facts: Facts, slots: Sequence[Any]
    ) -> tuple[Case, dict[int, int], Completer]:
        values = {}
        for item, value in zip(self.base, self._all(slots), strict=True):
            if value is not None:
                values[item.index] = numbered(item, value)
        case: Case = dict(zip(self.slots, slots, strict=True))
        completer = Completer(
            self.trees, self._property, lambda made: self._derived(facts, made), self.texts
        )
        return case, values, completer

    def _origin(self, name: str) -> str:
        return origin_of(self.policy, name)

    def _derived(self, facts: Facts, case: Case) -> Case:
        """A completed case with the parameters that go by a choice filled in."""
        for name in self.slots:
            parameter = self.policy.parameters.get(name)
            if parameter is not None and parameter.by is not None and case[parameter.by]:
                case[name] = self.policy.parameter(name, facts.on, case[parameter.by])
        return case

    def _property(self, case: Case, item: Property) -> int:
        value = self._one[item.index]([case[name] for name in self.slots])[0]
        return numbered(item, value)


def origin_of(policy: Policy, name: str) -> str:
    """The fact that one would have to ask for to know this slot."""
    parameter = policy.parameters.get(name)
    return parameter.by if parameter is not None and parameter.by is not None else name


def kleene_suffices(tree: t.Tree, atoms: Atoms) -> bool:
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
            plain = item.kind in ("fact", "choice") and isinstance(item.tree, t.Ref)
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
