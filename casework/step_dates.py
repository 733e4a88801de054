"""Whether the dates of a step come after those of the steps before it. Judges only, writes nothing.

Entering yesterday's paper is lawful: a date is held against the other dates on record, never
against the moment of typing (what lies in the future is refused where a record is read).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from casework import dues, emergency, history, moves
from engine.faults import Fault
from engine.labels import Label
from engine.procedure import RecordField, Stage, StageKind
from engine.records import Value
from engine.source import parse_date
from models.applications import Application

Recorded = Mapping[str, Mapping[str, object]]
_MONEY = frozenset({StageKind.TRANSFER, StageKind.PAY, StageKind.RECEIPT})
"""What an authorised emergency may take before its turn: it comes after the authorisation."""


@dataclass(frozen=True, slots=True)
class _Mark:
    """A date on record: of which step, under which label."""

    day: date
    step: Label
    label: Label


def faults(
    session: Session,
    application: Application,
    stage: Stage,
    fields: Iterable[RecordField],
    values: Mapping[str, Value],
    *,
    part: str | None = None,
) -> list[Fault]:
    """`date_before_step` for each date that was read and is before the latest one of the steps
    before this one on the road, of an earlier part of this stage, or of what the procedure says
    it cannot precede (`not_before` of its dates). `where` is the field."""
    dated = [(field, day) for field in fields if isinstance(day := values.get(field.id), date)]
    if not dated:
        return []
    recorded = history.recorded(session, application)
    before = [*_earlier(application, stage, part, recorded)]
    if stage.kind in _MONEY:
        before += _authorised(session, application)
    found = []
    for field, day in dated:
        place = ("record", f"{stage.id}.{field.id}")
        marks = before + _declared(session, application, place, recorded)
        found += _judge(field, day, marks)
    return found


def handed_on(
    session: Session, application: Application, stage: Stage, field: RecordField
) -> tuple[bool, date | None]:
    """Whether the procedure says that this date follows another one (`not_before`), and the day of
    that one, None where it is not known: with a form that asks when the step was done besides,
    it is the day on which the step before handed the application on."""
    policy, _road = moves.policy_and_road(application)
    known = policy.procedure.dates
    place = ("record", f"{stage.id}.{field.id}")
    before = [known[d.not_before[-1]] for d in known.values() if d.found == place and d.not_before]
    if not before:
        return False, None
    return True, dues.find(session, application, before[0], history.recorded(session, application))


def emergency_faults(
    session: Session,
    application: Application,
    fields: Iterable[RecordField],
    values: Mapping[str, Value],
) -> list[Fault]:
    """The same for an authorisation to pay first, which is no stage: only what the procedure
    declares, for the papers of an emergency may follow it."""
    recorded = history.recorded(session, application)
    found = []
    for field in fields:
        day = values.get(field.id)
        if isinstance(day, date):
            place = ("emergency", field.id)
            found += _judge(field, day, _declared(session, application, place, recorded))
    return found


def _judge(field: RecordField, day: date, marks: Iterable[_Mark]) -> list[Fault]:
    latest = max(marks, key=lambda mark: mark.day, default=None)
    if latest is None or day >= latest.day:
        return []
    params = {
        "label": field.label,
        "day": day,
        "step": latest.step,
        "earlier": latest.label,
        "on": latest.day,
    }
    return [Fault("date_before_step", params, field.id)]


def _earlier(
    application: Application, stage: Stage, part: str | None, recorded: Recorded
) -> Iterator[_Mark]:
    """Every date of the stages before, and of the parts of this stage that come before `part`."""
    _policy, road = moves.policy_and_road(application)
    for each in road.before(stage.id):
        yield from _dates(each, each.records_for(road.id), recorded)
    order = [each.id for each in stage.parts]
    if part in order:
        done = set(order[: order.index(part)])
        fields = [f for f in stage.records_for(road.id) if f.part in done and not f.may_be_future]
        yield from _dates(stage, fields, recorded)


def _authorised(session: Session, application: Application) -> Iterator[_Mark]:
    policy, _road = moves.policy_and_road(application)
    rules, event = policy.procedure.emergency, emergency.authorisation(session, application)
    if rules is None or event is None:
        return
    record = event.data.get("record")
    written = record if isinstance(record, dict) else {}
    for field in rules.records:
        day = _day(written.get(field.id)) if field.type == "date" else None
        if day is not None:
            yield _Mark(day, rules.label, field.label)


def _dates(stage: Stage, fields: Iterable[RecordField], recorded: Recorded) -> Iterator[_Mark]:
    for field in fields:
        day = _day(recorded.get(stage.id, {}).get(field.id)) if field.type == "date" else None
        if day is not None:
            yield _Mark(day, stage.label, field.label)


def _declared(
    session: Session, application: Application, place: tuple[str, str], recorded: Recorded
) -> list[_Mark]:
    """The dates that the procedure itself puts before the one that is taken at this place."""
    policy, road = moves.policy_and_road(application)
    known = policy.procedure.dates
    marks = []
    for name in {first for d in known.values() if d.found == place for first in d.not_before}:
        day = dues.find(session, application, known[name], recorded)
        if day is not None:
            marks.append(_Mark(day, road.label, known[name].label))
    return marks


def _day(value: object) -> date | None:
    return parse_date(value) if isinstance(value, str) else None
