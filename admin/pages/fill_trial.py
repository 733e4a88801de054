"""A form as it is typed, read as if it were saved, so that what is said beside it follows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from admin import clock
from admin.forms import worksheet
from admin.forms.worksheet import Read, Sheet
from admin.security.people import actor
from casework import facts, trials, worksheets
from casework.permissions import Permission
from casework.scope import may
from engine import Policy
from engine.faults import Fault, Refused
from models.applications import Application
from models.members import Household

SIZE = ("household", "size")


@contextmanager
def as_typed(
    session: Session,
    application: Application,
    policy: Policy,
    typed: Mapping[str, Any],
    sheet: Sheet | None,
) -> Iterator[frozenset[str]]:
    """Within it the application has the typed facts and worksheet, as far as saving would take
    them; what is wrong counts as unknown. Gives the facts that a row which cannot be read leaves
    unknown."""
    household, unread = _household(session, application, policy, sheet)
    with trials.as_if(application, application.facts, household):
        wrong = {
            fault.where or "": None for fault in fact_faults(session, application, policy, typed)
        }
    with trials.as_if(application, {**application.facts, **typed, **wrong}, household):
        yield unread


def _household(
    session: Session, application: Application, policy: Policy, sheet: Sheet | None
) -> tuple[Household | None, frozenset[str]]:
    """The worksheet as typed, where this person may write it and has changed it."""
    kept = application.member.household
    here = may(actor(), Permission.Member.WRITE, application.member.org.path)
    if sheet is None or not here or not worksheet.changed(worksheet.shown(kept), sheet):
        return kept, frozenset()
    rows: Read = worksheet.rows_of(sheet)
    made, found = worksheets.as_put(
        session,
        kept,
        size=rows.size,
        persons=worksheet.persons_of(kept),
        items=rows.items,
        by=actor(),
        at=clock.now(),
    )
    spoilt = any(row.faults for row in sheet.items) or any(fault.where != "size" for fault in found)
    return made, frozenset(_summed(policy)) if spoilt else frozenset()


def _summed(policy: Policy) -> list[str]:
    """The facts that rest on the rows of the worksheet."""
    return [
        fact.name
        for fact in policy.facts.values()
        if facts.on_sheet(fact) and fact.source and (fact.source.kind, fact.source.name) != SIZE
    ]


def fact_faults(
    session: Session, application: Application, policy: Policy, typed: Mapping[str, Any]
) -> list[Fault]:
    """What is wrong with the typed facts, each with the fact as its place."""
    try:
        known = facts.raw(session, application, policy)
        policy.read_facts({**known, **{n: v for n, v in typed.items() if v is not None}})
    except Refused as refused:
        found = [fault for fault in refused.faults if fault.where in typed]
    else:
        found = []
    sheet = facts.sheet_faults(session, application, policy, typed)
    return found + [replace(f, where=(f.where or "").removeprefix("facts.")) for f in sheet]
