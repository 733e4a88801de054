"""Faults that only a page can find before anything is asked of casework."""

from __future__ import annotations

from engine import messages

CATALOGUE = {
    "edge_choose_road": (
        "请选择帮扶救助的种类。",
        "Choose the kind of aid.",
    ),
    "edge_date": (
        "“{text}”不是日期，请写成 2010-12-03 的样子。",
        '"{text}" is not a date; write it like 2010-12-03.',
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


def install() -> None:
    """Register the texts; doing it again changes nothing."""
    messages.register(CATALOGUE)
