"""What the rules would give if what is still open turned out well. Said only where it is certain."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from casework import assessments, trials, worksheets
from casework.assessments import SETTLED, Checked
from casework.worksheet_rows import pending
from engine.faults import Refused
from models.applications import Application, Outcome


@dataclass(frozen=True, slots=True)
class Outlook:
    """The answer that stands if nothing more stands against it; `verified`: and only once the rows
    of the worksheet that wait are found right."""

    checked: Checked
    verified: bool


def outlook(
    session: Session, application: Application, checked: Checked, *, whole: bool = True
) -> Outlook | None:
    """None where the answer is settled or nothing can be promised. Not `whole`: part of the
    worksheet cannot be read, so that nothing is said of it."""
    if checked.outcome is not Outcome.UNDETERMINED:
        return None
    hope = assessments.foreseen(application, checked)
    if hope is not None:
        return Outlook(hope, False)
    household = application.member.household
    if household is None or not whole or not pending(application.member):
        return None
    with trials.as_if(application, application.facts, worksheets.as_verified(household)):
        try:
            again = assessments.assess_now(session, application)
        except Refused:
            return None
        hope = again if again.outcome in SETTLED else assessments.foreseen(application, again)
    return Outlook(hope, True) if hope is not None else None
