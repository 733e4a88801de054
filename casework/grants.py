"""The aid that was approved, once per member and aid year (clause 3.3.1). Never pays it.

A grant that was cancelled or recovered frees its place in the year; priority relief takes none.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from casework import events
from casework.people import Actor
from engine.faults import Fault, Refused
from engine.words import yuan
from models.applications import Application
from models.ledger import (
    Grant,
    GrantState,
    Payment,
    PaymentState,
    TransferLine,
    TransferState,
)
from models.members import Member


def of(session: Session, application: Application, *, lock: bool = False) -> Grant | None:
    """The application's active grant; with `lock` held and read afresh."""
    query = select(Grant).where(
        Grant.application_id == application.id, Grant.state == GrantState.ACTIVE
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalars(query).one_or_none()


def hold(session: Session, applications: Iterable[Application]) -> None:
    """Lock the places of these members in id order, before a list is approved: two lists with the
    same people never wait crosswise."""
    session.flush()
    ids = sorted({application.member_id for application in applications})
    session.execute(
        select(Member.id).where(Member.id.in_(ids)).order_by(Member.id).with_for_update()
    ).all()


def create(
    session: Session,
    application: Application,
    fen: int,
    priority: bool,
    by: Actor,
    at: datetime,
) -> Grant:
    """Grant `fen` for the application; its permission is that of the approval that calls it.

    `already_granted` names the member's other grant of the aid year, also when it was made in
    this very moment by somebody else. Calling again with the same amount changes nothing (an
    emergency was paid first); with another amount only while no money has moved.
    """
    if fen <= 0:
        raise Refused([Fault("amount_not_positive", {}, application.number)])
    hold(session, [application])
    known = session.scalars(
        select(Grant).where(Grant.application_id == application.id).with_for_update()
    ).one_or_none()
    if known is not None and known.state == GrantState.ACTIVE:
        if (known.fen, known.priority) == (fen, priority):
            return known
        if moved_fen(session, known):
            raise Refused([Fault("grant_money_moved", {}, application.number)])
    other = None if priority else _other(session, application)
    if other is not None:
        raise Refused([_already(application, other)])
    grant = known or Grant(
        application_id=application.id,
        member_id=application.member_id,
        aid_year=application.aid_year,
        fen=fen,
        priority=priority,
        state=GrantState.ACTIVE,
    )
    try:
        with session.begin_nested():
            grant.fen, grant.priority, grant.state = fen, priority, GrantState.ACTIVE
            session.add(grant)
    except IntegrityError as error:  # two approvals at once: the unique key let one of them in
        raise Refused([_already(application, _other(session, application))]) from error
    data = {"application": application.number, "fen": fen, "priority": priority}
    events.audit(session, by, at, "grant.create", "grant", grant.id, data)
    return grant


def taken_faults(session: Session, application: Application) -> list[Fault]:
    """`already_granted` where the member has his aid of this year; priority relief asks nobody."""
    other = _other(session, application)
    return [] if other is None else [_already(application, other)]


def has_moved(session: Session, application: Application) -> bool:
    """Whether money of the application's grant has left the department."""
    grant = of(session, application)
    return grant is not None and moved_fen(session, grant) > 0


def moved_faults(
    session: Session, application: Application, fen: int, priority: bool
) -> list[Fault]:
    """`grant_money_other` where an emergency's money has gone and another amount is decided."""
    grant = of(session, application)
    if grant is None or (grant.fen, grant.priority) == (fen, priority):
        return []
    if not moved_fen(session, grant):
        return []
    return [Fault("grant_money_other", {"yuan": yuan(grant.fen)}, "amount")]


def cancel(
    session: Session, application: Application, by: Actor, at: datetime, reason: str
) -> None:
    """End the grant and free its place; nothing where there is none.

    `grant_money_moved` once money was transferred or paid: it comes back first.
    """
    grant = of(session, application, lock=True)
    if grant is None:
        return
    if moved_fen(session, grant):
        raise Refused([Fault("grant_money_moved", {}, application.number)])
    for payment in grant.payments:
        if payment.state == PaymentState.PREPARED:
            payment.state = PaymentState.REVERSED
    grant.state = GrantState.CANCELLED
    session.flush()
    data = {"application": application.number, "reason": reason}
    events.audit(session, by, at, "grant.cancel", "grant", grant.id, data)


def sent_line(session: Session, grant: Grant, instalment: int = 1) -> TransferLine | None:
    """The transfer that the paying unit holds for this instalment, if any."""
    return session.scalars(
        select(TransferLine).where(
            TransferLine.grant_id == grant.id,
            TransferLine.instalment == instalment,
            TransferLine.state == TransferState.SENT,
        )
    ).one_or_none()


def live_payment(session: Session, grant: Grant, instalment: int = 1) -> Payment | None:
    """The prepared or paid payment of this instalment, if any."""
    return session.scalars(
        select(Payment).where(
            Payment.grant_id == grant.id,
            Payment.instalment == instalment,
            Payment.state.in_((PaymentState.PREPARED, PaymentState.PAID)),
        )
    ).one_or_none()


def paid_fen(session: Session, grant: Grant) -> int:
    """What the member has of this grant, fen."""
    rows = session.scalars(
        select(Payment.fen).where(Payment.grant_id == grant.id, Payment.state == PaymentState.PAID)
    )
    return sum(rows)


def moved_fen(session: Session, grant: Grant) -> int:
    """What has left the department for this grant and not come back, fen."""
    rows = session.scalars(
        select(TransferLine.fen).where(
            TransferLine.grant_id == grant.id, TransferLine.state == TransferState.SENT
        )
    )
    return max(sum(rows), paid_fen(session, grant))


def _other(session: Session, application: Application) -> Grant | None:
    return session.scalars(
        select(Grant).where(
            Grant.member_id == application.member_id,
            Grant.aid_year == application.aid_year,
            Grant.state == GrantState.ACTIVE,
            Grant.priority.is_(False),
            Grant.application_id != application.id,
        )
    ).one_or_none()


def _already(application: Application, other: Grant | None) -> Fault:
    number = other.application.number if other is not None else ""
    params = {"name": application.member.name, "year": application.aid_year, "number": number}
    return Fault("already_granted", params, application.number)
