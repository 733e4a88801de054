"""Forms of what a stage writes down, made from its record fields in the pinned procedure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from wtforms import Field, RadioField

from admin.forms.controls import Asked, build, control, range_hint
from admin.text import fault_text
from engine.faults import Fault
from engine.procedure import RecordField
from engine.source import parse_date, parse_money


@dataclass(frozen=True, slots=True)
class Line:
    """One input on the page: the control, its hints and everything found wrong with it."""

    name: str
    type: str
    field: Field
    hint: str
    required: bool
    errors: tuple[str, ...]
    wide: bool = False
    hidden: bool = False

    tick: bool = False  # a yes that may be left blank: one box
    waits: bool = False  # blank and demanded by nothing typed so far: put away where pages can

    @property
    def radios(self) -> bool:
        """Whether it is a group of choices all of which are seen at once."""
        return isinstance(self.field, RadioField)


def asked_of(field: RecordField) -> Asked:
    """A record field as an input. A blank answer is offered only where none is demanded."""
    return Asked(
        name=field.id,
        type=field.type,
        label=field.label,
        help=field.help,
        low=field.low,
        high=field.high,
        choices=field.choices,
        required=field.required,
        unknown_offered=not field.required,
        long=field.type == "text" and not field.short,
        tick=field.type == "yes_no" and not field.required,
    )


def lines(
    fields: Sequence[RecordField],
    data: Mapping[str, Any],
    faults: Iterable[Fault] = (),
    *,
    prefix: str = "",
    waits: Collection[str] = (),
) -> list[Line]:
    """The inputs for `fields`, showing `data` (texts) and the faults whose place is a field; `waits`
    as `idle` gives it."""
    made = from_asked([asked_of(field) for field in fields], data, faults, prefix=prefix)
    return [
        replace(line, waits=field.id in waits and not line.errors)
        for field, line in zip(fields, made, strict=True)
    ]


def idle(fields: Sequence[RecordField], typed: Mapping[str, Any]) -> frozenset[str]:
    """Fields that are blank and that what is typed does not demand: their `required_when` is
    definitely false. A text that cannot be read counts as unknown, so that it hides nothing."""
    values = {field.id: _readable(field, typed.get(field.id)) for field in fields}
    return frozenset(
        field.id
        for field in fields
        if field.required_when is not None
        and not str(typed.get(field.id) or "").strip()
        and field.required_when.truth(values) is False
    )


def _readable(field: RecordField, raw: Any) -> Any:
    """A typed text as conditions take it (money in fen), None where it is not one."""
    text = str(raw or "").strip()
    match field.type:
        case "yes_no":
            return {"yes": True, "no": False}.get(text)
        case "choice":
            return text if text in (field.choices or {}) else None
        case "integer":
            return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
        case "money":
            return parse_money(text.replace(",", "").replace("，", "")) if text else None
        case "date":
            return parse_date(text)
        case _:
            return text or None


def from_asked(
    asked: Sequence[Asked],
    data: Mapping[str, Any],
    faults: Iterable[Fault] = (),
    *,
    prefix: str = "",
    hidden: Collection[str] = (),
) -> list[Line]:
    """The same for anything that is asked; `hidden` names what does not matter now."""
    form = build({one.name: control(one) for one in asked}, data, prefix)
    wrong: dict[str, list[str]] = {}
    for fault in faults:
        wrong.setdefault(fault.where or "", []).append(fault_text(fault))
    return [
        Line(
            name=prefix + one.name,
            type=one.type,
            field=form[one.name],
            hint=range_hint(one),
            required=one.required,
            errors=tuple(wrong.get(one.name, ())),
            wide=one.wide,
            hidden=one.name in hidden,
            tick=one.tick,
        )
        for one in asked
    ]


def read(names: Iterable[str], posted: Mapping[str, str], prefix: str = "") -> dict[str, str]:
    """What was typed, by field; a field that was not sent is left out."""
    return {name: posted[prefix + name] for name in names if prefix + name in posted}


__all__ = ["Line", "asked_of", "from_asked", "idle", "lines", "read"]
