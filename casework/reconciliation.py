"""Whether the books come out even: every transfer down to nothing, every source to its budget.

Two ways to the same figure are held against each other: what lists, payments and recoveries say, and
what stands in the accounts. Looks only; a difference is never mended here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session

from casework import funds, scope
from casework.people import Actor
from casework.permissions import Permission
from models.applications import CaseEvent
from models.ledger import (
    Account,
    AccountKind,
    Budget,
    FundSource,
    Grant,
    Payment,
    PaymentState,
    Receipt,
    TransferBatch,
    TransferLine,
    TransferState,
)
from models.orgs import OrgUnit

RETURNED, TAKEN_BACK = "payment_returned", "transfer_back"


@dataclass(frozen=True, slots=True)
class BatchState:
    """A transfer and what became of its money, fen. `left` stands with the unit, `unsigned` is paid
    without a receipt."""

    batch: TransferBatch
    sent: int
    back: int
    paid: int
    unsigned: int

    @property
    def left(self) -> int:
        """What the unit still has to pay out or to send back."""
        return self.sent - self.back - self.paid

    @property
    def settled(self) -> bool:
        """Everything is paid and signed for, or back at its source."""
        return self.left == 0 and self.unsigned == 0


@dataclass(frozen=True, slots=True)
class UnitState:
    """What a unit's account of a source holds, and what its open transfers say it should, fen."""

    org: OrgUnit
    source: FundSource
    held: int
    should: int

    @property
    def off(self) -> int:
        """Zero, or the books are wrong."""
        return self.held - self.should


@dataclass(frozen=True, slots=True)
class SourceState:
    """Where the budgets of a source are now, over all years, fen."""

    source: FundSource
    budget: int
    unspent: int
    with_units: int
    with_members: int
    recovered: int

    @property
    def off(self) -> int:
        """Zero, or the books are wrong."""
        together = self.unspent + self.with_units + self.with_members + self.recovered
        return self.budget - together


@dataclass(frozen=True, slots=True)
class LineState:
    """One grant of a transfer: `state` is one of sent_back, signed, unsigned, roster, came_back,
    held and waiting; `on` and `why` say since when and for what reason, where there is one."""

    line: TransferLine
    state: str
    on: date | None = None
    why: str = ""
    payment: Payment | None = None

    @property
    def open(self) -> bool:
        """Something has still to be done."""
        return self.state not in ("sent_back", "signed")


def batches(session: Session, by: Actor, *, open_only: bool = False) -> list[BatchState]:
    """Transfers in reach, newest first."""
    return _batches(session, _reach(by), open_only=open_only)


def of_batch(session: Session, batch: TransferBatch) -> BatchState:
    """One transfer; whether the person may see it is the caller's."""
    return _batches(session, TransferBatch.id == batch.id)[0]


def units(session: Session, by: Actor) -> list[UnitState]:
    """Units in reach that hold something or should."""
    held: dict[tuple[int, int], int] = defaultdict(int)
    kinds = (AccountKind.COMMITTEE, AccountKind.DEPARTMENT)
    for row in funds.accounts(session, by):
        if row.kind in kinds and row.org_id and row.source_id:
            held[row.org_id, row.source_id] += row.balance_fen
    should: dict[tuple[int, int], int] = defaultdict(int)
    for one in batches(session, by):
        should[one.batch.org_id, one.batch.source_id] += one.left
    keys = sorted(key for key in {*held, *should} if held[key] or should[key])
    found = [
        UnitState(
            session.get_one(OrgUnit, org), session.get_one(FundSource, source),
            held[org, source], should[org, source],
        )
        for org, source in keys
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.org.path, one.source.code))


def sources(session: Session, by: Actor) -> list[SourceState]:
    """Every source with where its budgets are; only for who reads the department's accounts."""
    if not funds.reads_department(by):
        return []
    totals = (
        select(Account.source_id, Account.kind, func.sum(Account.balance_fen))
        .where(Account.source_id.is_not(None))
        .group_by(Account.source_id, Account.kind)
    )
    stands: dict[int, dict[AccountKind, int]] = defaultdict(dict)
    for source, kind, fen in session.execute(totals):
        stands[source or 0][kind] = int(fen)
    budgets = dict(
        session.execute(
            select(Budget.source_id, func.sum(Budget.fen)).group_by(Budget.source_id)
        ).all()
    )
    return [
        _source(one, int(budgets.get(one.id, 0)), stands[one.id])
        for one in funds.sources(session, active_only=False)
    ]


