"""Dated values of a policy (`parameters.yaml`): what each was and will be, and a new one from a date.

A value that decisions may rest on is never changed: another follows it. The file keeps its
comments and order.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from casework.rule_text import Edit, RuleText, find, leaves
from engine.faults import Fault, Refused
from engine.labels import Label
from engine.source import Mapping as Block
from engine.source import Node, Scalar, parse_date, parse_money, parse_yes_no

FILE = "parameters.yaml"
ENDED = "ended"
SINGLE = ""
"""The choice of a value that depends on nothing."""
_NUMBER = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,6})?\Z")

Values = Mapping[str, str]
"""Choice → value as written; the choice is SINGLE where there is none. Empty: ended."""


@dataclass(frozen=True)
class DatedValue:
    """A value from a date. `values` is empty where it ended then; `where` is its place."""

    since: date
    values: Values
    where: str


@dataclass(frozen=True)
class Parameter:
    """One dated value of the policy as its file has it, the oldest first."""

    name: str
    label: Label
    clause: str
    unit: str
    by: str | None
    placeholder: bool
    is_money: bool
    history: tuple[DatedValue, ...]

    def at(self, day: date) -> DatedValue | None:
        """What holds on a day."""
        return next((v for v in reversed(self.history) if v.since <= day), None)

    def from_day(self, day: date) -> DatedValue | None:
        """The value that begins exactly on a day."""
        return next((v for v in self.history if v.since == day), None)


def parameters(file: RuleText) -> tuple[Parameter, ...]:
    """Every dated value of the file, in its order; what is not written rightly is left out."""
    root = file.root
    entries = root.entries if isinstance(root, Block) else ()
    return tuple(_parameter(key.text, node) for key, node in entries if isinstance(node, Block))


def _parameter(name: str, node: Block) -> Parameter:
    history = [
        DatedValue(day, _values(value), key.where)
        for key, value in node.entries
        if (day := parse_date(key.text)) is not None
    ]
    unit = _text(node, "unit") or "yuan"
    kind = _text(node, "type") or ("money" if unit.startswith("yuan") else "number")
    return Parameter(
        name,
        Label(_text(node, "zh") or name, _text(node, "en") or name),
        _text(node, "clause"),
        unit,
        _text(node, "by") or None,
        parse_yes_no(_text(node, "placeholder")) is True,
        kind == "money",
        tuple(sorted(history, key=lambda value: value.since)),
    )


def _text(node: Block, key: str) -> str:
    found = node.get(key)
    return found.text if isinstance(found, Scalar) else ""


def _values(node: Node) -> dict[str, str]:
    if isinstance(node, Scalar):
        return {} if node.text == ENDED else {SINGLE: node.text}
    if isinstance(node, Block):
        return {key.text: v.text for key, v in node.entries if isinstance(v, Scalar)}
    return {}


# writing ------------------------------------------------------------------------------------


def value_faults(parameter: Parameter, values: Values) -> list[Fault]:
    """What is wrong with a value as typed, each fault at its choice."""
    faults = []
    for choice, text in values.items():
        where = f"value.{choice}" if choice else "value"
        if not text:
            faults.append(Fault("value_needed", {"value": parameter.label}, where))
        elif parameter.is_money:
            fen = parse_money(text)
            if fen is None or fen < 0:
                faults.append(Fault("expected_money", {"text": text}, where))
        elif not _NUMBER.match(text):
            faults.append(Fault("expected_number", {"text": text}, where))
    return faults


def with_value(file: RuleText, name: str, since: date, values: Values) -> RuleText:
    """The file with a value from a date: added behind the one before it, or changed in place.

    Empty `values` say that nothing holds from then on.
    """
    node = _node(file, name)
    text = _spelled(values)
    known = {parse_date(key.text): (key, value) for key, value in node.entries}
    if since in known:
        old = known[since][1]
        edits = [Edit(file.start(old), file.end(old), text)]
    else:
        edits = [_insertion(file, node, since, text)]
    made = file.edited(edits)
    _confirm(file, made, name, since, values)
    return made


def without_value(file: RuleText, name: str, since: date) -> RuleText:
    """The file without the value that begins on a date; it must not be the only one."""
    node = _node(file, name)
    places = [n for n, (key, _) in enumerate(node.entries) if parse_date(key.text) == since]
    dated = [key for key, _ in node.entries if parse_date(key.text)]
    if not places or len(dated) < 2:
        raise Refused((Fault("value_only_one", {"on": since}),))
    key, value = node.entries[places[0]]
    if not file.is_flow(node):
        start = file.line_start(file.start(key))
        edit = Edit(start, min(file.line_end(file.end(value)) + 1, len(file.text)), "")
    elif places[0]:
        edit = Edit(file.end(node.entries[places[0] - 1][1]), file.end(value), "")
    else:
        edit = Edit(file.start(key), file.start(node.entries[1][0]), "")
    made = file.edited([edit])
    _confirm(file, made, name, since, None)
    return made


def confirmed(file: RuleText, name: str) -> RuleText:
    """The file in which a value is no longer marked as a placeholder."""
    mark = find(file.root, (name, "placeholder"))
    return file.edited([Edit(file.start(mark), file.end(mark), "no")])


def _node(file: RuleText, name: str) -> Block:
    node = find(file.root, (name,))
    if not isinstance(node, Block):
        raise Refused((Fault("no_such_value", {"path": name}),))
    return node


def _spelled(values: Values) -> str:
    if not values:
        return ENDED
    if SINGLE in values:
        return values[SINGLE]
    return "{" + ", ".join(f"{choice}: {value}" for choice, value in values.items()) + "}"


def _insertion(file: RuleText, node: Block, since: date, text: str) -> Edit:
    """Behind the value before it in time; else behind the last value; else behind the last key."""
    dated = [(day, value) for key, value in node.entries if (day := parse_date(key.text))]
    earlier = [pair for pair in dated if pair[0] < since]
    if earlier:
        after = max(earlier, key=lambda pair: pair[0])[1]
    else:
        after = (dated or [(since, node.entries[-1][1])])[-1][1]
    end = file.end(after)
    if file.is_flow(node):
        return Edit(end, end, f", {since.isoformat()}: {text}")
    key = node.entries[0][0]
    blanks = " " * (key.place.column - 1)
    end = file.line_end(end)
    return Edit(end, end, f"\n{blanks}{since.isoformat()}: {text}")


def _confirm(old: RuleText, new: RuleText, name: str, since: date, values: Values | None) -> None:
    """Read the new text again: this value is as wanted and nothing else has changed."""
    at = (name, since.isoformat())

    def others(file: RuleText) -> dict[tuple[str, ...], str]:
        return {path: text for path, text in leaves(file.root).items() if path[:2] != at}

    found = next((p for p in parameters(new) if p.name == name), None)
    value = found.from_day(since) if found else None
    as_wanted = value is None if values is None else value and dict(value.values) == dict(values)
    if not as_wanted or others(old) != others(new):
        raise Refused((Fault("value_not_written", {"file": old.name}),))
