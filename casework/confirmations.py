"""A second person's word on what was recorded of a meeting: confirmed, or sent back with a reason.

Which stages ask for it, and of whom, is the procedure's (`confirmed_by`). Until then no grant is
made and nothing moves; the recorder never confirms himself. The rules are asked once more.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from casework import duties, endings, grants, lists, minutes, moves, results
from casework.judging import Step
from casework.lists import Versions
from casework.people import Actor
from casework.permissions import step_permission
from casework.places import BUTTON
from casework.scope import may_as
from engine import records
from engine.faults import Fault, Refused
from engine.labels import Label
from engine.procedure import Road, Stage
from models.applications import Application
from models.results import RecordedResult, ResultState

SEND_BACK = Label("退回登记人", "Send back to the recorder")
SENT_BACK = "result_sent_back"
__all__ = ["BUTTON", "SEND_BACK", "confirm", "faults", "right_faults", "send_back"]


def faults(session: Session, application: Application, by: Actor) -> list[Fault]:
    """Why this person cannot confirm what waits here now; empty when he can."""
    road, stage = _here(application)
    found = right_faults(session, application, stage, by)
    if found:
        return found
    if application.status not in moves.LIVE:
        return [moves.status_fault(application)]
    waiting = results.waiting(session, application)
    if waiting is None:
        return [Fault("result_none", {"number": application.number})]
    if waiting.by_id == by.user_id:
        found.append(Fault("result_own", {"number": application.number}))
    return found + duties.faults(
        session, application, by, moves.duty_at(road, stage, confirming=True)
    )


def right_faults(
    session: Session, application: Application, stage: Stage, by: Actor
) -> list[Fault]:
    """`wrong_role` or `out_of_scope`, by the roles that may confirm at the stage."""
    permission = step_permission(stage.kind.value)
    roles = stage.confirmed_by
    if not any(h.role_code in roles and permission in h.permissions for h in by.roles):
        return [Fault("wrong_role", {"stage": stage.label})]
    if not may_as(by, permission, roles, moves.org_path(application)):
        return [Fault("out_of_scope", {})]
    return []


def confirm(
    session: Session,
    applications: Sequence[Application],
    *,
    by: Actor,
    at: datetime,
    versions: Versions,
) -> Sequence[Application]:
    """Confirm what waits for all of these, all or none: only now is aid granted or refused.

    The rules are asked again; an answer that has changed since the result was recorded stops it.
    """
    found = _ready(session, applications, by, versions)
    found += minutes.faults(session, applications, _recorded(session, applications))
    lists.stop(found)
    grants.hold(session, applications)
    with session.begin_nested():
        for application in sorted(applications, key=lambda a: a.id):
            try:
                _confirm(session, application, by, at)
            except Refused as refused:
                found += lists.at_number(application, refused.faults)
        lists.stop(found)
    return applications


def send_back(
    session: Session,
    applications: Sequence[Application],
    reason: str,
    *,
    by: Actor,
    at: datetime,
    versions: Versions,
) -> Sequence[Application]:
    """Give what was recorded back with a reason; it is recorded anew at the same stage."""
    found = endings.reason_faults(reason) + _ready(session, applications, by, versions)
    lists.stop(found)
    for application in sorted(applications, key=lambda a: a.id):
        waiting = _waiting(session, application)
        results.settle(session, waiting, ResultState.SENT_BACK, by, at, reason.strip())
        data = {"stage": waiting.stage}
        moves.move(
            session, application, verb=SENT_BACK, by=by, at=at, reason=reason.strip(), data=data
        )
    return applications


def _ready(
    session: Session, applications: Sequence[Application], by: Actor, versions: Versions
) -> list[Fault]:
    if not applications:
        return [Fault("empty_list", {})]
    moves.lock(session, applications)
    found = []
    for application in applications:
        mine = faults(session, application, by)
        mine += moves.check_version(application, versions.get(application.id, -1))
        found += lists.at_number(application, mine)
    return found


def _recorded(
    session: Session, applications: Sequence[Application]
) -> dict[int, dict[str, object]]:
    """What waits, by application."""
    rows = [results.waiting(session, application) for application in applications]
    return {row.application_id: dict(row.record) for row in rows if row is not None}


def _confirm(session: Session, application: Application, by: Actor, at: datetime) -> None:
    road, stage = _here(application)
    waiting = _waiting(session, application)
    step = Step(session, application, road, stage, by, at, confirms=waiting)
    step.take(records.typed(stage, waiting.record))
    results.settle(session, waiting, ResultState.CONFIRMED, by, at)
    step.finish()


def _waiting(session: Session, application: Application) -> RecordedResult:
    found = results.waiting(session, application)
    if found is None:
        raise Refused([Fault("result_none", {"number": application.number})])
    return found


def _here(application: Application) -> tuple[Road, Stage]:
    _policy, road = moves.policy_and_road(application)
    return road, road.stage(application.stage)
