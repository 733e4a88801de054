"""Two more offices at a real Chromium: nothing but their own rule files in a fresh database, and one
case of each clicked from the application to the signed receipt by every role of the policy.

Each begins as docs/production.md has it. No page on the way speaks of the Party or of the union.
SQLite alone, as what is stored is tested elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from casework import calendar
from casework.__main__ import main as casework_command
from models import Application, OrgUnit
from models.secrets import Keyring, use_keyring
from seeds.first_admin import main as first_admin
from tests import factories
from tests.admin.conftest import HASH, PASSWORD
from tests.admin.roadside import Clock, Roadside, _application
from tests.browser.conftest import Live
from tests.browser.seat import Seat
from tests.browser.server import serving
from tests.conftest import Database, _copy

pytestmark = [pytest.mark.browser, pytest.mark.slow]
RULESETS = Path(__file__).parents[2] / "rulesets"
NOW = datetime(2026, 5, 11, 1, 0, tzinfo=UTC)  # a Monday; no holiday in the two weeks after it
PERSON = "王建国"
ROLES = {
    "clerk": ("branch_clerk", "branch"),
    "head": ("branch_secretary", "branch"),
    "verifier": ("committee_verifier", "committee"),
    "leader": ("department_leader", "department"),
    "finance": ("finance", "department"),
    "reviewer": ("department_reviewer", "department"),
}
ELSEWHERE = (
    *("党支部", "党员", "党委", "党费", "党（工）委", "组织部", "部长", "职工", "工会", "历城"),
    *("年度帮扶工作", "筛查名单", "报送备案", "资金拨付", "见证人"),  # steps that neither has
)
ACCOUNT = "6222020200012345678"


@dataclass(frozen=True)
class Office:
    """An office and its policy: the unit of each level, what its kind of branch is called."""

    policy: str
    department: str
    committee: str
    branch: str
    kind: tuple[str, str]


QINGHE = Office(
    "qinghe-medical-2025", "清河县医疗保障局", "石桥镇", "王庄村委会", ("village", "村")
)
HUAISHU = Office(
    "huaishu-grades-2025", "槐树街道办事处", "民政科", "梧桐社区居委会", ("community", "社区")
)  # fmt: skip


class Reader(Seat):
    """Whoever clicks reads each page too: there is no word of another office on it."""

    def no_errors(self) -> None:
        super().no_errors()
        text = self.driver.find_element(By.TAG_NAME, "body").text
        assert not [word for word in ELSEWHERE if word in text], (self.path, text)


@pytest.fixture
def opened(
    request: pytest.FixtureRequest, driver: Chrome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[Office], Live]]:
    """Opens an office on its first day."""
    before = use_keyring(Keyring([bytes(range(32))]))
    monkeypatch.setenv("SUNSHINE_DATA", str(tmp_path))
    with _copy(request, "sqlite", tmp_path) as database:
        clock = Clock(NOW)
        app = _application(database, tmp_path, clock)
        driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
        with serving(app) as address:

            def begin(office: Office) -> Live:
                return Live(Roadside(app, database, clock, fill(database, office)), address, driver)

            yield begin
            driver.get("about:blank")
    use_keyring(before)


def fill(database: Database, office: Office) -> dict[str, int]:
    """The administrator and the policy by their commands; units, a login for each role, and one
    person to be helped, with a card."""
    names = ["--organisation", office.department, "--no-sources"]
    assert first_admin(["chief", *names, "--database", database.url]) == 0
    published = ["publish", str(RULESETS / office.policy), "--from", "2025-03-01"]
    assert casework_command(["--database", database.url, *published]) == 0
    with database.sessions.begin() as session:
        units = {"department": session.query(OrgUnit).one()}
        units["committee"] = factories.org(
            session, "committee", units["department"], name=office.committee
        )
        kind, kind_zh = office.kind
        units["branch"] = factories.org(
            session, "branch", units["committee"], name=office.branch, kind=kind, kind_zh=kind_zh
        )
        for name, (role, level) in ROLES.items():
            named = {"username": name, "display_name": name, "password_hash": HASH}
            factories.user(session, (role, units[level]), **named)
        card = {"bank_account": ACCOUNT, "bank_name": "农业银行"}
        person = factories.member(session, units["branch"], name=PERSON, **card)
        factories.household(session, person, size=2, income_yuan=9600)
        calendar.fill(session, NOW.year, NOW.year)
        return {PERSON: person.id}


def sit(live: Live, name: str) -> Reader:
    """Another person sits down."""
    seat = Reader(live.driver, live.address)
    seat.sign_out()
    seat.sign_in(name, PASSWORD)
    return seat


def answer(seat: Seat, facts: Mapping[str, str]) -> None:
    """Give what is asked by its words: choices are clicked, everything else is typed."""
    for label, value in facts.items():
        group = f"//main//fieldset[legend[normalize-space(.)='{label}' or .='{label}*']]"
        if any(one.is_displayed() for one in seat.driver.find_elements(By.XPATH, group)):
            seat.choose(label, value)
        else:
            seat.write(label, value)


def budget(live: Live) -> None:
    """Finance names the office's own money and its budget."""
    seat = sit(live, "finance")
    seat.go("资金台账")
    seat.ask_for("新增资金来源")
    answer(seat, {"代码": "aid", "中文名称": "财政专项资金", "英文名称": "Public funds"})
    seat.press("新增资金来源")
    seat.ask_for("增加预算")
    seat.pick("资金来源", "财政专项资金")
    seat.write("增加金额", "100000")
    seat.press("增加预算")


