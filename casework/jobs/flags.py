"""Find what is overdue and ask once for each that it be put on record.

Runs as often as it likes, also after days of standing still: the outbox key holds each flag to one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import calendar, dues, events, outbox, people
from casework.clock import day_of
from casework.moves import LIVE
from models.applications import Application

TOPIC = "deadline.late"
CHUNK = 500


def flag_late(session: Session, at: datetime, after_id: int = 0) -> tuple[int, int | None]:
    """Flag the overdue deadlines of one chunk of applications.

    Gives how many were flagged anew, and the id to go on after (None at the end).
    """
    today, holidays = day_of(at), calendar.load(session)
    chunk = session.scalars(
        select(Application)
        .where(Application.status.in_(LIVE), Application.id > after_id)
        .order_by(Application.id)
        .limit(CHUNK)
    ).all()
    flagged = 0
    for application in chunk:
        for each in dues.dues_of(session, application, today, holidays):
            if each.state == "late" and each.due is not None and each.due.date is not None:
                day = each.due.date.isoformat()
                key = f"late:{application.id}:{each.rule.id}:{day}"
                payload = {"application": application.id, "deadline": each.rule.id, "due": day}
                flagged += outbox.put(session, TOPIC, payload, at=at, key=key) is not None
    return flagged, chunk[-1].id if len(chunk) == CHUNK else None


def record_late(session: Session, payload: Mapping[str, object], at: datetime) -> None:
    """Write the flag into the audit log; the application itself is not touched."""
    application = payload["application"]
    if not isinstance(application, int):
        raise TypeError("a flag names its application by number")
    events.audit(session, people.system(), at, TOPIC, "application", application, payload)
