"""The same verbs under another office's policy: no filing, no screening, no transfer to a unit; a
notice at the workplace that counts working days, and the card alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from casework import (
    assessments,
    calendar,
    funds,
    grants,
    ledger,
    lists,
    notices,
    payments,
    people,
    receipts,
)
from casework.people import Actor
from casework.permissions import Permission
from engine.faults import Refused
from models.applications import Application, Approval
from models.ledger import AccountKind, FundSource
from models.notices import Notice
from tests import factories as make
from tests.casework.office import POLICY, codes, publish

UNION = POLICY.parent / "yonghe-union-2024"
FACTS = {
    "help_kind": "hardship",
    "apply_date": "2024-05-06",
    "union_member": True,
    "household_size": 3,
    "income_month": 3000,
    "medical_cost": 0,
    "serious_illness": False,
    "disability": False,
    "child_at_school": False,
    "other_claimed": False,
    "homes_owned": 1,
    "has_car": False,
    "jobs_refused": 0,
    "cheated_before": False,
}
FEN = 240_000
DAY = date(2024, 5, 16)


def noon(day: int) -> datetime:
    return datetime(2024, 5, day, 4, 0, tzinfo=UTC)


@dataclass
class Federation:
    """A district federation of trade unions with one application on its way."""

    session: Session
    tree: make.Tree
    clerk: Actor
    secretary: Actor
    cashier: Actor
    source: FundSource
    application: Application


@pytest.fixture
def federation(session: Session) -> Federation:
    tree = make.org_tree(session)
    more = [Permission.Step.PAY, Permission.Step.RECEIPT, Permission.Payment.PREPARE]
    cashier = hire(session, "finance", tree.department, more)
    clerk = hire(session, "branch_clerk", tree.branch)
    source = make.source(session, zh="工会经费", en="Union funds")
    funds.allocate_budget(session, source, 2024, 1_000_000, by=cashier, at=noon(1))
    edition = publish(
        session, UNION, policy_code="yonghe-union-2024", in_force_from=date(2024, 1, 1)
    )
    application = make.application(
        session,
        make.member(session, tree.branch, bank_account="6222020000001234567"),
        edition,
        make.user(session, ("branch_clerk", tree.branch)),
        road="help",
        stage="workplace_notice",
        status="open",
        facts=FACTS,
        aid_year=2024,
        applied_on=date(2024, 5, 6),
        approved_fen=FEN,
    )
    leader = hire(session, "department_leader", tree.department)
    checked = assessments.assess_now(session, application)
    assessments.record_decision(session, application, checked, "approval", by=leader, at=noon(7))
    approve(session, application, leader)
    grants.create(session, application, FEN, False, leader, noon(7))
    secretary = hire(session, "branch_secretary", tree.branch)
    return Federation(session, tree, clerk, secretary, cashier, source, application)


def hire(session: Session, code: str, where: object, more: Iterable[str] = ()) -> Actor:
    made = make.user(session, (code, where))
    if more:
        role = make.role(session, code)
        role.permissions = sorted({*role.permissions, *more})
        session.flush()
    return people.actor(session, made, DAY)


def approve(session: Session, application: Application, leader: Actor) -> None:
    session.add(
        Approval(
            application_id=application.id,
            code="district_approval",
            stage="approval",
            result="agreed",
            fen=FEN,
            by_id=leader.user_id,
            at=noon(7),
        )
    )
    session.flush()


def post(federation: Federation, ends_on: date) -> Notice:
    record = {"posted_on": date(2024, 5, 9), "ends_on": ends_on, "place": "workplace"}
    return notices.post(
        federation.session,
        federation.tree.branch,
        [federation.application],
        record,
        by=federation.clerk,
        at=noon(9),
        versions=lists.versions([federation.application]),
    )


def posted_and_closed(federation: Federation) -> None:
    calendar.fill(federation.session, 2024, 2024)
    notice = post(federation, date(2024, 5, 13))
    end = {"removed_on": date(2024, 5, 14)}
    notices.close(federation.session, notice, end, by=federation.secretary, at=noon(14))


def test_a_notice_of_three_working_days_counts_a_saturday_that_is_worked(
    federation: Federation,
) -> None:
    calendar.fill(federation.session, 2024, 2024)
    with pytest.raises(Refused) as refused:
        post(federation, date(2024, 5, 10))
    assert codes(refused) == ["notice_too_short"]
    notice = post(federation, date(2024, 5, 11))
    assert list(notice.frozen[0]) == ["name", "reason", "amount"]
    assert notice.frozen[0]["amount"] == "2400.00"


def test_working_days_of_a_year_without_a_calendar_are_not_guessed(
    federation: Federation,
) -> None:
    with pytest.raises(Refused) as refused:
        post(federation, date(2024, 5, 13))
    assert codes(refused) == ["holiday_calendar"]


def test_money_goes_from_the_source_to_the_member_where_the_paper_knows_no_unit_between(
    federation: Federation, session: Session
) -> None:
    posted_and_closed(federation)
    application = federation.application
    assert application.stage == "card_payment"
    given = {"by": federation.cashier, "at": noon(16)}
    unit = federation.tree.department
    versions = lists.versions([application])
    with pytest.raises(Refused) as refused:
        payments.prepare(session, unit, [application], versions=versions, **given)
    assert codes(refused) == ["source_missing"]
    [payment] = payments.prepare(
        session, unit, [application], versions=versions, source=federation.source, **given
    )
    payments.pay(session, [payment], {"paid_on": DAY, "method": "card"}, **given)
    purse = ledger.account(session, AccountKind.SOURCE, source=federation.source, year=2024)
    assert purse.balance_fen == 1_000_000 - FEN
    receipts.record(session, payment, {"received_on": DAY, "sign": "signature"}, **given)
    assert application.stage == "filed_away"
    assert ledger.total(session) == 0


def test_cash_is_no_way_where_the_paper_knows_only_the_card(
    federation: Federation, session: Session
) -> None:
    posted_and_closed(federation)
    application = federation.application
    application.payee_method = "cash"
    session.flush()
    with pytest.raises(Refused) as refused:
        payments.prepare(
            session,
            federation.tree.department,
            [application],
            by=federation.cashier,
            at=noon(16),
            versions=lists.versions([application]),
            source=federation.source,
        )
    assert codes(refused) == ["method_not_here"]
