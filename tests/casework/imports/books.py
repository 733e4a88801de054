"""Workbooks for tests, good ones and such as should be refused."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from openpyxl import Workbook, load_workbook

MEMBER_HEAD = ("党支部", "姓名", "身份证号", "性别", "入党时间", "户口", "联系电话", "家庭人口")


def book(
    path: Path, sheets: Mapping[str, Iterable[Sequence[object]]], merged: Sequence[str] = ()
) -> Path:
    """A workbook of these sheets; `merged` ranges lie on the first one."""
    made = Workbook()
    made.remove(made.worksheets[0])
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
            for cell in sheet[sheet.max_row]:
                if isinstance(cell.value, str):
                    cell.data_type = "s"  # what begins with = is a text here
    for each in merged:
        made.worksheets[0].merge_cells(each)
    made.save(path)
    return path


def with_part(path: Path, name: str, content: bytes) -> Path:
    """The workbook with one more part in its archive."""
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return path


def cells_of(content: bytes) -> list[list[object]]:
    """The first sheet as values."""
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def fills_of(content: bytes, row: int) -> list[str]:
    """The colours of a row of the first sheet."""
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    return [str(cell.fill.fgColor.rgb) for cell in sheet[row]]
