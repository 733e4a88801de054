"""Pay first, complete later (clause 4.6.4): the leader's authorisation, on record.

Which needs it may leave for later is data (`payment.needs` of the procedure); what no emergency
excuses must have been done.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from casework import (
    assessments,
    circulation,
    clearance,
    duties,
    emergency,
    facts,
    grants,
    lists,
    moves,
    paper_signatures,
    step_dates,
)
from casework.clock import day_of
from casework.decisions import EMERGENCY
from casework.people import Actor
from casework.permissions import Permission
from casework.scope import may_as
from engine import Policy, payment_blocks
from engine.faults import Fault, Refused
from engine.procedure import Emergency
from engine.records import Value, plain, read_fields, readable
from models.applications import Application
from models.ledger import Grant


def authorise(
    session: Session,
    application: Application,
    record: Mapping[str, object],
    *,
    by: Actor,
    at: datetime,
    expected_version: int,
) -> Grant:
    """Allow the money to go first; `record` holds the fields of the procedure's `emergency`.

    The rules must not stand against it. The amount becomes the grant, which the meeting ratifies.
    """
    moves.lock(session, [application])
    policy, road = moves.policy_and_road(application)
    rules = policy.procedure.emergency
    if rules is None or not policy.procedure.may_pay_first(road.id):
        raise Refused([Fault("emergency_not_here", {"road": road.label})])
    right = right_faults(session, application, rules, by)
    if right:
        raise Refused(right)
    found = moves.check_version(application, expected_version) + faults(session, application, by)
    values: dict[str, Value] = {}
    try:
        known = facts.dated(session, application, rules)
        values = read_fields(rules.records, rules.checks, record, day_of(at), known=known)
    except Refused as refused:
        found += refused.faults
        values = readable(rules.records, lists.plain(record), day_of(at))
    found += step_dates.emergency_faults(session, application, rules.records, values)
    fen = values.get("amount")
    if found or not isinstance(fen, int):
        raise Refused(found)
    checked = assessments.assess_now(session, application, amount=fen)
    found = assessments.settled_faults(session, application, checked)
    found = found or assessments.amount_faults(checked, fen)
    if found:
        raise Refused(found)
    with session.begin_nested():
        assessments.record_decision(session, application, checked, EMERGENCY, by=by, at=at)
        application.emergency = True
        application.approved_fen = fen
        grant = grants.create(session, application, fen, False, by, at)
        duties.take(session, application, by, "approve")
        reason = str(values.get("reason") or "")
        data = {"record": plain(values)}
        moves.move(
            session, application, verb=emergency.VERB, by=by, at=at, reason=reason, data=data
        )
    return grant


def faults(session: Session, application: Application, by: Actor) -> list[Fault]:
    """Why this person cannot authorise it now; empty when he can. Asked on a road that knows
    pay-first, by somebody who has the right."""
    policy, _road = moves.policy_and_road(application)
    found = []
    if application.status not in moves.LIVE:
        found.append(moves.status_fault(application))
    if emergency.authorised(session, application):
        found.append(Fault("emergency_twice", {"number": application.number}))
    found += duties.faults(session, application, by, "approve")
    found += circulation.needed_faults(session, application)
    if paper_signatures.recorded_by(session, application, by):
        found.append(Fault("circulation_recorder_authorises", {}))
    found += _unexcused(session, application, policy)
    return found


def _unexcused(session: Session, application: Application, policy: Policy) -> list[Fault]:
    """What no emergency excuses and has not been done: the blocks that would remain."""
    data = clearance.payment_data(session, application)
    data |= {"emergency": True, "emergency_authorised": True}
    blocks = payment_blocks(policy, data)["blocks"]
    if not isinstance(blocks, list):
        raise TypeError("blocks are a list of codes")
    return [
        Fault("money_blocked", {"block": clearance.label_of(policy.procedure, str(code))})
        for code in blocks
    ]


def right_faults(
    session: Session, application: Application, rules: Emergency, by: Actor
) -> list[Fault]:
    """`wrong_role` or `out_of_scope`, by the roles that the procedure lets authorise."""
    permission = Permission.Application.AUTHORISE_EMERGENCY
    if not any(h.role_code in rules.by and permission in h.permissions for h in by.roles):
        return [Fault("wrong_role", {"stage": rules.label})]
    if not may_as(by, permission, rules.by, moves.org_path(application)):
        return [Fault("out_of_scope", {})]
    return []
