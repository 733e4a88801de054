"""Why an application is being corrected, and what of its member was corrected meanwhile.

Facts and texts of the form keep both versions in the event of their saving; what stands in the
member's file or on the household worksheet gets an event of its own in every running application.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import events, history
from casework.people import Actor
from models.applications import Application, CaseEvent, CaseStatus

VERB = "file_corrected"
SENT = (CaseStatus.OPEN, CaseStatus.RETURNED)
"""An application in one of these has been handed in: a change is a correction."""


def asked_for(session: Session, application: Application) -> str:
    """The reason of the return that is being corrected now; "" where it is no correction."""
    if application.status != CaseStatus.RETURNED:
        return ""
    return (
        session.scalars(
            select(CaseEvent.reason)
            .where(CaseEvent.application_id == application.id, CaseEvent.verb == history.RETURN)
            .order_by(CaseEvent.seq.desc())
            .limit(1)
        ).first()
        or ""
    )


def running(session: Session, member_id: int) -> Sequence[Application]:
    """The applications of the member that have been handed in and are under way."""
    return session.scalars(
        select(Application)
        .where(Application.member_id == member_id, Application.status.in_(SENT))
        .order_by(Application.id)
    ).all()


def note(
    session: Session,
    application: Application,
    changes: Mapping[str, Sequence[object]],
    *,
    by: Actor,
    at: datetime,
    reason: str = "",
    more: Mapping[str, object] | None = None,
) -> None:
    """Write a change of the member's file into his application: name → (before, after), as papers
    write it, numbers masked; `more` is what followed from it."""
    events.record(
        session,
        application,
        verb=VERB,
        by=by,
        at=at,
        before=(application.stage, application.status),
        reason=reason.strip() or asked_for(session, application),
        data={"file": {name: list(pair) for name, pair in changes.items()}, **(more or {})},
    )
