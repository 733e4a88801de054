"""What the database refuses about money by itself, whatever the code above it does."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Session

from models import (
    Account,
    FundSource,
    Grant,
    GrantState,
    Journal,
    Member,
    OrgUnit,
    Payment,
    PaymentState,
    Posting,
    User,
)
from models.ledger import balance_problems
from tests import factories
from tests.conftest import Database


@dataclass
class Money:
    """A granted case with a source and two accounts that hold 1000 and 0 yuan."""

    member: Member
    grant: Grant
    source: FundSource
    clerk: User
    committee: OrgUnit
    outside: Account
    full: Account
    empty: Account
    journal: Journal


def make_money(session: Session) -> Money:
    tree = factories.org_tree(session)
    clerk = factories.user(session)
    member = factories.member(session, tree.branch)
    edition = factories.edition(session)
    case = factories.application(session, member, edition, clerk)
    source = factories.source(session)
    outside = factories.account(session, "outside", may_be_negative=True)
    full = factories.account(session, "department", org_id=tree.department.id, source_id=source.id)
    empty = factories.account(session, "committee", org_id=tree.committee.id, source_id=source.id)
    journal = factories.journal(session, (full, outside, 100_000))
    return Money(
        member=member,
        grant=factories.grant(session, case),
        source=source,
        clerk=clerk,
        committee=tree.committee,
        outside=outside,
        full=full,
        empty=empty,
        journal=journal,
    )


@pytest.fixture
def money(session: Session) -> Money:
    return make_money(session)


def refused(session: Session, row: object) -> str:
    """Add ``row`` and give the database's refusal; what was there before stays."""
    with pytest.raises(IntegrityError) as caught, session.begin_nested():
        session.add(row)
        session.flush()
    return str(caught.value.orig)


def another_grant(session: Session, money: Money, **given: Any) -> Grant:
    edition = factories.edition(session)
    case = factories.application(session, money.member, edition, money.clerk)
    return Grant(
        application_id=case.id, member_id=money.member.id, aid_year=2010, fen=60_000, **given
    )


def test_an_account_cannot_go_below_zero(session: Session, money: Money) -> None:
    with pytest.raises(IntegrityError), session.begin_nested():
        factories.journal(session, (money.full, money.empty, 1))


def test_an_account_of_the_outside_world_may_go_below_zero(money: Money) -> None:
    assert money.outside.balance_fen == -100_000


def test_there_is_one_account_per_kind_and_owner(session: Session, money: Money) -> None:
    twin = Account(kind="committee", org_id=money.committee.id, source_id=money.source.id)
    assert "key" in refused(session, twin)
    other_year = Account(
        kind="committee", org_id=money.committee.id, source_id=money.source.id, year=2011
    )
    session.add(other_year)
    session.flush()
    assert other_year.key == f"committee:{money.source.id}:{money.committee.id}:-:2011"


@pytest.mark.parametrize("fen", [0, -1])
def test_a_posting_moves_more_than_nothing(session: Session, money: Money, fen: int) -> None:
    posting = Posting(
        journal_id=money.journal.id,
        debit_account_id=money.empty.id,
        credit_account_id=money.full.id,
        fen=fen,
    )
    assert "posting" in refused(session, posting)


def test_a_posting_cannot_stand_on_one_leg(session: Session, money: Money) -> None:
    """A movement names where money comes from and where it goes: nothing else can be stored."""
    one_leg = Posting(journal_id=money.journal.id, debit_account_id=money.empty.id, fen=100)
    assert "credit_account_id" in refused(session, one_leg)
    same = Posting(
        journal_id=money.journal.id,
        debit_account_id=money.full.id,
        credit_account_id=money.full.id,
        fen=100,
    )
    assert "two_accounts" in refused(session, same)


def test_the_sum_of_all_balances_is_always_nothing(session: Session, money: Money) -> None:
    factories.journal(session, (money.empty, money.full, 30_000), (money.empty, money.full, 1))
    assert session.scalar(select(func.sum(Account.balance_fen))) == 0
    assert balance_problems(session) == []


