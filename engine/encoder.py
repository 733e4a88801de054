"""Facts to what durable_rules can compare: yes/no, small whole numbers and signs, as JSON.

Comparisons of computed values become the sign of their difference, worked out by generated
integer code (engine.integers); money counts in fen. An unknown value is left out of the JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any

from engine import integers
from engine.atoms import Property
from engine.codegen import Writer
from engine.language import tree as t

_PAIRS = {
    "+": integers.add,
    "-": integers.subtract,
    "*": integers.multiply,
    "/": integers.divide,
}  # fmt: skip
_SCALE = {"money": 100, "integer": 1}
_NUMBER_SCALE = 1_000_000


class Encoder:
    """Generates functions from slot values to the values of properties, or to JSON."""

    def __init__(
        self, slots: Mapping[str, int], definitions: Mapping[str, t.Tree], known: bool = False
    ) -> None:
        self.slots, self.definitions, self.known = slots, definitions, known
        self.writer = Writer("e")
        self._done: dict[object, str] = {}

    # properties --------------------------------------------------------------------------
    def code(self, item: Property) -> str:
        """An expression for the value of a base property: None, bool or whole number."""
        if item.kind == "fact":
            return self.slot(item.tree)
        if item.kind == "choice":
            order = {choice: i for i, choice in enumerate(item.tree.type.choices)}
            order_name = self.writer.const({**order, None: None})
            return self.once(("choice", t.key(item.tree)), f"{order_name}[{self.raw(item.tree)}]")
        if item.kind == "sign" and isinstance(item.tree, t.Compare):
            return self.sign(item.tree.left, item.tree.right)
        return self.truth(item.tree)

    def once(self, key: object, expression: str) -> str:
        if key not in self._done:
            self._done[key] = self.writer.assign(expression)
        return self._done[key]

    def slot(self, tree: t.Tree) -> str:
        if not isinstance(tree, t.Ref):
            raise TypeError("only a name has a slot")
        return f"v[{self.slots[tree.name]}]"

    def raw(self, tree: t.Tree) -> str:
        """The value of a choice, set or text."""
        if isinstance(tree, t.Const):
            return self.writer.const(tree.value, ("raw", tree.value))
        if isinstance(tree, t.If):
            key = ("raw", t.key(tree))
            if key not in self._done:
                self._done[key] = self.writer.assign(self.choose(tree, self.raw))
            return self._done[key]
        if isinstance(tree, t.Ref) and tree.name in self.definitions:
            return self.raw(self.definitions[tree.name])
        return self.slot(tree)

    # truth -------------------------------------------------------------------------------
    def truth(self, tree: t.Tree) -> str:
        """A variable with the truth of a condition that is no plain property."""
        key = ("truth", t.key(tree))
        if key in self._done:
            return self._done[key]
        return self.once(key, self._truth(tree))

    def _truth(self, tree: t.Tree) -> str:
        if isinstance(tree, t.Const):
            return repr(tree.value)
        if isinstance(tree, t.Ref):
            known = self.definitions.get(tree.name)
            return self.truth(known) if known is not None else self.slot(tree)
        if isinstance(tree, t.Not):
            inner = self.truth(tree.item)
            return f"None if {inner} is None else not {inner}"
        if isinstance(tree, (t.All, t.Any)):
            names = [self.truth(item) for item in tree.items]
            return self.writer.const(_every if isinstance(tree, t.All) else _some, type(tree)) + (
                f"({', '.join(names)})"
            )
        if isinstance(tree, t.Has):
            held = self.raw(tree.item)
            value = self.writer.const(tree.value, ("raw", tree.value))
            return f"None if {held} is None else {value} in {held}"
        if isinstance(tree, t.OneOf):
            return self._one_of(tree)
        if isinstance(tree, t.Compare):
            return self._compare(tree)
        raise TypeError(f"no truth for {type(tree).__name__}")

    def _one_of(self, tree: t.OneOf) -> str:
        if tree.item.type.kind in ("choice", "text"):
            item = self.raw(tree.item)
            members = self.writer.const(frozenset(str(const.value) for const in tree.values))
            return f"None if {item} is None else {item} in {members}"
        signs = [self.sign(tree.item, const) for const in tree.values]
        equal = " or ".join(f"{name} == 0" for name in signs)
        return f"None if {signs[0]} is None else ({equal})"

    def _compare(self, tree: t.Compare) -> str:
        if tree.left.type.kind in ("choice", "text"):
            left, right = self.raw(tree.left), self.raw(tree.right)
            op = "==" if tree.op == "=" else "!="
            return f"None if {left} is None or {right} is None else {left} {op} {right}"
        op = "==" if tree.op == "=" else tree.op
        name = self.sign(tree.left, tree.right)
        return f"None if {name} is None else {name} {op} 0"

    # numbers -----------------------------------------------------------------------------
    def sign(self, left: t.Tree, right: t.Tree) -> str:
        """A variable with the sign of left - right, or None."""
        key = ("sign", t.key(left), t.key(right))
        if key in self._done:
            return self._done[key]
        if left.type.kind == "date":
            a, b = self.day(left), self.day(right)
            return self.once(key, self.guarded((a, b), f"({a} > {b}) - ({a} < {b})"))
        one, two = self.whole(left), self.whole(right)
        if one is None or two is None:
            a, b = self.pair(left), self.pair(right)
            made = f"{self.writer.const(integers.sign, 'sign')}({a}, {b})"
            return self.once(key, self.guarded((a, b), made))
        needed = sorted(self._needs(left) | self._needs(right))
        a = self.writer.assign(self.guarded(needed, _times(one[0], two[1])))
        b = self.writer.assign(self.guarded(needed, _times(two[0], one[1])))
        return self.once(key, self.guarded((a,), f"({a} > {b}) - ({a} < {b})"))

    def guarded(self, names: Iterable[str], expression: str) -> str:
        """None where one of the names is unknown."""
        tests = " or ".join(f"{name} is None" for name in names)
        return f"None if {tests} else {expression}" if tests and not self.known else expression

    def _needs(self, tree: t.Tree) -> set[str]:
        """The slots and variables that a plain whole-number formula reads."""
        if isinstance(tree, t.Ref):
            known = self.definitions.get(tree.name)
            return self._needs(known) if known is not None else {self.slot(tree)}
        return {name for child in t.children(tree) for name in self._needs(child)}

    def whole(self, tree: t.Tree) -> tuple[str, int] | None:
        """A formula over slots and its fixed denominator, where only + - * occur; else None."""
        if isinstance(tree, t.Const) and isinstance(tree.value, Fraction):
            return str(tree.value.numerator), tree.value.denominator
        if isinstance(tree, t.Ref):
            known = self.definitions.get(tree.name)
            if known is not None:
                return self.whole(known)
            scale = _SCALE.get(tree.type.kind)
            return (self.slot(tree), scale) if scale is not None else None
        if not isinstance(tree, t.Arith) or tree.op == "/":
            return None
        left, right = self.whole(tree.left), self.whole(tree.right)
        if left is None or right is None:
            return None
        if tree.op == "*":
            return f"({left[0]} * {right[0]})", left[1] * right[1]
        if left[1] == right[1]:
            return f"({left[0]} {tree.op} {right[0]})", left[1]
        one, two = _times(left[0], right[1]), _times(right[0], left[1])
        return f"({one} {tree.op} {two})", left[1] * right[1]

    def pair(self, tree: t.Tree) -> str:
        """A variable with (numerator, denominator) or None."""
        key = ("pair", t.key(tree))
        if key not in self._done:
            self._done[key] = self.writer.assign(self._pair(tree))
        return self._done[key]

    def _pair(self, tree: t.Tree) -> str:
        if isinstance(tree, t.Const) and isinstance(tree.value, Fraction):
            return f"({tree.value.numerator}, {tree.value.denominator})"
        if isinstance(tree, t.Ref):
            known = self.definitions.get(tree.name)
            if known is not None:
                return self.pair(known)
            slot = self.slot(tree)
            scale = _SCALE.get(tree.type.kind)
            made = f"({slot}, {scale})" if scale else f"{self.writer.const(_millionths)}({slot})"
            return self.guarded((slot,), made)
        if isinstance(tree, t.If):
            return self.choose(tree, self.pair)
        if isinstance(tree, t.Arith):
            names = (self.pair(tree.left), self.pair(tree.right))
            function = self.writer.const(_PAIRS[tree.op], tree.op)
            return self.guarded(names, f"{function}({names[0]}, {names[1]})")
        return self._call(tree)

    def _call(self, tree: t.Tree) -> str:
        if not isinstance(tree, t.Call):
            raise TypeError(f"no number for {type(tree).__name__}")
        names = [self.day(arg) if arg.type.kind == "date" else self.pair(arg) for arg in tree.args]
        function = self.writer.const(integers.FUNCTIONS[tree.name], tree.name)
        return self.guarded(names, f"{function}({', '.join(names)})")

    def day(self, tree: t.Tree) -> str:
        """A variable with the ordinal of a date, or None."""
        key = ("day", t.key(tree))
        if key not in self._done:
            self._done[key] = self.writer.assign(self._day(tree))
        return self._done[key]

    def _day(self, tree: t.Tree) -> str:
        if isinstance(tree, t.Const) and not isinstance(
            tree.value, (bool, Fraction, str, frozenset)
        ):
            return str(tree.value.toordinal())
        if isinstance(tree, t.Ref):
            known = self.definitions.get(tree.name)
            if known is not None:
                return self.day(known)
            return self.guarded((self.slot(tree),), f"{self.slot(tree)}.toordinal()")
        if isinstance(tree, t.If):
            return self.choose(tree, self.day)
        return self._call(tree)

    def choose(self, tree: t.If, read: Callable[[t.Tree], str]) -> str:
        """if/then/else; an unknown test gives the value that both ways agree on."""
        test, then, other = self.truth(tree.test), read(tree.then), read(tree.other)
        same = self.writer.const(_same, "same")
        return f"{same}({then}, {other}) if {test} is None else {then} if {test} else {other}"


def _times(text: str, factor: int) -> str:
    return text if factor == 1 else f"{text} * {factor}"


def _every(*items: Any) -> bool | None:
    if False in items:
        return False
    return None if None in items else True


def _some(*items: Any) -> bool | None:
    if True in items:
        return True
    return None if None in items else False


def _same(one: Any, two: Any) -> Any:
    """The common value of two pairs, days or texts; None if they differ or one is unknown."""
    if isinstance(one, tuple) and isinstance(two, tuple):
        return one if integers.sign(one, two) == 0 else None
    return one if one == two else None


def _millionths(value: Any) -> tuple[int, int]:
    """A `number` fact has at most six decimals."""
    if isinstance(value, int):
        return value, 1
    return value.numerator * (_NUMBER_SCALE // value.denominator), _NUMBER_SCALE
