"""Two people press the same button: exactly one is served, the other is told why, nothing is lost.

Each person is a thread with a session and a commit of its own, on SQLite and on PostgreSQL.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from sqlalchemy import func, inspect, select
from sqlalchemy.orm import Session

from casework import grants, ledger, lists, payments
from models.applications import Application, CaseEvent
from models.audit import verify
from models.base import Base
from models.ledger import Account, AccountKind, Grant, Journal, Payment, TransferBatch
from tests import factories as make
from tests.casework.office import Office, hire, open_office
from tests.casework.together import at_once
from tests.conftest import Database

PEOPLE = 3
Row = TypeVar("Row", bound=Base)


def open_for_all(
    database: Database, work: Callable[[Office], list[int]]
) -> tuple[Office, list[int]]:
    """The office, committed; `work` prepares it and gives the ids that the threads need."""
    with database.sessions() as session:
        office = open_office(session)
        office.budget()
        ids = work(office)
        session.commit()
        return office, ids


def there(office: Office, session: Session) -> Office:
    """The same office as another session sees it."""
    units = {name: again(session, unit) for name, unit in vars(office.tree).items()}
    source, edition = again(session, office.source), again(session, office.edition)
    return Office(session, make.Tree(**units), edition, source, office.staff)


def again(session: Session, row: Row) -> Row:
    """A committed row of a session that is closed, in this one."""
    return session.get_one(type(row), inspect(row).identity)


def balanced(session: Session) -> bool:
    return ledger.total(session) == 0 and verify(session) == []


def count(session: Session, model: Any, *where: Any) -> int:
    return session.scalar(select(func.count()).select_from(model).where(*where)) or 0


@pytest.fixture
def cashiers() -> list[str]:
    return [f"cashier{number}" for number in range(PEOPLE)]


def test_r_4_5_several_cashiers_who_pay_one_member_at_once_pay_him_once(
    database: Database, cashiers: list[str]
) -> None:
    def prepare(office: Office) -> list[int]:
        for name in cashiers:
            unit = office.tree.committee
            office.staff[name] = hire(office.session, "committee_clerk", unit)
        return [payment.id for payment in office.roster(office.application("transfer"))]

    office, [payment_id] = open_for_all(database, prepare)

    def press(session: Session, number: int) -> None:
        here = there(office, session)
        payment = session.get_one(Payment, payment_id)
        here.pay(payment, by=office.staff[cashiers[number]])

    met = at_once(database, press, PEOPLE)
    assert sorted(map(str, met)) == ["('already_paid',)"] * (PEOPLE - 1) + ["None"]
    with database.sessions() as session:
        assert count(session, Journal, Journal.kind == "payment") == 1
        assert count(session, CaseEvent, CaseEvent.verb == "pay") == 1
        member = session.scalars(select(Account).where(Account.kind == AccountKind.MEMBER)).one()
        assert member.balance_fen == 60_000
        assert balanced(session)


def test_one_submission_that_arrives_several_times_pays_once_and_is_quiet(
    database: Database,
) -> None:
    def prepare(office: Office) -> list[int]:
        both = [office.application("transfer"), office.application("transfer")]
        return [payment.id for payment in office.roster(*both)]

    office, ids = open_for_all(database, prepare)

    def press(session: Session, number: int) -> None:
        here = there(office, session)
        here.pay(*(session.get_one(Payment, each) for each in ids), request_key="submit-1")

    assert at_once(database, press, PEOPLE) == [None] * PEOPLE
    with database.sessions() as session:
        assert count(session, Journal, Journal.kind == "payment") == 2
        assert balanced(session)


def test_several_people_who_prepare_one_roster_at_once_make_one(database: Database) -> None:
    def prepare(office: Office) -> list[int]:
        application = office.application("transfer")
        office.transfer(application)
        return [application.id, application.version]

    office, [application_id, version] = open_for_all(database, prepare)

    def press(session: Session, number: int) -> None:
        here = there(office, session)
        application = session.get_one(Application, application_id)
        here.prepare(application, versions={application_id: version})

    met = at_once(database, press, PEOPLE)
    assert met.count(None) == 1
    refusals = [each for each in met if each is not None]
    assert all(each == ("stale_page", "already_on_roster") for each in refusals)
    with database.sessions() as session:
        assert count(session, Payment) == 1


def test_several_transfers_of_one_list_at_once_send_the_money_once(database: Database) -> None:
    def prepare(office: Office) -> list[int]:
        application = office.application("transfer")
        return [application.id, application.version]

    office, [application_id, version] = open_for_all(database, prepare)

    def press(session: Session, number: int) -> None:
        here = there(office, session)
        application = session.get_one(Application, application_id)
        here.transfer(
            application, versions={application_id: version}, request_key=f"press-{number}"
        )

    met = at_once(database, press, PEOPLE)
    assert met.count(None) == 1
    assert all("wrong_stage" in each for each in met if each is not None)
    with database.sessions() as session:
        assert count(session, TransferBatch) == 1
        assert balanced(session)


def test_r_5_two_lists_that_together_exceed_the_budget_are_not_both_sent(
    database: Database,
) -> None:
    def prepare(office: Office) -> list[int]:
        purse = ledger.account(office.session, AccountKind.SOURCE, source=office.source, year=2010)
        outside = ledger.account(office.session, AccountKind.OUTSIDE, source=office.source)
        spare = ledger.Leg(outside, purse, 10_000_000 - 100_000)
        ledger.journal(office.session, "test", [spare], by=office.staff["finance"], at=make.NOW)
        return [office.application("transfer").id for _ in range(2)]

    office, ids = open_for_all(database, prepare)

    def press(session: Session, number: int) -> None:
        here = there(office, session)
        here.transfer(session.get_one(Application, ids[number]), request_key=f"list-{number}")

    met = at_once(database, press, 2)
    assert sorted(map(str, met)) == ["('not_enough_money',)", "None"]
    with database.sessions() as session:
        purse = session.scalars(select(Account).where(Account.kind == AccountKind.SOURCE)).one()
        assert purse.balance_fen == 40_000
        assert balanced(session)


def test_the_yearly_cap_holds_under_simultaneous_approvals(database: Database) -> None:
    def prepare(office: Office) -> list[int]:
        member = make.member(office.session, office.tree.branch)
        made = [office.application("decision", member=member) for _ in range(PEOPLE)]
        return [application.id for application in made]

    office, ids = open_for_all(database, prepare)

    def approve(session: Session, number: int) -> None:
        application = session.get_one(Application, ids[number])
        leader = office.staff["department_leader"]
        grants.create(session, application, 60_000, False, leader, make.NOW)

    met = at_once(database, approve, PEOPLE)
    assert sorted(map(str, met)) == ["('already_granted',)"] * (PEOPLE - 1) + ["None"]
    with database.sessions() as session:
        assert count(session, Grant) == 1


def test_a_process_killed_in_the_middle_of_a_list_leaves_nothing_half_done(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def prepare(office: Office) -> list[int]:
        three = [office.application("transfer") for _ in range(3)]
        return [payment.id for payment in office.roster(*three)]

    office, ids = open_for_all(database, prepare)
    stay, calls = lists.stay, []

    def dies(*given: Any, **named: Any) -> None:
        calls.append(given)
        if len(calls) == 2:
            raise KeyboardInterrupt
        stay(*given, **named)

    monkeypatch.setattr(payments.lists, "stay", dies)
    session = database.sessions()
    here = there(office, session)
    with pytest.raises(KeyboardInterrupt):
        here.pay(*(session.get_one(Payment, each) for each in ids))
    session.connection().invalidate()  # what a killed process leaves: a broken connection
    session.close()
    with database.sessions() as after:
        assert count(after, Journal, Journal.kind == "payment") == 0
        assert count(after, Payment, Payment.state == "prepared") == 3
        assert balanced(after)
    monkeypatch.setattr(payments.lists, "stay", stay)
    with database.sessions() as again:
        here = there(office, again)
        here.pay(*(again.get_one(Payment, each) for each in ids))
        again.commit()
        assert count(again, Payment, Payment.state == "paid") == 3
        assert balanced(again)


def test_two_rosters_with_the_same_people_crosswise_are_both_paid(database: Database) -> None:
    def prepare(office: Office) -> list[int]:
        first, second = (make.member(office.session, office.tree.branch) for _ in range(2))
        repeat = {"special_explanation": True, "key_aid_approved": "yes"}
        made = [
            office.application("transfer", member=each, priority=number > 1, facts=repeat)
            for number, each in enumerate((first, second, second, first))
        ]
        return [payment.id for payment in office.roster(*made)]

    office, ids = open_for_all(database, prepare)
    rosters = [ids[:2], ids[2:]]

    def press(session: Session, number: int) -> None:
        here = there(office, session)
        here.pay(*(session.get_one(Payment, each) for each in rosters[number]))

    assert at_once(database, press, 2) == [None, None]
    with database.sessions() as session:
        members = session.scalars(select(Account).where(Account.kind == AccountKind.MEMBER))
        assert [row.balance_fen for row in members] == [120_000, 120_000]
        assert balanced(session)


def test_two_lists_approved_crosswise_give_each_member_one_grant(database: Database) -> None:
    def prepare(office: Office) -> list[int]:
        pair = [make.member(office.session, office.tree.branch) for _ in range(2)]
        order = [*pair, *reversed(pair)]
        return [office.application("decision", member=each).id for each in order]

    office, ids = open_for_all(database, prepare)
    agendas = [ids[:2], ids[2:]]

    def approve(session: Session, number: int) -> None:
        chosen = [session.get_one(Application, each) for each in agendas[number]]
        grants.hold(session, chosen)
        for application in chosen:
            leader = office.staff["department_leader"]
            grants.create(session, application, 60_000, False, leader, make.NOW)

    met = at_once(database, approve, 2)
    assert sorted(map(str, met)) == ["('already_granted',)", "None"]
    with database.sessions() as session:
        assert count(session, Grant) == 2
