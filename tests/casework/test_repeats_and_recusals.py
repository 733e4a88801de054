"""A request that is sent again answers only to the same person, right and content; and whoever is
concerned himself, or through his household, leaves every verb about it to somebody else."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casework import cancellations, funds, ledger, members, objections, recoveries, worksheets
from casework import worksheet_checks as sheets
from casework.people import Actor
from casework.worksheets import ItemRow
from engine.faults import Refused
from models.applications import Application
from models.ledger import AccountKind, FundSource, Journal, Recovery
from models.members import HouseholdPerson, ItemKind
from tests import factories as make
from tests.casework.office import Office, codes, hire, noon, open_funded_office
from tests.ground import Ground


@pytest.fixture
def office(ground: Ground) -> Office:
    return ground.use(open_funded_office)


def refused(action: Callable[[], object]) -> list[str]:
    with pytest.raises(Refused) as caught:
        action()
    return codes(caught)


def journals(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Journal)) or 0


def test_a_transfer_sent_again_gives_its_batch_only_for_the_same_list_unit_source_and_person(
    office: Office, session: Session
) -> None:
    first, second = office.application("transfer"), office.application("transfer")
    batch = office.transfer(first, request_key="k")
    made = journals(session)
    other = make.source(session)
    colleague = hire(session, "finance", office.tree.department)
    clerk = office.staff["committee_clerk"]
    assert office.transfer(first, request_key="k").id == batch.id
    changed: Any = {"request_key": "k"}
    assert refused(lambda: office.transfer(first, second, **changed)) == ["request_key_used"]
    assert refused(lambda: office.transfer(second, **changed)) == ["request_key_used"]
    assert refused(lambda: office.transfer(first, source=other, **changed)) == ["request_key_used"]
    unit = office.tree.other_committee
    assert refused(lambda: office.transfer(first, unit=unit, **changed)) == ["request_key_used"]
    assert refused(lambda: office.transfer(first, by=colleague, **changed)) == ["request_key_used"]
    assert refused(lambda: office.transfer(first, by=clerk, **changed)) == ["wrong_role"]
    assert journals(session) == made


def test_a_budget_and_money_back_sent_again_count_once_and_only_as_they_were(
    office: Office, session: Session
) -> None:
    keeper, other = office.staff["finance"], make.source(session)
    colleague = hire(session, "finance", office.tree.department)

    def raise_(fen: int = 5_000, source: FundSource | None = None, by: Actor = keeper) -> Journal:
        into = source or office.source
        return funds.allocate_budget(
            session, into, 2010, fen, by=by, at=noon(2), request_key="b"
        )  # fmt: skip

    entry = raise_()
    assert raise_().id == entry.id
    purse = ledger.account(session, AccountKind.SOURCE, source=office.source, year=2010)
    assert purse.balance_fen == 10_005_000
    assert refused(lambda: raise_(6_000)) == ["request_key_used"]
    assert refused(lambda: raise_(source=other)) == ["request_key_used"]
    assert refused(lambda: raise_(by=colleague)) == ["request_key_used"]
    assert refused(lambda: raise_(by=office.staff["auditor"])) == ["not_permitted"]
    assert purse.balance_fen == 10_005_000

    payment = office.roster(office.application("transfer"))[0]
    office.pay(payment)
    asked = recoveries.demand(
        session, payment.grant, 60_000, reason="骗取", ordered_on=date(2010, 12, 20), by=keeper,
        at=noon(21),
    )  # fmt: skip

    def receive(fen: int = 10_000, by: Actor = keeper) -> Journal:
        return recoveries.receive(
            session, asked, fen, received_on=date(2010, 12, 21), by=by, at=noon(21),
            request_key="r",
        )  # fmt: skip

    assert receive().id == receive().id
    assert asked.recovered_fen == 10_000
    assert refused(lambda: receive(20_000)) == ["request_key_used"]
    assert refused(lambda: receive(by=colleague)) == ["request_key_used"]
    assert refused(lambda: receive(by=office.staff["committee_clerk"])) == ["not_permitted"]
    assert asked.recovered_fen == 10_000


def test_a_payment_sent_again_answers_only_to_who_paid_and_still_may(
    office: Office, session: Session
) -> None:
    paid, fresh = office.roster(office.application("transfer"), office.application("transfer"))
    office.pay(paid, request_key="p")
    made = journals(session)
    assert office.pay(paid, request_key="p") == [paid]
    colleague = hire(session, "committee_clerk", office.tree.committee)
    verifier = office.staff["committee_verifier"]
    assert refused(lambda: office.pay(paid, by=colleague, request_key="p")) == ["request_key_used"]
    assert refused(lambda: office.pay(paid, by=verifier, request_key="p")) == ["wrong_role"]
    assert refused(lambda: office.pay(paid, fresh, request_key="p")) == ["already_paid"]
    assert refused(lambda: office.pay(paid, request_key="q")) == ["already_paid"]
    assert journals(session) == made


@pytest.mark.parametrize("kin", ["self", "relative"])
def test_who_is_concerned_leaves_objection_worksheet_account_cancellation_and_recovery_to_others(
    office: Office, session: Session, kin: str
) -> None:
    posted, paid = office.application("notice"), office.application("transfer")
    office.post(posted)
    office.pay(*office.roster(paid))
    assert paid.grant is not None
    for application in (posted, paid):
        make.household(session, application.member)
    relative = make.member(session, office.tree.branch)

    def concerned(role: str, about: Application) -> Actor:
        """The person in this role, who is the applicant or lives with him."""
        member = about.member
        if kin == "self":
            return replace(office.staff[role], member_id=member.id)
        listed = HouseholdPerson(name=relative.name, relation="儿子")
        listed.id_number = relative.id_number
        assert member.household is not None
        member.household.persons = [listed]
        session.flush()
        return replace(office.staff[role], member_id=relative.id)

    reviewer, line = concerned("department_reviewer", posted), office.line(posted)

    def object_(by: Actor) -> object:
        return objections.register(
            session, line, received_on=date(2010, 12, 7), channel="phone", has_clue=True,
            content="家有新楼", by=by, at=noon(7),
        )  # fmt: skip

    case, file = f"recusal_{kin}", "recusal_own_file" if kin == "self" else "recusal_relative_file"
    assert refused(lambda: object_(reviewer)) == [case]
    object_(office.staff["department_reviewer"])
    objection = line.objections[0]
    settle: Any = {"upheld": True, "finding": "属实", "at": noon(8)}
    assert refused(lambda: objections.settle(session, objection, by=reviewer, **settle)) == [case]
    cancelled: Any = {"by": reviewer, "at": noon(8), "expected_version": posted.version}
    assert refused(lambda: cancellations.cancel(session, posted, "不符", **cancelled)) == [case]
    keeper, grant = concerned("finance", paid), paid.grant

    def demand(by: Actor) -> Recovery:
        return recoveries.demand(
            session, grant, 100, reason="骗取", ordered_on=date(2010, 12, 20), by=by, at=noon(20)
        )

    assert refused(lambda: demand(keeper)) == [case]
    order = demand(office.staff["finance"])
    money: Any = {"received_on": date(2010, 12, 20), "at": noon(20)}
    assert refused(lambda: recoveries.receive(session, order, 100, by=keeper, **money)) == [case]
    clerk, member = concerned("branch_clerk", paid), paid.member
    assert member.household is not None
    row = ItemRow(ItemKind.SUBSIDY, "低保", 100, proof="存折")
    sheet: Any = {
        "size": 2,
        "persons": [],
        "expected_version": member.household.version,
        "at": noon(5),
    }
    assert refused(lambda: worksheets.put(session, member, items=[row], by=clerk, **sheet)) == [
        file
    ]
    worksheets.put(session, member, items=[row], by=office.staff["branch_clerk"], **sheet)
    if kin == "relative":  # the sheet was replaced, the relative with it
        concerned("branch_clerk", paid)
    assert file in refused(lambda: sheets.verify_all(session, member, by=clerk, at=noon(5)))
    account = {"bank_account": "6222021602000000011"}
    change: Any = {"at": noon(5), "expected_version": member.version}
    assert file in refused(lambda: members.update(session, member, account, by=clerk, **change))
    members.update(session, member, account, by=office.staff["branch_clerk"], **change)
    second = concerned("committee_verifier", paid)
    confirm: Any = {"at": noon(5), "expected_version": member.version}
    assert refused(lambda: members.confirm_account(session, member, by=second, **confirm)) == [file]
