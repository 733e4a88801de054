"""What an authorised emergency has changed about an application: allowed, and done before its turn.

Only looks; `casework.pay_first` authorises and `casework.clearance` judges.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import moves
from engine.procedure import StageKind
from models.applications import Application, CaseEvent
from models.ledger import Grant, Payment, PaymentState, Receipt, TransferLine, TransferState

VERB = "authorise_emergency"


def authorised(session: Session, application: Application) -> bool:
    """Whether the department's leader has allowed this application to be paid first."""
    return authorisation(session, application) is not None


def authorisation(session: Session, application: Application) -> CaseEvent | None:
    """The event of the authorisation, with its record in `data["record"]`."""
    return session.scalars(
        select(CaseEvent)
        .where(CaseEvent.application_id == application.id, CaseEvent.verb == VERB)
        .order_by(CaseEvent.seq.desc())
        .limit(1)
    ).one_or_none()


def done_early(session: Session, application: Application) -> frozenset[str]:
    """Stages of the road that an authorised emergency has already finished before their turn."""
    if not application.emergency or not authorised(session, application):
        return frozenset()
    _policy, road = moves.policy_and_road(application)
    done = set()
    if _transferred(session, application):
        done |= {stage.id for stage in road.stages if stage.kind is StageKind.TRANSFER}
    if _received(session, application):
        kinds = (StageKind.PAY, StageKind.RECEIPT)
        done |= {stage.id for stage in road.stages if stage.kind in kinds}
    return frozenset(done)


def _transferred(session: Session, application: Application) -> bool:
    sent = select(TransferLine.id).where(
        TransferLine.application_id == application.id, TransferLine.state == TransferState.SENT
    )
    return session.scalars(sent.limit(1)).one_or_none() is not None


def _received(session: Session, application: Application) -> bool:
    paid = (
        select(Payment.id)
        .join(Grant, Grant.id == Payment.grant_id)
        .join(Receipt, Receipt.payment_id == Payment.id)
        .where(Grant.application_id == application.id, Payment.state == PaymentState.PAID)
    )
    return session.scalars(paid.limit(1)).one_or_none() is not None
