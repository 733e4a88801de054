"""File a finished list with the department (备案, clause 4.3.3). Approves nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from casework import events, lists, numbers
from casework.lists import Raw, Versions
from casework.people import Actor
from engine.procedure import StageKind
from models.applications import Application
from models.orgs import OrgUnit
from models.screenings import Filing, FilingLine

NEEDED = (lists.field("filed_on", "date", "报送备案日期", "Date of filing"),)


def file(
    session: Session,
    committee: OrgUnit,
    applications: Sequence[Application],
    record: Raw,
    *,
    by: Actor,
    at: datetime,
    versions: Versions,
    note: str = "",
) -> Filing:
    """Record that the committee filed these applications; each moves on. `record` has filed_on."""
    values, found = lists.written(
        session, applications, StageKind.FILE, None, record, None, at, NEEDED
    )
    found += lists.ready(session, applications, StageKind.FILE, by, at, versions)
    found += lists.outside(applications, committee)
    lists.stop(found)
    filed_on = lists.day(values[applications[0].id], "filed_on")
    filing = Filing(
        number=numbers.take(session, "filing", filed_on.year),
        org_id=committee.id,
        filed_on=filed_on,
        by_id=by.user_id,
        at=at,
        note=note or None,
    )
    session.add(filing)
    session.flush()
    for application in applications:
        session.add(FilingLine(filing_id=filing.id, application_id=application.id))
        data = lists.entry(application, StageKind.FILE, None, values[application.id])
        data["filing"] = filing.number
        lists.forward(session, application, "file", by, at, data=data)
    data = {"number": filing.number, "lines": len(applications)}
    events.audit(session, by, at, "filing.file", "filing", filing.id, data)
    return filing
