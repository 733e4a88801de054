"""A table as a DMN 1.3 decision table of conformance level 2, and back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from lxml import etree

import engine.brokentext  # noqa: F401 - registers the words
from engine.faults import Fault, Refused
from engine.language import tree as t
from engine.model import Policy, Table
from engine.nodes import NAME
from engine.sheets import feelwriter
from engine.sheets.feel import FeelError, cell_of, value_of
from engine.sheets.shape import Line, Sheet, sheet_of

SPACE = "https://www.omg.org/spec/DMN/20191111/MODEL/"
_OTHERS = (
    "http://www.omg.org/spec/DMN/20180521/MODEL/",
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
    "https://www.omg.org/spec/DMN/20211108/MODEL/",
    "https://www.omg.org/spec/DMN/20230324/MODEL/",
)
"""1.2, 1.1, 1.4 and 1.5: their tables are written the same way."""
OWN = "https://sunshine-aid.example/dmn"
_HITS = {
    "unique": ("UNIQUE", None), "first": ("FIRST", None), "any": ("ANY", None),
    "priority": ("PRIORITY", None), "collect sum": ("COLLECT", "SUM"),
    "collect min": ("COLLECT", "MIN"), "collect max": ("COLLECT", "MAX"),
    "collect count": ("COLLECT", "COUNT"),
}  # fmt: skip
_TYPES = {
    "yes_no": "boolean", "integer": "number", "number": "number", "money": "number",
    "date": "date", "choice": "string", "text": "string", "set": "string",
}  # fmt: skip


# writing ------------------------------------------------------------------------------------


def to_dmn(policy: Policy, name: str) -> bytes:
    """The XML of a table; Refused with every cell that level 2 has no words for."""
    sheet = sheet_of(policy, name)
    table = policy.tables.get(name) or policy.tables[f"output:{name}"]
    return _Writing(sheet, table).xml()


class _Writing:
    def __init__(self, sheet: Sheet, table: Table) -> None:
        self.sheet, self.table = sheet, table
        self.faults: list[Fault] = []

    def xml(self) -> bytes:
        sheet = self.sheet
        root = etree.Element(f"{{{SPACE}}}definitions", nsmap={None: SPACE, "own": OWN})
        root.attrib.update(
            {"id": f"definitions_{sheet.name}", "name": sheet.name, "namespace": OWN}
        )
        decision = _add(root, "decision", id=sheet.name, name=sheet.name)
        for key in ("zh", "en", "clause"):
            if getattr(sheet, key):
                decision.set(f"{{{OWN}}}{key}", getattr(sheet, key))
        _add(decision, "variable", name=sheet.name, typeRef=_TYPES[self.table.kind.kind])
        hit, aggregation = _HITS[sheet.hit]
        body = _add(decision, "decisionTable", id=f"table_{sheet.name}", hitPolicy=hit)
        if aggregation:
            body.set("aggregation", aggregation)
        self._columns(body)
        self._output(body)
        for number, (line, row) in enumerate(zip(self._lines(), self.table.rows, strict=True), 1):
            rule = _add(body, "rule", id=f"{sheet.name}_{line.id or number}")
            for key in ("id", "clause", "zh", "en"):
                if getattr(line, key):
                    rule.set(f"{{{OWN}}}{key}", getattr(line, key))
            if line.note:
                _add(rule, "description").text = line.note
            for place, (cell, column) in enumerate(
                zip(row.tests, self.table.columns, strict=True), 1
            ):
                where = f"{sheet.name}: rule {number}, input {place}"
                made = self._feel(partial(feelwriter.test_of, cell, column.tree), where)
                _add(_add(rule, "inputEntry"), "text").text = made
            where = f"{sheet.name}: rule {number}, output"
            then = row.then
            gives = "1" if then is None else self._value(then, where)
            _add(_add(rule, "outputEntry"), "text").text = gives
        if self.faults:
            raise Refused(self.faults)
        made_xml: bytes = etree.tostring(
            root, xml_declaration=True, encoding="UTF-8", pretty_print=True
        )
        return made_xml

    def _lines(self) -> Iterator[Line]:
        """The lines in the order of the rows: by priority where that is how rows are chosen."""
        order = {text: place for place, text in enumerate(self.sheet.priority)}
        yield from sorted(self.sheet.lines, key=lambda line: order.get(line.then, 0))

    def _columns(self, body: Any) -> None:
        for number, column in enumerate(self.table.columns, 1):
            made = _add(body, "input", id=f"input{number}", label=column.text)
            expression = _add(made, "inputExpression", typeRef=_TYPES[column.tree.type.kind])
            where = f"{self.sheet.name}: input {number}"
            _add(expression, "text").text = self._value(column.tree, where)

    def _output(self, body: Any) -> None:
        output = _add(body, "output", name=self.sheet.name, typeRef=_TYPES[self.table.kind.kind])
        if self.sheet.priority:
            shown = []
            for text in self.sheet.priority:
                row = next((r for r in self.table.rows if r.text == text and r.then), None)
                if row is not None and row.then is not None:
                    shown.append(self._value(row.then, f"{self.sheet.name}: priority"))
            _add(_add(output, "outputValues"), "text").text = ", ".join(shown)
        if self.table.otherwise is not None:
            made = self._value(self.table.otherwise, f"{self.sheet.name}: default")
            _add(_add(output, "defaultOutputEntry"), "text").text = made

    def _value(self, tree: t.Tree, where: str) -> str:
        return self._feel(partial(feelwriter.value_of, tree), where)

    def _feel(self, make: Callable[[], str], where: str) -> str:
        try:
            return make()
        except FeelError as error:
            params = {"text": "…", "why": error.fault}
            self.faults.append(Fault("dmn_feel", params, where))
            return ""


def _add(parent: Any, tag: str, /, **attributes: str) -> Any:
    return etree.SubElement(parent, f"{{{SPACE}}}{tag}", attributes)


# reading ------------------------------------------------------------------------------------


def from_dmn(data: bytes, names: Callable[[str], str], decision: str | None = None) -> Sheet:
    """The decision table of a DMN file (`decision` names one of several); Refused with every fault.

    `names` turns a FEEL name into one of the policy, or returns it as it is.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        params = {"path": "dmn", "problem": Fault("broken_here")}
        raise Refused([Fault("sheet_unreadable", params)]) from None
    if root.getroottree().docinfo.doctype:
        raise Refused([Fault("dmn_doctype", {})])
    for element in root.iter("*"):
        space, _, local = str(element.tag)[1:].rpartition("}")
        if space in _OTHERS:
            element.tag = f"{{{SPACE}}}{local}"
    found = {
        str(one.get("id") or one.get("name") or ""): one
        for one in root.iter(f"{{{SPACE}}}decision")
        if one.find(f"{{{SPACE}}}decisionTable") is not None
    }
    if not found or (decision is not None and decision not in found):
        raise Refused([Fault("dmn_no_table", {})])
    if decision is None and len(found) > 1:
        raise Refused([Fault("dmn_several", {"names": list(found)})])
    name = decision or next(iter(found))
    return _Reading(name, found[name], names).sheet()


