"""Prepare and hand over money to the member (发放, clause 4.5), and take a failed payment back.

Never decides who is aided or how much. A second payment of a grant's instalment is impossible in
the database; here it only gets a clear sentence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from casework import (
    asked_again,
    assessments,
    clearance,
    events,
    grants,
    ledger,
    lists,
    moves,
    payees,
    recoveries,
)
from casework.assessments import Checked
from casework.clock import day_of
from casework.ledger import Leg
from casework.lists import Raw, Versions
from casework.people import Actor
from casework.permissions import Permission
from engine.faults import Fault, Refused
from engine.procedure import StageKind
from engine.words import yuan
from models.applications import Application, PayMethod
from models.ledger import Account, AccountKind, FundSource, Payment, PaymentState
from models.orgs import OrgUnit

NEEDED = (
    lists.field("paid_on", "date", "发放日期", "Date of payment"),
    lists.field("method", "text", "发放方式", "Method"),
    lists.field("witness", "text", "见证人", "Witness", required=False),
)


def prepare(
    session: Session,
    unit: OrgUnit,
    applications: Sequence[Application],
    *,
    by: Actor,
    at: datetime,
    versions: Versions,
    source: FundSource | None = None,
) -> list[Payment]:
    """Put these applications on the unit's payout roster: one prepared payment each.

    The money must have reached the unit; where the road has no transfer, `source` says whose
    money it is. The payee is the member, after death the named heir.
    """
    found = lists.ready(
        session, applications, StageKind.PAY, by, at, versions, part="pay", early=True
    )
    found += lists.outside(applications, unit)
    for application in applications:
        rights = moves.check_access(session, application, by, Permission.Payment.PREPARE)
        found += lists.at_number(application, rights)
        found += _prepare_faults(session, application, unit, source)
    lists.stop(found)
    return [_prepare(session, application, source, by, at) for application in applications]


def pay(
    session: Session,
    payments: Sequence[Payment],
    record: Raw,
    lines: Mapping[int, Raw] | None = None,
    *,
    by: Actor,
    at: datetime,
    request_key: str | None = None,
) -> list[Payment]:
    """Hand the prepared payments over. `record` has paid_on (and a shared witness or method),
    `lines` by application id what one of them has of its own.

    The rules are asked again and their answer kept; a changed outcome stops the payment. A
    witness of cash, whom the procedure demands or not, is neither cashier nor payee. The same
    `request_key` of the same person pays once.
    """
    applications = _hold(session, payments)
    if request_key is not None and all(_done_by(session, p, request_key) for p in payments):
        lists.stop(_rights(session, applications, by))
        if any(payment.paid_by_id != by.user_id for payment in payments):
            raise Refused([Fault("request_key_used", {}, None)])
        return list(payments)
    lists.stop(_paid_already(payments))
    raw = _with_method(payments, record, lines)
    values, found = lists.written(
        session, applications, StageKind.PAY, "pay", record, raw, at, NEEDED
    )
    found += lists.ready(session, applications, StageKind.PAY, by, at, None, part="pay", early=True)
    for payment in payments:
        found += _pay_faults(session, payment, values.get(payment.grant.application_id, {}), by)
    checked, faults = asked_again.ask(session, applications)
    lists.stop(found + faults)
    legs = {
        payment.id: _leg(session, payment, values[payment.grant.application_id])
        for payment in sorted(payments, key=lambda p: (p.source_id, p.grant.member_id))
    }  # accounts are opened in one order too: a new row is a lock like any other
    ledger.hold(session, (row for leg in legs.values() for row in (leg.debit, leg.credit)))
    for payment in payments:
        key = payment.grant.application_id
        leg = legs[payment.id]
        _pay(session, payment, leg, values[key], checked.get(key), by, at, request_key)
    return list(payments)


def returned(
    session: Session,
    payment: Payment,
    *,
    returned_on: date,
    reason: str,
    by: Actor,
    at: datetime,
) -> Payment:
    """The bank sent the money back: it stands with the paying unit again and may be prepared
    anew. `payment_receipted` once the payee has signed."""
    found = _undo_faults(session, payment, Permission.Payment.RETURN, reason, by)
    if payment.paid_on is not None and not payment.paid_on <= returned_on <= day_of(at):
        params = {"paid_on": payment.paid_on}
        found.append(Fault("returned_on_wrong", params, "returned_on"))
    lists.stop(found)
    data = {"returned_on": returned_on.isoformat()}
    return _undo(session, payment, PaymentState.RETURNED, "payment_returned", reason, by, at, data)


def reversed_(
    session: Session, payment: Payment, *, reason: str, by: Actor, at: datetime
) -> Payment:
    """Correct a payment recorded by mistake, by finance; the money is with the unit again."""
    lists.stop(_undo_faults(session, payment, Permission.Fund.REVERSE, reason, by))
    return _undo(session, payment, PaymentState.REVERSED, "payment_reversed", reason, by, at, {})


def discard(session: Session, payment: Payment, *, reason: str, by: Actor, at: datetime) -> None:
    """Take a prepared payment off the roster; no money has moved."""
    application = _hold(session, [payment])[0]
    rights = moves.check_access(session, application, by, Permission.Payment.PREPARE)
    found = lists.at_number(application, rights)
    if payment.state != PaymentState.PREPARED:
        found.append(Fault("payment_not_prepared", {}, application.number))
    if not reason.strip():
        found.append(Fault("reason_needed", {}, application.number))
    lists.stop(found)
    payment.state = PaymentState.REVERSED
    moves.move(session, application, verb="discard_payment", by=by, at=at, reason=reason)


# -- inside


def _hold(session: Session, payments: Sequence[Payment]) -> list[Application]:
    """Lock the applications, then the payments, both in id order and read afresh."""
    if not payments:
        raise Refused([Fault("list_empty", {}, None)])
    applications = [payment.grant.application for payment in payments]
    moves.lock(session, set(applications))
    for payment in sorted(set(payments), key=lambda p: p.id):
        session.refresh(payment, with_for_update=True)
    return applications


def _prepare_faults(
    session: Session, application: Application, unit: OrgUnit, source: FundSource | None
) -> list[Fault]:
    number = application.number
    payee, found = payees.lawful(session, application)
    if payee is not None and payee.method == PayMethod.CARD:
        found += payees.account_faults(session, application)
    grant = grants.of(session, application)
    if grant is None:
        return [*found, Fault("no_grant", {}, number)]
    live = grants.live_payment(session, grant)
    if live is not None:
        found.append(_already(live))
    if lists.stage_of_kind(application, StageKind.TRANSFER) is None:
        if source is None:
            found.append(Fault("source_missing", {}, number))
        return found
    line = grants.sent_line(session, grant)
    if line is None or line.batch.org_id != unit.id:
        found.append(Fault("not_transferred", {"unit": unit.name}, number))
    return found


def _prepare(
    session: Session,
    application: Application,
    source: FundSource | None,
    by: Actor,
    at: datetime,
) -> Payment:
    grant = grants.of(session, application, lock=True)
    payee, _none = payees.lawful(session, application)
    if grant is None or payee is None:  # _prepare_faults has said so already
        raise Refused([Fault("no_grant", {}, application.number)])
    line = grants.sent_line(session, grant)
    paid_from = line.batch.source_id if line else source.id if source else None
    payment = Payment(
        grant_id=grant.id,
        fen=grant.fen,
        source_id=paid_from,
        method=payee.method,
        payee_name=payee.name,
        payee_kinship=payee.kinship,
        account=payee.account,
        state=PaymentState.PREPARED,
    )
    try:
        with session.begin_nested():
            session.add(payment)
    except IntegrityError as error:  # the unique key: somebody else was faster by a moment
        raise Refused([Fault("already_on_roster", {}, application.number)]) from error
    grant.source_id = payment.source_id
    data = {"payment": payment.id, "fen": payment.fen}
    moves.move(session, application, verb="prepare_payment", by=by, at=at, data=data)
    return payment


def _done_by(session: Session, payment: Payment, request_key: str) -> bool:
    entry = ledger.by_request(session, f"{request_key}:{payment.id}", "payment")
    return entry is not None and payment.journal_id == entry.id


def _rights(session: Session, applications: Sequence[Application], by: Actor) -> list[Fault]:
    """Why this person may not even learn that the list has been paid."""
    found: list[Fault] = []
    for application in applications:
        stage = lists.stage_of_kind(application, StageKind.PAY)
        if stage is not None:
            part = lists.part_of(stage, "pay")
            rights = moves.right_faults(session, application, stage, by, part)
            found += lists.at_number(application, rights)
    return found


def _paid_already(payments: Sequence[Payment]) -> list[Fault]:
    return [_already(payment) for payment in payments if payment.state == PaymentState.PAID]


def _already(payment: Payment) -> Fault:
    number = payment.grant.application.number
    if payment.state == PaymentState.PREPARED:
        return Fault("already_on_roster", {}, number)
    params = {"name": payment.payee_name, "on": payment.paid_on, "yuan": yuan(payment.fen)}
    return Fault("already_paid", params, number)


def _with_method(
    payments: Sequence[Payment], record: Raw, lines: Mapping[int, Raw] | None
) -> dict[int, Raw]:
    """Each line's own record; the method is the prepared one where the page says nothing."""
    result: dict[int, Raw] = {}
    for payment in payments:
        key = payment.grant.application_id
        own = dict((lines or {}).get(key, {}))
        if not own.get("method") and not record.get("method"):
            own["method"] = payment.method.value
        result[key] = own
    return result


