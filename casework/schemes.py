"""Lists of other schemes, kept for comparison with our own (clause 4.4). They come in as workbooks
(`casework.imports.screening`); numbers lie sealed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import casework.messages_screening  # noqa: F401 - its texts
from casework import events, scope
from casework.clock import day_of
from casework.people import Actor
from casework.permissions import Permission
from engine.faults import Fault, Refused
from engine.idnumber import read as read_identity
from models.orgs import OrgUnit
from models.schemes import SchemeList, SchemeRow

NAME_LENGTH = 100
YEARS_BACK = 5


@dataclass(frozen=True, slots=True)
class Aided:
    """One person whom another scheme aids; one of `id_number` and `birth_on` is known."""

    name: str
    id_number: str | None = None
    birth_on: date | None = None
    account: str | None = None
    fen: int | None = None
    note: str | None = None


def unit_for(session: Session, by: Actor) -> OrgUnit:
    """The unit for which this person hands lists in: the highest in reach."""
    query = select(OrgUnit).where(OrgUnit.active).order_by(OrgUnit.path).limit(1)
    seen = scope.visible(query, by, Permission.Screening.UPLOAD, OrgUnit.path)
    found = session.scalars(seen).one_or_none()
    if found is None:
        raise Refused([Fault("not_permitted", {"permission": Permission.Screening.UPLOAD})])
    return found


def list_for(
    session: Session, name: str, year: int, filename: str, *, by: Actor, at: datetime
) -> SchemeList:
    """The list of this scheme and year, made where there is none; a second workbook adds to it."""
    unit = unit_for(session, by)
    found = list_faults(name, year, day_of(at).year)
    if found:
        raise Refused(found)
    known = session.scalars(
        select(SchemeList)
        .where(SchemeList.org_id == unit.id, SchemeList.name == name, SchemeList.year == year)
        .order_by(SchemeList.id)
        .limit(1)
    ).one_or_none()
    if known is not None:
        return known
    made = SchemeList(
        org_id=unit.id, name=name, year=year, filename=filename, by_id=by.user_id, at=at
    )
    session.add(made)
    session.flush()
    return made


def list_faults(name: str, year: int, this: int) -> list[Fault]:
    """What is wrong with the name and the year of a list, in the year `this`."""
    found = []
    if not name.strip() or len(name.strip()) > NAME_LENGTH:
        found.append(Fault("scheme_name_missing", {"most": NAME_LENGTH}, "scheme"))
    if not this - YEARS_BACK <= year <= this:
        found.append(Fault("scheme_year", {"first": this - YEARS_BACK, "last": this}, "year"))
    return found


def put(
    session: Session, into: SchemeList, aided: Aided, row_number: int
) -> Literal["new", "changed", "same"]:
    """One person of the list. The same person with the same amount is the same aid."""
    birth = aided.birth_on
    if aided.id_number is not None:
        birth = read_identity(aided.id_number).birth
    query = select(SchemeRow).where(
        SchemeRow.list_id == into.id, SchemeRow.name == aided.name, SchemeRow.fen == aided.fen
    )
    if aided.id_number is not None:
        query = query.where(SchemeRow.id_number.matches(aided.id_number))
    else:
        query = query.where(SchemeRow.id_number_index.is_(None), SchemeRow.birth_on == birth)
    rows = session.scalars(query.order_by(SchemeRow.id)).all()
    if any((one.bank_account, one.note) == (aided.account, aided.note) for one in rows):
        return "same"
    alike = [one for one in rows if one.note == aided.note]
    if alike:
        alike[0].bank_account = aided.account
        session.flush()
        return "changed"
    row = SchemeRow(
        list_id=into.id,
        row_number=row_number,
        name=aided.name,
        birth_on=birth,
        id_number=aided.id_number,
        bank_account=aided.account,
        fen=aided.fen,
        note=aided.note,
    )
    session.add(row)
    session.flush()
    return "new"


def taken_in(session: Session, into: SchemeList, rows: int, *, by: Actor, at: datetime) -> None:
    """Write down that so many rows were added to the list."""
    data = {"name": into.name, "year": into.year, "rows": rows}
    events.audit(session, by, at, "screening.scheme", "scheme_list", into.id, data)


def lists(session: Session, by: Actor) -> list[tuple[SchemeList, int]]:
    """The lists in reach with how many rows each has, newest first."""
    query = (
        select(SchemeList, func.count(SchemeRow.id))
        .join(OrgUnit, OrgUnit.id == SchemeList.org_id)
        .outerjoin(SchemeRow, SchemeRow.list_id == SchemeList.id)
        .group_by(SchemeList.id)
        .order_by(SchemeList.id.desc())
    )
    seen = scope.visible(query, by, Permission.Screening.UPLOAD, OrgUnit.path)
    return [(one, count) for one, count in session.execute(seen)]
