"""An office to sign in to: two committees, so that whatever leaks across them is seen.

`office` is shared by the tests of a module that only read; `fresh_office` is the test's own.
Both run on SQLite and on PostgreSQL.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from ruamel.yaml import YAML
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from admin import create_app
from admin.security import passwords
from casework import editions
from models import HelpingPair, Member, OrgUnit, Role, User, UserRole
from models.secrets import Keyring, use_keyring
from tests.casework.bureau import licheng
from tests.conftest import DIALECTS, Database, _copy
from tests.filled import filled


def an_address(rule: str, number: str = "1") -> str:
    """An address of a route: the first of named choices, the number everywhere else."""
    return re.sub(r"<[^>]+>", number, re.sub(r"<any\((\w+)[^>]*>", r"\1", rule))


def _compiled_folder() -> str:
    folder = Path(tempfile.gettempdir()) / f"sunshine-templates-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return str(folder)


NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
LONG_AGO = date(2020, 1, 1)
PASSWORD = "a long sentence 帮扶"
# argon2 as cheap as it gets, and templates compiled once for all processes: tests sign in by the
# hundred, and a template is known by its text, so a kept one is never stale
passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
COMPILED = FileSystemBytecodeCache(_compiled_folder())
HASH = passwords.hashed(PASSWORD)
ROLES = YAML(typ="safe").load(Path("seeds/reference/roles.yaml"))
TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')

# role code → code of the unit where the person with that user name holds it
PEOPLE = {
    "branch_clerk": "A1",
    "branch_secretary": "A1",
    "committee_clerk": "A",
    "committee_verifier": "A",
    "department_reviewer": "D",
    "department_leader": "D",
    "screener": "S",
    "finance": "D",
    "policy_officer": "D",
    "auditor": "D",
    "administrator": "D",
}


class Browser:
    """A client that keeps its session and sends the token of the page, as a browser does."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self._token: tuple[object, str] | None = None  # of which session, and the token

    def get(self, path: str, **kw: Any) -> TestResponse:
        return self.client.get(path, **kw)

    def token(self) -> str:
        """The token of a page; another page of the same session carries the same."""
        secret = self._secret()
        if secret is None or self._token is None or self._token[0] != secret:
            found = TOKEN.search(self.client.get("/password").text)
            assert found, "the page carries no token"
            self._token = self._secret(), found[1]
        return self._token[1]

    def _secret(self) -> object:
        """What the session keeps for its tokens, None before it has any."""
        app = self.client.application
        cookie = self.client.get_cookie(app.config["SESSION_COOKIE_NAME"])
        serializer = app.session_interface.get_signing_serializer(app)
        return None if cookie is None else serializer.loads(cookie.value).get("csrf_token")

    def post(self, path: str, data: dict[str, Any] | None = None, **kw: Any) -> TestResponse:
        return self.client.post(path, data={"csrf_token": self.token(), **(data or {})}, **kw)

    def bare_post(self, path: str, data: dict[str, Any] | None = None) -> TestResponse:
        """A post without the token, as another site would send it."""
        return self.client.post(path, data=data or {})


@dataclass
class Office:
    """The application over a database with people in it; numbers of rows by name."""

    app: Flask
    database: Database
    members: dict[str, int] = field(default_factory=dict)
    units: dict[str, int] = field(default_factory=dict)
    pairs: dict[str, int] = field(default_factory=dict)
    users: dict[str, int] = field(default_factory=dict)
    _open: dict[str, Browser] = field(default_factory=dict)

    def visitor(self) -> Browser:
        return Browser(self.app.test_client())

    def sign_in(self, username: str, password: str = PASSWORD) -> Browser:
        browser = self.visitor()
        token = TOKEN.search(browser.get("/login").text)
        assert token
        data = {"username": username, "password": password, "csrf_token": token[1]}
        answer = browser.client.post("/login", data=data)
        assert answer.status_code == 302, answer.text
        return browser

    def as_(self, role: str) -> Browser:
        """Somebody who holds the role; the session is kept for the module's other tests."""
        if role not in self._open:
            self._open[role] = self.sign_in(role)
        return self._open[role]

    def session(self) -> Session:
        return self.database.sessions()

    def one(self, model: type[Any], number: int) -> Any:
        with self.session() as session:
            return session.get_one(model, number)


