"""R-4.5: the bank's answer to a list of card payments, and the books that come out even."""

from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casework import bank_returns, payments, reconciliation, transfers, workbooks
from casework.attachments import Upload
from engine.faults import Refused
from models.audit import AuditRecord
from models.ledger import Payment, PaymentState
from tests import factories as make
from tests.casework.invariants import OF_MONEY, broken
from tests.casework.office import PAY_DAY, Office, hire, met, open_funded_office
from tests.ground import Ground

DAY = date(2010, 12, 20)
CARDS = ("6222020000001234567", "6222020000007654321", "6228480000000000017")


@pytest.fixture
def office(ground: Ground) -> Office:
    return ground.use(open_funded_office)


def paid(office: Office, *names: str) -> list[Payment]:
    """Card payments to members of these names, one transfer for all."""
    applications = []
    for name, card in zip(names, CARDS, strict=False):
        member = make.member(office.session, office.tree.branch, name=name, bank_account=card)
        applications.append(office.application("transfer", member=member))
    return office.pay(*office.roster(*applications))


def answer(*rows: tuple[str, str, str, str, str], head: tuple[str, ...] = ()) -> Upload:
    """The bank's list; the headings are the bank's own."""
    columns = [
        workbooks.Column(str(at), (title,))
        for at, title in enumerate(head or ("账号", "户名", "金额", "处理结果", "失败原因"))
    ]
    given = [{str(at): text for at, text in enumerate(row)} for row in rows]
    return Upload("代发结果.xlsx", workbooks.write("结果", columns, given))


def take_in(office: Office, upload: Upload, **given: object) -> bank_returns.Answer:
    by = given.get("by", office.staff["finance"])
    day = given.get("returned_on", DAY)
    layout = given.get("layout")
    return bank_returns.take_in(
        office.session,
        upload,
        returned_on=day,
        layout=layout,
        by=by,
        at=PAY_DAY,  # type: ignore[arg-type]
    )


def test_r_4_5_the_bank_may_answer_in_the_layout_of_the_policy(
    office: Office, session: Session
) -> None:
    first, second = paid(office, "王一", "李二")
    layout = dict(bank_returns.layouts(session, DAY))["licheng-2010"]
    lines = (
        "20101220|2|1200.00",
        f"1|{first.id}|{CARDS[0]}|王一|600.00|0000|",
        f"2|{second.id}|{CARDS[1]}|李二|600.00|9999|账户已销户",
    )
    upload = Upload("回盘.txt", "\r\n".join(lines).encode("gb18030"))
    with pytest.raises(Refused) as refused:
        wrong = Upload("回盘.txt", upload.content.replace(b"1200.00", b"1200.01"))
        take_in(office, wrong, layout=layout)
    assert [fault.code for fault in refused.value.faults] == ["exchange_total"]
    assert first.state == "paid"
    said = take_in(office, upload, layout=layout)
    assert (len(said.failed), said.paid) == (1, 1)
    assert [one.state for one in (first, second)] == ["paid", "returned"]


def test_r_4_5_what_the_bank_could_not_pay_stands_with_the_unit_and_is_paid_anew(
    office: Office, session: Session
) -> None:
    first, second, third = paid(office, "王一", "李二", "赵三")
    upload = answer(
        (CARDS[0], "王一", "600.00", "成功", ""),
        (f"{CARDS[1][:4]} {CARDS[1][4:]}", "李二", "600", "失败", "账户已销户"),
        (CARDS[2], "赵三", "600.00", "退票", "户名不符"),
        ("", "合计", "1800.00", "", ""),
        head=("收款账号", "收款户名", "金额（元）", "交易状态", "备注"),
    )
    said = take_in(office, upload)
    assert (len(said.failed), said.paid, said.known) == (2, 1, 0)
    assert [one.state for one in (first, second, third)] == ["paid", "returned", "returned"]
    again = take_in(office, upload)
    assert (len(again.failed), again.paid, again.known) == (0, 1, 2)
    due = [payment.grant.application for payment in (second, third)]
    told = reconciliation.came_back(session, [one.id for one in due])
    assert told[due[0].id] == (DAY, "账户已销户")
    cash, card = office.prepare(*due)
    by_hand = {due[0].id: {"method": "cash", "witness": "周见证"}}
    office.pay(cash, card, record={"witness": None}, lines=by_hand)
    assert [one.method for one in (cash, card)] == ["cash", "card"]
    assert reconciliation.came_back(session, [one.id for one in due]) == {}
    assert broken(session, OF_MONEY) == []
    taken = select(func.count()).where(AuditRecord.action == "payment.bank_return")
    assert session.scalar(taken) == 2


