"""Transfer, payment and receipt: once, by the right person, and only when everything is done."""

import shutil
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from casework import clearance, ledger, lists, members, payments, people, rosters, transfers
from engine.faults import Refused
from models.applications import CaseEvent, Decision, Duty, PayMethod
from models.ledger import AccountKind, Journal, Payment, PaymentState
from models.screenings import ScreeningLine
from tests import factories as make
from tests.casework.office import (
    PAY_DAY,
    POLICY,
    Office,
    codes,
    hire,
    met,
    noon,
    open_funded_office,
    open_office,
    publish,
)
from tests.ground import Ground


@pytest.fixture
def office(ground: Ground) -> Office:
    return ground.use(open_funded_office)


def test_r_4_5_money_passes_three_hands_and_the_last_signature_sends_the_application_on(
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


# -- before money moves


def test_r_4_4_2_who_was_not_screened_is_not_paid(office: Office, session: Session) -> None:
    application = office.application("screening")
    application.stage = "transfer"
    with pytest.raises(Refused) as refused:
        office.transfer(application)
    assert met(refused) == [("money_blocked", application.number)]
    assert session.scalar(select(Payment.id)) is None


def test_every_application_of_a_list_is_checked_and_none_is_moved(
    office: Office, session: Session
) -> None:
    good, early = office.application("transfer"), office.application("filing")
    stranger = office.application("transfer", branch=office.tree.other_branch)
    with pytest.raises(Refused) as refused:
        office.transfer(good, early, stranger)
    assert ("wrong_stage", early.number) in met(refused)
    assert ("not_of_unit", stranger.number) in met(refused)
    assert good.number not in [where for _code, where in met(refused)]
    unit = ledger.unit_account(session, office.tree.committee, office.source)
    assert (unit.balance_fen, good.stage) == (0, "transfer")


def test_a_budget_that_does_not_reach_stops_the_whole_list(session: Session) -> None:
    office = open_office(session)
    office.budget(100_000)
    both = [office.application("transfer"), office.application("transfer")]
    with pytest.raises(Refused) as refused:
        office.transfer(*both)
    assert codes(refused) == ["not_enough_money"]
    assert [each.stage for each in both] == ["transfer", "transfer"]


def test_the_same_request_transfers_once(office: Office, session: Session) -> None:
    application = office.application("transfer")
    first = office.transfer(application, request_key="k")
    again = office.transfer(application, request_key="k")
    assert again.id == first.id
    unit = ledger.unit_account(session, office.tree.committee, office.source)
    assert unit.balance_fen == 60_000


def test_a_page_that_is_stale_transfers_nothing(office: Office) -> None:
    application = office.application("transfer")
    with pytest.raises(Refused) as refused:
        office.transfer(application, versions={application.id: application.version - 1})
    assert met(refused) == [("stale_page", application.number)]


def test_who_approved_or_entered_does_not_transfer(office: Office, session: Session) -> None:
    application = office.application("transfer")
    finance = office.staff["finance"]
    session.add_all(
        Duty(application_id=application.id, user_id=finance.user_id, duty=duty)
        for duty in ("enter", "approve")
    )
    session.flush()
    with pytest.raises(Refused) as refused:
        office.transfer(application)
    assert codes(refused) == ["duty_conflict", "duty_conflict"]


def test_a_transfer_goes_to_the_unit_that_pays(office: Office) -> None:
    application = office.application("transfer")
    with pytest.raises(Refused) as refused:
        office.transfer(application, unit=office.tree.branch)
    assert codes(refused) == ["wrong_paying_unit"]


def test_a_mistaken_transfer_comes_back_and_can_be_sent_again(
    office: Office, session: Session
) -> None:
    application = office.application("transfer")
    batch = office.transfer(application)
    prepared = office.prepare(application)[0]
    finance = office.staff["finance"]
    transfers.take_back(session, batch.lines[0], reason="选错来源", by=finance, at=PAY_DAY)
    unit = ledger.unit_account(session, office.tree.committee, office.source)
    assert (unit.balance_fen, application.stage) == (0, "transfer")
    assert prepared.state is PaymentState.REVERSED
    office.transfer(application, request_key="second")
    assert (unit.balance_fen, application.stage) == (60_000, "payment")


def test_a_transfer_whose_money_is_paid_does_not_come_back(
    office: Office, session: Session
) -> None:
    application = office.application("transfer")
    batch = office.transfer(application)
    office.pay(*office.prepare(application))
    with pytest.raises(Refused) as refused:
        transfers.take_back(
            session, batch.lines[0], reason="错", by=office.staff["finance"], at=PAY_DAY
        )
    assert codes(refused) == ["grant_paid"]


# -- the roster


def test_nobody_is_put_on_the_roster_before_his_money_is_there(office: Office) -> None:
    application = office.application("payment")
    with pytest.raises(Refused) as refused:
        office.prepare(application)
    assert codes(refused) == ["not_transferred"]


def test_nobody_stands_on_the_roster_twice(office: Office) -> None:
    application = office.application("transfer")
    office.roster(application)
    with pytest.raises(Refused) as refused:
        office.prepare(application)
    assert codes(refused) == ["already_on_roster"]


def test_the_money_goes_to_the_member_and_to_nobody_else(office: Office) -> None:
    application = office.application("transfer", payee_name="张三")
    office.transfer(application)
    with pytest.raises(Refused) as refused:
        office.prepare(application)
    assert codes(refused) == ["payee_not_member"]


def test_after_death_the_named_heir_is_the_payee(office: Office) -> None:
    application = office.application("transfer")
    application.member.died_on = make.TODAY
    office.transfer(application)
    with pytest.raises(Refused) as refused:
        office.prepare(application)
    assert codes(refused) == ["heir_missing"]
    application.payee_name, application.payee_kinship = "王小明", "儿子"
    with pytest.raises(Refused) as refused:
        office.prepare(application)
    assert codes(refused) == ["heir_unproven", "heir_unproven"]
    office.scan(application, "heir_proof")
    office.scan(application, "death_certificate")
    payment = office.prepare(application)[0]
    assert (payment.payee_name, payment.payee_kinship) == ("王小明", "儿子")
    assert payment.method is PayMethod.CASH


def test_a_card_payment_needs_the_payees_account(office: Office) -> None:
    application = office.application("transfer", payee_method="card")
    office.transfer(application)
    with pytest.raises(Refused) as refused:
        office.prepare(application)
    assert codes(refused) == ["account_missing"]
    application.member.bank_account = "6222020000001234567"
    payment = office.prepare(application)[0]
    assert payment.account == "6222020000001234567"


def test_a_name_comes_off_the_roster_and_may_go_on_it_again(
    office: Office, session: Session
) -> None:
    application = office.application("transfer")
    payment = office.roster(application)[0]
    clerk = office.staff["committee_clerk"]
    payments.discard(session, payment, reason="重新排版", by=clerk, at=PAY_DAY)
    assert office.prepare(application)[0].id != payment.id


def test_the_bank_file_holds_cards_only_with_its_control_total(
    office: Office, session: Session
) -> None:
    card, cash = office.application("transfer"), office.application("transfer")
    card.member.bank_account = "6222020000001234567"
    prepared = office.roster(card, cash)
    clerk = office.staff["committee_clerk"]
    unit = office.tree.committee
    sheet = rosters.bank_file(session, unit, prepared, "帮扶金", by=clerk, at=PAY_DAY)
    name = card.member.name
    assert sheet.rows == ((1, name, "6222020000001234567", 60_000, "帮扶金"),)
    assert (sheet.count, sheet.total_fen) == (1, 60_000)


# -- handing over


def test_a_payment_keeps_what_the_rules_say_at_that_moment(
    office: Office, session: Session
) -> None:
    application = office.application("transfer")
    office.pay(*office.roster(application))
    purposes = session.scalars(
        select(Decision.purpose)
        .where(Decision.application_id == application.id)
        .order_by(Decision.id)
    )
    assert list(purposes) == ["approval", "payment"]
    events = session.scalars(
        select(CaseEvent.verb)
        .where(CaseEvent.application_id == application.id)
        .order_by(CaseEvent.seq)
    )
    assert list(events) == ["complete", "transfer", "prepare_payment", "pay"]


def test_a_payment_made_is_not_made_again(office: Office, session: Session) -> None:
    prepared = office.roster(office.application("transfer"))
    office.pay(*prepared)
    with pytest.raises(Refused) as refused:
        office.pay(*prepared)
    assert codes(refused) == ["already_paid"]
    unit = ledger.unit_account(session, office.tree.committee, office.source)
    assert unit.balance_fen == 0


def test_the_same_request_pays_once_and_says_so_quietly(office: Office, session: Session) -> None:
    prepared = office.roster(office.application("transfer"), office.application("transfer"))
    office.pay(*prepared, request_key="p")
    again = office.pay(*prepared, request_key="p")
    assert [each.state for each in again] == [PaymentState.PAID] * 2
    assert session.scalar(select(func.count()).where(Journal.kind == "payment")) == 2


def test_r_4_5_cash_is_paid_before_a_witness_who_is_neither_cashier_nor_payee(
    office: Office,
) -> None:
    payment = office.roster(office.application("transfer"))[0]
    with pytest.raises(Refused) as refused:
        office.pay(payment, record={"witness": ""})
    assert met(refused) == [("record_missing", "witness")]
    for same in (payment.payee_name, office.staff["committee_clerk"].name):
        with pytest.raises(Refused) as refused:
            office.pay(payment, record={"witness": same})
        assert codes(refused) == ["witness_not_apart"]


def test_whether_cash_needs_a_witness_is_said_by_the_procedure(
    office: Office, tmp_path: Path
) -> None:
    folder = shutil.copytree(POLICY, tmp_path / "open-handed")
    procedure = folder / "procedure.yaml"
    text = procedure.read_text(encoding="utf-8")
    assert "required_when: method = cash, " in text
    procedure.write_text(text.replace("required_when: method = cash, ", ""), encoding="utf-8")
    office.edition = publish(office.session, folder, in_force_from=date(2010, 6, 8))
    application = office.application("transfer")
    (payment,) = office.roster(application)
    office.pay(payment, record={"witness": ""}, lines={application.id: {"method": "cash"}})
    assert (payment.state, payment.witness) == (PaymentState.PAID, None)


def test_who_verified_never_pays(office: Office, session: Session) -> None:
    application = office.application("transfer")
    payment = office.roster(application)[0]
    tree = office.tree
    both = make.user(
        session, ("committee_clerk", tree.committee), ("committee_verifier", tree.committee)
    )
    session.add(Duty(application_id=application.id, user_id=both.id, duty="verify"))
    session.flush()
    with pytest.raises(Refused) as refused:
        office.pay(payment, by=people.actor(session, both, make.TODAY))
    assert met(refused) == [("duty_conflict", application.number)]


def test_a_held_application_is_not_paid(office: Office) -> None:
    application = office.application("transfer")
    payment = office.roster(application)[0]
    application.held, application.hold_reason = True, lists.OBJECTION
    with pytest.raises(Refused) as refused:
        office.pay(payment)
    assert codes(refused) == ["held"]


def test_nothing_is_paid_in_the_future(office: Office) -> None:
    payment = office.roster(office.application("transfer"))[0]
    with pytest.raises(Refused) as refused:
        office.pay(payment, record={"paid_on": date(2010, 12, 21)})
    assert met(refused) == [("record_future", "paid_on")]


def test_another_committees_clerk_does_not_pay(office: Office, session: Session) -> None:
    application = office.application("transfer")
    payment = office.roster(application)[0]
    stranger = hire(session, "committee_clerk", office.tree.other_committee)
    with pytest.raises(Refused) as refused:
        office.pay(payment, by=stranger)
    assert codes(refused) == ["out_of_scope"]


def test_r_4_5_money_that_the_bank_sent_back_stands_with_the_unit_and_is_paid_again(
    office: Office, session: Session
) -> None:
    application = office.application("transfer")
    payment = office.pay(*office.roster(application))[0]
    finance = office.staff["finance"]
    day = date(2010, 12, 20)
    back = {"returned_on": day, "reason": "账号有误", "by": finance, "at": PAY_DAY}
    payments.returned(session, payment, **back)
    unit = ledger.unit_account(session, office.tree.committee, office.source)
    assert (payment.state, unit.balance_fen) == (PaymentState.RETURNED, 60_000)
    with pytest.raises(Refused) as refused:
        payments.returned(session, payment, **back)
    assert "payment_not_paid" in codes(refused)
    office.pay(*office.prepare(application))
    assert unit.balance_fen == 0


def test_the_database_refuses_a_second_unreturned_payment_by_itself(
    office: Office, session: Session
) -> None:
    first = office.roster(office.application("transfer"))[0]
    twin = Payment(
        grant_id=first.grant_id,
        fen=first.fen,
        source_id=first.source_id,
        method=first.method,
        payee_name=first.payee_name,
    )
    session.add(twin)
    with pytest.raises(IntegrityError):
        session.flush()


# -- receipts


def test_r_4_5_somebody_else_signs_only_with_name_and_kinship(office: Office) -> None:
    payment = office.pay(*office.roster(office.application("transfer")))[0]
    with pytest.raises(Refused) as refused:
        office.receipt(payment, record={"sign": "by_other", "receiver": "王小明"})
    assert codes(refused) == ["record_missing", "record_missing"]
    other = {
        "sign": "by_other",
        "receiver": "王小明",
        "kinship": "儿子",
        "proxy_reason": "行动不便",
    }
    with pytest.raises(Refused) as refused:
        office.receipt(payment, record={**other, "kinship": "", "received_on": date(2010, 12, 19)})
    assert met(refused) == [
        ("record_missing", "kinship"),
        ("date_before_step", "received_on"),
    ], "a date out of order is said with the rest, not on the next try"
    signed = office.receipt(payment, record=other)
    assert (signed.receiver, signed.kinship) == ("王小明", "儿子")


def test_nothing_is_signed_for_before_it_is_paid_or_twice(office: Office) -> None:
    payment = office.roster(office.application("transfer"))[0]
    with pytest.raises(Refused) as refused:
        office.receipt(payment)
    assert codes(refused) == ["payment_not_paid"]
    office.pay(payment)
    with pytest.raises(Refused) as refused:
        office.receipt(payment, record={"received_on": date(2010, 12, 19)})
    assert codes(refused) == ["date_before_step"]
    office.receipt(payment)
    with pytest.raises(Refused) as refused:
        office.receipt(payment)
    assert "receipt_exists" in codes(refused)


def test_what_is_signed_for_does_not_come_back_by_the_bank(
    office: Office, session: Session
) -> None:
    payment = office.pay(*office.roster(office.application("transfer")))[0]
    office.receipt(payment)
    with pytest.raises(Refused) as refused:
        payments.reversed_(session, payment, reason="错", by=office.staff["finance"], at=PAY_DAY)
    assert codes(refused) == ["payment_receipted"]


# -- emergencies


def test_r_4_6_4_an_authorised_emergency_is_paid_first_and_its_paperwork_follows(
    office: Office, session: Session
) -> None:
    application = office.application("committee_verify", road="sudden", pay_first=True)
    with pytest.raises(Refused) as refused:
        office.transfer(application)
    assert codes(refused) == ["money_blocked"], "the department's check is never excused"
    application.stage = "meeting"
    payment = office.roster(application)[0]
    office.pay(payment)
    office.receipt(payment)
    assert (application.stage, str(application.status)) == ("meeting", "open")
    owed = clearance.back_fill(session, application)
    assert {"ministers_meeting", "publicity", "filing", "screening"} <= set(owed)


def test_an_emergency_without_authorisation_goes_by_the_book(office: Office) -> None:
    application = office.application("meeting", road="sudden", pay_first=True)
    application.emergency = True
    other = office.application("notice", road="sudden")
    with pytest.raises(Refused) as refused:
        office.transfer(application, other)
    assert application.number not in [where for _code, where in met(refused)]
    assert ("wrong_stage", other.number) in met(refused)


def test_a_failed_screening_is_never_excused(office: Office, session: Session) -> None:
    application = office.application("meeting", road="sudden", pay_first=True)
    office.passed(application)
    line = session.scalars(select(ScreeningLine)).one()
    line.result, line.reason = "fail", "已在其他渠道领取"
    with pytest.raises(Refused) as refused:
        office.transfer(application)
    assert codes(refused) == ["money_blocked"]


def test_money_paid_first_is_not_paid_again_when_its_turn_comes(
    office: Office, session: Session
) -> None:
    application = office.application("meeting", road="sudden", pay_first=True)
    payment = office.pay(*office.roster(application))[0]
    office.receipt(payment)
    application.stage = "notice"
    office.close(office.post(application))
    office.file(application)
    office.screen(office.enter(application))
    assert application.stage == "archive"
    assert session.scalar(select(func.count()).where(Payment.state == "paid")) == 1


# -- what has changed since the roster was made


@pytest.mark.parametrize(
    ("facts", "applicant", "code"),
    [
        ({"accident_result": "death"}, "member", "heir_missing"),
        ({}, "family", "heir_missing"),
        ({"accident_result": None}, "member", "death_unknown"),
        ({}, None, "death_unknown"),
    ],
)
def test_a_death_that_only_the_case_knows_keeps_the_money_from_the_member(
    office: Office, facts: dict[str, object], applicant: str | None, code: str
) -> None:
    application = office.application(
        "transfer", road="sudden", facts={**facts, "loss_life_safety": True}, applicant=applicant
    )
    assert application.member.died_on is None
    office.transfer(application)
    with pytest.raises(Refused) as refused:
        office.prepare(application)
    assert codes(refused) == [code]


def test_a_relatives_death_in_the_accident_pays_the_living_member_and_asks_for_no_heir(
    office: Office,
) -> None:
    """docs/decisions/0014: the consequence of the accident is the member's own."""
    lost = {"accident_result": "none", "loss_life_safety": True, "loss_property": True}
    application = office.application("transfer", road="sudden", facts=lost)
    assert application.summary is not None
    (benefit,) = application.summary["benefits"]
    assert (benefit["clause"], benefit["max_fen"]) == ("3.2.1", 200_000)
    office.transfer(application)
    (payment,) = office.prepare(application)
    assert (payment.payee_name, payment.payee_kinship) == (application.member.name, None)


def test_a_death_learnt_after_the_roster_was_made_stops_the_money(
    office: Office, session: Session
) -> None:
    (payment,) = office.roster(office.application("transfer", road="sudden"))
    application = payment.grant.application
    application.facts = {**application.facts, "accident_result": "death"}
    session.flush()
    with pytest.raises(Refused) as refused:
        office.pay(payment)
    assert "heir_missing" in codes(refused)


def test_the_heir_of_a_death_known_from_the_case_is_paid_with_proof(office: Office) -> None:
    application = office.application(
        "transfer", applicant="family", payee_name="王小明", payee_kinship="儿子"
    )
    office.transfer(application)
    with pytest.raises(Refused) as refused:
        office.prepare(application)
    assert codes(refused) == ["heir_unproven", "heir_unproven"]
    for paper in ("heir_proof", "death_certificate"):
        office.scan(application, paper)
    (payment,) = office.prepare(application)
    assert (payment.payee_name, payment.payee_kinship) == ("王小明", "儿子")


def test_a_death_after_the_roster_was_made_stops_the_money(
    office: Office, session: Session
) -> None:
    (payment,) = office.roster(office.application("transfer"))
    payment.grant.member.died_on = PAY_DAY
    session.flush()
    with pytest.raises(Refused) as refused:
        office.pay(payment)
    assert "heir_missing" in codes(refused)
    assert payment.state is PaymentState.PREPARED


def test_a_changed_account_waits_for_a_second_person_before_money_goes_to_it(
    office: Office, session: Session
) -> None:
    application = office.application("transfer")
    member = application.member
    clerk = hire(session, "committee_clerk", office.tree.committee)
    other = hire(session, "committee_clerk", office.tree.committee)
    at = noon(1)
    version = member.version
    account = {"bank_account": "6228480000000000017", "bank_name": "银行"}
    members.update(session, member, account, by=clerk, at=at, expected_version=version)
    application.payee_method = PayMethod.CARD
    office.transfer(application)
    with pytest.raises(Refused) as refused:
        office.prepare(application)
    assert "account_unconfirmed" in codes(refused)
    with pytest.raises(Refused) as alone:
        members.confirm_account(session, member, by=clerk, at=at, expected_version=member.version)
    assert codes(alone) == ["account_same_person"]
    members.confirm_account(session, member, by=other, at=at, expected_version=member.version)
    assert len(office.prepare(application)) == 1
