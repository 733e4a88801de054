"""One guard for verbs that act on a unit rather than on a stage of an application."""

from __future__ import annotations

from sqlalchemy.orm import Session

from casework.people import Actor
from casework.scope import may
from engine.faults import Fault, Refused
from models.orgs import OrgUnit


def faults(session: Session, by: Actor, permission: str, org_id: int) -> list[Fault]:
    """`not_permitted` without the permission, `out_of_scope` where it does not reach the unit."""
    if not by.holds(permission):
        return [Fault("not_permitted", {"permission": permission})]
    if not may(by, permission, session.get_one(OrgUnit, org_id).path):
        return [Fault("out_of_scope", {})]
    return []


def require(session: Session, by: Actor, permission: str, org_id: int) -> None:
    """Raise what `faults` finds."""
    found = faults(session, by, permission, org_id)
    if found:
        raise Refused(found)
