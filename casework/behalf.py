"""Entering for a branch from its paper (代录): who does so, that it is marked, that the scan is there.

Whose entries these are is the procedure's (`on_behalf`); a policy without it knows none.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import moves
from casework.people import Actor
from engine.faults import Fault
from engine.procedure import OnBehalf, Stage
from models.applications import Application
from models.attachments import Attachment
from models.entry import BehalfEntry
from models.people import User


def rules_of(application: Application) -> OnBehalf | None:
    """What the pinned policy says of entering on behalf; None where it knows no such thing."""
    policy, _road = moves.policy_and_road(application)
    return policy.procedure.on_behalf


def acting(session: Session, application: Application, by: Actor, permission: str) -> bool:
    """Whether what this person writes there is written for the branch: every role by which he may
    is one that enters on behalf."""
    rules = rules_of(application)
    if rules is None:
        return False
    path = moves.org_path(application)
    roles = {
        held.role_code
        for held in by.roles
        if permission in held.permissions and path.startswith(held.org_path)
    }
    return bool(roles) and roles <= set(rules.by)


def note(
    session: Session, application: Application, by: Actor, at: datetime, permission: str
) -> bool:
    """Mark the application as entered on behalf by this person, once; whether it was."""
    if by.user_id is None or not acting(session, application, by, permission):
        return False
    known = select(BehalfEntry.id).where(
        BehalfEntry.application_id == application.id, BehalfEntry.by_id == by.user_id
    )
    if session.scalar(known) is None:
        session.add(BehalfEntry(application_id=application.id, by_id=by.user_id, at=at))
        session.flush()
    return True


def entered(session: Session, application: Application) -> Sequence[BehalfEntry]:
    """Who entered on behalf and since when, the first one first."""
    return session.scalars(
        select(BehalfEntry)
        .where(BehalfEntry.application_id == application.id)
        .order_by(BehalfEntry.id)
    ).all()


def scans(session: Session, application: Application) -> Sequence[Attachment]:
    """Scans of the sealed form, the newest first."""
    rules = rules_of(application)
    if rules is None:
        return ()
    return session.scalars(
        select(Attachment)
        .where(Attachment.application_id == application.id, Attachment.kind == rules.scan)
        .order_by(Attachment.id.desc())
    ).all()


def scan_faults(
    session: Session, application: Application, stage: Stage, by: Actor, permission: str
) -> list[Fault]:
    """`behalf_scan_missing` where the form leaves the stage that demands the scan without it."""
    rules = rules_of(application)
    if rules is None or stage.id != rules.scan_at:
        return []
    made = {entry.by_id: entry.by.display_name for entry in entered(session, application)}
    if by.user_id is not None and acting(session, application, by, permission):
        made.setdefault(by.user_id, session.get_one(User, by.user_id).display_name)
    if not made or scans(session, application):
        return []
    return [Fault("behalf_scan_missing", {"names": list(made.values()), "scan": rules.scan_label})]
