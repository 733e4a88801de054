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
from casework.permissions import Permission


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


def note_inspection(object_type: str, object_id: int | str | None) -> None:
    """Whoever may read the audit log (纪检) sees everything; each of his looks at a person or an
    application is written down. Call it on every page that shows one."""
    if actor().holds(Permission.Audit.READ):
        note("inspection", object_type, object_id)


def note_number_search(*, whole: bool, found: int) -> None:
    """Somebody looked for a person by the last four characters of a number or by the whole of it;
    the number itself is never written down."""
    note("search_number", "member", None, {"by": "whole" if whole else "tail", "found": found})
