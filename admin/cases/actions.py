"""What the person who looks may do with an application now, and why the rest is closed to him.

Only for showing: the verb checks everything again when the button is pressed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.cases.words import listed
from admin.text import fault_text, policy_label
from casework import facts, notices
from casework.available import Action, available
from casework.people import Actor
from engine import Policy
from engine.faults import Fault
from engine.labels import Label
from engine.procedure import Procedure, RecordField, Stage, StageKind
from models.applications import Application
from models.people import Role

# kinds of step that are done on a page of lists, and that page
PAGES: Mapping[StageKind, str] = {
    StageKind.POST: "notices.index",
    StageKind.FILE: "filings.index",
    StageKind.SCREEN: "screenings.index",
    StageKind.TRANSFER: "transfers.index",
    StageKind.PAY: "payments.index",
    StageKind.RECEIPT: "payments.index",
    StageKind.APPROVE: "meetings.index",
    StageKind.MEET: "meetings.index",
}
DONE = frozenset({"already_on_notice", "notice_not_posted"})  # a part that was done is not offered
NOT_MINE = frozenset({"wrong_role", "out_of_scope", "not_permitted"})


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do. `key` names it in addresses; `fields` are recorded, `facts` are asked at
    this very stage; `why` is why it is closed."""

    key: str
    button: Label
    open: bool
    why: tuple[str, ...] = ()
    fields: tuple[RecordField, ...] = ()
    facts: tuple[str, ...] = ()
    hint: Label | None = None


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A step that is taken on a list, in its own place: the endpoint of that page, and the notice
    where it is one that the application is on already."""

    button: Label
    page: str
    notice: int | None = None


@dataclass(frozen=True, slots=True)
class Possible:
    """What can be done here, on lists, and what is closed; `save` is the right to fill in, `entry`
    the first stage while it can be handed in."""

    here: tuple[Step, ...]
    lists: tuple[Elsewhere, ...]
    closed: tuple[Step, ...]
    save: Action | None
    entry: Action | None


def possible(
    session: Session, application: Application, policy: Policy, by: Actor, at: datetime
) -> Possible:
    """Everything that the stage of the application knows. What belongs to others is said once: who
    takes the next step. Other closed buttons of other people are left out."""
    here: list[Step] = []
    lists: list[Elsewhere] = []
    closed: list[Step] = []
    save: Action | None = None
    entry: Action | None = None
    procedure = policy.procedure
    for action in available(session, application, by, at):
        match action.verb:
            case "save":
                save = action if action.open else None
            case "list":
                _list(session, application, procedure, action, lists, closed)
            case "confirm":
                _confirm(session, procedure, action, lists, closed)
            case "complete" if action.stage.kind is StageKind.APPLY and action.open:
                entry = action  # the first stage is handed in with the form, on its own page
            case _:
                step = _step(session, procedure, action)
                if step.open:
                    here.append(step)
                elif action.verb == "complete" or not _others(action.faults):
                    closed.append(step)
                if action.verb == "complete" and step.open and action.stage.on_list:
                    lists.append(Elsewhere(action.stage.label, PAGES[action.stage.kind]))
    if save is not None:
        names = asked_here(session, application, policy, save)
        here = [replace(one, facts=names) if one.key == "complete" else one for one in here]
    return Possible(tuple(here), tuple(lists), tuple(closed), save, entry)


def asked_here(
    session: Session, application: Application, policy: Policy, save: Action
) -> tuple[str, ...]:
    """Facts that this very stage asks and no record answers: given in the form of its own step."""
    found = []
    for name in save.facts:
        fact = policy.facts[name]
        source = fact.source
        silent = (
            source is not None
            and facts.outside(fact)
            and (facts.answer(session, application, fact) is facts.SILENT)
        )
        set_elsewhere = source is not None and source.kind == "application"
        if fact.asked == save.stage.id and not set_elsewhere and (source is None or silent):
            found.append(name)
    return tuple(found)


def _others(faults: Sequence[Fault]) -> bool:
    """Whether a step is closed only because it is other people's."""
    return any(fault.code in NOT_MINE for fault in faults)


def _step(session: Session, procedure: Procedure, action: Action) -> Step:
    why = [fault_text(f) for f in action.faults if f.code not in NOT_MINE]
    if _others(action.faults) and action.verb == "complete":
        why.insert(0, whose(session, procedure, action.stage, action.stage.by))
    fields = action.fields
    if action.verb == "return":
        to = {stage.id: stage.label for stage in action.stages}
        back = Label("退回到", "Back to")
        fields = (
            RecordField("to_stage", "choice", back, required=True, choices=to),
            reason_field(),
        )
    elif action.verb in ("refuse", "withdraw", "cancel"):
        fields = (reason_field(),)
    hint = action.stage.help if action.verb == "complete" else None
    return Step(action.verb, action.label, action.open, tuple(why), fields, hint=hint)


def _confirm(
    session: Session,
    procedure: Procedure,
    action: Action,
    lists: list[Elsewhere],
    closed: list[Step],
) -> None:
    """What waits for a second person is confirmed with its whole meeting, on the page of lists."""
    if action.open:
        lists.append(Elsewhere(action.label, PAGES[action.stage.kind]))
        return
    why = [fault_text(fault) for fault in action.faults if fault.code not in NOT_MINE]
    if _others(action.faults):
        why.insert(0, whose(session, procedure, action.stage, action.stage.confirmed_by))
    closed.append(Step("confirm", action.label, False, tuple(why)))


def _list(
    session: Session,
    application: Application,
    procedure: Procedure,
    action: Action,
    lists: list[Elsewhere],
    closed: list[Step],
) -> None:
    """Each part of a stage that is done on lists: a way there, or who does it and what stops it.
    What was done is left out."""
    stage = action.stage
    notice = notices.of_case(session, application) if stage.kind is StageKind.POST else None
    parts: list[tuple[Sequence[str], Label, Sequence[Fault]]] = [
        (one.part.by or stage.by, one.part.button, one.faults) for one in action.parts
    ] or [(stage.by, stage.button, action.faults)]
    for roles, button, faults in parts:
        if any(fault.code in DONE for fault in faults):
            continue
        if not faults and notice is not None:
            lists.append(Elsewhere(button, "notices.show", notice.id))
            continue
        if not faults:
            lists.append(Elsewhere(button, PAGES[stage.kind]))
            continue
        why = [fault_text(fault) for fault in faults if fault.code not in NOT_MINE]
        if _others(faults):
            why.insert(0, whose(session, procedure, stage, roles))
        closed.append(Step("list", button, False, tuple(why)))


def whose(session: Session, procedure: Procedure, stage: Stage, roles: Sequence[str]) -> str:
    """Who takes a step, for people who do not."""
    known = {role.code: role for role in session.scalars(select(Role).where(Role.code.in_(roles)))}
    names = [policy_label(known[code]) for code in roles if code in known]
    office = procedure.offices.get(stage.level)
    said = _(
        "Done at the %(office)s by: %(roles)s.",
        office=policy_label(office.label) if office else "",
        roles=listed(names),
    )
    return str(said)


def reason_field() -> RecordField:
    """A reason in the person's own words."""
    return RecordField("reason", "text", Label("理由", "Reason"), required=True)
