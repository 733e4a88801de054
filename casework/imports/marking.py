"""The coloured copy of a workbook, with a column that says what is wrong in each row; and the
empty templates. Written row by row, so that a long list needs no more memory than a short one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Self

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from casework.imports.cells import Column
from casework.imports.workbook import Row
from engine.faults import Fault
from engine.labels import Label
from engine.messages import text as fault_text

_HEAD = PatternFill("solid", fgColor="E8EEF7")
_NEEDED = PatternFill("solid", fgColor="FFF2CC")
_CELL = PatternFill("solid", fgColor="F8CBAD")
_ROW = PatternFill("solid", fgColor="FDF1EA")
_THIN = Side(style="thin", color="BFBFBF")
_BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_WRONG = Font(color="9C0006")
PROBLEM = Label(
    "问题（改正后可重新上传本表）", "What is wrong (mend it and upload this file again)"
)
_LONGEST_LIST = 255  # characters that a drop-down of a sheet may hold
_TEMPLATE_ROWS = 2000
_WIDTHS = {"identity": 22, "account": 24, "date": 13, "money": 13, "yes_no": 9, "integer": 9}
_FORMATS = {"date": "yyyy-mm-dd", "money": "#,##0.00"}


class Marked:
    """A copy that grows with the rows, at `path` once the `with` block is over, whatever happens:
    what is written so far lies in a passing file of the library until then."""

    def __init__(self, path: Path, heading: Sequence[str], lang: str) -> None:
        self.path, self._lang = path, lang
        self._book = Workbook(write_only=True)
        self._sheet = self._book.create_sheet("Sheet1")
        self._sheet.freeze_panes = "B2"
        self._width = len(heading)
        self._sheet.column_dimensions["A"].width = 46
        for place in range(self._width):
            self._sheet.column_dimensions[get_column_letter(place + 2)].width = 18
        cells = [self._cell(PROBLEM.text(lang), _HEAD), *(self._cell(t, _HEAD) for t in heading)]
        for cell in cells:
            cell.font = Font(bold=True)
        self._sheet.append(cells)

    def row(self, row: Row, faults: Sequence[Fault], places: Mapping[str, int]) -> None:
        """One row; the cells that its faults name are coloured stronger."""
        wrong = {places[f.where] for f in faults if f.where is not None and f.where in places}
        words = "；".join(fault_text(f, self._lang) for f in faults)
        first = self._cell(words or None, _ROW if faults else None)
        first.font = _WRONG
        first.alignment = Alignment(wrap_text=True, vertical="top")
        padded = [*row[: self._width], *[None] * (self._width - len(row))]
        fills = [_CELL if at in wrong else _ROW if faults else None for at in range(self._width)]
        for_row = [self._cell(v, fill) for v, fill in zip(padded, fills, strict=True)]
        self._sheet.append([first, *for_row])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self._book.save(self.path)

    def _cell(self, value: object, fill: PatternFill | None) -> Cell:
        kept = value if isinstance(value, (str, int, float, date)) else None
        cell: Cell = WriteOnlyCell(self._sheet, value=kept)  # type: ignore[arg-type]  # dates too
        if isinstance(kept, str):
            cell.data_type = "s"  # a text that begins with = stays a text
            cell.number_format = "@"
        if fill is not None:
            cell.fill = fill
        return cell


def template(
    title: Label, columns: Iterable[Column], lang: str, path: Path, units: Sequence[str] = ()
) -> None:
    """An empty workbook for these columns: headings, help, formats and drop-downs."""
    book = Workbook()
    sheet = book.active
    if sheet is None:
        raise TypeError("a new workbook has a sheet")
    sheet.title = title.text(lang)[:31]
    lists = book.create_sheet("选项" if lang == "zh" else "Choices")
    for place, column in enumerate(columns, 1):
        head = sheet.cell(1, place, column.label.text(lang))
        head.fill, head.border = (_NEEDED if column.needed else _HEAD), _BOX
        head.font = Font(bold=True)
        head.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center")
        words = _help(column, lang)
        if words:
            head.comment = Comment(words, "阳光帮扶" if lang == "zh" else "Sunshine Aid")
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = _WIDTHS.get(column.kind, 16)
        _format(sheet, place, column)
        options = units if column.id == "unit" else _options(column, lang)
        if options:
            _offer(sheet, lists, place, options)
    sheet.freeze_panes = "A2"
    sheet.row_dimensions[1].height = 34
    lists.sheet_state = "hidden"
    book.save(path)


def _help(column: Column, lang: str) -> str:
    needed = Label("必填。", "Needed. ").text(lang) if column.needed and not column.beside else ""
    return needed + (column.help.text(lang) if column.help else "")


def _options(column: Column, lang: str) -> list[str]:
    if column.kind == "yes_no":
        return ["是", "否"] if lang == "zh" else ["yes", "no"]
    return [label.text(lang) for label in column.choices.values()]


def _format(sheet: object, place: int, column: Column) -> None:
    """Numbers of people as text from the first row on, so that no digit is lost."""
    kind = _FORMATS.get(
        column.kind, "@" if column.kind in ("identity", "account", "text") else None
    )
    if kind is None:
        return
    letter = get_column_letter(place)
    sheet.column_dimensions[letter].number_format = kind  # type: ignore[attr-defined]  # a worksheet
    for row in range(2, 202):
        sheet.cell(row, place).number_format = kind  # type: ignore[attr-defined]  # a worksheet


def _offer(sheet: object, lists: object, place: int, options: Sequence[str]) -> None:
    """A drop-down; the choices stand on a hidden sheet, since a cell takes only a short list."""
    letter = get_column_letter(place)
    for row, option in enumerate(options, 1):
        cell = lists.cell(row, place, option)  # type: ignore[attr-defined]  # a worksheet
        cell.data_type = "s"
    title = lists.title  # type: ignore[attr-defined]  # a worksheet
    rule = DataValidation(
        type="list",
        formula1=f"'{title}'!${letter}$1:${letter}${len(options)}",
        allow_blank=True,
        errorStyle="warning",
    )
    sheet.add_data_validation(rule)  # type: ignore[attr-defined]  # a worksheet
    rule.add(f"{letter}2:{letter}{_TEMPLATE_ROWS}")
