"""The payout roster and the bank's list as data for print and export. Changes nothing.

Numbers of people stand here in clear, since the paper needs them: every call is a recorded look
and asks for the right to export payments.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import access, events, receipts, scope
from casework.people import Actor
from casework.permissions import Permission
from engine.words import in_words
from models.applications import Application, PayMethod
from models.ledger import Grant, Payment, PaymentState
from models.orgs import OrgUnit


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One line in the order of the paper (requirements §6); what is not yet known is None."""

    order: int
    payment_id: int
    number: str
    name: str
    id_number: str | None
    fen: int
    account: str | None
    sign: str | None
    receiver: str | None
    kinship: str | None
    received_on: date | None


@dataclass(frozen=True, slots=True)
class Roster:
    """The roster of one unit with its total in fen and in 大写."""

    unit: OrgUnit
    rows: tuple[RosterRow, ...]
    total_fen: int
    total_words: str


@dataclass(frozen=True, slots=True)
class BankFile:
    """What the bank needs: (order, holder, account, fen, memo), with control count and total."""

    rows: tuple[tuple[int, str, str, int, str], ...]
    count: int
    total_fen: int


def roster(
    session: Session, unit: OrgUnit, payments: Sequence[Payment], *, by: Actor, at: datetime
) -> Roster:
    """The unit's roster of these payments, in the order given."""
    _look(session, unit, payments, "roster", by, at)
    rows = tuple(_row(session, order, payment) for order, payment in enumerate(payments, 1))
    total = sum(row.fen for row in rows)
    return Roster(unit, rows, total, in_words(total))


def bank_file(
    session: Session,
    unit: OrgUnit,
    payments: Sequence[Payment],
    memo: str,
    *,
    by: Actor,
    at: datetime,
) -> BankFile:
    """The card payments among these for the bank; cash is left out."""
    cards = [p for p in payments if p.method == PayMethod.CARD and p.account]
    _look(session, unit, cards, "bank_file", by, at)
    rows = tuple(
        (order, payment.payee_name, payment.account or "", payment.fen, memo)
        for order, payment in enumerate(cards, 1)
    )
    return BankFile(rows, len(rows), sum(payment.fen for payment in cards))


def payments_of(
    session: Session,
    unit: OrgUnit,
    by: Actor,
    states: Iterable[PaymentState] = (PaymentState.PREPARED, PaymentState.PAID),
) -> list[Payment]:
    """Payments below the unit that the person may see, oldest first."""
    query = (
        select(Payment)
        .join(Grant, Grant.id == Payment.grant_id)
        .join(Application, Application.id == Grant.application_id)
        .join(OrgUnit, OrgUnit.id == Application.org_id)
        .where(OrgUnit.path.startswith(unit.path, autoescape=True), Payment.state.in_(states))
        .order_by(Payment.id)
    )
    return list(session.scalars(scope.visible(query, by, Permission.Payment.READ, OrgUnit.path)))


def _look(
    session: Session,
    unit: OrgUnit,
    payments: Sequence[Payment],
    what: str,
    by: Actor,
    at: datetime,
) -> None:
    for org_id in {unit.id, *(payment.grant.application.org_id for payment in payments)}:
        access.require(session, by, Permission.Payment.EXPORT, org_id)
    data = {"payments": [payment.id for payment in payments]}
    events.record_look(session, by, at, what, "org_unit", unit.id, data)


def _row(session: Session, order: int, payment: Payment) -> RosterRow:
    application = payment.grant.application
    receipt = receipts.of(session, payment)
    return RosterRow(
        order=order,
        payment_id=payment.id,
        number=application.number,
        name=application.member.name,
        id_number=application.member.id_number,
        fen=payment.fen,
        account=payment.account if payment.method == PayMethod.CARD else None,
        sign=receipt.sign.value if receipt else None,
        receiver=receipt.receiver if receipt else payment.payee_name,
        kinship=receipt.kinship if receipt else payment.payee_kinship,
        received_on=receipt.received_on if receipt else None,
    )
