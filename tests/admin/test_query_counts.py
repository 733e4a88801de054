"""No list asks the database row by row: with more rows every page of the sidebar asks as often as
before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from flask import Flask, url_for
from sqlalchemy import Engine, event

from admin import create_app
from casework import hardship, recoveries, results
from models import Application
from models.checks import CheckItem, CheckPlan, Visit
from models.orgs import OrgUnit
from models.secrets import Keyring, use_keyring
from tests import factories as make
from tests.admin.conftest import COMPILED, HASH, PASSWORD, TOKEN, Browser
from tests.casework.office import Office, hire, noon, open_funded_office
from tests.conftest import Database, _copy

FEW, MANY = 1, 2
ROLES = ("branch_clerk", "committee_clerk", "department_leader", "screener", "finance", "auditor")
Pages = list[tuple[str, str]]
Costs = dict[tuple[str, str], list[str]]
"""(role, path) → the SELECTs that the page asked."""
LISTS = {
    *("/applications/", "/members/", "/pairs/", "/hardship/", "/checks/", "/notices/", "/filings/"),
    *("/screenings/", "/meetings/", "/transfers/", "/payments/", "/orgs/", "/audit/"),
}


def add(office: Office, number: int) -> None:
    """One more row of every kind, each of a branch, a member and a notice of its own."""
    session, tree = office.session, office.tree
    committee = make.org(session, "committee", tree.department)
    branch = make.org(session, "branch", committee, kind="village", kind_zh="村")

    def at(stage: str, road: str = "living", **given: object) -> Application:
        made = office.application(stage, road=road, branch=branch, **given)
        make.household(session, made.member)
        return made

    at("branch_check"), at("committee_verify"), at("department_review"), at("decision")
    waits = at("meeting", "sudden")
    recorded = {"decided_on": "2010-12-04", "result": "agreed", "minutes_number": str(number)}
    leader = office.staff["department_leader"]
    results.keep(session, at("decision"), "decision", recorded, 60_000, leader, noon(4))
    at("meeting", "sudden", pay_first=True)
    at("notice")
    posted = at("notice")
    office.post(posted, branch=branch)
    filing, entering, screening = (at("filing") for _ in range(3))
    office.file(entering, screening, unit=committee)
    office.enter(screening, unit=committee)
    sent, listed, paid, signed = (at("transfer") for _ in range(4))
    at("transfer")
    office.transfer(sent, listed, paid, signed, unit=committee)
    _prepared, first, second = office.prepare(listed, paid, signed, unit=committee)
    office.pay(first, second)
    office.receipt(second)
    assert second.grant is not None
    recoveries.demand(
        session, second.grant, 100, reason="骗取", ordered_on=date(2010, 12, 20),
        by=office.staff["finance"], at=noon(20),
    )  # fmt: skip
    pair(office, branch)
    checked(office, signed, number)
    assert waits.stage == "meeting"
    assert filing.stage == "filing"


def pair(office: Office, branch: OrgUnit) -> None:
    helper, helped = (make.member(office.session, branch) for _ in range(2))
    make.pair(office.session, helper, helped)
    hardship.join(
        office.session, helped, joined_on=date(2010, 12, 3), reason="illness", situation="长期患病",
        needs="", by=office.staff["branch_clerk"], at=noon(5),
    )  # fmt: skip
    make.user(office.session, ("branch_clerk", branch))


def checked(office: Office, application: Application, number: int) -> None:
    """A visit on a plan of checks."""
    auditor = office.user("auditor").id
    plan = CheckPlan(
        title=f"抽查{number}", year=2010, org_id=office.tree.department.id, seed="1", share=10,
        large_share=100, at_least=1, frame={}, frame_digest="0" * 64, drawn_by_id=auditor, drawn_at=noon(20),
    )  # fmt: skip
    office.session.add(plan)
    office.session.flush()
    visit = Visit(
        application_id=application.id, visited_on=date(2010, 12, 20), way="home", by_id=auditor,
        at=noon(20), answers={}, visitors="李督查", finding="good",
    )  # fmt: skip
    office.session.add(visit)
    office.session.flush()
    office.session.add(CheckItem(plan_id=plan.id, application_id=application.id))


@contextmanager
def asked(engine: Engine) -> Iterator[list[str]]:
    """The SELECTs of the block."""
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement.lstrip().startswith("SELECT"):
            found.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


def sign_in(app: Flask, name: str) -> Browser:
    browser = Browser(app.test_client())
    token = TOKEN.search(browser.get("/login").text)
    assert token
    data = {"username": name, "password": PASSWORD, "csrf_token": token[1]}
    assert browser.client.post("/login", data=data).status_code == 302
    return browser


def costs(engine: Engine, browsers: dict[str, Browser], pages: Pages) -> Costs:
    """The SELECTs of pages that are warm."""
    found = {}
    for role, path in pages:
        with asked(engine) as selects:
            assert browsers[role].get(path).status_code == 200
        found[role, path] = selects
    return found


def opened(browsers: dict[str, Browser], paths: list[str]) -> Pages:
    """The pages that each role may open, each opened once."""
    return [
        (role, path)
        for role, browser in browsers.items()
        for path in paths
        if browser.get(path).status_code == 200
    ]


@pytest.fixture(scope="module")
def counted(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Costs, Costs]]:
    """What every page costs with few rows and with many."""
    folder = tmp_path_factory.mktemp("lists")
    before = use_keyring(Keyring([bytes(range(32))]))
    try:
        with _copy(request, "sqlite", folder) as database:
            yield _counted(database, folder)
    finally:
        use_keyring(before)


def _counted(database: Database, folder: Path) -> tuple[Costs, Costs]:
    with database.sessions() as session:
        office = open_funded_office(session)
        for role in ROLES:
            where = office.tree.service_centre if role == "screener" else office.tree.department
            office.staff[role] = hire(
                session, role, where, username=role, password_hash=HASH, session_stamp="first"
            )
        for number in range(FEW):
            add(office, number)
        session.commit()
        app = create_app(
            {
                "ENGINE": database.engine,
                "TESTING": True,
                "PROPAGATE_EXCEPTIONS": True,
                "DATA_FOLDER": folder,
                "SECRET_KEY": "for tests only",
                "CLOCK": lambda: noon(21),
            }
        )
        app.jinja_env.bytecode_cache = COMPILED
        browsers = {role: sign_in(app, role) for role in ROLES}
        with app.test_request_context():
            entries = app.extensions["sunshine_nav"].entries
            paths = list(dict.fromkeys(url_for(each.endpoint) for each in entries))
        pages = opened(browsers, paths)
        few = costs(database.engine, browsers, pages)
        for number in range(MANY):
            add(office, FEW + number)
        session.commit()
        return few, costs(database.engine, browsers, pages)


def test_no_page_of_lists_asks_row_by_row(counted: tuple[Costs, Costs]) -> None:
    few, many = counted
    assert {path for _role, path in few} >= LISTS, "every list is opened by somebody"
    grown = {}
    for page, selects in many.items():
        more = Counter(selects) - Counter(few[page])
        if len(selects) > len(few[page]):
            grown[page] = [len(few[page]), len(selects), *more]
    assert not grown, "\n".join(f"{page}: {what}" for page, what in grown.items())