def test_r_4_5_the_banks_own_file_names_the_payment_by_our_number(
    office: Office, session: Session
) -> None:
    first, second = paid(office, "王一", "李二")
    lines = [
        "20101220|2|1200.00",
        f"1|{first.id}|{CARDS[0]}|王一|600.00|0000|",
        f"2|{second.id}|{CARDS[1]}|李二|600.00|9999|账号不存在",
    ]
    layout = dict(bank_returns.layouts(session, DAY))["licheng-2010"]

    def sent(text: str) -> bank_returns.Answer:
        upload = Upload("回盘.txt", text.replace("\n", "\r\n").encode("gb18030"))
        return take_in(office, upload, layout=layout)

    other = [*lines[:2], lines[2].replace(f"|{second.id}|", f"|{first.id}|"), ""]
    with pytest.raises(Refused) as refused:
        sent("\n".join(other))
    assert met(refused) == [("bank_row_differs", "row:3")]
    with pytest.raises(Refused) as refused:
        sent("\n".join([lines[0].replace("|2|", "|3|"), *lines[1:], ""]))
    assert [code for code, _where in met(refused)] == ["exchange_count"]
    said = sent("\n".join([*lines, ""]))
    assert (said.paid, [one[0].id for one in said.failed]) == (1, [second.id])
    assert second.state is PaymentState.RETURNED


def test_every_fault_of_every_row_is_said_and_nothing_is_taken_back(
    office: Office, session: Session
) -> None:
    first, second = paid(office, "王一", "李二")
    office.receipt(second)
    with pytest.raises(Refused) as refused:
        take_in(
            office,
            answer(
                (CARDS[0], "王一", "600", "失败", "销户"),
                (CARDS[0], "王一", "六百", "失败", "销户"),
                (CARDS[0], "王一", "601", "失败", "销户"),
                (CARDS[2], "赵三", "600", "成功", ""),
                (CARDS[0], "王一", "600", "也许", ""),
                (CARDS[0], "王一", "600", "失败", ""),
                (CARDS[1], "李二", "600", "失败", "销户"),
                ("", "李二", "600", "失败", "销户"),
            ),
        )
    assert met(refused) == [
        ("bank_row_amount", "row:3"),
        ("bank_row_differs", "row:4"),
        ("bank_row_unknown", "row:5"),
        ("bank_row_result", "row:6"),
        ("bank_row_reason", "row:7"),
        ("row_missing", "row:9"),
        ("payment_receipted", "row:8"),
    ]
    assert [session.get_one(Payment, one.id).state for one in (first, second)] == ["paid", "paid"]


def test_who_pays_takes_it_in_and_only_for_his_own_part(office: Office, session: Session) -> None:
    (payment,) = paid(office, "王一")
    upload = answer((CARDS[0], "王一", "600", "失败", "销户"))
    with pytest.raises(Refused) as refused:
        take_in(office, upload, by=office.staff["branch_clerk"])
    assert met(refused) == [("not_permitted", None)]
    stranger = hire(session, "finance", make.org(session, "department"))
    with pytest.raises(Refused) as refused:
        take_in(office, upload, by=stranger)
    assert met(refused) == [("bank_row_unknown", "row:2")]
    with pytest.raises(Refused) as refused:
        take_in(office, upload, returned_on=date(2010, 12, 1))
    assert met(refused) == [("returned_on_wrong", "returned_on")]
    take_in(office, upload)
    with pytest.raises(Refused) as refused:
        take_in(office, answer((CARDS[0], "王一", "600", "成功", "")))
    assert met(refused) == [("bank_row_taken_back", "row:2")]
    assert payment.state is PaymentState.RETURNED


def test_r_5_a_transfer_comes_out_even_and_says_what_is_still_open(
    office: Office, session: Session
) -> None:
    finance, clerk = office.staff["finance"], office.staff["committee_clerk"]
    signed, failed, back = paid(office, "王一", "李二", "赵三")
    (one,) = reconciliation.batches(session, clerk)
    assert (one.sent, one.paid, one.unsigned, one.left, one.settled) == (
        *(180_000, 180_000, 180_000, 0), False,
    )  # fmt: skip
    office.receipt(signed)
    take_in(office, answer((CARDS[1], "李二", "600", "失败", "销户")))
    payments.reversed_(session, back, reason="未发放", by=finance, at=PAY_DAY)
    line = one.batch.lines[2]
    transfers.take_back(session, line, reason="本人自愿放弃", by=finance, at=PAY_DAY)
    one = reconciliation.of_batch(session, one.batch)
    assert (one.back, one.paid, one.unsigned, one.left) == (60_000, 60_000, 0, 60_000)
    states = reconciliation.lines(session, one.batch)
    assert [each.state for each in states] == ["signed", "came_back", "sent_back"]
    assert [each.why for each in states] == ["", "销户", "本人自愿放弃"]
    (unit,) = reconciliation.units(session, clerk)
    assert (unit.held, unit.should, unit.off) == (60_000, 60_000, 0)
    (source,) = reconciliation.sources(session, finance)
    assert (source.with_units, source.with_members, source.off) == (60_000, 60_000, 0)
    assert source.unspent == source.budget - 120_000
    assert reconciliation.sources(session, clerk) == [], "the department's is not the committee's"
    again = office.pay(*office.prepare(failed.grant.application))
    office.receipt(again[0])
    assert reconciliation.of_batch(session, one.batch).settled
    assert reconciliation.batches(session, clerk, open_only=True) == []
    neighbour = hire(session, "committee_clerk", office.tree.other_committee)
    assert reconciliation.batches(session, neighbour) == []


def test_r_5_an_account_that_the_lists_do_not_explain_is_seen(
    office: Office, session: Session
) -> None:
    (payment,) = paid(office, "王一")
    payment.state = PaymentState.RETURNED  # behind the program's back
    session.flush()
    (unit,) = reconciliation.units(session, office.staff["finance"])
    assert unit.off == -60_000
