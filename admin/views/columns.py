"""What a table shows and how it can be narrowed: columns and filters, as values. Runs no query."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute

from admin import clock

Choice = tuple[str, str]
MOST_TEXT = 100


@dataclass(frozen=True)
class Column:
    """A column of a list, a detail page and an export. `show` gives text or Markup for the page,
    `export` plain text for files (default: the page's text); `sort` makes it sortable."""

    name: str
    label: object
    show: Callable[[Any], object]
    sort: ColumnElement[Any] | InstrumentedAttribute[Any] | None = None
    css: str = ""
    export: Callable[[Any], object] | None = None
    in_list: bool = True
    in_export: bool = True
    in_details: bool = True
    wide: bool = False


class UnusableError(ValueError):
    """A filter was given a value that it cannot mean."""


@dataclass(frozen=True)
class Filter:
    """One way to narrow a list. `read` turns the text of the address into a value or raises
    UnusableError; `condition` makes the SQL; `choices` gives a select instead of a text box."""

    name: str
    label: object
    condition: Callable[[Any], ColumnElement[bool]]
    read: Callable[[str], Any]
    choices: Callable[[], Iterable[Choice]] | None = None
    kind: str = "text"  # text, date, number: the type of the input
    words: Callable[[Any], str] = str  # how the chosen value reads on its chip


def chosen(column: Any, words: Mapping[Any, object]) -> dict[str, Any]:
    """Filter settings for a column with fixed choices: `Filter("sex", label, **chosen(…))`."""
    by_text = {str(getattr(key, "value", key)): key for key in words}

    def read(text: str) -> Any:
        if text not in by_text:
            raise UnusableError(text)
        return by_text[text]

    return {
        "condition": lambda value: column == value,
        "read": read,
        "choices": lambda: [(text, str(words[key])) for text, key in by_text.items()],
        "words": lambda value: str(words[value]),
    }


def yes_or_no(column: Any) -> dict[str, Any]:
    """Filter settings for a column that is true or false."""

    def read(text: str) -> bool:
        if text not in ("yes", "no"):
            raise UnusableError(text)
        return text == "yes"

    return {
        "condition": lambda value: column.is_(value),
        "read": read,
        "choices": lambda: [("yes", _("Yes")), ("no", _("No"))],
        "words": lambda value: _("Yes") if value else _("No"),
    }


def read_day(text: str) -> date:
    """An ISO date of a year a person can mean."""
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise UnusableError(text) from error
    if not 1900 <= day.year <= 2200:
        raise UnusableError(text)
    return day


def read_text(text: str) -> str:
    """A short text without outer spaces."""
    return text.strip()[:MOST_TEXT]


def start_of(day: date) -> datetime:
    """The first moment of a day in the office's time zone."""
    return datetime(day.year, day.month, day.day, tzinfo=clock.zone())


def from_day(column: Any) -> dict[str, Any]:
    """Filter settings: on this day or later; `column` holds moments."""
    return {"condition": lambda d: column >= start_of(d), "read": read_day, "kind": "date"}


def to_day(column: Any) -> dict[str, Any]:
    """Filter settings: on this day or earlier; `column` holds moments."""
    return {
        "condition": lambda d: column < start_of(d + timedelta(days=1)),
        "read": read_day,
        "kind": "date",
    }


def word_of(words: Mapping[Any, object], value: StrEnum | str | None) -> str:
    """The word for a stored value, a dash for none."""
    return "—" if value is None else str(words.get(value, value))