def test_a_balance_that_its_postings_do_not_give_is_found(session: Session, money: Money) -> None:
    money.empty.balance_fen += 5
    session.flush()
    [problem] = balance_problems(session)
    assert (problem.account_id, problem.balance_fen, problem.posted_fen) == (money.empty.id, 5, 0)


@pytest.mark.parametrize("table", ["posting", "journal"])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "UPDATE {} SET id = id + 1000"])
def test_what_was_posted_stays(session: Session, money: Money, table: str, statement: str) -> None:
    with pytest.raises(IntegrityError, match="append-only"):
        session.execute(text(statement.format(table)))


def test_a_journal_is_reversed_only_once(session: Session, money: Money) -> None:
    session.add(Journal(kind="reversal", at=factories.NOW, reverses_id=money.journal.id))
    session.flush()
    again = Journal(kind="reversal", at=factories.NOW, reverses_id=money.journal.id)
    assert "reverses_id" in refused(session, again)


def test_a_request_writes_only_one_journal(session: Session, money: Money) -> None:
    session.add(Journal(kind="transfer", at=factories.NOW, request_key="press-1"))
    session.flush()
    again = Journal(kind="transfer", at=factories.NOW, request_key="press-1")
    assert "request_key" in refused(session, again)


def test_a_case_has_one_grant(session: Session, money: Money) -> None:
    twin = Grant(
        application_id=money.grant.application_id,
        member_id=money.member.id,
        aid_year=2011,
        fen=1,
    )
    assert "application_id" in refused(session, twin)


def test_a_member_has_one_active_grant_a_year(session: Session, money: Money) -> None:
    second = another_grant(session, money)
    assert refused(session, second)


def test_priority_relief_may_be_a_second_grant(session: Session, money: Money) -> None:
    session.add(another_grant(session, money, priority=True))
    session.flush()
    assert len(session.scalars(select(Grant)).all()) == 2


@pytest.mark.parametrize("state", ["cancelled", "recovered"])
def test_a_cancelled_or_recovered_grant_leaves_the_year_free(
    session: Session, money: Money, state: str
) -> None:
    second = another_grant(session, money)
    money.grant.state = GrantState(state)
    session.flush()
    session.add(second)
    session.flush()
    assert len(session.scalars(select(Grant)).all()) == 2


def test_an_instalment_is_paid_only_once(session: Session, money: Money) -> None:
    factories.payment(session, money.grant, money.source, fen=100)
    twin = Payment(
        grant_id=money.grant.id,
        source_id=money.source.id,
        fen=100,
        method="cash",
        payee_name="王建国",
    )
    assert refused(session, twin)


@pytest.mark.parametrize("state", ["returned", "reversed"])
def test_a_returned_payment_may_be_made_again(session: Session, money: Money, state: str) -> None:
    first = factories.payment(session, money.grant, money.source)
    first.state = PaymentState(state)
    session.flush()
    assert factories.payment(session, money.grant, money.source).id != first.id


def test_a_returned_payment_cannot_come_back_beside_the_new_one(
    session: Session, money: Money
) -> None:
    first = factories.payment(session, money.grant, money.source, state="returned")
    factories.payment(session, money.grant, money.source)
    first.state = PaymentState.PREPARED
    with pytest.raises(IntegrityError):
        session.flush()


def test_instalments_together_cannot_exceed_the_grant(session: Session, money: Money) -> None:
    factories.payment(session, money.grant, money.source, fen=40_000, instalment=1)
    third = Payment(
        grant_id=money.grant.id,
        source_id=money.source.id,
        fen=20_001,
        instalment=2,
        method="cash",
        payee_name="王建国",
    )
    assert "payments exceed the grant" in refused(session, third)
    factories.payment(session, money.grant, money.source, fen=20_000, instalment=2)


