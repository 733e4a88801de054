"""A list written in the layout of a bank or a screening office, and such a file read back.

The layout comes from the policy's `exchange.yaml`. Widths are bytes of the encoding, as banks count
them. Nothing is cut to fit and nothing is guessed: a value that the layout cannot hold and a file
that is not of the layout are refused with every fault at once. Knows nothing of what rows mean.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from casework.workbooks import Row
from engine.exchange import Field, Layout
from engine.faults import Fault, Refused
from engine.messages import register
from engine.source import parse_money
from engine.words import yuan

MOST_BYTES = 20_000_000
MOST_ROWS = 200_000
MOST_FAULTS = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One row as text by name, with its line in the file; `fen` where the row carries money."""

    number: int
    values: Mapping[str, str]
    fen: int | None = None

    def get(self, name: str) -> str:
        """The text of a column, "" where the layout has none."""
        return self.values.get(name, "")


def rows(
    layout: Layout, content: bytes, *, ok: str, failed: str, renamed: Mapping[str, str]
) -> list[Row]:
    """The file as rows of a list (`casework.workbooks`): its columns under the ids that the list
    uses, the sender's words for success and failure as `ok` and `failed`, money as yuan."""
    found, faults = [], list[Fault]()
    for line in read(layout, content):
        values = {renamed.get(name, name): text for name, text in line.values.items()}
        if line.fen is not None:
            values["amount"] = yuan(line.fen)
        word = line.get("result")
        if word and word not in (*layout.ok, *layout.failed):
            params = {"row": line.number, "text": word, "names": [*layout.ok, *layout.failed]}
            faults.append(Fault("exchange_result", params, f"row:{line.number}"))
        elif word:
            values["result"] = ok if word in layout.ok else failed
        found.append(Row(line.number, values))
    if faults:
        raise Refused(faults[:MOST_FAULTS])
    return found


@dataclass(slots=True)
class _Totals:
    count: int = 0
    fen: int = 0
    on: date = field(default_factory=lambda: date.min)

    def texts(self) -> Mapping[str, str]:
        """The control figures as they are written."""
        return {
            "count": str(self.count),
            "total_yuan": yuan(self.fen),
            "total_fen": str(self.fen),
            "date": f"{self.on:%Y%m%d}",
        }


def write(layout: Layout, rows: Sequence[Mapping[str, object]], on: date) -> bytes:
    """The file. A row gives its values by name: texts, and `fen` as a whole number; `yuan`, `order`
    and `date` follow. Refused with every value that the layout cannot hold."""
    faults: list[Fault] = []
    totals = _Totals(len(rows), sum(_fen(row) for row in rows), on)
    lines = []
    if layout.head:
        lines.append(_joined(layout, layout.head, totals.texts(), 0, faults))
    if layout.heading:
        lines.append(_heading(layout))
    for order, row in enumerate(rows, 1):
        given = {
            "order": str(order),
            "yuan": yuan(_fen(row)),
            "date": f"{on:%Y%m%d}",
            **{name: str(value) for name, value in row.items() if value is not None},
        }
        lines.append(_joined(layout, layout.row, given, order, faults))
    if layout.foot:
        lines.append(_joined(layout, layout.foot, totals.texts(), 0, faults))
    if faults:
        raise Refused(faults[:MOST_FAULTS])
    end = layout.line_end.encode(layout.encoding)
    return b"".join(line + end for line in lines)


def _fen(row: Mapping[str, object]) -> int:
    fen = row.get("fen") or 0
    if not isinstance(fen, int):
        raise TypeError(fen)
    return fen


def _heading(layout: Layout) -> bytes:
    """The columns' labels; in a fixed layout as wide as the columns, cut where they are wider."""
    if not layout.fixed:
        return layout.separator.join(one.label for one in layout.row).encode(layout.encoding)
    cells = []
    for one in layout.row:
        text = one.label
        while len(text.encode(layout.encoding)) > one.width:
            text = text[:-1]
        cells.append(text.encode(layout.encoding).ljust(one.width))
    return b"".join(cells)


def _joined(
    layout: Layout,
    fields: Sequence[Field],
    values: Mapping[str, str],
    order: int,
    faults: list[Fault],
) -> bytes:
    cells = [
        _cell(layout, one, one.text or values.get(one.value, ""), order, faults) for one in fields
    ]
    return b"".join(cells) if layout.fixed else layout.separator.encode().join(cells)


