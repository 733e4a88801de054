"""Several filled papers in one Word document, each on pages of its own shape, pictures included.

Page numbers run on; the first document's styles and footer hold for all.
"""

from __future__ import annotations

import copy
import io
import zlib
from collections.abc import Sequence
from typing import Any

from docx.document import Document as Word
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.image.exceptions import (
    InvalidImageStreamError,
    UnexpectedEndOfFileError,
    UnrecognizedImageError,
)
from docx.opc.constants import RELATIONSHIP_TYPE as RT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length

TITLE_ROOM = 720_000  # EMU, two centimetres
UNREADABLE = (InvalidImageStreamError, UnexpectedEndOfFileError, UnrecognizedImageError)


def append(whole: Word, part: Word, mark: str = "") -> None:
    """Put a document behind another, on a new page; `mark` is a bookmark at its first words."""
    body = whole.element.body
    last = body.sectPr
    _close_section(whole, last)
    styles = {style.get(qn("w:styleId")) for style in whole.styles.element}
    for style in part.styles.element.findall(qn("w:style")):
        if style.get(qn("w:styleId")) not in styles:
            whole.styles.element.append(copy.deepcopy(style))
    first = True
    for element in part.element.body:
        if element.tag == qn("w:sectPr"):
            continue
        copied = copy.deepcopy(element)
        _carry_pictures(whole, part, copied)
        for section in copied.iter(qn("w:sectPr")):
            _without_edges(section)
        last.addprevious(copied)
        if first and mark:
            _bookmark(copied, mark)
            first = False
    _reshape(last, part.element.body.sectPr)


def _close_section(whole: Word, last: Any) -> None:
    """End the section so far with its own page shape; what follows starts on a new page."""
    paragraph = OxmlElement("w:p")
    properties = OxmlElement("w:pPr")
    section = copy.deepcopy(last)
    properties.append(section)
    paragraph.append(properties)
    before = last.getprevious()
    if before is not None and before.tag == qn("w:p") and before.find(qn("w:pPr")) is None:
        before.insert(0, properties)  # no empty page for the break alone
    else:
        _small(properties)
        last.addprevious(paragraph)
    _without_edges(last)


def _without_edges(section: Any) -> None:
    """No header and footer of its own: what is not said is inherited from the section before, and
    another document's would lead nowhere."""
    for kind in ("w:headerReference", "w:footerReference"):
        for found in section.findall(qn(kind)):
            section.remove(found)


def _small(properties: Any) -> None:
    """The paragraph that carries a break must not need a line that would spill over."""
    spacing = OxmlElement("w:spacing")
    spacing.set(qn("w:line"), "20")
    spacing.set(qn("w:lineRule"), "exact")
    properties.insert(0, spacing)


def _reshape(section: Any, like: Any) -> None:
    """Take over size and margins of a page."""
    for name in ("w:pgSz", "w:pgMar"):
        new, old = like.find(qn(name)), section.find(qn(name))
        if new is not None:
            if old is not None:
                section.replace(old, copy.deepcopy(new))
            else:
                section.append(copy.deepcopy(new))


def _carry_pictures(whole: Word, part: Word, element: Any) -> None:
    for blip in element.iter(qn("a:blip")):
        key = blip.get(qn("r:embed"))
        if key in part.part.rels:
            image = part.part.rels[key].target_part
            blip.set(qn("r:embed"), whole.part.relate_to(image, RT.IMAGE))


def _bookmark(element: Any, mark: str) -> None:
    """A bookmark around the first paragraph, which a table of contents refers to."""
    paragraph = element if element.tag == qn("w:p") else next(element.iter(qn("w:p")), None)
    if paragraph is None:
        return
    start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    number = str(zlib.crc32(mark.encode()) % 1_000_000)
    for one in (start, end):
        one.set(qn("w:id"), number)
    start.set(qn("w:name"), mark)
    paragraph.append(start)
    paragraph.append(end)


def append_pictures(whole: Word, title: str, pictures: Sequence[bytes], mark: str) -> bool:
    """Put scans behind a document, one a page, each as large as the page allows. False where one
    is no picture that Word can hold; then nothing is added."""
    wide, high = _room(whole)
    made = []
    for data in pictures:
        try:
            picture = whole.part.new_pic_inline(io.BytesIO(data), None, None)
        except (*UNREADABLE, ZeroDivisionError):
            return False
        scale = min(wide / picture.extent.cx, high / picture.extent.cy)
        made.append((data, Length(round(picture.extent.cx * scale))))
    for number, (data, width) in enumerate(made):
        heading = whole.add_paragraph(title if number == 0 else "")
        heading.paragraph_format.page_break_before = True
        if number == 0:
            _bookmark(heading._p, mark)
        paragraph = whole.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.add_run().add_picture(io.BytesIO(data), width=width)
    return True


def _room(word: Word) -> tuple[int, int]:
    """Width and height inside the margins of the last section, less a line for a title."""
    section = word.sections[-1]
    sides = (section.page_width, section.left_margin, section.right_margin)
    edges = (section.page_height, section.top_margin, section.bottom_margin)
    (page_w, left, right), (page_h, top, bottom) = ([one or 0 for one in e] for e in (sides, edges))
    return page_w - left - right, page_h - top - bottom - TITLE_ROOM
