"""The document of a policy as a Word file: A4, Song type, headings and tables that repeat their head."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

from docx import Document
from docx.document import Document as Word
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.table import Table
from docx.text.paragraph import Paragraph as WordParagraph

from engine.pages import Grid, Heading, Part

_BOLD = re.compile(r"\*\*(.+?)\*\*")
_TYPE, _HEAD_TYPE = "宋体", "黑体"


def docx(parts: Sequence[Part]) -> bytes:
    """The bytes of the .docx."""
    word: Word = Document()
    _page(word)
    for part in parts:
        if isinstance(part, Heading):
            word.add_heading(part.text, level=part.level - 1)
        elif isinstance(part, Grid):
            _grid(word, part)
        else:
            _runs(word.add_paragraph(), part.text)
    held = io.BytesIO()
    word.save(held)
    return held.getvalue()


def _page(word: Word) -> None:
    section = word.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.2)
    section.top_margin = section.bottom_margin = Cm(2.2)
    for name, font, size in (
        ("Normal", _TYPE, 10.5), ("Title", _HEAD_TYPE, 20), ("Heading 1", _HEAD_TYPE, 15),
        ("Heading 2", _HEAD_TYPE, 12),
    ):  # fmt: skip
        style = word.styles[name]
        style.font.name, style.font.size = "Times New Roman", Pt(size)
        style.font.color.rgb = RGBColor(0, 0, 0)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        fonts.set(qn("w:eastAsia"), font)


def _runs(paragraph: WordParagraph, text: str) -> None:
    """`**bold**` as bold, everything else as it is."""
    at = 0
    for found in _BOLD.finditer(text):
        paragraph.add_run(text[at : found.start()])
        paragraph.add_run(found.group(1)).bold = True
        at = found.end()
    paragraph.add_run(text[at:])


def _grid(word: Word, grid: Grid) -> None:
    table: Table = word.add_table(rows=1, cols=len(grid.headings), style="Table Grid")
    for cell, text in zip(table.rows[0].cells, grid.headings, strict=True):
        cell.paragraphs[0].add_run(text).bold = True
    head = table.rows[0]._tr.get_or_add_trPr()
    head.append(OxmlElement("w:tblHeader"))
    for row in grid.rows:
        cells = table.add_row().cells
        for cell, text in zip(cells, row, strict=True):
            cell.text = text
    for line in table.rows:
        unbroken = OxmlElement("w:cantSplit")
        line._tr.get_or_add_trPr().append(unbroken)
        for cell in line.cells:
            for paragraph in cell.paragraphs:
                paragraph.paragraph_format.space_after = Pt(0)
                for run in paragraph.runs:
                    run.font.size = Pt(9)
    word.add_paragraph().paragraph_format.space_after = Pt(0)
