"""Clicks and keystrokes of five daily tasks, counted in a real browser.

    PYTHONPATH=. python benchmarks/count_clicks.py [--data FOLDER]

Each task starts at the first page of a person who is signed in and ends when the result is on the
page. A click is a click on one element. A keystroke is one character typed, Enter, or one chord
such as Ctrl-K; a Chinese character counts as one, whatever the input method needs. Scrolling and
reading are not counted. The same five tasks in Django admin with Unfold are in docs/unfold.md.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait
from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import applications as verbs
from casework import steps
from casework.clock import day_of
from casework.moves import policy_and_road
from casework.people import actor
from models import Application, OrgUnit, User
from seeds import records
from seeds.district import PASSWORD
from seeds.hardships import Hardship
from tests.browser.chromium import open_chromium
from tests.browser.demonstration import served
from tests.browser.seat import WAIT, Seat
from tests.loaded import NOW

LISTED = 10
TEN_OF_LIVING = f"//main//*[normalize-space(text())='{LISTED} 件申请']"
SCAN = Path(__file__).parent.parent / "docs" / "pictures" / "case-zh.png"  # any picture
ASKED = ("困难情况", "不列入的情形")


@dataclass
class Hand:
    """The hand of the person at the seat: everything it does is counted."""

    seat: Seat
    clicks: int = 0
    keystrokes: int = 0
    pages: list[float] = field(default_factory=list)

    def click(self, what: WebElement) -> None:
        self.clicks += 1
        self.seat.click(what)

    def go(self, path: str) -> None:
        """Click something that leads to another page; the page's time is kept."""
        target = self.find(path)
        self.leave(lambda: self.click(target))

    def leave(self, act: Callable[[], object]) -> None:
        started = time.monotonic()
        self.seat._leave(act)
        self.pages.append(time.monotonic() - started)

    def find(self, path: str) -> WebElement:
        """The first element that is seen, waited for as a person would."""

        def seen(driver: object) -> WebElement | None:
            found = self.seat.driver.find_elements(By.XPATH, path)
            return next((one for one in found if one.is_displayed()), None)

        return WebDriverWait(self.seat.driver, WAIT, poll_frequency=0.03).until(seen)

    def type(self, text: str) -> None:
        """Type wherever the focus is."""
        self.keystrokes += len(text)
        ActionChains(self.seat.driver).send_keys(text).perform()

    def chord(self, key: str) -> None:
        self.keystrokes += 1
        keys = ActionChains(self.seat.driver).key_down(Keys.CONTROL).send_keys(key)
        keys.key_up(Keys.CONTROL).perform()

    def enter(self) -> None:
        self.leave(lambda: self.type(Keys.ENTER))

    def write(self, label: str, text: str) -> None:
        """Click into the field of a label and type."""
        self.click(self.seat.control(label))
        self.type(text)

    def attach(self, path: str, file: Path) -> None:
        """Choose a file: one click opens the window, one more takes the file."""
        self.clicks += 2
        self.find(path).send_keys(str(file))

    def choose(self, legend: str, option: str, within: str = "main") -> None:
        path = f"//{within}//fieldset[legend[starts-with(normalize-space(.), '{legend}')]]"
        self.click(self.find(f"{path}//label[normalize-space(.)='{option}']"))


def sidebar(words: str) -> str:
    return f"//nav//a[normalize-space(.)='{words}'] | //aside//a[normalize-space(.)='{words}']"


def button(words: str) -> str:
    return f"//main//button[normalize-space(.)='{words}']"


# -- the tasks


def find_a_person(hand: Hand) -> None:
    """By the first two characters of the name, from any page."""
    hand.chord("k")
    hand.type("邓福")
    hand.find("//*[@id='find']//a[contains(@class, 'find-option')]")
    hand.enter()
    assert "邓福" in hand.seat.text()


def enter_an_application(hand: Hand) -> None:
    """Living aid for a member without capacity, income or supporter: all nine questions are "no"."""
    hand.go("//main//a[normalize-space(.)='登记申请']")
    hand.type("王国")
    hand.enter()
    if hand.seat.driver.find_elements(By.XPATH, "//main//table//a[normalize-space(.)='王国']"):
        hand.go("//main//table//a[normalize-space(.)='王国']")
    hand.go("//main//button[contains(., '生活困难帮扶')]")
    for part in ASKED:
        hand.click(hand.find(f"//main//section[h2='{part}' or div/h2='{part}']//button"))
    hand.go(button("登记申请"))
    assert "现在环节：支部民主评议" in hand.seat.text(), hand.seat.said()


