"""What a rule file is made of once read: scalars as raw text, sequences, mappings, each with its
place; and the spellings of dates, amounts and yes/no. Knows nothing of what they mean."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

NAME = re.compile(r"[a-z][a-z0-9_-]*\Z")
INTEGER = re.compile(r"[+-]?[0-9]{1,18}\Z")
_MONEY = re.compile(r"(-?)([0-9]{1,15})(?:\.([0-9]{1,2}))?\Z")
NUMBER = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,12})?\Z")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_YES_NO = {"yes": True, "true": True, "no": False, "false": False}


@dataclass(frozen=True, slots=True)
class Place:
    """A position in a file; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Scalar:
    """A scalar as raw text: no type is guessed. `raw` is its spelling in the file."""

    text: str
    place: Place
    quoted: bool = False
    raw: str = ""

    @property
    def where(self) -> str:
        return str(self.place)

    @property
    def is_null(self) -> bool:
        return not self.quoted and self.text in ("", "null", "~")

    def at(self, offset: int) -> str:
        """The place of the character at `offset` of the text, for errors inside an expression."""
        line, column = self.place.line, self.place.column
        done = 0
        in_space = False
        for index, char in enumerate(self.raw):
            if index == 0 and self.quoted:
                column += 1
                continue
            space = char in " \t\n\r"
            if done >= offset and not space:
                break
            if not (space and in_space):
                done += 1
            in_space = space
            if char == "\n":
                line, column = line + 1, 1
            else:
                column += 1
        return str(Place(self.place.file, line, column))


@dataclass(frozen=True, slots=True)
class Sequence:
    items: tuple[Node, ...]
    place: Place

    @property
    def where(self) -> str:
        return str(self.place)


@dataclass(frozen=True, slots=True)
class Mapping:
    entries: tuple[tuple[Scalar, Node], ...]
    place: Place

    @property
    def where(self) -> str:
        return str(self.place)

    def get(self, key: str) -> Node | None:
        return next((node for name, node in self.entries if name.text == key), None)


Node = Scalar | Sequence | Mapping


def parse_date(text: str) -> date | None:
    """An ISO date, strictly YYYY-MM-DD; None if it is none."""
    if not _DATE.match(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def looks_like_date(value: object) -> bool:
    """Whether this is a text written YYYY-MM-DD, be there such a day or not."""
    return isinstance(value, str) and _DATE.match(value) is not None


def parse_money(text: str) -> int | None:
    """Yuan with at most two decimals to fen; None if it is no such amount."""
    found = _MONEY.match(text)
    if found is None:
        return None
    sign, yuan, cents = found.groups()
    fen = int(yuan) * 100 + int((cents or "0").ljust(2, "0"))
    return -fen if sign else fen


def parse_yes_no(text: str) -> bool | None:
    """yes/no/true/false; None if it is none of them."""
    return _YES_NO.get(text)
