"""Checking a whole household worksheet at once: every row that names its proof. Never one's own."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

import casework.messages_screens  # noqa: F401 - registers the words of the faults below
from casework import duties, worksheet_rows, worksheets
from casework.people import Actor
from engine.faults import Fault, Refused
from models.members import Member


def why_not(member: Member) -> Fault | None:
    """Why the worksheet cannot be checked as a whole; None when it can."""
    if member.household is None:
        return Fault("sheet_missing", {})
    waiting = [item for _number, item in worksheet_rows.pending(member)]
    if not waiting:
        return Fault("sheet_checked", {})
    bare = [item.label for item in waiting if not (item.proof or "").strip()]
    return Fault("sheet_proof_missing", {"items": "、".join(bare)}) if bare else None


def verify_all(session: Session, member: Member, *, by: Actor, at: datetime) -> int:
    """Mark every row that waits as checked against the proof it names; gives how many."""
    fault = why_not(member)
    if fault is not None:
        raise Refused([fault])
    waiting = [item for _number, item in worksheet_rows.pending(member)]
    found = duties.recusal_member(session, member, by)
    for item in waiting:
        found += worksheets.second_person_faults(item, by)
    if found:
        raise Refused(found)
    for item in waiting:
        worksheets.verify(session, item, proof=item.proof or "", by=by, at=at)
    return len(waiting)
