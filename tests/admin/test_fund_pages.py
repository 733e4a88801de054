"""The fund ledger: budgets, journal, reversal, recovery and the bank's file, each within its reach."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casework import ledger
from casework.ledger import Leg
from models import Application, AuditRecord, Journal, Member, OrgUnit, Payment, Recovery, User
from models.ledger import Account, AccountKind, Budget, FundSource, Grant
from tests import factories as make
from tests.admin.forms_on_page import form_to
from tests.admin.roadside import Roadside, open_roadside, said
from tests.casework.bureau import Bureau, applicant, register
from tests.conftest import Database

OTHER, OTHER_UNIT = "周邻居", "柳河镇党委"
CARD = "6222020200112233445"
READERS = ("committee_clerk", "verifier", "reviewer", "leader", "finance", "auditor")
CLOSED = ("clerk", "secretary", "screener", "officer", "administrator")


def begun(bureau: Bureau, members: Mapping[str, Member]) -> None:
    """Ours and a neighbour's: money transferred for two, paid out to one of them in each
    committee; a card payment of ours on the roster; a recovery of the neighbour's."""
    session, tree = bureau.session, bureau.tree
    for name in ("邻居二", OTHER):
        members = {**members, name: applicant(bureau, tree.other_branch, name=name)}
    clerks = {tree.committee.id: "clerk", tree.other_committee.id: "neighbour"}
    for unit, names in (
        (tree.committee, ("刘长河", "王建国")),
        (tree.other_committee, ("邻居二", OTHER)),
    ):
        rows = [register(bureau, members[name], by=clerks[unit.id]) for name in names]
        waiting, paid = [_transferred(bureau, unit, row) for row in rows]
        _paid(bureau, unit, paid)
        if unit is tree.committee:
            slip = make.payment(session, waiting, _dues(session), method="card")
            slip.payee_name, slip.account = "刘长河", CARD
    session.add(
        Recovery(
            grant_id=paid.id,
            fen=100,
            reason="邻居的理由",
            ordered_on=make.TODAY,
            by_id=bureau.users["finance"].id,
        )
    )
    session.flush()


def _dues(session: Session) -> FundSource:
    return session.scalars(select(FundSource)).one()


def _transferred(bureau: Bureau, unit: OrgUnit, row: Application) -> Grant:
    session, source = bureau.session, _dues(bureau.session)
    row.stage = "payment"
    grant = make.grant(session, row)
    purse = ledger.account(session, AccountKind.SOURCE, source=source, year=make.NOW.year)
    leg = Leg(ledger.unit_account(session, unit, source), purse, grant.fen)
    by = bureau["finance"]
    entry = ledger.journal(session, "transfer", [leg], by=by, at=make.NOW, memo=unit.name)
    make.transfer(session, unit, source, bureau.users["finance"], entry, grant)
    return grant


def _paid(bureau: Bureau, unit: OrgUnit, grant: Grant) -> None:
    session, source = bureau.session, _dues(bureau.session)
    member = ledger.account(session, AccountKind.MEMBER, source=source, member=grant.member)
    leg = Leg(member, ledger.unit_account(session, unit, source), grant.fen)
    by, number = bureau["committee_clerk"], grant.application.number
    entry = ledger.journal(session, "payment", [leg], by=by, at=make.NOW, memo=number)
    given = {"journal_id": entry.id, "paid_on": make.TODAY, "payee_name": grant.member.name}
    make.payment(session, grant, source, state="paid", **given)


