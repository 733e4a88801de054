"""What the file of a person in hardship brings together: entries, aid, checks, pairs, changes.

Each part only where the person may see it elsewhere too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from admin.cases import status
from admin.cases.status import Word
from admin.pages.care_words import FIELDS, FINDINGS, WHAT
from admin.pages.common import policy_road
from admin.text import policy_label
from admin.views.history import Entry, Line
from casework import care, scope
from casework.people import Actor
from casework.permissions import Permission
from engine.procedure import RegisterRules
from models.applications import Application
from models.audit import AuditRecord
from models.checks import Visit
from models.members import Member
from models.orgs import OrgUnit
from models.pairs import HelpingPair
from models.register import HardshipEntry

MOST_CHANGES = 50


@dataclass(frozen=True, slots=True)
class Aid:
    """One application of the person and what came of it, fen."""

    id: int
    number: str
    kind: str
    year: int
    word: Word
    fen: int | None
    opens: bool


def parts(session: Session, by: Actor, member: Member) -> dict[str, Any]:
    """The variables of the page."""
    entries = session.scalars(
        select(HardshipEntry)
        .where(HardshipEntry.member_id == member.id)
        .order_by(HardshipEntry.joined_on.desc(), HardshipEntry.id.desc())
    ).all()
    words = {one.id: care.register(session, one.joined_on) for one in entries}
    return {
        "past": entries,
        "reasons": {
            one.id: (_word(words[one.id], "join", one.join_reason), _left(session, one))
            for one in entries
        },
        "aid": _aid(session, by, member),
        "visits": visits_of(session, by, member),
        "pairs": _pairs(session, by, member),
        "changes": _changes(session, entries),
        "household": member.household,
        "finding_words": FINDINGS,
    }


def _word(rules: RegisterRules | None, which: str, code: str | None) -> str:
    """A reason in words; the code itself where the policy has dropped it."""
    if not code:
        return ""
    known = getattr(rules, which) if rules else {}
    return policy_label(known[code]) if code in known else code


def _left(session: Session, entry: HardshipEntry) -> str:
    if entry.left_on is None:
        return ""
    return _word(care.register(session, entry.left_on), "leave", entry.leave_reason)


def _aid(session: Session, by: Actor, member: Member) -> list[Aid]:
    rows = session.scalars(
        select(Application)
        .where(Application.member_id == member.id)
        .order_by(Application.id.desc())
        .options(joinedload(Application.grant), joinedload(Application.org), *status.LOADING)
    )
    found = []
    for one in rows:
        road = policy_road(one)[1]
        kind = policy_label(road.label) if road else one.road
        opens = scope.may(by, Permission.Application.READ, one.org.path)
        fen = one.grant.fen if one.grant else None
        found.append(
            Aid(one.id, one.number, kind, one.aid_year, status.word(one, road), fen, opens)
        )
    return found


def visits_of(session: Session, by: Actor, member: Member) -> Sequence[Visit]:
    """Visits and checks about the person that one may read."""
    query = (
        select(Visit)
        .join(Application, Application.id == Visit.application_id)
        .join(OrgUnit, OrgUnit.id == Application.org_id)
        .where(Application.member_id == member.id)
        .order_by(Visit.visited_on.desc(), Visit.id.desc())
        .options(joinedload(Visit.application))
    )
    return session.scalars(scope.visible(query, by, Permission.Check.READ, OrgUnit.path)).all()


def _pairs(session: Session, by: Actor, member: Member) -> Sequence[HelpingPair]:
    query = (
        select(HelpingPair)
        .join(OrgUnit, OrgUnit.id == HelpingPair.org_id)
        .where(or_(HelpingPair.helped_id == member.id, HelpingPair.helper_id == member.id))
        .order_by(HelpingPair.start_on.desc())
        .options(selectinload(HelpingPair.helper), selectinload(HelpingPair.helped))
    )
    return session.scalars(scope.visible(query, by, Permission.Pair.READ, OrgUnit.path)).all()


def _changes(session: Session, entries: Sequence[HardshipEntry]) -> list[Entry]:
    """How the words of the entries were brought up to date, the newest first."""
    numbers = [str(one.id) for one in entries]
    rows = session.scalars(
        select(AuditRecord)
        .where(
            AuditRecord.object_type == "hardship_entry",
            AuditRecord.object_id.in_(numbers),
            AuditRecord.action == "hardship.change",
        )
        .order_by(AuditRecord.id.desc())
        .limit(MOST_CHANGES)
    )
    return [
        Entry(
            str(WHAT[row.action]),
            row.actor_name or "",
            row.at,
            tuple(
                Line(str(FIELDS.get(name, name)), str(before or "—"), str(after or "—"))
                for name, (before, after) in (row.data.get("changes") or {}).items()
            ),
        )
        for row in rows
    ]
