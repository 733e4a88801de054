"""A file from outside is judged by its bytes and refused in words; a good one is read in rows."""

from __future__ import annotations

import random
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook

from casework.imports import workbook
from engine.faults import Refused
from engine.messages import text
from tests.casework.imports.books import book, with_part

ROWS = [("姓名", "身份证号"), ("王建国", "370112196108050010"), ("李秀英", None)]


def refused(path: Path) -> list[str]:
    """The codes for which the file is refused; every one has a text in both languages."""
    with pytest.raises(Refused) as caught:
        workbook.sheets(path, path.name)
    for fault in caught.value.faults:
        assert text(fault, "zh") != text(fault, "en")
        assert fault.code not in text(fault, "zh")
    return [fault.code for fault in caught.value.faults]


def test_rows_come_with_their_numbers_and_without_blanks(tmp_path: Path) -> None:
    rows = [(" 姓名 ", "日期"), (None, None), ("\u3000王建国\u00a0", datetime(2010, 6, 7))]
    path = book(tmp_path / "a.xlsx", {"名单": rows})
    assert list(workbook.rows(path, "a.xlsx", "名单")) == [
        (1, ("姓名", "日期")),
        (3, ("王建国", datetime(2010, 6, 7))),
    ]


def test_a_cell_merged_over_rows_says_the_same_for_each(tmp_path: Path) -> None:
    rows = [("户主", "成员"), ("王建国", "妻"), (None, "子"), (None, "女"), (None, "散户")]
    path = book(tmp_path / "a.xlsx", {"名单": rows}, ["A2:A4"])
    found = [row for _number, row in workbook.rows(path, "a.xlsx", "名单")]
    assert [row[0] for row in found] == ["户主", "王建国", "王建国", "王建国", None]


def test_only_sheets_that_hold_something_are_offered(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", {"空": [], "名单": ROWS, "说明": [("填表说明",)]})
    assert [sheet.name for sheet in workbook.sheets(path, "a.xlsx")] == ["名单", "说明"]
    assert refused(book(tmp_path / "b.xlsx", {"空": []})) == ["workbook_empty"]


def test_hidden_sheets_are_offered_only_where_nothing_else_is(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", {"名单": ROWS, "选项": [("是",), ("否",)]})
    made = load_workbook(path)
    made["选项"].sheet_state = "hidden"
    made.save(path)
    assert [sheet.name for sheet in workbook.sheets(path, "a.xlsx")] == ["名单"]
    made["名单"].delete_rows(1, 10)
    made.save(path)
    assert [sheet.name for sheet in workbook.sheets(path, "a.xlsx")] == ["选项"]


def test_a_size_that_the_file_only_claims_is_not_believed(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", {"名单": ROWS})
    wide = tmp_path / "b.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(wide, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            content = old.read(part)
            if part.filename.endswith("sheet1.xml"):
                content = content.replace(b'ref="A1:B3"', b'ref="A1:XFD1048576"')
            new.writestr(part, content)
    assert len(list(workbook.rows(wide, "b.xlsx", "名单"))) == 3


def test_formats_that_are_not_taken_say_how_to_save(tmp_path: Path) -> None:
    old = tmp_path / "old.xls"
    old.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4000))
    locked = tmp_path / "locked.xlsx"
    locked.write_bytes(old.read_bytes() + "EncryptedPackage".encode("utf-16-le"))
    page = tmp_path / "page.xls"
    page.write_text("<html><table><tr><td>姓名</td></tr></table></html>", encoding="utf-8")
    empty = tmp_path / "empty.xlsx"
    empty.write_bytes(b"")
    assert refused(old) == ["workbook_xls"]
    assert refused(locked) == ["workbook_locked"]
    assert refused(page) == ["workbook_not_excel"]
    assert refused(empty) == ["workbook_empty"]


def test_a_document_or_any_other_archive_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    assert refused(path) == ["workbook_not_excel"]


def test_macros_and_links_are_refused_together(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsm", {"名单": ROWS})
    with_part(path, "xl/vbaProject.bin", b"macro")
    with_part(path, "xl/externalLinks/externalLink1.xml", b"<externalLink/>")
    assert refused(path) == ["workbook_macros", "workbook_links"]


def test_an_archive_that_blows_up_is_not_unpacked(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", {"名单": ROWS})
    with_part(path, "xl/worksheets/sheet2.xml", bytes(64 * workbook.MEGABYTE))
    assert refused(path) == ["workbook_bomb"]


def test_too_large_a_file_is_told_with_both_sizes(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with path.open("wb") as file:
        file.truncate(50 * workbook.MEGABYTE)
    with pytest.raises(Refused) as caught:
        workbook.sheets(path, "a.xlsx")
    assert "50" in text(caught.value.faults[0], "zh")
    assert "40" in text(caught.value.faults[0], "zh")


def test_an_entity_that_grows_is_not_followed(tmp_path: Path) -> None:
    grown = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + b"".join(
        b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(9)
    )
    path = book(tmp_path / "a.xlsx", {"名单": ROWS})
    bad = tmp_path / "b.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(bad, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            content = old.read(part)
            if part.filename == "xl/sharedStrings.xml":
                content = grown + b"]><sst>&j;</sst>"
            new.writestr(part, content)
    try:
        found = [str(cell) for _number, row in workbook.rows(bad, "b.xlsx", "名单") for cell in row]
    except Refused as caught:
        found = [fault.code for fault in caught.faults]
    assert sum(len(each) for each in found) < 1000


@pytest.mark.parametrize("seed", range(60))
def test_a_damaged_workbook_is_refused_or_read_and_never_breaks(tmp_path: Path, seed: int) -> None:
    """Bytes are changed in the archive or inside one of its parts."""
    chance = random.Random(seed)
    path = book(tmp_path / "a.xlsx", {"名单": ROWS * 20}, ["A2:A3"])
    broken = tmp_path / "b.xlsx"
    if seed % 2:
        content = bytearray(path.read_bytes())
        for _ in range(chance.randint(1, 12)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        broken.write_bytes(bytes(content))
    else:
        with zipfile.ZipFile(path) as old, zipfile.ZipFile(broken, "w") as new:
            chosen = chance.choice(old.namelist())
            for part in old.infolist():
                content = bytearray(old.read(part))
                if part.filename == chosen:
                    for _ in range(chance.randint(1, 6)):
                        content[chance.randrange(len(content))] = chance.randrange(256)
                new.writestr(part.filename, bytes(content))
    try:
        for sheet in workbook.sheets(broken, "b.xlsx"):
            list(workbook.rows(broken, "b.xlsx", sheet.name))
    except Refused as caught:
        codes = {fault.code for fault in caught.faults}
    else:
        codes = set()
    # a size that was hit may say that a part unpacks without end
    refusals = {"damaged", "not_excel", "empty", "locked", "bomb"}
    assert codes <= {f"workbook_{one}" for one in refusals}
