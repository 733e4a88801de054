"""What was recorded of a meeting and waits for a second person: shown meeting by meeting, confirmed
or sent back with a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import request
from sqlalchemy.orm import Session

from admin.acting import identifier
from admin.cases.words import record_words
from admin.extensions import db
from admin.forms.batch import belongs
from admin.pages import waiting
from admin.pages.common import policy_road
from admin.pages.minutes import scans_of
from admin.security.people import actor
from admin.text import fault_text, policy_label
from casework import confirmations
from casework.people import Actor
from engine.faults import Fault
from engine.procedure import Stage
from models.applications import Application
from models.attachments import Attachment
from models.results import RecordedResult

AMOUNT = "amount"  # what a step records when it sets an amount
NUMBERS = ("money", "integer")  # stand at the right, below each other


@dataclass(frozen=True, slots=True)
class Line:
    """One application of the meeting, what was recorded for it alone (`fen`: what it grants), and
    what is wrong with it."""

    application: Application
    cells: tuple[str, ...]
    fen: int
    picked: bool
    errors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Meeting:
    """What one person recorded of one meeting; `head` was given once for the whole list."""

    key: str
    stage: str
    road: str
    recorder: str
    on: date
    head: tuple[tuple[str, str], ...]
    columns: tuple[str, ...]
    numbers: tuple[bool, ...]
    lines: tuple[Line, ...]
    reason: str
    faults: tuple[str, ...]
    scans: tuple[Attachment, ...] = ()
    has_amounts: bool = False
    """Whether the meeting sets what is granted."""
    back: bool = False
    """Whether it was to be sent back: then that form stays open after a refusal."""


def meetings(picked: Sequence[int] | None = None, faults: Sequence[Fault] = ()) -> list[Meeting]:
    """Every meeting whose result waits for this person; after a refusal with what was chosen."""
    groups: dict[str, list[RecordedResult]] = {}
    for result in waiting.to_confirm(db.session(), actor()):
        groups.setdefault(_key(result), []).append(result)
    asked = request.form.get("group", "") if picked is not None else ""
    return [
        _meeting(key, rows, picked if key == asked else None, faults if key == asked else ())
        for key, rows in groups.items()
    ]


def _stage(result: RecordedResult) -> Stage | None:
    _policy, road = policy_road(result.application)
    return road.stage(result.stage) if road is not None and road.has(result.stage) else None


def _key(result: RecordedResult) -> str:
    """The same meeting: one recorder, one stage of one edition, the same head."""
    application, stage = result.application, _stage(result)
    once = [f.id for f in stage.records_for(application.road, for_list=True)] if stage else []
    head = [str(result.record.get(name)) for name in once]
    return "/".join((str(application.edition_id), application.road, str(result.by_id), *head))


def _meeting(
    key: str, rows: Sequence[RecordedResult], picked: Sequence[int] | None, faults: Sequence[Fault]
) -> Meeting:
    first = rows[0]
    stage = _stage(first)
    _policy, road = policy_road(first.application)
    known = stage.records_for(first.application.road) if stage else ()
    used = {name for row in rows for name, value in row.record.items() if value not in (None, "")}
    once = [field for field in known if field.for_list and field.id in used]
    each = [field for field in known if not field.for_list and field.id in used]
    lines = [
        Line(
            row.application,
            tuple(
                "" if (value := row.record.get(field.id)) is None else record_words(field, value)
                for field in each
            ),
            _fen(row),
            picked is None or row.application_id in picked,
            tuple(fault_text(f) for f in faults if belongs(f, row.application.number)),
        )
        for row in rows
    ]
    numbers = [row.application.number for row in rows]
    return Meeting(
        key=key,
        stage=policy_label(stage.label) if stage else first.stage,
        road=policy_label(road.label) if road else first.application.road,
        recorder=first.by.display_name,
        on=first.at.date(),
        head=tuple(
            (policy_label(field.label), record_words(field, first.record[field.id]))
            for field in once
        ),
        columns=tuple(policy_label(field.label) for field in each),
        numbers=tuple(field.type in NUMBERS for field in each),
        lines=tuple(lines),
        reason=request.form.get("reason", "") if picked is not None else "",
        faults=tuple(
            fault_text(f) for f in faults if not any(belongs(f, number) for number in numbers)
        ),
        scans=tuple(scans_of(first.application, first.record)),
        has_amounts=any(field.id == AMOUNT for field in each),
        back=picked is not None and "back" in request.form,
    )


def _fen(row: RecordedResult) -> int:
    value = row.record.get(AMOUNT)
    return value if isinstance(value, int) else 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What was pressed: the chosen ones, the versions seen, and whether they go back and why. `gone`:
    some that were chosen do not wait for this person any more."""

    picked: tuple[int, ...]
    versions: Mapping[int, int]
    back: bool
    reason: str
    gone: bool


def answered() -> Answer:
    """What the page sent; numbers that do not wait for this person are dropped."""
    seen = {row.application_id for row in waiting.to_confirm(db.session(), actor())}
    numbers = dict.fromkeys(identifier(text) for text in request.form.getlist("pick"))
    picked = tuple(number for number in numbers if number and number in seen)
    return Answer(
        picked,
        {n: identifier(request.form.get(f"version-{n}", "")) or -1 for n in picked},
        "back" in request.form,
        request.form.get("reason", ""),
        len(picked) < len(numbers),
    )


def decide(session: Session, answer: Answer, by: Actor, at: datetime) -> int:
    """Confirm the chosen ones or send them back, all or none; gives how many."""
    rows = [session.get_one(Application, number) for number in answer.picked]
    if answer.back:
        confirmations.send_back(
            session, rows, answer.reason, by=by, at=at, versions=answer.versions
        )
    else:
        confirmations.confirm(session, rows, by=by, at=at, versions=answer.versions)
    return len(rows)
