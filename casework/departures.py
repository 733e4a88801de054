"""Departing from the rules: aid by collective decision although they say `ineligible`.

Judges only whether the way is open; the decision itself is a step of the road. The answer of the
rules stays on record as it was (requirements §2).
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from casework import clearance
from casework.assessments import SETTLED, Checked
from casework.editions import policy_of
from engine.faults import Fault
from engine.procedure import Stage
from engine.records import Value
from models.applications import Application, Outcome
from models.screenings import ScreeningResult

FIELD = "departs"
FOUNDED_ON = ("minutes_number", "reason")
"""What a departure must have on record, whatever the stage asks."""


def claimed(values: Mapping[str, Value]) -> bool:
    """Whether the record says that the decision departs from the rules."""
    return values.get(FIELD) is True


def faults(session: Session, application: Application, checked: Checked) -> list[Fault]:
    """Why nobody may go past this `ineligible`: a denial that the policy marks holds, or is not known
    not to hold; or the screening found something."""
    truths = {rule["id"]: rule["truth"] for rule in checked.document["rules"]}
    found = []
    for rule in policy_of(application.edition).exclusions:
        words = {"rule": rule.label, "clause": rule.clause}
        if rule.never_departs and truths[rule.id]:
            found.append(Fault("departure_barred", words, FIELD))
        elif rule.never_departs and truths[rule.id] is None:
            found.append(Fault("departure_unknown", words, FIELD))
    if clearance.screening(session, application) == ScreeningResult.FAIL:
        found.append(Fault("departure_screened", {}, FIELD))
    return found


def decision_faults(
    session: Session,
    application: Application,
    stage: Stage,
    checked: Checked,
    values: Mapping[str, Value],
) -> list[Fault]:
    """What stands against a decision for aid that claims to depart from the rules."""
    if checked.outcome in SETTLED:
        return [Fault("departure_needless", {}, FIELD)]
    if checked.outcome is not Outcome.INELIGIBLE:
        return []  # what is not known is said fact by fact
    if not stage.collective:
        return [Fault("departure_not_here", {"stage": stage.label}, FIELD)]
    unfounded = [
        Fault("departure_unfounded", {}, name) for name in FOUNDED_ON if not values.get(name)
    ]
    return unfounded + faults(session, application, checked)
