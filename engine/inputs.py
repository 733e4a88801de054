"""Strict reading of the JSON objects that the commands take. All faults are kept and refused at
once; a blank text counts as null. What a value means is no business of this module."""

import json
import re
from collections.abc import Collection, Mapping
from datetime import date, datetime
from decimal import Decimal

from engine.faults import Fault, Refused
from engine.messages import register
from engine.source import hint, looks_like_date, parse_date, parse_money
from engine.words import yuan

_WORDS = {"yes": True, "true": True, "no": False, "false": False}
_DIGITS = re.compile(r"-?[0-9]{1,18}\Z")

LONGEST_TEXT = 10_000
"""Characters; more than any box of a paper holds."""

MOST_ITEMS = 10_000
"""Entries of one list."""

register(
    {
        "input_object": (
            "应给出一个 JSON 对象（名称和值）。",
            "A JSON object (names and values) is expected.",
        ),
        "input_unknown": ("没有“{name}”这一项。{hint}", 'There is no input "{name}". {hint}'),
        "input_missing": ("缺少“{name}”，请补上。", '"{name}" is missing. Give it.'),
        "input_yes_no": (
            "{shown} 应为 true、false 或 null。",
            "{shown} should be true, false or null.",
        ),
        "input_text": ("{shown} 应为文字。", "{shown} should be a text."),
        "input_long": (
            "文字有{count}个字符，超过上限{limit}，请缩短。",
            "The text has {count} characters, more than {limit}. Shorten it.",
        ),
        "input_list": ("{shown} 应为文字的列表。", "{shown} should be a list of texts."),
        "input_dates": ("{shown} 应为日期的列表。", "{shown} should be a list of dates."),
        "input_years": ("{shown} 应为年份的列表。", "{shown} should be a list of years."),
    }
)


