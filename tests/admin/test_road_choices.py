"""Where a road covers several kinds of application, whoever registers says which is meant."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from pathlib import Path

import pytest

from casework import editions
from models import Application
from tests.admin.forms_on_page import form_to
from tests.admin.roadside import Roadside, open_roadside, said
from tests.admin.test_cases_other_policy import QINGHE, publish
from tests.conftest import Database
from tests.factories import NOW

WIDE = "qinghe-medical-2025/hospital"


@pytest.fixture
def office(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Roadside:
    monkeypatch.setenv("SUNSHINE_DATA", str(tmp_path))
    found = open_roadside(database, tmp_path, {"王建国": {}})
    found.clock.now = NOW.replace(year=2025, month=5, day=6, hour=2)
    files = editions.read_folder(QINGHE)
    text = files["procedure.yaml"].decode()
    wide = text.replace("for: claim_kind = hospital", "for: claim_kind != chronic")
    assert wide != text
    publish(found, {**files, "procedure.yaml": wide.encode()}, date(2025, 1, 1))
    return found


def register(office: Roadside, road: str) -> tuple[int, str]:
    desk = office.at("clerk")
    data = {"csrf_token": desk.browser.token(), "road": road, "applied_on": "2025-05-06"}
    answer = desk.browser.client.post(f"/register/{office.members['王建国']}", data=data)
    return answer.status_code, answer.headers.get("Location", "") or answer.text


def test_each_kind_of_a_road_is_offered_and_taken_as_it_is_chosen(office: Roadside) -> None:
    page = office.at("clerk").get(f"/register/{office.members['王建国']}")
    offered = {
        re.sub(r"<[^>]+>", "", label): unescape(value)
        for value, label in re.findall(
            r'name="road" value="([^"]+)"[^>]*><span><b>(.*?)</b>', page, re.S
        )
    }
    assert "住院救助" not in offered, "which kind it is would be a guess"
    assert {"住院救助 · 住院", "住院救助 · 住院和门诊慢特病", "门诊慢特病救助"} <= set(offered)
    for label, kind in (("住院救助 · 住院和门诊慢特病", "both"), ("住院救助 · 住院", "hospital")):
        status, place = register(office, offered[label])
        assert status == 302, said(place)
        row = office.application(int(place.rpartition("/")[2]))
        assert (row.road, row.facts["claim_kind"]) == ("hospital", kind)
        form = form_to(office.at("clerk").get(place), "")
        assert "fact-claim_kind" not in form.data(), "it is answered"


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (WIDE, "包括几种情况，请说明是哪一种：住院、住院和门诊慢特病"),
        (f"{WIDE}?{{", "包括几种情况"),
        (f'{WIDE}?["both"]', "包括几种情况"),
        (f'{WIDE}?{{"claim_kind": 7}}', "包括几种情况"),
        (f'{WIDE}?{{"claim_kind": "chronic"}}', "填写的情况不属于“住院救助”"),
        (f'{WIDE}?{{"claim_kind": "nothing"}}', "“申请事项”没有“nothing”这一项"),
    ],
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_nothing_is_registered_while_the_kind_is_open(
    office: Roadside, sent: str, told: str
) -> None:
    status, page = register(office, sent)
    assert status == 422
    assert told in " ".join(said(page))
    with office.session() as session:
        assert session.query(Application).count() == 0
