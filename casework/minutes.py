"""The minutes of a meeting: one row for each number in the unit that met, with the scan of the paper.

Who confirms a result holds it against the scan; without one nothing is confirmed where the policy
asks for it (`meetings.minutes`)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import attachments, moves
from casework.attachments import Upload
from casework.people import Actor
from casework.permissions import Permission
from engine.faults import Fault, Refused
from engine.procedure import MinutesRules
from engine.source import parse_date
from models.applications import Application
from models.attachments import Attachment
from models.meetings import Minutes
from models.orgs import OrgUnit

KIND = "minutes"
_MAY = (Permission.Attachment.ADD, Permission.Step.MEET, Permission.Step.APPROVE)


def rules_of(application: Application) -> MinutesRules | None:
    """What the pinned policy asks; None where it wants no scan."""
    policy, _road = moves.policy_and_road(application)
    return policy.procedure.meetings.minutes


def unit_of(application: Application) -> OrgUnit:
    """The unit that meets: the top of the tree above the branch."""
    unit = application.org
    while unit.parent is not None:
        unit = unit.parent
    return unit


def find(session: Session, unit: OrgUnit, number: str) -> Minutes | None:
    """The minutes of that number."""
    return session.scalars(
        select(Minutes).where(Minutes.org_id == unit.id, Minutes.number == number.strip())
    ).one_or_none()


def scans(session: Session, minutes: Minutes | None) -> Sequence[Attachment]:
    """Their scans, the newest first."""
    if minutes is None:
        return ()
    return session.scalars(
        select(Attachment).where(Attachment.minutes_id == minutes.id).order_by(Attachment.id.desc())
    ).all()


def keep_scan(
    session: Session,
    unit: OrgUnit,
    number: str,
    held_on: date | None,
    upload: Upload,
    *,
    by: Actor,
    at: datetime,
) -> Minutes:
    """Keep the scan of the minutes; the row is made with the first one. Raises with every fault."""
    found = []
    if not number.strip():
        found.append(Fault("minutes_number_missing", {}, "minutes"))
    if held_on is None:
        found.append(Fault("minutes_day_missing", {}, "minutes"))
    if found or held_on is None or by.user_id is None:
        raise Refused(found or [Fault("no_person", {})])
    minutes = find(session, unit, number)
    if minutes is None:
        minutes = Minutes(
            org_id=unit.id, number=number.strip(), held_on=held_on, by_id=by.user_id, at=at
        )
        session.add(minutes)
        session.flush()
    elif minutes.held_on != held_on:
        params = {"number": minutes.number, "on": minutes.held_on}
        raise Refused([Fault("minutes_other_day", params, "minutes")])
    may = next((one for one in _MAY if by.holds(one)), Permission.Attachment.ADD)
    attachments.store(session, upload, kind=KIND, by=by, at=at, minutes=minutes, permission=may)
    return minutes


def faults(
    session: Session,
    applications: Collection[Application],
    records: Mapping[int, Mapping[str, object]],
) -> list[Fault]:
    """`minutes_scan_missing`, once for each number, where a result (by application id) is to be
    confirmed without the scan that its policy asks for."""
    missing: dict[str, Fault] = {}
    for application in applications:
        rules = rules_of(application)
        number = str(records.get(application.id, {}).get(rules.field) or "") if rules else ""
        if rules is None or not number or number in missing:
            continue
        minutes = find(session, unit_of(application), number)
        if not scans(session, minutes):
            params = {"scan": rules.label, "number": number}
            missing[number] = Fault("minutes_scan_missing", params)
    return list(missing.values())


def day_in(rules: MinutesRules, record: Mapping[str, object]) -> date | None:
    """The day of the meeting as it was typed."""
    return parse_date(str(record.get(rules.held) or ""))