def _pay_faults(session: Session, payment: Payment, given: lists.Values, by: Actor) -> list[Fault]:
    application = payment.grant.application
    number = application.number
    found = []
    if payment.state != PaymentState.PREPARED:
        found.append(Fault("payment_not_prepared", {}, number))
    method, witness = given.get("method"), lists.words(given, "witness")
    if method is not None and method not in set(PayMethod):
        ways = list(payees.ways_of_paying(application).values())
        found.append(Fault("method_unknown", {"text": method, "names": ways}, number))
    if method == PayMethod.CARD and payment.account is None:
        found.append(payees.account_missing(application, payment.payee_name, number))
    if method == PayMethod.CASH and witness in (by.name, payment.payee_name):
        found.append(Fault("witness_not_apart", {"name": witness}, number))
    found += _payee_now(session, payment, given, by)
    return found + clearance.faults(session, application)


def _payee_now(session: Session, payment: Payment, given: lists.Values, by: Actor) -> list[Fault]:
    """The payee is asked again: a death or a corrected account since the roster stops the money."""
    application = payment.grant.application
    payee, found = payees.lawful(session, application)
    if payee is None:
        return found
    same = (payee.name, payee.kinship) == (payment.payee_name, payment.payee_kinship)
    if str(given.get("method")) == PayMethod.CARD.value:
        same = same and payee.account == payment.account
        found += payees.account_faults(session, application, by)
    return found if same else [*found, Fault("payee_changed", {}, application.number)]


