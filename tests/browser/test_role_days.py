"""The working day of each role at a real Chromium: what waits is opened, somebody or some page is
found by the search box, the work is done, and the first page shows that it is done.

One office at work serves all days: every role has a case of its own at hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait
from sqlalchemy import select

from models import Application, Member, User
from models.secrets import Keyring, use_keyring
from tests.admin.conftest import PASSWORD
from tests.admin.roadside import Roadside, open_roadside
from tests.admin.test_cases_walk import complete, decide, file_and_screen, post_and_end
from tests.browser.seat import WAIT, Seat
from tests.browser.server import serving
from tests.casework.bureau import Bureau, prepare, register, walk
from tests.conftest import _copy

pytestmark = pytest.mark.browser
AT = {
    "王评": "appraisal",
    "赵审": "branch_check",
    "冯报": "branch_check",
    "钱实": "committee_verify",
    "陈核": "committee_verify",
    "孙复": "department_review",
    "李会": "meeting",
}
LATER = ("周款", "吴筛", "郑备")  # for finance, for the screener, to be filed; in this order
IN_SIGHT = """
const box = arguments[0].getBoundingClientRect(), root = document.documentElement;
return box.left >= 0 && box.right <= root.clientWidth && root.scrollWidth <= root.clientWidth;
"""


def case_of(office: Roadside, name: str) -> int:
    """The number of somebody's only application."""
    query = select(Application.id).where(Application.member_id == office.members[name])
    with office.session() as session:
        return session.scalars(query).one()


def begun(bureau: Bureau, members: Mapping[str, Member]) -> None:
    """A case of its own for each of the early roles; the later ones wait to be put on the agenda."""
    for name, stage in AT.items():
        road = "sudden" if stage == "meeting" else "living"
        prepare(bureau, walk(bureau, register(bureau, members[name], road), stage))
    for name in LATER:
        walk(bureau, register(bureau, members[name]), "department_review")


def pressed(office: Roadside) -> None:
    """One may be paid for, one is on the screener's list, one was posted and is to be filed;
    the result of a meeting waits to be confirmed."""
    for name in LATER:
        case = case_of(office, name)
        complete(office, "reviewer", case, opinion="符合条件", conclusion="agree")
        decide(office, case, result="agreed")
        post_and_end(office)
        if name == "周款":
            file_and_screen(office, case)
        elif name == "吴筛":
            clerk = office.at("committee_clerk")
            clerk.press("/filings/", "/filings/file", **{"list-contact": "赵干事"})
            clerk.press("/screenings/", "/screenings/enter")
    minutes = {"list-minutes_number": "2010-13", "list-attendees": "部长办公会成员"}
    result = {f"row-{case_of(office, '李会')}-result": "agreed"}
    office.at("reviewer").press("/meetings/", "/meetings/record", **minutes, **result)
    office.at("reviewer").scan_minutes()


@dataclass
class Day:
    """The office, the browser, and whoever sits at it."""

    office: Roadside
    seat: Seat

    def begin(self, name: str) -> None:
        """Sign in by the form: the first page."""
        self.seat.sign_out()
        self.seat.sign_in(name, PASSWORD)
        assert self.seat.path == "/"

    def pile(self, words: str) -> None:
        """Open what waits, by its words on the first page."""
        seat = self.seat
        seat.open("/")
        path = f"//a[contains(@class, 'pile')][contains(., '{words}')]"
        link = seat.driver.find_element(By.XPATH, path)
        seat._leave(lambda: seat.click(link))

    def find(self, words: str) -> None:
        """Ctrl-K, some characters, Enter."""
        driver = self.seat.driver
        keys = ActionChains(driver)
        keys.key_down(Keys.CONTROL).send_keys("k").key_up(Keys.CONTROL).send_keys(words).perform()
        found = f"//*[@id='find']//*[@role='option'][contains(., '{words}')]"
        self.until(lambda: driver.find_elements(By.XPATH, found))
        marked = driver.find_element(By.CSS_SELECTOR, "#find [role=option][aria-selected=true]")
        there = marked.get_attribute("href")
        assert words in marked.text
        self.seat._leave(lambda: ActionChains(driver).send_keys(Keys.ENTER).perform())
        assert driver.current_url.startswith(there)

    def until(self, ready: Callable[[], object]) -> None:
        WebDriverWait(self.seat.driver, WAIT, poll_frequency=0.03).until(lambda _d: ready())

    def in_sight(self, element: WebElement) -> bool:
        """Whether it lies within the width of the screen, and the page scrolls nowhere sideways."""
        size = self.seat.driver.execute_script("return [innerWidth, innerHeight]")
        assert size[0] == 1366, size
        return bool(self.seat.driver.execute_script(IN_SIGHT, element))

    def main_action(self, words: str) -> None:
        """Open the box of the step, which the page of the case shows without scrolling sideways."""
        path = f"//main//summary[contains(normalize-space(.), '{words}')]"
        action = self.seat.driver.find_element(By.XPATH, path)
        assert self.in_sight(action), words
        self.seat.unfold(words)

    def end(self) -> None:
        """Sign out by the menu; the pages are closed then."""
        seat = self.seat
        seat.click(seat.driver.find_element(By.CSS_SELECTOR, ".user-button"))
        seat.press("退出登录", "header")
        assert "/login" in seat.path
        seat.open("/members/")
        assert "/login" in seat.path


