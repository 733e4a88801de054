"""Who acts: a person with the roles held on a day. Never looks at passwords or sessions."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from casework.permissions import ALL
from models.orgs import OrgUnit
from models.people import Role, User, UserRole


@dataclass(frozen=True, slots=True)
class Held:
    """A role held at a unit; `org_path` is the part of the tree that it reaches."""

    role_code: str
    org_id: int
    org_path: str
    level: str
    permissions: frozenset[str]


@dataclass(frozen=True, slots=True)
class Actor:
    """A person about to act. `user_id` is None only for the program's own background work."""

    user_id: int | None
    name: str
    roles: tuple[Held, ...]
    member_id: int | None = None

    def holds(self, permission: str) -> bool:
        """Whether any role, anywhere, carries the permission."""
        return any(permission in held.permissions for held in self.roles)

    @property
    def role_codes(self) -> frozenset[str]:
        return frozenset(held.role_code for held in self.roles)


def actor(session: Session, user: User, on: date) -> Actor:
    """The person of an account with the roles held on `on`; a closed account holds none.

    A permission name that the program does not know is dropped: data cannot invent rights.
    """
    if not user.active:
        return Actor(user.id, user.display_name, (), user.member_id)
    rows = session.execute(
        select(UserRole, Role, OrgUnit)
        .join(Role, Role.id == UserRole.role_id)
        .join(OrgUnit, OrgUnit.id == UserRole.org_id)
        .where(
            UserRole.user_id == user.id,
            UserRole.from_on <= on,
            or_(UserRole.until_on.is_(None), UserRole.until_on >= on),
            OrgUnit.active,
        )
        .order_by(UserRole.id)
    ).all()
    roles = tuple(
        Held(
            role.code, unit.id, _reach(session, unit), unit.level, ALL & frozenset(role.permissions)
        )
        for _grant, role, unit in rows
    )
    return Actor(user.id, user.display_name, roles, user.member_id)


def _reach(session: Session, unit: OrgUnit) -> str:
    """A service centre has no units below it: it serves the whole unit that it stands in."""
    if unit.level == "service_centre" and unit.parent_id is not None:
        parent = session.get(OrgUnit, unit.parent_id)
        if parent is not None:
            return parent.path
    return unit.path


def names(session: Session, ids: Collection[int | None]) -> dict[int, str]:
    """What the accounts with these numbers are called."""
    wanted = {number for number in ids if number is not None}
    rows = session.scalars(select(User).where(User.id.in_(wanted)))
    return {user.id: user.display_name for user in rows}


def system(name: str = "system") -> Actor:
    """The program itself, for background work that is not a decision; it holds no role."""
    return Actor(None, name, ())
