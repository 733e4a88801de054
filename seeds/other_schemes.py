"""A list of another scheme, as the service centre gets it: one of ours stands on it too."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from casework import schemes, workbooks
from casework.attachments import Upload
from casework.people import Actor
from models.members import Member
from models.orgs import OrgUnit


def hand_in(session: Session, screener: Actor, member: Member, at: datetime) -> None:
    """Take in a short list with this member and a stranger on it."""
    rows = [
        {"name": member.name, "id_number": member.id_number or "", "amount": "500"},
        {"name": "外区人员", "birth_on": "1951-02-03", "amount": "800"},
    ]
    schemes.upload(
        session,
        session.get_one(OrgUnit, screener.roles[0].org_id),
        Upload("临时救助.xlsx", workbooks.write("名单", schemes.COLUMNS, rows)),
        name="临时救助",
        year=at.year,
        by=screener,
        at=at,
    )