class _Reading:
    def __init__(self, name: str, decision: Any, names: Callable[[str], str]) -> None:
        self.name, self.decision, self.names = name, decision, names
        self.table = decision.find(f"{{{SPACE}}}decisionTable")
        self.faults: list[Fault] = []

    def sheet(self) -> Sheet:
        outputs = self._all(self.table, "output")
        if len(outputs) != 1:
            params = {"name": self.name, "count": len(outputs)}
            raise Refused([Fault("dmn_outputs", params)])
        hit = self._hit()
        inputs = tuple(
            self._value(self._text(item, "inputExpression"), f"input {number}")
            for number, item in enumerate(self._all(self.table, "input"), 1)
        )
        if not inputs:
            self.faults.append(Fault("sheet_no_inputs", {}, self.name))
        lines = tuple(
            self._line(number, rule, hit)
            for number, rule in enumerate(self._all(self.table, "rule"), 1)
        )
        otherwise = self._text(outputs[0], "defaultOutputEntry")
        rest = self._value(otherwise, "default") if otherwise.strip() else None
        priority: tuple[str, ...] = ()
        if hit == "priority":
            written = self._text(outputs[0], "outputValues")
            cell = self._cell(written, "outputValues")
            priority = tuple(part.strip() for part in cell.split(","))
        if self.faults:
            raise Refused(self.faults)
        plain = self.name if NAME.match(self.name) else "imported"
        told = {key: self.decision.get(f"{{{OWN}}}{key}", "") for key in ("zh", "en", "clause")}
        if not told["zh"]:
            told["zh"] = told["en"] = self.decision.get("name") or plain
        return Sheet(
            plain, told["zh"], told["en"], told["clause"], hit, inputs, lines, rest, priority
        )

    def _all(self, parent: Any, name: str) -> list[Any]:
        return list(parent.findall(f"{{{SPACE}}}{name}"))

    def _text(self, parent: Any, name: str) -> str:
        found = parent.find(f"{{{SPACE}}}{name}/{{{SPACE}}}text")
        return "" if found is None or found.text is None else str(found.text)

    def _hit(self) -> str:
        asked = (self.table.get("hitPolicy", "UNIQUE"), self.table.get("aggregation"))
        for hit, pair in _HITS.items():
            if pair == asked:
                return hit
        shown = " ".join(part for part in asked if part)
        self.faults.append(Fault("dmn_hit", {"hit": shown}, self.name))
        return "unique"

    def _line(self, number: int, rule: Any, hit: str) -> Line:
        entries, outputs = self._all(rule, "inputEntry"), self._all(rule, "outputEntry")
        cells = tuple(
            self._cell(self._own_text(entry), f"rule {number}, input {place}")
            for place, entry in enumerate(entries, 1)
        )
        then = ""
        if hit != "collect count":
            written = self._own_text(outputs[0]) if outputs else ""
            then = self._value(written, f"rule {number}, output")
        notes = [self._own_text(item) for item in self._all(rule, "annotationEntry")]
        description = rule.find(f"{{{SPACE}}}description")
        if description is not None and description.text:
            notes.insert(0, str(description.text))
        told = {key: rule.get(f"{{{OWN}}}{key}", "") for key in ("id", "clause", "zh", "en")}
        return Line(cells, then, note="; ".join(note for note in notes if note), **told)

    def _own_text(self, entry: Any) -> str:
        found = entry.find(f"{{{SPACE}}}text")
        return "" if found is None or found.text is None else str(found.text)

    def _cell(self, text: str, where: str) -> str:
        return self._said(cell_of, text, where)

    def _value(self, text: str, where: str) -> str:
        return self._said(value_of, text, where)

    def _said(self, read: Callable[[str, Callable[[str], str]], str], text: str, where: str) -> str:
        try:
            return read(text, self.names)
        except FeelError as error:
            params = {"text": text, "why": error.fault}
            self.faults.append(Fault("dmn_feel", params, f"{self.name}: {where}"))
            return ""
