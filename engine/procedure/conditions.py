"""A condition written in a procedure file: its words, its place and its compiled form."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.language import YES_NO, Expression, Names, check, tree
from engine.reference import evaluate
from engine.source import Scalar, Source

Compile = Callable[[Scalar], tree.Tree | None]
"""Makes the checked tree of a condition; None after faults, which it has recorded."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition as the file spells it.

    `expression` is None only where the names it uses were not known when it was read (a procedure
    read on its own, without the facts of its policy).
    """

    scalar: Scalar
    expression: Expression | None = None

    @property
    def text(self) -> str:
        """The expression, in the language of the rule files."""
        return self.scalar.text

    @property
    def where(self) -> str:
        """Its place, "file:line:column"."""
        return self.scalar.where

    def truth(self, values: Mapping[str, object]) -> bool | None:
        """True, False or unknown (Kleene) for typed values: money in fen, absent or None unknown.

        A date beyond the years there are makes it unknown. RuntimeError where it was not compiled.
        """
        if self.expression is None:
            raise RuntimeError(f"{self.where}: this condition was read without its names")
        try:
            found = evaluate(self.expression, values)
        except (OverflowError, ValueError):
            return None
        return found if isinstance(found, bool) else None


def compiled(source: Source, scalar: Scalar, compiler: Compile | None) -> Condition:
    """The condition in `scalar`; without a compiler its text only."""
    if scalar.is_null:
        source.fault("expected_text", scalar.where)
        return Condition(scalar)
    found = None if compiler is None else compiler(scalar)
    if found is None:
        return Condition(scalar)
    return Condition(scalar, Expression(found, scalar.text, tree.refs(found)))


def over(source: Source, names: Names) -> Compile:
    """A compiler for conditions over `names`, whose faults go to `source`."""
    return lambda scalar: check(scalar, names, source, YES_NO)
