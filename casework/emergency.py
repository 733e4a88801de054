"""Pay first, complete later (clause 4.6.4): who allows it, what it lets pass, what stays open.

Which needs an authorised emergency may leave for later is data (`payment.needs` of the
procedure, through `engine.payment_blocks`); here it is only recorded and looked up.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import assessments, duties, grants, moves, records
from casework.clock import day_of
from casework.people import Actor
from casework.permissions import Permission
from casework.scope import may_as
from engine import Policy, payment_blocks
from engine.faults import Fault, Refused
from engine.labels import Label
from engine.procedure import Emergency, PaymentNeed, Road, StageKind
from models.applications import Application, CaseEvent
from models.ledger import Grant, Payment, PaymentState, Receipt, TransferLine, TransferState
from models.screenings import ScreeningLine, ScreeningResult

VERB = "authorise_emergency"


def authorised(session: Session, application: Application) -> bool:
    """Whether the department's leader has allowed this application to be paid first."""
    return authorisation(session, application) is not None


def authorisation(session: Session, application: Application) -> CaseEvent | None:
    """The event of the authorisation, with its record in `data["record"]`."""
    return session.scalars(
        select(CaseEvent)
        .where(CaseEvent.application_id == application.id, CaseEvent.verb == VERB)
        .order_by(CaseEvent.seq.desc())
        .limit(1)
    ).one_or_none()


def done_early(session: Session, application: Application) -> frozenset[str]:
    """Stages of the road that an authorised emergency has already finished before their turn."""
    if not application.emergency or not authorised(session, application):
        return frozenset()
    _policy, road = moves.policy_and_road(application)
    done = set()
    if _transferred(session, application):
        done |= {stage.id for stage in road.stages if stage.kind is StageKind.TRANSFER}
    if _received(session, application):
        kinds = (StageKind.PAY, StageKind.RECEIPT)
        done |= {stage.id for stage in road.stages if stage.kind in kinds}
    return frozenset(done)


def authorise_emergency(
    session: Session,
    application: Application,
    record: Mapping[str, object],
    *,
    by: Actor,
    at: datetime,
    expected_version: int,
) -> Grant:
    """Allow the money to go first; `record` holds the fields of the procedure's `emergency`.

    What no emergency excuses (the needs without `back_fill`) must be done, and the rules must
    not stand against it. The amount becomes the grant, which the meeting ratifies later.
    """
    moves.lock(session, [application])
    policy, road = moves.policy_and_road(application)
    rules = policy.procedure.emergency
    if rules is None or not policy.procedure.may_pay_first(road.id):
        raise Refused([Fault("emergency_not_here", {"road": road.label})])
    _require_right(session, application, rules, by)
    found = moves.check_version(application, expected_version)
    if application.status not in moves.LIVE:
        found.append(moves.status_fault(application))
    if authorised(session, application):
        found.append(Fault("emergency_twice", {"number": application.number}))
    found += duties.faults(session, application, by, "approve")
    values, wrong = records.read(rules.records, record, day_of(at))
    found += wrong + records.check(rules.records, rules.checks, values)
    state = payment_state(session, application) | {"emergency": True, "emergency_authorised": True}
    found += block_faults(policy, road, payment_blocks(policy, state))
    fen = values.get("amount")
    if not found and isinstance(fen, int):
        assessment = assessments.assess_now(session, application, amount=fen)
        found += assessments.settled_faults(assessment) + assessments.amount_faults(assessment, fen)
    if found or not isinstance(fen, int):
        raise Refused(found)
    assessments.record_decision(session, application, "emergency", by=by, at=at, amount=fen)
    application.emergency = True
    application.approved_fen = fen
    grant = grants.create(session, application, fen, False, by, at)
    duties.take(session, application, by, "approve")
    moves.move(
        session,
        application,
        verb=VERB,
        by=by,
        at=at,
        reason=str(values.get("reason") or ""),
        data={"record": records.plain(values)},
    )
    return grant


def payment_state(session: Session, application: Application) -> dict[str, object]:
    """The state of the application in the words that `engine.payment_blocks` takes."""
    policy, road = moves.policy_and_road(application)
    state: dict[str, object] = {
        "apply_type": road.id,
        "emergency": application.emergency,
        "emergency_authorised": authorised(session, application),
        "pay_route": policy.procedure.payment.route,
    }
    for need in policy.procedure.payment.needs:
        if not need.roads or road.id in need.roads:
            state[need.given_as] = _need_state(session, application, road, need)
    return state


def blocks(session: Session, application: Application) -> dict[str, object]:
    """What stands against paying now and what would be left to make up (engine's document)."""
    policy, _road = moves.policy_and_road(application)
    return payment_blocks(policy, payment_state(session, application))


def back_fill(session: Session, application: Application) -> list[tuple[str, Label]]:
    """What an authorised emergency still has to make up: codes with their names, in order."""
    policy, _road = moves.policy_and_road(application)
    rules = policy.procedure.emergency
    if rules is None or not application.emergency:
        return []
    codes = blocks(session, application)["back_fill"]
    if not isinstance(codes, list):
        raise TypeError("back_fill is a list of codes")
    return [(code, rules.back_fill.get(code, Label(code, code))) for code in codes]


def block_faults(policy: Policy, road: Road, answer: Mapping[str, object]) -> list[Fault]:
    """`engine.payment_blocks`' answer as faults, in the words of the procedure."""
    words: dict[str, Label] = {}
    for need in policy.procedure.payment.needs:
        words[need.block] = need.label
        if need.failed_block and need.failed_label:
            words[need.failed_block] = need.failed_label
    found = answer["blocks"]
    if not isinstance(found, list):
        raise TypeError("blocks is a list of codes")
    return [
        Fault("payment_blocked", {"why": words[code]}, code)
        if code in words
        else Fault(f"payment_blocked_{code.replace('-', '_')}", {}, code)
        for code in found
    ]


def _need_state(
    session: Session, application: Application, road: Road, need: PaymentNeed
) -> object:
    """Done means that the application has passed the stage; a check that can fail has words."""
    stage_id = need.done_at.get(road.id)
    passed = stage_id is not None and road.position(application.stage) > road.position(stage_id)
    if need.failed_block is None:
        return passed
    if passed:
        return "pass"
    last = session.scalars(
        select(ScreeningLine.result)
        .where(ScreeningLine.application_id == application.id)
        .order_by(ScreeningLine.id.desc())
        .limit(1)
    ).one_or_none()
    return "fail" if last is ScreeningResult.FAIL else "none"


def _require_right(
    session: Session, application: Application, rules: Emergency, by: Actor
) -> None:
    permission = Permission.Application.AUTHORISE_EMERGENCY
    if not any(h.role_code in rules.by and permission in h.permissions for h in by.roles):
        raise Refused([Fault("wrong_role", {"stage": rules.label})])
    if not may_as(by, permission, rules.by, moves.org_path(session, application)):
        raise Refused([Fault("out_of_scope", {})])


def _transferred(session: Session, application: Application) -> bool:
    sent = select(TransferLine.id).where(
        TransferLine.application_id == application.id, TransferLine.state == TransferState.SENT
    )
    return session.scalars(sent.limit(1)).one_or_none() is not None


def _received(session: Session, application: Application) -> bool:
    paid = (
        select(Payment.id)
        .join(Grant, Grant.id == Payment.grant_id)
        .join(Receipt, Receipt.payment_id == Payment.id)
        .where(Grant.application_id == application.id, Payment.state == PaymentState.PAID)
    )
    return session.scalars(paid.limit(1)).one_or_none() is not None
