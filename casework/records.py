"""What a person writes down at a stage: read strictly by the fields of the pinned procedure.

Only reading: whether a record lets an application pass is asked of the engine by the caller.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from engine.faults import Fault
from engine.procedure import RecordField
from engine.source import parse_date, parse_money, parse_yes_no

Value = bool | int | date | str | None
Values = dict[str, Value]


def read(
    fields: Iterable[RecordField], raw: Mapping[str, object], on: date, also: Iterable[str] = ()
) -> tuple[Values, list[Fault]]:
    """Values by field, and every fault at once, each with the field as its `where`.

    Takes form texts as well as typed values. Money is yuan in and fen out; a blank is None;
    `also` names fields that the caller reads himself; anything else is `unknown_record_field`.
    """
    known = {field.id: field for field in fields}
    values: Values = {}
    found = [
        Fault("unknown_record_field", {"field": name}, name)
        for name in raw
        if name not in known and name not in set(also)
    ]
    for field in known.values():
        value, fault = read_one(field, raw.get(field.id), on)
        values[field.id] = value
        if fault is not None:
            found.append(fault)
    return values, found


def read_one(field: RecordField, raw: object, on: date) -> tuple[Value, Fault | None]:
    """One field's value or what is wrong with it; a blank required field is `record_missing`."""
    text = _text(raw)
    if text == "":
        missing = Fault("record_missing", {"field": field.label}, field.id)
        return None, missing if field.required else None
    value = _READ[field.type](field, text)
    if value is None:
        return None, Fault(f"record_{field.type}", {"field": field.label, "text": text}, field.id)
    if isinstance(value, date):
        if value > on and not field.may_be_future:
            return value, Fault("record_future", {"field": field.label, "on": value}, field.id)
    elif isinstance(value, int) and not isinstance(value, bool):
        return value, _range_fault(field, value)
    return value, None


def plain(values: Mapping[str, Value]) -> dict[str, object]:
    """The values as JSON keeps them: dates as ISO text, money as fen, blanks left out."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
        if value is not None
    }


def _range_fault(field: RecordField, value: int) -> Fault | None:
    low, high = field.low, field.high
    if (low is None or value >= low) and (high is None or value <= high):
        return None
    shown = {"field": field.label, "low": low, "high": high}
    return Fault("record_range", shown, field.id)


def _text(raw: object) -> str:
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return "yes" if raw else "no"
    return raw.isoformat() if isinstance(raw, date) else str(raw).strip()


def _integer(_field: RecordField, text: str) -> int | None:
    digits = text.removeprefix("-")
    return int(text) if digits.isascii() and digits.isdigit() and len(digits) <= 15 else None


def _money(_field: RecordField, text: str) -> int | None:
    fen = parse_money(text.replace(",", "").replace("，", ""))
    return None if fen is None or fen < 0 else fen


def _choice(field: RecordField, text: str) -> str | None:
    return text if text in (field.choices or {}) else None


_READ: Mapping[str, Callable[[RecordField, str], Value]] = {
    "yes_no": lambda _field, text: parse_yes_no(text.lower()),
    "integer": _integer,
    "money": _money,
    "date": lambda _field, text: parse_date(text),
    "choice": _choice,
    "text": lambda _field, text: text,
}
