"""Decisions on record, and what aid a Decision was about. Reads only; `assessments` writes them."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from casework.editions import policy_of
from engine.faults import Refused
from engine.procedure import Stage
from engine.worked import defined
from models.applications import Application, Decision

ENTRY, EMERGENCY = "entry", "emergency"
RECORDED = "recorded"
"""The answer under which a result was written down that a second person has still to confirm."""
CORRECTION = "correction"
"""The answer after a change of the member's file: nobody has acted on it yet."""


def purpose_of(stage: Stage) -> str:
    """Under which purpose the rules' answer is kept when the stage is taken."""
    return stage.assess or stage.form_check or ENTRY


def last(session: Session, application: Application) -> Decision | None:
    """The newest Decision of the application: what stands on it now, whoever has acted on it."""
    return _newest(session, application)


def acted_on(
    session: Session, application: Application, *, confirming: bool = False
) -> Decision | None:
    """The newest Decision on which somebody took a step, so that whoever takes the next one sees what
    has changed since; `confirming`: the one under which the waiting result was recorded.

    What a correction alone changed is not among them: nobody has looked at it.
    """
    if confirming:
        return _newest(session, application, Decision.purpose == RECORDED)
    return _newest(session, application, Decision.purpose != CORRECTION)


def deciding(session: Session, application: Application) -> Decision | None:
    """The newest Decision on which aid was granted: at the stage that fixes the amount, or when an
    emergency was allowed to be paid first."""
    road = policy_of(application.edition).procedure.road(application.road)
    granting = {purpose_of(stage) for stage in road.stages if stage.amount == "approved"}
    return _newest(session, application, Decision.purpose.in_(granting | {EMERGENCY}))


def document(decision: Decision) -> dict[str, Any]:
    """The rules' answer as it was given."""
    found: dict[str, Any] = json.loads(decision.assessment)
    return found


def category_granted(session: Session, application: Application) -> str | None:
    """The category of aid that was granted, None where the records cannot tell.

    Where the rules left it open, or the department departed from them, it is the kind of aid that
    the application was for.
    """
    policy = policy_of(application.edition)
    decision = deciding(session, application)
    if decision is not None:
        said = str(document(decision)["category"])
        if said in policy.categories:
            return said
        for_this = [c for c in policy.categories if _held(decision, f"category:{c}")]
        if len(for_this) == 1:
            return for_this[0]
    return application.road if application.road in policy.categories else None


def benefits_granted(session: Session, application: Application) -> frozenset[str]:
    """The benefits that were granted; those of the category where the rules granted none."""
    decision = deciding(session, application)
    if decision is None:
        return frozenset()
    said = frozenset(str(benefit["id"]) for benefit in document(decision)["benefits"])
    ids = [benefit.id for benefit in policy_of(decision.edition).benefits]
    return said or frozenset(id_ for id_ in ids if _held(decision, f"benefit:{id_}"))


def _held(decision: Decision, definition: str) -> bool:
    """Whether a definition of the policy definitely held for the facts of the Decision."""
    policy = policy_of(decision.edition)
    try:
        known = policy.read_facts(dict(decision.facts))
    except Refused:
        return False
    return defined(policy, definition, known) is True


def _newest(
    session: Session, application: Application, *which: ColumnElement[bool]
) -> Decision | None:
    query = select(Decision).where(Decision.application_id == application.id, *which)
    return session.scalars(query.order_by(Decision.id.desc()).limit(1)).one_or_none()
