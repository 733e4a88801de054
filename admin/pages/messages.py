"""Faults that only a page can find before anything is asked of casework."""

from __future__ import annotations

from datetime import date

from admin import clock
from casework.written_days import read_day
from engine import messages
from engine.faults import Fault

CATALOGUE = {
    "edge_choose_road": (
        "请选择帮扶救助的种类。",
        "Choose the kind of aid.",
    ),
    "edge_date": (
        "“{text}”不是日期，请写成2010-12-03的样子。",
        '"{text}" is not a date; write it like 2010-12-03.',
    ),
    "edge_day": (
        "“{text}”不是日期。请写成2010年12月3日，也可以写2010-12-03。",
        '"{text}" is not a date; write it like 2010-12-03.',
    ),
    "edge_date_missing": (
        "请填写日期。",
        "Enter a date.",
    ),
    "edge_read_first": (
        "请先看过全部改动，并勾选“我已看过全部改动”，再签发。",
        'Read what changes first and tick "I have read what changes", then sign.',
    ),
    "edge_choose_likeness": (
        "请选择核对结论：重复还是不重复。",
        "Choose what the comparison showed: a duplicate or not.",
    ),
    "edge_choose_clue": (
        "请选择反映有没有具体事实或线索。",
        "Choose whether the objection names facts or a clue.",
    ),
    "edge_choose_verdict": (
        "请选择核查结果：属实还是不属实。",
        "Choose what the check found: true or not true.",
    ),
    "edge_choose_source": (
        "请选择资金来源。",
        "Choose the fund source.",
    ),
}


def day_fault(text: str, where: str) -> Fault:
    """What is wrong with a text that is no date: nothing was entered, or something else."""
    if not text.strip():
        return Fault("edge_date_missing", {}, where)
    return Fault("edge_date", {"text": text}, where)


def read_fault(text: str, where: str) -> Fault:
    """The same of a field that takes a date as people write it (`read_day`)."""
    if not text.strip():
        return Fault("edge_date_missing", {}, where)
    return Fault("edge_day", {"text": text}, where)


def day(text: str, where: str, unread: list[Fault]) -> date:
    """A date of a form; today with a fault in `unread`, for `admin.acting.all_told`."""
    found = read_day(text)
    if found is None:
        unread.append(read_fault(text, where))
    return found or clock.today()


def install() -> None:
    """Register the texts; doing it again changes nothing."""
    messages.register(CATALOGUE)
