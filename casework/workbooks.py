"""Rows with named columns out of a plain Excel list, and such a list made: one sheet, one heading.

For lists whose columns are known (a screening list that comes back, another scheme's list). The file
itself is opened by `casework.imports.workbook`, which trusts nothing of it; knows nothing of what the
rows mean.
"""

from __future__ import annotations

import tempfile
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from casework.imports import workbook
from engine.faults import Fault, Refused
from engine.messages import register

MOST_ROWS = 20_000
HEADING_WITHIN = 10
"""Lists from outside often begin with a title; the heading is looked for in so many rows."""

register(
    {
        "list_too_long": (
            "这份名单超过{rows}行，请分成几个文件导入。",
            "This list has more than {rows} rows. Split it into several files.",
        ),
        "list_columns": (
            "缺少这些栏目：{names}。请使用本页下载的表格，不要改动表头。",
            "These columns are missing: {names}. Use the sheet offered on this page and leave its headings alone.",
        ),
        "list_no_rows": (
            "表格里没有数据行。",
            "The sheet has no rows.",
        ),
        "row_missing": (
            "第{row}行：请填写“{column}”。",
            "Row {row}: {column} is missing.",
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column by its id; `titles` are the headings under which it is known, the first is written."""

    id: str
    titles: tuple[str, ...]
    required: bool = True
    width: int = 16


@dataclass(frozen=True, slots=True)
class Row:
    """One row as text by column id, with its number in the sheet."""

    number: int
    values: Mapping[str, str]

    def get(self, column: str) -> str:
        """The text of a column, "" where it is blank or absent."""
        return self.values.get(column, "")


def read(filename: str, content: bytes, columns: Sequence[Column]) -> list[Row]:
    """The rows of the first sheet that holds anything; blank ones are left out. Raises with every
    fault of the file. A required column must be there; whether each row has it is the caller's.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.xlsx"
        path.write_bytes(content)
        first = workbook.sheets(path, filename, rows=1)[0].name
        return _rows(workbook.rows(path, filename, first), columns)


def missing(row: Row, columns: Sequence[Column]) -> list[Fault]:
    """`row_missing` for each required column that is blank."""
    return [
        Fault("row_missing", {"row": row.number, "column": one.titles[0]}, f"row:{row.number}")
        for one in columns
        if one.required and not row.get(one.id)
    ]


def write(title: str, columns: Sequence[Column], rows: Iterable[Mapping[str, str]]) -> bytes:
    """A workbook with a heading row and text cells only, so that nothing is calculated and no
    number loses a digit."""
    book = Workbook()
    sheet = book.active
    if sheet is None:
        raise AssertionError("a new workbook has a sheet")
    sheet.title = title[:31]
    sheet.append([one.titles[0] for one in columns])
    for number, one in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(number)].width = one.width
        head = sheet.cell(1, number)
        head.font, head.alignment = Font(bold=True), Alignment(horizontal="center")
    for at, row in enumerate(rows, 2):
        for number, one in enumerate(columns, 1):
            cell = sheet.cell(at, number)
            cell.value = _clean(row.get(one.id, ""))
            cell.data_type, cell.number_format = "s", "@"
    sheet.freeze_panes = "A2"
    made = BytesIO()
    book.save(made)
    return made.getvalue()


def _clean(text: str) -> str:
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) != "Cc")


def _rows(lines: Iterable[tuple[int, workbook.Row]], columns: Sequence[Column]) -> list[Row]:
    places: dict[str, int] = {}
    found: list[Row] = []
    best: list[str] = [one.titles[0] for one in columns if one.required]
    for seen, (number, cells) in enumerate(lines):
        texts = [_text(cell) for cell in cells]
        if not places:
            here = _places(texts, columns)
            lacking = [one.titles[0] for one in columns if one.required and one.id not in here]
            places = {} if lacking else here
            best = min(best, lacking, key=len)
            if lacking and seen + 1 >= HEADING_WITHIN:
                break
            continue
        values = {name: texts[at] for name, at in places.items() if at < len(texts)}
        if any(values.values()):
            found.append(Row(number, values))
        if len(found) > MOST_ROWS:
            raise Refused([Fault("list_too_long", {"rows": MOST_ROWS})])
    if not places:
        raise Refused([Fault("list_columns", {"names": best})])
    if not found:
        raise Refused([Fault("list_no_rows", {})])
    return found


def _places(texts: Sequence[str], columns: Sequence[Column]) -> dict[str, int]:
    known = {_plain(title): one.id for one in columns for title in one.titles}
    found: dict[str, int] = {}
    for at, text in enumerate(texts):
        name = known.get(_plain(text))
        if name is not None:
            found.setdefault(name, at)
    return found


def _plain(text: str) -> str:
    """A heading without spaces, stars and full-width signs."""
    return "".join(c for c in unicodedata.normalize("NFKC", text) if not c.isspace() and c != "*")


def _text(cell: object) -> str:
    """A cell as it was meant: whole numbers without a point, dates as ISO, no apostrophe before."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return unicodedata.normalize("NFKC", str(cell)).strip().lstrip("'").strip()
