"""Under which headings and spellings offices fill in their workbooks: `spellings.yaml`, read strictly.

A heading that stands twice for one kind of workbook, a spelling of two values, an unknown word of a
policy and everything that is not a list of texts is a fault with its line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from engine.messages import register
from engine.source import Block, Node, Scalar, Sequence, Source
from engine.terms import NAMES, WORD, plain_name

FILE = Path(__file__).with_name("spellings.yaml")
Spelled = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Spellings:
    """`headings` by kind of workbook and column, `values` by kind of value and key."""

    headings: Mapping[str, Spelled]
    values: Mapping[str, Spelled]


KINDS = (
    "shared members persons items holidays bank_returns screening_results scheme_lists"
    " applications past_grants"
)
VALUES = "sex standing hukou item day_kind bank_result screening_result yes_no blank row"


def read(data: bytes, path: str = FILE.name) -> Spellings:
    """The spellings in a file; Refused with every fault, each at its line."""
    source = Source()
    top = source.block(source.read(path, data), "headings values")
    found = Spellings(
        _tables(top.block("headings", KINDS), KINDS), _tables(top.block("values", VALUES), VALUES)
    )
    source.refuse()
    return found


def headings(kind: str, column: str) -> tuple[str, ...]:
    """Further headings under which a column is found, as the file has them."""
    return _known().headings[kind].get(column, ())


def values(name: str) -> Spelled:
    """Further spellings of the values of a column, by the value."""
    return _known().values[name]


def meaning(name: str, text: str) -> str | None:
    """The value that a text stands for, whatever its letters' size; None where it is none."""
    found = text.strip().casefold()
    for key, texts in values(name).items():
        if found == key or found in (one.casefold() for one in texts):
            return key
    return None


@cache
def _known() -> Spellings:
    return read(FILE.read_bytes())


def _tables(block: Block, names: str) -> dict[str, Spelled]:
    found: dict[str, Spelled] = {}
    for name in names.split():
        first: dict[str, str] = {}
        found[name] = {
            key.text: _texts(block.source, node, first) for key, node in block.entries(name)
        }
    return found


def _texts(source: Source, node: Node, first: dict[str, str]) -> tuple[str, ...]:
    """A list of texts none of which stands elsewhere under the same name."""
    items = node.items if isinstance(node, Sequence) else (node,)
    if not isinstance(node, Sequence):
        source.fault("expected_list", node.where)
    written = [one for one in items if isinstance(one, Scalar) and one.text.strip()]
    for one in items:
        if one not in written:
            source.fault("expected_text", one.where)
    for scalar in written:
        for word in WORD.findall(scalar.text):
            if plain_name(word) not in NAMES:
                near = source.nearest(word, sorted(NAMES))
                source.fault("unknown_name", scalar.where, name=word, hint=near)
        if scalar.text in first:
            params = {"text": scalar.text, "first": first[scalar.text]}
            source.fault("spelling_twice", scalar.where, **params)
        first.setdefault(scalar.text, scalar.where)
    return tuple(scalar.text for scalar in written)


register(
    {
        "spelling_twice": (
            "“{text}”重复，前一处在 {first}。一种写法只能对应一项。",
            '"{text}" is given twice, first at {first}. A spelling stands for one thing only.',
        ),
    }
)
