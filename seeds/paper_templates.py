"""Make a policy's first Word templates from layouts, so that nobody has to start from an empty page.

`python -m seeds.paper_templates` writes `rulesets/<policy>/papers/*.docx` from
`seeds/papers/<policy>.yaml`. The words are the layouts'; afterwards staff edit the Word files
themselves. The same layout gives the same bytes.
"""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from docx import Document
from docx.document import Document as Word
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[1]
LAYOUTS = ROOT / "seeds" / "papers"
FIXED = datetime(2010, 6, 7)  # noqa: DTZ001 - Word's own properties have no zone

SONG, HEI, FANG = "宋体", "黑体", "仿宋"
LATIN = "Times New Roman"
ALIGN = {
    "l": WD_ALIGN_PARAGRAPH.LEFT,
    "c": WD_ALIGN_PARAGRAPH.CENTER,
    "r": WD_ALIGN_PARAGRAPH.RIGHT,
    "j": WD_ALIGN_PARAGRAPH.JUSTIFY,
}
MARGINS = {  # top, right, bottom, left in mm; letters as GB/T 9704 has them
    "letter": (37, 26, 35, 28),
    "form": (18, 18, 16, 18),
    "list": (16, 14, 16, 14),
}
EDGES = ("top", "left", "bottom", "right", "insideH", "insideV")


def make(layout: Mapping[str, Any]) -> bytes:
    """The Word file of one layout."""
    return _packed(Page(layout).word)