def entered(live: Live, road: str, facts: Mapping[str, str]) -> str:
    """The application handed in by the clerk; gives the address of the case."""
    seat = sit(live, "clerk")
    seat.go("登记申请")
    seat.write("谁提出申请？", PERSON)
    seat.press("查找")
    seat.press_card(road)
    answer(seat, facts)
    seat.press("登记申请")
    return seat.path


def proofs(seat: Seat, folder: Path, *kinds: str) -> None:
    """A scan of each kind of paper, on the page of the case."""
    for kind in kinds:
        scan = folder / f"{kind}.pdf"
        scan.write_bytes(b"%PDF-1.4 one page %%EOF")
        seat.unfold("上传材料")
        seat.pick("材料种类", kind)
        seat.attach("文件", scan)
        seat.press("上传")


def checked(live: Live, case: str, facts: Mapping[str, str], seal: str) -> None:
    """The middle level fills in what it knows, checks the form and seals it."""
    seat = sit(live, "verifier")
    seat.open(case)
    seat.unfold("审核盖章")
    form = {
        "本人签字": "签字", "申请表填写人": "本人填写", "申请表份数": "1", "审核意见": "情况属实",
        "审核结论": "同意上报", seal: "是", "报送日期": NOW.date().isoformat(),
    }  # fmt: skip
    answer(seat, {**facts, **form})
    seat.press("审核盖章")


def approved(live: Live, case: str) -> None:
    seat = sit(live, "leader")
    seat.open(case)
    seat.unfold("登记批准结果")
    seat.choose("结果", "批准")
    seat.press("登记批准结果")


def posted(live: Live, office: Office, row: str) -> None:
    """The notice hangs its working days, is printed, and is taken down after them."""
    seat = sit(live, "clerk")
    seat.go("公示管理")
    seat.go(office.branch)
    seat.press("预览公示")
    assert row in seat.text()
    seat.press("登记张榜")
    seat.go("打印公示")
    assert row.split()[-1] in seat.text()
    seat.go("返回")
    notice = seat.path
    live.office.clock.later(7)
    seat = sit(live, "head")
    seat.open(notice)
    seat.press("登记公示期满")


def paid(live: Live, case: str, amount: str) -> None:
    """Paid to the card, the receipt recorded, the file put away."""
    seat = sit(live, "finance")
    seat.go("发放签收")
    seat.pick("资金来源", "财政专项资金")
    seat.press("列入花名册")
    assert amount in seat.text()
    seat.press("确认打卡")
    seat.open("/payments/")
    seat.go(PERSON)
    seat.choose("签收方式", "本人签字")
    seat.press("登记回执")
    seat = sit(live, "reviewer")
    seat.open(case)
    seat.go("打印申请表")
    seat.open(case)
    seat.unfold("归档")
    seat.press("归档")
    assert "已发放" in seat.text()


def end_of(live: Live) -> tuple[str, str, int | None, str]:
    with live.office.session() as session:
        row = session.query(Application).one()
        assert row.grant is not None
        (payment,) = row.grant.payments
        assert payment.receipt is not None
        return row.status.value, row.stage, row.approved_fen, payment.state.value


def test_medical_aid_is_clicked_from_entry_to_receipt(
    opened: Callable[[Office], Live], tmp_path: Path
) -> None:
    """25,000 yuan by bands and 300 for travel, which no Python knows of."""
    live = opened(QINGHE)
    budget(live)
    at_entry = {
        "户籍在本县": "是",
        "住院天数": "12",
        "县外住院": "是",
        "病情及申请事项": "住院治疗，申请救助。",
    }
    case = entered(live, "住院救助", at_entry)
    seat = Reader(live.driver, live.address)
    assert "慢特病认定日期" not in seat.text()  # no form of this kind of aid asks for it
    proofs(seat, tmp_path, "出院小结和结算单")
    by_township = {
        "人员类别": "低保对象", "家庭年收入": "9600", "住院自付费用": "40000",
        "因斗殴或酗酒所致": "否", "美容、整形等非治疗性费用": "否", "第三人已经赔付": "否",
    }  # fmt: skip
    checked(live, case, by_township, "已盖乡镇（街道）印章")
    approved(live, case)
    posted(live, QINGHE, "王建国 低保对象 25300.00")
    paid(live, case, "25,300.00")
    assert end_of(live) == ("closed", "filed_away", 2_530_000, "paid")


def test_graded_help_is_clicked_from_entry_to_receipt(
    opened: Callable[[Office], Live], tmp_path: Path
) -> None:
    """75 points are the second grade: 2,600 yuan, five per cent more since 2026."""
    live = opened(HUAISHU)
    budget(live)
    at_entry = {
        "在本街道居住满一年": "是",
        "最年长成员出生日期": "1940-03-05",
        "家庭困难情况": "家中有病人，收入低。",
    }
    case = entered(live, "分级帮扶", at_entry)
    seat = sit(live, "head")
    seat.open(case)
    seat.unfold("登记上门核查")
    answer(seat, {
        "家庭月收入": "800", "家庭成员残疾程度": "轻度残疾", "患重病成员人数": "1",
        "其他负担": "租房居住", "拥有机动车": "否", "住房套数": "0", "家庭存款": "0",
        "拒绝提供收支情况": "否", "入户人数": "2", "调查结论": "情况属实", "调查报告": "属实",
    })  # fmt: skip
    seat.press("登记上门核查")
    proofs(seat, tmp_path, "收入证明", "残疾人证")
    checked(live, case, {}, "已盖民政科印章")
    approved(live, case)
    posted(live, HUAISHU, "王建国 二级 2730.00")
    paid(live, case, "2,730.00")
    assert end_of(live) == ("closed", "filed_away", 273_000, "paid")
