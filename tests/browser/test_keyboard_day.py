"""A clerk's day with the keyboard alone: sign in, find somebody, enter an application, submit it.

Nothing is clicked and no focus is set by a script: Tab, Shift-Tab, arrows, Space and Enter lead
everywhere. At every stop it is seen where the focus is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from models import Application
from tests.admin.conftest import PASSWORD
from tests.browser.conftest import Live
from tests.browser.seat import WAIT, Seat
from tests.browser.test_from_entry_to_receipt import LIVING, NO

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]
MOST_STOPS = 90  # of one page
# what holds the focus: its words, what it is, and why it cannot be seen
STOP = """
const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
const label = one.labels && one.labels.length ? one.labels[0] : null;
const group = one.closest("fieldset");
const words = (it) => it ? it.textContent.replace(/\\s+/g, " ").trim().replace(/\\*$/, "") : "";
const wrong = [];
if (one === document.body) wrong.push("nothing");
else {
  const ringed = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  if (!ringed && style.boxShadow === "none") wrong.push("no ring");
  const wide = document.documentElement.clientWidth, high = innerHeight;
  if (box.width < 1 || box.height < 1 || box.right < 0 || box.left > wide) wrong.push("no place");
  if (box.bottom <= 0 || box.top >= high) wrong.push("out of sight");
  else {
    const x = Math.min(Math.max(box.left + Math.min(box.width / 2, 12), 0), wide - 1);
    const y = Math.min(Math.max(box.top + box.height / 2, 0), high - 1);
    const top = document.elementFromPoint(x, y);
    if (!top || !(one.contains(top) || top.contains(one) || (label && label.contains(top))))
      wrong.push("covered by " + (top ? top.className : "nothing"));
  }
}
return {tag: one.tagName.toLowerCase(), type: one.type || "", name: one.name || "", id: one.id,
  words: label ? words(label) : one.getAttribute("aria-label") || words(one),
  group: group ? words(group.querySelector("legend")) : "", checked: !!one.checked, wrong: wrong};
"""


@dataclass
class Keyboard:
    """Presses keys wherever the focus is."""

    seat: Seat

    def press(self, *keys: str) -> None:
        ActionChains(self.seat.driver).send_keys(*keys).perform()

    def stop(self) -> dict[str, Any]:
        found: dict[str, Any] = self.seat.driver.execute_script(STOP)
        return found

    def to(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Tab until the focus is on what is wanted; it is seen at every stop on the way."""
        passed: list[str] = []
        for _ in range(MOST_STOPS):
            here = self.stop()
            assert not here["wrong"] or not passed, (here, passed[-3:])
            if wanted(here):
                return here
            passed.append(f"{here['tag']} {here['words'][:20]}")
            self.press(Keys.TAB)
        raise AssertionError(f"never reached on {self.seat.path}: {passed}")

    def choose(self, group: str, choice: str) -> None:
        """One of a group of radios: Tab to the group, arrows to the choice."""
        self.to(lambda here: here["type"] == "radio" and here["group"] == group)
        for _ in range(8):
            here = self.stop()
            assert here["group"] == group, here
            if here["words"] == choice:
                if not here["checked"]:
                    self.press(Keys.SPACE)
                assert self.stop()["checked"]
                return
            self.press(Keys.ARROW_DOWN)
        raise AssertionError(f"no choice “{group}: {choice}”")

    def leave(self, *keys: str) -> None:
        """Press what leads to another page, and wait for it."""
        self.seat._leave(lambda: self.press(*keys))

    def until(self, ready: Callable[[], object]) -> None:
        WebDriverWait(self.seat.driver, WAIT, poll_frequency=0.03).until(lambda _d: ready())


def named(words: str, tag: str = "") -> Callable[[dict[str, Any]], bool]:
    return lambda here: here["words"] == words and (not tag or here["tag"] == tag)


def test_an_application_is_entered_and_submitted_without_a_mouse(live: Live) -> None:
    seat = Seat(live.driver, live.address)
    keys = Keyboard(seat)
    seat.open("/login")
    keys.to(lambda here: here["name"] == "username")
    keys.press("clerk")
    keys.to(lambda here: here["name"] == "password")
    keys.leave(PASSWORD, Keys.ENTER)
    assert seat.path == "/"

    ActionChains(live.driver).key_down(Keys.CONTROL).send_keys("k").key_up(Keys.CONTROL).perform()
    keys.press("王建国")
    keys.until(lambda: "王建国" in seat.driver.find_element("id", "find").text)
    keys.leave(Keys.ENTER)
    assert seat.path.startswith("/members/details/")

    keys.to(named("登记申请", "a"))
    keys.leave(Keys.ENTER)
    keys.to(lambda here: here["id"] == "q")
    keys.leave("王建国", Keys.ENTER)
    keys.to(lambda here: "生活困难帮扶" in here["words"] and here["tag"] == "button")
    keys.leave(Keys.ENTER)
    assert seat.path.startswith("/register/fill/")

    keys.choose("申请人", "党员本人")
    for fact in LIVING:
        keys.choose(fact, NO)
    keys.to(named("登记申请", "button"))
    keys.leave(Keys.SPACE)
    assert seat.path.startswith("/application/"), seat.said()
    with live.office.session() as session:
        row = session.query(Application).one()
        assert (row.stage, row.status.value) == ("appraisal", "open")
