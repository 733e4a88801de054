"""Which pages there are and who may see each: the demonstration's office, followed link by link.

Every route that answers a GET is found by a person of each role, through the links of the pages
and a few addresses that only a script or a button knows. What is found is what the browser visits.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from admin import create_app
from seeds.demo import LOGINS
from tests.admin.conftest import COMPILED
from tests.browser.occasions import NOBODY, Steps, signed_in
from tests.conftest import Database
from tests.loaded import NOW

CASE = "cases.show"
ACTION = re.compile(r'action="([^"?#]+)')
LINK = re.compile(r'(?:href|data-url|formaction)="([^"#]+)"')
OPEN_FIRST = 3  # pages of one route that are opened while looking for further links
OPEN_CASES = 8  # a case looks different at each of its stages
# what answers with a file, JSON or another address, so that there is no page to look at
NO_PAGE = {
    "applications.details_view": "goes on to the application",
    "account.language": "goes on to another page",
    "applications.export": "a file",
    "attachments.download": "a file",
    "attachments.inline": "a file",
    "audit.export": "a file",
    "bank_files.bank_file": "a file",
    "bank_files.batch_file": "a file",
    "checks.frame": "a file",
    "editions.files_view": "a file",
    "hardship_list.details_view": "goes on to the person",
    "hardship_list.export": "a file",
    "health": "JSON for the machine room",
    "import_list.details_view": "goes on to the import",
    "imports.marked": "a file",
    "imports.progress": "JSON for the page of an import",
    "imports.template": "a file",
    "journal.export": "a file",
    "list_files.take": "a file",
    "members.ajax_lookup": "JSON for a box",
    "minutes.scan": "a file",
    "members.export": "a file",
    "notice_board.photo": "a file",
    "notice_list.details_view": "goes on to the notice",
    "notice_list.export": "a file",
    "orders.fetch": "a file",
    "orgs.ajax_lookup": "JSON for a box",
    "pairs.ajax_lookup": "JSON for a box",
    "pairs.export": "a file",
    "payment_list.details_view": "goes on to the payment",
    "payment_list.export": "a file",
    "policy.index": "goes on to the only policy",
    "policy.zipped": "a file",
    "reports.sheet": "a file",
    "screening_files.export": "a file",
    "screening_files.export_as": "a file",
    "search.box": "JSON for the search box",
    "static": "files",
    "users.ajax_lookup": "JSON for a box",
}
BY_HAND = ("/search?q=王", "/search?q=zzzz", "/password", "/nowhere")


@dataclass(frozen=True, order=True)
class Page:
    """One page as one person sees it."""

    endpoint: str
    person: str
    path: str


def open_demonstration(database: Database, folder: Path) -> tuple[Flask, dict[str, list[str]]]:
    """The application over the demonstration of `tests.loaded`, on its day, and what was brought
    about in it besides: person → addresses."""
    app = create_app(
        {
            "ENGINE": database.engine,
            "TESTING": True,
            "PROPAGATE_EXCEPTIONS": False,
            "DATA_FOLDER": folder,
            "SECRET_KEY": "for tests only",
            "CLOCK": lambda: NOW,
        }
    )
    app.jinja_env.bytecode_cache = COMPILED
    return app, Steps(app, database, folder).all()


class Survey:
    """Follows the links of one person after the other.

    `thorough` finds for each person every page they reach, and of one route each that has other
    forms. Otherwise a route that an earlier person opened often enough is not opened again. `texts`
    holds what each page said, in Chinese.
    """

    def __init__(self, app: Flask, also: Mapping[str, Sequence[str]], *, thorough: bool) -> None:
        self.app, self.also, self.thorough = app, also, thorough
        self.pages: set[Page] = set()
        self.texts: dict[Page, str] = {}
        self._opened: Counter[str] = Counter()
        self._looks: set[tuple[str, frozenset[str]]] = set()

    def of(self, person: str) -> None:
        """Add what this person reaches from the first page and from addresses given by hand."""
        own: Counter[str] = Counter()
        client = signed_in(self.app, person, "zh")
        given = self.also.get(person, ())
        first = given if person == NOBODY else ("/", *given, *BY_HAND)
        waiting, seen = deque(first), set(first)
        if self.thorough:
            self._opened, self._looks = Counter(), set()
        while waiting:
            path = waiting.popleft()
            endpoint = endpoint_of(self.app, path)
            if endpoint in NO_PAGE or (
                path not in first and own[endpoint] and self._enough(endpoint)
            ):
                continue
            answer = client.get(path, buffered=True)  # a streamed file keeps its request open
            assert answer.status_code < 500, (person, path, answer.status_code)
            if answer.status_code not in (200, 404) or answer.mimetype != "text/html":
                continue
            self._opened[endpoint] += 1
            own[endpoint] += 1
            if self._is_new(endpoint, answer.text) or path in given:
                page = Page(endpoint, person, path)
                self.pages.add(page)
                self.texts[page] = answer.text
            new = [link for link in dict.fromkeys(_links(path, answer.text)) if link not in seen]
            seen.update(new)
            waiting.extend(new)

    def _enough(self, endpoint: str) -> bool:
        return self._opened[endpoint] >= (OPEN_CASES if endpoint == CASE else OPEN_FIRST)

    def _is_new(self, endpoint: str, html: str) -> bool:
        look = (endpoint, frozenset(endpoint_of(self.app, to) for to in ACTION.findall(html)))
        known = look in self._looks if self.thorough else self._opened[endpoint] > 1
        self._looks.add(look)
        return not known


def _links(path: str, html: str) -> Iterator[str]:
    for found in LINK.findall(html):
        target = urlsplit(urljoin("http://here" + path, unescape(found)))
        if target.netloc == "here":
            yield target.path + ("?" + target.query if target.query else "")


def endpoint_of(app: Flask, path: str) -> str:
    """The route a path leads to; "" where there is none."""
    target = urlsplit(path)
    try:
        endpoint: Any = app.url_map.bind("here").match(target.path, query_args=target.query)[0]
    except (HTTPException, RequestRedirect):
        return ""
    return str(endpoint)


def everybody() -> list[str]:
    return [name for name, _what in LOGINS]


def unseen(app: Flask, seen: set[str]) -> set[str]:
    """Routes that answer a GET with a page and that nobody reached."""
    known = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    return known - seen - set(NO_PAGE)
