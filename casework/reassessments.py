"""What a correction in the member's file does to applications that have been handed in.

Each keeps both versions of every figure that changed in it, whether it had been typed or stood on
the worksheet, and the rules are asked again: their new answer is kept as a Decision and shown on the
application. Approval and payment compare with what aid was granted on, as ever, and stop there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from casework import assessments, corrections, decisions, facts, moves
from casework.people import Actor
from engine.faults import Refused
from models.applications import Application

Figures = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Watched:
    """An application and the figures in it that come from the file, before the change."""

    application: Application
    before: Figures


def watch(session: Session, member_id: int) -> list[Watched]:
    """What the member's applications under way say now; ask before the file is changed."""
    return [Watched(one, _figures(session, one)) for one in corrections.running(session, member_id)]


def note(
    session: Session,
    watched: Sequence[Watched],
    changes: Mapping[str, Sequence[object]],
    *,
    by: Actor,
    at: datetime,
    reason: str = "",
) -> None:
    """Write into each application what was changed in the file (`changes`, see `corrections.note`)
    and what that changed in its facts and in the rules' answer. Nothing changed, nothing written."""
    for one in watched:
        now = _figures(session, one.application)
        differing = {
            name: [one.before.get(name), now.get(name)]
            for name in sorted({*one.before, *now})
            if one.before.get(name) != now.get(name)
        }
        if not changes and not differing:
            continue
        more: dict[str, object] = {}
        if differing:
            more = {"facts": differing} | _asked_again(session, one.application, by, at)
        corrections.note(session, one.application, changes, by=by, at=at, reason=reason, more=more)


def _figures(session: Session, application: Application) -> Figures:
    """The facts whose place is the member's file or worksheet, as `decide` takes them."""
    policy, _road = moves.policy_and_road(application)
    known = facts.raw(session, application, policy)
    return {
        name: known.get(name)
        for name, fact in policy.facts.items()
        if fact.source is not None and fact.source.kind in ("household", "member")
    }


def _asked_again(
    session: Session, application: Application, by: Actor, at: datetime
) -> dict[str, object]:
    """The rules' answer before and now, by its code; the new one is kept. Empty where a fact is
    wrong: that is said wherever facts are read, and nothing is decided with it."""
    try:
        checked = assessments.assess_now(session, application)
    except Refused:
        return {}
    before = decisions.last(session, application)
    assessments.record_decision(session, application, checked, decisions.CORRECTION, by=by, at=at)
    return {"answer": [str(before.outcome.value) if before else None, checked.outcome.value]}
