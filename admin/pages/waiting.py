"""What waits for the person who is signed in, application by application, for the pages of lists.

Where he may act is `casework.places`; whether one application can really be finished is asked of
casework, one by one.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, selectinload

from casework import loading
from casework.editions import policy_of
from casework.lists import stage_of_kind
from casework.moves import LIVE
from casework.people import Actor
from casework.permissions import step_permission
from casework.places import CONFIRM, Place, at, places, reach
from casework.scope import may_as
from engine.procedure import StageKind
from models.applications import Application
from models.ledger import (
    Grant,
    GrantState,
    Payment,
    PaymentState,
    TransferLine,
    TransferState,
)
from models.orgs import OrgUnit
from models.results import RecordedResult, ResultState

MOST = 500
__all__ = [
    "Place",
    "applications",
    "at",
    "count",
    "may_take",
    "paid_first",
    "places",
    "reach",
    "to_confirm",
]


def may_take(by: Actor, application: Application, kind: StageKind, part: str | None) -> bool:
    """Whether the person holds the role that takes this step (or part) of the application."""
    stage = stage_of_kind(application, kind)
    if stage is None:
        return False
    own = next((one.by for one in stage.parts if one.id == part and one.by), stage.by)
    return may_as(by, step_permission(kind.value), own, application.org.path)


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
    limit: int = MOST,
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
        .options(*loading.APPLICATION)
        .where(or_(*(at(place) for place in here)))
        .order_by(Application.org_id, Application.id)
        .limit(limit)
    )
    return list(session.scalars(query))


def to_confirm(session: Session, by: Actor) -> list[RecordedResult]:
    """Results that somebody else has recorded and that wait for this person's confirmation."""
    here = [place for place in places(session, by) if place.part == CONFIRM]
    if not here:
        return []
    query: Select[RecordedResult] = (
        select(RecordedResult)
        .join(Application, Application.id == RecordedResult.application_id)
        .join(OrgUnit, OrgUnit.id == Application.org_id)
        .options(
            selectinload(RecordedResult.by),
            loading.application_of(RecordedResult.application),
        )
        .where(RecordedResult.state == ResultState.WAITING, or_(*(at(place) for place in here)))
        .order_by(RecordedResult.id)
        .limit(MOST)
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
        .options(*loading.APPLICATION)
    )
    found = []
    for one in session.scalars(query):
        stages = policy_of(one.edition).procedure.road(one.road).stages
        stage = next((each for each in stages if each.kind is kind), None)
        roots = reach(by, (step_permission(kind.value),), stage.by) if stage else ()
        if any(one.org.path.startswith(root) for root in roots):
            found.append(one)
    return found
