"""A list of another scheme, as the service centre gets it: one of ours stands on it too."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from casework import schemes
from casework.people import Actor
from casework.schemes import Aided
from models.members import Member


def hand_in(session: Session, screener: Actor, member: Member, at: datetime) -> None:
    """Take in a short list with this member and a stranger on it."""
    rows = (
        Aided(member.name, member.id_number, member.birth_on, fen=50_000),
        Aided("外区人员", birth_on=date(1951, 2, 3), fen=80_000),
    )
    made = schemes.list_for(session, "临时救助", at.year, "临时救助.xlsx", by=screener, at=at)
    for number, aided in enumerate(rows, 2):
        schemes.put(session, made, aided, number)
    schemes.taken_in(session, made, len(rows), by=screener, at=at)
