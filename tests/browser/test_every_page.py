"""Every page of every role, in both languages, light and dark, wide, narrow and with large text.

`make faults` walks all of it. Otherwise a part is walked that changes from day to day: each page
once, each day seen by another person and in another look. The first line printed says which part;
SUNSHINE_WALK=NUMBER walks it again. With SUNSHINE_PAGES=PATTERN `make faults` walks only the routes
whose name fits: for looking again at what was mended.
"""

from __future__ import annotations

import base64
import os
import re
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product

import pytest
from flask import Flask
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from sqlalchemy import select

from models import OrgUnit, User
from models.database import make_engine
from models.secrets import Keyring, use_keyring
from tests.browser import page_checks, walk
from tests.browser.occasions import signed_in
from tests.browser.server import serving
from tests.browser.walk import Page
from tests.conftest import Database
from tests.loaded import demonstration

pytestmark = pytest.mark.browser
LOOKS = tuple(product(("zh", "en"), ("light", "dark")))
WIDE, NARROW = 1366, 390
LARGE_TEXT = "document.documentElement.style.fontSize = '200%'"
SAID_BY_SERVER = "/nowhere"  # a page that is not there answers 404, which the console repeats
# the look a page has in another theme, once nothing fades any more
THEME = """
document.documentElement.setAttribute("data-bs-theme", arguments[0]);
document.getAnimations().forEach((one) => one.finish());
"""
# every row of every table, as a line of text has it
ROWS = """
return [...document.querySelectorAll(".figure table :is(tbody, tfoot) tr")].map((row) =>
  [...row.cells].map((cell) => cell.textContent.trim()).join(" "));
"""
# what is filled in row by row and lies beyond the edge of its frame, of how much there is
BEYOND = """
const asked = [...document.querySelectorAll(".batch tbody :is(input:not([type=hidden]), textarea, select)")];
return [asked.length, asked.filter((one) => one.getBoundingClientRect().right > innerWidth).length];
"""
# where the first name stands from the left of its frame, after the frame was scrolled to its end
NAME_AT_THE_END = """
const frame = document.querySelector(".table-scroll");
frame.scrollLeft = frame.scrollWidth;
return [frame.scrollLeft, frame.querySelector("tbody td:not(.pick)").getBoundingClientRect().left
  - frame.getBoundingClientRect().left];
"""
A4 = {"paperWidth": 8.27, "paperHeight": 11.69}  # inches
OTHERS = "others"
SHARE = 36  # one page in so many is walked at once where the time is short


@dataclass
class Tour:
    """The served demonstration and the browser. `also`: addresses besides those that links lead to."""

    app: Flask
    also: dict[str, list[str]]
    address: str
    driver: Chrome
    names: frozenset[str]

    def sit_down(self, person: str, language: str) -> None:
        """The person's session and language, as cookies of the browser."""
        cookie = self.app.config["SESSION_COOKIE_NAME"]
        session = signed_in(self.app, person, language).get_cookie(cookie)
        assert session
        self.driver.get(self.address + "/health")
        self.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
        for name, value in ((cookie, session.value), ("lang", language), ("theme", "light")):
            self.driver.add_cookie({"name": name, "value": value})

    def wide(self, pixels: int) -> None:
        size = {"width": pixels, "height": 768, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)

    def faults(self, path: str, language: str, themes: Sequence[str]) -> list[str]:
        """Everything that is wrong with one page."""
        driver = self.driver
        self.wide(WIDE)
        driver.get_log("browser")
        driver.get(self.address + path)
        found = page_checks.repeated_ids(driver)
        found += [t for t in page_checks.console(driver) if SAID_BY_SERVER not in t]
        if language == "zh":
            found += page_checks.stray_words(driver, self.names)
        else:
            found += page_checks.raw_keys(driver, self.names)
        for width in (NARROW, WIDE):  # as the page comes, before anything is opened
            self.wide(width)
            found += [f"{width} px, closed: {text}" for text in page_checks.sideways(driver)]
        page_checks.open_all(driver)
        for width in (WIDE, NARROW):
            self.wide(width)
            seen = page_checks.sideways(driver) + page_checks.squeezed(driver)
            for theme in themes:
                driver.execute_script(THEME, theme)
                seen += [f"{theme}: {text}" for text in page_checks.axe(driver)]
            found += [f"{width} px: {text}" for text in seen]
        driver.execute_script(LARGE_TEXT)
        for width in (WIDE, NARROW):
            self.wide(width)
            seen = page_checks.sideways(driver) + page_checks.squeezed(driver)
            found += [f"{width} px, text 200 %: {text}" for text in seen]
        return found


