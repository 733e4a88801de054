"""What is written down about an application and about access. Never changes a state itself.

Every change of state leaves a CaseEvent (the application's own history) and an AuditRecord (the
hash chain). Refusals, sensitive reads and exports leave an AuditRecord alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casework.people import Actor
from engine.faults import Fault
from models import audit as chain
from models.applications import Application, CaseEvent
from models.audit import AuditRecord

NAMED_BY = 64
"""The most characters that a record of the audit log names a row by: what its column holds."""


def audit(
    session: Session,
    by: Actor,
    at: datetime,
    action: str,
    object_type: str,
    object_id: int | str | None,
    data: Mapping[str, object] | None = None,
) -> AuditRecord:
    """Append one record to the audit chain."""
    return chain.append(
        session,
        at=at,
        actor_id=by.user_id,
        actor_name=by.name,
        action=action,
        object_type=object_type,
        object_id=None if object_id is None else _fitting(str(object_id)),
        data=dict(data or {}),
    )


def _fitting(name: str) -> str:
    """What the column can hold: an address or a form may name a row that is none, at any length,
    and the record of the refusal must not fail by it."""
    name = name.replace("\0", "")
    return name if len(name) <= NAMED_BY else name[: NAMED_BY - 1] + "…"


def record(
    session: Session,
    application: Application,
    *,
    verb: str,
    by: Actor,
    at: datetime,
    before: tuple[str | None, str | None],
    reason: str = "",
    data: Mapping[str, object] | None = None,
) -> CaseEvent:
    """Write the application's event and its audit record; `before` is (stage, status) as it was."""
    last = session.scalar(
        select(func.max(CaseEvent.seq)).where(CaseEvent.application_id == application.id)
    )
    event = CaseEvent(
        application_id=application.id,
        seq=(last or 0) + 1,
        verb=verb,
        stage_from=before[0],
        stage_to=application.stage,
        status_from=before[1],
        status_to=application.status,
        by_id=by.user_id,
        at=at,
        reason=reason,
        data=dict(data or {}),
    )
    session.add(event)
    session.flush()
    audit(
        session,
        by,
        at,
        f"application.{verb}",
        "application",
        application.id,
        {
            "number": application.number,
            "event": event.seq,
            "stage": [before[0], application.stage],
            "status": [before[1], application.status],
            "reason": reason,
        },
    )
    return event


def record_refusal(
    session: Session,
    by: Actor,
    at: datetime,
    action: str,
    object_type: str,
    object_id: int | str | None,
    faults: Sequence[Fault],
) -> AuditRecord:
    """Write down that something was refused and why.

    The edge calls this in a transaction of its own, after it has rolled back the refused one.
    """
    reasons = [{"code": f.code, "where": f.where} for f in faults]
    return audit(session, by, at, f"refused:{action}", object_type, object_id, {"faults": reasons})


def record_look(
    session: Session,
    by: Actor,
    at: datetime,
    what: str,
    object_type: str,
    object_id: int | str | None,
    data: Mapping[str, object] | None = None,
) -> AuditRecord:
    """Write down a reveal of a masked field (`reveal:id_number`), an export or an audited look."""
    return audit(session, by, at, f"look:{what}", object_type, object_id, data)
