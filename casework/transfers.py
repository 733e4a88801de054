"""Send approved money from the department to the paying unit (拨付, clause 4.5), and back.

One batch is one unit, one source, one journal; each line is one grant, once. Pays nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from casework import (
    access,
    asked_again,
    clearance,
    events,
    funds,
    grants,
    ledger,
    lists,
    moves,
    numbers,
)
from casework.ledger import Leg
from casework.lists import Raw, Versions
from casework.people import Actor
from casework.permissions import Permission
from engine.faults import Fault, Refused
from engine.procedure import StageKind
from models.applications import Application, CaseEvent
from models.ledger import (
    Account,
    AccountKind,
    FundSource,
    Grant,
    Journal,
    PaymentState,
    TransferBatch,
    TransferLine,
    TransferState,
)
from models.orgs import OrgUnit

NEEDED = (lists.field("transferred_on", "date", "拨付日期", "Date of transfer"),)


def transfer(
    session: Session,
    unit: OrgUnit,
    applications: Sequence[Application],
    source: FundSource | None,
    record: Raw,
    *,
    by: Actor,
    at: datetime,
    versions: Versions,
    request_key: str,
    year: int | None = None,
) -> TransferBatch:
    """Send the granted amounts of these applications to their unit, out of the source's money of
    the year (the year of transferred_on unless given).

    The same `request_key` gives the same batch again and moves nothing. An authorised emergency
    may go before its turn; whatever the edition's `payment.needs` still stops is `money_blocked`.
    Whose answer is no longer the one aid was granted on is not sent either. No source (None) is
    `source_missing`, said with everything else.
    """
    moves.lock(session, set(applications))
    known = ledger.by_request(session, request_key, "transfer")
    if known is not None:
        return _again(session, known, unit, applications, source, by)
    values, found = lists.written(
        session, applications, StageKind.TRANSFER, None, record, None, at, NEEDED
    )
    found += lists.ready(session, applications, StageKind.TRANSFER, by, at, versions, early=True)
    found += lists.outside(applications, unit)
    if source is None:
        found.insert(0, Fault("source_missing", {}, "source"))
    elif not source.active:
        found.append(Fault("source_closed", {"source": funds.label_of(source)}, None))
    for application in applications:
        found += _line_faults(session, application, unit)
    found += asked_again.ask(session, applications)[1]
    if found or source is None:
        raise Refused(found)
    held = {a.id: grants.of(session, a, lock=True) for a in applications}
    owed = {key: grant for key, grant in held.items() if grant is not None}
    day = lists.day(values[applications[0].id], "transferred_on")
    total = sum(grant.fen for grant in owed.values())
    purse = ledger.account(session, AccountKind.SOURCE, source=source, year=year or day.year)
    legs = [Leg(ledger.unit_account(session, unit, source), purse, total)]
    entry = ledger.journal(
        session, "transfer", legs, by=by, at=at, memo=unit.name, request_key=request_key
    )
    batch = TransferBatch(
        number=numbers.take(session, "transfer", day.year),
        org_id=unit.id,
        source_id=source.id,
        fen=total,
        journal_id=entry.id,
        by_id=by.user_id,
        at=at,
    )
    session.add(batch)
    session.flush()
    for application in applications:
        grant = owed[application.id]
        _add_line(session, batch, application, grant)
        grant.source_id = source.id
        data = lists.entry(application, StageKind.TRANSFER, None, values[application.id])
        data |= {"batch": batch.number, "fen": grant.fen, "source": source.code}
        lists.onward(session, application, StageKind.TRANSFER, "transfer", by, at, data=data)
    data = {"number": batch.number, "fen": total, "lines": len(owed), "source": source.code}
    events.audit(session, by, at, "transfer", "transfer_batch", batch.id, data)
    return batch


def event_of(session: Session, batch: TransferBatch) -> CaseEvent | None:
    """The event of one of its applications: it holds what was recorded once for the transfer."""
    query = (
        select(CaseEvent)
        .join(TransferLine, TransferLine.application_id == CaseEvent.application_id)
        .where(TransferLine.batch_id == batch.id, CaseEvent.verb == "transfer")
        .order_by(CaseEvent.id)
    )
    return next((e for e in session.scalars(query) if e.data.get("batch") == batch.number), None)


def take_back(
    session: Session, line: TransferLine, *, reason: str, by: Actor, at: datetime
) -> Journal:
    """Correct a mistaken transfer: the unit's money for one grant returns to its source, and the
    application to the transfer. `grant_paid` once the member has it."""
    application = line.application
    moves.lock(session, [application])
    session.refresh(line, with_for_update=True)
    found = access.faults(session, by, Permission.Fund.REVERSE, line.batch.org_id)
    if line.state != TransferState.SENT:
        found.append(Fault("transfer_not_there", {}, application.number))
    if grants.paid_fen(session, line.grant):
        found.append(Fault("grant_paid", {}, application.number))
    if not reason.strip():
        found.append(Fault("reason_needed", {}, application.number))
    lists.stop(found)
    entry = _return_line(session, line, by=by, at=at, reason=reason)
    road = lists.road_of(application)
    here = road.stage(application.stage)
    back = next((s for s in road.stages if s.kind is StageKind.TRANSFER), None)
    if application.status in moves.LIVE:
        to_stage = back.id if back is not None and here.kind is StageKind.PAY else None
        moves.move(
            session,
            application,
            verb="transfer_back",
            by=by,
            at=at,
            to_stage=to_stage,
            reason=reason,
            data={"batch": line.batch.number, "fen": line.fen},
        )
    return entry


def come_back(session: Session, grant: Grant, *, by: Actor, at: datetime, reason: str) -> None:
    """Bring every unpaid transfer of a grant back to its source, for a verb that ends the grant."""
    lines = session.scalars(
        select(TransferLine)
        .where(TransferLine.grant_id == grant.id, TransferLine.state == TransferState.SENT)
        .order_by(TransferLine.id)
        .with_for_update()
    ).all()
    if lines and grants.paid_fen(session, grant):
        raise Refused([Fault("grant_paid", {}, grant.application.number)])
    for line in lines:
        _return_line(session, line, by=by, at=at, reason=reason)


def hold(session: Session, held: Iterable[Grant]) -> None:
    """Lock the accounts that the unpaid transfers of these grants would come back through."""
    lines = session.scalars(
        select(TransferLine).where(
            TransferLine.grant_id.in_([grant.id for grant in held]),
            TransferLine.state == TransferState.SENT,
        )
    )
    ledger.hold(session, [row for line in lines for row in _accounts(line.batch)])


def _again(
    session: Session,
    known: Journal,
    unit: OrgUnit,
    applications: Sequence[Application],
    source: FundSource | None,
    by: Actor,
) -> TransferBatch:
    """The batch that this request has made; only to whoever may still send it, and only for the
    same list, unit and source."""
    found: list[Fault] = []
    for application in applications:
        stage = lists.stage_of_kind(application, StageKind.TRANSFER)
        if stage is not None:
            rights = moves.right_faults(session, application, stage, by)
            found += lists.at_number(application, rights)
    lists.stop(found)
    batch = batch_of(session, known)
    asked = (unit.id, source and source.id, {application.id for application in applications})
    if asked != (batch.org_id, batch.source_id, {line.application_id for line in batch.lines}):
        raise Refused([Fault("request_key_used", {}, None)])
    ledger.same_request(known, by, batch.fen)
    return batch


def batch_of(session: Session, entry: Journal) -> TransferBatch:
    """The batch that a transfer's journal belongs to."""
    return session.scalars(select(TransferBatch).where(TransferBatch.journal_id == entry.id)).one()


