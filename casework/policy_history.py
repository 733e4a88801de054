"""Dated values that decisions may rest on: which are history, and whether new files respect it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from casework import dated_values, editions
from casework.dated_values import FILE, DatedValue, Parameter
from casework.policy_form import rule_files
from engine.faults import Fault, Refused
from models.applications import Decision
from models.editions import Edition

Files = Mapping[str, bytes]


def settled_until(session: Session, policy_code: str, today: date) -> date | None:
    """The last day whose values decisions may rest on; None while nothing was ever decided."""
    decided = exists().where(Decision.edition_id == Edition.id, Edition.policy_code == policy_code)
    return today if session.scalar(select(decided)) else None


def history_faults(
    session: Session, policy_code: str, edition: Edition, files: Files, today: date
) -> list[Fault]:
    """Dated values that decisions may rest on and that the files no longer have as they were."""
    until = settled_until(session, policy_code, today)
    if until is None:
        return []
    try:
        now = {p.name: p for p in _parameters(files)}
    except Refused:
        return []
    found = []
    for parameter in _parameters(editions.files_of(edition)):
        after = now.get(parameter.name)
        for value in parameter.history if after else ():
            kept = after.from_day(value.since) if after else None
            if value.since <= until and (kept is None or dict(kept.values) != dict(value.values)):
                params = {"value": parameter.label, "on": value.since}
                found.append(Fault("value_is_history", params, kept.where if kept else None))
    return found


def _parameters(files: Files) -> tuple[Parameter, ...]:
    return dated_values.parameters(rule_files(files)[FILE]) if FILE in files else ()


def new_values(old: Files, new: Files) -> list[tuple[Parameter, DatedValue]]:
    """The dated values that new files add or change; raises where they cannot be read."""
    before = {p.name: p for p in _parameters(old)}
    found = []
    for parameter in _parameters(new):
        was = before.get(parameter.name)
        for value in parameter.history:
            then = was.from_day(value.since) if was else None
            if was and (then is None or dict(then.values) != dict(value.values)):
                found.append((parameter, value))
    return found


__all__ = ["FILE", "history_faults", "new_values", "settled_until"]
