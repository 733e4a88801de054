"""Every page of the frame, in both languages: it opens, has a title and a language, no id twice."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from tests.admin.conftest import Office

PAGES = {
    "branch_clerk": [
        "/",
        "/members/",
        "/members/new/",
        "/pairs/",
        "/pairs/new/",
        "/pair-matches/",
        "/hardship/",
        "/inbox/",
        "/orgs/",
        "/password",
    ],
    "committee_clerk": ["/", "/members/", "/pairs/"],
    "policy_officer": ["/", "/editions/", "/calendar", "/calendar/2026"],
    "auditor": [
        "/",
        "/audit/",
        "/members/",
        "/editions/",
        "/hardship/",
        "/checks/",
        "/checks/new",
        "/sign-ins/",
    ],
    "department_reviewer": [
        "/reports/",
        "/reports/ledger",
        "/reports/scorecard",
        "/reports/paper",
        "/inbox/?show=all",
    ],
    "administrator": [
        "/",
        "/users/",
        "/users/new/",
        "/sign-ins/",
        "/orgs/",
        "/orgs/new/",
        "/settings",
        "/calendar",
        "/calendar/2025",
    ],
    "screener": ["/"],
}


class Outline(HTMLParser):
    """What of a page the tests look at."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.lang = self.title = ""
        self.inline: list[str] = []
        self.unnamed: list[str] = []
        self.headings = 0
        self._in: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self._in.append(tag)
        if found.get("id"):
            self.ids.append(str(found["id"]))
        if tag == "html":
            self.lang = found.get("lang") or ""
        if tag == "style" or (tag == "script" and "src" not in found):
            self.inline.append(tag)
        self.inline += [name for name in found if name == "style" or name.startswith("on")]
        self.headings += tag == "h1"
        if tag == "img" and "alt" not in found:
            self.unnamed.append("img")

    def handle_endtag(self, tag: str) -> None:
        while self._in and self._in.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._in and self._in[-1] == "title":
            self.title += data


def outline(text: str) -> Outline:
    found = Outline()
    found.feed(text)
    return found


@pytest.mark.parametrize("code", ["zh", "en"])
@pytest.mark.parametrize("role", PAGES)
def test_every_page_opens_with_title_language_and_without_a_doubled_id(
    office: Office, role: str, code: str
) -> None:
    browser = office.sign_in(role)
    browser.get(f"/lang/{code}")
    for path in PAGES[role]:
        answer = browser.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        page = outline(answer.text)
        assert page.lang == {"zh": "zh-CN", "en": "en"}[code], path
        assert page.title.strip(" ·"), path
        assert page.headings == 1, path
        assert len(page.ids) == len(set(page.ids)), (path, page.ids)
        assert not page.inline, (path, page.inline)
        assert not page.unnamed, path


def test_the_pages_of_one_row_open(office: Office) -> None:
    clerk, chief = office.as_("branch_clerk"), office.as_("administrator")
    member, pair = office.members["王小明"], office.pairs["A1"]
    for path in (
        f"/members/details/?id={member}",
        f"/members/edit/?id={member}",
        f"/members/{member}/household",
        f"/pairs/details/?id={pair}",
        f"/pairs/edit/?id={pair}",
        f"/pairs/end/?id={pair}",
    ):
        assert clerk.get(path).status_code == 200, path
    assert office.as_("committee_clerk").get(f"/members/move/?id={member}").status_code == 200
    for path in (
        f"/users/details/?id={office.users['auditor']}",
        f"/users/edit/?id={office.users['auditor']}",
        f"/orgs/details/?id={office.units['A1']}",
        f"/orgs/edit/?id={office.units['A1']}",
    ):
        assert chief.get(path).status_code == 200, path


def test_the_chinese_page_is_chinese_and_the_english_one_has_no_chinese_word_of_ours(
    office: Office,
) -> None:
    browser = office.sign_in("administrator")
    browser.get("/lang/en")
    words = re.sub(r"<[^>]*>", " ", browser.get("/settings").text)
    assert not re.search(
        r"[\u3400-\u9fff]", words.replace("中文", "").replace("administrator员", "")
    )
    browser.get("/lang/zh")
    page = browser.get("/settings").text
    assert "系统设置" in page or "设置" in page
