"""A list as an Excel workbook, sent while it is written: the first rows leave before the last are read.

openpyxl makes everything but the rows (styles, the page of notes, the parts that name each other);
the sheet with the rows is written here, because openpyxl and XlsxWriter give nothing away before
the last row is known. Every text is an inline string in a cell of the text format, so nothing is
calculated, no number loses a digit, and a text that is edited stays a text.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from xml.sax.saxutils import escape

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from admin.text import Shown

MIMETYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHEET = "xl/worksheets/sheet1.xml"
MOST_ROWS = 1_048_575
"""What one sheet can hold below its heading."""
MOST_TEXT = 32_767
"""Characters that one cell can hold."""
SAMPLE = 200
"""Rows that say how wide the columns are, before the first of them is sent."""
WIDEST, NARROWEST = 48, 8
FIRST_DAY = date(1900, 3, 1)
"""Before it Excel counts one day too many; such a date is written as words."""
_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001  # Excel knows no time zones
_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


@dataclass(frozen=True, slots=True)
class Book:
    """What stands around the rows. `notes`: lines of the second sheet as (what, words), such as how
    the list was narrowed, who took it and when; `footer`: one line below each printed page;
    `formats`: Excel's number formats of dates, moments and money in the reader's language; `cut`:
    the words in place of rows that no sheet can hold."""

    title: str
    notes_title: str
    notes: Sequence[tuple[str, str]]
    footer: str
    formats: Formats
    cut: str


@dataclass(frozen=True, slots=True)
class Formats:
    """Excel's number formats."""

    day: str
    moment: str
    money: str


@dataclass(frozen=True, slots=True)
class _Styles:
    """Numbers of the styles in the workbook's own table."""

    text: int
    whole: int
    number: int
    day: int
    moment: int
    money: int
    head: int


class _Outlet(io.RawIOBase):
    """Where the zip is written; it gives back what has come since it was last asked."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: bytes) -> int:  # type: ignore[override]  # zipfile gives bytes only
        self._pieces.append(bytes(piece))
        return len(piece)

    def taken(self) -> bytes:
        found, self._pieces = b"".join(self._pieces), []
        return found


def pieces(book: Book, head: Sequence[object], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """The file, piece by piece. A cell may be a `Shown` (its value is written, typed), a date, a
    moment, a number or a text; None and a lone dash leave it empty."""
    rows = iter(rows)
    sample = [list(row) for row in islice(rows, SAMPLE)]
    shell, styles = _shell(book, head)
    outlet = _Outlet()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_DEFLATED, compresslevel=5) as made:
        with zipfile.ZipFile(shell) as parts:
            for name in parts.namelist():
                if name != SHEET:
                    made.writestr(name, parts.read(name))
        with made.open(SHEET, "w") as sheet:
            sheet.write(_before(head, sample, styles).encode())
            for lines in _written(book, chain(sample, rows), styles):
                sheet.write(lines.encode())
                if piece := outlet.taken():
                    yield piece
            sheet.write(_after(book, len(head)).encode())
    yield outlet.taken()


def _written(book: Book, rows: Iterable[Sequence[object]], styles: _Styles) -> Iterator[str]:
    """Rows as XML, many at a time."""
    at, lines = 1, list[str]()
    for row in rows:
        at += 1
        if at > MOST_ROWS:
            lines.append(_row(at, [book.cut], styles))
            break
        lines.append(_row(at, row, styles))
        if len(lines) >= SAMPLE:
            yield "".join(lines)
            lines = []
    yield "".join(lines)


def _row(at: int, row: Sequence[object], styles: _Styles) -> str:
    cells = [_cell(f"{_letters(number)}{at}", value, styles) for number, value in enumerate(row, 1)]
    return f'<row r="{at}">{"".join(cells)}</row>'


_LETTERS = {number: get_column_letter(number) for number in range(1, 257)}


def _letters(number: int) -> str:
    return _LETTERS[number]


def _cell(place: str, value: object, styles: _Styles) -> str:
    if isinstance(value, Shown):
        value = value.value if _fits(value.value) else str(value)
    if value is None or value in ("", "—"):
        return ""
    if isinstance(value, datetime):
        return f'<c r="{place}" s="{styles.moment}"><v>{_days(value)}</v></c>'
    if isinstance(value, date):
        days = (datetime(value.year, value.month, value.day) - _DAY_ZERO).days  # noqa: DTZ001  # as above
        return f'<c r="{place}" s="{styles.day}"><v>{days}</v></c>'
    if isinstance(value, Decimal):
        return f'<c r="{place}" s="{styles.money}"><v>{value}</v></c>'
    if isinstance(value, int) and not isinstance(value, bool):
        return f'<c r="{place}" s="{styles.whole}"><v>{value}</v></c>'
    if isinstance(value, float):
        return f'<c r="{place}" s="{styles.number}"><v>{value!r}</v></c>'
    words = escape(clean(str(value)))
    return f'<c r="{place}" s="{styles.text}" t="inlineStr"><is><t xml:space="preserve">{words}</t></is></c>'


def _fits(value: object) -> bool:
    """Whether Excel counts this value as we do."""
    if isinstance(value, datetime):
        return value.date() >= FIRST_DAY
    if isinstance(value, date):
        return value >= FIRST_DAY
    return value is not None


def _days(moment: datetime) -> str:
    """Days since Excel's day zero, by the clock on the wall that `moment` carries."""
    passed = moment.replace(tzinfo=None, second=0, microsecond=0) - _DAY_ZERO
    return f"{passed.days + passed.seconds / 86_400:.10f}"


