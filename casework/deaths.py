"""Whether the member has died, as far as the office knows. Says who may be paid in no case itself.

A date in the member's file says it; before that the policy says what does (`payment.heir.death` of
its procedure): facts, or what a stage has recorded. What is not known is not taken for life.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from casework import facts, history, moves
from engine import Policy
from engine.faults import Refused
from engine.labels import Label
from engine.procedure import SignOfDeath
from engine.records import typed
from engine.worked import holds
from models.applications import Application

FILE = Label("{word.person}档案已登记去世日期", "the file of the {word.person} has a date of death")


@dataclass(frozen=True, slots=True)
class Known:
    """`died` is True, False or None where it cannot be told; `signs` say what shows it, or what is
    not known."""

    died: bool | None
    signs: tuple[Label, ...] = ()


def known(session: Session, application: Application) -> Known:
    """What the member's file, the facts and the records say together: one sign is enough."""
    if application.member.died_on is not None:
        return Known(True, (FILE,))
    policy, _road = moves.policy_and_road(application)
    heir = policy.procedure.payment.heir
    if heir is None or not heir.deaths:
        return Known(False)
    truths = _truths(session, application, policy, heir.deaths)
    for truth in (True, None):
        signs = tuple(sign.label for sign, found in truths if found is truth)
        if signs:
            return Known(truth, signs)
    return Known(False)


def _truths(
    session: Session, application: Application, policy: Policy, signs: tuple[SignOfDeath, ...]
) -> list[tuple[SignOfDeath, bool | None]]:
    try:
        given = facts.gather(session, application, policy)
    except Refused:  # facts that are wrong tell nothing
        given = None
    recorded = history.recorded(session, application)
    found: list[tuple[SignOfDeath, bool | None]] = []
    for sign in signs:
        if sign.stage is not None:
            stage = policy.procedure.stages[sign.stage]
            found.append((sign, sign.when.truth(typed(stage, recorded.get(sign.stage, {})))))
        else:
            found.append((sign, None if given is None else holds(policy, sign.when, given)))
    return found
