"""Look-ups that several tables share: units and members, each within the person's own reach."""

from __future__ import annotations

from sqlalchemy import ColumnElement, false, or_
from sqlalchemy.orm import selectinload

from admin.views.base import within
from admin.views.lookups import Lookup
from models import Member, OrgLevel, OrgUnit
from models.base import starts_with
from models.members import Member as MemberRow

TAIL = 4


def members_like(words: str) -> ColumnElement[bool]:
    """Members by the start of the name, by pinyin initials, by the end of an ID or phone number or
    by the whole of it. Numbers are found through their keyed index only."""
    plain = words.replace(" ", "")
    if not plain:
        return false()
    found = [starts_with(Member.name, plain)]
    if plain.isascii() and plain.isalpha():
        found.append(starts_with(Member.name_initials, plain.lower()))
    digits = plain[:-1] if plain[-1:] in "xX" else plain
    if digits.isascii() and digits.isdigit():
        if len(plain) == TAIL:
            found += [MemberRow.id_number.tail_matches(plain), MemberRow.phone.tail_matches(plain)]
        elif len(plain) > TAIL:
            found += [MemberRow.id_number.matches(plain), MemberRow.phone.matches(plain)]
    return or_(*found)


def units_like(words: str) -> ColumnElement[bool]:
    """Units whose name holds the words, or whose code starts with them."""
    return or_(OrgUnit.name.contains(words, autoescape=True), starts_with(OrgUnit.code, words))


def unit_lookup(name: str, permission: str, *levels: OrgLevel) -> Lookup:
    """Active units in which the person holds `permission`; of these levels only, if given."""

    def visible() -> ColumnElement[bool]:
        condition = within(OrgUnit.id, permission) & OrgUnit.active
        return condition & OrgUnit.level.in_(levels) if levels else condition

    return Lookup(
        name,
        OrgUnit,
        visible=visible,
        search=units_like,
        label=lambda unit: unit.name,
        order=OrgUnit.path,
    )


def member_lookup(name: str, permission: str) -> Lookup:
    """Members where the person holds `permission`, with their branch, so that namesakes differ."""
    return Lookup(
        name,
        Member,
        visible=lambda: within(Member.org_id, permission) & Member.active,
        search=members_like,
        label=lambda member: f"{member.name}（{member.org.name}）",
        order=Member.name,
        options=(selectinload(Member.org),),
    )
