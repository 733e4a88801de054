"""The reference evaluator as generated code: the same meaning as engine.reference, made fast.

Plain Python over Fractions and whole numbers, with Kleene truth; shares no arithmetic with the encoder. A test holds it
against the interpreted evaluator.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

from engine.calculus import FUNCTIONS
from engine.codegen import Writer
from engine.language import tree as t
from engine.language.types import YES_NO

Evaluator = Callable[[Sequence[Any]], tuple[Any, ...]]


def evaluator(
    slots: Mapping[str, int],
    definitions: Mapping[str, t.Tree],
    wanted: Sequence[t.Tree] | None = None,
    known: bool = False,
    only: bool = False,
) -> Evaluator:
    """A function from slot values to a tuple: the truth of every condition among the definitions,
    in their order, or the values of the `wanted` trees.

    With `known` it may assume that every slot it reads is known; with `only` it works out what
    the wanted trees need and nothing else.
    """
    maker = _Maker(slots, known, definitions)
    for name, tree in definitions.items() if not only else ():
        maker.names[name] = maker.value(tree)
    if wanted is None:
        names = [maker.names[n] for n, tree in definitions.items() if tree.type == YES_NO]
    else:
        names = [maker.exact(tree) for tree in wanted]
    return maker.writer.compile("v", f"({', '.join(names)},)" if names else "()")


@lru_cache(maxsize=16_384)
def _yuan(fen: int) -> Fraction:
    """Dated amounts come with every case; making a Fraction is the slowest step here."""
    return Fraction(fen, 100)


class _Maker:
    def __init__(
        self, slots: Mapping[str, int], known: bool, definitions: Mapping[str, t.Tree]
    ) -> None:
        self.slots, self.known, self.definitions = slots, known, definitions
        self.writer = Writer("r")
        self.names: dict[str, str] = {}
        self._done: dict[object, str] = {}

    def value(self, tree: t.Tree) -> str:
        key = t.key(tree)
        if key not in self._done:
            if isinstance(tree, t.Ref) and tree.name in self.definitions:
                if tree.name not in self.names:
                    self.names[tree.name] = self.value(self.definitions[tree.name])
                return self.names[tree.name]
            self._done[key] = self.writer.assign(self._value(tree))
        return self._done[key]

    def exact(self, tree: t.Tree) -> str:
        """The value as a result: whole numbers, kept as int inside, are Fractions like others."""
        name = self.value(tree)
        if not tree.type.is_numeric:
            return name
        fraction = self.writer.const(Fraction, Fraction)
        return self.writer.assign(f"None if {name} is None else {fraction}({name})")

    def _value(self, tree: t.Tree) -> str:
        if isinstance(tree, t.Const):
            value = tree.value
            if isinstance(value, Fraction) and value.denominator == 1:
                return self.writer.const(value.numerator)
            return self.writer.const(value)
        if isinstance(tree, t.Ref):
            return self._slot(tree)
        if isinstance(tree, t.Not):
            return self._guard([self.value(tree.item)], f"not {self.value(tree.item)}")
        if isinstance(tree, (t.All, t.Any)):
            return self._joined(tree)
        if isinstance(tree, (t.Compare, t.Arith)):
            left, right = self.value(tree.left), self.value(tree.right)
            op = "==" if tree.op == "=" else tree.op
            if op == "/":  # whole numbers are kept as int, which would divide into a float
                left = f"{self.writer.const(Fraction, Fraction)}({left})"
                return self._guard([self.value(tree.left), right], f"{left} / {right}")
            return self._guard([left, right], f"{left} {op} {right}")
        if isinstance(tree, t.OneOf):
            item = self.value(tree.item)
            members = self.writer.const(tuple(const.value for const in tree.values))
            return self._guard([item], f"{item} in {members}")
        if isinstance(tree, t.Has):
            item = self.value(tree.item)
            return self._guard([item], f"{self.writer.const(tree.value)} in {item}")
        if isinstance(tree, t.If):
            return self._choice(tree)
        args = [self.value(arg) for arg in tree.args]
        function = self.writer.const(FUNCTIONS[tree.name])
        return self._guard(args, f"{function}({', '.join(args)})")

    def _slot(self, tree: t.Ref) -> str:
        slot = f"v[{self.slots[tree.name]}]"
        if tree.type.kind == "money":
            return self._guard([slot], f"{self.writer.const(_yuan, _yuan)}({slot})")
        if tree.type.kind == "number":
            return self._guard([slot], f"{self.writer.const(Fraction, Fraction)}({slot})")
        return slot

    def _guard(self, names: Sequence[str], expression: str) -> str:
        if self.known:
            return expression
        tests = " or ".join(f"{name} is None" for name in names)
        return f"None if {tests} else {expression}"

    def _joined(self, tree: t.All | t.Any) -> str:
        names = [self.value(item) for item in tree.items]
        if self.known:
            return (" and " if isinstance(tree, t.All) else " or ").join(names)
        decisive, other = ("False", "True") if isinstance(tree, t.All) else ("True", "False")
        stop = " or ".join(f"{name} is {decisive}" for name in names)
        unknown = " or ".join(f"{name} is None" for name in names)
        return f"{decisive} if {stop} else None if {unknown} else {other}"

    def _choice(self, tree: t.If) -> str:
        test, then, other = self.value(tree.test), self.value(tree.then), self.value(tree.other)
        if self.known:
            return f"{then} if {test} else {other}"
        same = f"({then} if {then} == {other} else None)"
        return f"{same} if {test} is None else {then} if {test} else {other}"
