"""The rules asked once more before money moves, and what has changed since aid was granted.

Transfer and payment stop alike: money that nobody may pay out is not sent to be paid out. Which
roads ask is the procedure's (`assess` of the paying or transferring stage). Keeps no answer itself.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from casework import assessments, decisions, departures, lists
from casework.assessments import Checked
from engine.faults import Fault, Refused
from engine.procedure import StageKind
from models.applications import Application, Outcome

KINDS = (StageKind.TRANSFER, StageKind.PAY)


def ask(
    session: Session, applications: Sequence[Application]
) -> tuple[dict[int, Checked], list[Fault]]:
    """(answer now by application id, what stands against moving the money): a wrong fact, or
    another answer than the one aid was granted on; then the department looks at it first."""
    checked: dict[int, Checked] = {}
    found: list[Fault] = []
    for application in applications:
        if not _asks(application):
            continue
        try:
            now = assessments.assess_now(session, application)
        except Refused as refused:
            found += lists.at_number(application, refused.faults)
            continue
        checked[application.id] = now
        found += lists.at_number(application, _changed(session, application, now))
    return checked, found


def _asks(application: Application) -> bool:
    stages = [lists.stage_of_kind(application, kind) for kind in KINDS]
    return any(stage is not None and stage.assess is not None for stage in stages)


def _changed(session: Session, application: Application, now: Checked) -> list[Fault]:
    granted = decisions.deciding(session, application)
    changed = assessments.changed_faults(application, now, granted)
    if not changed and now.outcome is Outcome.INELIGIBLE:  # the department departed from it
        return departures.faults(session, application, now)
    return [_for_money(fault) for fault in changed]


def _for_money(fault: Fault) -> Fault:
    """Nothing is returned and submitted again once aid is granted: another way out is named."""
    if fault.code != "assessment_changed":
        return fault
    return Fault("granted_on_other", fault.params, fault.where)
