"""What waits for the person who is signed in: which stages of which editions, and where.

Asks the editions which roles act at a stage, the roles held for how far they reach, and counts in
the database. Whether one application can really be finished is asked of casework, one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, selectinload

from casework.editions import policy_of
from casework.lists import stage_of_kind
from casework.people import Actor
from casework.permissions import step_permission
from casework.scope import may_as
from engine.labels import Label
from engine.procedure import Stage, StageKind
from models.applications import Application, CaseStatus
from models.editions import Edition
from models.ledger import (
    Grant,
    GrantState,
    Payment,
    PaymentState,
    Receipt,
    TransferLine,
    TransferState,
)
from models.notices import LineState, Notice, NoticeLine, NoticeStatus
from models.orgs import OrgUnit
from models.screenings import ScreeningLine

LIVE = (CaseStatus.DRAFT, CaseStatus.OPEN, CaseStatus.RETURNED)


@dataclass(frozen=True, slots=True)
class Place:
    """One stage (or one part of it) of one edition, and the units where this person may act."""

    edition_id: int
    stage: Stage
    part: str | None
    button: Label
    roots: tuple[str, ...]


def places(session: Session, by: Actor) -> list[Place]:
    """Every step that this person may take somewhere, in editions that live applications use."""
    used = session.scalars(
        select(Edition)
        .where(Edition.id.in_(select(Application.edition_id).where(Application.status.in_(LIVE))))
        .order_by(Edition.id)
    )
    found = []
    for edition in used:
        for stage in policy_of(edition).procedure.stages.values():
            parts: list[tuple[str | None, Sequence[str], Label]] = [
                (part.id, part.by or stage.by, part.button) for part in stage.parts
            ] or [(None, stage.by, stage.button)]
            for part, roles, button in parts:
                roots = reach(by, step_permission(stage.kind.value), roles)
                if roots:
                    found.append(Place(edition.id, stage, part, button, roots))
    return found


def reach(by: Actor, permission: str, role_codes: Sequence[str]) -> tuple[str, ...]:
    """Where the person holds one of the roles with the permission in that same role."""
    return tuple(
        sorted(
            {
                held.org_path
                for held in by.roles
                if held.role_code in role_codes and permission in held.permissions
            }
        )
    )


def may_take(by: Actor, application: Application, kind: StageKind, part: str | None) -> bool:
    """Whether the person holds the role that takes this step (or part) of the application."""
    stage = stage_of_kind(application, kind)
    if stage is None:
        return False
    own = next((one.by for one in stage.parts if one.id == part and one.by), stage.by)
    return may_as(by, step_permission(kind.value), own, application.org.path)


def at(place: Place) -> ColumnElement[bool]:
    """SQL that holds for live applications that wait at this place (joined with their unit)."""
    conditions = [
        Application.edition_id == place.edition_id,
        Application.stage == place.stage.id,
        Application.status.in_(LIVE),
        or_(*(OrgUnit.path.startswith(root, autoescape=True) for root in place.roots)),
    ]
    more = _PARTS.get((place.stage.kind, place.part))
    if more is not None:
        conditions.append(more())
    return and_(*conditions)


def count(session: Session, place: Place) -> int:
    """How many applications wait at the place."""
    query = (
        select(func.count())
        .select_from(Application)
        .join(OrgUnit, OrgUnit.id == Application.org_id)
        .where(at(place))
    )
    return session.scalar(query) or 0


def applications(
    session: Session,
    by: Actor,
    kinds: Sequence[StageKind],
    part: str | None = None,
    *,
    limit: int = 500,
) -> list[Application]:
    """Applications that wait for a step of these kinds (and part) by this person, oldest first."""
    here = [
        place
        for place in places(session, by)
        if place.stage.kind in kinds and place.part in (part, None)
    ]
    if not here:
        return []
    query: Select[Application] = (
        select(Application)
        .join(OrgUnit, OrgUnit.id == Application.org_id)
        .options(selectinload(Application.member), selectinload(Application.org))
        .where(or_(*(at(place) for place in here)))
        .order_by(Application.org_id, Application.id)
        .limit(limit)
    )
    return list(session.scalars(query))


def paid_first(session: Session, by: Actor, kind: StageKind) -> list[Application]:
    """Applications whose money may go before their turn, and has not: an emergency authorised
    (so there is a grant) that is not yet transferred, or transferred and not on a roster."""
    sent = exists().where(
        TransferLine.application_id == Application.id, TransferLine.state == TransferState.SENT
    )
    live = exists().where(
        Payment.grant_id == Grant.id,
        Payment.state.in_((PaymentState.PREPARED, PaymentState.PAID)),
    )
    query: Select[Application] = (
        select(Application)
        .join(OrgUnit, OrgUnit.id == Application.org_id)
        .join(Grant, Grant.application_id == Application.id)
        .where(
            Application.emergency,
            Application.status.in_(LIVE),
            Grant.state == GrantState.ACTIVE,
            ~sent if kind is StageKind.TRANSFER else and_(sent, ~live),
        )
        .order_by(Application.id)
    )
    found = []
    for one in session.scalars(query):
        stages = policy_of(one.edition).procedure.road(one.road).stages
        stage = next((each for each in stages if each.kind is kind), None)
        roots = reach(by, step_permission(kind.value), stage.by) if stage else ()
        if any(one.org.path.startswith(root) for root in roots):
            found.append(one)
    return found


def _on_board(*states: NoticeStatus) -> ColumnElement[bool]:
    return exists().where(
        NoticeLine.application_id == Application.id,
        NoticeLine.state == LineState.ON,
        Notice.id == NoticeLine.notice_id,
        Notice.status.in_(states),
    )


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