def lines(session: Session, batch: TransferBatch) -> list[LineState]:
    """Each grant of a transfer, where its money is and why."""
    grants = [line.grant_id for line in batch.lines]
    latest: dict[int, Payment] = {}
    for payment in session.scalars(
        select(Payment).where(Payment.grant_id.in_(grants)).order_by(Payment.id)
    ):
        latest[payment.grant_id] = payment
    told = _told(session, [line.application_id for line in batch.lines])
    return [_line(line, latest.get(line.grant_id), told) for line in batch.lines]


def came_back(session: Session, application_ids: Sequence[int]) -> dict[int, tuple[date, str]]:
    """Application → (when, why) of those whose latest payment the bank sent back."""
    rows = session.execute(
        select(Grant.application_id, Payment.state)
        .join(Payment, Payment.grant_id == Grant.id)
        .where(Grant.application_id.in_(application_ids))
        .order_by(Payment.id)
    )
    latest = {row.application_id: row.state for row in rows}
    told = _told(session, application_ids)
    return {
        number: told[number, RETURNED]
        for number, state in latest.items()
        if state == PaymentState.RETURNED and (number, RETURNED) in told
    }


# -- inside


def _reach(by: Actor) -> ColumnElement[bool]:
    return scope.condition(by, Permission.Fund.READ, OrgUnit.path)


def _batches(
    session: Session, which: ColumnElement[bool], *, open_only: bool = False
) -> list[BatchState]:
    sent = TransferLine.state == TransferState.SENT
    paid = and_(sent, Payment.id.is_not(None))
    query = (
        select(
            TransferBatch,
            _sum(TransferLine.state.is_not(None)).label("all"),
            _sum(~sent).label("back"),
            _sum(paid).label("paid"),
            _sum(and_(paid, Receipt.id.is_(None))).label("unsigned"),
        )
        .join(TransferLine, TransferLine.batch_id == TransferBatch.id)
        .join(OrgUnit, OrgUnit.id == TransferBatch.org_id)
        .outerjoin(
            Payment,
            and_(
                Payment.grant_id == TransferLine.grant_id,
                Payment.instalment == TransferLine.instalment,
                Payment.state == PaymentState.PAID,
            ),
        )
        .outerjoin(Receipt, Receipt.payment_id == Payment.id)
        .where(which)
        .group_by(*TransferBatch.__table__.columns)
        .order_by(TransferBatch.id.desc())
    )
    found = [
        BatchState(row[0], int(row.all), int(row.back), int(row.paid), int(row.unsigned))
        for row in session.execute(query)
    ]
    return [one for one in found if not (open_only and one.settled)]


def _sum(where: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((where, TransferLine.fen), else_=0)), 0)


def _source(source: FundSource, budget: int, stands: dict[AccountKind, int]) -> SourceState:
    return SourceState(
        source,
        budget,
        stands.get(AccountKind.SOURCE, 0),
        stands.get(AccountKind.COMMITTEE, 0) + stands.get(AccountKind.DEPARTMENT, 0),
        stands.get(AccountKind.MEMBER, 0),
        stands.get(AccountKind.RECOVERED, 0),
    )


_Told = dict[tuple[int, str], tuple[date, str]]
"""(application, verb) → (day, reason) of the latest such event."""


def _told(session: Session, application_ids: Sequence[int]) -> _Told:
    rows = session.scalars(
        select(CaseEvent)
        .where(
            CaseEvent.application_id.in_(application_ids),
            CaseEvent.verb.in_((RETURNED, TAKEN_BACK)),
        )
        .order_by(CaseEvent.application_id, CaseEvent.seq)
    )
    found: _Told = {}
    for event in rows:
        on = event.data.get("returned_on")
        day = date.fromisoformat(on) if isinstance(on, str) else event.at.date()
        found[event.application_id, event.verb] = (day, event.reason or "")
    return found


def _line(line: TransferLine, payment: Payment | None, told: _Told) -> LineState:
    application = line.application
    if line.state != TransferState.SENT:
        on, why = told.get((application.id, TAKEN_BACK), (None, ""))
        return LineState(line, "sent_back", on, why)
    if payment is not None and payment.state == PaymentState.PAID:
        receipt = payment.receipt
        if receipt is not None:
            return LineState(line, "signed", receipt.received_on, payment=payment)
        return LineState(line, "unsigned", payment.paid_on, payment=payment)
    if application.held:
        return LineState(line, "held", payment=payment)
    if payment is not None and payment.state == PaymentState.PREPARED:
        return LineState(line, "roster", payment=payment)
    if payment is not None and payment.state == PaymentState.RETURNED:
        on, why = told.get((application.id, RETURNED), (None, ""))
        return LineState(line, "came_back", on, why, payment)
    return LineState(line, "waiting")
