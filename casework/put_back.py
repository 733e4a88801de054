"""Putting saved changes of a draft back to how they were, field by field, from its history.

The law allows it before the application is handed in only: from then on others have read what was
saved, and what is wrong is corrected on the form and stands beside the old value.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import casework.messages_notes  # noqa: F401 - its texts
from casework import applications, duties, moves
from casework.papers import TYPED
from casework.people import Actor
from casework.permissions import Permission
from engine.faults import Fault, Refused
from models.applications import Application, CaseEvent, CaseStatus

VERB = "save"  # the event of a saved form; its data hold [before, after] for each field


def faults(session: Session, application: Application, by: Actor) -> list[Fault]:
    """Why this person cannot put anything of this application back; empty when he can."""
    found = moves.check_access(session, application, by, Permission.Application.WRITE)
    if application.status is not CaseStatus.DRAFT:
        found.append(Fault("put_back_handed_in", {"number": application.number}))
    return found + duties.recusal(session, application, by)


def put_back(
    session: Session,
    application: Application,
    seq: int,
    *,
    facts: Collection[str],
    texts: Collection[str],
    by: Actor,
    at: datetime,
    expected_version: int,
) -> Application:
    """Give these facts and texts of the form the values that they had before the saved change
    `seq`. It is a saved change itself, so it can be put back too."""
    found = faults(session, application, by)
    if found:
        raise Refused(found)
    event = session.scalars(
        select(CaseEvent).where(
            CaseEvent.application_id == application.id,
            CaseEvent.seq == seq,
            CaseEvent.verb == VERB,
        )
    ).one_or_none()
    earlier = {kind: _before(event, kind) for kind in ("facts", "form")}
    if not facts and not texts:
        raise Refused([Fault("put_back_nothing", {})])
    if not (set(facts) <= set(earlier["facts"]) and set(texts) <= set(earlier["form"])):
        raise Refused([Fault("put_back_unknown", {})])
    wanted = {name: earlier["facts"][name] for name in facts}
    words = {name: earlier["form"][name] for name in texts}
    now_so = all(application.facts.get(name) == value for name, value in wanted.items())
    if now_so and all(application.form.get(name) == text for name, text in words.items()):
        raise Refused([Fault("put_back_same", {})])
    return applications.save(
        session,
        application,
        by=by,
        at=at,
        expected_version=expected_version,
        facts=wanted,
        form=words,
        draft=_without(application.form.get(TYPED), facts),
        put_back=seq,
    )


def _before(event: CaseEvent | None, kind: str) -> Mapping[str, Any]:
    """Field → its value before the change; None is unknown."""
    changed = event.data.get(kind) if event is not None else None
    return {name: pair[0] for name, pair in changed.items()} if isinstance(changed, dict) else {}


def _without(typed: object, facts: Collection[str]) -> Mapping[str, Any] | None:
    """What was typed and could not be stored, without these facts: it would stand in the form
    instead of the value put back."""
    if not isinstance(typed, dict):
        return None
    kept = {name: value for name, value in (typed.get("facts") or {}).items() if name not in facts}
    return {**typed, "facts": kept}
