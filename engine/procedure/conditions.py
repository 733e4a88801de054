"""A condition written in a procedure file. Only its text and place: the expression language
compiles it, so that the shapes here depend on nothing of it."""

from dataclasses import dataclass

from engine.source import Scalar


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition as the file spells it."""

    scalar: Scalar

    @property
    def text(self) -> str:
        """The expression, in the language of the rule files."""
        return self.scalar.text

    @property
    def where(self) -> str:
        """Its place, "file:line:column"."""
        return self.scalar.where
