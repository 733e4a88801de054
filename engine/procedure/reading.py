"""Small readers shared by the loaders of a procedure: labels, conditions, ranges, names.

Each takes a Block of `engine.source`, records faults there and returns a harmless stand-in.
"""

import re
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import TypeVar

from engine.labels import Label
from engine.procedure.conditions import Compile, Condition, compiled
from engine.source import Block, Scalar, Source, parse_money, read_name

T = TypeVar("T")

LEVELS = ("branch", "committee", "department", "service_centre")
"""The levels of the organisation tree; a policy names them, code knows them."""

_WHOLE = re.compile(r"-?[0-9]{1,18}\Z")


def frozen(values: Mapping[str, T]) -> Mapping[str, T]:
    """A read-only copy, in the order given."""
    return MappingProxyType(dict(values))


def label_at(block: Block, key: str) -> Label | None:
    """The Label under a key ({zh, en}), or None when the key is absent."""
    found = block.maybe(key, "zh en")
    return None if found is None else found.label()


def labels(block: Block, key: str) -> Mapping[str, Label]:
    """A mapping of free names to labels."""
    return frozen({name: one.label() for name, one in block.named(key, "zh en")})


def condition(block: Block, key: str, compiler: Compile | None) -> Condition | None:
    """The condition under a key, or None when the key is absent."""
    scalar = block.expression(key)
    return None if scalar is None else compiled(block.source, scalar, compiler)


def name_in(source: Source, scalar: Scalar, names: Collection[str]) -> str:
    """A name that must be one of `names`, else a fault with the nearest one."""
    if scalar.text not in names:
        near = source.nearest(scalar.text, names)
        source.fault("unknown_name", scalar.where, name=scalar.text, hint=near)
    return scalar.text


def names_in(block: Block, key: str, names: Collection[str]) -> tuple[str, ...]:
    """A list of names, each one of `names` and none twice."""
    found = [name_in(block.source, scalar, names) for scalar in block.scalars(key)]
    if len(set(found)) != len(found):
        block.source.fault("named_twice", block.at(key))
    return tuple(dict.fromkeys(found))


def name_at(block: Block, key: str, names: Collection[str]) -> str:
    """One name under a key; "" when the key is absent."""
    scalar = block.scalar(key)
    return "" if scalar is None else name_in(block.source, scalar, names)


def free_names(block: Block, key: str) -> tuple[str, ...]:
    """A list of names that are known elsewhere (role codes)."""
    return tuple(read_name(block.source, scalar) for scalar in block.scalars(key))


def span(block: Block, *, money: bool) -> tuple[int | None, int | None]:
    """The bounds under `range` ("1..30", money in yuan and returned in fen), or (None, None)."""
    scalar = block.scalar("range")
    if scalar is None:
        return None, None
    ends = [_bound(part, money) for part in scalar.text.split("..")]
    if len(ends) != 2 or ends[0] is None or ends[1] is None or ends[0] > ends[1]:
        block.source.fault("expected_range", scalar.where, text=scalar.text)
        return None, None
    return ends[0], ends[1]


def _bound(text: str, money: bool) -> int | None:
    if money:
        return parse_money(text)
    return int(text) if _WHOLE.match(text) else None


def by_id(source: Source, blocks: list[Block]) -> list[tuple[str, Block]]:
    """Blocks with their `id`, each id given once."""
    seen: dict[str, str] = {}
    pairs = []
    for block in blocks:
        name = block.name_of("id")
        if name and name in seen:
            source.fault("duplicate_id", block.at("id"), id=name, first=seen[name])
        seen.setdefault(name, block.at("id"))
        pairs.append((name, block))
    return pairs
