"""One person at the browser: opens pages, fills in by label, presses by the word on the button."""

from __future__ import annotations

from pathlib import Path

from selenium.common.exceptions import WebDriverException
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

WAIT = 10
SET_VALUE = """
const [input, value] = arguments;
input.value = value;
input.dispatchEvent(new Event("input", {bubbles: true}));
input.dispatchEvent(new Event("change", {bubbles: true}));
"""
# one question to the browser instead of one for each thing found and whether it is seen
SEEN = """
const found = document.evaluate(arguments[0], document, null, 7, null);
const all = Array.from({length: found.snapshotLength}, (_, at) => found.snapshotItem(at));
return all.filter((one) => one.checkVisibility({visibilityProperty: true}));
"""
NAMED = (
    SEEN.replace("return all", "const seen = all")
    + """
const label = seen.find((one) => one.htmlFor);
return label ? document.getElementById(label.htmlFor) : null;
"""
)
ARRIVED = "return !window.stillThere && document.readyState === 'complete'"


class Seat:
    """Finds things by their words. `within` narrows it down, as a step of an XPath."""

    def __init__(self, driver: Chrome, address: str) -> None:
        self.driver, self.address = driver, address

    # -- coming and going
    def sign_in(self, name: str, password: str) -> None:
        self.open("/login")
        self.driver.find_element(By.NAME, "username").send_keys(name)
        self.driver.find_element(By.NAME, "password").send_keys(password)
        self._leave(lambda: self.driver.find_element(By.CSS_SELECTOR, "main button").click())
        assert "/login" not in self.driver.current_url, self.said()

    def sign_out(self) -> None:
        self.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})

    def open(self, path: str) -> None:
        self.driver.get(self.address + path)
        self.no_errors()

    @property
    def path(self) -> str:
        return self.driver.current_url.removeprefix(self.address)

    def go(self, text: str) -> None:
        """Follow a link by its words, in the page or the sidebar."""
        link = self.driver.find_element(By.XPATH, f"//a[contains(normalize-space(.), '{text}')]")
        self._leave(lambda: self.click(link))

    # -- reading
    def text(self) -> str:
        return self.driver.find_element(By.TAG_NAME, "main").text

    def said(self) -> list[str]:
        """Notes and faults on the page."""
        found = self.driver.find_elements(By.CSS_SELECTOR, ".note, .field-faults")
        return [one.text for one in found if one.text]

    def no_errors(self) -> None:
        """Nothing was refused by the policy of the page, no script failed, nothing was missing."""
        wrong = [line for line in self.driver.get_log("browser") if line["level"] == "SEVERE"]
        assert not wrong, wrong

    def seen(self, path: str) -> list[WebElement]:
        """What an XPath finds and a person can see."""
        found: list[WebElement] = self.driver.execute_script(SEEN, path)
        return found

    # -- filling in
    def click(self, element: WebElement) -> None:
        """Click in the middle of the screen, as a person would scroll to it."""
        self.driver.execute_script(
            "arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", element
        )
        element.click()

    def control(self, label: str, within: str = "main") -> WebElement:
        """The input, box or select that a label names."""
        path = f"//{within}//label[{_is(label)}]"
        field: WebElement | None = self.driver.execute_script(NAMED, path)
        if field is not None:
            return field
        raise AssertionError(f"no field “{label}” on {self.path}; {self.said()}")

    def write(self, label: str, value: str, within: str = "main") -> None:
        """Type over what stands there; dates are set as the picker sets them."""
        field = self.control(label, within)
        if field.get_dom_attribute("type") == "date":
            self.driver.execute_script(SET_VALUE, field, value)
        else:
            field.clear()
            field.send_keys(value)

    def choose(self, legend: str, option: str, within: str = "main") -> None:
        """One of a group of radios, by the words of the group and of the choice."""
        path = f"//{within}//fieldset[legend[{_is(legend)}]]//label[normalize-space(.)='{option}']"
        found = self.seen(path)
        assert found, f"no choice “{legend}: {option}” on {self.path}"
        self.click(found[0])

    def pick(self, label: str, option: str) -> None:
        """One line of a drop-down."""
        field = self.control(label)
        field.find_element(By.XPATH, f".//option[normalize-space(.)='{option}']").click()

    def fill_down(self, column: str) -> None:
        """The answer of the first row of a list for all ticked rows, by the button of the column."""
        path = f"//main//button[@aria-label='{column}：同首行']"
        self.click(self.driver.find_element(By.XPATH, path))

    def attach(self, label: str, file: Path) -> None:
        self.control(label).send_keys(str(file))

    def unfold(self, text: str) -> None:
        """Open a folded part by its heading."""
        path = f"//main//summary[contains(normalize-space(.), '{text}')]"
        self.click(self.driver.find_element(By.XPATH, path))

    def ask_for(self, text: str) -> None:
        """Bring up a form by the button in the bar of the page that leads to it."""
        self.click(self.seen(f"//main//a[contains(normalize-space(.), '{text}')]")[0])

    def shown(self, text: str) -> None:
        """Wait until something with these words is seen."""
        path = f"//main//*[normalize-space(text())='{text}']"
        WebDriverWait(self.driver, WAIT, poll_frequency=0.05).until(lambda _driver: self.seen(path))

    def row(self, name: str) -> str:
        """The row of a table in which somebody stands, as `within` for the other methods."""
        return f"tr[contains(., '{name}')]"

    def press(self, button: str, within: str = "main") -> None:
        """Press a button and wait for the next page, which must not say that something is wrong."""
        path = f"//{within}//button[normalize-space(.)='{button}']"
        shown = self.seen(path)
        assert shown, f"no button “{button}” on {self.path}"
        self._leave(lambda: self.click(shown[-1]))
        wrong = self.driver.find_elements(By.CSS_SELECTOR, ".note-danger, main .has-fault")
        assert not wrong, self.said()

    def press_card(self, words: str) -> None:
        """Press a button that says more than these words, and wait for the next page."""
        card = self.driver.find_element(By.XPATH, f"//main//button[contains(., '{words}')]")
        self._leave(lambda: self.click(card))

    def _leave(self, act: object) -> None:
        """Do something that loads another page, and wait until it is there."""
        self.driver.execute_script("window.stillThere = true")
        act()  # type: ignore[operator]  # a click
        # a question that is asked between two pages is an error of the browser's, not an answer
        waiting = WebDriverWait(self.driver, WAIT, 0.03, ignored_exceptions=(WebDriverException,))
        waiting.until(lambda driver: driver.execute_script(ARRIVED))
        self.no_errors()


def _is(label: str) -> str:
    """XPath: the words of a label, with or without the star; in a table the row follows them."""
    words = "normalize-space(.)"
    return f"{words}='{label}' or {words}='{label}*' or starts-with({words}, '{label}: ')"
