"""Arithmetic of the encoder: whole numbers only, never Fractions.

A number is a pair (numerator, denominator > 0), a date its ordinal day. Shares nothing with
engine.calculus, so that a mistake in one shows as a disagreement with the other.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

Pair = tuple[int, int]
_LAST = date(9999, 12, 31).toordinal()
_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def add(a: Pair, b: Pair) -> Pair:
    return a[0] * b[1] + b[0] * a[1], a[1] * b[1]


def subtract(a: Pair, b: Pair) -> Pair:
    return a[0] * b[1] - b[0] * a[1], a[1] * b[1]


def multiply(a: Pair, b: Pair) -> Pair:
    return a[0] * b[0], a[1] * b[1]


def divide(a: Pair, b: Pair) -> Pair:
    """The divisor is never zero: the loader has proved it."""
    top, bottom = a[0] * b[1], a[1] * b[0]
    return (-top, -bottom) if bottom < 0 else (top, bottom)


def sign(a: Pair, b: Pair) -> int:
    """-1, 0 or 1 as a is less than, equal to or more than b."""
    left, right = a[0] * b[1], b[0] * a[1]
    return (left > right) - (left < right)


def least(*items: Pair) -> Pair:
    found = items[0]
    for item in items[1:]:
        if sign(item, found) < 0:
            found = item
    return found


def most(*items: Pair) -> Pair:
    found = items[0]
    for item in items[1:]:
        if sign(item, found) > 0:
            found = item
    return found


def _multiples(a: Pair, step: Pair) -> Pair:
    return a[0] * step[1], a[1] * step[0]


def round_down(a: Pair, step: Pair = (1, 1)) -> Pair:
    top, bottom = _multiples(a, step)
    return top // bottom * step[0], step[1]


def round_up(a: Pair, step: Pair = (1, 1)) -> Pair:
    top, bottom = _multiples(a, step)
    return -(-top // bottom) * step[0], step[1]


def round_half(a: Pair, step: Pair = (1, 1)) -> Pair:
    """Half goes away from zero."""
    top, bottom = _multiples(a, step)
    size = (2 * abs(top) + bottom) // (2 * bottom)
    return (size if top >= 0 else -size) * step[0], step[1]


def round_half_even(a: Pair, step: Pair = (1, 1)) -> Pair:
    """Half goes to the even multiple."""
    top, bottom = _multiples(a, step)
    whole, rest = top // bottom, top % bottom
    if 2 * rest > bottom or (2 * rest == bottom and whole & 1):
        whole += 1
    return whole * step[0], step[1]


def round_half_down(a: Pair, step: Pair = (1, 1)) -> Pair:
    """Half goes towards zero."""
    top, bottom = _multiples(a, step)
    size = (2 * abs(top) + bottom - 1) // (2 * bottom)
    return (size if top >= 0 else -size) * step[0], step[1]


def _last_day(year: int, month: int) -> int:
    leap = month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 29 if leap else _DAYS[month - 1]


def _months(first: int, second: int) -> int:
    if second < first:
        return -_months(second, first)
    a, b = date.fromordinal(first), date.fromordinal(second)
    whole = (b.year * 12 + b.month) - (a.year * 12 + a.month)
    short = b.day < a.day and b.day < _last_day(b.year, b.month)
    return whole - 1 if short else whole


def _years(first: int, second: int) -> Pair:
    months = _months(first, second)
    return (months // 12 if months >= 0 else -(-months // 12)), 1


def _add_months(day: int, months: Pair) -> int:
    start = date.fromordinal(day)
    total = start.year * 12 + (start.month - 1) + months[0] // months[1]
    year, month = total // 12, total % 12 + 1
    if year < 1 or year > 9999:
        return _LAST if months[0] > 0 else 1
    return date(year, month, min(start.day, _last_day(year, month))).toordinal()


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "min": least,
    "max": most,
    "round": round_half,
    "round_half_even": round_half_even,
    "round_half_down": round_half_down,
    "round_up": round_up,
    "round_down": round_down,
    "year": lambda day: (date.fromordinal(day).year, 1),
    "month": lambda day: (date.fromordinal(day).month, 1),
    "day": lambda day: (date.fromordinal(day).day, 1),
    "days_between": lambda first, second: (second - first, 1),
    "months_between": lambda first, second: (_months(first, second), 1),
    "years_between": _years,
    "add_days": lambda day, days: min(max(day + days[0] // days[1], 1), _LAST),
    "add_months": _add_months,
    "start_of_month": lambda day: day - date.fromordinal(day).day + 1,
    "end_of_year": lambda day: date(date.fromordinal(day).year, 12, 31).toordinal(),
}
