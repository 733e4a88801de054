"""Offers and needs for helping pairs: who could help, who needs help, in reach and not in a pair yet.

Only shows both sides; the branch makes the pair.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from casework import scope
from casework.people import Actor
from casework.permissions import Permission
from models.members import Member, MemberStatus
from models.orgs import OrgUnit
from models.pairs import HelpingPair, PairState
from models.register import HardshipEntry

MOST = 100


@dataclass(frozen=True, slots=True)
class Sides:
    """Members with a skill, and entries of the register, none of whom is in a running pair; `more`
    where a side is longer than `MOST`."""

    offers: tuple[Member, ...]
    needs: tuple[HardshipEntry, ...]
    more: bool


def sides(session: Session, by: Actor) -> Sides:
    """Both sides by branch."""
    offers = (
        select(Member)
        .join(OrgUnit, OrgUnit.id == Member.org_id)
        .where(
            Member.can_help_skills.is_not(None),
            Member.active,
            Member.died_on.is_(None),
            Member.status.in_((MemberStatus.FULL, MemberStatus.PROBATIONARY)),
            ~_paired(Member.id),
            ~exists().where(HardshipEntry.member_id == Member.id, HardshipEntry.left_on.is_(None)),
        )
        .order_by(OrgUnit.path, Member.name_place, Member.id)
        .options(joinedload(Member.org))
        .limit(MOST + 1)
    )
    needs = (
        select(HardshipEntry)
        .join(Member, Member.id == HardshipEntry.member_id)
        .join(OrgUnit, OrgUnit.id == Member.org_id)
        .where(HardshipEntry.left_on.is_(None), Member.active, ~_paired(Member.id))
        .order_by(OrgUnit.path, Member.name_place, HardshipEntry.id)
        .options(joinedload(HardshipEntry.member).joinedload(Member.org))
        .limit(MOST + 1)
    )
    helpers = session.scalars(scope.visible(offers, by, Permission.Pair.WRITE, OrgUnit.path)).all()
    helped = session.scalars(scope.visible(needs, by, Permission.Pair.WRITE, OrgUnit.path)).all()
    more = len(helpers) > MOST or len(helped) > MOST
    return Sides(tuple(helpers[:MOST]), tuple(helped[:MOST]), more)


def _paired(member: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    return exists().where(
        HelpingPair.state == PairState.ACTIVE,
        or_(HelpingPair.helper_id == member, HelpingPair.helped_id == member),
    )
