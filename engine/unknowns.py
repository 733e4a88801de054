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
from engine.facts import Facts, sourced_value
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
        try:
            root = core_diagram(policy, plan, Conditions(diagram, atoms), diagram)
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

        def origin(name: str) -> str:
            return origin_of(self.policy, facts, name)

        if self.solver is None:
            used = {name for names in self.depends.values() for name in names}
            unknown = {origin(n) for n in used if slots[self.slots[n]] is None}
            return Completed(_ANYTHING, frozenset(unknown), False)
        values = {}
        for item, value in zip(self.base, self._all(slots), strict=True):
            if value is not None:
                values[item.index] = numbered(item, value)
        case: Case = dict(zip(self.slots, slots, strict=True))
        completer = Completer(
            self.trees, self._property, lambda made: self._derived(facts, made), self.texts
        )
        return self.solver.solve(case, values, origin, content, completer)

    def _derived(self, facts: Facts, case: Case) -> Case:
        """A completed case with its looked-up facts and parameters filled in."""
        for name in facts.derived:
            fact = self.policy.facts[name]
            source = fact.source
            if source is None:
                continue
            needed = source.by if source.kind == "parameter" else source.name
            if needed is not None and case[needed] is not None:
                case[name] = sourced_value(self.policy, fact, source, case)
        for name in self.slots:
            parameter = self.policy.parameters.get(name)
            if parameter is not None and parameter.by is not None and case[parameter.by]:
                case[name] = self.policy.parameter(name, facts.on, case[parameter.by])
        return case

    def _property(self, case: Case, item: Property) -> int:
        value = self._one[item.index]([case[name] for name in self.slots])[0]
        return numbered(item, value)


def origin_of(policy: Policy, facts: Facts, name: str) -> str:
    """The fact that one would have to ask for to know this slot."""
    parameter = policy.parameters.get(name)
    if parameter is not None and parameter.by is not None:
        name = parameter.by
    while name in facts.derived:
        name = facts.derived[name]
    return name


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
