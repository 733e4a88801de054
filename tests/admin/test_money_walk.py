"""R-4.5, R-5: money from the budget to the last signature at the screens, with what goes wrong on the
way: a payment that the bank sends back, one recorded by mistake, money that nobody needs any more."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import workbooks
from models import Member, Payment
from models.ledger import PaymentState, Receipt
from tests.admin.forms_on_page import form_to
from tests.admin.roadside import Desk, Roadside, open_roadside, said
from tests.casework.bureau import Bureau, register, screened, walk
from tests.casework.invariants import OF_MONEY, broken
from tests.conftest import Database

CARDS = {
    "王一": "6222020000001234567",
    "李二": "6222020000007654321",
    "赵三": "6228480000000000017",
}


def begun(bureau: Bureau, members: Mapping[str, Member]) -> None:
    """Three with a card and one without wait for their money."""
    for name, card in CARDS.items():
        members[name].bank_account = card
    rows = [register(bureau, member) for member in members.values()]
    for row in rows:
        walk(bureau, row, "notice")
    screened(bureau, rows)


@pytest.fixture
def office(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Roadside:
    monkeypatch.setenv("SUNSHINE_DATA", str(tmp_path))
    made = open_roadside(database, tmp_path, {**{key: {} for key in CARDS}, "周四": {}}, begun)
    made.clock.later(7)
    return made


def payments(session: Session, *states: PaymentState) -> dict[str, Payment]:
    """The newest payment of each payee, of these states."""
    query = select(Payment).where(Payment.state.in_(states)).order_by(Payment.id)
    return {one.payee_name: one for one in session.scalars(query)}


def number_of(office: Roadside, name: str, *states: PaymentState) -> int:
    with office.session() as session:
        return payments(session, *(states or tuple(PaymentState)))[name].id


def cells(page: str) -> list[list[str]]:
    rows = re.findall(r"<tr>(.*?)</tr>", page[page.index("<main") :], re.S)
    found = [re.findall(r"<td.*?</td>", row, re.S) for row in rows]
    return [[re.sub(r"<[^>]+>|\s+", " ", one).strip() for one in row] for row in found if row]


def answered(desk: Desk, *rows: tuple[str, str, str, str], **typed: str) -> str:
    """The bank's list handed in on the page of payments; gives the page that follows."""
    columns = [
        workbooks.Column(str(at), (title,))
        for at, title in enumerate(("账号", "户名", "金额", "处理结果", "失败原因"))
    ]
    lines = [
        {"0": account, "1": name, "2": "600.00", "3": result, "4": reason}
        for account, name, result, reason in rows
    ]
    content = workbooks.write("回盘", columns, lines)
    form = form_to(desk.get("/payments/"), "/bank-answer")
    file = (io.BytesIO(content), "回盘.xlsx")
    answer = desk.send(form, "/payments/", file=file, **typed)
    return answer.text if answer.status_code == 422 else desk.get("/payments/")


