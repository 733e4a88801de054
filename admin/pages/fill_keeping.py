"""Keeps what was typed into the form of an application: as a draft, as far as it can be used, or
handed in, whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from admin.forms import worksheet
from admin.pages.common import policy_road
from admin.pages.fill_trial import fact_faults
from admin.pages.fill_typed import Typed
from casework import applications, worksheets
from casework.people import Actor
from engine.faults import Fault, Refused
from models.applications import Application

DRAFT = "_typed"
STALE = "stale_page"


def keep(
    session: Session,
    application: Application,
    typed: Typed,
    *,
    submit: bool,
    by: Actor,
    at: datetime,
) -> Sequence[Fault]:
    """Keep the page. A draft keeps what can be used and gives back what is wrong with the rest;
    handing in refuses with everything that is wrong, and then nothing is kept."""
    policy, road = policy_road(application)
    if road is None:
        return ()
    found = list(_keep_sheet(session, application, typed, by, at))
    wrong = fact_faults(session, application, policy, typed.facts)
    bad = {(fault.where or "") for fault in wrong}
    found += wrong
    saved = {name: value for name, value in typed.facts.items() if name not in bad}
    draft = _draft(typed, bad, found) if not submit else {}
    applications.save(
        session,
        application,
        by=by,
        at=at,
        expected_version=typed.version,
        facts=saved,
        form=dict(typed.form),
        draft=draft,
    )
    if submit:
        found += _hand_in(session, application, typed, by, at)
        if found:
            raise Refused(found)
    return found


def _keep_sheet(
    session: Session, application: Application, typed: Typed, by: Actor, at: datetime
) -> Sequence[Fault]:
    """Put the worksheet if it changed and can be read; what is wrong with it otherwise."""
    sheet, rows = typed.sheet, typed.rows
    household = application.member.household
    if sheet is None or rows is None or not worksheet.changed(worksheet.shown(household), sheet):
        return ()
    if sheet.faults:
        return sheet.faults
    try:
        with session.begin_nested():
            worksheets.put(
                session,
                application.member,
                size=rows.size,
                persons=worksheet.persons_of(household),
                items=rows.items,
                by=by,
                at=at,
                expected_version=typed.household_version,
                note=sheet.note or None,
            )
    except Refused as refused:
        if any(fault.code == STALE for fault in refused.faults):
            raise
        return refused.faults
    return ()


def _hand_in(
    session: Session, application: Application, typed: Typed, by: Actor, at: datetime
) -> Sequence[Fault]:
    try:
        applications.submit(
            session,
            application,
            typed.record,
            by=by,
            at=at,
            expected_version=application.version,
        )
    except Refused as refused:
        return refused.faults
    return ()


def _draft(typed: Typed, bad: set[str], found: Sequence[Fault]) -> dict[str, Any]:
    """What cannot be stored in its own place yet."""
    kept: dict[str, Any] = {
        "facts": {name: typed.facts[name] for name in sorted(bad) if name in typed.facts},
        "record": dict(typed.record),
    }
    if typed.sheet is not None and any(fault in found for fault in typed.sheet.faults):
        kept["sheet"] = worksheet.as_json(typed.sheet)
    return kept