def clean(text: str) -> str:
    """What a cell can hold: no control characters, no half pairs, not too long."""
    if not text.isprintable():
        text = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in _UNUSABLE)
    if len(text) > MOST_TEXT:
        text = text[: MOST_TEXT - 1] + "…"
    return _ESCAPED.sub("_x005F_", text)


_UNUSABLE = {"Cc", "Cs", "Cn"}


def _width(text: str) -> int:
    """Columns that a text takes; a Chinese sign takes two."""
    longest = max((line for line in text.split("\n")), key=len, default="")
    return sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in longest[:WIDEST])


def _widths(head: Sequence[object], sample: Sequence[Sequence[object]]) -> list[int]:
    texts = zip(head, *sample, strict=True) if sample else ((cell,) for cell in head)
    return [
        min(WIDEST, max(NARROWEST, *(_width(str(cell or "")) + 2 for cell in column)))
        for column in texts
    ]


_SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def _before(head: Sequence[object], sample: Sequence[Sequence[object]], styles: _Styles) -> str:
    cols = "".join(
        f'<col min="{at}" max="{at}" width="{width}" customWidth="1" style="{styles.text}"/>'
        for at, width in enumerate(_widths(head, sample), 1)
    )
    cells = "".join(
        f'<c r="{_letters(at)}1" s="{styles.head}" t="inlineStr"><is><t>{escape(clean(str(cell)))}</t></is></c>'
        for at, cell in enumerate(head, 1)
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><worksheet xmlns="{_SPACE}">'
        '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
        '<sheetViews><sheetView workbookViewId="0" tabSelected="1"><pane ySplit="1" topLeftCell="A2"'
        ' activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f'<sheetFormatPr defaultRowHeight="18" customHeight="1"/><cols>{cols}</cols><sheetData>'
        f'<row r="1" ht="24" customHeight="1">{cells}</row>'
    )


def _after(book: Book, columns: int) -> str:
    footer = escape(clean(book.footer).replace("&", "&&"))
    return (
        f'</sheetData><autoFilter ref="A1:{_letters(columns)}1"/>'
        '<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.7" header="0.3" footer="0.3"/>'
        '<pageSetup paperSize="9" orientation="landscape" fitToWidth="1" fitToHeight="0"/>'
        f"<headerFooter><oddFooter>&amp;L{footer}&amp;R&amp;P / &amp;N</oddFooter></headerFooter>"
        "</worksheet>"
    )


def _shell(book: Book, head: Sequence[object]) -> tuple[io.BytesIO, _Styles]:
    """A workbook without the rows, and the numbers of its styles."""
    made = Workbook()
    sheet = made.active
    if sheet is None:
        raise AssertionError("a new workbook has a sheet")
    sheet.title = sheet_name(book.title)
    sheet.print_title_rows = "1:1"
    formats = book.formats
    numbers: dict[str, int] = {}
    for name, shape in (
        ("text", "@"),
        ("whole", "0"),
        ("number", "0.########"),
        ("day", formats.day),
        ("moment", formats.moment),
        ("money", formats.money),
    ):
        cell = sheet.cell(1, len(numbers) + 1)
        cell.number_format = shape
        cell.alignment = Alignment(vertical="center")
        numbers[name] = cell.style_id
    cell = sheet.cell(1, len(numbers) + 1)
    cell.number_format, cell.font = "@", Font(bold=True)
    cell.fill = PatternFill("solid", fgColor="E8EDF4")
    cell.border = Border(bottom=Side("thin", "9AA5B1"))
    cell.alignment = Alignment(vertical="center", wrap_text=True)
    numbers["head"] = cell.style_id
    _notes(made, book)
    made.properties.title, made.properties.creator = book.title, book.footer
    file = io.BytesIO()
    made.save(file)
    file.seek(0)
    return file, _Styles(**numbers)


def _notes(made: Workbook, book: Book) -> None:
    """The second sheet: where the list comes from."""
    sheet = made.create_sheet(sheet_name(book.notes_title))
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 20, 80
    for at, pair in enumerate(book.notes, 1):
        for column, words in enumerate(pair, 1):
            cell = sheet.cell(at, column)
            cell.value = clean(words)
            cell.data_type, cell.number_format = "s", "@"
            cell.font = Font(bold=column == 1)
            cell.alignment = Alignment(vertical="top", wrap_text=True)


def sheet_name(title: str) -> str:
    """A title as Excel allows it on a tab."""
    plain = re.sub(r"[\[\]:*?/\\]", " ", clean(title)).strip().strip("'")
    return plain[:31] or "1"
