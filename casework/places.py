"""Where a person may act: which stages of which editions, in which part of the tree, and the SQL
that finds what waits there.

Asks the editions which roles act at a stage and the roles held for how far they reach. Whether one
application can really be finished is asked of `casework.available`, one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from casework.editions import policy_of
from casework.moves import LIVE
from casework.people import Actor
from casework.permissions import record_permissions, step_permission
from engine.labels import Label
from engine.procedure import Stage, StageKind
from models.applications import Application
from models.editions import Edition
from models.ledger import Grant, Payment, PaymentState, Receipt
from models.notices import LineState, Notice, NoticeLine, NoticeStatus
from models.orgs import OrgUnit
from models.results import RecordedResult, ResultState
from models.screenings import ScreeningLine


@dataclass(frozen=True, slots=True)
class Place:
    """One stage (or one part of it) of one edition, and the units where this person may act."""

    edition_id: int
    stage: Stage
    part: str | None
    button: Label
    roots: tuple[str, ...]
    besides: int | None = None
    """The person himself, where what he recorded is left to somebody else."""


_kept = aliased(RecordedResult)
"""A name of its own, so that queries of results can ask it too."""
CONFIRM = "confirm"
"""The part of a stage in which a second person confirms its result."""
BUTTON = Label("确认结果", "Confirm result")


def places(session: Session, by: Actor) -> list[Place]:
    """Every step that this person may take somewhere, in editions that live applications use."""
    found = []
    for edition in live_editions(session):
        for stage in policy_of(edition).procedure.stages.values():
            parts: list[tuple[str | None, Sequence[str], Label]] = [
                (part.id, part.by or stage.by, part.button) for part in stage.parts
            ] or [(None, stage.by, stage.button)]
            for part, roles, button in parts:
                asked = record_permissions(stage.kind.value, confirmed=bool(stage.confirmed_by))
                roots = reach(by, asked, roles)
                if roots:
                    found.append(Place(edition.id, stage, part, button, roots))
            roots = reach(by, (step_permission(stage.kind.value),), stage.confirmed_by)
            if roots:
                found.append(Place(edition.id, stage, CONFIRM, BUTTON, roots, by.user_id))
    return found


def live_editions(session: Session) -> list[Edition]:
    """The editions that live applications run under, the oldest first."""
    used = exists().where(Application.edition_id == Edition.id, Application.status.in_(LIVE))
    return list(session.scalars(select(Edition).where(used).order_by(Edition.id)))


def reach(by: Actor, permissions: tuple[str, ...], role_codes: Sequence[str]) -> tuple[str, ...]:
    """Where the person holds one of the roles with one of the permissions in that same role."""
    return tuple(
        sorted(
            {
                held.org_path
                for held in by.roles
                if held.role_code in role_codes and not held.permissions.isdisjoint(permissions)
            }
        )
    )


def at(place: Place) -> ColumnElement[bool]:
    """SQL that holds for live applications that wait at this place (joined with their unit)."""
    conditions = [
        Application.edition_id == place.edition_id,
        Application.stage == place.stage.id,
        Application.status.in_(LIVE),
        or_(*(OrgUnit.path.startswith(root, autoescape=True) for root in place.roots)),
    ]
    if place.part == CONFIRM:
        conditions.append(_waiting(besides=place.besides))
    elif place.stage.confirmed_by:
        conditions.append(~_waiting())
    more = _PARTS.get((place.stage.kind, place.part))
    if more is not None:
        conditions.append(more())
    return and_(*conditions)


def _on_board(*states: NoticeStatus) -> ColumnElement[bool]:
    return exists().where(
        NoticeLine.application_id == Application.id,
        NoticeLine.state == LineState.ON,
        Notice.id == NoticeLine.notice_id,
        Notice.status.in_(states),
    )


def _waiting(*, besides: int | None = None) -> ColumnElement[bool]:
    """Whether a result waits for a second person, who is somebody else than `besides`."""
    conditions = [_kept.application_id == Application.id, _kept.state == ResultState.WAITING]
    if besides is not None:
        conditions.append(_kept.by_id != besides)
    return exists().where(*conditions)


def _on_list() -> ColumnElement[bool]:
    return exists().where(
        ScreeningLine.application_id == Application.id, ScreeningLine.result.is_(None)
    )


def _paid(*, receipted: bool) -> ColumnElement[bool]:
    signed = exists().where(Receipt.payment_id == Payment.id)
    return exists().where(
        Grant.application_id == Application.id,
        Payment.grant_id == Grant.id,
        Payment.state == PaymentState.PAID,
        signed if receipted else ~signed,
    )


# which of the applications at a stage wait for one part of it: the parts that casework knows
_PARTS: Mapping[tuple[StageKind, str | None], Callable[[], ColumnElement[bool]]] = {
    (StageKind.POST, "post"): lambda: and_(
        ~_on_board(NoticeStatus.POSTED), or_(~_on_board(NoticeStatus.ENDED), ~Application.held)
    ),
    (StageKind.POST, "end"): lambda: _on_board(NoticeStatus.POSTED),
    (StageKind.SCREEN, "enter"): lambda: ~_on_list(),
    (StageKind.SCREEN, "result"): _on_list,
    (StageKind.PAY, "pay"): lambda: ~_paid(receipted=False),
    (StageKind.PAY, "receipt"): lambda: _paid(receipted=False),
}
