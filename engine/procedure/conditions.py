"""A condition written in a procedure file. Only its text and place: the expression language
compiles it, so that the shapes here depend on nothing."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Condition:
    """`text` in the language of the rule files, `where` as "file:line:column" for errors."""

    text: str
    where: str
