"""Values as papers write them: texts only, blank where nothing is known. Decides nothing."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import TypeAlias

from casework.clock import day_of
from engine.procedure import RecordField
from engine.source import parse_date
from engine.words import chinese_date, in_words, masked_account, masked_id, masked_phone, yuan

Value: TypeAlias = "str | Mapping[str, Value] | Sequence[Mapping[str, Value]]"
Maker = Callable[[], Value]

YES, NO = "是", "否"


class Lazy(Mapping[str, Value]):
    """A group whose values are worked out only when the paper asks for them."""

    def __init__(self, **makers: Value | Maker) -> None:
        self._makers = makers
        self._made: dict[str, Value] = {}

    def __getitem__(self, name: str) -> Value:
        if name not in self._made:
            maker = self._makers[name]
            self._made[name] = maker() if callable(maker) else maker
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)

    def having(self, **more: Value | Maker) -> Lazy:
        """The same with further names."""
        return Lazy(**{**self._makers, **more})


def text(value: object) -> str:
    """A text without what a Word file cannot hold; line breaks stay, None is blank."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return YES if value else NO
    words = str(value).replace("\r\n", "\n").replace("\r", "\n").strip()
    return "".join(c for c in words if c == "\n" or unicodedata.category(c) not in _UNWRITABLE)


_UNWRITABLE = frozenset({"Cc", "Cs", "Co", "Cn"})


def money(fen: int | None) -> str:
    """600.00; blank where there is no amount."""
    return "" if fen is None else yuan(fen)


def words(fen: int | None) -> str:
    """陆佰元整; blank where there is no amount."""
    return "" if fen is None or fen < 0 else in_words(fen)


def on(day: date | datetime | None) -> str:
    """2010年12月3日, in the office's time."""
    if day is None:
        return ""
    return chinese_date(day_of(day) if isinstance(day, datetime) else day)


def mark(yes: object) -> str:
    """Something that holds in an `if`, or blank."""
    return YES if yes else ""


def number(value: str | None, kind: str, in_full: bool) -> str:
    """A number of a person: whole only for people who may see it."""
    if not value:
        return ""
    return value if in_full else _MASKS[kind](value)


_MASKS: Mapping[str, Callable[[str], str]] = {
    "id": masked_id,
    "phone": masked_phone,
    "account": masked_account,
}


def recorded(fields: Sequence[RecordField], record: Mapping[str, object]) -> dict[str, Value]:
    """Every field of a record in words; blank where it was left out."""
    return {field.id: record_text(field, record.get(field.id)) for field in fields}


def record_text(field: RecordField, value: object) -> str:
    """One recorded value as JSON keeps it, in words: choices by title, money in yuan."""
    if value is None or value == "":
        return ""
    if field.choices and str(value) in field.choices:
        return field.choices[str(value)].zh
    if field.type == "money" and isinstance(value, int):
        return yuan(value)
    if field.type == "date" and (day := parse_date(str(value))):
        return chinese_date(day)
    return text(value)