class Page:
    """Writes the blocks of a layout one under the other."""

    def __init__(self, layout: Mapping[str, Any]) -> None:
        self.word: Word = Document()
        self.size = float(layout.get("size", 12))
        self._styles()
        self._paper(layout)
        for block in layout["blocks"]:
            ((kind, given),) = block.items()
            getattr(self, f"_{kind}")(given)
        if layout.get("footer", True):
            self._footer()

    def _styles(self) -> None:
        normal = self.word.styles["Normal"]
        normal.font.name, normal.font.size = LATIN, Pt(self.size)
        normal.element.rPr.rFonts.set(qn("w:eastAsia"), SONG)
        normal.paragraph_format.space_after = Pt(0)
        properties = self.word.core_properties
        properties.created = properties.modified = FIXED
        properties.author = properties.title = properties.comments = ""

    def _paper(self, layout: Mapping[str, Any]) -> None:
        section = self.word.sections[0]
        wide = layout.get("page") == "landscape"
        section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = (Mm(297), Mm(210)) if wide else (Mm(210), Mm(297))
        top, right, bottom, left = MARGINS[layout.get("margins", "form")]
        section.top_margin, section.bottom_margin = Mm(top), Mm(bottom)
        section.left_margin, section.right_margin = Mm(left), Mm(right)
        section.header_distance, section.footer_distance = Mm(10), Mm(8)
        self.width = (297 if wide else 210) - left - right

    # -- paragraphs

    def _text(
        self, words: str, font: str, size: float, align: str = "l", bold: bool = False
    ) -> Paragraph:
        paragraph = self.word.add_paragraph()
        paragraph.alignment = ALIGN[align]
        write(paragraph, words, font, size, bold)
        return paragraph

    def _heading(self, words: str) -> None:
        self._text(words, HEI, 14)

    def _title(self, words: str) -> None:
        paragraph = self._text(words, SONG, 20, "c", bold=True)
        paragraph.paragraph_format.space_before = Pt(6)
        paragraph.paragraph_format.space_after = Pt(12)

    def _section(self, words: str) -> None:
        paragraph = self._text(words, HEI, 14)
        paragraph.paragraph_format.space_before = Pt(8)
        paragraph.paragraph_format.keep_with_next = True

    def _number(self, words: str) -> None:
        self._text(words, FANG, 16, "c").paragraph_format.space_after = Pt(12)

    def _p(self, words: str) -> None:
        paragraph = self._text(words, FANG, 16, "j")
        paragraph.paragraph_format.first_line_indent = Pt(32)
        paragraph.paragraph_format.line_spacing = Pt(28)

    def _flush(self, words: str) -> None:
        self._text(words, FANG, 16).paragraph_format.line_spacing = Pt(28)

    def _note(self, words: str) -> None:
        paragraph = self._text(words, SONG, 10.5)
        paragraph.paragraph_format.space_before = Pt(4)

    def _sign(self, words: str) -> None:
        """Who signs, never alone on a page: it stays with the words before it."""
        if self.word.paragraphs:
            self.word.paragraphs[-1].paragraph_format.keep_with_next = True
        paragraph = self._text(words, FANG, 16, "r")
        paragraph.paragraph_format.right_indent = Pt(32)
        paragraph.paragraph_format.line_spacing = Pt(28)

    def _tag(self, words: str) -> None:
        self._text(words, SONG, 8)

    def _gap(self, points: float) -> None:
        self._text("", SONG, 8).paragraph_format.space_after = Pt(float(points))

    def _break(self, _kind: str) -> None:
        self.word.add_page_break()

    def _line(self, parts: Sequence[str]) -> None:
        """Words at both ends (and the middle) of one line."""
        table = self.word.add_table(1, len(parts))
        _shape(table, [self.width / len(parts)] * len(parts), lined=False)
        ends = "lr" if len(parts) == 2 else "lcr" if len(parts) == 3 else "l" * len(parts)
        for cell, words, align in zip(table.rows[0].cells, parts, ends, strict=True):
            _fill(cell, words, align, self.size)
        self._apart()

    def _apart(self) -> None:
        """Two tables that touch would become one."""
        paragraph = self._text("", SONG, 2)
        paragraph.paragraph_format.line_spacing = Pt(3)

    # -- tables

    def _table(self, given: Mapping[str, Any]) -> None:
        """Rows of cells on columns of these widths in mm; a row may stand in a for or an if."""
        widths = [float(width) for width in given["widths"]]
        scale = self.width / sum(widths)
        table = self.word.add_table(0, len(widths))
        _shape(table, [width * scale for width in widths], lined=given.get("lined", True))
        for row in given["rows"]:
            shaped = row if isinstance(row, Mapping) else {"cells": row}
            before = [f"{{%tr {tag} %}}" for tag in _tags(shaped)]
            after = [f"{{%tr end{tag.split()[0]} %}}" for tag in _tags(shaped)]
            for tag in before:
                _fill(table.add_row().cells[0], tag, "l", 8)
            self._row(table, shaped, given)
            for tag in reversed(after):
                _fill(table.add_row().cells[0], tag, "l", 8)
        self._apart()

    def _row(self, table: Table, given: Mapping[str, Any], whole: Mapping[str, Any]) -> None:
        row = table.add_row()
        size = float(given.get("size", whole.get("size", self.size)))
        row.height = Mm(float(given.get("h", whole.get("h", 9))))
        properties = row._tr.get_or_add_trPr()
        if not given.get("split"):
            properties.append(OxmlElement("w:cantSplit"))
        if given.get("head"):
            properties.append(OxmlElement("w:tblHeader"))
        at = 0
        for cell in given["cells"]:
            shaped = cell if isinstance(cell, Mapping) else {"t": cell}
            span = int(shaped.get("span", 1))
            here: _Cell = row.cells[at]
            if span > 1:
                here = here.merge(row.cells[at + span - 1])
            bold = bool(given.get("head")) or bool(shaped.get("bold"))
            _fill(here, str(shaped.get("t", "")), shaped.get("align", "c"), size, bold)
            _upright(here, shaped.get("valign", "center"))
            if "field" in shaped:
                _field(here.paragraphs[0], shaped["field"])
            if "sign" in shaped:
                extra = here.add_paragraph()
                extra.alignment = ALIGN["r"]
                extra.paragraph_format.space_before = Pt(float(shaped.get("room", 24)))
                write(extra, shaped["sign"], SONG, size)
            at += span
        if at != len(table.columns):
            raise ValueError(f"a row fills {at} of {len(table.columns)} columns: {given['cells']}")

    def _footer(self) -> None:
        footer = self.word.sections[0].footer
        paragraph = footer.paragraphs[0]
        paragraph.alignment = ALIGN["c"]
        write(paragraph, "— ", SONG, 10.5)
        _field(paragraph, "PAGE")
        write(paragraph, " —", SONG, 10.5)


