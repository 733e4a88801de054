"""One grant a member and aid year (clause 3.3.1), and money taken back (clause 4.7)."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from casework import grants, ledger, recoveries
from engine import messages
from engine.faults import Refused
from models.applications import Application
from models.ledger import AccountKind, Grant, GrantState, Recovery, RecoveryState
from tests.casework.office import PAY_DAY, Office, codes, open_funded_office
from tests.ground import Ground


@pytest.fixture
def office(ground: Ground) -> Office:
    return ground.use(open_funded_office)


def granted(
    office: Office, application: Application, fen: int = 60_000, *, priority: bool = False
) -> Grant:
    by = office.staff["department_leader"]
    return grants.create(office.session, application, fen, priority, by, PAY_DAY)


def test_a_second_grant_in_the_year_names_the_first(office: Office) -> None:
    first = office.application("transfer")
    second = office.application("decision", member=first.member)
    with pytest.raises(Refused) as refused:
        granted(office, second)
    assert codes(refused) == ["already_granted"]
    assert first.number in messages.text(refused.value.faults[0], "zh")


def test_priority_relief_takes_no_place_in_the_year(office: Office) -> None:
    first = office.application("transfer")
    second = office.application("decision", member=first.member)
    assert granted(office, second, priority=True).state == GrantState.ACTIVE


def test_another_year_is_another_place(office: Office) -> None:
    first = office.application("transfer")
    second = office.application("decision", member=first.member, aid_year=2011)
    assert granted(office, second).aid_year == 2011


def test_a_cancelled_grant_frees_its_place(office: Office, session: Session) -> None:
    first = office.application("transfer")
    grants.cancel(session, first, office.staff["department_leader"], PAY_DAY, "不符合条件")
    second = office.application("decision", member=first.member)
    assert granted(office, second).application_id == second.id


def test_approving_again_changes_the_amount_only_before_money_moves(
    office: Office, session: Session
) -> None:
    application = office.application("transfer")
    grant = grants.of(session, application)
    assert granted(office, application) is grant
    assert granted(office, application, 70_000).fen == 70_000
    granted(office, application)
    office.transfer(application)
    with pytest.raises(Refused) as refused:
        granted(office, application, 70_000)
    assert codes(refused) == ["grant_money_moved"]


def test_a_grant_whose_money_moved_is_not_cancelled(office: Office, session: Session) -> None:
    application = office.application("transfer")
    office.transfer(application)
    with pytest.raises(Refused) as refused:
        grants.cancel(session, application, office.staff["finance"], PAY_DAY, "错")
    assert codes(refused) == ["grant_money_moved"]


def test_the_database_refuses_a_second_grant_by_itself(office: Office, session: Session) -> None:
    first = office.application("transfer")
    second = office.application("decision", member=first.member)
    session.add(
        Grant(
            application_id=second.id,
            member_id=first.member_id,
            aid_year=2010,
            fen=1,
            priority=False,
        )
    )
    with pytest.raises(IntegrityError):
        session.flush()


# -- recovery


def paid(office: Office) -> Grant:
    application = office.application("transfer")
    payment = office.pay(*office.roster(application))[0]
    office.receipt(payment)
    return payment.grant


def demanded(office: Office, grant: Grant, fen: int, **given: Any) -> Recovery:
    given = {
        "reason": "隐瞒收入骗取",
        "ordered_on": date(2010, 12, 20),
        "by": office.staff["auditor"],
        "at": PAY_DAY,
        **given,
    }
    return recoveries.demand(office.session, grant, fen, **given)


def test_recovered_money_comes_from_the_member_and_frees_the_year_when_it_is_whole(
    office: Office, session: Session
) -> None:
    grant = paid(office)
    recovery = demanded(office, grant, 60_000)
    keeper, day = office.staff["finance"], date(2010, 12, 20)
    for fen in (20_000, 40_000):
        recoveries.receive(session, recovery, fen, received_on=day, by=keeper, at=PAY_DAY)
    back = ledger.account(session, AccountKind.RECOVERED, source=office.source)
    assert (back.balance_fen, recovery.state) == (60_000, RecoveryState.DONE)
    assert grant.state == GrantState.RECOVERED
    assert ledger.total(session) == 0
    again = office.application("decision", member=grant.member)
    assert granted(office, again).state == GrantState.ACTIVE


def test_never_more_is_recovered_than_the_member_has(office: Office, session: Session) -> None:
    grant = paid(office)
    demanded(office, grant, 50_000)
    with pytest.raises(Refused) as refused:
        demanded(office, grant, 10_001)
    assert codes(refused) == ["recovery_too_much"]
    assert "100.00" in messages.text(refused.value.faults[0], "zh")


def test_nothing_is_recovered_of_a_grant_that_was_not_paid(
    office: Office, session: Session
) -> None:
    application = office.application("transfer")
    grant = grants.of(session, application)
    assert grant is not None
    with pytest.raises(Refused) as refused:
        demanded(office, grant, 1)
    assert codes(refused) == ["recovery_nothing_left"]


def test_the_same_payment_back_counts_once(office: Office, session: Session) -> None:
    recovery = demanded(office, paid(office), 60_000)
    for _press in range(2):
        recoveries.receive(
            session,
            recovery,
            10_000,
            received_on=date(2010, 12, 20),
            by=office.staff["finance"],
            at=PAY_DAY,
            request_key="r",
        )
    assert recovery.recovered_fen == 10_000


def test_only_finance_leader_and_auditor_recover(office: Office) -> None:
    grant = paid(office)
    with pytest.raises(Refused) as refused:
        demanded(office, grant, 100, by=office.staff["committee_clerk"])
    assert codes(refused) == ["not_permitted"]
