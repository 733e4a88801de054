"""JSON as the commands take it: one object, no duplicate keys, no NaN, exact decimals.

Numbers with a point come as Decimal, so that 2000.01 is 2000.01.
"""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import Any

from engine.brokentext import of_json
from engine.faults import Fault, Refused
from engine.messages import register

MAX_BYTES = 10_000_000
_LONGEST_NUMBER = 40

register(
    {
        "json_broken": (
            "{what}不是正确的 JSON（第{line}行第{column}列：{problem}）。",
            "{what} is not valid JSON (line {line}, column {column}: {problem}).",
        ),
        "json_not_utf8": ("{what}不是 UTF-8 编码。", "{what} is not UTF-8."),
        "json_duplicate": (
            "“{key}”写了两次，请只保留一处。",
            '"{key}" is given twice; keep one.',
        ),
        "json_number": (
            "“{text}”不能作为数值。",
            '"{text}" cannot be taken as a number.',
        ),
        "json_object": (
            '{what}应是一个 JSON 对象，如 {{"名称": 值}}。',
            '{what} should be one JSON object, such as {{"name": value}}.',
        ),
        "json_too_deep": ("{what}嵌套太深。", "{what} is nested too deeply."),
        "json_too_large": (
            "{what}超过{limit}字节，不予读取。",
            "{what} has more than {limit} bytes; not read.",
        ),
    }
)


def read_object(data: bytes, what: str | Fault = "JSON") -> dict[str, Any]:
    """The object in these bytes; Refused with every duplicate key and bad number."""
    if len(data) > MAX_BYTES:
        raise Refused([Fault("json_too_large", {"what": what, "limit": MAX_BYTES})])
    reader = _Reader()
    try:
        found = reader.read(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Refused([Fault("json_not_utf8", {"what": what})]) from None
    except json.JSONDecodeError as error:
        params = {
            "what": what,
            "line": error.lineno,
            "column": error.colno,
            "problem": of_json(error),
        }
        raise Refused([Fault("json_broken", params)]) from None
    except RecursionError:
        raise Refused([Fault("json_too_deep", {"what": what})]) from None
    if not isinstance(found, dict):
        reader.faults.append(Fault("json_object", {"what": what}))
    if reader.faults:
        raise Refused(reader.faults)
    return dict(found)


class _Reader:
    """The hooks of one reading; collects what json itself would let pass."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def read(self, text: str) -> Any:
        return json.loads(
            text,
            object_pairs_hook=self.pairs,
            parse_float=self.number,
            parse_int=self.number,
            parse_constant=self.number,
        )

    def pairs(self, items: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in items:
            if key in found:
                self.faults.append(Fault("json_duplicate", {"key": key}, key))
            found[key] = value
        return found

    def number(self, text: str) -> Any:
        try:
            if len(text) <= _LONGEST_NUMBER:
                value = Decimal(text)
                if value.is_finite():
                    return int(text) if text.lstrip("-").isdigit() else value
        except InvalidOperation:
            pass  # said below
        self.faults.append(Fault("json_number", {"text": text[:_LONGEST_NUMBER]}))
        return None
