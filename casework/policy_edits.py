"""Changes that a form makes to the files of a draft: typed texts in, files out, every fault told.

Each function gives a `Make` for `casework.drafts.change`; it changes nothing by itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from casework import dated_values
from casework.dated_values import FILE, Values
from casework.drafts import Files, Make
from casework.policy_form import Value, by_address, ordered
from casework.rule_text import Path, RuleText, moved, with_scalars
from engine.faults import Fault, Refused
from engine.loading import FILES, OPTIONAL
from engine.seen import hidden
from engine.source import parse_money

_INTEGER = re.compile(r"[+-]?[0-9]{1,6}\Z")
_NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?\Z")
_CASES = re.compile(r"cases/[A-Za-z0-9_-]{1,60}\.yaml\Z")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x85\u2028\u2029]")


def typed(values: Mapping[str, str]) -> Make:
    """Set values by their addresses; what is as it was is left alone."""

    def make(files: Files) -> Files:
        known = by_address(files)
        faults: list[Fault] = []
        wanted: dict[str, dict[Path, str]] = {}
        for address, raw in values.items():
            value = known.get(address)
            if value is None:
                faults.append(Fault("no_such_value", {"path": address}, address))
                continue
            text = raw.replace("\r\n", "\n").strip()
            if text != value.text:
                faults += _faults(value, text)
                wanted.setdefault(value.file, {})[value.path] = text
        if faults:
            raise Refused(tuple(faults))
        made = {n: with_scalars(RuleText(n, files[n]), new).data for n, new in wanted.items()}
        return {**files, **made}

    return make


def _faults(value: Value, text: str) -> list[Fault]:
    kind, where = value.kind, value.address
    if kind.name == "integer":
        if not _INTEGER.match(text):
            return [Fault("expected_integer", {"text": text}, where)]
        low, high = kind.low, kind.high
        if (low is not None and int(text) < low) or (high is not None and int(text) > high):
            params = {"value": text, "low": low, "high": high}
            return [Fault("out_of_range", params, where)]
    elif kind.name in ("number", "money"):
        amount = kind.name == "money"
        good = parse_money(text) is not None and text[:1] != "-" if amount else _NUMBER.match(text)
        if not good:
            return [Fault(f"expected_{kind.name}", {"text": text}, where)]
    elif kind.name == "yes_no":
        if text not in ("yes", "no"):
            return [Fault("expected_yes_no", {"text": text}, where)]
    elif kind.name == "choice":
        if text not in kind.options:
            return [Fault("expected_choice", {"text": text, "hint": ""}, where)]
    elif not text or _CONTROL.search(text) or hidden(text):
        return [Fault("value_text", {"text": text[:40]}, where)]
    return []


def value_from(
    name: str,
    since: date,
    values: Values,
    *,
    earliest: date | None,
    confirmed: bool = False,
) -> Make:
    """A dated value from a day, or its end (no `values`). Before `earliest` nothing is added.

    `confirmed`: the figures are the office's own, no placeholders any more.
    """

    def make(files: Files) -> Files:
        file = RuleText(FILE, files[FILE])
        parameter = _parameter(file, name)
        faults = _value_faults(parameter, values)
        known = parameter.from_day(since)
        if known is None and earliest is not None and since < earliest:
            faults.append(Fault("value_in_past", {"on": since}, "since"))
        if faults:
            raise Refused(tuple(faults))
        file = dated_values.with_value(file, name, since, values)
        if confirmed and parameter.placeholder:
            file = dated_values.confirmed(file, name)
        return {**files, FILE: file.data}

    return make


def value_faults(files: Files, name: str, values: Values) -> list[Fault]:
    """What is wrong with a value as typed, whatever its day is."""
    return _value_faults(_parameter(RuleText(FILE, files[FILE]), name), values)


def _value_faults(parameter: dated_values.Parameter, values: Values) -> list[Fault]:
    faults = dated_values.value_faults(parameter, values)
    wanted = set(parameter.history[-1].values) if parameter.history else set()
    if values and wanted and set(values) != wanted:
        faults.append(Fault("value_needed", {"value": parameter.label}, "value"))
    return faults


def value_taken_out(name: str, since: date) -> Make:
    """Take out a dated value that nothing rests on yet."""

    def make(files: Files) -> Files:
        file = RuleText(FILE, files[FILE])
        _parameter(file, name)
        return {**files, FILE: dated_values.without_value(file, name, since).data}

    return make


def _parameter(file: RuleText, name: str) -> dated_values.Parameter:
    found = next((p for p in dated_values.parameters(file) if p.name == name), None)
    if found is None:
        raise Refused((Fault("no_such_value", {"path": name}),))
    return found


def item_moved(path: str, item: str, *, up: bool) -> Make:
    """Change an item of an ordered list round with its neighbour; `path` is joined with /."""

    def make(files: Files) -> Files:
        lists = {"/".join(o.path): o for o in ordered(files)}
        if path not in lists:
            raise Refused((Fault("no_such_value", {"path": path}),))
        found = lists[path]
        file = moved(RuleText(found.file, files[found.file]), found.path, item, up=up)
        return {**files, found.file: file.data}

    return make


def file_replaced(name: str, data: bytes) -> Make:
    """Put a whole file in place of another, or add a file of cases."""

    def make(files: Files) -> Files:
        if name not in files and name not in (*FILES, *OPTIONAL) and not _CASES.match(name):
            raise Refused((Fault("draft_file_name", {"name": name[:60]}, "file"),))
        return {**files, name: data}

    return make


def file_typed(name: str, text: str) -> Make:
    """The same from a text as a browser sends it; lines end as they ended in the file."""

    def make(files: Files) -> Files:
        old = files.get(name, b"")
        plain = text.replace("\r\n", "\n")
        if old.endswith(b"\n") and not plain.endswith("\n"):
            plain += "\n"
        if b"\r\n" in old:
            plain = plain.replace("\n", "\r\n")
        mark = b"\xef\xbb\xbf" if old.startswith(b"\xef\xbb\xbf") else b""
        return file_replaced(name, mark + plain.encode())(files)

    return make