@pytest.fixture
def office(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Roadside:
    monkeypatch.setenv("SUNSHINE_DATA", str(tmp_path))
    return open_roadside(database, tmp_path, {"王建国": {}, "刘长河": {}}, begun)


def cells(page: str) -> list[list[str]]:
    """Texts of all rows of the tables of the page."""
    rows = re.findall(r"<tr>(.*?)</tr>", page[page.index("<main") :], re.S)
    found = [re.findall(r"<td.*?</td>", row, re.S) for row in rows]
    return [[re.sub(r"<[^>]+>|\s+", " ", one).strip() for one in row] for row in found if row]


def one(office: Roadside, query: object) -> object:
    with office.session() as session:
        return session.scalar(query)  # type: ignore[call-overload]  # any select


def grant_of(office: Roadside, name: str) -> int:
    with office.session() as session:
        query = select(Grant.id).join(Member, Member.id == Grant.member_id)
        return session.scalars(query.where(Member.name == name)).one()


def balances_of(page: str) -> str:
    """The headings of what stands in the purses, on the page of transfers."""
    return " ".join(re.findall(r"<dt>([^<]+)</dt>", page))


def add(office: Roadside, **typed: str) -> None:
    given = {"source": "1", "amount": "5000", **typed}
    office.at("finance").press("/funds/", "/funds/budget", **given)


# -- who


def test_only_who_reads_the_ledger_opens_its_pages(office: Roadside) -> None:
    for name in READERS:
        for path in ("/funds/", "/funds/journal/", "/recoveries/"):
            assert f'href="{path}"' in office.at(name).get(path)
    for name in CLOSED:
        for path in ("/funds/", "/funds/journal/", "/funds/journal/1", "/recoveries/"):
            office.at(name).get(path, status=403)
        assert 'href="/funds/"' not in office.at(name).get("/")


@pytest.mark.parametrize(
    ("path", "may"),
    [
        ("/funds/budget", ("finance", "leader")),
        ("/funds/source", ("finance", "leader")),
        ("/funds/journal/1/reverse", ("finance",)),
        ("/recoveries/new/1", ("finance", "leader", "auditor")),
        ("/recoveries/1/receive", ("finance", "leader", "auditor")),
    ],
)
def test_money_is_moved_by_nobody_else(office: Roadside, path: str, may: tuple[str, ...]) -> None:
    before = one(office, select(func.count()).select_from(Journal))
    for name in {*READERS, *CLOSED}:
        answer = office.at(name).browser.post(path)
        assert answer.status_code == (422 if name in may else 403), name
    assert one(office, select(func.count()).select_from(Journal)) == before


def test_a_committee_sees_its_own_money_and_nothing_of_its_neighbours(office: Roadside) -> None:
    own = office.at("committee_clerk")
    page, journal = own.get("/funds/"), own.get("/funds/journal/")
    assert [row[0] for row in cells(page)] == ["龙山镇党委", "合计"]
    assert "王建国" in journal
    for text in (page, journal, own.get("/recoveries/")):
        assert OTHER not in text
        assert OTHER_UNIT not in text
        assert "100,000" not in text, "what the department holds is not the committee's to see"
    every = office.at("auditor").get("/funds/journal/")
    assert OTHER in every
    with office.session() as session:
        known = set(session.scalars(select(Journal.id)))
    seen = set(re.findall(r'href="/funds/journal/(\d+)"', journal))
    assert len(seen) == 3
    for number in known:
        own.get(f"/funds/journal/{number}", status=200 if str(number) in seen else 404)
    own.get("/recoveries/1", status=404)


# -- budgets


def test_r_5_the_ledger_tells_budget_used_and_left(office: Roadside) -> None:
    rows = cells(office.at("finance").get("/funds/"))
    assert rows[0] == ["区管党费", "2010", "100,000.00元", "2,400.00元", "97,600.00元"]
    assert [row[0] for row in rows[2:]] == ["龙山镇党委", OTHER_UNIT, "合计"]
    assert rows[-1][-1] == "1,200.00元"


def test_the_use_of_funds_tells_sources_from_committees_and_adds_each_up(office: Roadside) -> None:
    desk = office.at("auditor")
    page = desk.get("/reports/funds?year=2010")
    parts = re.findall(r'<tr class="parting"><th scope="rowgroup" colspan="6">([^<]+)', page)
    assert parts == ["按资金来源", "按党（工）委"]
    assert [row[0] for row in cells(page)] == [
        *("区管党费", "合计", "龙山镇党委", OTHER_UNIT, "合计"),
    ]
    assert cells(page)[1] == ["合计", "100,000.00", "—", "2,400.00", "1,200.00", "97,600.00"]
    assert cells(page)[-1] == ["合计", "—", "2,400.00", "2,400.00", "1,200.00", "—"]
    csv = desk.get("/reports/funds.csv?year=2010").splitlines()
    assert [line.split(",")[0] for line in csv[1:]] == [
        *("按资金来源", "区管党费", "合计", "按党（工）委", "龙山镇党委", OTHER_UNIT, "合计"),
    ]
    assert csv[3].split(",")[1:4] == ["100000.00", "", "2400.00"]


def test_a_budget_is_raised_once_however_often_the_page_is_sent(office: Roadside) -> None:
    desk = office.at("finance")
    form = form_to(desk.get("/funds/"), "/funds/budget")
    typed = {"source": "1", "year": "2011", "amount": "1,234.50", "memo": "历组〔2010〕5号"}
    for _again in range(2):
        assert desk.send(form, "/funds/", **typed).status_code == 302
    assert one(office, select(Budget.fen).where(Budget.year == 2011)) == 123_450
    assert "历组〔2010〕5号" in desk.get("/funds/journal/")
    assert cells(desk.get("/funds/?year=2011"))[0][1:3] == ["2011", "1,234.50元"]
    assert "2,400.00" in desk.get("/funds/?year=all")


def test_every_fault_of_a_budget_stands_beside_its_field_and_what_was_typed_stays(
    office: Roadside,
) -> None:
    typed = {"source": "", "year": "十年", "amount": "五千", "memo": "留下"}
    page = office.at("finance").refused("/funds/", "/funds/budget", **typed)
    beside = " ".join(re.findall(r'<ul class="field-faults" id="budget-.*?</ul>', page, re.S))
    for words in ("请选择资金来源", "“十年”不能作为年份", "“五千”不是金额"):
        assert words in beside
    for value in ("十年", "五千", "留下"):
        assert f'value="{value}"' in page
    for year, source in (("1999", ""), ("1999", "1"), ("2012", "1")):
        typed |= {"year": year, "source": source}
        page = office.at("finance").refused("/funds/", "/funds/budget", **typed)
        assert f"{year}年不能录入预算，应在2010年至2011年之间" in page
        assert "“五千”不是金额" in page
    for amount in ("0", "-1", "0.001", "9" * 40):
        office.at("finance").refused("/funds/", "/funds/budget", source="1", amount=amount)
    assert one(office, select(func.sum(Budget.fen))) == 10_000_000


def test_a_source_is_opened_under_a_code_of_its_own(office: Roadside) -> None:
    desk = office.at("finance")
    typed = {"code": "city", "zh": "市级资金", "en": "City funds"}
    desk.press("/funds/", "/funds/source", **typed)
    assert "资金来源“市级资金”已设立" in desk.get("/funds/")
    page = desk.refused("/funds/", "/funds/source", **{**typed, "zh": ""})
    beside = " ".join(re.findall(r'<ul class="field-faults" id="source-.*?</ul>', page, re.S))
    assert "请填写资金来源的中文名称" in beside
    assert "city" in beside
    empty = " ".join(said(desk.refused("/funds/", "/funds/source")))
    assert "有2处需要处理" in empty
    for what in ("代码", "中文名称"):
        assert f"请填写资金来源的{what}" in empty, "each by its name"
    assert 'value="City funds"' in page
    desk.press("/funds/", "/funds/source", code="alms", zh="社会捐助", en=" ")
    named = select(FundSource.en).where(FundSource.code == "alms")
    assert one(office, named) == "社会捐助", "a name that nobody reads is not demanded"


# -- journal


def test_the_journal_is_newest_first_and_narrowed_by_source_kind_and_day(
    office: Roadside,
) -> None:
    office.clock.later(2)
    add(office)
    desk = office.at("finance")
    numbers = [int(row[0]) for row in cells(desk.get("/funds/journal/"))]
    assert len(numbers) == 8
    assert numbers == sorted(numbers, reverse=True)
    assert len(cells(desk.get("/funds/journal/?kind=payment"))) == 2
    assert len(cells(desk.get("/funds/journal/?source=1"))) == 8
    assert cells(desk.get("/funds/journal/?source=999")) == []
    assert len(cells(desk.get("/funds/journal/?since=2010-12-05"))) == 1
    assert len(cells(desk.get("/funds/journal/?until=2010-12-04"))) == 7
    assert len(cells(desk.get("/funds/journal/?kind=x&since=x&until=9999-12-31"))) == 8


def test_a_long_journal_comes_in_pages_that_join(
    office: Roadside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("admin.pages.journal.PAGE", 3)
    desk = office.at("finance")
    path, seen = "/funds/journal/", []
    while path:
        page = desk.get(path)
        seen += [int(row[0]) for row in cells(page)]
        following = re.search(r'href="([^"]+)" rel="next"', page)
        path = following[1].replace("&amp;", "&") if following else ""
    with office.session() as session:
        assert sorted(seen, reverse=True) == seen
        assert set(seen) == set(session.scalars(select(Journal.id)))
    back = re.search(r'href="([^"]+)" rel="prev"', page)
    assert back
    assert [int(row[0]) for row in cells(desk.get(back[1]))] == seen[3:6]


def test_an_entry_names_what_it_concerns_and_who_made_it(office: Roadside) -> None:
    page = office.at("committee_clerk").get("/funds/journal/?kind=payment")
    (row,) = cells(page)
    assert "王建国" in row[3]
    assert "龙山镇党委" in row[3]
    assert row[6] == "committee_clerk"
    assert 'href="/application/2"' in page
    assert re.search(r'href="/payment/\d+">王建国', page)
    assert 'href="/application/' not in office.at("finance").get("/funds/journal/?kind=payment")
    transfers = office.at("finance").get("/funds/journal/?kind=transfer")
    assert len(re.findall(r'href="/transfers/\d+"', transfers)) == 4


def test_a_budget_is_corrected_once_with_a_reason(office: Roadside) -> None:
    add(office)
    desk = office.at("finance")
    number = cells(desk.get("/funds/journal/"))[0][0]
    path = f"/funds/journal/{number}"
    page = desk.refused(path, "/reverse", reason=" ")
    assert "请写明原因" in " ".join(said(page)), "as the field is called"
    form = form_to(desk.get(path), "/reverse")
    assert desk.send(form, path, reason="多录一次").status_code == 302
    again = desk.send(form, path, reason="再来一次")
    assert again.status_code == 422
    assert one(office, select(func.sum(Budget.fen))) == 10_000_000
    assert "已冲正" in desk.get(path)
    assert f'action="{path}/reverse"' not in desk.get(path)
    assert "多录一次" in desk.get("/funds/journal/?kind=reversal")


def test_a_budget_reversed_to_nothing_is_no_longer_among_the_present_ones(office: Roadside) -> None:
    add(office, year="2011")
    desk = office.at("finance")
    chip, purse = "/funds/?year=2011", "2011"
    assert chip in desk.get("/funds/")
    assert purse in balances_of(desk.get("/transfers/"))
    path = f"/funds/journal/{cells(desk.get('/funds/journal/'))[0][0]}"
    desk.press(path, "/reverse", reason="录错年份")
    assert chip not in desk.get("/funds/")
    assert ["2011"] not in [row[1:2] for row in cells(desk.get("/funds/?year=all"))]
    assert purse not in balances_of(desk.get("/transfers/"))
    assert "录错年份" in desk.get("/funds/journal/?kind=reversal"), "the journal keeps it"
    add(office, year="2011")
    assert chip in desk.get("/funds/"), "and it may be set aside again"


def test_a_payment_is_not_reversed_behind_its_own_page(office: Roadside) -> None:
    desk = office.at("finance")
    number = cells(desk.get("/funds/journal/?kind=payment"))[0][0]
    assert "/reverse" not in desk.get(f"/funds/journal/{number}")
    answer = desk.browser.post(f"/funds/journal/{number}/reverse", {"reason": "错"})
    assert answer.status_code == 422
    assert one(office, select(func.count()).where(Journal.kind == "reversal")) == 0


def test_the_exported_journal_is_the_filtered_one_and_the_export_is_recorded(
    office: Roadside,
) -> None:
    text = office.at("finance").get("/funds/journal/export.csv?kind=payment")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert rows[0][:6] == ["序号", "时间", "类别", "转出", "转入", "金额（元）"]
    assert [row[5] for row in rows[1:]] == ["600.00", "600.00"]
    taken = select(func.count()).where(
        AuditRecord.action == "look:export", AuditRecord.object_type == "journal"
    )
    assert one(office, taken) == 1
    for name in ("committee_clerk", "leader", "auditor", *CLOSED):
        office.at(name).get("/funds/journal/export.csv", status=403)


# -- recovery


def test_paid_aid_is_demanded_back_and_comes_in_in_parts(office: Roadside) -> None:
    desk = office.at("auditor")
    number = grant_of(office, "王建国")
    assert f'href="/recoveries/new/{number}"' in desk.get("/recoveries/?search=王建国")
    assert "/recoveries/new/" not in desk.get("/recoveries/?search=刘长河"), "nothing paid yet"
    answer = desk.press(f"/recoveries/new/{number}", f"/new/{number}", reason="虚报收入")
    path = answer.headers["Location"]
    assert "待追回" in desk.get(path)
    finance = office.at("finance")
    form = form_to(finance.get(path), "/receive")
    for _again in range(2):
        assert finance.send(form, path, amount="200").status_code == 302
    query = select(Recovery.recovered_fen).where(Recovery.grant_id == number)
    assert one(office, query) == 20_000
    page = finance.refused(path, "/receive", amount="400.01", on="2010-01-01")
    beside = " ".join(re.findall(r'<ul class="field-faults" id="receive-.*?</ul>', page, re.S))
    assert "最多还可追回400.00元" in beside
    assert 'id="receive-on-faults"' in beside
    assert 'value="400.01"' in page
    finance.press(path, "/receive", amount="400")
    page = office.at("committee_clerk").get(path)
    assert "已追回" in page
    assert '/receive"' not in page
    assert len(cells(finance.get("/funds/journal/?kind=recovery"))) == 2
    assert f'href="{path}"' in finance.get("/recoveries/?state=done")
    assert one(office, select(Account.balance_fen).where(Account.kind == "recovered")) == 60_000
    stands = dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", finance.get("/transfers/")))
    assert stands["区管党费 · 追回"] == "600.00元", "not a source without a year"


def test_every_fault_of_a_demand_stands_beside_its_field(office: Roadside) -> None:
    number = grant_of(office, "王建国")
    path, end = f"/recoveries/new/{number}", f"/new/{number}"
    desk = office.at("finance")
    page = desk.refused(path, end, amount="600.001", on="昨天", reason=" ")
    for name in ("amount", "on", "reason"):
        assert f'id="demand-{name}-faults"' in page
    page = desk.refused(path, end, amount="600.01", on="2030-01-01", reason="虚报")
    for name in ("amount", "on"):
        assert f'id="demand-{name}-faults"' in page
    assert 'value="虚报"' in page
    page = desk.refused(path, end, amount="12.345", on="2030-01-01", reason="虚报")
    for name in ("amount", "on"):
        assert f'id="demand-{name}-faults"' in page, (
            "read by the page or found by the verb: at once"
        )
    assert "金额必须大于零" not in page, "of an amount that was never read nothing else is said"
    page = desk.refused(path, end, amount="1", on="2010-01-02", reason="虚报")
    assert re.search("日期2010年1月2日不能早于款项发放日期（2010年12月.*日）", page), "which day"
    page = desk.refused(path, end, amount="900000", on="昨天", reason="虚报")
    for name in ("amount", "on"):
        assert f'id="demand-{name}-faults"' in page
    assert one(office, select(func.count()).select_from(Recovery)) == 1


def test_aid_outside_ones_reach_is_not_there_to_be_demanded(office: Roadside) -> None:
    with office.session() as session:
        role = session.scalars(select(User).where(User.username == "committee_clerk")).one()
        unit = session.scalars(select(OrgUnit).where(OrgUnit.name == "龙山镇党委")).one()
        make.role(session, "recoverer", ["fund.read", "fund.recover"])
        make.grant_role(session, role, "recoverer", unit)
        session.commit()
    desk = office.at("committee_clerk")
    theirs = grant_of(office, OTHER)
    desk.get(f"/recoveries/new/{theirs}", status=404)
    assert desk.browser.post(f"/recoveries/new/{theirs}").status_code == 404
    assert desk.browser.post("/recoveries/1/receive").status_code == 404
    assert "/recoveries/new/" not in desk.get(f"/recoveries/?search={OTHER}")
    desk.get(f"/recoveries/new/{grant_of(office, '王建国')}")


# -- the bank's file


def test_the_bank_gets_the_cards_of_a_roster_with_count_and_total(office: Roadside) -> None:
    with office.session() as session:
        slip = session.scalars(select(Payment.id).where(Payment.state == "prepared")).one()
        theirs = session.scalars(
            select(Payment.id).join(Grant, Grant.id == Payment.grant_id).join(Member).where(
                Member.name == OTHER
            )
        ).one()  # fmt: skip
    desk = office.at("committee_clerk")
    rows = list(csv.reader(io.StringIO(desk.get(f"/payments/bank.csv?p={slip}").lstrip("\ufeff"))))
    assert rows[0] == ["序号", "户名", "银行账号", "金额（元）", "摘要"]
    assert rows[1] == ["1", "刘长河", CARD, "600.00", "生活困难帮扶"]
    assert rows[2] == ["合计", "共1笔", "", "600.00", ""]
    taken = select(func.count()).where(AuditRecord.action == "look:bank_file")
    assert one(office, taken) == 1
    answer = desk.browser.get(f"/payments/bank/bank_batch?p={slip}")
    assert (
        answer.data.decode("gb18030").splitlines()[1].startswith(f"1|{slip}|{CARD}|刘长河|600.00")
    )
    assert one(office, taken) == 2
    assert "银行代发文件" in desk.get("/payments/")
    desk.get(f"/payments/bank/screening_list?p={slip}", status=404)
    desk.get(f"/payments/bank.csv?p={theirs}", status=404)
    for bad in ("", "?p=x", "?p=999"):
        desk.get(f"/payments/bank.csv{bad}", status=404)
    for name in ("verifier", "leader", "auditor", *CLOSED):
        office.at(name).get(f"/payments/bank.csv?p={slip}", status=403)
