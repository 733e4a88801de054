"""Every page of every role, in both languages, light and dark, wide, narrow and with large text.

`make faults` walks all of it. Otherwise a part is walked that changes from day to day: each page
once, each day seen by another person and in another look. The first line printed says which part;
SUNSHINE_WALK=NUMBER walks it again.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product

import pytest
from flask import Flask
from selenium.webdriver import Chrome
from sqlalchemy import select
from waitress.server import create_server

from models import OrgUnit, User
from models.secrets import Keyring, use_keyring
from tests.browser import page_checks, walk
from tests.browser.walk import Page
from tests.conftest import _copy

pytestmark = pytest.mark.browser
LOOKS = tuple(product(("zh", "en"), ("light", "dark")))
WIDE, NARROW = 1366, 390
LARGE_TEXT = "document.documentElement.style.fontSize = '200%'"
SAID_BY_SERVER = "/nowhere"  # a page that is not there answers 404, which the console repeats
SHARE = 8  # one page in so many is walked at once where the time is short


@dataclass
class Tour:
    """The served demonstration, the browser, and the pages that each person reaches."""

    app: Flask
    address: str
    driver: Chrome
    pages: list[Page]
    names: frozenset[str]

    def sit_down(self, person: str, language: str, theme: str) -> None:
        """The person's session, language and appearance, as cookies of the browser."""
        cookie = self.app.config["SESSION_COOKIE_NAME"]
        session = walk.signed_in(self.app, person, language).get_cookie(cookie)
        assert session
        self.driver.get(self.address + "/health")
        self.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
        for name, value in ((cookie, session.value), ("lang", language), ("theme", theme)):
            self.driver.add_cookie({"name": name, "value": value})

    def wide(self, pixels: int) -> None:
        size = {"width": pixels, "height": 768, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)

    def faults(self, path: str, language: str) -> list[str]:
        """Everything that is wrong with one page."""
        driver = self.driver
        self.wide(WIDE)
        driver.get_log("browser")
        driver.get(self.address + path)
        found = page_checks.axe(driver) + page_checks.repeated_ids(driver)
        found += page_checks.sideways(driver)
        found += [t for t in page_checks.console(driver) if SAID_BY_SERVER not in t]
        if language == "zh":
            found += page_checks.stray_words(driver, self.names)
        else:
            found += page_checks.raw_keys(driver, self.names)
        self.wide(NARROW)
        found += [f"390 px: {t}" for t in page_checks.axe(driver) + page_checks.sideways(driver)]
        self.wide(WIDE)
        driver.execute_script(LARGE_TEXT)
        return found + [f"text 200 %: {t}" for t in page_checks.sideways(driver)]


@pytest.fixture(scope="module")
def tour(
    request: pytest.FixtureRequest, driver: Chrome, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Tour]:
    folder = tmp_path_factory.mktemp("tour")
    before = use_keyring(Keyring([bytes(range(32))]))  # the one of single tests, for all of them
    with _copy(request, "sqlite", folder) as database:
        app = walk.open_demonstration(database, folder)
        pages = [
            Page(endpoint, person, path)
            for person in walk.everybody()
            for endpoint, path in walk.pages_of(app, person).items()
        ]
        with database.sessions() as session:
            names = frozenset(session.scalars(select(User.username)))
            names |= frozenset(session.scalars(select(OrgUnit.code))) | {"licheng-2010"}
        server = create_server(app, host="127.0.0.1", port=0, threads=4)
        threading.Thread(target=server.run, daemon=True).start()
        yield Tour(app, f"http://127.0.0.1:{server.effective_port}", driver, pages, names)
        driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        driver.get("about:blank")
        server.task_dispatcher.shutdown()
        server.close()
    use_keyring(before)


def test_every_route_is_reached_by_somebody(tour: Tour) -> None:
    unseen = walk.unseen(tour.app, {page.endpoint for page in tour.pages})
    assert not unseen - walk.NOT_IN_DEMO, sorted(unseen - walk.NOT_IN_DEMO)
    assert not walk.NOT_IN_DEMO - unseen, (
        "the demonstration shows these now: take them off the list"
    )


def test_a_part_of_all_pages_that_changes_from_day_to_day(
    tour: Tour, capsys: pytest.CaptureFixture[str]
) -> None:
    given = os.environ.get("SUNSHINE_WALK") or datetime.now(UTC).strftime("%j")
    with capsys.disabled():
        print(f"\nSUNSHINE_WALK={given}")
    number = int(given)
    language, theme = LOOKS[number % len(LOOKS)]
    by_endpoint: dict[str, list[Page]] = {}
    for page in sorted(tour.pages):
        by_endpoint.setdefault(page.endpoint, []).append(page)
    once = [pages[number % len(pages)] for pages in by_endpoint.values()]
    part = [page for at, page in enumerate(once) if at % SHARE == number % SHARE]
    assert part
    visit(tour, part, language, theme)


@pytest.mark.slow
@pytest.mark.parametrize(("language", "theme"), LOOKS)
@pytest.mark.parametrize("person", walk.everybody())
def test_every_page_of_every_person(tour: Tour, person: str, language: str, theme: str) -> None:
    visit(tour, [page for page in tour.pages if page.person == person], language, theme)


def visit(tour: Tour, pages: list[Page], language: str, theme: str) -> None:
    """Look at the pages, one person after the other; all faults at once."""
    wrong: dict[Page, list[str]] = {}
    sitting = None
    for page in sorted(pages, key=lambda one: one.person):
        if page.person != sitting:
            sitting = page.person
            tour.sit_down(sitting, language, theme)
        if found := tour.faults(page.path, language):
            wrong[page] = found
    assert not wrong, "\n".join(f"{page}: {found}" for page, found in wrong.items())
