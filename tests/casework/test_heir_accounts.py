"""R-4.5 after a death: an heir's account that the bank refused is corrected with proof, both versions are
kept, and somebody else pays the money out again."""

from datetime import timedelta
from typing import Any

import pytest

from casework import heir_accounts, payments
from casework.attachments import Upload
from casework.history import events_of
from casework.people import Actor
from models.applications import Application, PayMethod
from models.ledger import PaymentState
from tests import factories as make
from tests.casework.bureau import SCAN, refusal
from tests.casework.office import PAY_DAY, Office, hire, open_funded_office
from tests.ground import Ground

OLD, NEW = "6222020000001234567", "6217000000007654321"


@pytest.fixture
def office(ground: Ground) -> Office:
    return ground.use(open_funded_office)


def refused_by_the_bank(office: Office) -> Application:
    """Paid to the heir's card, and come back."""
    given: dict[str, Any] = {
        "payee_name": "王小明",
        "payee_kinship": "儿子",
        "payee_method": "card",
    }
    application = office.application("transfer", applicant="family", **given)
    application.payee_account = OLD
    for paper in ("heir_proof", "death_certificate"):
        office.scan(application, paper)
    (payment,) = office.roster(application)
    office.pay(payment)
    by = office.staff["finance"]
    payments.returned(
        office.session,
        payment,
        returned_on=make.TODAY + timedelta(days=17),
        reason="账号户名不符",
        by=by,
        at=PAY_DAY,
    )
    return application


def correct(office: Office, application: Application, by: Actor, **given: Any) -> None:
    heir_accounts.correct(
        office.session,
        application,
        method=given.pop("method", PayMethod.CARD),
        account=given.pop("account", NEW),
        reason=given.pop("reason", "原卡已注销"),
        upload=given.pop("upload", SCAN),
        by=by,
        at=PAY_DAY,
        expected_version=given.pop("version", application.version),
    )


def test_r_4_5_an_heirs_refused_account_is_corrected_with_proof_and_paid_by_another(
    office: Office,
) -> None:
    application = refused_by_the_bank(office)
    clerk = hire(office.session, "committee_clerk", office.tree.committee)
    correct(office, application, clerk)
    assert (application.payee_name, application.payee_account) == ("王小明", NEW)
    event = events_of(office.session, application)[-1]
    was, now = event.data["payee"]
    assert (was["account"][-4:], now["account"][-4:]) == (OLD[-4:], NEW[-4:])
    assert "*" in was["account"]  # both versions, neither in clear
    assert "*" in now["account"]
    (payment,) = office.prepare(application, at=PAY_DAY)
    assert payment.account == NEW
    assert refusal(lambda: office.pay(payment, by=clerk)) == {"account_same_person"}
    office.pay(payment)
    assert payment.state is PaymentState.PAID


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"upload": Upload("", b"")}, "heir_account_proof_missing"),
        ({"upload": Upload("a.exe", b"MZ")}, "scan_type"),
        ({"account": OLD}, "heir_account_same"),
        ({"account": None}, "account_missing"),
        ({"method": None}, "heir_method_missing"),
        ({"reason": " "}, "reason_missing"),
        ({"version": 0}, "stale_page"),
    ],
)
def test_what_is_wrong_with_a_correction(office: Office, given: dict[str, Any], code: str) -> None:
    application = refused_by_the_bank(office)
    by = office.staff["branch_clerk"]
    assert refusal(lambda: correct(office, application, by, **given)) == {code}
    assert application.payee_account == OLD


def test_when_and_by_whom_an_account_may_be_corrected(office: Office) -> None:
    application = refused_by_the_bank(office)
    finance = office.staff["finance"]
    assert refusal(lambda: correct(office, application, finance)) == {"not_permitted"}
    (payment,) = office.prepare(application, at=PAY_DAY)
    by = office.staff["branch_clerk"]
    assert refusal(lambda: correct(office, application, by)) == {"heir_account_on_roster"}
    payments.discard(
        office.session, payment, reason="更正账号", by=office.staff["committee_clerk"], at=PAY_DAY
    )
    correct(office, application, by, method=PayMethod.CASH)
    assert (application.payee_method, application.payee_account) == (PayMethod.CASH, None)
    living = office.application("payment")
    assert refusal(lambda: correct(office, living, by)) == {"heir_account_nobody"}
