"""A decision table as text: what a policy's file says of it, and how it is written there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import engine.sheets.messages  # noqa: F401 - registers the texts of the faults
from engine.faults import Fault, Refused
from engine.model import Policy
from engine.nodes import Mapping, Node, Scalar, Sequence
from engine.source import Source, hint

_FILES = ("eligibility.yaml", "amounts.yaml")
_INSIDE = ("values", "outputs")
_PLAIN = re.compile(r"[a-z][a-z0-9_]*\Z")
_WORDS = frozenset({"yes", "no", "true", "false", "null"})


@dataclass(frozen=True)
class Line:
    """A row: a cell per input, what it gives ("" where rows are counted), and what is said of it."""

    cells: tuple[str, ...]
    then: str
    id: str = ""
    clause: str = ""
    zh: str = ""
    en: str = ""
    note: str = ""


@dataclass(frozen=True)
class Sheet:
    """A table; `otherwise` is None where it has none, `priority` empty but for that hit policy."""

    name: str
    zh: str
    en: str
    clause: str
    hit: str
    inputs: tuple[str, ...]
    lines: tuple[Line, ...]
    otherwise: str | None = None
    priority: tuple[str, ...] = ()


def tables_in(policy: Policy) -> tuple[str, ...]:
    """The names of all tables and lookups; those of outputs are `output:NAME`."""
    return tuple(policy.tables)


def sheet_of(policy: Policy, name: str) -> Sheet:
    """A table of a policy as its file writes it; a lookup becomes a table with one input.

    Refused where there is no table of that name.
    """
    known = name if name in policy.tables else f"output:{name}"
    table = policy.tables.get(known)
    body = None if table is None else _bodies(policy).get(table.where)
    if table is None or body is None:
        params = {"name": name, "hint": hint(name, tables_in(policy))}
        raise Refused([Fault("sheet_no_table", params)])
    head = (name.removeprefix("output:"), table.label.zh, table.label.en, table.clause)
    written, looked_up = body.get("table"), body.get("lookup")
    if isinstance(written, Mapping):
        return _table(head, written)
    return _lookup(head, looked_up if isinstance(looked_up, Mapping) else body)


def _bodies(policy: Policy) -> dict[str, Mapping]:
    """The place of each name → what stands under it."""
    found: dict[str, Mapping] = {}
    for file in _FILES:
        root = Source().read(file, policy.files[file])
        for key, value in _entries(root):
            for inner_key, inner in [(key, value), *_entries(value)]:
                if isinstance(inner, Mapping):
                    found.setdefault(inner_key.where, inner)
    return found


def _entries(node: Node) -> tuple[tuple[Scalar, Node], ...]:
    return node.entries if isinstance(node, Mapping) else ()


def _table(head: tuple[str, str, str, str], node: Mapping) -> Sheet:
    inputs, hit = _texts(node.get("inputs")), _text(node.get("hit"))
    rows = node.get("rows")
    items = rows.items if isinstance(rows, Sequence) else ()
    otherwise = node.get("otherwise")
    return Sheet(
        *head,
        hit,
        inputs,
        tuple(_line(item, len(inputs)) for item in items),
        None if otherwise is None else _text(otherwise),
        _texts(node.get("priority")),
    )


def _line(node: Node, width: int) -> Line:
    if isinstance(node, Mapping):
        keys = ("id", "clause", "zh", "en", "note")
        return Line(
            _texts(node.get("when")),
            _text(node.get("then")),
            **{key: _text(node.get(key)) for key in keys},
        )
    texts = _texts(node)
    return Line(texts[:width], texts[width] if len(texts) > width else "")


def _lookup(head: tuple[str, str, str, str], node: Mapping) -> Sheet:
    lines = tuple(Line((key.text,), _text(value)) for key, value in _entries_of(node, "values"))
    otherwise = node.get("otherwise")
    rest = None if otherwise is None else _text(otherwise)
    return Sheet(*head, "unique", (_text(node.get("of")),), lines, rest)


def _entries_of(node: Mapping, key: str) -> tuple[tuple[Scalar, Node], ...]:
    found = node.get(key)
    return found.entries if isinstance(found, Mapping) else ()


def _text(node: Node | None) -> str:
    return node.text if isinstance(node, Scalar) else ""


def _texts(node: Node | None) -> tuple[str, ...]:
    return tuple(_text(item) for item in node.items) if isinstance(node, Sequence) else ()


# writing ------------------------------------------------------------------------------------


def entry_text(sheet: Sheet) -> str:
    """The table as an entry of a rule file."""
    return "\n".join(_written(sheet)) + "\n"


def _written(sheet: Sheet) -> Iterator[str]:
    yield f"{sheet.name}:"
    for key in ("zh", "en", "clause"):
        if getattr(sheet, key):
            yield f"  {key}: {quoted(getattr(sheet, key))}"
    yield "  table:"
    yield f"    hit: {sheet.hit}"
    yield f"    inputs: {_flow(sheet.inputs)}"
    if sheet.priority:
        yield f"    priority: {_flow(sheet.priority)}"
    yield "    rows:"
    for line in sheet.lines:
        yield f"      - {_row(sheet, line)}"
    if sheet.otherwise is not None:
        yield f"    otherwise: {quoted(sheet.otherwise)}"


def _row(sheet: Sheet, line: Line) -> str:
    gives = () if sheet.hit == "collect count" else (line.then,)
    told = {key: getattr(line, key) for key in ("id", "clause", "zh", "en")}
    if not any(told.values()) and not line.note:
        return _flow((*line.cells, *gives))
    parts = [f"{key}: {quoted(value)}" for key, value in told.items() if value]
    parts.append(f"when: {_flow(line.cells)}")
    parts += [f"then: {quoted(value)}" for value in gives]
    parts += [f"note: {quoted(line.note)}"] if line.note else []
    return "{" + ", ".join(parts) + "}"


def _flow(texts: tuple[str, ...]) -> str:
    return f"[{', '.join(map(quoted, texts))}]"


def quoted(text: str) -> str:
    """A scalar of YAML: in quotes unless it is a plain name."""
    if _PLAIN.match(text) and text not in _WORDS:
        return text
    return json.dumps(text, ensure_ascii=False)