@pytest.fixture(scope="module")
def day(
    request: pytest.FixtureRequest, driver: Chrome, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Day]:
    folder = tmp_path_factory.mktemp("days")
    before = use_keyring(Keyring([bytes(range(32))]))  # the one of single tests, for all of them
    with (
        pytest.MonkeyPatch.context() as patch,
        _copy(request, "sqlite", folder) as database,
    ):
        patch.setenv("SUNSHINE_DATA", str(folder))
        office = open_roadside(database, folder, {n: {} for n in (*AT, *LATER)}, begun, pressed)
        driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": 1366, "height": 768, "deviceScaleFactor": 1, "mobile": False},
        )
        with serving(office.app) as address:
            yield Day(office, Seat(driver, address))
            driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
            driver.get("about:blank")  # nothing asks any more
    use_keyring(before)


def branch_clerk(day: Day) -> None:
    day.begin("clerk")
    day.pile("支部民主评议")
    seat = day.seat
    assert "王评" in seat.text()
    day.find("王评")
    day.pile("支部民主评议")
    day.main_action("登记评议结果")
    for label, value in (
        ("主持人", "李书记"),
        ("应到人数", "12"),
        ("实到人数", "10"),
        ("评议意见", "情况属实"),
    ):
        seat.write(label, value)
    seat.choose("评议结论", "同意推荐")
    seat.press("登记评议结果")
    seat.open("/")
    assert "支部民主评议" not in waiting(seat)


def branch_secretary(day: Day) -> None:
    day.begin("secretary")
    day.find("冯报")
    seat = day.seat
    seat.open(f"/application/{case_of(day.office, '冯报')}")
    day.main_action("上报")
    seat.choose("申请表填写人", "本人填写")
    seat.choose("本人签字或手印", "签字")
    seat.write("申请表份数", "2")
    seat.write("党支部意见", "情况属实，同意上报")
    seat.choose("已盖党支部印章", "是")
    seat.write("党支部书记签字", "李书记")
    seat.press("上报")
    assert "现在环节：党（工）委核实" in seat.text()
    assert "由党（工）委办理" in seat.text(), "whose turn it is"
    seat.open("/")
    assert "冯报" not in waiting(seat)


def committee_clerk(day: Day) -> None:
    day.begin("committee_clerk")
    day.find("郑备")
    seat = day.seat
    seat.go("备案")
    assert "郑备" in seat.text()
    seat.write("报送人", "赵干事")
    seat.press("报送备案")
    assert "已备案，编号" in seat.text()
    seat.go("筛查名单")
    assert "郑备" in seat.text(), "the next list that waits"


def verifier(day: Day) -> None:
    day.begin("verifier")
    verified(day, "钱实")


def committee_leader(day: Day) -> None:
    day.begin("committee_leader")
    assert "2010年度" in day.seat.text(), "the figures of the committee"
    verified(day, "陈核")


def verified(day: Day, name: str) -> None:
    """Somebody of the committee finds, opens, verifies and seals the application of this person."""
    day.find(name)
    seat = day.seat
    seat.open("/")
    assert "核实盖章" in waiting(seat), "what is to be done; a name stands there where several wait"
    seat.open(f"/application/{case_of(day.office, name)}")
    day.main_action("核实盖章")
    seat.choose("经组织认定不适合申请", "否")
    seat.choose("核实方式", "入户走访")
    seat.choose("原件已核", "是")
    seat.write("党（工）委意见", "情况属实")
    seat.choose("核实结论", "同意上报")
    seat.choose("已盖党（工）委印章", "是")
    today = day.office.clock.now.date().isoformat()
    seat.write("盖章日期", today)
    seat.write("报送区委组织部日期", today)
    seat.press("核实盖章")
    seat.open("/")
    assert name not in waiting(seat)


