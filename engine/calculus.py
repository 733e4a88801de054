"""The functions of the language over exact values, for the reference evaluator only.

Numbers are Fractions, dates are dates. The encoder has its own integer versions: the two share no
arithmetic, so that a mistake in one shows as a disagreement.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from math import ceil, floor
from typing import Any


def rounded(value: Fraction, step: Fraction = Fraction(1)) -> Fraction:
    """To the nearest multiple of step, half away from zero."""
    steps = abs(value) / step
    whole = floor(steps + Fraction(1, 2))
    return whole * step if value >= 0 else -whole * step


def rounded_half_even(value: Fraction, step: Fraction = Fraction(1)) -> Fraction:
    """To the nearest multiple of step, half to the even multiple."""
    return round(value / step) * step


def rounded_half_down(value: Fraction, step: Fraction = Fraction(1)) -> Fraction:
    """To the nearest multiple of step, half towards zero."""
    whole = ceil(abs(value) / step - Fraction(1, 2))
    return whole * step if value >= 0 else -whole * step


def rounded_up(value: Fraction, step: Fraction = Fraction(1)) -> Fraction:
    return ceil(value / step) * step


def rounded_down(value: Fraction, step: Fraction = Fraction(1)) -> Fraction:
    return floor(value / step) * step


def months_between(first: date, second: date) -> int:
    """Completed months; a month begun on the 31st is complete on the last day of a shorter one."""
    if second < first:
        return -months_between(second, first)
    months = (second.year - first.year) * 12 + second.month - first.month
    last = calendar.monthrange(second.year, second.month)[1]
    if second.day < min(first.day, last):
        months -= 1
    return months


def add_months(day: date, months: int) -> date:
    """The same day so many months later; a day that month lacks becomes its last day. Beyond the
    calendar it stops at its end."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        return date.max if months > 0 else date.min
    last = calendar.monthrange(year, month0 + 1)[1]
    return date(year, month0 + 1, min(day.day, last))


def add_days(day: date, days: int) -> date:
    """So many days later; beyond the calendar it stops at its end."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min


def _years_between(first: date, second: date) -> Fraction:
    months = months_between(first, second)
    return Fraction(months // 12 if months >= 0 else -(-months // 12))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "min": min,
    "max": max,
    "round": rounded,
    "round_half_even": rounded_half_even,
    "round_half_down": rounded_half_down,
    "round_up": rounded_up,
    "round_down": rounded_down,
    "year": lambda day: Fraction(day.year),
    "month": lambda day: Fraction(day.month),
    "day": lambda day: Fraction(day.day),
    "days_between": lambda first, second: Fraction((second - first).days),
    "months_between": lambda first, second: Fraction(months_between(first, second)),
    "years_between": _years_between,
    "add_days": lambda day, days: add_days(day, int(days)),
    "add_months": lambda day, months: add_months(day, int(months)),
    "end_of_year": lambda day: date(day.year, 12, 31),
    "start_of_month": lambda day: day.replace(day=1),
}
