"""Which round an application belongs to, and the days that its deadlines take from it. Looks only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from models.applications import Application, CaseEvent
from models.orgs import OrgUnit
from models.rounds import AidRound

_Days = Mapping[str, date | None]


def of_application(session: Session, application: Application) -> AidRound | None:
    """Its round: of its road and aid year, opened at or above its branch."""
    path = application.org.path
    rows = session.scalars(
        select(AidRound)
        .where(AidRound.road == application.road, AidRound.year == application.aid_year)
        .order_by(AidRound.id.desc())
    )
    return next((each for each in rows if path.startswith(each.org.path)), None)


def days_of(opened: AidRound | None) -> _Days:
    """The days by the names that a procedure gives them (`taken: round NAME`)."""
    if opened is None:
        return {}
    return {"notice_on": opened.notice_on, "done_on": opened.done_on}


def days_of_many(session: Session, chosen: ColumnElement[bool]) -> dict[int, _Days]:
    """The same by application id, in one query. `chosen` is a condition on their events."""
    above = OrgUnit.__table__.alias("above")
    query = (
        select(Application.id, AidRound.notice_on, AidRound.done_on)
        .join(OrgUnit, OrgUnit.id == Application.org_id)
        .join(
            AidRound,
            and_(AidRound.road == Application.road, AidRound.year == Application.aid_year),
        )
        .join(above, above.c.id == AidRound.org_id)
        .where(
            func.substr(OrgUnit.path, 1, func.length(above.c.path)) == above.c.path,
            Application.id.in_(select(CaseEvent.application_id).where(chosen)),
        )
        .order_by(Application.id, AidRound.id)
    )
    return {
        number: {"notice_on": notice_on, "done_on": done_on}
        for number, notice_on, done_on in session.execute(query)
    }