def reviewer(day: Day) -> None:
    day.begin("reviewer")
    day.find("孙复")
    seat = day.seat
    seat.open(f"/application/{case_of(day.office, '孙复')}")
    day.main_action("提交上会")
    seat.write("复核意见", "符合条件")
    seat.choose("复核结论", "同意提交研究")
    seat.press("提交上会")
    assert "待审批" in seat.text()
    seat.open("/")
    assert "登记会议结果" in waiting(seat), "the next step of the case"


def leader(day: Day) -> None:
    day.begin("leader")
    day.find("李会")
    seat = day.seat
    seat.open("/")
    assert "部长办公会" in waiting(seat)
    seat.go("会议与审批")
    assert "李会" in seat.text()
    seat.press("确认结果")
    seat.open("/meetings/")
    assert "李会" not in seat.text()


def screener(day: Day) -> None:
    day.begin("screener")
    day.find("筛查")
    seat = day.seat
    seat.open("/screenings/")
    seat.go("名单2")
    seat.choose("筛查结果: 吴筛", "筛查无误", seat.row("吴筛"))
    seat.press("登记筛查结果")
    assert "已登记1人" in seat.text()


def finance(day: Day) -> None:
    day.begin("finance")
    day.find("资金拨付")
    seat = day.seat
    assert "周款" in seat.text()
    every = seat.driver.find_element(By.CSS_SELECTOR, "[data-every]")
    rows = len(seat.driver.find_elements(By.NAME, "pick"))
    assert f"已选： {rows} " in seat.text()
    seat.click(every)
    assert "合计： 0.00元" in seat.text(), "the sum follows the ticks"
    seat.click(every)
    assert f"合计： {600 * rows:,}.00元" in seat.text()
    seat.pick("资金来源", "区管党费")
    seat.write("拨款凭证号", "凭证1")
    seat.press("确认拨付")
    seat.open("/transfers/")
    assert "周款" not in seat.text()
    seat.open("/")
    assert "周款" in seat.text(), "what was done last"


def auditor(day: Day) -> None:
    day.begin("auditor")
    day.find("王评")
    seat = day.seat
    seat.open("/")
    day.pile("被拒绝的操作")
    assert seat.path.startswith("/audit/")
    seat.go("审计日志")
    seat.driver.find_element(By.NAME, "search").send_keys("notice.post", Keys.ENTER)
    day.until(lambda: "search=notice.post" in seat.path)
    assert len(seat.driver.find_elements(By.CSS_SELECTOR, "main table tbody tr")) == len(LATER)
    seat.no_errors()


def officer(day: Day) -> None:
    day.begin("officer")
    seat = day.seat
    day.find("政策参数")
    sheet = "section[@id='living_amount']"
    seat.click(seat.driver.find_element(By.XPATH, f"//{sheet}//summary"))
    seat.write("起始日期", "2011-01-01", sheet)
    seat.write("新数值", "700", sheet)
    seat.press("写入草案", sheet)
    seat.open("/policy/licheng-2010/draft")
    seat.write("生效日期", "2011-01-01")
    seat.write("改动内容和依据", "区委文件")
    seat.press("提交签发")
    seat.open("/")
    assert "等待第二人签发" in seat.text()


def administrator(day: Day) -> None:
    day.begin("administrator")
    day.find("账号与角色")
    seat = day.seat
    seat.go("neighbour")
    seat.press("重置密码")
    assert seat.driver.find_element(By.CSS_SELECTOR, "main .lead.mono").text
    with day.office.session() as session:
        user = session.query(User).filter_by(username="neighbour").one()
        assert user.must_change_password


def waiting(seat: Seat) -> str:
    """What the first page says waits for this person."""
    return seat.driver.find_element(By.XPATH, "//section[@aria-labelledby='mine']").text


# who, and where their case stands at the end of the day
DAYS: dict[Callable[[Day], None], tuple[str, str] | None] = {
    branch_clerk: ("王评", "branch_check"),
    branch_secretary: ("冯报", "committee_verify"),
    committee_clerk: ("郑备", "screening"),
    verifier: ("钱实", "department_review"),
    committee_leader: ("陈核", "department_review"),
    reviewer: ("孙复", "decision"),
    leader: ("李会", "notice"),
    screener: ("吴筛", "transfer"),
    finance: ("周款", "payment"),
    auditor: None,
    officer: None,
    administrator: None,
}


@pytest.mark.parametrize("of_role", DAYS, ids=lambda one: one.__name__)
def test_a_day_from_signing_in_to_signing_out(day: Day, of_role: Callable[[Day], None]) -> None:
    of_role(day)
    day.end()
    if case := DAYS[of_role]:
        name, stage = case
        assert day.office.application(case_of(day.office, name)).stage == stage
