"""The household worksheet as rows on a page: incomes, subsidies and costs, and how many live there.

Rows come back as `item-N-FIELD`; a row with nothing in it is no row. What cannot be read is a
fault at its field and the row is shown again as it was typed. The people of the household are
kept on the member's own page and handed on unchanged.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from admin.acting import identifier
from admin.i18n import _l
from casework.worksheets import ItemRow, PersonRow
from engine.faults import Fault
from engine.messages import register
from engine.source import parse_money
from models.members import Household, ItemKind

KINDS = {
    ItemKind.INCOME: _l("Income"),
    ItemKind.SUBSIDY: _l("Subsidy"),
    ItemKind.MEDICAL_COST: _l("Medical cost paid by oneself"),
    ItemKind.DISASTER_COST: _l("Cost of the disaster"),
}
ITEM_FIELDS = ("id", "kind", "label", "who", "yuan", "proof")
_NAME = re.compile(r"item-(\d{1,4})-([a-z]+)\Z")
MOST_ROWS = 200

register(
    {
        "worksheet_money": (
            "“{text}”不是金额：以元为单位，不小于0，最多两位小数。",
            '"{text}" is not an amount: yuan, not below 0, at most two decimals.',
        ),
        "worksheet_size": (
            "“{text}”不是人数，请填写整数。",
            '"{text}" is not a number of people; write a whole number.',
        ),
    }
)


@dataclass(frozen=True, slots=True)
class TypedRow:
    """A row as it was typed, with what is wrong with it by field."""

    values: Mapping[str, str]
    verified: bool = False
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """The whole worksheet as typed."""

    size: str
    items: Sequence[TypedRow] = ()
    note: str = ""
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Read:
    """What can be handed to casework; only complete when the sheet has no faults."""

    size: int | None
    items: tuple[ItemRow, ...]


def shown(household: Household | None) -> Sheet:
    """The worksheet as the office has it."""
    if household is None:
        return Sheet("")
    return Sheet(
        size="" if household.size is None else str(household.size),
        items=[
            TypedRow(
                {
                    "id": str(item.id),
                    "kind": item.kind.value,
                    "label": item.label,
                    "who": item.who or "",
                    "yuan": f"{item.fen_per_year / 100:.2f}".removesuffix(".00"),
                    "proof": item.proof or "",
                },
                item.verified,
            )
            for item in household.items
        ],
        note=household.note or "",
    )


def read(posted: Mapping[str, str]) -> tuple[Sheet, Read]:
    """The sheet as typed, with its faults, and what could be read of it."""
    items = [_item(row) for row in _rows(posted)]
    text = posted.get("household-size", "").strip()
    size = _size(text)
    wrong = (
        [] if size is not None or not text else [Fault("worksheet_size", {"text": text}, "size")]
    )
    sheet = Sheet(
        size=text,
        items=[typed for typed, _row in items],
        note=posted.get("household-note", ""),
        faults=(*wrong, *(fault for typed, _row in items for fault in typed.faults)),
    )
    return sheet, Read(size, tuple(row for _typed, row in items))


def rows_of(sheet: Sheet) -> Read:
    """What can be read of a sheet as it was typed."""
    return Read(_size(sheet.size), tuple(_item(dict(row.values))[1] for row in sheet.items))


def persons_of(household: Household | None) -> list[PersonRow]:
    """The people of the household as they are."""
    return [
        PersonRow(
            name=person.name,
            relation=person.relation,
            birth_on=person.birth_on,
            id_number=person.id_number,
            can_work=person.can_work,
            occupation=person.occupation,
            note=person.note,
        )
        for person in (household.persons if household else [])
    ]


def changed(before: Sheet, now: Sheet) -> bool:
    """Whether anything on the sheet differs from what the office has."""

    def plain(sheet: Sheet) -> tuple[Any, ...]:
        return (
            sheet.size,
            [dict(row.values) for row in sheet.items],
            sheet.note,
        )

    return plain(before) != plain(now)


def as_json(sheet: Sheet) -> dict[str, Any]:
    """A sheet that cannot be stored yet, kept with the draft as it was typed."""
    return {
        "size": sheet.size,
        "note": sheet.note,
        "items": [dict(row.values) for row in sheet.items],
    }


def from_json(kept: Mapping[str, Any]) -> Sheet:
    """The sheet that `as_json` kept, with its faults found again."""
    posted = {
        "household-size": str(kept.get("size", "")),
        "household-note": str(kept.get("note", "")),
    }
    for number, row in enumerate(kept.get("items", ())):
        posted |= {f"item-{number}-{key}": str(value) for key, value in row.items()}
    return read(posted)[0]


def _size(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else None


def _rows(posted: Mapping[str, str]) -> list[dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    for name, value in posted.items():
        match = _NAME.match(name)
        if match and match[2] in ITEM_FIELDS:
            found.setdefault(int(match[1]), {})[match[2]] = value.strip()
    return [
        {key: found[number].get(key, "") for key in ITEM_FIELDS}
        for number in sorted(found)[:MOST_ROWS]
        if any(value for key, value in found[number].items() if key not in ("kind", "id"))
    ]


def _item(row: dict[str, str]) -> tuple[TypedRow, ItemRow]:
    text = row["yuan"].replace(",", "").replace("，", "")
    fen = parse_money(text) if text else None
    faults: Iterable[Fault] = ()
    if fen is None or fen < 0:
        faults = (Fault("worksheet_money", {"text": row["yuan"]}, "yuan"),)
    kind = row["kind"] if row["kind"] in set(ItemKind) else ItemKind.INCOME.value
    made = ItemRow(
        kind=ItemKind(kind),
        label=row["label"],
        fen_per_year=fen if fen is not None and fen >= 0 else 0,
        who=row["who"] or None,
        proof=row["proof"] or None,
        id=identifier(row["id"]),
    )
    return TypedRow(row, faults=tuple(faults)), made
