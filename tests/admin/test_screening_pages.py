"""Screening at the screens: Excel out and back, other schemes' lists, side by side (R-4.4)."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from casework import workbooks
from casework.screening_files import COLUMNS
from casework.workbooks import Column
from models import Member
from tests.admin.forms_on_page import form_to
from tests.admin.roadside import Roadside, open_roadside, said
from tests.admin.test_case_lists import decide_both
from tests.admin.test_cases_walk import post_and_end
from tests.casework.bureau import Bureau, register, walk
from tests.conftest import Database

SCHEME = (
    Column("name", ("姓名",)),
    Column("id_number", ("身份证号码",)),
    Column("amount", ("金额",), required=False),
)


def begun(bureau: Bureau, members: Mapping[str, Member]) -> None:
    for member in members.values():
        walk(bureau, register(bureau, member), "decision")


@pytest.fixture
def office(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Roadside:
    monkeypatch.setenv("SUNSHINE_DATA", str(tmp_path))
    return open_roadside(database, tmp_path, {"王建国": {}, "刘长河": {}}, begun, filed)


def filed(made: Roadside) -> None:
    """Both decided, posted and on a list to the office above."""
    decide_both(made)
    post_and_end(made)
    made.at("committee_clerk").press("/filings/", "/filings/file", **{"list-contact": "赵干事"})


def entered(office: Roadside) -> None:
    office.at("committee_clerk").press("/screenings/", "/screenings/enter")


def sent(office: Roadside, path: str, content: bytes, **typed: str) -> tuple[int, str]:
    """Post a file as the screener; the status and the page."""
    browser = office.at("screener").browser
    data = {"csrf_token": browser.token(), "file": (BytesIO(content), "表.xlsx"), **typed}
    answer = browser.client.post(path, data=data, content_type="multipart/form-data")
    return answer.status_code, answer.text


def rows_of(content: bytes) -> list[dict[str, str]]:
    return [dict(row.values) for row in workbooks.read("x.xlsx", content, COLUMNS)]


def test_r_4_4_1_a_form_of_results_without_its_file_keeps_day_and_layout(office: Roadside) -> None:
    entered(office)
    desk = office.at("screener")
    sent_so = {"screened_on": "2010-12-01", "layout": "screening_return"}
    page = desk.refused("/screenings/1", "/import", **sent_so)
    assert "没有选择文件" in " ".join(said(page))
    kept = form_to(page, "/import").data()
    assert {name: kept[name] for name in sent_so} == {n: [v] for n, v in sent_so.items()}


def test_what_is_wrong_with_several_rows_names_the_people_that_the_page_shows(
    office: Roadside,
) -> None:
    entered(office)
    page = office.at("screener").refused("/screenings/1", "/results")
    told = " ".join(said(page))
    assert "王建国" in told
    assert office.application(1).number not in told, "it stands nowhere on this page"


def test_r_4_4_1_the_list_goes_out_as_excel_and_its_results_come_back(office: Roadside) -> None:
    entered(office)
    answer = office.at("screener").browser.get("/screenings/1/xlsx")
    assert answer.status_code == 200
    sheet = load_workbook(BytesIO(answer.data)).worksheets[0]
    assert [cell.value for cell in sheet[1]] == [one.titles[0] for one in COLUMNS]
    rows = rows_of(answer.data)
    day = office.clock.now.date().isoformat()
    rows[0]["result"], rows[1]["result"] = "通过", "也许"
    status, page = sent(
        office, "/screenings/1/import", workbooks.write("a", COLUMNS, rows), screened_on=day
    )
    assert status == 422
    words = " ".join(said(page))
    assert "第3行：筛查结果“也许”无法识别，请填写筛查无误、筛查有误之一" in words, (
        "as the page has it"
    )
    assert [office.application(number).stage for number in (1, 2)] == ["screening"] * 2
    rows[1] |= {"result": "不通过", "reason": "重复享受"}
    status, _page = sent(
        office, "/screenings/1/import", workbooks.write("a", COLUMNS, rows), screened_on=day
    )
    assert status == 302
    assert office.application(1).stage == "transfer"
    assert office.application(2).status.value == "refused"


def test_r_4_4_1_the_list_goes_out_and_back_in_the_layout_of_the_other_office(
    office: Roadside,
) -> None:
    entered(office)
    page = office.at("screener").get("/screenings/1")
    assert "筛查名单（定长文本）" in page
    answer = office.at("screener").browser.get("/screenings/1/as/screening_list")
    assert answer.status_code == 200
    head, *lines = answer.data.decode("gb18030").splitlines()
    assert head.endswith("000002")
    assert office.at("screener").browser.get("/screenings/1/as/bank_batch").status_code == 404
    back = [line.encode("gb18030")[:79] + b"00" + b" " * 60 for line in lines]
    typed = {"screened_on": office.clock.now.date().isoformat(), "layout": "screening_return"}
    short = b"\r\n".join([head.replace("000002", "000003").encode(), *back])
    status, page = sent(office, "/screenings/1/import", short, **typed)
    assert status == 422
    assert "核对笔数不符" in " ".join(said(page))
    whole = b"\r\n".join([head.encode(), *back])
    status, page = sent(office, "/screenings/1/import", whole, **{**typed, "layout": "none"})
    assert status == 422
    assert sent(office, "/screenings/1/import", whole, **typed)[0] == 302
    assert [office.application(number).stage for number in (1, 2)] == ["transfer"] * 2


def test_r_4_4_1_another_schemes_list_leads_to_a_comparison_that_must_be_settled(
    office: Roadside,
) -> None:
    with office.session() as session:
        number = session.get_one(Member, office.members["王建国"]).id_number or ""
    row = {"name": "王建国", "id_number": number, "amount": "600"}
    assert "kind=scheme_lists" in office.at("screener").get("/screenings/schemes")
    handed_in(office, row, scheme="城乡低保", year="2010")
    entered(office)
    screener = office.at("screener")
    page = screener.get("/screenings/1")
    assert "身份证号相同" in page
    refused = screener.refused("/screenings/1", "/results", **{"row-1-result": "pass"})
    assert "疑似重复还没有核对" in refused
    compared = screener.get("/screenings/compare/1")
    assert "城乡低保" in compared
    assert number not in compared, "numbers stay masked"
    assert "北庄村1号" not in compared, "a screener sees no address"
    assert said(screener.refused("/screenings/compare/1", "", verdict="cleared", note=" "))
    neither = screener.refused("/screenings/compare/1", "")
    assert "有2处需要处理" in neither, "verdict and ground at once"
    screener.press("/screenings/compare/1", "", verdict="cleared", note="不同事项")
    for line in (1, 2):
        assert office.application(line).stage == "screening"


def handed_in(office: Roadside, row: dict[str, str], **once: str) -> None:
    """A list of another scheme with one row, through the import of workbooks."""
    content = workbooks.write("低保", SCHEME, [row])
    browser = office.at("screener").browser
    data = {
        "csrf_token": browser.token(),
        "kind": "scheme_lists",
        "file": (BytesIO(content), "低保.xlsx"),
    }
    there = browser.client.post("/imports/", data=data).headers["Location"]
    chosen = {f"once-{name}": text for name, text in once.items()}
    places = {f"column-{one.id}": str(at) for at, one in enumerate(SCHEME)}
    assert browser.post(f"{there}/check", {**places, **chosen}).status_code == 302
    assert browser.post(f"{there}/apply").status_code == 302


def test_others_have_no_way_in_to_lists_of_other_schemes(office: Roadside) -> None:
    for who in ("clerk", "committee_clerk", "finance"):
        office.at(who).get("/screenings/schemes", status=403)
    entered(office)
    office.at("finance").get("/screenings/1/xlsx", status=403)
    assert "/screenings/1/import" not in office.at("committee_clerk").get("/screenings/1")
