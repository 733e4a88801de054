"""批复文号: the number of the department's reply, one of its series and year, never given twice.

How it is written is the policy's (`meetings.reply`). A reply covers the list of one meeting, so the
applications of the same minutes share it. A number that was spoilt is declared void and kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casework import endings, events, minutes, moves
from casework.clock import day_of
from casework.people import Actor
from casework.permissions import Permission
from casework.scope import may_as
from engine.faults import Fault, Refused
from engine.procedure import ReplyRules, Stage
from engine.records import Value
from models.applications import Application
from models.meetings import NumberState, ReplyNumber
from models.orgs import OrgUnit
from models.results import RecordedResult, ResultState

EXAMPLE = 12
STANDS = (ResultState.WAITING, ResultState.CONFIRMED)


def rules_of(application: Application) -> ReplyRules | None:
    """How the pinned policy numbers its replies; None where it does not say."""
    policy, _road = moves.policy_and_road(application)
    return policy.procedure.meetings.reply


def known(session: Session, unit: OrgUnit, rules: ReplyRules) -> Sequence[ReplyNumber]:
    """Every number of the series, the newest first, those that are void with them."""
    return session.scalars(
        select(ReplyNumber)
        .where(ReplyNumber.org_id == unit.id, ReplyNumber.series == rules.written)
        .order_by(ReplyNumber.year.desc(), ReplyNumber.number.desc())
    ).all()


def next_text(session: Session, unit: OrgUnit, rules: ReplyRules, year: int) -> str:
    """The first number of the year above all that were given; nothing is kept by asking."""
    last = session.scalar(
        select(func.max(ReplyNumber.number)).where(
            ReplyNumber.org_id == unit.id,
            ReplyNumber.series == rules.written,
            ReplyNumber.year == year,
        )
    )
    return rules.text(year, (last or 0) + 1)


def _form_fault(rules: ReplyRules, year: int) -> Fault:
    """How the number is written, by an example."""
    example = rules.text(year, EXAMPLE)
    return Fault("reply_number_form", {"label": rules.label, "example": example}, rules.field)


def faults(
    session: Session, application: Application, stage: Stage, values: Mapping[str, Value]
) -> list[Fault]:
    """What is wrong with the number in a record: its form, its year, void, or another reply's."""
    rules = rules_of(application)
    text = str(values.get(rules.field) or "").strip() if rules else ""
    if rules is None or stage.record(rules.field) is None or not text:
        return []
    read, day = rules.read(text), values.get(rules.year_of)
    if read is None:
        return [_form_fault(rules, day.year if isinstance(day, date) else application.aid_year)]
    year, _number = read
    if isinstance(day, date) and day.year != year:
        return [Fault("reply_number_year", {"text": text, "year": day.year}, rules.field)]
    there = _find(session, application, rules, *read)
    if there is None:
        return []
    if there.state == NumberState.VOID:
        params = {"text": text, "reason": there.void_reason or ""}
        return [Fault("reply_number_void", params, rules.field)]
    if there.minutes_number != _minutes_number(application, values):
        params = {"text": text, "minutes": there.minutes_number or "—"}
        return [Fault("reply_number_used", params, rules.field)]
    return []


def take(
    session: Session,
    application: Application,
    stage: Stage,
    values: Mapping[str, Value],
    by: Actor,
    at: datetime,
) -> None:
    """Keep the number of the record as used; the database refuses it a second time."""
    rules = rules_of(application)
    text = str(values.get(rules.field) or "").strip() if rules else ""
    if rules is None or stage.record(rules.field) is None or not text or by.user_id is None:
        return
    read = rules.read(text)
    if read is None or _find(session, application, rules, *read) is not None:
        return
    year, number = read
    session.add(
        ReplyNumber(
            org_id=minutes.unit_of(application).id,
            series=rules.written,
            year=year,
            number=number,
            text=text,
            minutes_number=_minutes_number(application, values),
            state=NumberState.USED,
            by_id=by.user_id,
            at=at,
        )
    )
    session.flush()


def void_faults(session: Session, row: ReplyNumber, rules: ReplyRules, by: Actor) -> list[Fault]:
    """Why this person cannot declare the number void; empty when he can."""
    path = session.get_one(OrgUnit, row.org_id).path
    if not may_as(by, Permission.Application.READ, rules.voided_by, path):
        return [Fault("wrong_role", {"stage": rules.label})]
    if row.state == NumberState.VOID:
        return [Fault("reply_number_void", {"text": row.text, "reason": row.void_reason or ""})]
    count = session.scalar(
        select(func.count(RecordedResult.id)).where(
            RecordedResult.record[rules.field].as_string() == row.text,
            RecordedResult.state.in_(STANDS),
        )
    )
    return [Fault("reply_number_stands", {"text": row.text, "count": count})] if count else []


def void(
    session: Session, row: ReplyNumber, rules: ReplyRules, reason: str, *, by: Actor, at: datetime
) -> ReplyNumber:
    """Declare a number void that no result stands on; it stays, so that nobody gives it again."""
    session.refresh(row, with_for_update=True)
    found = void_faults(session, row, rules, by) + endings.reason_faults(reason)
    if found:
        raise Refused(found)
    row.state, row.void_reason = NumberState.VOID, reason.strip()
    row.void_by_id, row.void_at = by.user_id, at
    session.flush()
    events.audit(session, by, at, "reply_number.void", "reply_number", row.id, {"text": row.text})
    return row


def reserve_void(
    session: Session,
    unit: OrgUnit,
    rules: ReplyRules,
    text: str,
    reason: str,
    *,
    by: Actor,
    at: datetime,
) -> ReplyNumber:
    """Enter a number as void that was spoilt before any result was recorded under it."""
    read = rules.read(text)
    if read is None:
        raise Refused([_form_fault(rules, day_of(at).year)])
    if not may_as(by, Permission.Application.READ, rules.voided_by, unit.path) or not by.user_id:
        raise Refused([Fault("wrong_role", {"stage": rules.label})])
    year, number = read
    row = session.scalars(
        select(ReplyNumber).where(
            ReplyNumber.org_id == unit.id,
            ReplyNumber.series == rules.written,
            ReplyNumber.year == year,
            ReplyNumber.number == number,
        )
    ).one_or_none()
    if row is not None:
        return void(session, row, rules, reason, by=by, at=at)
    found = endings.reason_faults(reason)
    if found:
        raise Refused(found)
    row = ReplyNumber(
        org_id=unit.id, series=rules.written, year=year, number=number, text=text.strip(),
        state=NumberState.VOID, by_id=by.user_id, at=at,
        void_by_id=by.user_id, void_at=at, void_reason=reason.strip(),
    )  # fmt: skip
    session.add(row)
    session.flush()
    events.audit(session, by, at, "reply_number.void", "reply_number", row.id, {"text": row.text})
    return row


def _find(
    session: Session, application: Application, rules: ReplyRules, year: int, number: int
) -> ReplyNumber | None:
    return session.scalars(
        select(ReplyNumber).where(
            ReplyNumber.org_id == minutes.unit_of(application).id,
            ReplyNumber.series == rules.written,
            ReplyNumber.year == year,
            ReplyNumber.number == number,
        )
    ).one_or_none()


def _minutes_number(application: Application, values: Mapping[str, Value]) -> str | None:
    rules = minutes.rules_of(application)
    return str(values.get(rules.field) or "").strip() or None if rules else None
