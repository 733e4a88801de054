"""The frame at a real browser: keys, the search box, the drawer, forms that warn and save drafts."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import jsonify, render_template_string, request
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from admin.security.guard import SIGNED_IN, requires
from tests.browser.conftest import Live
from tests.browser.seat import WAIT, Seat

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]
LEAVING = """
const event = new Event("beforeunload", {cancelable: true});
window.dispatchEvent(event);
return event.defaultPrevented;
"""
ANSWER = "document.querySelector('[data-known-answer]')"
ASKED = (
    "performance.getEntriesByType('resource').some((one) =>"
    " one.name.includes(document.getElementById('id_number').dataset.known) && one.responseEnd)"
)
PAPER = """{% extends "layout.html" %}{% block title %}Paper{% endblock %}{% block content %}
<form method="post" class="card sheet" data-autosave="/paper/draft" data-autosave-seconds="0.3">
<input type="hidden" name="version" value="1"><label for="text">Text</label>
<input class="form-control" id="text" name="text"><div class="form-buttons"></div></form>{% endblock %}"""


@pytest.fixture
def clerk(live: Live) -> Iterator[Seat]:
    """A branch clerk at the register."""
    seat = live.sign_in("clerk")
    seat.open("/members/")
    yield seat
    live.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def keys(seat: Seat, *pressed: str) -> None:
    """Press keys wherever the focus is; "Ctrl-x" together."""
    actions = ActionChains(seat.driver)
    for one in pressed:
        if one.startswith("Ctrl-"):
            actions.key_down(Keys.CONTROL).send_keys(one[-1]).key_up(Keys.CONTROL)
        else:
            actions.send_keys(one)
    actions.perform()


def until(seat: Seat, ready: Callable[[], Any]) -> Any:
    return WebDriverWait(seat.driver, WAIT, poll_frequency=0.05).until(lambda _driver: ready())


def ask(seat: Seat, script: str) -> Any:
    return seat.driver.execute_script(f"return {script}")


def test_nothing_moves_at_load_and_the_sidebar_scrolls_by_itself(clerk: Seat) -> None:
    assert ask(clerk, "document.getAnimations().length") == 0
    size = {"width": 1366, "height": 360, "deviceScaleFactor": 1, "mobile": False}
    clerk.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    clerk.open("/calendar")
    side = "document.querySelector('.side')"
    assert ask(clerk, f"{side}.scrollHeight > {side}.clientHeight")
    assert ask(clerk, f"getComputedStyle({side}).overflowY") == "auto"
    inside = "document.querySelector('.side [aria-current]').getBoundingClientRect().bottom"
    assert ask(clerk, f"{inside} <= window.innerHeight"), "the open entry is seen"
    assert (
        ask(clerk, "getComputedStyle(document.querySelector('.side')).transitionDuration") == "0s"
    )


def test_somebody_is_found_and_opened_with_the_keyboard_alone(clerk: Seat) -> None:
    keys(clerk, "/")
    until(clerk, lambda: ask(clerk, "document.activeElement.id") == "find-input")
    keys(clerk, "王建")
    until(clerk, lambda: ask(clerk, "document.querySelectorAll('#find [role=option]').length"))
    marked = ask(clerk, "document.activeElement.getAttribute('aria-activedescendant')")
    assert "王建国" in clerk.driver.find_element(By.ID, marked).text
    keys(clerk, Keys.ARROW_DOWN, Keys.ARROW_UP, Keys.ENTER)
    until(clerk, lambda: "/members/details/" in clerk.path)
    clerk.no_errors()
    keys(clerk, "Ctrl-k")
    until(clerk, lambda: ask(clerk, "document.getElementById('find').open"))
    keys(clerk, Keys.ESCAPE)
    until(clerk, lambda: not ask(clerk, "document.getElementById('find').open"))


def test_keys_lead_to_pages_until_they_are_turned_off(clerk: Seat) -> None:
    keys(clerk, "g", "j")
    until(clerk, lambda: clerk.path == "/pairs/")
    keys(clerk, "?")
    box = clerk.driver.find_element(By.CSS_SELECTOR, "[data-keys-on]")
    until(clerk, box.is_displayed)
    box.click()
    keys(clerk, Keys.ESCAPE, "g", "m")
    assert clerk.path == "/pairs/"
    clerk.driver.execute_script("window.localStorage.clear()")
    keys(clerk, "g", "m")
    until(clerk, lambda: clerk.path == "/members/")


def test_the_drawer_narrows_the_list_and_a_chip_opens_it_again(clerk: Seat) -> None:
    everybody = len(clerk.driver.find_elements(By.CSS_SELECTOR, "table.list tbody tr"))
    drawer = clerk.driver.find_element(By.ID, "filters")
    assert not drawer.is_displayed()
    keys(clerk, "f")
    until(clerk, drawer.is_displayed)
    drawer.find_element(By.XPATH, ".//select[@id='f_status']/option[@value='expelled']").click()
    drawer.find_element(By.CSS_SELECTOR, ".btn-primary").click()
    until(clerk, lambda: "f_status=expelled" in clerk.path)
    assert "没有找到" in clerk.text()
    clerk.driver.find_element(By.CSS_SELECTOR, ".chip").click()
    until(clerk, lambda: "f_status" not in clerk.path)
    assert len(clerk.driver.find_elements(By.CSS_SELECTOR, "table.list tbody tr")) == everybody


def test_a_form_warns_before_it_is_left_and_the_focus_goes_to_what_is_wrong(clerk: Seat) -> None:
    clerk.open("/members/new/")
    assert not clerk.driver.execute_script(LEAVING)
    clerk.driver.find_element(By.ID, "phone").send_keys("12")
    assert clerk.driver.execute_script(LEAVING)
    assert "有未保存的修改" in clerk.text()
    keys(clerk, "Ctrl-s")
    until(clerk, lambda: clerk.driver.find_elements(By.CSS_SELECTOR, ".note-danger"))
    until(clerk, lambda: "note-danger" in ask(clerk, "document.activeElement.className"))
    assert clerk.driver.execute_script(LEAVING), "refused, so still not stored"
    clerk.driver.get_log("browser")  # the refusal itself is logged as a failed load


def test_a_wrong_number_is_said_at_once_and_after_a_refusal_not_twice_beside_the_field(
    clerk: Seat,
) -> None:
    clerk.open("/members/new/")
    clerk.driver.find_element(By.ID, "id_number").send_keys("110101199003074515")
    until(clerk, lambda: "校验不符" in ask(clerk, f"{ANSWER}.textContent"))
    keys(clerk, "Ctrl-s")
    until(clerk, lambda: clerk.driver.find_elements(By.ID, "id_number-faults"))
    until(clerk, lambda: ask(clerk, ASKED))
    time.sleep(0.3)  # what came back is shown, if it is, in the next turn
    assert clerk.text().count("校验不符") == 2, "at the top and beside the field"
    clerk.driver.get_log("browser")  # the refusals themselves are logged as failed loads


def test_a_draft_is_saved_by_itself_and_a_refusal_is_said(live: Live) -> None:
    kept: list[str] = []

    @requires(SIGNED_IN)
    def paper() -> str:
        return render_template_string(PAPER)

    @requires(SIGNED_IN)
    def draft() -> Any:
        kept.append(f"{request.form['version']}:{request.form['text']}")
        if request.form["text"].endswith("!"):
            return jsonify(error="别人已经保存"), 409
        return jsonify(saved="已保存草稿", fields={"version": str(len(kept) + 1)})

    live.office.app._got_first_request = False
    live.office.app.add_url_rule("/paper", "paper", paper)
    live.office.app.add_url_rule("/paper/draft", "draft", draft, methods=["POST"])
    seat = live.sign_in("clerk")
    seat.open("/paper")
    box = seat.driver.find_element(By.ID, "text")
    box.send_keys("一")
    until(seat, lambda: "已保存草稿" in seat.text())
    assert kept == ["1:一"]
    assert not seat.driver.execute_script(LEAVING), "what is saved may be left"
    time.sleep(0.7)
    assert kept == ["1:一"], "nothing is sent while nothing changes"
    box.send_keys("二")
    until(seat, lambda: kept[-1] == "2:一二")
    box.send_keys("!")
    until(seat, lambda: "别人已经保存" in seat.text())
    assert seat.driver.execute_script(LEAVING)
    box.send_keys("!")
    time.sleep(0.7)
    assert len(kept) == 3, "after a lost race nothing is sent any more"
    seat.driver.get_log("browser")


BESIDE = """{% extends "layout.html" %}{% block title %}Beside{% endblock %}
{% block head %}<script src="{{ url_for('static', filename='cases.js') }}" defer></script>{% endblock %}
{% block content %}<form method="post" action="/beside/step" class="card sheet">
<input type="hidden" name="version" value="{{ version }}"><label for="text">Text</label>
<input class="form-control" id="text" name="text"></form>
<section class="card sheet" id="files"><p>{{ version }} kept</p>
<form method="post" action="/beside" data-beside="#files"><button class="btn">Attach</button></form>
</section>{% endblock %}"""


def test_a_file_sent_beside_a_form_hides_nobodys_change_and_goes_once(live: Live) -> None:
    """With the newest version the form would overwrite what its writer has not seen."""
    sent: list[float] = []

    @requires(SIGNED_IN)
    def beside() -> str:
        if request.method == "POST":
            sent.append(time.monotonic())
            time.sleep(0.3)
        return render_template_string(BESIDE, version=5 + len(sent))

    live.office.app._got_first_request = False
    live.office.app.config["WTF_CSRF_ENABLED"] = False
    live.office.app.add_url_rule("/beside", "beside", beside, methods=["GET", "POST"])
    seat = live.sign_in("clerk")
    seat.open("/beside")
    seat.driver.find_element(By.ID, "text").send_keys("一")
    seat.driver.find_element(By.CSS_SELECTOR, "#files button").click()
    until(seat, lambda: "6 kept" in seat.text())
    assert ask(seat, "document.querySelector('[name=version]').value") == "5"
    seat.driver.execute_script(
        "const button = document.querySelector('#files button'); button.click(); button.click()"
    )
    until(seat, lambda: "7 kept" in seat.text() or "8 kept" in seat.text())
    time.sleep(0.5)
    assert len(sent) == 2
    assert ask(seat, "document.getElementById('text').value") == "一"
    seat.driver.execute_script(
        "document.querySelector('form.is-changed').classList.remove('is-changed')"
    )
