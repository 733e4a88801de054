"""Finding: people, applications, notices and rules by a few characters, within a person's reach.

Numbers of people are found through their keyed indexes only: by the last four characters or by the
whole of them. Such a search is a look at a number; whoever shows its results writes that down.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import Session, selectinload

from casework import scope
from casework.editions import policy_of
from casework.people import Actor
from casework.permissions import Permission
from engine.model import Rule
from models.applications import Application
from models.base import starts_with
from models.editions import Edition
from models.members import Member
from models.names import initials
from models.notices import Notice
from models.orgs import OrgUnit

MOST = 8  # of each kind
TAIL = 4  # characters of a number that are enough
LONGEST = 60  # characters that are searched for
YEARS = 30  # how far back a bare running number is looked for
_DIGITS = 6  # of a running number, 2026-000123


@dataclass(frozen=True, slots=True)
class FoundRule:
    """A rule of an edition in force and the file it stands in."""

    edition: Edition
    rule: Rule
    file: str


def digits_of(words: str) -> str:
    """The characters if they can be (the end of) a person's number, else nothing."""
    plain = words.replace(" ", "")
    body = plain[:-1] if plain[-1:] in "xX" else plain
    return plain if body.isascii() and body.isdigit() else ""


def by_number(words: str) -> bool:
    """Whether these words look for a person by a number, which has to be written down."""
    return len(digits_of(words)) >= TAIL


def members_like(words: str) -> ColumnElement[bool]:
    """Members by the start of the name, by pinyin initials, by the end of an ID or phone number or
    by the whole of it. Numbers are found through their keyed index only."""
    plain = words.replace(" ", "")
    if not plain:
        return false()
    found = [starts_with(Member.name, plain)]
    if plain.isascii() and plain.isalpha():
        found.append(starts_with(Member.name_initials, plain.lower()))
    number = digits_of(plain)
    if len(number) == TAIL:
        found += [Member.id_number.tail_matches(number), Member.phone.tail_matches(number)]
    elif len(number) > TAIL:
        found += [Member.id_number.matches(number), Member.phone.matches(number)]
    return or_(*found)


def units_like(words: str) -> ColumnElement[bool]:
    """Units whose name holds the words, or whose code starts with them."""
    return or_(OrgUnit.name.contains(words, autoescape=True), starts_with(OrgUnit.code, words))


def members(session: Session, by: Actor, words: str, most: int = MOST) -> Sequence[Member]:
    """Members in reach, by name."""
    query = (
        select(Member)
        .join(OrgUnit, OrgUnit.id == Member.org_id)
        .where(members_like(words))
        .order_by(Member.name_place, Member.id)
        .options(selectinload(Member.org))
    )
    seen = scope.visible(query.limit(most), by, Permission.Member.READ, OrgUnit.path)
    return session.scalars(seen).all()


def applications(
    session: Session, by: Actor, words: str, on: date, most: int = MOST
) -> Sequence[Application]:
    """Applications in reach, by number or by their member, the newest first."""
    by_member = Application.member_id.in_(select(Member.id).where(members_like(words)))
    wanted: list[ColumnElement[bool]] = [by_member]
    plain = words.replace(" ", "")
    if plain.isascii() and plain.isdigit() and len(plain) <= _DIGITS:
        years = range(on.year - YEARS, on.year + 2)
        wanted.append(Application.number.in_([f"{year}-{plain:0>{_DIGITS}}" for year in years]))
    if plain[:1].isascii() and plain[:1].isdigit():
        wanted.append(starts_with(Application.number, plain))
    query = (
        select(Application)
        .join(OrgUnit, OrgUnit.id == Application.org_id)
        .where(or_(*wanted))
        .order_by(Application.id.desc())
        .options(selectinload(Application.member), selectinload(Application.org))
    )
    seen = scope.visible(query.limit(most), by, Permission.Application.READ, OrgUnit.path)
    return session.scalars(seen).all()


def notices(session: Session, by: Actor, words: str, most: int = MOST) -> Sequence[Notice]:
    """Notices in reach, by number or by the branch where they hang, the newest first."""
    query = (
        select(Notice)
        .join(OrgUnit, OrgUnit.id == Notice.org_id)
        .where(or_(starts_with(Notice.number, words.upper()), units_like(words)))
        .order_by(Notice.id.desc())
        .options(selectinload(Notice.org))
    )
    seen = scope.visible(query.limit(most), by, Permission.Notice.READ, OrgUnit.path)
    return session.scalars(seen).all()


def rules(
    session: Session, by: Actor, words: str, on: date, most: int = MOST
) -> Sequence[FoundRule]:
    """Rules of the editions in force, by clause, by words of their title or by its initials."""
    if not by.holds(Permission.Policy.READ):
        return []
    low = words.casefold()
    found = []
    for each in _rules_in_force(session, on):
        rule = each.rule
        titles = f"{rule.label.zh}\n{rule.label.en}".casefold()
        by_initials = low.isascii() and low.isalpha() and initials(rule.label.zh).startswith(low)
        if rule.clause.startswith(low) or low in titles or by_initials:
            found.append(each)
    return sorted(found, key=lambda one: one.rule.clause != low)[:most]


def _rules_in_force(session: Session, on: date) -> Iterator[FoundRule]:
    current = or_(Edition.in_force_to.is_(None), Edition.in_force_to >= on)
    query = select(Edition).where(Edition.in_force_from <= on, current)
    for edition in session.scalars(query.order_by(Edition.policy_code)):
        for rule in policy_of(edition).all_rules():
            if rule.label.zh or rule.clause:
                yield FoundRule(edition, rule, rule.where.partition(":")[0])