def people_an_office(office: Office) -> None:
    """Units D > A > A1, A2 and D > B > B1, a service centre, a user per role, five members, and the
    real policy, whose words the screens speak."""
    with office.session() as session:
        for code, above, level in (
            ("D", None, "department"),
            ("S", "D", "service_centre"),
            ("A", "D", "committee"),
            ("A1", "A", "branch"),
            ("A2", "A", "branch"),
            ("B", "D", "committee"),
            ("B1", "B", "branch"),
        ):
            unit = OrgUnit(
                parent_id=office.units.get(above or ""), level=level, code=code, name=f"{code}组织"
            )
            session.add(unit)
            session.flush()
            office.units[code] = unit.id
        for code, role in ROLES.items():
            session.add(
                Role(code=code, **{k: role[k] for k in ("zh", "en", "level", "permissions")})
            )
        session.flush()
        for code, unit_code in PEOPLE.items():
            office.users[code] = add_user(session, code, code, office.units[unit_code])
        for name, unit_code, number in (
            ("王小明", "A1", "110101199003074514"),
            ("李芳", "A1", "110101198505052628"),
            ("赵强", "A2", None),
            ("王小红", "B1", "110101199201010044"),
            ("孙勇", "B1", None),
        ):
            member = Member(
                org_id=office.units[unit_code],
                name=name,
                sex="female" if name in ("李芳", "王小红") else "male",
                ethnic="汉族",
                joined_on=date(2001, 7, 1),
                created_at=NOW,
            )
            member.id_number, member.phone = number, "13800001234" if number else None
            session.add(member)
            session.flush()
            office.members[name] = member.id
        for helper, helped, unit_code in (("王小明", "李芳", "A1"), ("王小红", "孙勇", "B1")):
            pair = HelpingPair(
                helper_id=office.members[helper],
                helped_id=office.members[helped],
                org_id=office.units[unit_code],
                start_on=date(2026, 1, 1),
                plan="教技术",
            )
            session.add(pair)
            session.flush()
            office.pairs[unit_code] = pair.id
        editions.publish(
            session, licheng(), from_on=LONG_AGO, proposed_by=None, signed_by=None, at=NOW
        )
        session.commit()


def add_user(session: Session, username: str, role: str, unit: int, **kw: Any) -> int:
    """An account that holds one role at one unit."""
    user = User(
        username=username,
        display_name=f"{username}员",
        password_hash=HASH,
        created_at=NOW,
        session_stamp="first",
        **kw,
    )
    session.add(user)
    session.flush()
    known = session.scalars(select(Role).where(Role.code == role)).one()
    session.add(UserRole(user_id=user.id, role_id=known.id, org_id=unit, from_on=LONG_AGO))
    session.flush()
    return user.id


def open_office(database: Database, folder: Path) -> Office:
    """The application over this database, with its people."""
    app = create_app(
        {
            "ENGINE": database.engine,
            "TESTING": True,
            "PROPAGATE_EXCEPTIONS": False,  # a fault must end in our page, as in production
            "DATA_FOLDER": folder,
            "SECRET_KEY": "for tests only",
            "CLOCK": lambda: NOW,
        }
    )
    app.jinja_env.bytecode_cache = COMPILED
    office = Office(app, database)
    before = use_keyring(Keyring([bytes(range(32))]))

    def fill() -> tuple[dict[str, int], ...]:
        people_an_office(office)
        return dict(office.members), dict(office.units), dict(office.pairs), dict(office.users)

    try:
        found = filled(database.engine, folder, people_an_office, fill)
    finally:
        use_keyring(before)
    office.members, office.units, office.pairs, office.users = map(dict, found)
    return office


@pytest.fixture(scope="module", params=DIALECTS)
def office(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    """An office that the tests of a module share."""
    folder = tmp_path_factory.mktemp("office")
    with _copy(request, request.param, folder) as database:
        yield open_office(database, folder)


@pytest.fixture
def fresh_office(database: Database, tmp_path: Path) -> Office:
    """An office of the test's own."""
    return open_office(database, tmp_path)
