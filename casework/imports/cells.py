"""Read one cell as people and programs fill it. Says what is wrong with it, never guesses.

A reader takes what the workbook gave (text, number, date, yes/no) and returns the value, None
for a blank, or raises `Refused` with one fault. Blank means unknown; it is never a zero or a no.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation

from openpyxl.utils.datetime import from_excel

from casework.imports import spellings
from casework.visible import joined, visible
from casework.written_days import WRITTEN
from engine import idnumber
from engine.faults import Fault, Refused
from engine.labels import Label
from engine.source import hint
from engine.terms import Terms

MOST_DIGITS = 15
"""A spreadsheet keeps so many digits of a number; the rest become zeros."""
FIRST_DAY, LAST_DAY = 3654, 73415  # 1910-01-01 and 2100-12-31 as a spreadsheet counts days

_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[eE]\+?\d{1,2}\Z")
_DATE = re.compile(WRITTEN + r"(?:[ T]+00:00(?::00)?(?:\.0+)?)?\Z")
_PLAIN_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})\Z")
_MONTH = r"(?:0?[1-9]|1[0-2])"
_SHORT_DATE = re.compile(
    rf"\d{{2}}[-/.]{_MONTH}[-/.]\d{{1,2}}\Z|\d{{4}}[-/.年]{_MONTH}月?\Z|{_MONTH}月\d{{1,2}}日?\Z"
)
_CHINESE = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_MONEY = re.compile(r"-?\d{1,12}(?:\.\d+)?\Z")
_YES, _NO = (frozenset(spellings.values("yes_no")[key]) for key in ("yes", "no"))
BLANKS = frozenset(spellings.values("blank")["blank"])

Reader = Callable[[object, "Column"], object]


@dataclass(frozen=True, slots=True)
class Column:
    """What one column holds. `also` are further headings under which it is found."""

    id: str
    label: Label
    read: Reader
    needed: bool = False
    also: tuple[str, ...] = ()
    choices: Mapping[str, Label] = field(default_factory=dict)
    spelled: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Further spellings of the choices, by their key."""
    help: Label | None = None
    kind: str = "text"
    """yes_no, choice, date, money, integer, number, identity, account or text: for templates."""
    example: str = ""
    once: bool = False
    """Whether it may be given once for a whole workbook that has no such column."""
    beside: str | None = None
    """The column before it, by its id, that says something in each row that needs this one."""

    def in_words(self, words: Terms) -> Column:
        """The column as an office says it whose policy has these words."""
        return replace(
            self,
            label=_in_words(self.label, words),
            help=_in_words(self.help, words) if self.help else None,
            also=tuple(way for one in self.also for way in words.ways(one)),
            choices={key: _in_words(label, words) for key, label in self.choices.items()},
            spelled={
                key: tuple(way for one in texts for way in words.ways(one))
                for key, texts in self.spelled.items()
            },
        )


def _in_words(label: Label, words: Terms) -> Label:
    return Label(words.fill(label.zh, "zh"), words.fill(label.en, "en"))


def value(cell: object, column: Column, needed: bool = True) -> object:
    """The cell's value as the column reads it; None for a blank, which a row may do without where
    it is not `needed`."""
    if cell is None or (isinstance(cell, str) and (not cell.strip() or cell.strip() in BLANKS)):
        if needed and column.needed:
            raise Refused([Fault("cell_needed", {"field": column.label}, column.id)])
        return None
    if isinstance(cell, str) and cell.startswith("#") and cell.rstrip("!?").isupper():
        raise _wrong("cell_error", column, cell)
    return column.read(cell, column)


def shown(cell: object) -> str:
    """The cell as a person reads it in the sheet."""
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "minutes")
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 10**MOST_DIGITS:
        return str(int(cell))
    return "" if cell is None else visible(str(cell))


