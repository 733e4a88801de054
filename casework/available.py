"""What a person could do with an application now, and why not. Looks only; holds and writes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy.orm import Session

from casework import (
    access,
    confirmations,
    duties,
    emergency,
    entries,
    grants,
    moves,
    notices,
    pay_first,
    results,
)
from casework.clock import day_of
from casework.people import Actor
from casework.permissions import Permission
from casework.steps import SINGLE
from engine.faults import Fault
from engine.labels import Label
from engine.procedure import RecordField, Stage, StageKind, StagePart
from models.applications import Application

Verb = Literal[
    "complete", "confirm", "list", "save", "return", "refuse", "withdraw", "emergency", "cancel"
]

LABELS: dict[str, Label] = {
    "save": Label("保存草稿", "Save draft"),
    "return": Label("退回补正", "Return for correction"),
    "refuse": Label("不予帮扶", "Refuse aid"),
    "withdraw": Label("撤回申请", "Withdraw application"),
    "cancel": Label("取消资格", "Cancel approval"),
}


@dataclass(frozen=True, slots=True)
class PartOf:
    """One part of a stage that is done in several goes, each by its own people."""

    part: StagePart
    faults: tuple[Fault, ...]

    @property
    def open(self) -> bool:
        return not self.faults


@dataclass(frozen=True, slots=True)
class Action:
    """One button. `list` is a step that is taken on a list, in its own place.

    `faults` say why it is closed; `fields` are what its record asks; `stages` where a return may
    go to; `facts` the names that saving may write. A stage in `parts` is open to whoever may do
    one of them; which part is next is the list's to say.
    """

    verb: Verb
    stage: Stage
    label: Label
    faults: tuple[Fault, ...]
    fields: tuple[RecordField, ...] = ()
    stages: tuple[Stage, ...] = ()
    facts: tuple[str, ...] = ()
    parts: tuple[PartOf, ...] = ()

    @property
    def open(self) -> bool:
        return not self.faults


def available(
    session: Session, application: Application, actor: Actor, at: datetime
) -> list[Action]:
    """Every action that the application's stage knows, the next step first.

    An ended application has none. What the person has no right to is listed closed, so that the
    page can say who may; the page decides what to show.
    """
    if application.status not in moves.LIVE:
        return []
    policy, road = moves.policy_and_road(application)
    stage = road.stage(application.stage)
    ready = moves.ready_faults(session, application, stage.id, actor, None)
    held_up = results.waiting_faults(session, application) if stage.confirmed_by else []
    actions = [_step(session, application, road.id, stage, actor, (*ready, *held_up), day_of(at))]
    if held_up:
        wrong = confirmations.faults(session, application, actor)
        actions.insert(0, Action("confirm", stage, confirmations.BUTTON, tuple(wrong)))
    actions.append(_save(session, application, actor))
    back = road.returns_from(stage.id)
    if back:
        wrong = [*ready, *_without(session, application, actor, Permission.Application.RETURN)]
        actions.append(Action("return", stage, LABELS["return"], tuple(wrong), stages=back))
    if stage.may_refuse and not stage.confirmed_by:
        wrong = [*ready, *_without(session, application, actor, Permission.Application.REFUSE)]
        actions.append(Action("refuse", stage, LABELS["refuse"], tuple(wrong)))
    if road.may_withdraw_at(stage.id):
        wrong = _without(session, application, actor, Permission.Application.WITHDRAW)
        wrong += duties.recusal(session, application, actor)
        actions.append(Action("withdraw", stage, LABELS["withdraw"], tuple(wrong)))
    if grants.of(session, application) is not None:
        wrong = _without(session, application, actor, Permission.Application.CANCEL)
        wrong += duties.recusal(session, application, actor)
        actions.append(Action("cancel", stage, LABELS["cancel"], tuple(wrong)))
    rules = policy.procedure.emergency
    may_go_first = rules is not None and policy.procedure.may_pay_first(road.id)
    if rules is not None and may_go_first and not emergency.authorised(session, application):
        wrong = _emergency_faults(session, application, actor)
        actions.append(Action("emergency", stage, rules.button, tuple(wrong), rules.records))
    return actions


def _step(
    session: Session,
    application: Application,
    road: str,
    stage: Stage,
    actor: Actor,
    faults: tuple[Fault, ...],
    on: date,
) -> Action:
    if stage.kind in SINGLE:
        return Action("complete", stage, stage.button, faults, stage.records_for(road))
    parts = tuple(
        PartOf(
            part,
            (
                *moves.ready_faults(session, application, stage.id, actor, None, part=part.id),
                *(
                    notices.part_faults(session, application, part.id, on)
                    if stage.kind is StageKind.POST
                    else ()
                ),
            ),
        )
        for part in stage.parts
    )
    if any(part.open for part in parts):
        return Action("list", stage, stage.button, (), parts=parts)
    return Action("list", stage, stage.button, _nearest(faults, parts), parts=parts)


def _nearest(faults: tuple[Fault, ...], parts: tuple[PartOf, ...]) -> tuple[Fault, ...]:
    """Why the stage is closed: what stands against a part that the person's role does, if any."""
    mine = [p.faults for p in parts if not any(f.code == "wrong_role" for f in p.faults)]
    return mine[0] if mine else parts[0].faults if parts else faults


def _save(session: Session, application: Application, actor: Actor) -> Action:
    policy, road = moves.policy_and_road(application)
    stage = road.stage(application.stage)
    facts = entries.writable(policy, road, stage)
    if entries.at_entry(road, stage):
        wrong = _without(session, application, actor, Permission.Application.WRITE)
        duty = moves.duty_at(road, road.first)
    else:
        wrong = moves.right_faults(session, application, stage, actor)
        duty = moves.duty_at(road, stage)
    wrong += duties.faults(session, application, actor, duty)
    return Action("save", stage, LABELS["save"], tuple(wrong), facts=facts)


def _without(
    session: Session, application: Application, actor: Actor, permission: str
) -> list[Fault]:
    return access.faults(session, actor, permission, application.org_id)


def _emergency_faults(session: Session, application: Application, actor: Actor) -> list[Fault]:
    policy, _road = moves.policy_and_road(application)
    rules = policy.procedure.emergency
    if rules is None:
        return []
    right = pay_first.right_faults(session, application, rules, actor)
    return right or pay_first.faults(session, application, actor)
