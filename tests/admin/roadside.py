"""An office at its screens: the bureau of the casework tests behind the application, with passwords,
money in a source, and a clock that the test moves. A `Desk` is one person at the test client."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from admin import create_app
from casework import calendar, funds
from models import Application, Member
from tests.admin.conftest import COMPILED, HASH, PASSWORD, TOKEN, Browser
from tests.admin.forms_on_page import PageForm, form_to
from tests.casework.bureau import Bureau, applicant, open_bureau
from tests.conftest import Database
from tests.factories import NOW
from tests.filled import filled

PAGE_FAULTS = re.compile(r'<ul class="field-faults[^"]*"[^>]*>(.*?)</ul>', re.S)


@dataclass
class Clock:
    """The time of the application under test."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def later(self, days: int) -> None:
        self.now += timedelta(days=days)


@dataclass
class Desk:
    """One person who reads pages and presses what is on them."""

    browser: Browser

    def get(self, path: str, status: int = 200) -> str:
        answer = self.browser.get(path)
        assert answer.status_code == status, (path, answer.status_code, said(answer.text))
        return answer.text

    def send(self, form: PageForm, path: str, **typed: Any) -> TestResponse:
        """Send a form as the page has it, with these values typed over."""
        data: dict[str, Any] = {**form.data(), **typed}
        return self.browser.client.post(form.action or path, data=data)

    def press(self, path: str, end_of_action: str, **typed: Any) -> TestResponse:
        """Open a page, fill in the form whose address ends so, send it; it must be accepted."""
        answer = self.send(form_to(self.get(path), end_of_action), path, **typed)
        assert answer.status_code == 302, (path, answer.status_code, said(answer.text))
        return answer

    def draft(self, path: str, **typed: Any) -> str:
        """Save the form of an application as a draft; gives the page that follows."""
        answer = self.send(form_to(self.get(path), ""), path, draft="yes", **typed)
        assert answer.status_code in (200, 302), (path, answer.status_code, said(answer.text))
        return answer.text if answer.status_code == 200 else self.get(path)

    def scan_minutes(self) -> None:
        """Attach the scan of the minutes of which this person recorded a result."""
        file = (BytesIO(b"%PDF-1.4 minutes %%EOF"), "会议纪要.pdf")
        self.press("/meetings/", "/meetings/minutes", scan=file)

    def refused(self, path: str, end_of_action: str, **typed: Any) -> str:
        """The same; it must be refused, and the page comes back."""
        answer = self.send(form_to(self.get(path), end_of_action), path, **typed)
        assert answer.status_code in (409, 422), (path, answer.status_code)
        return answer.text


@dataclass
class Roadside:
    """The application over a database with an office at work."""

    app: Flask
    database: Database
    clock: Clock
    members: dict[str, int] = field(default_factory=dict)
    _open: dict[str, Desk] = field(default_factory=dict)

    def at(self, name: str) -> Desk:
        """The desk of somebody of `tests.casework.bureau.ROLES`."""
        if name not in self._open:
            browser = Browser(self.app.test_client())
            token = TOKEN.search(browser.get("/login").text)
            assert token
            data = {"username": name, "password": PASSWORD, "csrf_token": token[1]}
            assert browser.client.post("/login", data=data).status_code == 302
            self._open[name] = Desk(browser)
        return self._open[name]

    def session(self) -> Session:
        return self.database.sessions()

    def application(self, number: int) -> Application:
        """The row as it is now, detached."""
        with self.session() as session:
            return session.get_one(Application, number)


def nothing_begun(_bureau: Bureau, _members: Mapping[str, Member]) -> None:
    """No application is under way."""


def open_roadside(
    database: Database,
    folder: Path,
    members: Mapping[str, Mapping[str, Any]] | None = None,
    begun: Callable[[Bureau, Mapping[str, Member]], None] = nothing_begun,
    pressed: Callable[[Roadside], None] | None = None,
) -> Roadside:
    """People who can sign in by their names in the bureau, the 2010 policy, a hundred thousand
    yuan of Party dues, holidays of two years. `begun` brings applications under way below the
    pages, `pressed` goes on through them. The next test that asks for the same gets it back as it
    was, without the work."""
    clock = Clock()
    given = members or {"王建国": {}}

    def fill() -> tuple[dict[str, int], datetime]:
        made = _at_work(database, given, begun)
        if pressed is not None:
            pressed(Roadside(_application(database, folder, clock), database, clock, made))
        return made, clock.now

    made, clock.now = filled(database.engine, folder, (repr(given), begun, pressed), fill)
    return Roadside(_application(database, folder, clock), database, clock, dict(made))


def _at_work(
    database: Database,
    members: Mapping[str, Mapping[str, Any]],
    begun: Callable[[Bureau, Mapping[str, Member]], None],
) -> dict[str, int]:
    """The bureau with accounts, money and these people; their numbers by name."""
    with database.sessions() as session:
        bureau = open_bureau(session)
        _accounts(bureau)
        _money(bureau)
        calendar.fill(session, NOW.year, NOW.year + 1)
        people = {name: applicant(bureau, name=name, **given) for name, given in members.items()}
        made = {name: member.id for name, member in people.items()}
        begun(bureau, people)
        session.commit()
    return made


def _application(database: Database, folder: Path, clock: Clock) -> Flask:
    app = create_app(
        {
            "ENGINE": database.engine,
            "TESTING": True,
            "PROPAGATE_EXCEPTIONS": True,  # a fault of ours ends the test, not in a page
            "DATA_FOLDER": folder,
            "SECRET_KEY": "for tests only",
            "CLOCK": clock,
        }
    )
    app.jinja_env.bytecode_cache = COMPILED
    return app


def _accounts(bureau: Bureau) -> None:
    for name, user in bureau.users.items():
        user.username, user.password_hash = name, HASH
    bureau.session.flush()


def _money(bureau: Bureau) -> None:
    by = bureau["finance"]
    source = funds.add_source(
        bureau.session, "dues", "区管党费", "District-managed Party dues", by=by, at=NOW
    )
    funds.allocate_budget(
        bureau.session,
        source,
        NOW.year,
        10_000_000,
        by=by,
        at=NOW,
        memo="年初",
        request_key="budget",
    )


def said(html: str) -> list[str]:
    """What a page says is wrong."""
    found = re.findall(r'class="note note-danger".*?</div>', html, re.S) + PAGE_FAULTS.findall(html)
    return [re.sub(r"<[^>]+>|\s+", " ", one).strip() for one in found]