def _cell(layout: Layout, one: Field, text: str, order: int, faults: list[Fault]) -> bytes:
    place = {"row": order, "column": one.label or one.text}
    where = f"row:{order}" if order else None
    if any(c in text for c in "\r\n") or (not layout.fixed and layout.separator in text):
        faults.append(Fault("exchange_sign", {**place, "text": text}, where))
    try:
        written = text.encode(layout.encoding)
    except UnicodeEncodeError as error:
        sign = text[error.start : error.end]
        params = {**place, "sign": sign, "encoding": layout.encoding}
        faults.append(Fault("exchange_letter", params, where))
        return b""
    if one.width and len(written) > one.width:
        params = {**place, "text": text, "width": one.width, "length": len(written)}
        faults.append(Fault("exchange_too_long", params, where))
    fill = one.fill.encode()
    if not layout.fixed:
        return written
    return written.rjust(one.width, fill) if one.right else written.ljust(one.width, fill)


# ---- reading ------------------------------------------------------------------------------------


def read(layout: Layout, content: bytes) -> list[Line]:
    """The rows of a file; count and total as its head or foot tell them must be those of the rows.
    Refused with every fault."""
    if len(content) > MOST_BYTES:
        raise Refused([Fault("exchange_too_large", {"limit": MOST_BYTES // 1_000_000})])
    lines = [
        (number, line.rstrip(b"\r"))
        for number, line in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1)
        if line.strip(b"\r \x1a\0")
    ]
    before, after = bool(layout.head) + layout.heading, bool(layout.foot)
    if len(lines) <= before + after:
        raise Refused([Fault("exchange_no_rows", {})])
    if len(lines) > MOST_ROWS:
        raise Refused([Fault("exchange_too_many", {"rows": MOST_ROWS})])
    faults: list[Fault] = []
    rows = lines[before : len(lines) - after]
    found = [_line(layout, number, line, faults) for number, line in rows]
    told: list[tuple[Field, str]] = []
    if layout.head:
        told += _values(layout, layout.head, *lines[0], faults)
    if layout.foot:
        told += _values(layout, layout.foot, *lines[-1], faults)
    if not faults:
        faults += _compared(told, _Totals(len(found), sum(one.fen or 0 for one in found)))
    if faults:
        raise Refused(faults[:MOST_FAULTS])
    return found


def _line(layout: Layout, number: int, line: bytes, faults: list[Fault]) -> Line:
    values = _values(layout, layout.row, number, line, faults)
    named = {one.value: text for one, text in values if one.value and one.value != "skip"}
    fen = None
    for name in ("fen", "yuan"):
        if name in named:
            fen = _money(named[name], name)
            if fen is None:
                params = {"row": number, "text": named[name]}
                faults.append(Fault("exchange_money", params, f"row:{number}"))
    return Line(number, named, fen)


def _money(text: str, name: str) -> int | None:
    """Fen out of a text; None where it is no amount."""
    if name == "fen":
        return int(text) if text.isascii() and text.isdigit() else None
    return parse_money(text.replace(",", ""))


def _values(
    layout: Layout, fields: Sequence[Field], number: int, line: bytes, faults: list[Fault]
) -> list[tuple[Field, str]]:
    pieces = _pieces(layout, fields, number, line, faults)
    found = []
    for one, piece in zip(fields, pieces, strict=False):
        try:
            text = piece.decode(layout.encoding)
        except UnicodeDecodeError:
            params = {"row": number, "encoding": layout.encoding}
            faults.append(Fault("exchange_not_encoded", params, f"row:{number}"))
            return []
        found.append((one, _stripped(one, text)))
    for one, text in found:
        if one.text and text != one.text.strip():
            params = {"row": number, "text": text, "wanted": one.text}
            faults.append(Fault("exchange_fixed_text", params, f"row:{number}"))
    return found


def _stripped(one: Field, text: str) -> str:
    """Without what fills the column up; a filling nought leaves one of a number that is nought."""
    plain = text.strip()
    if one.fill == " " or not one.width:
        return plain
    bare = plain.lstrip(one.fill) if one.right else plain.rstrip(one.fill)
    return bare or (one.fill if one.fill == "0" and plain else "")


def _pieces(
    layout: Layout, fields: Sequence[Field], number: int, line: bytes, faults: list[Fault]
) -> list[bytes]:
    if not layout.fixed:
        found = line.split(layout.separator.encode())
        if len(found) != len(fields):
            params = {"row": number, "found": len(found), "wanted": len(fields)}
            faults.append(Fault("exchange_columns", params, f"row:{number}"))
            return []
        return found
    width = sum(one.width for one in fields)
    # programs that edit a file like to cut the spaces at the end of its lines
    if len(line.rstrip(b" ")) > width or len(line) < width - fields[-1].width:
        params = {"row": number, "found": len(line), "wanted": width}
        faults.append(Fault("exchange_length", params, f"row:{number}"))
        return []
    pieces, at = [], 0
    for one in fields:
        pieces.append(line[at : at + one.width])
        at += one.width
    return pieces


def _compared(told: Sequence[tuple[Field, str]], totals: _Totals) -> list[Fault]:
    """What head and foot tell against what the rows hold."""
    found = []
    for one, text in told:
        if one.value == "count" and not _same(text, totals.count):
            found.append(Fault("exchange_count", {"told": text, "found": totals.count}))
        if one.value == "total_fen" and not _same(text, totals.fen):
            found.append(Fault("exchange_total", {"told": text, "found": str(totals.fen)}))
        if one.value == "total_yuan" and parse_money(text.replace(",", "")) != totals.fen:
            found.append(Fault("exchange_total", {"told": text, "found": yuan(totals.fen)}))
    return found


def _same(text: str, number: int) -> bool:
    return text.isascii() and text.isdigit() and int(text) == number


register(
    {
        "exchange_sign": (
            "第{row}行：“{column}”的“{text}”里有这种文件里不能出现的符号（换行或分隔符）。请先改正资料。",
            'Row {row}: "{text}" in {column} holds a sign that this file cannot carry (a line break '
            "or the separator). Correct it first.",
        ),
        "exchange_letter": (
            "第{row}行：“{column}”里的“{sign}”在编码 {encoding} 里没有。请与对方商定写法，或改用 gb18030。",
            'Row {row}: the encoding {encoding} has no "{sign}", which stands in {column}. Agree on '
            "how to write it, or use gb18030.",
        ),
        "exchange_too_long": (
            "第{row}行：“{column}”的“{text}”占{length}字节，格式只给{width}字节。没有截断，请先改正。",
            'Row {row}: "{text}" in {column} takes {length} bytes and the layout gives {width}. '
            "Nothing was cut; correct it first.",
        ),
        "exchange_too_large": (
            "文件超过{limit} MB，请分批导入。",
            "The file is larger than {limit} MB. Bring it in parts.",
        ),
        "exchange_too_many": (
            "文件超过{rows}行，请分批导入。",
            "The file has more than {rows} lines. Bring it in parts.",
        ),
        "exchange_no_rows": (
            "文件里没有数据行。请核对是否选对了文件和格式。",
            "The file has no rows. Check that it is the right file and the right layout.",
        ),
        "exchange_money": (
            "第{row}行：“{text}”不是金额。",
            'Row {row}: "{text}" is no amount.',
        ),
        "exchange_not_encoded": (
            "第{row}行不是 {encoding} 编码。请核对文件，或由政策管理员改正格式文件里的编码。",
            "Line {row} is not in the encoding {encoding}. Check the file, or have the policy "
            "officer correct the encoding in the layout.",
        ),
        "exchange_fixed_text": (
            "第{row}行：应为“{wanted}”的地方是“{text}”，不是这种格式的文件。",
            'Line {row}: where "{wanted}" should stand there is "{text}"; the file is not of this '
            "layout.",
        ),
        "exchange_columns": (
            "第{row}行有{found}栏，格式是{wanted}栏。",
            "Line {row} has {found} columns; the layout has {wanted}.",
        ),
        "exchange_length": (
            "第{row}行长{found}字节，格式是{wanted}字节。",
            "Line {row} is {found} bytes long; the layout has {wanted}.",
        ),
        "exchange_result": (
            "第{row}行：结果“{text}”在格式文件里没有，认识的有：{names}。",
            'Row {row}: the layout does not know the result "{text}". It knows: {names}.',
        ),
        "exchange_unknown": (
            "政策的往来文件格式里没有“{name}”。请重新打开本页再选。",
            'The policy has no layout "{name}". Open the page again and choose.',
        ),
        "exchange_count": (
            "核对笔数不符：文件头尾写{told}笔，实有{found}笔。没有导入，请向对方重新索取。",
            "The control count is wrong: the file tells {told} rows and holds {found}. Nothing was "
            "taken in; ask for it again.",
        ),
        "exchange_total": (
            "核对金额不符：文件头尾写{told}，各行合计{found}。没有导入，请向对方重新索取。",
            "The control total is wrong: the file tells {told} and its rows add up to {found}. "
            "Nothing was taken in; ask for it again.",
        ),
    }
)