class Inputs:
    """One JSON object being read with the names it may have.

    A getter gives the value, or None where it is absent, null, blank or wrong; what is wrong is
    kept as a Fault whose `where` is the name. Call `refuse` before using the values.
    """

    def __init__(self, data: object, known: Collection[str]) -> None:
        self.faults: list[Fault] = []
        self.data: Mapping[object, object] = {}
        if not isinstance(data, Mapping):
            self.faults.append(Fault("input_object"))
            return
        self.data = data
        for name in data:
            if name not in known:
                shown = name if isinstance(name, str) else str(name)
                self.fault("input_unknown", shown, name=shown[:60], hint=hint(shown[:60], known))

    def fault(self, code: str, where: str, **params: object) -> None:
        """Keep a fault of the caller's own."""
        self.faults.append(Fault(code, params, where))

    def refuse(self) -> None:
        """Refused with every fault found; nothing where there is none."""
        if self.faults:
            raise Refused(self.faults)

    def has(self, name: str) -> bool:
        """Whether the name was given at all, be it as null."""
        return name in self.data

    def value(self, name: str) -> object:
        """The raw value; None where it is absent, null or blank."""
        found = self.data.get(name)
        return None if isinstance(found, str) and not found.strip() else found

    def need(self, name: str) -> None:
        """A fault where the value is absent, null or blank."""
        if self.value(name) is None:
            self.fault("input_missing", name, name=name)

    def text(self, name: str, *, or_number: bool = False) -> str | None:
        """A text; with `or_number` also a whole number, as text."""
        found = self.value(name)
        if or_number and isinstance(found, int) and not isinstance(found, bool):
            if abs(found) < 10**40:
                return str(found)
        elif found is None or isinstance(found, str):
            if found is not None and len(found) > LONGEST_TEXT:
                self.fault("input_long", name, count=len(found), limit=LONGEST_TEXT)
                return None
            return found
        self.fault("input_text", name, shown=shown(found))
        return None

    def yes_no(self, name: str, *, words: bool = False) -> bool | None:
        """true, false or unknown; with `words` also the texts yes, no, true and false."""
        found = self.value(name)
        if words and isinstance(found, str):
            found = _WORDS.get(found, found)
        if found is None or isinstance(found, bool):
            return found
        self.fault("input_yes_no", name, shown=shown(found))
        return None

    def choice(self, name: str, allowed: Collection[str]) -> str | None:
        """One of the allowed texts."""
        found = self.value(name)
        if found is None or (isinstance(found, str) and found in allowed):
            return found
        text = shown(found)
        self.fault("expected_choice", name, text=text, hint=hint(text, allowed))
        return None

    def whole(self, name: str, low: int, high: int, *, words: bool = False) -> int | None:
        """A whole number within the bounds; with `words` also written as text."""
        found = self.value(name)
        if words and isinstance(found, str) and _DIGITS.match(found.strip()):
            found = int(found)
        if found is None:
            return None
        if not isinstance(found, int) or isinstance(found, bool):
            self.fault("expected_integer", name, text=shown(found))
            return None
        if not low <= found <= high:
            self.fault("out_of_range", name, value=shown(found), low=low, high=high)
            return None
        return found

    def money(self, name: str, low: int, high: int) -> int | None:
        """An amount in yuan (number or text, at most two decimals), given back in fen."""
        found = self.value(name)
        if found is None:
            return None
        fen = money_of(found)
        if fen is None:
            self.fault("expected_money", name, text=shown(found))
        elif not low <= fen <= high:
            self.fault("out_of_range", name, value=shown(found), low=yuan(low), high=yuan(high))
            return None
        return fen

    def day(self, name: str) -> date | None:
        """An ISO date, YYYY-MM-DD."""
        found = self.value(name)
        if found is None:
            return None
        day = date_of(found)
        if day is None:
            code = "no_such_day" if looks_like_date(found) else "expected_date"
            self.fault(code, name, text=shown(found))
        return day

    def texts(self, name: str) -> tuple[str, ...] | None:
        """A list of texts that are not blank; None where absent or null."""
        found = self.value(name)
        if found is None:
            return None
        items = _items(found)
        texts = tuple(item for item in items or () if isinstance(item, str) and item.strip())
        if items is None or len(texts) < len(items) or any(len(t) > 200 for t in texts):
            self.fault("input_list", name, shown=shown(found))
            return ()
        return texts

    def dates(self, name: str) -> tuple[date, ...]:
        """A list of ISO dates; () where absent or null."""
        found = self.value(name)
        items = () if found is None else _items(found)
        days = tuple(day for day in map(date_of, items or ()) if day is not None)
        if items is None or len(days) < len(items):
            self.fault("input_dates", name, shown=shown(found))
        return days

    def integers(self, name: str, low: int, high: int) -> tuple[int, ...]:
        """A list of whole numbers within the bounds; () where absent or null."""
        found = self.value(name)
        items = () if found is None else _items(found)
        numbers = tuple(
            item
            for item in items or ()
            if isinstance(item, int) and not isinstance(item, bool) and low <= item <= high
        )
        if items is None or len(numbers) < len(items):
            self.fault("input_years", name, shown=shown(found))
        return numbers


def date_of(value: object) -> date | None:
    """A date from ISO text (or a date); None where it is none."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    return parse_date(value) if isinstance(value, str) else None


def money_of(value: object) -> int | None:
    """Fen from yuan as a number or text with at most two decimals; None where it is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, Decimal) and value.is_finite() and abs(value) < 10**16:
        return parse_money(format(value, "f"))
    if isinstance(value, int) and abs(value) < 10**16:
        return parse_money(str(value))
    if isinstance(value, float):
        written = repr(value)
        return parse_money(written.removesuffix(".0"))
    return parse_money(value.strip()) if isinstance(value, str) else None


def as_json(value: object) -> str:
    """A value as it stands in JSON; TypeError for what JSON cannot hold."""
    if isinstance(value, Decimal):
        return str(value)
    return json.dumps(value, ensure_ascii=False, default=_number_in_json)


def _number_in_json(item: object) -> float:
    """A number with a point inside a list or object: strict reading gives Decimal."""
    if isinstance(item, Decimal):
        return float(item)
    raise TypeError(type(item).__name__)


def shown(value: object) -> str:
    """A wrong value as messages show it, never longer than a line."""
    try:
        text = value if isinstance(value, str) else as_json(value)
    except (TypeError, ValueError, RecursionError):
        text = type(value).__name__
    return text if len(text) <= 60 else text[:59] + "…"


def _items(value: object) -> list[object] | None:
    """The items of a list of bearable length, else None."""
    if not isinstance(value, (list, tuple)) or len(value) > MOST_ITEMS:
        return None
    return list(value)
