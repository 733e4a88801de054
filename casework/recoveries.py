"""Take money back that was got by fraud (clause 4.7). Decides no sanction.

What a member has can be demanded once; what comes in goes to the source's recovered money, and a
grant that is wholly back frees its place in the year.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import access, duties, events, grants, ledger, lists, moves
from casework.clock import day_faults, day_of
from casework.ledger import Leg
from casework.people import Actor
from casework.permissions import Permission
from engine.faults import Fault
from engine.labels import Label
from engine.words import yuan
from models.applications import Application
from models.ledger import (
    AccountKind,
    Grant,
    GrantState,
    Journal,
    Payment,
    PaymentState,
    Recovery,
    RecoveryState,
)

PAID_ON = Label("款项发放日期", "day of payment")
ORDERED_ON = Label("追回通知日期", "day of the order")


def demand(
    session: Session,
    grant: Grant,
    fen: int,
    *,
    reason: str,
    ordered_on: date,
    by: Actor,
    at: datetime,
) -> Recovery:
    """Order `fen` of a paid grant to be given back; never more than the member still has."""
    application = grant.application
    moves.lock(session, [application])
    session.refresh(grant, with_for_update=True)
    found = access.faults(session, by, Permission.Fund.RECOVER, application.org_id)
    found += duties.recusal(session, application, by)
    left = grants.paid_fen(session, grant) - demanded_fen(session, grant)
    if left <= 0:
        found.append(Fault("recovery_nothing_left", {}, application.number))
    elif fen <= 0:
        found.append(Fault("amount_not_positive", {}, application.number))
    elif fen > left:
        found.append(Fault("recovery_too_much", {"left": yuan(left)}, application.number))
    if not reason.strip():
        found.append(Fault("reason_needed", {}, application.number))
    payment = _paid(session, grant)
    paid_on = payment.paid_on if payment is not None else None
    found += day_faults(ordered_on, paid_on, PAID_ON, day_of(at), "ordered_on")
    lists.stop(found)
    recovery = Recovery(
        grant_id=grant.id,
        fen=fen,
        recovered_fen=0,
        reason=reason,
        ordered_on=ordered_on,
        by_id=by.user_id,
        state=RecoveryState.OPEN,
    )
    session.add(recovery)
    session.flush()
    _tell(session, application, "recovery_demand", by, at, reason, {"fen": fen})
    return recovery


def receive(
    session: Session,
    recovery: Recovery,
    fen: int,
    *,
    received_on: date,
    by: Actor,
    at: datetime,
    request_key: str | None = None,
) -> Journal:
    """Money came back from the member, in part or whole; the same `request_key` counts once."""
    grant = recovery.grant
    application = grant.application
    moves.lock(session, [application])
    session.refresh(recovery, with_for_update=True)
    found = access.faults(session, by, Permission.Fund.RECOVER, application.org_id)
    found += duties.recusal(session, application, by)
    lists.stop(found)
    known = ledger.by_request(session, request_key, "recovery")
    if known is not None:
        return ledger.same_request(known, by, fen)
    left = recovery.fen - recovery.recovered_fen
    if fen <= 0:
        found.append(Fault("amount_not_positive", {}, application.number))
    elif fen > left:
        found.append(Fault("recovery_too_much", {"left": yuan(left)}, application.number))
    found += day_faults(received_on, recovery.ordered_on, ORDERED_ON, day_of(at), "received_on")
    payment = _paid(session, grant)
    if payment is None or recovery.state != RecoveryState.OPEN:
        found.append(Fault("recovery_not_open", {}, application.number))
    lists.stop(found)
    source = payment.source if payment else None
    member = ledger.account(session, AccountKind.MEMBER, source=source, member=grant.member)
    back = ledger.account(session, AccountKind.RECOVERED, source=source)
    entry = ledger.journal(
        session,
        "recovery",
        [Leg(back, member, fen)],
        by=by,
        at=at,
        memo=application.number,
        request_key=request_key,
    )
    recovery.recovered_fen += fen
    recovery.journal_id = entry.id
    if recovery.recovered_fen == recovery.fen:
        recovery.state = RecoveryState.DONE
    session.flush()
    if recovered_fen(session, grant) == grants.paid_fen(session, grant):
        grant.state = GrantState.RECOVERED
        session.flush()
    data = {"fen": fen, "received_on": received_on.isoformat()}
    _tell(session, application, "recovery_receive", by, at, recovery.reason, data)
    return entry


def demanded_fen(session: Session, grant: Grant) -> int:
    """What has been ordered back of a grant, fen; a waived order counts what came in."""
    rows = session.scalars(select(Recovery).where(Recovery.grant_id == grant.id))
    return sum(row.recovered_fen if row.state == RecoveryState.WAIVED else row.fen for row in rows)


def recovered_fen(session: Session, grant: Grant) -> int:
    """What has come back of a grant, fen."""
    rows = session.scalars(select(Recovery.recovered_fen).where(Recovery.grant_id == grant.id))
    return sum(rows)


def _paid(session: Session, grant: Grant) -> Payment | None:
    return session.scalars(
        select(Payment)
        .where(Payment.grant_id == grant.id, Payment.state == PaymentState.PAID)
        .order_by(Payment.id)
        .limit(1)
    ).one_or_none()


def _tell(
    session: Session,
    application: Application,
    verb: str,
    by: Actor,
    at: datetime,
    reason: str,
    data: dict[str, object],
) -> None:
    """The application's history tells it, whatever has become of the application."""
    before = (application.stage, application.status.value)
    events.record(
        session, application, verb=verb, by=by, at=at, before=before, reason=reason, data=data
    )