@pytest.fixture(scope="module")
def tour(driver: Chrome, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tour]:
    folder = tmp_path_factory.mktemp("tour")
    url = demonstration(tmp_path_factory, folder)
    before = use_keyring(Keyring([bytes(range(32))]))  # the one of single tests, for all of them
    database = Database(url, make_engine(url))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SUNSHINE_DATA", str(folder))
        app, also = walk.open_demonstration(database, folder)
        with database.sessions() as session:
            names = frozenset(session.scalars(select(User.username)))
            names |= frozenset(session.scalars(select(OrgUnit.code))) | {"licheng-2010"}
        with serving(app) as address:
            yield Tour(app, also, address, driver, names)
            driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
            driver.get("about:blank")  # nothing asks any more
    database.engine.dispose()
    use_keyring(before)


def people(tour: Tour) -> list[str]:
    """Everybody with a login of the demonstration, and who else sees something of their own."""
    return list(dict.fromkeys([*walk.everybody(), *tour.also]))


def test_a_part_of_all_pages_that_changes_from_day_to_day(
    tour: Tour, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every route is reached by somebody; each day others are asked first and other pages seen."""
    given = os.environ.get("SUNSHINE_WALK") or datetime.now(UTC).strftime("%j")
    with capsys.disabled():
        print(f"\nSUNSHINE_WALK={given}")
    number = int(given)
    survey = walk.Survey(tour.app, tour.also, thorough=False)
    known = people(tour)
    for at in range(len(known)):
        survey.of(known[(at + number) % len(known)])
    unseen = walk.unseen(tour.app, {page.endpoint for page in survey.pages})
    assert not unseen, sorted(unseen)
    language, theme = LOOKS[number % len(LOOKS)]
    part = [page for at, page in enumerate(sorted(survey.pages)) if at % SHARE == number % SHARE]
    assert part
    visit(tour, part, language, (theme,))


def test_large_text_puts_two_columns_below_each_other(tour: Tour) -> None:
    """The first page and an application, whose side column would leave the other no room."""
    driver = tour.driver
    tour.sit_down("c4.verifier", "zh")
    tour.wide(WIDE)
    driver.get(tour.address + "/")
    case = driver.find_element(By.CSS_SELECTOR, 'main a[href^="/application/"]')
    for address in (driver.current_url, case.get_attribute("href") or ""):
        driver.get(address)
        driver.execute_script(LARGE_TEXT)
        assert page_checks.squeezed(driver) + page_checks.sideways(driver) == [], address


def test_on_a_phone_names_stay_and_nothing_to_fill_in_is_beyond_the_edge(tour: Tour) -> None:
    driver = tour.driver
    tour.sit_down("reviewer1", "zh")
    tour.wide(NARROW)
    driver.get(tour.address + "/meetings/")
    asked, beyond = driver.execute_script(BEYOND)
    assert (asked > 10, beyond) == (True, 0)
    driver.get(tour.address + "/applications/")
    scrolled, left = driver.execute_script(NAME_AT_THE_END)
    assert scrolled > 50
    assert 0 <= left < 2


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="no pdftotext on the PATH")
@pytest.mark.parametrize("path", ["/figures/", "/figures/?tables=1"])
def test_every_row_of_the_figures_is_printed_once(tour: Tour, path: str) -> None:
    driver = tour.driver
    tour.sit_down("leader1", "zh")
    tour.wide(WIDE)
    driver.get(tour.address + path)
    rows = Counter(driver.execute_script(ROWS))
    assert len(rows) > 20
    paper = base64.b64decode(driver.execute_cdp_cmd("Page.printToPDF", A4)["data"])
    told = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=paper, capture_output=True, check=True
    )
    lines = Counter(" ".join(line.split()) for line in told.stdout.decode().splitlines())
    assert {row: lines[row] for row in rows} == rows


@pytest.mark.slow
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("person", [*walk.everybody(), OTHERS])
def test_every_page_of_every_person(
    tour: Tour, person: str, language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    survey = walk.Survey(tour.app, tour.also, thorough=True)
    for one in set(tour.also) - set(walk.everybody()) if person == OTHERS else (person,):
        survey.of(one)
    only = re.compile(os.environ.get("SUNSHINE_PAGES", ""))
    survey.pages = {page for page in survey.pages if only.search(page.endpoint)}
    started = time.monotonic()
    with capsys.disabled():  # a long run: what is wrong is said at once
        print(f"\n{person}, {language}: {len(survey.pages)} pages", flush=True)
        visit(tour, sorted(survey.pages), language, ("light", "dark"))
        print(f"{time.monotonic() - started:.0f} s", flush=True)


def visit(tour: Tour, pages: list[Page], language: str, themes: Sequence[str]) -> None:
    """Look at the pages, one person after the other; all faults at once."""
    wrong: dict[Page, list[str]] = {}
    sitting = None
    for page in sorted(pages, key=lambda one: one.person):
        if page.person != sitting:
            sitting = page.person
            tour.sit_down(sitting, language)
        if found := tour.faults(page.path, language, themes):
            wrong[page] = found
            print(f"{page}: {found}", flush=True)
    assert not wrong, "\n".join(f"{page}: {found}" for page, found in wrong.items())
