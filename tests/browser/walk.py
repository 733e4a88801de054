"""Which pages there are and who may see each: the demonstration's office, followed link by link.

Every route that answers a GET is found by a person of each role, through the links of the pages
and a few addresses that only a script or a button knows. What is found is what the browser visits.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from admin import create_app
from seeds import load
from seeds.demo import LOGINS, SEED
from seeds.district import PASSWORD
from tests.admin.conftest import COMPILED, TOKEN
from tests.conftest import Database

NOW = datetime(2026, 11, 18, 3, 0, tzinfo=UTC)
LINK = re.compile(r'(?:href|data-url|formaction)="([^"#]+)"')
OPEN_FIRST = 3  # pages of one route that are opened while looking for further links
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
    "health": "JSON for the machine room",
    "imports.marked": "a file",
    "imports.progress": "JSON for the page of an import",
    "imports.template": "a file",
    "journal.export": "a file",
    "list_files.take": "a file",
    "members.ajax_lookup": "JSON for a box",
    "minutes.scan": "a file",
    "members.export": "a file",
    "notice_board.photo": "a file",
    "orders.fetch": "a file",
    "orgs.ajax_lookup": "JSON for a box",
    "pairs.ajax_lookup": "JSON for a box",
    "policy.index": "goes on to the only policy",
    "policy.zipped": "a file",
    "reports.sheet": "a file",
    "screening_files.export": "a file",
    "screening_files.export_as": "a file",
    "screening_files.scheme_template": "a file",
    "search.box": "JSON for the search box",
    "static": "files",
    "users.ajax_lookup": "JSON for a box",
}
# what the demonstration has no case of, or only a form leads to: its own tests visit it
NOT_IN_DEMO = {
    "account.login",  # seen without an account only
    "imports.show",  # only after an import
    "notices.new",
    "paper_checks.compare",  # only of an entry on behalf
    "policy.effect",  # only with a draft
    "receipts.roster",
    "recoveries.new",
    "recoveries.show",
    "register.start",
}
BY_HAND = ("/search?q=王", "/search?q=zzzz", "/password", "/login", "/nowhere")


@dataclass(frozen=True, order=True)
class Page:
    """One page as one person sees it."""

    endpoint: str
    person: str
    path: str


def open_demonstration(database: Database, folder: Path) -> Flask:
    """The application over a small demonstration, on a fixed day."""
    with database.sessions() as session:
        load.everything(session, seed=SEED, now=NOW, members=300, applications=60)
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
    return app


def signed_in(app: Flask, person: str, language: str) -> FlaskClient:
    """Somebody's client; its session cookie serves the browser too."""
    client = app.test_client()
    token = TOKEN.search(client.get("/login").text)
    assert token
    data = {"username": person, "password": PASSWORD, "csrf_token": token[1]}
    assert client.post("/login", data=data).status_code == 302, person
    client.get(f"/lang/{language}")
    return client


def pages_of(app: Flask, person: str) -> dict[str, str]:
    """Endpoint → the first page of it that this person reaches and may open."""
    client = signed_in(app, person, "zh")
    waiting, seen, opened = deque(["/", *BY_HAND]), {"/", *BY_HAND}, dict[str, int]()
    found: dict[str, str] = {}
    while waiting:
        path = waiting.popleft()
        endpoint = endpoint_of(app, path)
        if endpoint in NO_PAGE or opened.get(endpoint, 0) >= OPEN_FIRST:
            continue
        answer = client.get(path, buffered=True)  # a streamed file keeps its request open
        assert answer.status_code < 500, (person, path, answer.status_code)
        if answer.status_code not in (200, 404) or answer.mimetype != "text/html":
            continue
        opened[endpoint] = opened.get(endpoint, 0) + 1
        found.setdefault(endpoint, path)
        for link in _links(path, answer.text):
            if link not in seen:
                seen.add(link)
                waiting.append(link)
    return found


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
