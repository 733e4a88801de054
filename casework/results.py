"""Results that wait for a second person: kept, found, settled. Never writes what follows from them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.people import Actor
from engine.faults import Fault, Refused
from models.applications import Application
from models.results import RecordedResult, ResultState


def waiting(session: Session, application: Application) -> RecordedResult | None:
    """The result that waits for confirmation, if any."""
    return session.scalars(
        select(RecordedResult).where(
            RecordedResult.application_id == application.id,
            RecordedResult.state == ResultState.WAITING,
        )
    ).one_or_none()


def waiting_faults(session: Session, application: Application) -> list[Fault]:
    """`result_waiting` while what somebody recorded has not been confirmed or sent back."""
    found = waiting(session, application)
    if found is None:
        return []
    return [Fault("result_waiting", {"name": found.by.display_name, "on": found.at.date()})]


def keep(
    session: Session,
    application: Application,
    stage: str,
    record: Mapping[str, object],
    fen: int | None,
    by: Actor,
    at: datetime,
) -> RecordedResult:
    """Write down a result that waits; `record` as `engine.records.plain` gives it."""
    if by.user_id is None:
        raise Refused([Fault("no_person", {})])
    found = RecordedResult(
        application_id=application.id,
        stage=stage,
        record=dict(record),
        fen=fen,
        state=ResultState.WAITING,
        by_id=by.user_id,
        at=at,
    )
    session.add(found)
    session.flush()
    return found


def settle(
    session: Session,
    result: RecordedResult,
    state: ResultState,
    by: Actor,
    at: datetime,
    reason: str | None = None,
) -> None:
    """Say what became of a waiting result."""
    result.state, result.reason = state, reason
    result.settled_by_id, result.settled_at = by.user_id, at
    session.flush()


def drop(session: Session, application: Application, by: Actor, at: datetime) -> None:
    """The application leaves its stage: what waits there can no longer be confirmed."""
    found = waiting(session, application)
    if found is not None:
        settle(session, found, ResultState.DROPPED, by, at)
