"""The language of conditions and amounts: text in, checked tree out.

`compile_expression` serves whoever holds names and types of its own (step records of a procedure);
policies check their expressions through `engine.policy`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import engine.language.messages  # noqa: F401 - registers the texts of the faults
from engine.language import tree
from engine.language.checker import check
from engine.language.types import DATE, INTEGER, MONEY, NUMBER, TEXT, YES_NO, Names, Type
from engine.source import Place, Scalar, Source

__all__ = [
    "DATE", "INTEGER", "MONEY", "NUMBER", "TEXT", "YES_NO",
    "Expression", "Names", "Type", "check", "compile_expression", "tree",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Expression:
    """A checked expression: its tree, its own words and the names it uses."""

    tree: tree.Tree
    text: str
    names: tuple[str, ...]


def compile_expression(
    text: str | Scalar,
    names: Mapping[str, Type] | Names,
    *,
    want: Type | None = YES_NO,
    labels: Iterable[tuple[str, str]] = (),
    ranges: Mapping[str, tuple[Fraction, Fraction]] | None = None,
    where: str = "",
) -> Expression:
    """A checked expression over `names`; raises Refused with every fault.

    `labels` are (Chinese label, name) pairs; `want` the kind of result (YES_NO by default, None
    for any); `where` "file:line:column" of a plain text. Evaluate it with
    `engine.reference.evaluate(expression, values)`.
    """
    source = Source()
    known = names if isinstance(names, Names) else Names(names, labels, ranges)
    scalar = text if isinstance(text, Scalar) else _plain(text, where)
    found = check(scalar, known, source, want)
    source.refuse()
    if found is None:
        raise AssertionError("the checker gave neither a tree nor a fault")
    return Expression(found, scalar.text, tree.refs(found))


def _plain(text: str, where: str) -> Scalar:
    parts = where.rsplit(":", 2)
    place = Place(where, 1, 1)
    if len(parts) == 3 and parts[1].isdigit() and parts[2].isdigit():
        place = Place(parts[0], int(parts[1]), int(parts[2]))
    return Scalar(text, place, raw=text)
