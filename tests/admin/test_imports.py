"""Workbooks through the pages: upload, columns, dry run, result; each person's own."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select
from werkzeug.test import EnvironBuilder, TestResponse

from models import AuditRecord, ImportRun, Member
from tests.admin.conftest import Browser, Office
from tests.casework.imports.books import MEMBER_HEAD, book, with_part

ROWS = [
    MEMBER_HEAD,
    ("A1组织", "张三", "37011219610805001X", None, None, "城镇", None, 2),
    ("A1组织", "李四", "370112196108050029", None, "2001.7.1", "城镇", None, 2),
    ("B1组织", "外人", "370112196108050045", None, None, None, None, None),
]


def send(browser: Browser, path: Path, kind: str = "members") -> TestResponse:
    form = {
        "csrf_token": browser.token(),
        "kind": kind,
        "file": (io.BytesIO(path.read_bytes()), path.name),
    }
    builder = EnvironBuilder(path="/imports/", method="POST", data=form)
    environ = builder.get_environ()
    try:
        return browser.client.open(environ)
    finally:
        environ["wsgi.input"].close()  # a large one lies in a file that nobody else closes


def checked(office: Office, path: Path, browser: Browser | None = None) -> int:
    """The number of a run that has been uploaded and tried."""
    browser = browser or office.as_("committee_clerk")
    there = send(browser, path).headers["Location"]
    number = int(there.rsplit("/", 1)[1])
    page = browser.get(there).text
    chosen = {
        name: value
        for name, options in re.findall(r'name="(column-[^"]+)">(.*?)</select>', page, re.S)
        if (value := "".join(re.findall(r'value="(\d+)" selected', options)))
    }
    assert browser.post(f"{there}/check", chosen).status_code == 302
    return number


@pytest.fixture
def workbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SUNSHINE_DATA", str(tmp_path / "data"))
    return book(tmp_path / "支部名单.xlsx", {"名单": ROWS})


def test_a_list_is_uploaded_matched_tried_and_taken_in(
    fresh_office: Office, workbook: Path
) -> None:
    clerk = fresh_office.as_("committee_clerk")
    number = checked(fresh_office, workbook)
    page = clerk.get(f"/imports/{number}").text
    assert "导入1行" in page
    assert "校验不符" in page
    assert "B1组织" in page, "a unit of another committee is not found"
    assert clerk.post(f"/imports/{number}/apply").status_code == 302
    with fresh_office.session() as session:
        assert session.scalar(select(func.count()).where(Member.name == "李四")) == 1
    done = clerk.get(f"/imports/{number}").text
    assert "各行结果" in done
    assert "<select" not in done.split("</header>")[-1]


def test_a_workbook_with_headings_only_is_not_called_faulty(
    fresh_office: Office, workbook: Path, tmp_path: Path
) -> None:
    empty = book(tmp_path / "空表.xlsx", {"名单": [MEMBER_HEAD]})
    page = fresh_office.as_("committee_clerk").get(f"/imports/{checked(fresh_office, empty)}").text
    assert "列名下面没有填写内容" in page
    assert "各行或已在册" not in page


def test_the_coloured_copy_comes_under_a_chinese_name_and_is_on_record(
    fresh_office: Office, workbook: Path
) -> None:
    clerk = fresh_office.as_("committee_clerk")
    number = checked(fresh_office, workbook)
    answer = clerk.get(f"/imports/{number}/marked")
    assert "filename*=UTF-8''%E6%94%AF" in answer.headers["Content-Disposition"]
    assert load_workbook(io.BytesIO(answer.data)).worksheets[0].max_row == 3
    with fresh_office.session() as session:
        looks = select(AuditRecord.object_id).where(AuditRecord.action == "look:import.marked")
        assert session.scalars(looks).all() == [str(number)]


def test_what_is_the_same_for_all_rows_stands_beside_the_columns_and_stays_typed(
    fresh_office: Office, workbook: Path
) -> None:
    clerk = fresh_office.as_("committee_clerk")
    there = send(clerk, workbook).headers["Location"]
    both = {"column-unit": "0", "once-unit": "A1组织", "column-name": "1", "column-id_number": "2"}
    answer = clerk.post(f"{there}/check", both)
    assert answer.status_code == 422
    assert "既选了列，又填了统一的内容" in answer.text
    assert 'name="once-unit" value="A1组织"' in answer.text
    answer = clerk.post(f"{there}/check", {**both, "column-unit": ""})
    assert answer.status_code == 302
    assert "导入2行" in clerk.get(there).text, "all rows are of that branch"


def test_an_import_is_seen_by_its_owner_only(fresh_office: Office, workbook: Path) -> None:
    number = checked(fresh_office, workbook)
    for role in ("branch_clerk", "finance", "administrator"):
        browser = fresh_office.as_(role)
        for path in ("", "/marked", "/progress"):
            assert browser.get(f"/imports/{number}{path}").status_code in (403, 404)
        assert browser.post(f"/imports/{number}/apply").status_code in (403, 404)


def test_all_ones_own_imports_are_a_list_with_filters_and_pages(
    fresh_office: Office, workbook: Path
) -> None:
    number = checked(fresh_office, workbook)
    clerk = fresh_office.as_("committee_clerk")
    page = clerk.get("/import_list/").text
    for words in ("支部名单.xlsx", "人员名单", "筛选", "显示列", "常用列表"):
        assert words in page
    assert "支部名单.xlsx" in clerk.get("/import_list/?search=支部&f_state=checked").text
    assert "支部名单.xlsx" not in clerk.get("/import_list/?f_state=done").text
    answer = clerk.get(f"/import_list/details/?id={number}")
    assert answer.headers["Location"].endswith(f"/imports/{number}")
    other = fresh_office.as_("branch_clerk")
    assert "支部名单.xlsx" not in other.get("/import_list/").text, "rows of others stay theirs"
    assert "imports/" not in other.get(f"/import_list/details/?id={number}").headers["Location"]
    assert fresh_office.as_("auditor").get("/import_list/").status_code == 403


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_file_that_is_no_workbook_is_refused_in_words(
    office: Office, tmp_path: Path, language: str
) -> None:
    browser = office.sign_in("committee_clerk")
    browser.get(f"/lang/{language}")
    bad = tmp_path / "名单.xls"
    bad.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000))
    answer = send(browser, bad)
    assert answer.status_code == 422
    assert ("另存为" if language == "zh" else "Save as") in answer.text


def test_macros_empty_fields_and_fifty_megabytes_get_an_answer(
    office: Office, tmp_path: Path
) -> None:
    clerk = office.as_("committee_clerk")
    macros = with_part(book(tmp_path / "a.xlsx", {"名单": ROWS}), "xl/vbaProject.bin", b"x")
    assert "宏" in send(clerk, macros).text
    large = tmp_path / "b.xlsx"
    with large.open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    assert "50 MB" in send(clerk, large).text
    nothing = clerk.post("/imports/", {"kind": "members"})
    assert nothing.status_code == 422
    assert "没有选择文件" in nothing.text
    assert clerk.post("/imports/", {"kind": "no_such"}).status_code == 404


def test_a_sheet_without_headings_says_so_and_another_can_be_chosen(
    fresh_office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUNSHINE_DATA", str(tmp_path / "data"))
    clerk = fresh_office.as_("committee_clerk")
    two = book(tmp_path / "两张.xlsx", {"说明": [("请按说明填写",), ("谢谢",)], "名单": ROWS})
    there = send(clerk, two).headers["Location"]
    assert ">名单</option>" in clerk.get(there).text, "the sheet that fits is chosen"
    assert clerk.post(f"{there}/sheet", {"sheet": "说明"}).status_code == 302
    assert "找不到标题行" in clerk.get(there).text
    assert clerk.post(f"{there}/sheet", {"sheet": "没有"}).status_code == 422


def test_needed_columns_left_out_are_said_all_at_once(fresh_office: Office, workbook: Path) -> None:
    clerk = fresh_office.as_("committee_clerk")
    there = send(clerk, workbook).headers["Location"]
    answer = clerk.post(f"{there}/check", {"column-sex": "3"})
    assert answer.status_code == 422
    assert "“姓名”" in answer.text
    assert "“身份证号码”" in answer.text


def test_a_template_is_offered_for_each_kind_that_the_person_may_take_in(office: Office) -> None:
    clerk = office.as_("committee_clerk")
    page = clerk.get("/imports/").text
    kinds = re.findall(r'href="/imports/template\?kind=([^"]+)"', page)
    assert {"members", "persons", "items"} <= set(kinds)
    assert "holidays" not in kinds
    for kind in kinds:
        answer = clerk.get(f"/imports/template?kind={kind}")
        assert answer.status_code == 200
        assert load_workbook(io.BytesIO(answer.data)).worksheets[0].max_column > 2
    assert clerk.get("/imports/template?kind=holidays").status_code == 404


def test_a_long_list_waits_for_the_worker_and_counts_along(
    fresh_office: Office, workbook: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from casework.imports import passage, runs

    monkeypatch.setattr(runs, "AT_ONCE", 2)
    number = checked(fresh_office, workbook)
    clerk = fresh_office.as_("committee_clerk")
    assert clerk.get(f"/imports/{number}/progress").json == {"running": True, "rows": 0}
    assert "后台处理" in clerk.get(f"/imports/{number}").text
    with fresh_office.session() as session:
        assert passage.waiting(session) == [number]
    passage.work_on(fresh_office.database.sessions, number, fresh_office.app.config["CLOCK"]())
    with fresh_office.session() as session:
        assert session.get_one(ImportRun, number).state == "checked"
    assert clerk.get(f"/imports/{number}/progress").json == {"running": False, "rows": 3}
