"""What the payee signed for (clause 4.5). The last receipt sends the application on to its file."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from casework import grants, lists, moves
from casework.lists import Raw
from casework.people import Actor
from engine.faults import Fault, Refused
from engine.procedure import StageKind
from models.applications import Application
from models.ledger import Grant, Payment, PaymentState, Receipt, ReceiptSign

NEEDED = (
    lists.field("received_on", "date", "签收日期", "Date of receipt"),
    lists.field("sign", "text", "签收方式", "How it was signed for"),
    lists.field("receiver", "text", "代领人", "Received by", required=False),
    lists.field(
        "kinship", "text", "代领人与{word.person}关系", "Kinship of the receiver", required=False
    ),
)


def record(session: Session, payment: Payment, record: Raw, *, by: Actor, at: datetime) -> Receipt:
    """Record the receipt of a payment: `sign` is signature, fingerprint or by_other; somebody
    else needs a name and the kinship.

    When everything granted is paid and signed for, the application moves on. An emergency that
    still owes paperwork stays where it is.
    """
    application = payment.grant.application
    moves.lock(session, [application])
    session.refresh(payment, with_for_update=True)
    kind = _kind(application)
    part = "receipt" if kind is StageKind.PAY else None
    values, found = lists.written(session, [application], kind, part, record, None, at, NEEDED)
    found += lists.ready(
        session, [application], kind, by, at, None, part=part, early=True, held_stops=False
    )
    given = values.get(application.id, {})
    found += _faults(session, payment, given)
    lists.stop(found)
    sign = ReceiptSign(str(given["sign"]))
    own = sign != ReceiptSign.BY_OTHER
    receipt = Receipt(
        payment_id=payment.id,
        received_on=lists.day(given, "received_on"),
        sign=sign,
        receiver=payment.payee_name if own else lists.words(given, "receiver"),
        kinship=payment.payee_kinship if own else lists.words(given, "kinship"),
        witness=lists.words(given, "witness") or payment.witness,
        by_id=by.user_id,
        at=at,
    )
    try:
        with session.begin_nested():
            session.add(receipt)
    except IntegrityError as error:  # the unique key: somebody else recorded it just now
        raise Refused([Fault("receipt_exists", {}, application.number)]) from error
    data = lists.entry(application, kind, part, given)
    data["payment"] = payment.id
    if complete(session, payment.grant):
        lists.onward(session, application, kind, "receipt", by, at, data=data)
    else:
        lists.stay(session, application, kind, "receipt", by, at, data=data)
    return receipt


def of(session: Session, payment: Payment) -> Receipt | None:
    """The receipt of a payment, as the database has it now."""
    return session.scalars(select(Receipt).where(Receipt.payment_id == payment.id)).one_or_none()


def complete(session: Session, grant: Grant) -> bool:
    """Whether the whole grant is paid and every payment signed for."""
    paid = session.scalars(
        select(Payment).where(Payment.grant_id == grant.id, Payment.state == PaymentState.PAID)
    ).all()
    signed = all(of(session, payment) is not None for payment in paid)
    return signed and grants.paid_fen(session, grant) == grant.fen


def _kind(application: Application) -> StageKind:
    """A policy may keep the receipt as a stage of its own; else it belongs to the payment."""
    own = lists.stage_of_kind(application, StageKind.RECEIPT)
    return StageKind.PAY if own is None else StageKind.RECEIPT


def _faults(session: Session, payment: Payment, given: lists.Values) -> list[Fault]:
    number = payment.grant.application.number
    found = []
    if payment.state != PaymentState.PAID:
        found.append(Fault("payment_not_paid", {}, number))
    if of(session, payment) is not None:
        found.append(Fault("receipt_exists", {}, number))
    sign = given.get("sign")
    if sign is not None and sign not in set(ReceiptSign):
        found.append(Fault("sign_unknown", {"text": sign}, number))
    if sign == ReceiptSign.BY_OTHER and not (given.get("receiver") and given.get("kinship")):
        found.append(Fault("receiver_missing", {}, number))
    return found
