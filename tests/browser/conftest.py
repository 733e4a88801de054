"""A real Chromium in front of a real server: whoever sits at it reads and clicks in Chinese."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from selenium import webdriver

from tests.admin.conftest import PASSWORD
from tests.admin.roadside import Roadside, open_roadside
from tests.browser.chromium import open_chromium
from tests.browser.seat import Seat
from tests.browser.server import serving
from tests.conftest import Database

pytestmark = pytest.mark.browser


@dataclass
class Live:
    """The office, where it answers, and one browser in front of it."""

    office: Roadside
    address: str
    driver: webdriver.Chrome

    def sign_in(self, name: str) -> Seat:
        """Another person sits down: signs out whoever was there, signs in."""
        seat = Seat(self.driver, self.address)
        seat.sign_out()
        seat.sign_in(name, PASSWORD)
        return seat


@pytest.fixture(scope="session")
def driver() -> Iterator[webdriver.Chrome]:
    """One Chromium for all tests of this process; the system's own, nothing is downloaded."""
    opened = open_chromium()
    if opened is None:
        pytest.skip("no Chromium with its driver on the PATH")
    yield opened
    opened.quit()


@pytest.fixture
def live(
    driver: webdriver.Chrome, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Live]:
    """A server on a free port over the test's own database."""
    monkeypatch.setenv("SUNSHINE_DATA", str(tmp_path))
    people = {"王建国": {}, "刘长河": {}, "李秀英": {}}
    office = open_roadside(database, tmp_path, people)
    driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
    with serving(office.app) as address:
        yield Live(office, address, driver)
        driver.get("about:blank")  # nothing asks any more
