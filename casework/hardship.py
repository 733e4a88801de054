"""The hardship register (clause 6.1): joining and leaving with reasons, the situation kept current.

Nobody is entered by the program: who applied and is not in it is only pointed out.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from casework import care, differences, events, scope
from casework.access import require
from casework.clock import day_of
from casework.people import Actor
from casework.permissions import Permission
from engine.faults import Fault, Refused
from engine.labels import Label
from models.applications import Application, CaseStatus
from models.members import Member
from models.orgs import OrgUnit
from models.register import HardshipEntry

MOST_WORDS = 4000
NOT_YET = 50


def join(
    session: Session,
    member: Member,
    *,
    joined_on: date,
    reason: str,
    situation: str,
    by: Actor,
    at: datetime,
    needs: str = "",
) -> HardshipEntry:
    """Enter a member, with the reason and the situation; everything wrong is said at once."""
    require(session, by, Permission.Hardship.WRITE, member.org_id)
    rules = care.register(session, day_of(at))
    found = _reason_faults(rules.join if rules else {}, reason, "join_reason")
    found += _day_faults(joined_on, day_of(at), "joined_on")
    found += _words_faults(situation, needs)
    if not member.active or member.died_on is not None:
        found.append(Fault("register_member_gone", {"name": member.name}, "member"))
    if open_entry(session, member.id) is not None:
        found.append(Fault("register_twice", {"name": member.name}, "member"))
    if found:
        raise Refused(found)
    entry = HardshipEntry(
        member_id=member.id,
        org_id=member.org_id,
        joined_on=joined_on,
        join_reason=reason,
        situation=situation.strip(),
        needs=needs.strip() or None,
        by_id=by.user_id,
        at=at,
    )
    session.add(entry)
    session.flush()
    data = {"member": member.id, "reason": reason, "on": joined_on.isoformat()}
    events.audit(session, by, at, "hardship.join", "hardship_entry", entry.id, data)
    return entry


def change(
    session: Session,
    entry: HardshipEntry,
    *,
    situation: str,
    needs: str,
    by: Actor,
    at: datetime,
    expected_version: int,
) -> HardshipEntry:
    """Bring the situation up to date; the older words stay in the history."""
    _lock(session, entry, by, expected_version)
    found = _words_faults(situation, needs)
    if found:
        raise Refused(found)
    before = _words(entry)
    entry.situation, entry.needs = situation.strip(), needs.strip() or None
    entry.by_id, entry.at = by.user_id or entry.by_id, at
    session.flush()
    data = {"changes": differences.between(before, _words(entry))}
    events.audit(session, by, at, "hardship.change", "hardship_entry", entry.id, data)
    return entry


def leave(
    session: Session,
    entry: HardshipEntry,
    *,
    on: date,
    reason: str,
    words: str,
    by: Actor,
    at: datetime,
    expected_version: int,
) -> HardshipEntry:
    """Take a member out, with the reason; the entry and its file stay."""
    _lock(session, entry, by, expected_version)
    rules = care.register(session, day_of(at))
    found = _reason_faults(rules.leave if rules else {}, reason, "leave_reason")
    found += _day_faults(on, day_of(at), "left_on")
    if on < entry.joined_on:
        found.append(Fault("register_left_early", {"on": entry.joined_on}, "left_on"))
    if found:
        raise Refused(found)
    entry.left_on, entry.leave_reason = on, reason
    entry.leave_words, entry.at = words.strip() or None, at
    session.flush()
    data = {"member": entry.member_id, "reason": reason, "on": on.isoformat()}
    events.audit(session, by, at, "hardship.leave", "hardship_entry", entry.id, data)
    return entry


def open_entry(session: Session, member_id: int) -> HardshipEntry | None:
    """The entry in which the member stands now."""
    return session.scalars(
        select(HardshipEntry).where(
            HardshipEntry.member_id == member_id, HardshipEntry.left_on.is_(None)
        )
    ).one_or_none()


def missing(session: Session, by: Actor, year: int, most: int = NOT_YET) -> list[Member]:
    """Members in reach who applied in the year and do not stand in the register, by name."""
    applied = exists().where(
        Application.member_id == Member.id,
        Application.aid_year == year,
        Application.status.not_in((CaseStatus.WITHDRAWN, CaseStatus.REFUSED)),
    )
    entered = exists().where(HardshipEntry.member_id == Member.id, HardshipEntry.left_on.is_(None))
    query = (
        select(Member)
        .join(OrgUnit, OrgUnit.id == Member.org_id)
        .where(applied, ~entered, Member.active, Member.died_on.is_(None))
        .order_by(Member.name_place, Member.id)
        .limit(most)
    )
    return list(session.scalars(scope.visible(query, by, Permission.Hardship.WRITE, OrgUnit.path)))


def _lock(session: Session, entry: HardshipEntry, by: Actor, expected_version: int) -> None:
    require(session, by, Permission.Hardship.WRITE, entry.member.org_id)
    session.flush()
    session.refresh(entry, with_for_update=True)
    if entry.version != expected_version:
        raise Refused([Fault("stale_page", {"number": entry.member.name})])
    if entry.left_on is not None:
        raise Refused([Fault("register_left", {"name": entry.member.name})])


def _reason_faults(known: Mapping[str, Label], reason: str, where: str) -> list[Fault]:
    if not known:
        return [Fault("register_no_rules", {}, where)]
    return [] if reason in known else [Fault("register_reason", {}, where)]


def _day_faults(on: date, today: date, where: str) -> list[Fault]:
    return [Fault("date_in_future", {"on": on}, where)] if on > today else []


def _words_faults(situation: str, needs: str) -> list[Fault]:
    found = []
    if not situation.strip():
        found.append(Fault("register_situation", {}, "situation"))
    for where, text in (("situation", situation), ("needs", needs)):
        if len(text) > MOST_WORDS:
            found.append(Fault("form_text_long", {"limit": MOST_WORDS}, where))
    return found


def _words(entry: HardshipEntry) -> dict[str, object]:
    return {"situation": entry.situation, "needs": entry.needs}
