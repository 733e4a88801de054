"""The bank's list of a roster as data for export. Changes nothing.

Numbers of people stand here in clear, since the paper needs them: every call is a recorded look
and asks for the right to export payments.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import access, events, scope
from casework.people import Actor
from casework.permissions import Permission
from models.applications import Application, PayMethod
from models.ledger import Grant, Payment, PaymentState
from models.orgs import OrgUnit


@dataclass(frozen=True, slots=True)
class BankFile:
    """What the bank needs: (order, holder, account, fen, memo), with control count and total; and
    the same by the names that a layout of `exchange.yaml` may ask for."""

    rows: tuple[tuple[int, str, str, int, str], ...]
    count: int
    total_fen: int
    named: tuple[Mapping[str, object], ...] = ()


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
    named = tuple(
        {
            "reference": payment.id,
            "number": payment.grant.application.number,
            "holder": payment.payee_name,
            "account": payment.account,
            "bank_name": payment.grant.member.bank_name,
            "fen": payment.fen,
            "memo": memo,
        }
        for payment in cards
    )
    return BankFile(rows, len(rows), sum(payment.fen for payment in cards), named)


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
