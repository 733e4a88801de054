"""Open a workbook from outside without trusting it, and read a sheet row by row.

A file is judged by its bytes before anything parses it: old formats, passwords, macros, links to
other files and archives that blow up are refused, each in words that say what to do. Rows are
streamed; of the sheet only its list of merged ranges is held.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook.workbook import Workbook

from engine.faults import Fault, Refused

MEGABYTE = 1024 * 1024
LARGEST = 40 * MEGABYTE
"""Bytes of a file; a list of 100,000 people takes about 8 MB."""
LARGEST_UNPACKED = 1024 * MEGABYTE
LARGEST_RATIO = 200
"""How many times larger a part may unpack to; sheets reach 30."""
RATIO_FROM = 8 * MEGABYTE
MOST_PARTS = 5000
MOST_COLUMNS = 300
MOST_BLANK_ROWS = 2000
"""So many empty rows in a row end a sheet: some programs format a million."""

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_MERGE = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=\"([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})\"")
_PIECE = 256 * 1024
# what the reader and the libraries below it raise on parts that are broken or made up; errors of
# both XML parsers are SyntaxErrors
_BROKEN = (
    *(KeyError, ValueError, TypeError, AttributeError, IndexError, OverflowError, EOFError),
    *(RuntimeError, OSError, AssertionError, StopIteration),
    *(zipfile.BadZipFile, zlib.error, struct.error, SyntaxError, InvalidFileException),
)

Cell = object
Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet by its name, with its first rows to look at and their numbers in the sheet."""

    name: str
    head: tuple[tuple[int, Row], ...]


@dataclass(frozen=True, slots=True)
class Merged:
    """A merged range; rows and columns count from 1 as in the sheet."""

    left: int
    top: int
    right: int
    bottom: int


