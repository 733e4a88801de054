"""R-4.2.1 in the browser: an entry made for the branch is compared with its scan by somebody else, item
by item; what differs goes back with the comparison as the reason."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from models import Member
from tests.admin.forms_on_page import form_to
from tests.admin.roadside import Roadside, open_roadside
from tests.casework.bureau import Bureau
from tests.casework.test_on_behalf import with_scan
from tests.conftest import Database

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
PAGE, COMPARE = "/application/1", "/application/1/compare"


def begun(bureau: Bureau, _people: Mapping[str, Member]) -> None:
    """An application that the committee's clerk entered, now at the committee."""
    with_scan(bureau)


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Roadside:
    return open_roadside(database, tmp_path, begun=begun)


def test_the_scan_stands_beside_the_entry_and_what_differs_goes_back(office: Roadside) -> None:
    for name in (
        "clerk",
        "committee_clerk",
    ):  # everybody sees who entered it, none of these compares
        page = office.at(name).get(PAGE)
        assert "代录" in page
        assert "committee_clerk" in page
        assert "保存核对结果" not in office.at(name).get(COMPARE)
    desk = office.at("verifier")
    page = desk.get(COMPARE)
    assert re.search(r'<iframe src="/attachment/\d+/inline"', page)
    number = office.application(1).member_id
    with office.session() as session:
        clear = session.get_one(Member, number).id_number
    assert clear
    assert clear in page  # compared in full, and the look is on record
    assert clear not in office.at("clerk").get(COMPARE)
    assert re.search(r"出生年月</span> <span[^>]*>\d{4}年\d{1,2}月<", page), "in words, not 1983-09"
    names = re.findall(r'name="(item-[^"]+)"', page)
    agrees = dict.fromkeys(names, "agrees")
    said = desk.refused(COMPARE, "", **{**agrees, "item-form.phone": "differs"})
    assert "请写明“联系电话（必填）”在原表上是怎样写的" in said
    assert said.count('value="agrees" checked') == len(set(names)) - 1  # nothing typed is lost
    wrong = {"item-form.phone": "differs", "comment-form.phone": "末四位是7777"}
    desk.press(COMPARE, "", **{**agrees, **wrong})
    page = desk.get(PAGE)
    form = form_to(page, "/return")
    assert form.data()["return-reason"] == [
        "与原表不一致：联系电话（必填）（原表为：末四位是7777）"
    ]
    desk.press(PAGE, "/return", **{"return-to_stage": "branch_check"})
    assert "末四位是7777" in office.at("committee_clerk").get(PAGE)
    assert office.application(1).returned_to == "branch_check"


def test_a_policy_without_entering_on_behalf_has_no_such_page(office: Roadside) -> None:
    office.at("verifier").get("/application/99/compare", status=404)
