"""Papers for many at the screens: chosen in the list, made by the worker, fetched by who asked."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from casework import outbox
from casework.jobs.worker import LONG
from models import HelpingPair, Member
from tests.admin.roadside import Roadside, open_roadside
from tests.casework.bureau import Bureau, register, walk
from tests.conftest import Database


def begun(bureau: Bureau, members: Mapping[str, Member]) -> None:
    for member in members.values():
        walk(bureau, register(bureau, member), "branch_check")  # the form is given out from here on


@pytest.fixture
def office(database: Database, tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> Roadside:
    monkeypatch.setenv("SUNSHINE_DATA", str(tmp_path))
    people: Mapping[str, Mapping[str, object]] = {"王建国": {}, "李秀英": {}}
    return open_roadside(database, tmp_path, people, begun)  # type: ignore[arg-type]  # a Path


def work(office: Roadside) -> None:
    """The worker's turn."""
    now = datetime.now(UTC).replace(year=2100)
    with office.database.sessions() as session:
        waiting = outbox.waiting(session, now)
    for message in waiting:
        outbox.run_long(office.database.sessions, message, LONG, lambda: now)


def test_forms_of_a_whole_list_are_ordered_watched_and_fetched(office: Roadside) -> None:
    desk = office.at("committee_clerk")
    token = desk.browser.token()
    chosen = {"do": "print", "rowid": ["1", "2"], "csrf_token": token}
    asked = desk.browser.client.post("/applications/bulk/", data=chosen)
    assert asked.status_code == 200
    assert "困难党员帮扶救助申请表" in asked.text
    assert "报送汇总表" in asked.text
    data = {"about": "application", "ids": "1,2", "paper": "annex_1", "as": "zip"}
    answer = desk.browser.client.post("/papers/orders/", data={**data, "csrf_token": token})
    assert answer.status_code == 302
    page = desk.get("/papers/orders/")
    assert "0/2" in page
    assert "data-busy" in page, "its script looks again"
    work(office)
    page = desk.get("/papers/orders/")
    assert "已生成2份" in page
    assert "data-busy" not in page
    address = re.findall(r'href="(/papers/orders/\d+/file)"', page)[0]
    file = desk.browser.get(address)
    with zipfile.ZipFile(io.BytesIO(file.data)) as archive:
        assert len(archive.namelist()) == 2
    office.at("reviewer").get(address, status=404)


def test_a_paper_is_had_as_a_page_or_as_word_and_not_beyond_ones_reach(office: Roadside) -> None:
    desk = office.at("clerk")
    assert "申请表" in desk.get("/papers/application/1/annex_1.html")
    word = desk.browser.get("/papers/application/1/annex_1.docx")
    assert word.data[:2] == b"PK"
    assert "filename*=UTF-8''" in word.headers["Content-Disposition"]
    desk.get("/papers/application/1/decision_letter.html", status=422)
    for path in ("/application/1/nothing.html", "/application/1/annex_1.exe", "/nothing/1/x.html",
                 "/application/1,x/annex_1.html", "/application/999/annex_1.html"):  # fmt: skip
        desk.get(f"/papers{path}", status=404)
    office.at("neighbour").get("/papers/application/1/annex_1.html", status=404)


def test_a_whole_list_of_notices_and_pairs_is_printed_at_once(office: Roadside) -> None:
    with office.session() as session:
        members = session.scalars(select(Member).order_by(Member.id)).all()
        for helper, helped in (members[:2], members[1::-1]):
            pair = HelpingPair(
                helper_id=helper.id, helped_id=helped.id, org_id=helped.org_id,
                start_on=date(2010, 1, 1), plan="教技术",
            )  # fmt: skip
            session.add(pair)
        session.commit()
    desk = office.at("committee_clerk")
    desk.get("/lists/recoveries/print", status=404)
    assert desk.browser.get("/lists/filings/print").status_code == 302, "there is none"
    token = desk.browser.token()
    chosen = {"do": "print", "rowid": ["1", "2"], "csrf_token": token}
    asked = desk.browser.client.post("/pairs/bulk/", data=chosen)
    assert "结对帮扶" in asked.text
    data = {"about": "pair", "ids": "1,2", "paper": "pair_agreement", "as": "docx"}
    answer = desk.browser.client.post("/papers/orders/", data={**data, "csrf_token": token})
    assert answer.status_code == 302
    work(office)
    assert "已生成2份" in desk.get("/papers/orders/")
    more = {**data, "ids": "1,2,998,999", "csrf_token": token}
    assert desk.browser.client.post("/papers/orders/", data=more).status_code == 302
    work(office)
    assert "已生成2份，另有2份未生成" in desk.get("/papers/orders/")
    wrong = {**data, "about": "applications", "csrf_token": token}
    assert desk.browser.client.post("/papers/orders/", data=wrong).status_code == 404
