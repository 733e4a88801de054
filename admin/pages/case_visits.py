"""Visits and calls about an application, as its page lists them."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.cases.status import Word
from admin.pages.care_words import FINDINGS
from admin.text import policy_label
from casework.people import Actor
from casework.permissions import Permission
from casework.scope import may
from engine import Policy
from models.applications import Application
from models.checks import Visit


@dataclass(frozen=True, slots=True)
class Shown:
    """A visit with what it came to; `way` is the policy's word for how it was done."""

    visit: Visit
    way: str
    finding: Word


@dataclass(frozen=True, slots=True)
class Visits:
    """Newest first; `record_url` is "" for those who record none, or where the policy asks none."""

    rows: tuple[Shown, ...]
    record_url: str


def of(session: Session, application: Application, policy: Policy, by: Actor) -> Visits | None:
    """What this person may see of it; None where there is nothing to see or to do."""
    rules, path = policy.procedure.checks, application.org.path
    rows: tuple[Shown, ...] = ()
    if may(by, Permission.Check.READ, path):
        query = (
            select(Visit).where(Visit.application_id == application.id).order_by(Visit.id.desc())
        )
        ways = rules.ways if rules else {}
        rows = tuple(
            Shown(one, policy_label(ways.get(one.way, one.way)), _word(one))
            for one in session.scalars(query)
        )
    url = ""
    if rules is not None and may(by, Permission.Check.RECORD, path):
        url = url_for("check_visits.new", application_id=application.id)
    return Visits(rows, url) if rows or url else None


def _word(visit: Visit) -> Word:
    text, colour = FINDINGS[visit.finding]
    return Word(str(text), colour)
