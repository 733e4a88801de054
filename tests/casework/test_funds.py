"""Sources, budgets and the double-entry ledger."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from casework import funds, ledger, people
from casework.people import Actor
from engine import messages
from engine.faults import Refused
from models.ledger import AccountKind, Budget, FundSource, Journal
from tests import factories as make
from tests.casework.together import at_once
from tests.conftest import Database

AT = make.NOW


@pytest.fixture
def tree(session: Session) -> make.Tree:
    return make.org_tree(session)


@pytest.fixture
def finance(session: Session, tree: make.Tree) -> Actor:
    return actor(session, "finance", tree.department)


def actor(session: Session, role: str, where: object, **given: object) -> Actor:
    return people.actor(session, make.user(session, (role, where), **given), make.TODAY)


@pytest.fixture
def dues(session: Session) -> FundSource:
    make.source(session, zh="市委组织部资金", en="City funds")
    return make.source(session)


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [fault.code for fault in refused.value.faults]


def allocate(session: Session, source: FundSource, fen: int, by: Actor, **more: object) -> Journal:
    return funds.allocate_budget(session, source, 2010, fen, by=by, at=AT, **more)


def test_r_5_a_budget_raises_what_the_source_holds_and_the_sum_stays_zero(
    session: Session, dues: FundSource, finance: Actor
) -> None:
    allocate(session, dues, 500_000, finance)
    allocate(session, dues, 100_000, finance)
    held = ledger.account(session, AccountKind.SOURCE, source=dues, year=2010)
    assert held.balance_fen == 600_000
    assert session.scalars(select(Budget.fen)).one() == 600_000
    assert ledger.total(session) == 0


def test_the_same_request_raises_a_budget_once(
    session: Session, dues: FundSource, finance: Actor
) -> None:
    first = allocate(session, dues, 500_000, finance, request_key="k1")
    again = allocate(session, dues, 500_000, finance, request_key="k1")
    assert again.id == first.id
    assert session.scalars(select(Budget.fen)).one() == 500_000


def test_a_request_key_of_another_business_is_refused(
    session: Session, dues: FundSource, finance: Actor
) -> None:
    allocate(session, dues, 500_000, finance, request_key="k1")
    with pytest.raises(Refused) as refused:
        ledger.by_request(session, "k1", "transfer")
    assert codes(refused) == ["request_key_used"]


def test_r_5_no_account_falls_below_zero_and_the_message_says_what_is_there(
    session: Session, tree: make.Tree, dues: FundSource, finance: Actor
) -> None:
    allocate(session, dues, 50_000, finance)
    purse = ledger.account(session, AccountKind.SOURCE, source=dues, year=2010)
    unit = ledger.unit_account(session, tree.committee, dues)
    with pytest.raises(Refused) as refused:
        leg = ledger.Leg(unit, purse, 50_001)
        ledger.journal(session, "transfer", [leg], by=finance, at=AT)
    assert codes(refused) == ["not_enough_money"]
    text = messages.text(refused.value.faults[0], "zh")
    assert "区管党费2010（资金来源）余额500.00元" in text
    assert purse.balance_fen == 50_000
    assert unit.balance_fen == 0


def test_the_database_refuses_a_balance_below_zero_by_itself(
    session: Session, dues: FundSource, finance: Actor
) -> None:
    allocate(session, dues, 100, finance)
    purse = ledger.account(session, AccountKind.SOURCE, source=dues, year=2010)
    purse.balance_fen = -1
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_wrong_budget_is_reversed_once(
    session: Session, dues: FundSource, finance: Actor
) -> None:
    wrong = allocate(session, dues, 70_000, finance)
    funds.reverse(session, wrong, by=finance, at=AT, reason="多录一次")
    purse = ledger.account(session, AccountKind.SOURCE, source=dues, year=2010)
    assert purse.balance_fen == 0
    assert session.scalars(select(Budget.fen)).one() == 0
    with pytest.raises(Refused) as refused:
        funds.reverse(session, wrong, by=finance, at=AT, reason="再来一次")
    assert codes(refused) == ["already_reversed"]


def test_a_budget_that_was_spent_cannot_be_taken_away(
    session: Session, tree: make.Tree, dues: FundSource, finance: Actor
) -> None:
    entry = allocate(session, dues, 70_000, finance)
    purse = ledger.account(session, AccountKind.SOURCE, source=dues, year=2010)
    leg = ledger.Leg(ledger.unit_account(session, tree.committee, dues), purse, 60_000)
    ledger.journal(session, "transfer", [leg], by=finance, at=AT)
    with pytest.raises(Refused) as refused:
        funds.reverse(session, entry, by=finance, at=AT, reason="撤回")
    assert codes(refused) == ["not_enough_money"]


def test_a_reversal_says_why_and_is_not_reversed_itself(
    session: Session, dues: FundSource, finance: Actor
) -> None:
    wrong = allocate(session, dues, 70_000, finance)
    back = funds.reverse(session, wrong, by=finance, at=AT, reason="错")
    with pytest.raises(Refused) as refused:
        funds.reverse(session, back, by=finance, at=AT, reason=" ")
    assert codes(refused) == ["reason_needed", "reversal_not_reversed"]


def test_only_who_keeps_the_money_sets_a_budget(
    session: Session, tree: make.Tree, dues: FundSource
) -> None:
    clerk = actor(session, "committee_clerk", tree.committee)
    with pytest.raises(Refused) as refused:
        allocate(session, dues, 100, clerk)
    assert codes(refused) == ["not_permitted"]


def test_a_closed_source_takes_no_new_money(
    session: Session, dues: FundSource, finance: Actor
) -> None:
    dues.active = False
    with pytest.raises(Refused) as refused:
        allocate(session, dues, 0, finance)
    assert codes(refused) == ["source_closed", "amount_not_positive"]


def test_a_committee_sees_its_own_account_and_not_its_neighbours(
    session: Session, tree: make.Tree, dues: FundSource, finance: Actor
) -> None:
    allocate(session, dues, 900, finance)
    purse = ledger.account(session, AccountKind.SOURCE, source=dues, year=2010)
    for unit, fen in ((tree.committee, 400), (tree.other_committee, 300)):
        leg = ledger.Leg(ledger.unit_account(session, unit, dues), purse, fen)
        ledger.journal(session, "transfer", [leg], by=finance, at=AT)
    clerk = actor(session, "committee_clerk", tree.committee)
    assert [row.fen for row in funds.balances(session, clerk)] == [400]
    assert sum(row.fen for row in funds.balances(session, finance)) == 0


def test_two_people_who_raise_one_budget_at_once_add_up(database: Database) -> None:
    with database.sessions() as session:
        tree = make.org_tree(session)
        source = make.source(session)
        keeper = actor(session, "finance", tree.department)
        source_id = source.id
        session.commit()

    def raise_it(session: Session, number: int) -> None:
        source = session.get_one(FundSource, source_id)
        at = AT + timedelta(seconds=number)
        funds.allocate_budget(session, source, 2010, 1000, by=keeper, at=at)

    assert at_once(database, raise_it, 4) == [None] * 4
    with database.sessions() as session:
        assert session.scalars(select(Budget.fen)).one() == 4000
        assert ledger.total(session) == 0


def test_one_request_pressed_twice_at_once_counts_once(database: Database) -> None:
    with database.sessions() as session:
        tree = make.org_tree(session)
        source = make.source(session)
        keeper = actor(session, "finance", tree.department)
        source_id = source.id
        session.commit()

    def raise_it(session: Session, number: int) -> None:
        source = session.get_one(FundSource, source_id)
        funds.allocate_budget(session, source, 2010, 1000, by=keeper, at=AT, request_key="once")

    assert at_once(database, raise_it, 3) == [None] * 3
    with database.sessions() as session:
        assert session.scalars(select(Budget.fen)).one() == 1000


def test_every_text_of_lists_and_money_stands_in_both_languages() -> None:
    from casework import messages_money

    for code, (zh, en) in messages_money.TEXTS.items():
        assert messages.parameters(zh) == messages.parameters(en), code
        assert zh
        assert en