def test_the_amount_of_a_payment_stays(session: Session, money: Money) -> None:
    factories.payment(session, money.grant, money.source)
    with pytest.raises(IntegrityError, match="content is fixed"):
        session.execute(text("UPDATE payment SET fen = 1"))


def test_a_payment_counts_as_paid_only_with_its_journal(session: Session, money: Money) -> None:
    payment = factories.payment(session, money.grant, money.source)
    payment.state = PaymentState.PAID
    with pytest.raises(IntegrityError, match="paid_has_journal"):
        session.flush()


@pytest.mark.parametrize("state", ["cancelled", "recovered"])
def test_nothing_is_paid_on_a_grant_that_is_not_active(
    session: Session, money: Money, state: str
) -> None:
    money.grant.state = GrantState(state)
    session.flush()
    late = Payment(
        grant_id=money.grant.id,
        source_id=money.source.id,
        fen=1,
        method="cash",
        payee_name="王建国",
    )
    assert "not active" in refused(session, late)


def test_a_paid_grant_is_not_cancelled_nor_made_less(session: Session, money: Money) -> None:
    factories.payment(
        session,
        money.grant,
        money.source,
        state="paid",
        journal=money.journal,
        paid_on=factories.TODAY,
    )
    for change in ("state = 'cancelled'", "fen = 59999"):
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(text(f"UPDATE aid_grant SET {change}"))


def test_a_grant_is_transferred_only_once(session: Session, money: Money) -> None:
    sent = (money.committee, money.source, money.clerk)
    factories.transfer(session, *sent, money.journal, money.grant)
    again = factories.journal(session, (money.empty, money.full, 1))
    with pytest.raises(IntegrityError), session.begin_nested():
        factories.transfer(session, *sent, again, money.grant)


@pytest.mark.parametrize("table", ["aid_grant", "account", "payment", "application"])
def test_rows_of_money_do_not_disappear(session: Session, money: Money, table: str) -> None:
    factories.payment(session, money.grant, money.source)
    with pytest.raises(IntegrityError):
        session.execute(text(f"DELETE FROM {table}"))


@pytest.mark.parametrize("instalments", [(1, 1), (1, 2)], ids=["same", "another"])
def test_of_two_payments_at_the_same_moment_one_is_refused(
    database: Database, instalments: tuple[int, int]
) -> None:
    with database.sessions.begin() as session:
        money = make_money(session)
        grant, source = money.grant.id, money.source.id

    def pay(instalment: int) -> str:
        payment = Payment(
            grant_id=grant,
            source_id=source,
            fen=60_000,
            instalment=instalment,
            method="cash",
            payee_name="王建国",
        )
        try:
            with database.sessions.begin() as session:
                session.add(payment)
        except IntegrityError:
            return "refused"
        return "made"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(pay, instalments)) == ["made", "refused"]


def test_of_two_grants_in_a_year_at_the_same_moment_one_is_refused(database: Database) -> None:
    with database.sessions.begin() as session:
        money = make_money(session)
        member = money.member.id
        edition = factories.edition(session)
        cases = [
            factories.application(session, money.member, edition, money.clerk).id for _ in range(8)
        ]

    def approve(case: int) -> str:
        try:
            with database.sessions.begin() as session:
                session.add(Grant(application_id=case, member_id=member, aid_year=2011, fen=60_000))
        except IntegrityError:
            return "refused"
        return "made"

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(approve, cases))
    assert results.count("made") == 1


def test_a_moment_without_a_time_zone_is_refused(session: Session) -> None:
    with pytest.raises(StatementError, match="time zone"):
        factories.journal(session, at=datetime(2010, 12, 3, 9, 0))


def test_a_moment_comes_back_in_utc(session: Session) -> None:
    here = datetime(2010, 12, 3, 17, 0, 0, 1, tzinfo=timezone(timedelta(hours=8)))
    made = factories.journal(session, at=here)
    session.expire_all()
    assert made.at == here
    assert made.at.tzinfo is UTC
