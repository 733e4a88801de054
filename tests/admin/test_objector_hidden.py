"""Who objected is hidden from branch and committee: on every page, search, export and log (R-4.3.1)."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from models import AuditRecord, CaseEvent, Objection
from tests import rota
from tests.admin.conftest import an_address
from tests.admin.roadside import Roadside, open_roadside
from tests.admin.test_case_lists import begun, posted
from tests.conftest import Database

NAME, PHONE, TOLD = "钱知情人", "13977776666", "家有三处出租房屋"
SECRET = (NAME, PHONE, TOLD, "7777", "知情")
BELOW = ("clerk", "committee_clerk", "secretary", "verifier", "neighbour", "committee_leader")


@pytest.fixture
def office(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Roadside:
    monkeypatch.setenv("SUNSHINE_DATA", str(tmp_path))
    return open_roadside(database, tmp_path, {"王建国": {}, "刘长河": {}}, begun, objected)


def objected(made: Roadside) -> None:
    """Both posted; somebody objects to one of them by letter."""
    path = posted(made)
    made.at("reviewer").press(
        path, "/objections/to/1/1", channel="letter", has_clue="yes",
        content=TOLD, objector_name=NAME, objector_phone=PHONE,
    )  # fmt: skip
    noted = f"{NAME}（{PHONE}）说：{TOLD}"
    made.at("reviewer").press("/application/1", "/notes", text=noted, inner_only="yes")
    assert noted in made.at("reviewer").get("/application/1")


def addresses(office: Roadside) -> list[str]:
    """Every page that can be read, its numbers filled in."""
    found = set()
    for rule in office.app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint.startswith(("static", "account.")):
            continue
        for number in ("1", "2"):
            found.add(an_address(rule.rule, number))
    searches = [f"/search?q={text}" for text in (NAME, PHONE, TOLD)]
    lists = [f"/applications/?search={NAME}", f"/members/?search={PHONE}"]
    exports = ["/applications/export/csv/", "/members/export/csv/", "/members/export/xlsx/"]
    return [*sorted(found), *searches, *lists, *exports]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # what is shown is the same on both
def test_r_4_3_1_no_page_search_or_export_of_branch_or_committee_tells_who_objected(
    office: Roadside,
) -> None:
    seen = 0
    readers = rota.in_turn(BELOW, 2)
    for who in readers:
        browser = office.at(who).browser
        for path in addresses(office):
            answer = browser.get(path)
            seen += answer.status_code == 200
            text = answer.get_data(as_text=False).decode("utf-8", "replace")
            asked = path.partition("=")[2]
            for secret in SECRET:
                if secret not in asked:
                    assert secret not in text, (who, path, secret)
    assert seen > 10 * len(readers), "pages were really read"


def test_r_4_3_1_the_objector_cannot_be_asked_for_below_the_department(office: Roadside) -> None:
    for who in (*BELOW, "finance", "screener"):
        browser = office.at(who).browser
        token = {"csrf_token": browser.token()}
        answer = browser.client.post("/objections/1/objector", data=token)
        assert answer.status_code in (403, 404), who
        assert NAME not in answer.text
    reviewer = office.at("reviewer").browser
    answer = reviewer.client.post("/objections/1/objector", data={"csrf_token": reviewer.token()})
    assert NAME in answer.get_json()["value"]


def test_r_4_3_1_no_log_or_event_holds_the_objector_and_the_row_is_sealed(
    office: Roadside,
) -> None:
    with office.session() as session:
        logged = " ".join(str(row.data) for row in session.scalars(select(AuditRecord)))
        logged += " ".join(f"{row.data} {row.reason}" for row in session.scalars(select(CaseEvent)))
        for secret in SECRET:
            assert secret not in logged
        row = session.scalars(select(Objection)).one()
        assert NAME.encode() not in (row.objector_name_sealed or b"")
        assert row.objector_name == NAME
