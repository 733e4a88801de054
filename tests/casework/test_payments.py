"""Transfer, payment and receipt: once, by the right person, and only when everything is done."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import ledger
from casework.people import Actor
from engine.faults import Refused
from models.applications import Application, CaseEvent, Decision
from models.ledger import AccountKind, Payment, PaymentState
from tests import factories as make
from tests.casework.office import Office, codes, hire, met, open_office


@pytest.fixture
def office(session: Session) -> Office:
    opened = open_office(session)
    opened.budget()
    return opened


def test_money_passes_three_hands_and_the_last_signature_sends_the_application_on(
    office: Office, session: Session
) -> None:
    first, second = office.application("transfer"), office.application("transfer")
    batch = office.transfer(first, second)
    purse = ledger.account(session, AccountKind.SOURCE, source=office.source, year=2010)
    unit = ledger.unit_account(session, office.tree.committee, office.source)
    assert batch.fen == unit.balance_fen == 120_000
    assert purse.balance_fen == 10_000_000 - 120_000
    one, two = office.prepare(first, second)
    office.pay(one, two)
    assert unit.balance_fen == 0
    member = ledger.account(session, AccountKind.MEMBER, source=office.source, member=first.member)
    assert member.balance_fen == 60_000
    assert first.stage == "payment"
    office.receipt(one)
    assert (first.stage, second.stage) == ("archive", "payment")
    assert ledger.total(session) == 0
