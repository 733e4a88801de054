"""The one word that says how an application stands, and its colour."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy.orm import selectinload

from admin.i18n import _l
from admin.text import STATUS_COLOURS, STATUSES, policy_label
from engine.procedure import Road, StageKind
from models.applications import Application, CaseStatus, Outcome
from models.notices import LineState, NoticeLine, NoticeStatus
from models.results import ResultState

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
WAITING = ResultState.WAITING
LOADING = (
    selectinload(Application.notice_lines).selectinload(NoticeLine.notice),
    selectinload(Application.recorded_results),
)
"""What a list of applications loads for their words, so that none is asked for alone."""
DECIDING = (StageKind.APPROVE, StageKind.MEET)


@dataclass(frozen=True, slots=True)
class Word:
    text: str
    colour: str


def word(application: Application, road: Road | None, *, owes: bool = False) -> Word:
    """The status word. Held money and paperwork owed (`owes`) come before the stage's own word;
    before the approval it is what the rules say, afterwards what the policy calls the stage, or its
    first part until that is done. Reads the application's lines on notices and its results that
    wait: a list loads them with `LOADING`."""
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
    if stage.confirmed_by and any(r.state is WAITING for r in application.recorded_results):
        return Word(_("Result awaits confirmation"), "blue")
    if _undecided(application, road) and application.outcome is not None:
        text, colour = OUTCOMES[application.outcome]
        return Word(str(text), colour)
    if stage.kind is StageKind.POST and not _hangs(application):
        first = next((part.status for part in stage.parts if part.status), None)
        return Word(policy_label(first) if first else _("Proposed for aid"), "blue")
    if stage.status is not None:
        return Word(policy_label(stage.status), "blue")
    if not _undecided(application, road):
        return Word(_("Proposed for aid"), "blue")
    return Word(policy_label(stage.label), "blue")


def _hangs(application: Application) -> bool:
    """Whether the name stands on a list that was posted."""
    return any(
        line.state is LineState.ON and line.notice.status is not NoticeStatus.CANCELLED
        for line in application.notice_lines
    )


def _undecided(application: Application, road: Road) -> bool:
    """Whether a stage that decides still lies ahead or is at hand."""
    here = road.position(application.stage)
    return any(stage.kind in DECIDING for stage in road.stages[here:])
