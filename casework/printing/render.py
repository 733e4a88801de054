"""Fill a Word template. Templates are data of people who may err: they run in a sandbox that can
reach nothing but the values handed in."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from docx.document import Document as Word
from docxtpl import DocxTemplate
from jinja2 import TemplateError, Undefined
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from casework.printing.values import Value
from engine.faults import Fault, Refused
from engine.papers import Paper
from engine.papers.shapes import LOOP
from engine.source import parse_money
from engine.words import in_words

BLANK_DATE = "　　　　年　　月　　日"
BLANK_WORD = "　　　　　　"
_SPACE = "　"
_PARAGRAPH = "\a"
"""What docxtpl makes a new paragraph of, in the same layout."""


class _Blank(Undefined):
    """A value that is not there prints as nothing, also where more names follow it: names were
    checked when the edition was published, so what is missing is only not known yet."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __getitem__(self, key: object) -> Any:
        return self

    def __str__(self) -> str:
        return ""


class Sandbox(ImmutableSandboxedEnvironment):
    """Names lead to values of the context and to nothing else: no methods, no attributes."""

    def __init__(self) -> None:
        super().__init__(autoescape=True, undefined=_Blank, finalize=_printed)
        self.globals.clear()
        self.filters = {
            "in_words": _in_words,
            "blank_date": lambda value: value or BLANK_DATE,
            "or_blank": lambda value: value or BLANK_WORD,
            "join": lambda rows, between="、": between.join(str(one) for one in rows or ()),
            "lines": _lines,
            "spread": _spread,
            "length": lambda rows: len(rows or ()),
        }

    def getattr(self, obj: Any, attribute: str) -> Any:
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(obj, Mapping) and argument in obj:
            return obj[argument]
        if isinstance(obj, LoopContext) and argument in LOOP:
            return getattr(obj, argument)
        return _Blank(name=str(argument))


def _printed(value: object) -> object:
    return "" if value is None else value


def _in_words(value: object) -> str:
    fen = parse_money(str(value or ""))
    return "" if fen is None or fen < 0 else in_words(fen)


def _lines(value: object, *most: object) -> str:
    """A title in paragraphs for a narrow cell: the first of at most the first number of characters
    and so on, the last number for all that follow. Brackets at its end have their own line, which
    is broken only where a number is given for it."""
    widths = [one for one in most if isinstance(one, int) and one > 0] or [4]
    words, brackets = _parted(str(value or ""))
    found: list[str] = []
    for part in (words, brackets):
        rest = part
        while rest:
            at = len(found)
            whole = part is brackets and at >= len(widths)
            width = len(rest) if whole else widths[min(at, len(widths) - 1)]
            found.append(rest[:width])
            rest = rest[width:]
    return _PARAGRAPH.join(found)


def _parted(title: str) -> tuple[str, str]:
    """A title, and the brackets that end it: 姓名（盖章） → 姓名 and （盖章）."""
    at = title.rfind("（")
    return (title[:at], title[at:]) if at >= 0 and title.endswith("）") else (title, "")


def _spread(value: object, width: object = 4) -> str:
    """Lines shorter than `width` drawn out to it, where the room divides evenly: 姓　　名."""
    return _PARAGRAPH.join(_drawn(line, width) for line in str(value or "").split(_PARAGRAPH))


def _drawn(line: str, width: object) -> str:
    room = width - len(line) if isinstance(width, int) else 0
    gaps = len(line) - 1
    return (_SPACE * (room // gaps)).join(line) if gaps > 0 < room and room % gaps == 0 else line


def fill(paper: Paper, template: bytes, context: Mapping[str, Value]) -> Word:
    """The template with its values as an open Word document; Refused where it cannot be filled
    (it was not checked, or the edition is older than a check)."""
    word = DocxTemplate(io.BytesIO(template))
    try:
        word.render(dict(context), Sandbox(), autoescape=True)
    except TemplateError as error:
        problem = {"paper": paper.label, "problem": str(error), "text": paper.template}
        raise Refused([Fault("paper_broken_tag", problem, paper.template)]) from error
    found: Word = word.get_docx() if not word.is_rendered else word.docx
    found.core_properties.title = found.core_properties.title or paper.label.zh
    return found


def saved(word: Word) -> bytes:
    """The bytes of a document."""
    buffer = io.BytesIO()
    word.save(buffer)
    return buffer.getvalue()
