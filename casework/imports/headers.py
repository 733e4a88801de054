"""Find the heading row of a sheet and match its columns by name. Says what is left to choose.

Headings are compared without blanks, brackets and signs; a heading over two rows is read as
both words together and as the lower one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from casework.imports.cells import Column, narrow, shown, value
from casework.imports.workbook import Row
from engine.faults import Fault, Refused

LOOKED_AT = 20
LEAST = 2
ALIKE = 0.8
_SIGNS = re.compile(r"[\s\W_*※]+")
_BRACKETS = re.compile(r"[（(【\[].*?[）)】\]]")


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading row (its number in the sheet) with the text over each column."""

    row: int
    texts: tuple[str, ...]

    @property
    def signature(self) -> str:
        """The same for every workbook with these headings; by it a matching is remembered."""
        return hashlib.sha256("\x1f".join(self.texts).encode()).hexdigest()


def find(head: Sequence[tuple[int, Row]], columns: Sequence[Column]) -> Heading | None:
    """The row among the first ones that names most of the columns, None where hardly any does."""
    best: tuple[int, Heading] | None = None
    for place, (number, row) in enumerate(head[:LOOKED_AT]):
        above = head[place - 1][1] if place else ()
        for texts in _readings(row, above):
            found = len(match(Heading(number, texts), columns))
            if found >= LEAST and (best is None or found > best[0]):
                best = (found, Heading(number, texts))
    return best[1] if best else None


def match(
    heading: Heading, columns: Sequence[Column], kept: Mapping[str, int] | None = None
) -> dict[str, int]:
    """Column id → place from 0. `kept` is a matching remembered for the same headings.

    Exact names come first, then names without what stands in brackets, then near ones.
    """
    if kept is not None:
        return {k: v for k, v in kept.items() if v < len(heading.texts)}
    found: dict[str, int] = {}
    taken: set[int] = set()
    for how in (_plain, _bare):
        for column in columns:
            names = {how(each) for each in _names(column)}
            for place, text in enumerate(heading.texts):
                if column.id not in found and place not in taken and text and how(text) in names:
                    found[column.id] = place
                    taken.add(place)
    for column in columns:
        if column.id not in found:
            near = _nearest(column, heading.texts, taken)
            if near is not None:
                found[column.id] = near
                taken.add(near)
    return found


def places(mapping: Mapping[str, int | str]) -> dict[str, int]:
    """What of a matching is a place in the sheet; the rest is given once for all rows."""
    return {id_: place for id_, place in mapping.items() if isinstance(place, int)}


def once(mapping: Mapping[str, int | str]) -> dict[str, str]:
    """What of a matching is given once for all rows."""
    return {id_: text for id_, text in mapping.items() if isinstance(text, str)}


def faults(
    mapping: Mapping[str, int | str], columns: Sequence[Column], width: int | None = None
) -> list[Fault]:
    """Needed columns that are not matched, two matched to one, places that are not there, and
    what is given once for all rows and cannot be read."""
    found = []
    by_place: dict[int, str] = {}
    labels = {column.id: column.label for column in columns}
    for column in columns:
        text = mapping.get(column.id)
        if isinstance(text, str):
            found += _once(text, column)
    for id_, place in places(mapping).items():
        if width is not None and not 0 <= place < width:
            found.append(Fault("column_unknown", {"column": place + 1}, id_))
        elif place in by_place:
            found.append(Fault("column_twice", {"field": labels[by_place[place]]}, id_))
        by_place[place] = id_
    found += [
        Fault("column_missing", {"field": column.label}, column.id)
        for column in columns
        if column.needed and column.id not in mapping
    ]
    return found


def _once(text: str, column: Column) -> list[Fault]:
    if not column.once:
        return [Fault("column_own", {"field": column.label}, column.id)]
    try:
        value(text, column)
    except Refused as refused:
        return list(refused.faults)
    return []


def _readings(row: Row, above: Row) -> list[tuple[str, ...]]:
    """The row's own texts; and with the row above, whose cells stretch over several columns."""
    own = tuple(shown(cell) for cell in row)
    wide, last = [], ""
    for place in range(len(row)):
        cell = above[place] if place < len(above) else None
        last = shown(cell) if cell is not None else last
        wide.append(last)
    both = tuple(
        text or (shown(above[place]) if place < len(above) else "")
        for place, text in enumerate(own)
    )
    joined = tuple(
        f"{wide[place]}{text}" if text and wide[place] else both[place]
        for place, text in enumerate(own)
    )
    return [own] if not any(above) else [own, both, joined]


def _names(column: Column) -> tuple[str, ...]:
    return (column.label.zh, column.label.en, column.id, *column.also)


def _plain(text: str) -> str:
    return _SIGNS.sub("", narrow(text)).casefold()


def _bare(text: str) -> str:
    return _plain(_BRACKETS.sub("", text)) or _plain(text)


def _nearest(column: Column, texts: Sequence[str], taken: set[int]) -> int | None:
    best, place_of_best = ALIKE, None
    for place, text in enumerate(texts):
        if place in taken or len(_bare(text)) < 3:
            continue
        for each in _names(column):
            pair = SequenceMatcher(None, _bare(text), _bare(each))
            if pair.real_quick_ratio() > best and pair.quick_ratio() > best < pair.ratio():
                best, place_of_best = pair.ratio(), place
    return place_of_best
