"""A filled Word document as a page to print: the same template, the same table, the same words.

Only what the templates of an office use is carried over: paragraphs with alignment and size, tables
with widths, spans, heights and lines, pictures, page breaks. Looks are classes of `docx.css`, since
pages carry no inline style.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field

from docx.document import Document as Word
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.shared import Length
from lxml import etree
from markupsafe import Markup, escape

ALIGNS = {"center": "ac", "right": "ar", "end": "ar", "both": "aj", "distribute": "aj"}
HEI = ("黑体", "SimHei", "Heiti")
FANG = ("仿宋", "FangSong")
TWIPS_PER_MM = 56.7
EMU_PER_MM = 36000


@dataclass(frozen=True)
class Sheets:
    """The sheets of a document as HTML, and whether they are printed across."""

    html: Markup
    landscape: bool


def sheets(word: Word, lang: str = "zh-CN") -> Sheets:
    """One `<article class="sheet">` for every page break of the document."""
    writer = _Writer(word)
    wide = word.sections[0].orientation == WD_ORIENT.LANDSCAPE
    articles = [
        f'<article class="sheet docx" lang="{lang}" tabindex="0">{"".join(part)}</article>'
        for part in writer.pages()
        if part
    ]
    return Sheets(Markup("\n".join(articles)), wide)  # noqa: S704 - every text went through escape


@dataclass
class _Table:
    widths: list[int]
    lined: bool
    open_spans: dict[int, int] = field(default_factory=dict)


class _Writer:
    def __init__(self, word: Word) -> None:
        self.word = word
        self.normal = _default_size(word)

    def pages(self) -> Iterator[list[str]]:
        page: list[str] = []
        for element in self.word.element.body:
            if element.tag == qn("w:tbl"):
                page.append(self.table(element))
            elif element.tag == qn("w:p"):
                if _breaks(element):
                    yield page
                    page = []
                page.append(self.paragraph(element))
        yield page

    # -- paragraphs

    def paragraph(self, element: etree._Element, *, inside: bool = False) -> str:
        runs = "".join(self.run(run) for run in element.iter(qn("w:r")))
        names = [self.alignment(element), self.size(element)]
        indent = element.find(f"{qn('w:pPr')}/{qn('w:ind')}")
        if indent is not None and _whole(indent.get(qn("w:firstLine"))):
            names.append("in")
        if indent is not None and _whole(indent.get(qn("w:right"))):
            names.append("ir")
        spacing = element.find(f"{qn('w:pPr')}/{qn('w:spacing')}")
        before = _whole(spacing.get(qn("w:before"))) if spacing is not None else 0
        names.append("ba" if before >= 320 else "bs" if before >= 120 else "")
        if not runs and not inside:
            names.append("gap")
        return f"<p{_classes(names)}>{runs or '<br>'}</p>"

    def alignment(self, element: etree._Element) -> str:
        found = element.find(f"{qn('w:pPr')}/{qn('w:jc')}")
        return ALIGNS.get(found.get(qn("w:val")), "") if found is not None else ""

    def size(self, element: etree._Element) -> str:
        """The class of the first run's size in half points."""
        found = element.find(f".//{qn('w:rPr')}/{qn('w:sz')}")
        half = _whole(found.get(qn("w:val"))) if found is not None else self.normal
        return f"s{min(max(half, 12), 60)}"

    def run(self, run: etree._Element) -> str:
        parts = []
        for child in run:
            if child.tag == qn("w:t"):
                parts.append(str(escape(child.text or "")))
            elif child.tag == qn("w:br") and child.get(qn("w:type")) != "page":
                parts.append("<br>")
            elif child.tag == qn("w:tab"):
                parts.append("　")
            elif child.tag == qn("w:drawing"):
                parts.append(self.picture(child))
        words = "".join(parts)
        if not words:
            return ""
        names = []
        properties = run.find(qn("w:rPr"))
        if properties is not None:
            bold = properties.find(qn("w:b"))
            names.append("b" if bold is not None and bold.get(qn("w:val")) != "0" else "")
            fonts = properties.find(qn("w:rFonts"))
            east = (fonts.get(qn("w:eastAsia")) or "") if fonts is not None else ""
            names.append("hei" if east.startswith(HEI) else "fang" if east.startswith(FANG) else "")
        classes = _classes(names)
        return f"<span{classes}>{words}</span>" if classes else words

    def picture(self, drawing: etree._Element) -> str:
        blip = next(drawing.iter(qn("a:blip")), None)
        key = blip.get(qn("r:embed")) if blip is not None else None
        if key is None or key not in self.word.part.rels:
            return ""
        part = self.word.part.rels[key].target_part
        data = base64.b64encode(part.blob).decode()
        return f'<img src="data:{part.content_type};base64,{data}" alt="">'

    # -- tables

    def table(self, element: etree._Element) -> str:
        grid = element.find(qn("w:tblGrid"))
        columns = list(grid) if grid is not None else []
        widths = [_whole(column.get(qn("w:w"))) for column in columns]
        table = _Table(widths, _lined(element))
        rows = list(element.findall(qn("w:tr")))
        head = [row for row in rows if row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None]
        total = sum(widths) or 1
        cols = "".join(f'<col class="w{max(1, round(w * 100 / total))}">' for w in widths)
        body = [self.row(row, rows, table) for row in rows]
        top = "".join(body[: len(head)])
        rest = "".join(body[len(head) :])
        names = "annex" if table.lined else "annex plain"
        thead = f"<thead>{top}</thead>" if top else ""
        return f'<table class="{names}"><colgroup>{cols}</colgroup>{thead}<tbody>{rest}</tbody></table>'

    def row(self, row: etree._Element, rows: list[etree._Element], table: _Table) -> str:
        height = row.find(f"{qn('w:trPr')}/{qn('w:trHeight')}")
        tall = _whole(height.get(qn("w:val"))) / TWIPS_PER_MM if height is not None else 0
        heading = row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None
        cells = []
        at = 0
        for cell in row.findall(qn("w:tc")):
            properties = cell.find(qn("w:tcPr"))
            span = _property(properties, "w:gridSpan", 1)
            merge = properties.find(qn("w:vMerge")) if properties is not None else None
            if merge is None or merge.get(qn("w:val")) == "restart":
                below = _below(rows, row, at) if merge is not None else 0
                cells.append(self.cell(cell, span, below, heading))
            at += span
        name = f' class="h{min(max(round(tall / 2) * 2, 6), 120)}"' if tall else ""
        return f"<tr{name}>{''.join(cells)}</tr>"

    def cell(self, cell: etree._Element, span: int, below: int, heading: bool) -> str:
        inner = []
        for element in cell:
            if element.tag == qn("w:p"):
                inner.append(self.paragraph(element, inside=True))
            elif element.tag == qn("w:tbl"):
                inner.append(self.table(element))
        upright = cell.find(f"{qn('w:tcPr')}/{qn('w:vAlign')}")
        top = upright is None or upright.get(qn("w:val")) == "top"
        spans = (f' colspan="{span}"' if span > 1 else "") + (
            f' rowspan="{below + 1}"' if below else ""
        )
        tag = "th" if heading else "td"
        scope = ' scope="col"' if heading else ""
        name = ' class="vt"' if top else ""
        return f"<{tag}{scope}{name}{spans}>{''.join(inner)}</{tag}>"


