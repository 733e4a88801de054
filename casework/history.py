"""What has been written down about an application so far. Reads events only, writes nothing."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.applications import Application, CaseEvent, CaseStatus

RETURN = "return"
"""The verb of a return for correction."""
SAVE = "save"
"""The verb of a saved form."""


def corrects(verb: str, status_from: CaseStatus | None) -> bool:
    """Whether an event saved a form that had been handed in: no draft any more, a correction."""
    return verb == SAVE and status_from not in (None, CaseStatus.DRAFT)


def events_of(session: Session, application: Application) -> list[CaseEvent]:
    """Every event, oldest first."""
    return list(
        session.scalars(
            select(CaseEvent)
            .where(CaseEvent.application_id == application.id)
            .order_by(CaseEvent.seq)
        )
    )


def recorded(session: Session, application: Application) -> dict[str, dict[str, object]]:
    """What was recorded at each stage, as JSON keeps it; parts and later rounds lie on top."""
    return recorded_in(events_of(session, application))


def recorded_in(events: Iterable[CaseEvent]) -> dict[str, dict[str, object]]:
    """The same out of events that were read already, oldest first."""
    found: dict[str, dict[str, object]] = {}
    for event in events:
        stage, record = event.data.get("stage"), event.data.get("record")
        if isinstance(stage, str) and isinstance(record, dict):
            known = {name: value for name, value in record.items() if value is not None}
            found[stage] = {**found.get(stage, {}), **known}
    return found


def round_of(session: Session, application: Application) -> int:
    """1 before any return for correction, then one more for each."""
    returns = session.scalar(
        select(func.count())
        .select_from(CaseEvent)
        .where(CaseEvent.application_id == application.id, CaseEvent.verb == RETURN)
    )
    return 1 + (returns or 0)