def narrow(text: str) -> str:
    """Full-width letters, digits and signs as the usual ones, without blanks around."""
    return unicodedata.normalize("NFKC", text).strip()


def text(cell: object, column: Column, limit: int = 200) -> str:
    """A text of at most `limit` characters; line breaks inside become blanks."""
    found = joined(shown(cell))
    if len(found) > limit:
        raise Refused([Fault("cell_long", {"field": column.label, "limit": limit}, column.id)])
    return found


def long_text(cell: object, column: Column) -> str:
    """A text of a form."""
    return text(cell, column, 1000)


def name(cell: object, column: Column) -> str:
    """A person's name; blanks that only make two characters as wide as three are taken out."""
    found = text(cell, column)
    parts = found.split()
    if len(parts) > 1 and all("\u4e00" <= c <= "\u9fff" for part in parts for c in part):
        return "".join(parts)
    return " ".join(parts)


def identity(cell: object, column: Column) -> str:
    """An identity number in its 18-character form, from text with blanks or an old 15-digit one.

    One that was stored as a number has lost its last digits: `cell_id_lost`.
    """
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        if abs(cell) >= 10**MOST_DIGITS or not float(cell).is_integer():
            raise Refused([Fault("cell_id_lost", {}, column.id)])
        cell = str(int(cell))
    found = narrow(str(cell)).lstrip("'‘’`")
    if _SCIENTIFIC.match(found):
        raise Refused([Fault("cell_id_lost", {}, column.id)])
    reading = idnumber.read(found)
    if reading.fault is not None:
        raise Refused([Fault(reading.fault.code, reading.fault.params, column.id)])
    return str(reading.number18)


def account(cell: object, column: Column) -> str:
    """A bank account or phone number: digits as text; a longer number has lost its last ones."""
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        if abs(cell) >= 10**MOST_DIGITS or not float(cell).is_integer():
            params = {"field": column.label}
            raise Refused([Fault("cell_number_lost", params, column.id)])
        return str(int(cell))
    found = narrow(str(cell)).lstrip("'‘’`")
    if _SCIENTIFIC.match(found):
        raise Refused([Fault("cell_number_lost", {"field": column.label}, column.id)])
    return re.sub(r"\s+", "", found) if re.fullmatch(r"[\d\s]+", found) else found


