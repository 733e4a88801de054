"""Read the forms of a page as a browser would send them, so that tests press what is there."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Input:
    """One control. `options` are the values of a select or a group of radios."""

    name: str
    kind: str
    value: str = ""
    checked: bool = False
    options: list[str] = field(default_factory=list)
    required: bool = False
    mode: str = ""  # what a telephone's keyboard would show: numeric, decimal


@dataclass
class PageForm:
    """A form with its controls in the order of the page, and its named buttons."""

    action: str
    method: str
    inputs: list[Input] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def data(self) -> dict[str, list[str]]:
        """What a browser would send without pressing a named button."""
        sent: dict[str, list[str]] = {}
        for one in self.inputs:
            if one.kind in ("radio", "checkbox") and not one.checked:
                continue
            if one.kind == "file":
                continue
            sent.setdefault(one.name, []).append(one.value)
        return sent

    def filled_in(self, prefix: str, number: str, amount: str, day: str) -> dict[str, str]:
        """Something in every control under `prefix` that is still empty: the first choice, a word,
        a number, an amount, a day. What stands there already stays."""
        chosen: dict[str, str] = {}
        standing = {one.name for one in self.inputs if one.kind == "radio" and one.checked}
        for one in self.inputs:
            if not one.name.startswith(prefix) or one.name in chosen or one.name in standing:
                continue
            if one.kind == "radio":
                chosen[one.name] = one.value
            elif one.kind == "select" and not one.value:
                chosen[one.name] = next(value for value in one.options if value)
            elif one.kind == "date" and not one.value:
                chosen[one.name] = day
            elif one.kind in ("text", "textarea") and not one.value.strip():
                words = {"numeric": number, "decimal": amount}
                chosen[one.name] = words.get(one.mode, "同意")
        return chosen


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[PageForm] = []
        self._open: PageForm | None = None
        self._area: Input | None = None
        self._select: Input | None = None
        self._template = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "template":
            self._template += 1
        if self._template:
            return
        if tag == "form":
            self._open = PageForm(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self._open)
        elif self._open is not None:
            self._control(tag, given)

    def _control(self, tag: str, given: dict[str, str]) -> None:
        assert self._open is not None
        name = given.get("name", "")
        needed = given.get("aria-required") == "true"
        if tag == "input" and name:
            kind = given.get("type", "text")
            checked = "checked" in given
            value = given.get("value", "on" if kind in ("checkbox", "radio") else "")
            mode = given.get("inputmode", "")
            self._open.inputs.append(Input(name, kind, value, checked, [], needed, mode))
        elif tag == "textarea" and name:
            self._area = Input(name, "textarea", required=needed)
            self._open.inputs.append(self._area)
        elif tag == "select" and name:
            self._select = Input(name, "select", required=needed)
            self._open.inputs.append(self._select)
        elif tag == "option" and self._select is not None:
            self._select.options.append(given.get("value", ""))
            if "selected" in given or len(self._select.options) == 1:
                self._select.value = given.get("value", "")
        elif tag == "button" and name:
            self._open.buttons.append((name, given.get("value", "")))

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area.value += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "template":
            self._template -= 1
        elif tag == "form":
            self._open = None
        elif tag == "textarea" and self._area is not None:
            self._area.value = self._area.value.removeprefix("\r\n").removeprefix("\n")
            self._area = None
        elif tag == "select":
            self._select = None


def forms_of(html: str) -> list[PageForm]:
    """Every form of the page that posts, in its order."""
    reader = _Reader()
    reader.feed(html)
    return [form for form in reader.forms if form.method == "post"]


def form_to(html: str, end_of_action: str) -> PageForm:
    """The form whose address ends so; "" is the one that goes back to its own page."""
    wanted = end_of_action
    found = [
        one
        for one in forms_of(html)
        if (one.action.split("?")[0].endswith(wanted) if wanted else not one.action)
    ]
    assert found, f"no form to …{end_of_action}; there are {[f.action for f in forms_of(html)]}"
    return found[0]


def paper_cells(paper: str, tag: str = "t[hd]") -> list[str]:
    """The texts of the cells of a printed paper, without spaces (`tag` th: of its headings)."""
    found = re.findall(rf"<{tag}[^>]*>(.*?)</{tag}>", paper, re.S)
    return [re.sub(r"<[^>]+>|\s", "", cell) for cell in found]
