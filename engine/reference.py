"""The reference evaluator: plain Python over Fractions and three-valued truth (Kleene).

It reads the checked tree directly, says nothing of speed and decides nothing alone: it checks the
other evaluators and explains each condition. Unknown is None and is never taken for false or zero.
A value made of an unknown one is unknown; `and`, `or` and `not` are Kleene's.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from engine.calculus import FUNCTIONS
from engine.language import Expression
from engine.language import tree as t
from engine.language.types import Type

Truth = bool | None

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le,
    ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_ARITH: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv,
}  # fmt: skip


def evaluate(expression: Expression | t.Tree, values: Mapping[str, Any]) -> Any:
    """The value of an expression: True, False or None for a condition, else Fraction (money in
    yuan), date, text or None.

    `values` maps names to typed values as Facts and step records hold them: money in fen, None or
    an absent name for unknown.
    """
    tree = expression.tree if isinstance(expression, Expression) else expression
    return Reference(values, {}).value(tree)


class Reference:
    """Evaluates trees over the values of one case; definitions are worked out once."""

    def __init__(self, values: Mapping[str, Any], definitions: Mapping[str, t.Tree]) -> None:
        self.values, self.definitions = values, definitions
        self._done: dict[str, Any] = {}

    def value(self, tree: t.Tree) -> Any:
        if isinstance(tree, t.Const):
            return tree.value
        if isinstance(tree, t.Ref):
            return self._named(tree)
        if isinstance(tree, t.Not):
            inner = self.value(tree.item)
            return None if inner is None else not inner
        if isinstance(tree, t.All):
            return conjunction([self.value(item) for item in tree.items])
        if isinstance(tree, t.Any):
            return disjunction([self.value(item) for item in tree.items])
        return self._computed(tree)

    def _named(self, tree: t.Ref) -> Any:
        if tree.name not in self.definitions:
            return exact(self.values.get(tree.name), tree.type)
        if tree.name not in self._done:
            self._done[tree.name] = self.value(self.definitions[tree.name])
        return self._done[tree.name]

    def _computed(self, tree: t.Tree) -> Any:
        if isinstance(tree, (t.Compare, t.Arith)):
            left, right = self.value(tree.left), self.value(tree.right)
            if left is None or right is None:
                return None
            table: Mapping[str, Callable[[Any, Any], Any]]
            table = _COMPARE if isinstance(tree, t.Compare) else _ARITH
            return table[tree.op](left, right)
        if isinstance(tree, t.OneOf):
            item = self.value(tree.item)
            return None if item is None else any(item == const.value for const in tree.values)
        if isinstance(tree, t.Has):
            held = self.value(tree.item)
            return None if held is None else tree.value in held
        if isinstance(tree, t.If):
            return self._choose(tree)
        if isinstance(tree, t.Call):
            args = [self.value(arg) for arg in tree.args]
            return None if None in args else FUNCTIONS[tree.name](*args)
        raise TypeError(f"no value for {type(tree).__name__}")

    def _choose(self, tree: t.If) -> Any:
        """if/then/else; with an unknown test, the value that both ways agree on."""
        test = self.value(tree.test)
        if test is not None:
            return self.value(tree.then if test else tree.other)
        then, other = self.value(tree.then), self.value(tree.other)
        return then if then == other else None


def conjunction(items: list[Truth]) -> Truth:
    if any(item is False for item in items):
        return False
    return None if any(item is None for item in items) else True


def disjunction(items: list[Truth]) -> Truth:
    if any(item is True for item in items):
        return True
    return None if any(item is None for item in items) else False


def exact(value: Any, kind: Type) -> Any:
    """A stored value as expressions see it: money from fen to yuan, whole numbers as Fractions."""
    if value is None or kind.kind not in ("money", "integer", "number"):
        return value
    return Fraction(value, 100) if kind.kind == "money" else Fraction(value)


def plain(value: Any, kind: Type) -> Any:
    """A value as JSON shows it: money in yuan as text or whole number, dates as ISO, sets sorted."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(value)
    if kind.kind == "money" and isinstance(value, int):
        yuan, fen = divmod(abs(value), 100)
        sign = "-" if value < 0 else ""
        return int(f"{sign}{yuan}") if not fen else f"{sign}{yuan}.{fen:02d}"
    if isinstance(value, Fraction):
        return int(value) if value.denominator == 1 else str(float(value))
    return value
