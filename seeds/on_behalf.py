"""Entered on behalf (代录): the scan of the branch's sealed form, and its comparison by a second person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from casework import behalf, paper_checks
from casework.paper_checks import Verdict
from casework.people import Actor
from models.applications import Application


def papers_of(application: Application) -> Sequence[str]:
    """The scan that the policy demands of such an entry."""
    rules = behalf.rules_of(application)
    return (rules.scan,) if rules is not None else ()


def compare(
    session: Session, application: Application, stage: str, by: Actor, at: datetime
) -> None:
    """Entry and paper agree in every item, where the stage at hand asks for the comparison."""
    rules = behalf.rules_of(application)
    if rules is None or rules.compared_at != stage or not behalf.entered(session, application):
        return
    said = {item.id: Verdict(True) for item in paper_checks.items(session, application)}
    paper_checks.record(
        session, application, said, by=by, at=at, expected_version=application.version
    )
