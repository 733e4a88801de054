"""What part of the organisation tree a person may touch. Nothing is open unless granted."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, false, or_

from casework.people import Actor

Query = TypeVar("Query", bound=Select[*tuple[Any, ...]])


def paths(actor: Actor, permission: str) -> tuple[str, ...]:
    """Roots of the subtrees in which the person holds the permission, outermost only."""
    held = sorted({h.org_path for h in actor.roles if permission in h.permissions}, key=len)
    roots: list[str] = []
    for path in held:
        if not any(path.startswith(root) for root in roots):
            roots.append(path)
    return tuple(roots)


def condition(actor: Actor, permission: str, path_column: Any) -> ColumnElement[bool]:
    """SQL that holds for rows whose unit path (`path_column`) lies in the person's reach."""
    roots = paths(actor, permission)
    if not roots:
        return false()
    return or_(*(path_column.startswith(root, autoescape=True) for root in roots))


def visible(query: Query, actor: Actor, permission: str, path_column: Any) -> Query:
    """The query narrowed to what the person may see; the query must already reach `path_column`.

    Use it for lists, counts, look-ups, filters, exports, details, edits and files alike.
    """
    return query.where(condition(actor, permission, path_column))


def may(actor: Actor, permission: str, org_path: str) -> bool:
    """Whether the person holds the permission over the unit at `org_path`."""
    return any(
        permission in held.permissions and org_path.startswith(held.org_path)
        for held in actor.roles
    )


def may_as(
    actor: Actor, permission: str | tuple[str, ...], role_codes: Collection[str], org_path: str
) -> bool:
    """Whether one role out of `role_codes` carries the permission (of several, any) over the unit.

    A stage of the procedure names its roles, the role table names permissions: both must agree
    in one and the same role held, so that two half rights never add up to one.
    """
    asked = {permission} if isinstance(permission, str) else set(permission)
    return any(
        held.role_code in role_codes
        and not asked.isdisjoint(held.permissions)
        and org_path.startswith(held.org_path)
        for held in actor.roles
    )
