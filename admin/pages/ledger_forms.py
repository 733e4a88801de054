"""What is typed into a form of the ledger: amounts, years, days and words, each with its fault.

Reads texts only; what is allowed is casework's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from admin import clock
from admin.acting import all_told
from admin.text import fault_text
from engine import messages
from engine.faults import Fault, Refused
from engine.source import parse_date, parse_money

T = TypeVar("T")
MOST_FEN = 10**13  # beyond it somebody has leant on a key; also what the database can add up
FIRST_YEAR, LAST_YEAR = 1949, 2100
NOTHING_ENTERED = frozenset({"edge_money", "edge_year", "edge_date"})
CATALOGUE = {
    "edge_money": (
        "“{text}”不是金额。请填写以元为单位的数字，最多两位小数，例如5000或600.50。",
        '"{text}" is not an amount. Enter yuan as a number with at most two decimals, such as 5000 '
        "or 600.50.",
    ),
    "edge_year": (
        "“{text}”不能作为年份。请填写1949至2100之间的四位数字，例如2010。",
        '"{text}" cannot be a year. Enter four digits from 1949 to 2100, such as 2010.',
    ),
    "edge_money_missing": (
        "请填写金额，以元为单位，例如5000或600.50。",
        "Enter an amount in yuan, such as 5000 or 600.50.",
    ),
    "edge_year_missing": (
        "请填写年份，例如2010。",
        "Enter a year, such as 2010.",
    ),
    "edge_source_code": (
        "请填写资金来源的代码。",
        "Give the source a code.",
    ),
    "edge_source_zh": (
        "请填写资金来源的中文名称。",
        "Give the source a name in Chinese.",
    ),
    "edge_blank": (
        "此项必须填写。",
        "This has to be filled in.",
    ),
}


@dataclass
class Typed:
    """The texts of a form; `faults` collects everything that cannot be read, each at its field."""

    texts: Mapping[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    @property
    def wrong(self) -> set[str | None]:
        """Fields that have a fault already."""
        return {fault.where for fault in self.faults}

    def text(self, name: str) -> str:
        """What was typed, without blanks around it."""
        return self.texts.get(name, "").strip()

    def fault(self, code: str, name: str) -> None:
        """Note a fault at a field, in other words where nothing was entered."""
        if code in NOTHING_ENTERED and not self.text(name):
            self.faults.append(Fault(f"{code}_missing", {}, name))
        else:
            self.faults.append(Fault(code, {"text": self.text(name)}, name))

    def money(self, name: str) -> int:
        """An amount in fen, more than nothing; 0 with a fault."""
        fen = parse_money(self.text(name).replace(",", "").replace("，", ""))
        if fen is None or fen > MOST_FEN:
            self.fault("edge_money", name)
            return 0
        if fen <= 0:
            self.faults.append(Fault("amount_not_positive", {}, name))
        return fen

    def year(self, name: str) -> int:
        """A year; 0 with a fault."""
        text = self.text(name)
        number = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else 0
        if not FIRST_YEAR <= number <= LAST_YEAR:
            self.fault("edge_year", name)
        return number

    def day(self, name: str) -> date:
        """A day; today with a fault."""
        found = parse_date(self.text(name))
        if found is None:
            self.fault("edge_date", name)
        return found or clock.today()

    def words(self, name: str, code: str = "edge_blank", most: int = 2000) -> str:
        """A text that must be there and not be longer than its column."""
        text = self.text(name)
        if not text:
            self.faults.append(Fault(code, {}, name))
        elif len(text) > most:
            self.faults.append(Fault("edge_too_long", {}, name))
        return text

    def then(self, verb: Callable[[], T], places: Mapping[str, str] | None = None) -> T:
        """Call the verb and tell its faults together with those found here (`all_told`)."""
        return all_told(self.faults, verb, places)

    def stop(self) -> None:
        """Raise everything found so far."""
        if self.faults:
            raise Refused(self.faults)


def by_field(faults: Iterable[Fault], places: Mapping[str, str]) -> dict[str, list[str]]:
    """Texts of faults by field; `places` says where a fault of casework belongs, by its code."""
    found: dict[str, list[str]] = {}
    for fault in faults:
        place = places.get(fault.code, fault.where or "")
        found.setdefault(place, []).append(fault_text(fault))
    return found


def install() -> None:
    """Register the texts; doing it again changes nothing."""
    messages.register(CATALOGUE)
