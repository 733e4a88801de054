"""Tables as CSV that Excel opens rightly: UTF-8 mark, no formulas, a Chinese name, row by row."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import quote

from flask import Response, stream_with_context

BOM = "\ufeff"
# a cell that starts so would be calculated by a spreadsheet, full-width signs included
FORMULA = tuple("=+-@\t\r\n＝＋－＠|%")
CHUNK = 200


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


def answer(name: str, head: Sequence[object], rows: Iterable[Sequence[object]]) -> Response:
    """The file as a streamed answer."""
    return Response(
        stream_with_context(lines(head, rows)),
        mimetype="text/csv",
        headers={"Content-Disposition": disposition(name, "csv"), "X-Accel-Buffering": "no"},
    )
