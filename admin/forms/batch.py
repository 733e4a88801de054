"""A list of applications done at once: what is asked once, what is asked per row, and how it comes
back. Names in the page: `list-FIELD`, `row-ID-FIELD`, `pick` (ids), `version-ID`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import MultiDict

from admin.acting import identifier
from admin.forms.records import Line, lines, read
from admin.text import fault_text
from engine.faults import Fault
from engine.procedure import RecordField, Stage
from models.applications import Application

LIST_PREFIX = "list-"
Posted = MultiDict[str, str]


@dataclass(frozen=True, slots=True)
class Row:
    """One application of the list with its inputs and everything found wrong with it."""

    application: Application
    version: int
    picked: bool
    lines: Sequence[Line]
    errors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """The whole list as the page shows it."""

    lines: Sequence[Line]
    columns: tuple[RecordField, ...]
    rows: Sequence[Row]
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What was posted: chosen ids in the order of the page, the versions seen, the texts typed."""

    picked: tuple[int, ...] = ()
    versions: Mapping[int, int] = field(default_factory=dict)
    record: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[int, Mapping[str, str]] = field(default_factory=dict)


def fields_of(
    stage: Stage, road: str | None, part: str | None
) -> tuple[tuple[RecordField, ...], tuple[RecordField, ...]]:
    """(asked once for the list, asked for each application)."""
    known = part if any(one.id == part for one in stage.parts) else None
    return (
        stage.records_for(road=road, part=known, for_list=True),
        stage.records_for(road=road, part=known, for_list=False),
    )


def show(
    applications: Iterable[Application],
    once: Sequence[RecordField],
    each: Sequence[RecordField],
    *,
    answer: Answer | None = None,
    defaults: Mapping[str, str] | None = None,
    row_defaults: Mapping[int, Mapping[str, str]] | None = None,
    faults: Iterable[Fault] = (),
) -> Batch:
    """The list to show; after a refusal with what was typed and every fault in its place."""
    found = list(faults)
    given = answer or Answer()
    rows = []
    for application in applications:
        known: Mapping[str, Any] = (row_defaults or {}).get(application.id, {})
        typed = given.lines.get(application.id, {}) if answer else known
        own = [at_row(f) for f in found if belongs(f, application.number)]
        rows.append(
            Row(
                application=application,
                version=given.versions.get(application.id, application.version),
                picked=application.id in given.picked if answer else True,
                lines=lines(each, typed, own, prefix=row_prefix(application.id)),
                errors=tuple(fault_text(f) for f in own if f.where not in {one.id for one in each}),
            )
        )
    above = lines(once, given.record if answer else defaults or {}, found, prefix=LIST_PREFIX)
    if rows:
        _own_ids(above, rows[0].application.id)
    return Batch(
        lines=above,
        columns=tuple(each),
        rows=rows,
    )


def _own_ids(above: Iterable[Line], number: int) -> None:
    """Several lists may stand on one page: what is asked once has the first row's number in its id,
    which no other list has. The name that is sent stays the same."""
    for line in above:
        line.field.id = line.field.label.field_id = f"{line.field.id}-{number}"


def belongs(fault: Fault, number: str) -> bool:
    """Whether a fault is about the application: its place is NUMBER or NUMBER:FIELD."""
    return fault.where == number or (fault.where or "").startswith(f"{number}:")


def at_row(fault: Fault) -> Fault:
    """The same with the field alone as its place."""
    return Fault(fault.code, fault.params, (fault.where or "").partition(":")[2] or None)


def row_prefix(application_id: int) -> str:
    """Prefix of the inputs of one row."""
    return f"row-{application_id}-"


def read_answer(posted: Posted, once: Sequence[RecordField], each: Sequence[RecordField]) -> Answer:
    """What came back. Ids that cannot be ids are dropped; scope is checked when rows are loaded."""
    ids = [number for text in posted.getlist("pick") if (number := identifier(text))]
    seen = {
        number: version
        for name, text in posted.items()
        if name.startswith("version-")
        and (number := identifier(name.removeprefix("version-")))
        and (version := identifier(text))
    }
    return Answer(
        picked=tuple(dict.fromkeys(ids)),
        versions=seen,
        record=read([one.id for one in once], posted, LIST_PREFIX),
        lines={
            number: read([one.id for one in each], posted, row_prefix(number)) for number in seen
        },
    )
