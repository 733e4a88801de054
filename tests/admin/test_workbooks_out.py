"""Lists as Excel workbooks: typed, styled, harmless, recorded, and as narrowed and sorted."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import select
from werkzeug.test import TestResponse

from admin.text import Shown
from admin.views import workbook_out
from admin.views.workbook_out import Book, Formats
from models import AuditRecord, Member
from tests.admin.conftest import Office
from tests.admin.roadside import Roadside, open_roadside
from tests.admin.test_fund_pages import begun
from tests.conftest import Database

BOOK = Book(
    title="名册：甲/乙",
    notes_title="说明",
    notes=[("名单", "名册")],
    footer="王五 & 李四",
    formats=Formats('yyyy"年"m"月"d"日"', "yyyy-mm-dd hh:mm", '#,##0.00"元"'),
    cut="行数超出",
)


def made(head: Sequence[object], rows: Sequence[Sequence[object]]) -> bytes:
    return b"".join(workbook_out.pieces(BOOK, head, rows))


def first(content: bytes) -> Worksheet:
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    assert isinstance(sheet, Worksheet)
    return sheet


def texts(sheet: Worksheet) -> list[list[object]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_each_kind_of_value_keeps_its_kind_and_no_number_loses_a_digit() -> None:
    moment = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    row = [
        "110101199003074514",
        Shown.of("1.00元", Decimal("1234567.10")),
        date(2026, 3, 2),
        Shown.of("2026年3月2日 09:30", moment),
        7,
        1.5,
        None,
        "—",
        True,
        Shown.of("1899年1月1日", date(1899, 1, 1)),
    ]
    sheet = first(made([str(n) for n in range(len(row))], [row]))
    cells = list(sheet[2])
    assert cells[0].value == "110101199003074514"
    assert cells[0].number_format == "@"
    assert cells[1].value == 1234567.1
    assert cells[1].number_format == '#,##0.00"元"'
    assert cells[2].value == datetime(2026, 3, 2)  # a workbook has no zone
    assert cells[3].value == datetime(2026, 3, 2, 9, 30)
    assert [cell.value for cell in cells[4:6]] == [7, 1.5]
    values = [cell.value for cell in cells[6:]]
    assert values == [None, None, "True", "1899年1月1日"], "Excel counts no day before 1900"
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:J1"
    assert sheet["A1"].font.b
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.oddFooter.left.text == "王五 && 李四", "a doubled sign is one on paper"
    assert 20 <= sheet.column_dimensions["A"].width < 30, "as wide as what stands in it"
    assert sheet.title == "名册：甲 乙"


NASTY = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "＝1+1",
    "\t=1",
    '=HYPERLINK("http://x","y")',
    "|cmd",
    "<b>&amp;\"'",
    "_x0041_",
    "a\nb",
]


def test_nothing_that_is_typed_is_calculated_or_breaks_the_file() -> None:
    rows = [
        [text] for text in [*NASTY, "坏\x00\x08字\ud800", "长" * 40_000, "王" * 3 + "\U00020bb7"]
    ]
    content = made(["词"], rows)
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        xml = parts.read("xl/worksheets/sheet1.xml").decode()
        assert parts.testzip() is None
    assert "<f>" not in xml
    assert set(re.findall(r'<c r="A\d+" s="\d+" t="(\w+)"', xml)) == {"inlineStr"}
    assert "_x005F_x0041_" in xml, "or Excel would read an A"
    found = [row[0] for row in texts(first(content))][1:]
    assert [str(one).replace("_x005F_", "_") for one in found[: len(NASTY)]] == NASTY
    assert found[len(NASTY)] == "坏字"
    assert len(str(found[len(NASTY) + 1])) == workbook_out.MOST_TEXT
    assert found[-1] == "王王王\U00020bb7"


def test_rows_leave_before_the_last_is_read_and_too_many_are_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read = 0

    def rows() -> Iterator[list[object]]:
        nonlocal read
        for number in range(5000):
            read += 1
            yield [f"{number:08}" * 30]

    stream = workbook_out.pieces(BOOK, ["甲"], rows())
    next(stream)
    assert read < 1500
    monkeypatch.setattr(workbook_out, "MOST_ROWS", 100)
    sheet = first(made(["甲"], [[n] for n in range(300)]))
    assert sheet.max_row == 101
    assert sheet["A101"].value == "行数超出"
    assert first(made(["甲", "乙"], [])).max_row == 1, "an empty list is a list"


def workbook_of(answer: TestResponse) -> tuple[list[list[object]], list[list[object]]]:
    """(rows, notes) of an answer."""
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == workbook_out.MIMETYPE
    book = load_workbook(io.BytesIO(answer.data))
    sheets = book.worksheets
    assert len(sheets) == 2
    return tuple([[c.value for c in row] for row in sheet.iter_rows()] for sheet in sheets)  # type: ignore[return-value]


def test_the_list_as_narrowed_and_sorted_with_who_and_when(fresh_office: Office) -> None:
    with fresh_office.session() as session:
        member = session.get_one(Member, fresh_office.members["李芳"])
        member.address, member.birth_on = "=1+1", date(1950, 12, 3)
        session.commit()
    clerk = fresh_office.sign_in("committee_clerk")
    answer = clerk.get("/members/export/xlsx/?f_sex=female&sort=name&search=110101199003074514")
    assert "…" in str(workbook_of(answer)[1]), "a number that was typed stands in no file"
    answer = clerk.get("/members/export/xlsx/?f_sex=female&sort=name")
    rows, notes = workbook_of(answer)
    assert f"filename*=UTF-8''{quote('党员名册.xlsx')}" in answer.headers["Content-Disposition"]
    assert rows[0][:3] == ["姓名", "性别", "出生日期"]
    row = next(row for row in rows if row[0] == "李芳")
    assert row[2] == datetime(1950, 12, 3)  # a day without a zone
    assert "=1+1" in row
    assert "110101199003074514" not in str(rows), "numbers stay masked"
    assert ["性别", "女"] in notes
    assert ["导出人", "committee_clerk员"] in notes
    assert ["导出时间", "2026年3月2日 09:30"] in notes
    clerk.get("/lang/en")
    rows, notes = workbook_of(clerk.get("/members/export/xlsx/"))
    assert rows[0][0] == "Name"
    assert not re.search(r"[\u4e00-\u9fff]", str([line[0] for line in notes]))
    with fresh_office.session() as session:
        taken = session.scalars(
            select(AuditRecord)
            .where(AuditRecord.action == "look:export")
            .order_by(AuditRecord.seq.desc())
        ).first()
        assert taken is not None
        assert taken.data["kind"] == "xlsx"


@pytest.fixture
def roadside(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Roadside:
    monkeypatch.setenv("SUNSHINE_DATA", str(tmp_path))
    return open_roadside(database, tmp_path, {"王建国": {}, "刘长河": {}}, begun)


def test_every_list_and_report_is_had_as_a_workbook_by_who_may_and_nobody_else(
    roadside: Roadside,
) -> None:
    finance, reviewer = roadside.at("finance").browser, roadside.at("reviewer").browser
    rows, _notes = workbook_of(finance.get("/payment_list/export/xlsx/"))
    amount = rows[0].index("金额")
    assert {row[amount] for row in rows[1:]} == {600}
    assert {type(row[rows[0].index("发放日期")]) for row in rows[1:]} >= {datetime}
    rows, notes = workbook_of(finance.get("/funds/journal/export.xlsx?kind=payment"))
    assert [row[5] for row in rows[1:]] == [600, 600]
    assert ["类别", "发放"] in notes
    for who, path in (
        (finance, "/lists/transfers.{}"),
        (finance, "/lists/recoveries.{}"),
        (reviewer, "/lists/filings.{}"),
        (reviewer, "/notice_list/export/{}/"),
        (reviewer, "/hardship_list/export/{}/"),
    ):
        rows, _notes = workbook_of(who.get(path.format("xlsx")))
        assert all(rows[0]), path
        assert who.get(path.format("csv")).status_code == 200
    assert len(workbook_of(finance.get("/lists/transfers.xlsx"))[0]) > 1
    rows, notes = workbook_of(reviewer.get("/reports/ledger.xlsx?year=2010"))
    assert len(rows) == 1 + 4
    assert ["年份", "2010"] in notes
    from admin.pages.list_files import LISTS  # late: pages and tables import each other

    whole = [f"/{name}_list/export/xlsx/" for name in ("payment", "notice", "hardship")]
    for path in (*whole, *(f"/lists/{name}.xlsx" for name in LISTS)):
        for closed in ("screener", "clerk"):
            assert roadside.at(closed).browser.get(path).status_code == 403, (closed, path)
    assert finance.get("/lists/nothing.xlsx").status_code == 404
    with roadside.session() as session:
        looks = select(AuditRecord.object_type).where(AuditRecord.action == "look:export")
        assert {"payment_list", "journal", "transfers", "hardship_list", "report"} <= set(
            session.scalars(looks)
        )
