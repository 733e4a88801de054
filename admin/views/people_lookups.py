"""Look-ups that several tables share: units and members, each within the person's own reach."""

from __future__ import annotations

from sqlalchemy import ColumnElement
from sqlalchemy.orm import selectinload

from admin.views.base import within
from admin.views.lookups import Lookup
from casework.search import members_like, units_like
from models import Member, OrgLevel, OrgUnit

__all__ = ["member_lookup", "members_like", "unit_lookup", "units_like"]


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
        order=Member.name_place,
        options=(selectinload(Member.org),),
    )
