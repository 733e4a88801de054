"""What the office knows of a person once the identity number is typed: birth and sex, the member,
earlier grants, and who is so like him that it may be the same person typed wrong.

Within the person's own part of the organisation that is shown in full. Of somebody elsewhere only
that he exists is said, and which office above both can be asked: neither his name nor his unit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, selectinload

import casework.messages_screens  # noqa: F401 - its texts
from casework import events, scope
from casework.people import Actor
from casework.permissions import Permission
from engine import idnumber
from engine.faults import Fault, Refused
from models.audit import AuditRecord
from models.imports import PastAid
from models.ledger import Grant
from models.members import Household, HouseholdPerson, Member
from models.orgs import OrgUnit

WINDOW = timedelta(minutes=15)
MOST_IN_WINDOW = 60  # looks at a number that a busy clerk needs; somebody who tries many needs more
MOST = 8  # of those alike
LOOK = "search_number"  # what the audit log calls it, as it does every search by a number
READ = Permission.Member.READ


@dataclass(frozen=True, slots=True)
class Alike:
    """Somebody who may be the same person: `why` is number (one sign differs), name, phone, home."""

    member: Member
    why: str


@dataclass(frozen=True, slots=True)
class Known:
    """What is known. `fault` says why the number cannot be one; then birth and sex are None."""

    fault: Fault | None
    birth: date | None
    sex: str | None
    member: Member | None = None
    grants: tuple[Grant, ...] = ()
    before: tuple[PastAid, ...] = ()
    alike: tuple[Alike, ...] = ()
    ask: OrgUnit | None = None


def look(
    session: Session, number: str, *, by: Actor, at: datetime, name: str = "", phone: str = ""
) -> Known:
    """Look a number up and write the look down; the number itself is not. `too_many_looks` once
    the person has looked for more numbers within a quarter of an hour than the work takes."""
    if not by.holds(READ):
        raise Refused([Fault("not_permitted", {"permission": READ})])
    if looks_since(session, by, at - WINDOW) >= MOST_IN_WINDOW:
        minutes = int(WINDOW.total_seconds() // 60)
        raise Refused([Fault("too_many_looks", {"most": MOST_IN_WINDOW, "minutes": minutes})])
    found = _known(session, number, name, phone, by)
    hits = (found.member is not None) + (found.ask is not None) + len(found.alike)
    events.record_look(session, by, at, LOOK, "member", None, {"by": "whole", "found": hits})
    return found


def looks_since(session: Session, by: Actor, since: datetime) -> int:
    """How often this person has looked for people by a number since then."""
    query = select(func.count(AuditRecord.id)).where(
        AuditRecord.actor_id == by.user_id,
        AuditRecord.action == f"look:{LOOK}",
        AuditRecord.at >= since,
    )
    return session.scalar(query) or 0


def _known(session: Session, number: str, name: str, phone: str, by: Actor) -> Known:
    reading = idnumber.read(number)
    if reading.fault is not None:
        near = _near(idnumber.compact(number)) if reading.fault.code == "id_checksum" else ()
        alike = tuple(Alike(one, "number") for one in _with_numbers(session, near, by))
        return Known(reading.fault, None, None, alike=alike)
    member = session.scalars(
        select(Member)
        .where(Member.id_number.matches(number))
        .options(selectinload(Member.org))
        .limit(1)
    ).first()
    if member is not None and not scope.may(by, READ, member.org.path):
        return Known(None, reading.birth, reading.sex, ask=_above_both(session, member, by))
    alike = tuple(_alike(session, number, reading.birth, name, phone, member, by))
    if member is None:
        return Known(None, reading.birth, reading.sex, alike=alike)
    return Known(
        None,
        reading.birth,
        reading.sex,
        member,
        tuple(_grants(session, member)),
        tuple(_before(session, member)),
        alike,
    )


def _grants(session: Session, member: Member) -> Sequence[Grant]:
    query = select(Grant).where(Grant.member_id == member.id)
    return session.scalars(query.order_by(Grant.aid_year.desc(), Grant.id.desc())).all()


def _before(session: Session, member: Member) -> Sequence[PastAid]:
    query = select(PastAid).where(PastAid.member_id == member.id)
    return session.scalars(query.order_by(PastAid.aid_year.desc(), PastAid.id.desc())).all()


def _above_both(session: Session, member: Member, by: Actor) -> OrgUnit | None:
    """The nearest unit that stands above the member's branch and above all that the person reads."""
    below = member.org.path.strip("/").split("/")
    roots = [path.strip("/").split("/") for path in scope.paths(by, READ)]
    shared: list[str] = []
    for number, step in enumerate(below):
        if not all(len(root) > number and root[number] == step for root in roots):
            break
        shared.append(step)
    return session.get(OrgUnit, int(shared[-1])) if shared else None


# -- likeness, within the person's own reach


def _alike(
    session: Session,
    number: str,
    birth: date | None,
    name: str,
    phone: str,
    member: Member | None,
    by: Actor,
) -> Iterator[Alike]:
    seen = {member.id if member else 0}
    name = name.strip()
    wanted: list[tuple[str, ColumnElement[bool]]] = []
    if name and birth is not None:
        wanted.append(("name", (Member.name == name) & (Member.birth_on == birth)))
    if len([sign for sign in phone if sign.isdigit()]) >= 7:
        wanted.append(("phone", Member.phone.matches(phone)))
    at_home = (
        select(Household.member_id)
        .join(HouseholdPerson, HouseholdPerson.household_id == Household.id)
        .where(HouseholdPerson.id_number.matches(number))
    )
    wanted.append(("home", Member.id.in_(at_home)))
    for why, condition in wanted:
        for one in _people(session, condition, by):
            if one.id not in seen:
                seen.add(one.id)
                yield Alike(one, why)


def _near(number: str) -> list[str]:
    """The right numbers that differ in one sign, or in two neighbours the other way round."""
    found = set()
    for place, sign in enumerate(number):
        for other in "0123456789X" if place == len(number) - 1 else "0123456789":
            if other != sign:
                found.add(number[:place] + other + number[place + 1 :])
        if place:
            found.add(number[: place - 1] + sign + number[place - 1] + number[place + 1 :])
    return [one for one in sorted(found) if idnumber.read(one).fault is None]


def _with_numbers(session: Session, numbers: Sequence[str], by: Actor) -> Sequence[Member]:
    if not numbers:
        return ()
    return _people(session, or_(*(Member.id_number.matches(one) for one in numbers)), by)


def _people(session: Session, condition: ColumnElement[bool], by: Actor) -> Sequence[Member]:
    query = (
        select(Member)
        .join(OrgUnit, OrgUnit.id == Member.org_id)
        .where(condition)
        .order_by(Member.name_place, Member.id)
        .options(selectinload(Member.org))
        .limit(MOST)
    )
    return session.scalars(scope.visible(query, by, READ, OrgUnit.path)).all()
