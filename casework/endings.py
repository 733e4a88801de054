"""Send an application back, refuse it, withdraw it: each with its reason, each on record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import approvals, cancellations, duties, grants, history, moves
from casework.people import Actor
from casework.permissions import Permission
from engine import records
from engine.faults import Fault, Refused
from engine.procedure import Road, Stage
from engine.records import Value
from models.applications import Application, ApprovalResult, CaseStatus
from models.ledger import Grant, GrantState
from models.results import RecordedResult

REASON_LENGTH = 2000


def send_back(
    session: Session,
    application: Application,
    to_stage: str,
    reason: str,
    *,
    by: Actor,
    at: datetime,
    expected_version: int,
) -> Application:
    """Return the application for correction to an earlier stage that the procedure allows.

    What was recorded stays in the events; the stages from `to_stage` on are taken again.
    """
    road, stage = _here(application)
    found = moves.check_ready(session, application, stage.id, by, at, expected_version)
    found += moves.check_access(session, application, by, Permission.Application.RETURN)
    found += reason_faults(reason)
    if to_stage not in {each.id for each in road.returns_from(stage.id)}:
        wanted = road.stage(to_stage).label if road.has(to_stage) else to_stage
        found.append(
            Fault("return_not_there", {"stage": wanted}, "to_stage")
            if wanted
            else Fault("return_nowhere", {}, "to_stage")
        )
    if _granted(session, application):
        found.append(Fault("return_after_grant", {}))
    if found:
        raise Refused(found)
    application.returned_to = to_stage
    moves.move(
        session,
        application,
        verb=history.RETURN,
        by=by,
        at=at,
        to_stage=to_stage,
        status=CaseStatus.RETURNED,
        reason=reason.strip(),
        data={"from": stage.id, "to": to_stage},
    )
    return application


def refuse(
    session: Session,
    application: Application,
    reason: str,
    *,
    by: Actor,
    at: datetime,
    expected_version: int,
) -> Application:
    """Refuse the application at its stage, where the procedure lets that stage refuse."""
    road, stage = _here(application)
    found = moves.check_ready(session, application, stage.id, by, at, expected_version)
    found += moves.check_access(session, application, by, Permission.Application.REFUSE)
    found += reason_faults(reason)
    if not stage.may_refuse:
        found.append(Fault("refuse_not_here", {"stage": stage.label}))
    elif stage.confirmed_by:
        found.append(Fault("refuse_by_record", {"button": stage.button}))
    if found:
        raise Refused(found)
    refuse_here(session, application, road, stage, {}, reason, by=by, at=at)
    return application


def refuse_here(
    session: Session,
    application: Application,
    road: Road,
    stage: Stage,
    values: Mapping[str, Value],
    reason: str,
    *,
    by: Actor,
    at: datetime,
    confirms: RecordedResult | None = None,
) -> None:
    """Write a refusal that has been checked: opinion, grant freed, duty, state, event."""
    with session.begin_nested():
        number = approvals.write(
            session,
            application,
            road,
            stage,
            values,
            ApprovalResult.REFUSED,
            by=by,
            at=at,
            opinion=reason.strip(),
            confirms=confirms,
        )
        grants.cancel(session, application, by, at, reason)
        duty = moves.duty_at(road, stage, confirming=confirms is not None)
        duties.take(session, application, by, duty)
        moves.move(
            session,
            application,
            verb="refuse",
            by=by,
            at=at,
            status=CaseStatus.REFUSED,
            reason=reason.strip(),
            data={"stage": stage.id, "record": records.plain(values), "round": number},
        )


def withdraw(
    session: Session,
    application: Application,
    reason: str,
    *,
    by: Actor,
    at: datetime,
    expected_version: int,
) -> Application:
    """Take the application back at the member's wish, while the procedure still lets him. His name
    comes off every board that still hangs; nothing changes for the others there."""
    permission = Permission.Application.WITHDRAW
    moves.lock(session, [application])
    road, stage = _here(application)
    found = moves.check_access(session, application, by, permission)
    if found:
        raise Refused(found)
    found += moves.check_version(application, expected_version)
    found += duties.recusal(session, application, by) + reason_faults(reason)
    if application.status not in moves.LIVE:
        found.append(moves.status_fault(application))
    elif not road.may_withdraw_at(stage.id):
        found.append(Fault("withdraw_too_late", {"stage": stage.label}))
    if found:
        raise Refused(found)
    grants.cancel(session, application, by, at, reason)
    cancellations.take_off(session, application, at)
    moves.move(
        session,
        application,
        verb="withdraw",
        by=by,
        at=at,
        status=CaseStatus.WITHDRAWN,
        reason=reason.strip(),
        data={"stage": stage.id},
    )
    return application


def reason_faults(reason: str) -> list[Fault]:
    """A reason must be there and fit on a page."""
    if not reason.strip():
        return [Fault("reason_missing", {}, "reason")]
    if len(reason) > REASON_LENGTH:
        return [Fault("reason_too_long", {"limit": REASON_LENGTH}, "reason")]
    return []


def _here(application: Application) -> tuple[Road, Stage]:
    _policy, road = moves.policy_and_road(application)
    return road, road.stage(application.stage)


def _granted(session: Session, application: Application) -> bool:
    query = select(Grant.id).where(
        Grant.application_id == application.id, Grant.state == GrantState.ACTIVE
    )
    return session.scalar(query) is not None