def approve_ten(hand: Hand) -> None:
    """The result of a meeting on ten applications, with the minutes that it rests on and their scan."""
    hand.go(sidebar("会议与审批"))
    hand.find(TEN_OF_LIVING)
    hand.write("会议纪要编号", "2026-12")
    hand.write("参会人员", "部领导班子")
    hand.choose("会议结果", "同意", "main//tbody/tr[1]")
    hand.click(hand.find("//main//button[@aria-label='会议结果：同首行']"))
    hand.attach(f"//main//form[.{TEN_OF_LIVING.removeprefix('//main')}]//input[@type='file']", SCAN)
    hand.go(button("登记会议结果"))
    assert not hand.seat.driver.find_elements(By.XPATH, TEN_OF_LIVING), hand.seat.said()


def confirm_ten(hand: Hand) -> None:
    """The second person, who compares with the minutes."""
    hand.go(sidebar("会议与审批"))
    of_ten = f"//main//form[count(.//input[@name='pick'])={LISTED}]"
    hand.go(f"{of_ten}//button[normalize-space(.)='确认结果']")
    assert not hand.seat.driver.find_elements(By.XPATH, of_ten), hand.seat.said()


def post_a_notice(hand: Hand) -> None:
    """The notice of one branch, its paper made from the policy."""
    hand.go("//main//a[contains(normalize-space(.), '登记公示')]")
    hand.go("//main//a[contains(normalize-space(.), '后柳村党支部')]")
    hand.write("张贴人", "张会计")
    hand.go(button("登记公示"))
    assert "公示中" in hand.seat.text(), hand.seat.said()


def export_the_ledger(hand: Hand) -> None:
    """All entries as a workbook."""
    hand.go(sidebar("资金流水"))
    hand.click(hand.find("//main//a[normalize-space(.)='Excel']"))


TASKS: tuple[tuple[str, str, Callable[[Hand], None]], ...] = (
    ("find a person by two characters", "reviewer1", find_a_person),
    ("enter an application", "c1-1.clerk", enter_an_application),
    ("approve ten: the recorder", "reviewer1", approve_ten),
    ("approve ten: the second person", "leader2", confirm_ten),
    ("post a notice", "c3-2.clerk", post_a_notice),
    ("export the ledger", "finance1", export_the_ledger),
)


# -- ten that wait for the meeting


def ten_wait(session: Session) -> None:
    """Exactly ten applications for living aid wait for the meeting; the demonstration has fewer."""
    waiting = _at(session, "decision")
    for stage in ("department_review", "committee_verify"):
        for application in _at(session, stage):
            if len(waiting) >= LISTED:
                return
            _verify(session, application)
            _complete(session, application, "department_review", "reviewer1")
            waiting.append(application)


def _at(session: Session, stage: str) -> list[Application]:
    found = session.scalars(
        select(Application)
        .where(Application.road == "living", Application.stage == stage)
        .order_by(Application.id)
    )
    return [one for one in found if one.status.value == "open" and not _recorded(session, one)]


def _recorded(session: Session, application: Application) -> bool:
    """Whether a result is recorded already and waits for its second person: committee C1."""
    unit = session.get(OrgUnit, application.org_id)
    return application.stage == "decision" and unit is not None and unit.code.startswith("C1-")


def _verify(session: Session, application: Application) -> None:
    if application.stage != "committee_verify":
        return
    who = f"{application.org.code.split('-')[0].lower()}.verifier"
    verbs.save(
        session,
        application,
        facts={"excl_org_unsuitable": False},
        by=_person(session, who),
        at=NOW - timedelta(hours=2),
        expected_version=application.version,
    )
    _complete(session, application, "committee_verify", who)


def _complete(session: Session, application: Application, stage: str, who: str) -> None:
    _policy, road = policy_and_road(application)
    asked = {one.id for one in road.stage(stage).records_for(application.road)}
    made = records.of(stage, day_of(NOW), Hardship({}, ""))
    steps.complete(
        session,
        application,
        stage,
        {name: value for name, value in made.items() if name in asked},
        by=_person(session, who),
        at=NOW - timedelta(hours=1),
        expected_version=application.version,
    )


def _person(session: Session, username: str) -> object:
    user = session.scalars(select(User).where(User.username == username)).one()
    return actor(session, user, day_of(NOW))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, default=Path("var/pictures"))
    folder = parser.parse_args().data.resolve()
    driver = open_chromium("--hide-scrollbars")
    if driver is None:
        print("No Chromium with its driver on the PATH.")
        return 1
    try:
        with served(folder, ten_wait) as address:
            print(f"{'task':<34}{'clicks':>7}{'keys':>6}{'pages':>7}{'slowest page':>14}")
            for name, person, act in TASKS:
                seat = Seat(driver, address)
                seat.sign_out()
                seat.sign_in(person, PASSWORD)
                hand = Hand(seat)
                act(hand)
                slowest = f"{max(hand.pages):.2f} s"
                print(
                    f"{name:<34}{hand.clicks:>7}{hand.keystrokes:>6}{len(hand.pages):>7}{slowest:>14}"
                )
            driver.get("about:blank")
    finally:
        driver.quit()
    return 0


if __name__ == "__main__":
    sys.exit(main())