def check_file(path: Path, filename: str) -> None:
    """Refuse whatever is no plain .xlsx workbook; every reason that can be told at once."""
    if not filename or not path.is_file():
        raise Refused([Fault("workbook_missing", {}, None)])
    size = path.stat().st_size
    if size > LARGEST:
        params = {"megabytes": LARGEST // MEGABYTE, "size": -(-size // MEGABYTE)}
        raise Refused([Fault("workbook_too_large", params, filename)])
    if not size:
        raise Refused([Fault("workbook_empty", {"filename": filename}, filename)])
    with path.open("rb") as file:
        start = file.read(8)
    if start == _OLE:
        code = "workbook_locked" if _contains(path, _ENCRYPTED) else "workbook_xls"
        raise Refused([Fault(code, {"filename": filename}, filename)])
    if not start.startswith(b"PK"):
        raise Refused([Fault("workbook_not_excel", {"filename": filename}, filename)])
    try:
        with zipfile.ZipFile(path) as archive:
            found = _archive_faults(archive, filename)
    except _BROKEN as error:
        raise Refused([Fault("workbook_damaged", {"filename": filename}, filename)]) from error
    if found:
        raise Refused(found)


def sheets(path: Path, filename: str, rows: int = 30) -> list[Sheet]:
    """The sheets that hold anything, with their first rows; hidden ones, such as the choices of
    our own templates, only where nothing else is there."""
    with _opened(path, filename) as book:
        found = [Sheet(name, tuple(_rows(book, name, limit=rows))) for name in book.sheetnames]
        held = [sheet for sheet in found if sheet.head]
        seen = [sheet for sheet in held if book[sheet.name].sheet_state == "visible"]
    if not held:
        raise Refused([Fault("workbook_empty", {"filename": filename}, filename)])
    return seen or held


def rows(path: Path, filename: str, sheet: str) -> Iterator[tuple[int, Row]]:
    """Every row that holds anything with its number in the sheet, merged cells filled downwards.

    A cell merged over several rows says the same for each of them: a household of three lines.
    """
    with _opened(path, filename) as book:
        if sheet not in book.sheetnames:
            raise Refused([Fault("workbook_no_sheet", {"sheet": sheet}, filename)])
        fill = _Fill(merged(path, book.sheetnames.index(sheet)))
        for number, row in _rows(book, sheet):
            yield number, fill.row(number, row)


def merged(path: Path, index: int) -> list[Merged]:
    """The merged ranges of the sheet at this place that span rows, by streaming its part."""
    found: dict[str, None] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            parts = _sheet_parts(archive)
            if index >= len(parts):
                return []
            with archive.open(parts[index]) as part:
                rest = b""
                while piece := part.read(_PIECE):
                    rest += piece
                    found.update(dict.fromkeys(m.decode() for m in _MERGE.findall(rest)))
                    rest = rest[-200:]
    except _BROKEN:
        return []
    ranges = [Merged(*_bounds(ref)) for ref in found]
    return [each for each in ranges if each.bottom > each.top]


def _bounds(ref: str) -> tuple[int, int, int, int]:
    left, top, right, bottom = range_boundaries(ref)
    return int(left or 1), int(top or 1), int(right or 1), int(bottom or 1)


class _Fill:
    """Gives the cells below a merged cell its value, as the rows go by."""

    def __init__(self, ranges: Sequence[Merged]) -> None:
        self._by_top: dict[int, list[Merged]] = {}
        for each in ranges:
            self._by_top.setdefault(each.top, []).append(each)
        self._open: dict[int, tuple[int, Cell]] = {}  # column → (last row, value)

    def row(self, number: int, row: Row) -> Row:
        cells = list(row)
        for column, (bottom, value) in list(self._open.items()):
            if number > bottom:
                del self._open[column]
            elif column <= MOST_COLUMNS:
                cells += [None] * (column - len(cells))
                if cells[column - 1] is None:
                    cells[column - 1] = value
        for each in self._by_top.get(number, ()):
            value = cells[each.left - 1] if each.left <= len(cells) else None
            if value is not None:
                self._open[each.left] = (each.bottom, value)
        return tuple(cells)


@contextmanager
def _opened(path: Path, filename: str) -> Iterator[Workbook]:
    """The workbook for reading values; whatever breaks inside is `workbook_damaged`."""
    check_file(path, filename)
    book = None
    try:
        book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
        yield book
    except _BROKEN as error:
        raise Refused([Fault("workbook_damaged", {"filename": filename}, filename)]) from error
    finally:
        if book is not None:
            book.close()


def _rows(book: Workbook, name: str, limit: int | None = None) -> Iterator[tuple[int, Row]]:
    sheet = book[name]
    if not hasattr(sheet, "iter_rows") or not hasattr(sheet, "reset_dimensions"):
        return  # a sheet that is only a chart
    sheet.reset_dimensions()  # the size that a file claims may be anything
    blank = 0
    for number, row in enumerate(sheet.iter_rows(max_row=limit, values_only=True), 1):
        cells = tuple(_tidy(cell) for cell in row[:MOST_COLUMNS])
        if all(cell is None for cell in cells):
            blank += 1
            if blank >= MOST_BLANK_ROWS:
                return
            continue
        blank = 0
        yield number, cells


def _tidy(cell: Cell) -> Cell:
    """A text without blanks around it; an empty one is no value."""
    if isinstance(cell, str):
        return cell.replace("_x000D_", "").strip(" \t\r\n\u3000\u00a0\ufeff") or None
    return cell


def _contains(path: Path, mark: bytes) -> bool:
    with path.open("rb") as file:
        return mark in file.read(LARGEST)


def _archive_faults(archive: zipfile.ZipFile, filename: str) -> list[Fault]:
    parts = archive.infolist()
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in names:
        return [Fault("workbook_not_excel", {"filename": filename}, filename)]
    found = []
    packed_up = any(
        part.file_size > RATIO_FROM and part.file_size > LARGEST_RATIO * max(part.compress_size, 1)
        for part in parts
    )
    if packed_up or len(parts) > MOST_PARTS or sum(p.file_size for p in parts) > LARGEST_UNPACKED:
        found.append(Fault("workbook_bomb", {"filename": filename}, filename))
    if any(part.flag_bits & 1 for part in parts):
        found.append(Fault("workbook_locked", {"filename": filename}, filename))
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        found.append(Fault("workbook_macros", {"filename": filename}, filename))
    if any(name.lower().startswith("xl/externallinks/") for name in names):
        found.append(Fault("workbook_links", {"filename": filename}, filename))
    return found


_SHEET = re.compile(r"<(?:\w+:)?sheet\s[^>]*>")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\s[^>]*>")
_ATTRIBUTE = re.compile(r"([\w:]+)=\"([^\"]*)\"")


def _sheet_parts(archive: zipfile.ZipFile) -> list[str]:
    """The parts of the sheets, in the order of the workbook."""
    book = archive.read("xl/workbook.xml").decode("utf-8", "replace")
    known = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    targets = {}
    for tag in _RELATION.findall(known):
        named: Mapping[str, str] = dict(_ATTRIBUTE.findall(tag))
        targets[named.get("Id", "")] = named.get("Target", "")
    parts = []
    for tag in _SHEET.findall(book):
        named = dict(_ATTRIBUTE.findall(tag))
        mark = next((value for key, value in named.items() if key.endswith(":id")), "")
        target = targets.get(mark, "")
        parts.append(target.lstrip("/") if target.startswith("/") else f"xl/{target}")
    return parts
