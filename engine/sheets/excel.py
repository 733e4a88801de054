"""A table as an Excel sheet and back: a head of names and values, a line of headings, the rows.

Every cell is text, so that no program turns 1-2 into a date; notes stand in a column of their own.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from engine.faults import Fault, Refused
from engine.sheets.shape import Line, Sheet

_HEAD = (
    ("name", "名称 name"), ("zh", "标题 zh"), ("en", "英文标题 en"), ("clause", "条款 clause"),
    ("hit", "命中方式 hit"), ("otherwise", "都不成立时 otherwise"), ("priority", "先后 priority"),
)  # fmt: skip
_BEFORE = (("id", "编号 id"), ("clause", "条款 clause"), ("zh", "标题 zh"), ("en", "英文标题 en"))
_AFTER = ("结果 then", "备注 note")
_ROW_OF_HEADINGS = len(_HEAD) + 2
_MOST, _WIDEST = 2000, 64
_SPLIT = ";"


def to_excel(sheet: Sheet) -> bytes:
    """The bytes of an .xlsx with one sheet."""
    book = Workbook()
    page: Any = book.active
    if page is None:  # openpyxl says that it may be
        raise AssertionError("a new workbook has a sheet")
    page.title = "table"
    for number, (key, title) in enumerate(_HEAD, 1):
        value = getattr(sheet, key)
        shown = _SPLIT.join(value) if key == "priority" else value
        _put(page.cell(number, 1), title, bold=True)
        _put(page.cell(number, 2), shown)
    headings = [*(title for _, title in _BEFORE), *sheet.inputs, *_AFTER]
    for column, title in enumerate(headings, 1):
        _put(page.cell(_ROW_OF_HEADINGS, column), title, bold=True)
        page.column_dimensions[get_column_letter(column)].width = 18
    for number, line in enumerate(sheet.lines, _ROW_OF_HEADINGS + 1):
        values = [*(getattr(line, key) for key, _ in _BEFORE), *line.cells, line.then, line.note]
        for column, value in enumerate(values, 1):
            _put(page.cell(number, column), value)
    page.freeze_panes = page.cell(_ROW_OF_HEADINGS + 1, 1)
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def _put(cell: Any, text: str | None, bold: bool = False) -> None:
    """A text as a text, whatever it looks like."""
    cell.number_format = "@"
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if text is not None and text != "":
        cell.value = text
        cell.data_type = "s"
        cell.quotePrefix = text[0] in "=+-@"
    if bold:
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="FFE8EDF3")


# reading ------------------------------------------------------------------------------------


def from_excel(data: bytes, path: str = "xlsx") -> Sheet:
    """The table of a workbook's first sheet; Refused with every fault, each with its cell."""
    try:
        book = load_workbook(io.BytesIO(data))
        page = book.worksheets[0]
        too_large = page.max_row > _MOST or page.max_column > _WIDEST
        rows = [] if too_large else list(page.iter_rows())
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        OSError,
        IndexError,
        EOFError,
    ) as error:
        problem = type(error).__name__
        raise Refused([Fault("sheet_unreadable", {"path": path, "problem": problem})]) from None
    if too_large:
        raise Refused([Fault("sheet_too_large", {"path": path, "rows": _MOST, "columns": _WIDEST})])
    return _Reader(rows).sheet()


class _Reader:
    """Reads the cells of one sheet and collects what is wrong with them."""

    def __init__(self, rows: Sequence[Sequence[Any]]) -> None:
        self.rows = rows
        self.faults: list[Fault] = []

    def sheet(self) -> Sheet:
        head = self._head()
        inputs = self._headings()
        start = _ROW_OF_HEADINGS
        lines = [
            self._line(number, inputs, head["hit"])
            for number in range(start, len(self.rows))
            if any(self.text(number, column) for column in range(len(self.rows[number])))
        ]
        if self.faults:
            raise Refused(self.faults)
        otherwise, priority = head["otherwise"], head["priority"]
        return Sheet(
            head["name"], head["zh"], head["en"], head["clause"], head["hit"], tuple(inputs),
            tuple(lines), otherwise or None, tuple(p for p in priority.split(_SPLIT) if p),
        )  # fmt: skip

    def text(self, row: int, column: int) -> str:
        """A cell as text; a number or a date as people write it."""
        if row >= len(self.rows) or column >= len(self.rows[row]):
            return ""
        cell = self.rows[row][column]
        value = cell.value
        if cell.data_type == "f":
            self.faults.append(Fault("sheet_formula", {"text": str(value)}, cell.coordinate))
            return ""
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, float) and value.is_integer():
            return str(int(value))
        if isinstance(value, datetime):
            return value.date().isoformat()
        if isinstance(value, date):
            return value.isoformat()
        return "" if value is None else str(value)

    def _expect(self, row: int, column: int, wanted: str) -> None:
        found = self.text(row, column)
        if found.split()[-1:] != wanted.split()[-1:]:
            where = f"{get_column_letter(column + 1)}{row + 1}"
            self.faults.append(Fault("sheet_head", {"wanted": wanted, "found": found}, where))

    def _head(self) -> dict[str, str]:
        for row, (_, title) in enumerate(_HEAD):
            self._expect(row, 0, title)
        return {key: self.text(row, 1) for row, (key, _) in enumerate(_HEAD)}

    def _headings(self) -> list[str]:
        row = _ROW_OF_HEADINGS - 1
        for column, (_, title) in enumerate(_BEFORE):
            self._expect(row, column, title)
        width = len(self.rows[row]) if row < len(self.rows) else 0
        titles = [self.text(row, column) for column in range(len(_BEFORE), width)]
        while titles and not titles[-1]:
            titles.pop()
        inputs, last = titles[: -len(_AFTER)], titles[-len(_AFTER) :]
        for column, title in enumerate(_AFTER, len(_BEFORE) + len(inputs)):
            if last[column - len(_BEFORE) - len(inputs) :][:1] != [title]:
                self._expect(row, column, title)
        if not inputs:
            where = f"{get_column_letter(len(_BEFORE) + 1)}{row + 1}"
            self.faults.append(Fault("sheet_no_inputs", {}, where))
        return inputs

    def _line(self, row: int, inputs: list[str], hit: str) -> Line:
        first, width = len(_BEFORE), len(inputs)
        told = {key: self.text(row, column) for column, (key, _) in enumerate(_BEFORE)}
        cells = tuple(self.text(row, first + i) or "-" for i in range(width))
        then, note = self.text(row, first + width), self.text(row, first + width + 1)
        if not then and hit != "collect count":
            where = f"{get_column_letter(first + width + 1)}{row + 1}"
            self.faults.append(Fault("sheet_blank_then", {}, where))
        for column in range(first + width + 2, len(self.rows[row])):
            if rest := self.text(row, column):
                where = f"{get_column_letter(column + 1)}{row + 1}"
                self.faults.append(Fault("sheet_after_end", {"text": rest}, where))
        return Line(cells, then, note=note, **told)