def _return_line(
    session: Session, line: TransferLine, *, by: Actor, at: datetime, reason: str
) -> Journal:
    for payment in line.grant.payments:
        if payment.state == PaymentState.PREPARED and payment.instalment == line.instalment:
            payment.state = PaymentState.REVERSED
    purse, held = _accounts(line.batch)
    legs = [Leg(debit=purse, credit=held, fen=line.fen)]
    entry = ledger.journal(session, "transfer_back", legs, by=by, at=at, memo=reason)
    line.state = TransferState.RETURNED
    session.flush()
    data = {"batch": line.batch.number, "fen": line.fen, "reason": reason}
    events.audit(session, by, at, "transfer_back", "transfer_line", line.id, data)
    return entry


def _accounts(batch: TransferBatch) -> tuple[Account, Account]:
    """(the source's account, the unit's account) as the batch used them."""
    posting = batch.journal.postings[0]
    return posting.credit_account, posting.debit_account


def _line_faults(session: Session, application: Application, unit: OrgUnit) -> list[Fault]:
    found = clearance.faults(session, application)
    grant = grants.of(session, application)
    if grant is None:
        found.append(Fault("no_grant", {}, application.number))
    elif grants.sent_line(session, grant) is not None:
        found.append(Fault("already_transferred", {}, application.number))
    pays = lists.stage_of_kind(application, StageKind.PAY)
    if pays is not None and pays.level != unit.level:
        found.append(Fault("wrong_paying_unit", {"unit": unit.name}, application.number))
    return found


def _add_line(
    session: Session, batch: TransferBatch, application: Application, grant: Grant
) -> None:
    line = TransferLine(
        batch_id=batch.id,
        application_id=application.id,
        grant_id=grant.id,
        fen=grant.fen,
        state=TransferState.SENT,
    )
    try:
        with session.begin_nested():
            session.add(line)
    except IntegrityError as error:  # the unique key: somebody else sent it in this very moment
        raise Refused([Fault("already_transferred", {}, application.number)]) from error
