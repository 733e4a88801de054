"""The officer who never sees a rule file: from a number typed to an edition in force, which a
second person has signed, at a real Chromium. SQLite alone: what is stored is tested elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from casework import assessments
from models import Application, Edition
from models.secrets import Keyring, use_keyring
from tests.admin.roadside import Roadside, open_roadside
from tests.browser.conftest import Live
from tests.browser.seat import Seat
from tests.browser.server import serving
from tests.casework.bureau import LIVING
from tests.conftest import _copy

pytestmark = [pytest.mark.browser, pytest.mark.slow]
HOME = "/policy/licheng-2010/"
NOTICE_DAYS = "procedure.yaml/notice/days/at_least"
NEW_YEAR = date(2011, 1, 1)
AMOUNT = "section[@id='living_amount']"


@pytest.fixture
def office(
    request: pytest.FixtureRequest, driver: Chrome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Live]:
    before = use_keyring(Keyring([bytes(range(32))]))
    monkeypatch.setenv("SUNSHINE_DATA", str(tmp_path))
    with _copy(request, "sqlite", tmp_path) as database:
        roadside = open_roadside(database, tmp_path, {"王建国": {}})
        driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
        with serving(roadside.app) as address:
            yield Live(roadside, address, driver)
            driver.get("about:blank")
    use_keyring(before)


def test_from_a_number_typed_to_the_edition_in_force(office: Live) -> None:
    seat = office.sign_in("officer")
    amount_and_days(seat)
    seat.go("草案与签发")
    changes = seat.driver.find_element(By.CSS_SELECTOR, "ul.changes").text
    for words in ("600", "700", "5", "7"):
        assert words in changes
    seat.go("对在办申请的影响")
    seat.go("草案与签发")
    seat.write("生效日期", NEW_YEAR.isoformat())
    seat.write("改动内容和依据", "区委会议决定")
    seat.press("提交签发")
    assert not seat.driver.find_elements(By.XPATH, "//main//button[contains(., '签发并发布')]")
    assert editions(office.office) == 1, "nothing is in force before the second person signs"

    seat = office.sign_in("leader")
    seat.open(HOME + "draft")
    seat.click(seat.driver.find_element(By.NAME, "read"))
    seat.press("签发并发布")
    assert editions(office.office) == 2

    office.office.clock.later(40)
    follows_it(office)


def amount_and_days(seat: Seat) -> None:
    """700 yuan from New Year and seven days of notice, put into the draft."""
    seat.open(HOME)
    seat.click(seat.driver.find_element(By.XPATH, f"//{AMOUNT}//summary"))
    seat.write("起始日期", NEW_YEAR.isoformat(), AMOUNT)
    seat.write("新数值", "700", AMOUNT)
    seat.press("写入草案", AMOUNT)
    seat.go("公示与时限")
    days = seat.driver.find_element(By.ID, NOTICE_DAYS)
    assert days.get_attribute("value") == "5"
    days.clear()
    days.send_keys("7")
    seat.press("写入草案")


def follows_it(office: Live) -> None:
    """It is in force then, and an application of that day gets the new amount, without a restart."""
    seat = office.sign_in("officer")
    seat.open(HOME)
    assert "现行版本自2011年1月1日起生效" in seat.text()
    assert "700" in seat.driver.find_element(By.CSS_SELECTOR, "#living_amount .dated-now").text
    seat = office.sign_in("clerk")
    seat.open(f"/register/{office.office.members['王建国']}")
    seat.press_card("生活困难帮扶")
    with office.office.session() as session:
        row = session.query(Application).one()
        row.facts = {**row.facts, **LIVING, "excl_org_unsuitable": False}
        assert assessments.assess_now(session, row).fixed_fen == 70000


def editions(office: Roadside) -> int:
    with office.session() as session:
        return session.query(Edition).count()
