"""Whether money may move for an application: what the records say, judged by the engine.

The demands are the edition's (`payment.needs` and `payment.route` of its procedure); here is only
where the office finds that each of them is met. Moves nothing itself.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import assessments, emergency, history, moves, papers
from engine import Policy
from engine.faults import Fault, Refused
from engine.labels import Label
from engine.payments import payment_blocks
from engine.procedure import PaymentNeed, Procedure, Road, StageKind
from models.applications import Application
from models.notices import NoticeLine, Objection, ObjectionState
from models.screenings import ScreeningLine, ScreeningResult

SCREEN_WORDS = {ScreeningResult.PASS: "pass", ScreeningResult.FAIL: "fail", None: "none"}


def payment_data(session: Session, application: Application) -> dict[str, object]:
    """The input of `engine.payment_blocks` as the records have it."""
    policy, road = moves.policy_and_road(application)
    data: dict[str, object] = {
        "apply_type": application.road,
        "emergency": application.emergency,
        "emergency_authorised": emergency.authorised(session, application),
        "pay_route": way(policy.procedure, road),
    }
    for need in policy.procedure.payment.needs:
        if not need.roads or road.id in need.roads:
            data[need.given_as] = _settled(session, application, road, need)
    return data


def faults(session: Session, application: Application) -> list[Fault]:
    """Every reason why no money may move for this application, in the order of the policy."""
    policy, _road = moves.policy_and_road(application)
    return [
        Fault("money_blocked", {"block": label_of(policy.procedure, code)}, application.number)
        for code in _answer(session, application, "blocks")
    ]


def back_fill(session: Session, application: Application) -> tuple[str, ...]:
    """What an authorised emergency still owes, by the policy's codes.

    What the office can see for itself is closed as soon as it is there (`emergency.closed_by`).
    """
    policy, road = moves.policy_and_road(application)
    rules = policy.procedure.emergency
    owed = _answer(session, application, "back_fill")
    ways = rules.closed_by if rules else {}
    return tuple(
        code
        for code in owed
        if code not in ways or not _SEEN[ways[code]](session, application, policy, road)
    )


def _form_in_order(session: Session, application: Application, policy: Policy, road: Road) -> bool:
    """Whether every hand-over of the form has been passed and nothing is wrong with it now."""
    checks = [stage for stage in road.stages if stage.form_check]
    here = road.position(application.stage)
    if any(road.position(stage.id) >= here for stage in checks):
        return False
    recorded = history.recorded(session, application)
    return not any(
        papers.form_faults(session, application, stage, recorded.get(stage.id, {}), ())
        for stage in checks
    )


def _evidence_there(session: Session, application: Application, policy: Policy, road: Road) -> bool:
    """Whether every paper that the rules demand lies with the application."""
    try:
        checked = assessments.assess_now(session, application)
    except Refused:
        return False
    due = papers.evidence_due(policy, road, road.last, checked.evidence)
    return checked.outcome in assessments.SETTLED and set(due) <= set(
        papers.evidence_there(session, application)
    )


_SEEN = {"form": _form_in_order, "evidence": _evidence_there}


def label_of(procedure: Procedure, block: str) -> Label:
    """What the policy calls a block."""
    for need in procedure.payment.needs:
        if block == need.block:
            return need.label
        if block == need.failed_block and need.failed_label is not None:
            return need.failed_label
    if block == "pay_route":
        return Label(
            f"资金只能这样走：{procedure.payment.route_label.zh}",
            f"the money's only way: {procedure.payment.route_label.en}",
        )
    if block == "emergency_authorisation" and procedure.emergency is not None:
        zh, en = procedure.emergency.label.zh, procedure.emergency.label.en
        return Label(f"“{zh}”尚未批准", f"not authorised: {en}")
    return Label(block, block)


def hops(procedure: Procedure) -> tuple[str, ...]:
    """The hands that the money passes, first to last."""
    return tuple(part.strip() for part in procedure.payment.route.split(">"))


def way(procedure: Procedure, road: Road) -> str:
    """The way that the money of this road really takes: over a paying unit only where the road
    has a transfer to it."""
    lawful = hops(procedure)
    transfers = any(stage.kind is StageKind.TRANSFER for stage in road.stages)
    taken = lawful if transfers else (lawful[0], lawful[-1])
    return ">".join(taken)


def screening(session: Session, application: Application) -> ScreeningResult | None:
    """The newest result; None while the newest list has none.

    A failure stands until a later list passes: entering the name again does not make it undone,
    which an emergency would excuse.
    """
    results = session.scalars(
        select(ScreeningLine.result)
        .where(ScreeningLine.application_id == application.id)
        .order_by(ScreeningLine.id.desc())
    ).all()
    if not results or results[0] is not None:
        return results[0] if results else None
    known = next((result for result in results if result is not None), None)
    return known if known is ScreeningResult.FAIL else None


def open_objections(session: Session, application: Application) -> int:
    """How many accepted objections against the application wait for a finding."""
    rows = session.scalars(
        select(Objection.id)
        .join(NoticeLine, NoticeLine.id == Objection.notice_line_id)
        .where(NoticeLine.application_id == application.id, Objection.state == ObjectionState.OPEN)
    )
    return len(rows.all())


def _answer(session: Session, application: Application, key: str) -> tuple[str, ...]:
    policy, _road = moves.policy_and_road(application)
    codes = payment_blocks(policy, payment_data(session, application))[key]
    if not isinstance(codes, list):
        raise TypeError(f"payment_blocks gives {key} as a list")
    return tuple(str(code) for code in codes)


def _settled(
    session: Session, application: Application, road: Road, need: PaymentNeed
) -> bool | str:
    """A need is met when its stage was passed: an application stands where its road has led it."""
    stage = need.done_at.get(road.id)
    passed = stage is None or road.position(application.stage) > road.position(stage)
    if need.failed_block is not None:
        result = screening(session, application)
        if result == ScreeningResult.FAIL:
            return "fail"
        return SCREEN_WORDS[result] if passed else "none"
    kind = None if stage is None else road.stage(stage).kind
    if kind is StageKind.POST:
        return passed and open_objections(session, application) == 0
    return passed