def day(cell: object, column: Column) -> date:
    """A date: of the spreadsheet, as its number of days, or as 2010-06-07, 2010/6/7, 2010.6.7,
    20100607, 2010年6月7日 or 二〇一〇年六月七日."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return _day_of_number(cell, column)
    found = _western(narrow(str(cell)))
    matched = _DATE.match(found) or _PLAIN_DATE.match(found)
    if matched is None:
        code = "cell_date_short" if _SHORT_DATE.match(found) else "cell_date"
        raise _wrong(code, column, cell)
    try:
        return date(*(int(part) for part in matched.groups()))
    except ValueError:
        raise _wrong("cell_date", column, cell) from None


def _day_of_number(number: float, column: Column) -> date:
    if float(number).is_integer() and 19_000_000 < number < 22_000_000:
        return day(str(int(number)), column)
    if not FIRST_DAY <= number <= LAST_DAY:
        raise _wrong("cell_date", column, number)
    found = from_excel(number)
    if not isinstance(found, datetime):
        raise _wrong("cell_date", column, number)
    return found.date()


def _western(text: str) -> str:
    """A date in Chinese figures in plain ones: 二〇一〇年十二月二十一日."""
    if not re.match(r"[〇○零一二三四五六七八九]{4}年", text):
        return text
    year, _sign, rest = text.partition("年")
    parts = re.findall(r"[〇○零一二三四五六七八九十]+", rest)
    if len(parts) != 2:
        return text
    month, of_month = (_figure(part) for part in parts)
    return f"{year.translate(_CHINESE)}-{month}-{of_month}"


def _figure(text: str) -> str:
    tens, sign, ones = text.partition("十")
    if not sign:
        return text.translate(_CHINESE)
    return str(
        (int(tens.translate(_CHINESE)) if tens else 1) * 10
        + (int(ones.translate(_CHINESE)) if ones else 0)
    )


def money(cell: object, column: Column) -> Decimal:
    """Yuan with at most two decimals: 1200, "1,200.00", "￥1200元", "1.2万元"."""
    if isinstance(cell, bool):
        raise _wrong("cell_money", column, cell)
    if isinstance(cell, (int, float)):
        amount = Decimal(f"{cell:.6f}")  # a spreadsheet's 0.1 + 0.2
    else:
        amount = _amount(narrow(str(cell)), column, cell)
    if amount != amount.quantize(Decimal("0.01")):
        raise _wrong("cell_money_cents", column, cell)
    return amount.quantize(Decimal("0.01"))


def _amount(found: str, column: Column, cell: object) -> Decimal:
    found = re.sub(r"[,\s¥￥]|人民币|RMB|CNY", "", found)
    times = Decimal(1)
    if found.endswith("元"):
        found = found[:-1]
    if found.endswith("万"):
        found, times = found[:-1], Decimal(10000)
    if not _MONEY.match(found):
        raise _wrong("cell_money", column, cell)
    return Decimal(found) * times


def integer(cell: object, column: Column) -> int:
    """A whole number; 人, 口, 年 and 岁 behind it are left out."""
    if isinstance(cell, bool):
        raise _wrong("cell_integer", column, cell)
    if isinstance(cell, (int, float)):
        if not float(cell).is_integer():
            raise _wrong("cell_integer", column, cell)
        return int(cell)
    found = re.sub(r"\s|[人口年岁个户]$", "", narrow(str(cell)))
    if not re.fullmatch(r"-?\d{1,12}(?:\.0+)?", found):
        raise _wrong("cell_integer", column, cell)
    return int(Decimal(found))


def number(cell: object, column: Column) -> str:
    """A number as plain text, for the policy to read exactly."""
    try:
        found = Decimal(repr(cell) if isinstance(cell, float) else narrow(str(cell)))
    except InvalidOperation:
        raise _wrong("cell_number", column, cell) from None
    if isinstance(cell, bool) or not found.is_finite():
        raise _wrong("cell_number", column, cell)
    return format(found, "f")


def yes_no(cell: object, column: Column) -> bool:
    """Yes or no: 是 and 否, 有 and 无, √ and ×, yes and no, 1 and 0."""
    if isinstance(cell, bool):
        return cell
    found = narrow(str(cell)).lower()
    if found in _YES or found in _NO:
        return found in _YES
    raise _wrong("cell_yes_no", column, cell)


def choice(cell: object, column: Column) -> str:
    """A choice by its key or either label."""
    found = narrow(shown(cell))
    for key, spelled in column.spelled.items():
        if found in spelled:
            return key
    for key, label in column.choices.items():
        if found.casefold() in (key.casefold(), narrow(label.zh).casefold(), label.en.casefold()):
            return key
    names = Label(
        "、".join(each.zh for each in column.choices.values()),
        ", ".join(each.en for each in column.choices.values()),
    )
    params = {"field": column.label, "text": found[:40], "names": names}
    raise Refused([Fault("cell_choice", params, column.id)])


def choices(cell: object, column: Column) -> list[str]:
    """Several choices, separated by commas, 、 or semicolons."""
    parts = [part for part in re.split(r"[,，、;；\s]+", narrow(shown(cell))) if part]
    return sorted({choice(part, column) for part in parts})


def nearest(found: str, known: Mapping[str, object]) -> Fault | str:
    """A hint at the nearest known name."""
    return hint(found, known)


def _wrong(code: str, column: Column, cell: object) -> Refused:
    params = {"field": column.label, "text": shown(cell)[:40]}
    return Refused([Fault(code, params, column.id)])
