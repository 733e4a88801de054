"""Who holds a role over a unit on a day: whom to tell. Asks nothing about what they may do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from casework.permissions import ALL
from models.orgs import OrgUnit
from models.people import Role, User, UserRole


class Holders:
    """The open accounts and their roles on one day, read once for many questions."""

    def __init__(self, session: Session, on: date) -> None:
        above = select(OrgUnit.id, OrgUnit.path).subquery()
        rows = session.execute(
            select(User.id, Role.code, Role.permissions, OrgUnit.level, OrgUnit.path, above.c.path)
            .join(UserRole, UserRole.user_id == User.id)
            .join(Role, Role.id == UserRole.role_id)
            .join(OrgUnit, OrgUnit.id == UserRole.org_id)
            .outerjoin(above, above.c.id == OrgUnit.parent_id)
            .where(
                User.active,
                OrgUnit.active,
                UserRole.from_on <= on,
                or_(UserRole.until_on.is_(None), UserRole.until_on >= on),
            )
            .order_by(User.id)
        )
        self._by_role: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
        self._by_permission: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
        for user_id, code, permissions, level, path, parent in rows:
            # a service centre serves the whole unit that it stands in
            reach = parent if level == "service_centre" and parent else path
            self._by_role[code].append((level, reach, user_id))
            for name in ALL & frozenset(permissions):
                self._by_permission[name].append((level, reach, user_id))

    def of(
        self, role_codes: Collection[str], org_path: str, level: str | None = None
    ) -> tuple[int, ...]:
        """Accounts with one of the roles whose reach covers the unit; `level` narrows to roles
        held at units of that level."""
        found = {
            user_id: None
            for code in role_codes
            for held_at, reach, user_id in self._by_role.get(code, ())
            if org_path.startswith(reach) and level in (None, held_at)
        }
        return tuple(found)

    def with_permission(self, permission: str) -> tuple[int, ...]:
        """Accounts that hold the permission anywhere."""
        return tuple(dict.fromkeys(one for _at, _reach, one in self._by_permission[permission]))

    def permitted(self, permission: str, org_path: str, level: str) -> tuple[int, ...]:
        """Accounts that hold the permission over the unit by a role at units of that level."""
        found = {
            user_id: None
            for held_at, reach, user_id in self._by_permission[permission]
            if org_path.startswith(reach) and held_at == level
        }
        return tuple(found)
