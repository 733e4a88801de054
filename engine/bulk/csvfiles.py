"""Decide a table of cases: a column per fact in, a row of answers out, in the same order.

Streams; a faulty row keeps its place with its faults in the `error` column.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from engine.assessment import Assessment, assess
from engine.faults import Fault, Refused
from engine.messages import register, text
from engine.model import Policy
from engine.source import hint

_LISTS = ("grounds", "denials", "missing", "evidence", "approvals", "escalations")
_AMOUNTS = ("mode", "fen", "min_fen", "max_fen")
MAX_CELL = 100_000

register(
    {
        "csv_empty": (
            "表格是空的，第一行应是列名。",
            "The table is empty; its first row names the columns.",
        ),
        "csv_unknown_column": (
            "没有名为“{name}”的事实；要原样带过的列请用 --key {name}。{hint}",
            'There is no fact named "{name}"; pass a column through with --key {name}. {hint}',
        ),
        "csv_header_bytes": (
            "第一行（列名）有不是 UTF-8 的字符，请把表格另存为 UTF-8 编码的 CSV。",
            "The first row (names of columns) is not UTF-8; save the table as CSV in UTF-8.",
        ),
        "csv_separator": (
            "第一行只有一格。列要用英文逗号分开，这里像是用了{sign}，请另存为以逗号分隔的 CSV。",
            "The first row is one cell. Columns are separated by commas, here it seems to be {sign}; "
            "save the table as CSV with commas.",
        ),
        "csv_sign_semicolon": ("分号", "semicolons"),
        "csv_sign_tab": ("制表符", "tabs"),
        "csv_sign_wide_comma": ("中文逗号", "Chinese commas"),
        "csv_nameless_column": (
            "第{column}列没有列名，请补上列名或删去这一列。",
            "Column {column} has no name. Name it or remove it.",
        ),
        "csv_duplicate_column": ("列“{name}”重复。", 'The column "{name}" stands twice.'),
        "csv_key_taken": (
            "结果里另有一列叫“{name}”，请先在表格里给这一列改名。",
            'The answer has a column "{name}" of its own. Rename the column in the table first.',
        ),
        "csv_key_missing": ("表格里没有列“{name}”。", 'The table has no column "{name}".'),
        "csv_width": (
            "这一行有{found}格，列名有{wanted}个。",
            "This row has {found} cells; there are {wanted} column names.",
        ),
        "csv_bytes": (
            "这一行有不是 UTF-8 的字符，请另存为 UTF-8。",
            "This row is not UTF-8; save the file as UTF-8.",
        ),
        "csv_broken": (
            "第{line}行无法读取：{problem}。",
            "Line {line} cannot be read: {problem}.",
        ),
    }
)


def decide_table(
    policy: Policy, source: Path, target: Path, keys: Sequence[str], lang: str
) -> tuple[int, int]:
    """(rows, faulty rows). Refused where the header is wrong; then nothing is written."""
    csv.field_size_limit(MAX_CELL)
    rows = faulty = 0
    temporary = target.with_name(f".{target.name}.part")
    with source.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
        lines = _lines(csv.reader(stream))
        header = next(lines, None)
        columns = check_columns(policy.facts, header, keys)
        try:
            with temporary.open("w", encoding="utf-8", newline="") as out:
                writer = csv.writer(out)
                writer.writerow(_heading(policy, keys))
                for cells in lines:
                    answer, good = _row(policy, columns, cells, keys, lang)
                    writer.writerow(answer)
                    rows, faulty = rows + 1, faulty + (not good)
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
    return rows, faulty


def _lines(reader: Any) -> Iterator[list[str]]:
    """The rows, without lines that hold nothing at all; a file that breaks inside a row is refused
    with its line."""
    try:
        yield from filter(None, reader)
    except csv.Error as error:
        params = {"line": reader.line_num, "problem": str(error)}
        raise Refused([Fault("csv_broken", params)]) from None


BROKEN = "\ufffd"
"""In a cell: bytes that are no text."""
_BATCH = 20_000
_OTHER_SEPARATORS = {
    ";": "csv_sign_semicolon",
    "\t": "csv_sign_tab",
    "，": "csv_sign_wide_comma",
}


def batches(path: str | Path) -> Iterator[list[list[str]]]:
    """The rows below the heading, some at a time; Refused where the file breaks."""
    csv.field_size_limit(MAX_CELL)
    with Path(path).open(encoding="utf-8-sig", errors="replace", newline="") as stream:
        lines = _lines(csv.reader(stream))
        next(lines, None)
        while rows := list(islice(lines, _BATCH)):
            yield rows


def whole_row(cells: Sequence[str], columns: Sequence[str]) -> bool:
    """Whether a row has a cell for each column, and every cell is text."""
    return len(cells) == len(columns) and not any(BROKEN in cell for cell in cells)


def check_columns(
    facts: Mapping[str, Any], header: list[str] | None, keys: Sequence[str]
) -> list[str]:
    """The names of the columns; Refused where one is neither a fact nor a key."""
    if not header:
        raise Refused([Fault("csv_empty")])
    if any(BROKEN in name for name in header):
        raise Refused([Fault("csv_header_bytes")])
    sign = next((sign for mark, sign in _OTHER_SEPARATORS.items() if mark in header[0]), None)
    if len(header) == 1 and sign is not None:
        raise Refused([Fault("csv_separator", {"sign": Fault(sign)})])
    faults = []
    for i, name in enumerate(header):
        if not name.strip():
            faults.append(Fault("csv_nameless_column", {"column": i + 1}))
        elif name in header[:i]:
            faults.append(Fault("csv_duplicate_column", {"name": name}, name))
        elif name not in facts and name not in keys:
            near = hint(name, facts)
            faults.append(Fault("csv_unknown_column", {"name": name, "hint": near}, name))
    faults += [Fault("csv_key_missing", {"name": k}, k) for k in keys if k not in header]
    if faults:
        raise Refused(faults)
    return header


def _heading(policy: Policy, keys: Sequence[str]) -> list[str]:
    amounts = [f"{benefit.id}.{part}" for benefit in policy.benefits for part in _AMOUNTS]
    outputs = [output.id for output in policy.outputs]
    return [*keys, "outcome", "category", *_LISTS, *amounts, *outputs, "error"]


def _row(
    policy: Policy, columns: list[str], cells: list[str], keys: Sequence[str], lang: str
) -> tuple[list[Any], bool]:
    row = dict(zip(columns, cells, strict=False))
    passed = [row.get(key, "") for key in keys]
    try:
        _check_row(columns, cells)
    except Refused as refused:
        return [*passed, *_refused(policy, refused, lang)], False
    raw = {name: cell for name, cell in row.items() if cell != "" and name in policy.facts}
    answer, good = answered(policy, raw, lang)
    return [*passed, *answer], good


def answered(policy: Policy, raw: Mapping[str, Any], lang: str) -> tuple[list[Any], bool]:
    """The cells of an answer from `outcome` to `error`, and whether the row is good."""
    try:
        return [*_answer(policy, assess(policy, policy.read_facts(raw))), ""], True
    except Refused as refused:
        return _refused(policy, refused, lang), False


def _refused(policy: Policy, refused: Refused, lang: str) -> list[Any]:
    blanks = [None] * (len(_heading(policy, ())) - 1)
    return [*blanks, " ".join(_said(fault, lang) for fault in refused.faults)]


def _check_row(columns: list[str], cells: list[str]) -> None:
    if len(cells) != len(columns):
        raise Refused([Fault("csv_width", {"found": len(cells), "wanted": len(columns)})])
    if any(BROKEN in cell for cell in cells):
        raise Refused([Fault("csv_bytes")])


def _said(fault: Fault, lang: str) -> str:
    return f"{fault.where}: {text(fault, lang)}" if fault.where else text(fault, lang)


def _answer(policy: Policy, found: Assessment) -> list[Any]:
    cells: list[Any] = [found.outcome, found.category]
    cells += [";".join(getattr(found, name)) for name in _LISTS]
    given = {granted.id: granted.document() for granted in found.benefits}
    for benefit in policy.benefits:
        document = given.get(benefit.id, {})
        cells += [document.get(part) for part in _AMOUNTS]
    return cells + [_cell(found.outputs.get(output.id)) for output in policy.outputs]


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ";".join(value) if isinstance(value, list) else value