def _below(rows: list[etree._Element], row: etree._Element, at: int) -> int:
    """How many rows under this one continue the cell that stands at a column."""
    count = 0
    for following in rows[rows.index(row) + 1 :]:
        position = 0
        for cell in following.findall(qn("w:tc")):
            properties = cell.find(qn("w:tcPr"))
            if position == at:
                merge = properties.find(qn("w:vMerge")) if properties is not None else None
                if merge is None or merge.get(qn("w:val")) == "restart":
                    return count
                count += 1
                break
            position += _property(properties, "w:gridSpan", 1)
        else:
            return count
    return count


def _property(properties: etree._Element | None, name: str, default: int) -> int:
    found = properties.find(qn(name)) if properties is not None else None
    return default if found is None else _whole(found.get(qn("w:val"))) or default


def _lined(table: etree._Element) -> bool:
    borders = table.find(f"{qn('w:tblPr')}/{qn('w:tblBorders')}")
    if borders is None:
        style = table.find(f"{qn('w:tblPr')}/{qn('w:tblStyle')}")
        return style is not None and "Grid" in (style.get(qn("w:val")) or "")
    return any(line.get(qn("w:val")) not in ("nil", "none") for line in borders)


def _breaks(paragraph: etree._Element) -> bool:
    """Whether a new page starts with this paragraph."""
    before = paragraph.find(f"{qn('w:pPr')}/{qn('w:pageBreakBefore')}")
    section = paragraph.find(f"{qn('w:pPr')}/{qn('w:sectPr')}")
    breaks = any(b.get(qn("w:type")) == "page" for b in paragraph.iter(qn("w:br")))
    return before is not None or section is not None or breaks


def _default_size(word: Word) -> int:
    size = word.styles["Normal"].font.size
    return round(size.pt * 2) if isinstance(size, Length) else 24


def _whole(value: str | None) -> int:
    """A number of Word; texts that are none count as 0."""
    try:
        return round(float(value or 0))
    except ValueError:
        return 0


def _classes(names: list[str]) -> str:
    given = " ".join(name for name in names if name)
    return f' class="{given}"' if given else ""