def _tags(row: Mapping[str, Any]) -> list[str]:
    return [f"{kind} {row[kind]}" for kind in ("for", "if") if kind in row]


def write(paragraph: Paragraph, words: str, font: str, size: float, bold: bool = False) -> None:
    """Words in one run, with a Chinese and a Latin font."""
    run = paragraph.add_run(words)
    run.font.name, run.font.size, run.font.bold = LATIN, Pt(size), bold or None
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _fill(cell: _Cell, words: str, align: str, size: float, bold: bool = False) -> None:
    first = cell.paragraphs[0]
    for number, line in enumerate(words.split("\n")):
        paragraph = first if number == 0 else cell.add_paragraph()
        paragraph.alignment = ALIGN[align]
        write(paragraph, line, SONG, size, bold)


def _upright(cell: _Cell, where: str) -> None:
    align = OxmlElement("w:vAlign")
    align.set(qn("w:val"), where)
    cell._tc.get_or_add_tcPr().append(align)


def _shape(table: Table, widths: Sequence[float], *, lined: bool) -> None:
    """Fixed widths and, where wanted, a thin black line around every cell."""
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    properties = table._tbl.tblPr
    borders = OxmlElement("w:tblBorders")
    for edge in EDGES:
        line = OxmlElement(f"w:{edge}")
        line.set(qn("w:val"), "single" if lined else "nil")
        line.set(qn("w:sz"), "6")
        line.set(qn("w:color"), "000000")
        borders.append(line)
    properties.append(borders)
    inside = OxmlElement("w:tblCellMar")
    for edge, room in zip(("top", "left", "bottom", "right"), (28, 85, 28, 85), strict=True):
        margin = OxmlElement(f"w:{edge}")
        margin.set(qn("w:w"), str(room))
        margin.set(qn("w:type"), "dxa")
        inside.append(margin)
    properties.append(inside)


def _field(paragraph: Paragraph, code: str) -> None:
    """A field of Word, such as the page's number."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), code)
    field.set(qn("w:dirty"), "true")
    run, words = OxmlElement("w:r"), OxmlElement("w:t")
    words.text = "1" if code == "PAGE" else ""
    run.append(words)
    field.append(run)
    paragraph._p.append(field)


def _packed(word: Word) -> bytes:
    """The file with fixed times and order inside, so that the same layout gives the same bytes."""
    raw, packed = io.BytesIO(), io.BytesIO()
    word.save(raw)
    with zipfile.ZipFile(raw) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist()):
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, old.read(name))
    return packed.getvalue()


def layouts(policy: str) -> dict[str, Any]:
    """Paper id → layout."""
    found: dict[str, Any] = YAML(typ="safe", pure=True).load(LAYOUTS / f"{policy}.yaml")
    return found


def main(names: Sequence[str]) -> int:
    """Write the templates of every policy that has layouts (or of those papers only)."""
    for file in sorted(LAYOUTS.glob("*.yaml")):
        folder = ROOT / "rulesets" / file.stem / "papers"
        folder.mkdir(exist_ok=True)
        for name, layout in layouts(file.stem).items():
            if not names or name in names:
                (folder / f"{name}.docx").write_bytes(make(layout))
                print(folder.relative_to(ROOT) / f"{name}.docx")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
