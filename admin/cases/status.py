"""The one word that says how an application stands, and its colour."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _

from admin.i18n import _l
from admin.text import STATUS_COLOURS, STATUSES, policy_label
from engine.procedure import Road, StageKind
from models.applications import Application, CaseStatus, Outcome

OUTCOMES = {
    Outcome.ELIGIBLE: (_l("Criteria met, approval pending"), "blue"),
    Outcome.INELIGIBLE: (_l("Criteria not met"), "red"),
    Outcome.DISCRETIONARY: (_l("{word.Department} to determine"), "violet"),
    Outcome.UNDETERMINED: (_l("Undetermined"), "orange"),
}
VERDICTS = {
    "eligible": (_l("Criteria met"), "green"),
    "ineligible": (_l("Criteria not met"), "red"),
    "discretionary": (_l("{word.Department} to determine"), "violet"),
    "undetermined": (_l("Undetermined"), "orange"),
}
DECIDING = (StageKind.APPROVE, StageKind.MEET)


@dataclass(frozen=True, slots=True)
class Word:
    text: str
    colour: str


def word(application: Application, road: Road | None, *, owes: bool = False) -> Word:
    """The status word. Held money and paperwork owed (`owes`) come before the stage's own word;
    before the approval it is what the rules say, afterwards what the policy calls the stage."""
    status = application.status
    if status is not CaseStatus.OPEN or road is None or not road.has(application.stage):
        if status is CaseStatus.CLOSED and road is not None and road.last.status:
            return Word(policy_label(road.last.status), "green")
        return Word(str(STATUSES[status.value]), STATUS_COLOURS[status.value])
    if application.held:
        return Word(_("Payment held"), "orange")
    if owes:
        return Word(_("Paperwork outstanding"), "orange")
    stage = road.stage(application.stage)
    if _undecided(application, road) and application.outcome is not None:
        text, colour = OUTCOMES[application.outcome]
        return Word(str(text), colour)
    if stage.status is not None:
        return Word(policy_label(stage.status), "blue")
    if not _undecided(application, road):
        return Word(_("Proposed for aid"), "blue")
    return Word(policy_label(stage.label), "blue")


def _undecided(application: Application, road: Road) -> bool:
    """Whether a stage that decides still lies ahead or is at hand."""
    here = road.position(application.stage)
    return any(stage.kind in DECIDING for stage in road.stages[here:])