def _leg(session: Session, payment: Payment, given: lists.Values) -> Leg:
    member = ledger.account(
        session, AccountKind.MEMBER, source=payment.source, member=payment.grant.member
    )
    return Leg(member, holder(session, payment, lists.day(given, "paid_on")), payment.fen)


def _pay(
    session: Session,
    payment: Payment,
    leg: Leg,
    given: lists.Values,
    checked: Checked | None,
    by: Actor,
    at: datetime,
    request_key: str | None,
) -> None:
    application = payment.grant.application
    stage = lists.stage_of_kind(application, StageKind.PAY)
    if checked is not None and stage is not None and stage.assess is not None:
        assessments.record_decision(session, application, checked, stage.assess, by=by, at=at)
    paid_on = lists.day(given, "paid_on")
    entry = ledger.journal(
        session,
        "payment",
        [leg],
        by=by,
        at=at,
        memo=application.number,
        request_key=f"{request_key}:{payment.id}" if request_key else None,
    )
    try:
        with session.begin_nested():
            payment.state, payment.journal_id = PaymentState.PAID, entry.id
            payment.method = PayMethod(str(given["method"]))
            payment.paid_by_id, payment.paid_on = by.user_id, paid_on
            payment.witness = lists.words(given, "witness")
    except IntegrityError as error:  # the database's last word on a second payment
        raise Refused([Fault("already_on_roster", {}, application.number)]) from error
    data = lists.entry(application, StageKind.PAY, "pay", given)
    data |= {"payment": payment.id, "fen": payment.fen}
    if lists.stage_of_kind(application, StageKind.RECEIPT) is not None:
        lists.onward(session, application, StageKind.PAY, "pay", by, at, data=data)
    else:
        lists.stay(session, application, StageKind.PAY, "pay", by, at, data=data)


def holder(session: Session, payment: Payment, on: date) -> Account:
    """Whose money it is just before the member's: the paying unit's, or the source's own where
    the road sends nothing to a unit."""
    line = grants.sent_line(session, payment.grant, payment.instalment)
    if line is not None:
        return ledger.unit_account(session, line.batch.org, line.batch.source)
    return ledger.account(session, AccountKind.SOURCE, source=payment.source, year=on.year)


def _undo_faults(
    session: Session, payment: Payment, permission: str, reason: str, by: Actor
) -> list[Fault]:
    application = _hold(session, [payment])[0]
    rights = moves.check_access(session, application, by, permission)
    found = lists.at_number(application, rights)
    if payment.state != PaymentState.PAID:
        found.append(Fault("payment_not_paid", {}, application.number))
    if payment.receipt is not None:
        found.append(Fault("payment_receipted", {}, application.number))
    if recoveries.demanded_fen(session, payment.grant) > 0:
        found.append(Fault("payment_in_recovery", {}, application.number))
    if not reason.strip():
        found.append(Fault("reason_needed", {}, application.number))
    return found


def _undo(
    session: Session,
    payment: Payment,
    state: PaymentState,
    kind: str,
    reason: str,
    by: Actor,
    at: datetime,
    data: Mapping[str, object],
) -> Payment:
    application = payment.grant.application
    if payment.journal is not None:
        ledger.undo(session, payment.journal, kind, by=by, at=at, reason=reason)
    payment.state = state
    session.flush()
    more = {**data, "payment": payment.id, "fen": payment.fen}
    if application.status in moves.LIVE:
        here = lists.road_of(application).stage(application.stage)
        pays = lists.stage_of_kind(application, StageKind.PAY)
        to_stage = pays.id if pays is not None and here.kind is StageKind.RECEIPT else None
        moves.move(
            session,
            application,
            verb=kind,
            by=by,
            at=at,
            to_stage=to_stage,
            reason=reason,
            data=more,
        )
    events.audit(session, by, at, kind, "payment", payment.id, {**more, "reason": reason})
    return payment