@pytest.mark.parametrize(
    "database", ["sqlite"], indirect=True
)  # the verbs are tested on both elsewhere
def test_r_4_5_and_r_5_money_goes_out_comes_back_and_ends_at_nothing(office: Roadside) -> None:
    finance, clerk = office.at("finance"), office.at("committee_clerk")
    finance.press("/transfers/", "/transfers/send", source="1", **{"list-voucher": "凭证1"})
    clerk.press("/payments/", "/payments/prepare")
    page = clerk.refused("/payments/", "/payments/pay")
    assert "请填写“见证人”" in " ".join(said(page)), "the one without a card is paid in cash"
    witness = {"list-witness": "见证人甲"} if 'name="list-witness"' in page else {}
    cash = re.findall(r'name="(row-\d+-witness)"', page)
    clerk.press("/payments/", "/payments/pay", **witness, **dict.fromkeys(cash, "见证人甲"))

    # the bank's answer: one fault stops it, then two fail
    page = answered(
        clerk,
        (CARDS["王一"], "王一", "成功", ""),
        (CARDS["李二"], "李二", "失败", ""),
        (CARDS["赵三"], "赵三丰", "失败", "户名不符"),
    )
    faults = " ".join(said(page))
    assert "第3行：处理失败的，请填写失败原因" in faults
    assert "第4行" in faults
    done = (
        (CARDS["王一"], "王一", "成功", ""),
        (CARDS["李二"], "李二", "失败", "账户已销户"),
        (CARDS["赵三"], "赵三", "失败", "户名不符"),
    )
    page = answered(clerk, *done)
    assert "已登记2笔退回" in page
    assert "账户已销户" in page, "why stands beside the name that is due again"
    assert "此前已登记退回2笔" in answered(clerk, *done), "the same file again changes nothing"

    # signatures: himself by fingerprint, and somebody else with kinship
    signed = f"/payment/{number_of(office, '王一')}"
    page = clerk.refused(signed, "/receipt")
    assert page.count("请填写“签收方式”") == 2, "at the top and beside the field"
    with office.session() as session:
        case = session.get_one(Payment, int(signed.rsplit("/", 1)[1])).grant.application_id
    assert f'href="/application/{case}"' in page, "the way on to the case"
    clerk.press(signed, "/receipt", **{"receipt-sign": "fingerprint"})
    other = f"/payment/{number_of(office, '周四')}"
    page = clerk.refused(other, "/receipt", **{"receipt-sign": "by_other"})
    for words in ("代领人", "代领人与党员关系", "代领原因"):
        assert f"请填写“{words}”" in " ".join(said(page))
    given = {"receiver": "周小四", "kinship": "儿子", "proxy_reason": "行动不便"}
    typed = {f"receipt-{name}": text for name, text in given.items()}
    clerk.press(other, "/receipt", **{"receipt-sign": "by_other"}, **typed)
    assert "周小四" in clerk.get(other)

    # what is open, name by name; and the way back to the source
    page = finance.get("/transfers/1")
    assert "<dt>拨款凭证号</dt><dd>凭证1</dd>" in page, "what was recorded with it"
    rows = {row[1]: row[4] for row in cells(page) if len(row) == 6}
    assert rows["王一"].startswith("已发放并签收")
    assert "账户已销户" in rows["李二"]
    books = cells(clerk.get("/funds/reconciliation/"))
    assert [row[-1] for row in books] == ["相符", "未结清"], "a committee sees its own"
    assert "1,200.00元" in books[1]
    kept = finance.refused("/transfers/1", "/back/3", reason=" ")
    assert kept.count('<details class="action" open>') == 1, "the form that was refused, no other"
    finance.press("/transfers/1", "/back/3", reason="本人自愿放弃，款项交回")
    assert "本人自愿放弃" in finance.get("/transfers/1")

    # paid again: by hand in cash, once recorded by mistake and corrected by reversal
    clerk.press("/payments/", "/payments/prepare")
    by_hand = {"list-cashier": "孙出纳"}
    page = clerk.get("/payments/")
    ((field, number),) = re.findall(r'name="(row-(\d+)-method)"', page)[:1]
    by_hand |= {field: "cash", f"row-{number}-witness": "见证人乙"}
    clerk.press("/payments/", "/payments/pay", **by_hand)
    again = f"/payment/{number_of(office, '李二', PaymentState.PAID)}"
    assert "见证人乙" in clerk.get(again)
    finance.press(again, "/reversed", reason="误录，款未发出")
    assert "reversed" not in finance.get(again).split("<main")[1].split("<form")[0]
    clerk.press("/payments/", "/payments/prepare")
    clerk.press("/payments/", "/payments/pay", **by_hand)
    last = f"/payment/{number_of(office, '李二', PaymentState.PAID)}"
    clerk.press(last, "/receipt", **{"receipt-sign": "signature"})

    # everything came out even
    assert "每笔拨付都已结清" in finance.get("/funds/reconciliation/")
    books = cells(finance.get("/funds/reconciliation/?show=all"))
    assert [row[-1] for row in books] == ["相符", "已结清"]
    assert books[0][1:6] == [
        *("100,000.00元", "98,200.00元", "0.00元", "1,800.00元", "0.00元"),
    ]  # fmt: skip
    with office.session() as session:
        assert broken(session, OF_MONEY) == []
        assert len(session.scalars(select(Receipt)).all()) == 3


def test_r_4_5_who_has_no_part_in_the_money_takes_in_no_answer_and_sees_no_books(
    office: Roadside,
) -> None:
    for name in ("clerk", "screener", "officer"):
        assert office.at(name).browser.post("/payments/bank-answer").status_code == 403
        office.at(name).get("/funds/reconciliation/", status=403)
    assert "bank-answer" not in office.at("auditor").get("/payments/")
    assert office.at("auditor").browser.post("/payments/bank-answer").status_code == 403
    page = office.at("committee_clerk").browser.post("/payments/bank-answer")
    assert page.status_code == 422
