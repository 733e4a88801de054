"""What must hold at every moment (design §3), each a function that reads the rows and not the
program's memory, and gives what is wrong in words: nothing where it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import combinations
from typing import Any

from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import Session

from casework import assessments, ledger
from models import Base
from models.applications import Application, CaseEvent, Decision, Duty
from models.audit import AuditRecord, verify
from models.ledger import (
    Account,
    AccountKind,
    Budget,
    Grant,
    GrantState,
    Journal,
    Payment,
    PaymentState,
    Posting,
    Receipt,
    Recovery,
    RecoveryState,
    TransferBatch,
    TransferLine,
    TransferState,
    balance_problems,
)
from models.members import Member
from models.orgs import OrgUnit
from models.people import User, UserRole
from models.screenings import ScreeningLine, ScreeningResult
from models.secrets import sealed_fields

Invariant = Callable[[Session], list[str]]
STANDING = (PaymentState.PREPARED, PaymentState.PAID)


def _sums(session: Session, query: Select[Any]) -> dict[tuple[Any, ...], int]:
    """Sums by key: the last column is what is added up."""
    found: dict[tuple[Any, ...], int] = {}
    for row in session.execute(query):
        found[tuple(row[:-1])] = found.get(tuple(row[:-1]), 0) + int(row[-1])
    return {key: fen for key, fen in found.items() if fen}


def _apart(what: str, there: Mapping[Any, int], should: Mapping[Any, int]) -> list[str]:
    keys = sorted({*there, *should}, key=str)
    return [
        f"{what} {key}: {there.get(key, 0)} stands there, {should.get(key, 0)} should"
        for key in keys
        if there.get(key, 0) != should.get(key, 0)
    ]


# -- 1: money


def all_balances_add_up_to_nothing(session: Session) -> list[str]:
    total = ledger.total(session)
    return [f"all accounts together hold {total}"] if total else []


def each_balance_is_the_sum_of_its_postings(session: Session) -> list[str]:
    return [str(problem) for problem in balance_problems(session)]


def only_the_outside_is_below_zero(session: Session) -> list[str]:
    rows = session.execute(
        select(Account.key, Account.balance_fen).where(
            Account.balance_fen < 0, Account.kind != AccountKind.OUTSIDE
        )
    )
    return [f"{row.key} holds {row.balance_fen}" for row in rows]


def a_source_holds_its_budget_less_what_left_it(session: Session) -> list[str]:
    """By source over all years: budgets, less transfers that have not come back, less what was
    paid without a transfer."""
    held = _balances(session, AccountKind.SOURCE, Account.source_id)
    should = _sums(session, select(Budget.source_id, Budget.fen))
    for key, fen in _sums(session, _sent(TransferBatch.source_id)).items():
        should[key] = should.get(key, 0) - fen
    direct = select(Payment.source_id, Payment.fen).where(
        Payment.state == PaymentState.PAID,
        ~select(TransferLine.id)
        .where(TransferLine.grant_id == Payment.grant_id, TransferLine.state == TransferState.SENT)
        .exists(),
    )
    for key, fen in _sums(session, direct).items():
        should[key] = should.get(key, 0) - fen
    return _apart("source", held, {key: fen for key, fen in should.items() if fen})


def a_unit_holds_what_was_sent_and_is_not_paid(session: Session) -> list[str]:
    """By unit and source."""
    held = _balances(session, AccountKind.COMMITTEE, Account.org_id, Account.source_id)
    held |= _balances(session, AccountKind.DEPARTMENT, Account.org_id, Account.source_id)
    should = _sums(session, _sent(TransferBatch.org_id, TransferBatch.source_id))
    paid = _sent(TransferBatch.org_id, TransferBatch.source_id).join(
        Payment, (Payment.grant_id == TransferLine.grant_id) & (Payment.state == PaymentState.PAID)
    )
    for key, fen in _sums(session, paid).items():
        should[key] = should.get(key, 0) - fen
    return _apart("unit", held, {key: fen for key, fen in should.items() if fen})


def a_member_has_what_he_was_paid_and_did_not_give_back(session: Session) -> list[str]:
    """By member and source."""
    held = _balances(session, AccountKind.MEMBER, Account.member_id, Account.source_id)
    joined = Grant.id == Payment.grant_id
    paid = (
        select(Grant.member_id, Payment.source_id, Payment.fen)
        .join(Grant, joined)
        .where(Payment.state == PaymentState.PAID)
    )
    should = _sums(session, paid)
    given_back = (
        select(Grant.member_id, Grant.source_id, Recovery.recovered_fen)
        .join(Grant, Grant.id == Recovery.grant_id)
        .where(Recovery.recovered_fen > 0)
    )
    for key, fen in _sums(session, given_back).items():
        should[key] = should.get(key, 0) - fen
    return _apart("member", held, {key: fen for key, fen in should.items() if fen})


def what_was_recovered_stands_with_its_source(session: Session) -> list[str]:
    held = _balances(session, AccountKind.RECOVERED, Account.source_id)
    query = select(Grant.source_id, Recovery.recovered_fen).join(
        Grant, Grant.id == Recovery.grant_id
    )
    return _apart("recovered", held, _sums(session, query))


def no_grant_is_paid_twice(session: Session) -> list[str]:
    rows = session.execute(
        select(Payment.grant_id, Payment.instalment)
        .where(Payment.state.in_(STANDING))
        .group_by(Payment.grant_id, Payment.instalment)
        .having(func.count() > 1)
    )
    found = [f"grant {row.grant_id} stands on two payments" for row in rows]
    over = session.execute(
        select(Grant.id, Grant.fen, func.sum(Payment.fen).label("paid"))
        .join(Payment, Payment.grant_id == Grant.id)
        .where(Payment.state == PaymentState.PAID)
        .group_by(Grant.id, Grant.fen)
        .having(func.sum(Payment.fen) > Grant.fen)
    )
    return found + [f"grant {row.id} of {row.fen} was paid {row.paid}" for row in over]


def a_member_has_one_grant_a_year_unless_it_is_priority_relief(session: Session) -> list[str]:
    rows = session.execute(
        select(Grant.member_id, Grant.aid_year)
        .where(Grant.state == GrantState.ACTIVE, Grant.priority.is_(False))
        .group_by(Grant.member_id, Grant.aid_year)
        .having(func.count() > 1)
    )
    return [f"member {row.member_id} has two grants of {row.aid_year}" for row in rows]


def a_payment_and_its_journal_tell_the_same(session: Session) -> list[str]:
    """Paid: a journal of its amount that is not reversed. Taken back: a journal that is."""
    undone = set(
        session.scalars(select(Journal.reverses_id).where(Journal.reverses_id.is_not(None)))
    )
    amounts = _sums(
        session,
        select(Posting.journal_id, Posting.fen).join(
            Payment, Payment.journal_id == Posting.journal_id
        ),
    )
    found = []
    for row in session.execute(select(Payment.id, Payment.state, Payment.fen, Payment.journal_id)):
        paid = row.state == PaymentState.PAID
        if paid and (row.journal_id is None or row.journal_id in undone):
            found.append(f"payment {row.id} is paid without a journal that stands")
        if row.journal_id is not None and not paid and row.journal_id not in undone:
            found.append(f"payment {row.id} is {row.state}, its money never came back")
        if row.journal_id is not None and amounts.get((row.journal_id,), 0) != row.fen:
            found.append(f"payment {row.id} of {row.fen} moved {amounts.get((row.journal_id,))}")
    return found


def a_batch_is_its_lines_and_its_journal(session: Session) -> list[str]:
    batches = _sums(session, select(TransferBatch.id, TransferBatch.fen))
    lines = _sums(session, select(TransferLine.batch_id, TransferLine.fen))
    moved = _sums(
        session,
        select(TransferBatch.id, Posting.fen).join(
            Posting, Posting.journal_id == TransferBatch.journal_id
        ),
    )
    return _apart("lines of batch", lines, batches) + _apart("journal of batch", moved, batches)


def who_was_not_screened_is_not_paid(session: Session) -> list[str]:
    """Unless an authorised emergency was paid first."""
    passed = (
        select(ScreeningLine.id)
        .where(
            ScreeningLine.application_id == Application.id,
            ScreeningLine.result == ScreeningResult.PASS,
        )
        .exists()
    )
    rows = session.execute(
        select(Application.number)
        .join(Grant, Grant.application_id == Application.id)
        .join(Payment, Payment.grant_id == Grant.id)
        .where(Payment.state == PaymentState.PAID, ~passed, Application.emergency.is_(False))
    )
    return [f"{row.number} was paid without a screening" for row in rows]


def a_receipt_belongs_to_money_that_was_handed_over(session: Session) -> list[str]:
    rows = session.execute(
        select(Receipt.id, Receipt.received_on, Payment.paid_on, Payment.state).join(
            Payment, Payment.id == Receipt.payment_id
        )
    )
    return [
        f"receipt {row.id} of a payment that is {row.state}"
        for row in rows
        if row.state != PaymentState.PAID or row.received_on < row.paid_on
    ]


def no_more_is_demanded_than_was_paid(session: Session) -> list[str]:
    paid = _sums(
        session,
        select(Payment.grant_id, Payment.fen).where(Payment.state == PaymentState.PAID),
    )
    asked = select(Recovery.grant_id, Recovery.fen).where(Recovery.state != RecoveryState.WAIVED)
    demanded = _sums(session, asked)
    return [
        f"grant {key}: {fen} demanded of {paid.get(key, 0)} paid"
        for key, fen in demanded.items()
        if fen > paid.get(key, 0)
    ]


# -- 2: states


def an_application_stands_where_its_last_event_left_it(session: Session) -> list[str]:
    last: dict[int, Any] = {}
    found = []
    for event in session.execute(
        select(
            CaseEvent.application_id,
            CaseEvent.seq,
            CaseEvent.stage_from,
            CaseEvent.stage_to,
            CaseEvent.status_from,
            CaseEvent.status_to,
        ).order_by(CaseEvent.application_id, CaseEvent.seq)
    ):
        before = last.get(event.application_id)
        if event.seq != (before.seq + 1 if before else 1):
            found.append(f"{event.application_id}: event {event.seq} follows {before}")
        elif before and (before.stage_to, before.status_to) != (
            event.stage_from,
            event.status_from,
        ):
            found.append(f"{event.application_id}: event {event.seq} starts elsewhere")
        last[event.application_id] = event
    for row in session.execute(select(Application.id, Application.stage, Application.status)):
        event = last.get(row.id)
        if event is None or (event.stage_to, event.status_to) != (row.stage, row.status):
            found.append(f"{row.id} stands at {row.stage}, {row.status}: no event says so")
    return found


APART = {frozenset(two) for two in combinations(("enter", "verify", "approve", "transfer"), 2)} | {
    frozenset(("pay", "verify"))
}


def nobody_does_two_duties_that_are_kept_apart(session: Session) -> list[str]:
    did: dict[tuple[int, int], set[str]] = {}
    for row in session.execute(select(Duty.application_id, Duty.user_id, Duty.duty)):
        did.setdefault((row.application_id, row.user_id), set()).add(row.duty.value)
    return [
        f"application {key[0]}: user {key[1]} did {sorted(duties)}"
        for key, duties in did.items()
        if any(pair <= duties for pair in APART)
    ]


def nobody_handles_his_own_application(session: Session) -> list[str]:
    rows = session.execute(
        select(Application.number, CaseEvent.verb)
        .join(CaseEvent, CaseEvent.application_id == Application.id)
        .join(User, User.id == CaseEvent.by_id)
        .where(User.member_id == Application.member_id)
    )
    return [f"{row.number}: {row.verb} by the member himself" for row in rows]


# -- 3: the log


def the_audit_chain_is_whole(session: Session) -> list[str]:
    return [str(problem) for problem in verify(session)]


def each_event_is_in_the_log(session: Session) -> list[str]:
    events = session.scalar(select(func.count()).select_from(CaseEvent)) or 0
    logged = session.scalar(
        select(func.count()).where(
            AuditRecord.object_type == "application", AuditRecord.action.like("application.%")
        )
    )
    return [] if events <= (logged or 0) else [f"{events} events, {logged} in the log"]


# -- 4: decisions


def each_decision_is_replayed_to_the_same_bytes(session: Session) -> list[str]:
    return [
        f"decision {decision.id} comes out otherwise"
        for decision in session.scalars(select(Decision))
        if assessments.replay(decision) != decision.assessment
    ]


# -- 5: reach


def nobody_acts_outside_his_part_of_the_tree(session: Session) -> list[str]:
    """Whoever wrote an event holds a role above, at or (a service centre) beside its branch."""
    reach: dict[int, list[str]] = {}
    for row in session.execute(
        select(UserRole.user_id, OrgUnit).join(OrgUnit, OrgUnit.id == UserRole.org_id)
    ):
        unit = row.OrgUnit
        served = unit.parent if unit.level == "service_centre" else unit
        reach.setdefault(row.user_id, []).append(served.path)
    rows = session.execute(
        select(Application.number, CaseEvent.verb, CaseEvent.by_id, OrgUnit.path)
        .join(CaseEvent, CaseEvent.application_id == Application.id)
        .join(OrgUnit, OrgUnit.id == Application.org_id)
    )
    return [
        f"{row.number}: {row.verb} by user {row.by_id} from elsewhere"
        for row in rows
        if row.by_id is not None
        and not any(row.path.startswith(path) for path in reach.get(row.by_id, ()))
    ]


# -- 6: secrets


def no_number_stands_in_clear(session: Session) -> list[str]:
    """Every sealed value is looked for, as text, in every event, log record and sealed column."""
    secrets = _secrets(session)
    found = []
    for table, column in (("case_event", "data"), ("audit_record", "data")):
        for (content,) in session.execute(text(f"select {column} from {table}")):
            found += [f"{table} holds {one}" for one in secrets if one in str(content)]
    return found + list(_unsealed(session, secrets))


def _secrets(session: Session) -> set[str]:
    found: set[str] = set()
    for member in session.scalars(select(Member)):
        found |= {one for one in (member.id_number, member.bank_account) if one}
    return found


def _unsealed(session: Session, secrets: set[str]) -> Iterator[str]:
    for mapper in Base.registry.mappers:
        for field in sealed_fields(mapper.class_):
            column = mapper.columns[field.column]
            for content in session.scalars(select(column).where(column.is_not(None))):
                if any(one.encode() in bytes(content) for one in secrets):
                    yield f"{mapper.local_table}.{column.key} is not sealed"


# -- all of them

AFTER_EACH_STEP: tuple[Invariant, ...] = (
    all_balances_add_up_to_nothing,
    each_balance_is_the_sum_of_its_postings,
    only_the_outside_is_below_zero,
    a_source_holds_its_budget_less_what_left_it,
    a_unit_holds_what_was_sent_and_is_not_paid,
    a_member_has_what_he_was_paid_and_did_not_give_back,
    what_was_recovered_stands_with_its_source,
    no_grant_is_paid_twice,
    a_member_has_one_grant_a_year_unless_it_is_priority_relief,
    a_payment_and_its_journal_tell_the_same,
    a_batch_is_its_lines_and_its_journal,
    who_was_not_screened_is_not_paid,
    a_receipt_belongs_to_money_that_was_handed_over,
    no_more_is_demanded_than_was_paid,
    an_application_stands_where_its_last_event_left_it,
    nobody_does_two_duties_that_are_kept_apart,
    nobody_handles_his_own_application,
    each_event_is_in_the_log,
)
AT_THE_END: tuple[Invariant, ...] = (
    the_audit_chain_is_whole,
    each_decision_is_replayed_to_the_same_bytes,
    nobody_acts_outside_his_part_of_the_tree,
    no_number_stands_in_clear,
)
OF_MONEY = AFTER_EACH_STEP[:14]


def broken(session: Session, which: tuple[Invariant, ...] = AFTER_EACH_STEP) -> list[str]:
    """Everything that does not hold, each with the name of what should."""
    session.flush()
    return [f"{each.__name__}: {wrong}" for each in which for wrong in each(session)]


def _balances(session: Session, kind: AccountKind, *keys: Any) -> dict[tuple[Any, ...], int]:
    return _sums(session, select(*keys, Account.balance_fen).where(Account.kind == kind))


def _sent(*keys: Any) -> Select[Any]:
    return (
        select(*keys, TransferLine.fen)
        .join(TransferBatch, TransferBatch.id == TransferLine.batch_id)
        .where(TransferLine.state == TransferState.SENT)
    )
