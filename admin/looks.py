"""Writing down that somebody looked: a reveal, an export, an auditor's reading.

A page is read in a transaction that cannot write, so the note goes through one of its own and is
committed before anything is shown.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from admin import clock
from admin.extensions import db
from admin.security.people import actor
from casework import events


def note(
    what: str,
    object_type: str,
    object_id: int | str | None,
    data: Mapping[str, object] | None = None,
) -> None:
    """Append `look:what` to the audit log, now and for good."""
    with Session(db.engine) as session:
        events.record_look(session, actor(), clock.now(), what, object_type, object_id, data)
        session.commit()
