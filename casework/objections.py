"""What is reported against a posted name, and what becomes of it (clause 4.3, annex 3).

Only the department registers it; who objected is sealed and never shown to branch or committee.
An open objection holds that one person; a late one goes to a check under clause 4.7.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import (
    access,
    calendar,
    cancellations,
    clearance,
    duties,
    events,
    lists,
    moves,
    notices,
)
from casework.clock import day_of
from casework.people import Actor
from casework.permissions import Permission
from engine.faults import Fault
from engine.notices import check_notice
from engine.procedure import StageKind
from models.applications import Application
from models.notices import LineState, Notice, NoticeLine, NoticeStatus, Objection, ObjectionState

_STATES = {
    "accept": ObjectionState.OPEN,
    "not_accepted": ObjectionState.NOT_ACCEPTED,
}


def register(
    session: Session,
    line: NoticeLine,
    *,
    received_on: date,
    channel: str,
    has_clue: bool,
    content: str,
    objector_name: str = "",
    objector_phone: str = "",
    by: Actor,
    at: datetime,
) -> Objection:
    """Write an objection down. Its state is open, not_accepted or referred, as the rules say.

    `channel` is one of the edition's. Within the notice and with a clue it holds the person's
    money; without a clue it is not accepted; after the last day it goes to a check.
    """
    notice, application = line.notice, line.application
    moves.lock(session, [application])
    policy, _road = moves.policy_and_road(application)
    form = policy.procedure.notice
    found = access.faults(session, by, Permission.Notice.OBJECT, notice.org_id)
    found += duties.recusal(session, application, by)
    if line.state != LineState.ON:
        found.append(Fault("line_not_on_board", {}, application.number))
    if channel not in form.objections.channels:
        names = list(form.objections.channels.values())
        found.append(Fault("unknown_channel", {"names": names}, "channel"))
    if not content.strip():
        found.append(Fault("content_missing", {}, "content"))
    if received_on > day_of(at) or received_on < notice.posted_on:
        found.append(Fault("objection_date", {"posted_on": notice.posted_on}, "received_on"))
    lists.stop(found)  # first: whether one is on record is nobody's to learn who may not write it
    said = (received_on, channel, has_clue, content, objector_name or None, objector_phone or None)
    known = session.scalars(select(Objection).where(Objection.notice_line_id == line.id))
    if any(_said(one) == said for one in known):  # a form sent twice
        lists.stop([Fault("objection_twice", {}, application.number)])
    answer = _ask(session, line, received_on, channel, has_clue, None)
    objection = Objection(
        notice_line_id=line.id,
        received_on=received_on,
        channel=channel,
        has_clue=has_clue,
        content=content,
        objector_name=objector_name or None,
        objector_phone=objector_phone or None,
        state=_STATES.get(str(answer["objection"]), ObjectionState.REFERRED),
        by_id=by.user_id,
        at=at,
    )
    session.add(objection)
    session.flush()
    data: dict[str, object] = {
        "objection": objection.id,
        "state": objection.state.value,
        "notice": notice.number,
    }
    if objection.state == ObjectionState.OPEN and application.status in moves.LIVE:
        application.held, application.hold_reason = True, lists.OBJECTION
    _write(session, application, "objection", by, at, data)
    return objection


def _said(one: Objection) -> tuple[object, ...]:
    """What an objection says, whoever wrote it down."""
    who = (one.objector_name, one.objector_phone)
    return (one.received_on, one.channel, one.has_clue, one.content, *who)


def settle(
    session: Session, objection: Objection, *, upheld: bool, finding: str, by: Actor, at: datetime
) -> None:
    """Write down what the check found. Upheld: the application and its grant are cancelled, money
    not yet handed to the member comes back; refuted: the application goes on."""
    line = objection.line
    application = line.application
    moves.lock(session, [application])
    session.refresh(objection, with_for_update=True)
    found = access.faults(session, by, Permission.Notice.SETTLE, line.notice.org_id)
    found += duties.recusal(session, application, by)
    if objection.state != ObjectionState.OPEN:
        found.append(Fault("objection_settled", {}, application.number))
    if not finding.strip():
        found.append(Fault("finding_missing", {}, "finding"))
    lists.stop(found)
    answer = _ask(
        session, line, objection.received_on, objection.channel, objection.has_clue, upheld
    )
    cancel = answer["after"] == "cancel"
    objection.verified = upheld
    objection.finding = finding
    objection.state = ObjectionState.UPHELD if cancel else ObjectionState.REFUTED
    objection.settled_by_id, objection.settled_on = by.user_id, day_of(at)
    session.flush()
    data: dict[str, object] = {"objection": objection.id, "state": objection.state.value}
    if application.status not in moves.LIVE:
        events.audit(session, by, at, "objection.settle", "objection", objection.id, data)
    elif cancel:
        cancellations.write(session, application, finding, by, at, data)
    else:
        _go_on(session, line, by, at, data)


def objector(
    session: Session, objection: Objection, *, by: Actor, at: datetime
) -> tuple[str | None, str | None]:
    """Name and phone of the objector; every look is recorded."""
    access.require(session, by, Permission.Notice.OBJECTOR, objection.line.notice.org_id)
    events.record_look(session, by, at, "objector", "objection", objection.id)
    return objection.objector_name, objection.objector_phone


def _go_on(
    session: Session, line: NoticeLine, by: Actor, at: datetime, data: dict[str, object]
) -> None:
    """The hold ends with the last open objection; a notice already over lets him move on."""
    application, notice = line.application, line.notice
    if clearance.open_objections(session, application):
        _write(session, application, "objection_refuted", by, at, data)
        return
    _release(session, application)
    here = lists.stage_of_kind(application, StageKind.POST)
    over = notice.status == NoticeStatus.ENDED and _is_latest(session, notice, application)
    if over and here is not None and application.stage == here.id:
        lists.forward(session, application, "objection_refuted", by, at, data=data, duty=False)
    else:
        _write(session, application, "objection_refuted", by, at, data)


def _release(session: Session, application: Application) -> None:
    if application.hold_reason == lists.OBJECTION:
        application.held, application.hold_reason = False, None
        session.flush()


def _is_latest(session: Session, notice: Notice, application: Application) -> bool:
    lines = [line for line in notice.lines if line.application_id == application.id]
    return bool(lines) and lines[-1].state == LineState.ON


def _write(
    session: Session,
    application: Application,
    verb: str,
    by: Actor,
    at: datetime,
    data: dict[str, object],
) -> None:
    """An event that changes nothing of a live application; for a final one the audit record."""
    if application.status in moves.LIVE:
        moves.move(session, application, verb=verb, by=by, at=at, data=data)
    else:
        events.audit(session, by, at, f"application.{verb}", "application", application.id, data)


def _ask(
    session: Session,
    line: NoticeLine,
    received_on: date,
    channel: str,
    has_clue: bool,
    verified: bool | None,
) -> dict[str, object]:
    notice = line.notice
    policy, _road = moves.policy_and_road(line.application)
    data = notices.check_data(
        {
            "approved_on": notice.approved_on,
            "posted_on": notice.posted_on,
            "ends_on": notice.ends_on,
            "place": notice.place,
        },
        [column.id for column in policy.procedure.notice.columns],
        objection_on=received_on,
        channel=channel,
        has_clue=has_clue,
        verified=verified,
    )
    return dict(check_notice(policy, data, calendar.load(session)))
