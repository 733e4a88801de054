"""Tables as files: an Excel workbook, or CSV that Excel opens rightly (UTF-8 mark, no formulas); both
under a Chinese name and sent row by row. Who takes one is written down by the page that gives it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from urllib.parse import quote

from flask import Response, stream_with_context
from flask_babel import gettext as _

from admin import clock
from admin.i18n import lang
from admin.security.people import actor
from admin.text import Shown, moment
from admin.views import workbook_out
from admin.views.workbook_out import Book, Formats
from engine.words import yuan as plain_yuan

BOM = "\ufeff"
# a cell that starts so would be calculated by a spreadsheet, full-width signs included
FORMULA = tuple("=+-@\t\r\n＝＋－＠|%")
CHUNK = 200
KINDS = ("xlsx", "csv")
FORMATS = {
    "zh": Formats('yyyy"年"m"月"d"日"', 'yyyy"年"m"月"d"日" hh:mm', '#,##0.00"元"'),
    "en": Formats("d mmm yyyy", "d mmm yyyy hh:mm", "#,##0.00"),
}


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def safe(value: object) -> str:
    """The text of a cell; whatever a spreadsheet could take for a formula gets an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        text = str(value).replace("\0", "")
        return f"'{text}" if text.lstrip(" \u3000").startswith(FORMULA) else text
    return str(value)


def money(fen: int | None) -> Shown | None:
    """An amount for a file: plain yuan as text, a typed amount in a workbook."""
    return None if fen is None else Shown.of(plain_yuan(fen), Decimal(fen).scaleb(-2))


def lines(head: Sequence[object], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The file in pieces of some rows each."""
    writer = csv.writer(_Echo())
    piece = [BOM, str(writer.writerow([safe(cell) for cell in head]))]
    for row in rows:
        piece.append(str(writer.writerow([safe(cell) for cell in row])))
        if len(piece) >= CHUNK:
            yield "".join(piece)
            piece = []
    yield "".join(piece)


def disposition(name: str, ending: str) -> str:
    """Content-Disposition with the name in Chinese, and a plain one for old programs."""
    clean = "".join(c for c in name if c.isprintable() and c not in '\\/:*?"<>|').strip() or "list"
    return f"attachment; filename=\"list.{ending}\"; filename*=UTF-8''{quote(f'{clean}.{ending}')}"


def answer(
    name: str,
    head: Sequence[object],
    rows: Iterable[Sequence[object]],
    *,
    kind: str = "csv",
    narrowed: Sequence[tuple[str, str]] = (),
) -> Response:
    """The file as a streamed answer; `kind` is one of KINDS, `narrowed` says as (filter, words) how
    the list was narrowed."""
    if kind == "csv":
        stream: Iterator[str] | Iterator[bytes] = lines(head, rows)
    else:
        stream = workbook_out.pieces(_book(name, narrowed), head, rows)
    return Response(
        stream_with_context(stream),
        mimetype="text/csv" if kind == "csv" else workbook_out.MIMETYPE,
        headers={"Content-Disposition": disposition(name, kind), "X-Accel-Buffering": "no"},
    )


def _book(name: str, narrowed: Sequence[tuple[str, str]]) -> Book:
    who, when = actor().name, str(moment(clock.now()))
    notes = [
        (_("List"), name),
        *narrowed,
        (_("Taken by"), who),
        (_("Taken at"), when),
    ]
    if not narrowed:
        notes.insert(1, (_("Narrowed by"), _("Nothing: the whole list in this person's reach")))
    return Book(
        title=name,
        notes_title=_("About this list"),
        notes=notes,
        footer=_("%(list)s · taken by %(who)s at %(when)s", list=name, who=who, when=when),
        formats=FORMATS[lang()],
        cut=_("Excel holds no more rows. Narrow the list and take the rest as another file."),
    )
