"""Cancel who proves not to qualify after the approval (clause 4.3.2). Recovers nothing itself.

The grant ends and frees its place, money not yet handed to the member goes back to its source, the
name comes off every board that still hangs. What the member already has stays for recovery.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import duties, grants, lists, moves, transfers
from casework.clock import day_of
from casework.people import Actor
from casework.permissions import Permission
from engine.faults import Fault
from models.applications import Application, CaseStatus
from models.notices import LineState, Notice, NoticeLine, NoticeStatus


def cancel(
    session: Session,
    application: Application,
    reason: str,
    *,
    by: Actor,
    at: datetime,
    expected_version: int,
) -> Application:
    """Cancel an approved application by the department, with its reason.

    `not_granted` before the approval: then it is refused at its stage instead.
    """
    moves.lock(session, [application])
    found = moves.check_access(session, application, by, Permission.Application.CANCEL)
    lists.stop(lists.at_number(application, found))
    found = moves.check_version(application, expected_version)
    found += duties.recusal(session, application, by)
    if application.status not in moves.LIVE:
        found.append(moves.status_fault(application))
    elif grants.of(session, application) is None:
        found.append(Fault("not_granted", {}))
    if not reason.strip():
        found.append(Fault("reason_needed", {}, "reason"))
    lists.stop(found)
    write(session, application, reason, by, at, {})
    return application


def write(
    session: Session,
    application: Application,
    reason: str,
    by: Actor,
    at: datetime,
    data: Mapping[str, object],
) -> None:
    """Write a cancellation that has been checked, with all that follows from it."""
    grant = grants.of(session, application, lock=True)
    paid = 0 if grant is None else grants.paid_fen(session, grant)
    if grant is not None and not paid:
        transfers.come_back(session, grant, by=by, at=at, reason=reason)
        grants.cancel(session, application, by, at, reason)
    take_off(session, application, at)
    application.held, application.hold_reason = False, None
    moves.move(
        session,
        application,
        verb="cancel",
        by=by,
        at=at,
        status=CaseStatus.CANCELLED,
        reason=reason,
        data={**data, "paid_fen": paid},
    )


def take_off(session: Session, application: Application, at: datetime) -> None:
    """Take the name off every board that still hangs; a board without names is cancelled."""
    lines = session.scalars(
        select(NoticeLine)
        .join(Notice, Notice.id == NoticeLine.notice_id)
        .where(
            NoticeLine.application_id == application.id,
            NoticeLine.state == LineState.ON,
            Notice.status == NoticeStatus.POSTED,
        )
        .order_by(NoticeLine.id)
    ).all()
    for line in lines:
        line.state = LineState.REMOVED
        session.flush()
        empty(session, line.notice, at)


def empty(session: Session, notice: Notice, at: datetime) -> None:
    """Cancel a board from which the last name was taken."""
    left = session.scalar(
        select(NoticeLine.id)
        .where(NoticeLine.notice_id == notice.id, NoticeLine.state == LineState.ON)
        .limit(1)
    )
    if left is None and notice.status == NoticeStatus.POSTED:
        notice.status, notice.removed_on = NoticeStatus.CANCELLED, day_of(at)
        session.flush()
