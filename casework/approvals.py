"""The opinions, seals and decisions of a road, as rows that print and count."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from casework import history
from casework.people import Actor
from engine.procedure import Road, Stage
from engine.records import Value
from models.applications import Application, Approval, ApprovalResult
from models.results import RecordedResult


def write(
    session: Session,
    application: Application,
    road: Road,
    stage: Stage,
    values: Mapping[str, Value],
    result: ApprovalResult,
    *,
    by: Actor,
    at: datetime,
    fen: int | None = None,
    opinion: str | None = None,
    confirms: RecordedResult | None = None,
) -> int:
    """Write the approval that the road names for this stage, if it names one; gives the round.

    One that a second person confirms is the recorder's, of the day it was recorded.
    """
    number = history.round_of(session, application)
    code = road.approval_codes.get(stage.id)
    if code is not None:
        session.add(
            Approval(
                application_id=application.id,
                code=code,
                stage=stage.id,
                round=number,
                result=result,
                opinion=opinion or _words(values, "opinion") or _words(values, "reason"),
                fen=fen,
                sealed=values.get("sealed") is True,
                minutes_number=_words(values, "minutes_number"),
                by_id=confirms.by_id if confirms else by.user_id,
                at=confirms.at if confirms else at,
                confirmed_by_id=by.user_id if confirms else None,
                confirmed_at=at if confirms else None,
            )
        )
        session.flush()
    return number


def _words(values: Mapping[str, Value], name: str) -> str | None:
    found = values.get(name)
    return found if isinstance(found, str) and found else None
