"""Functions that are short for longer expressions: written out over what every evaluator knows.

Nothing here decides or calculates; each function takes checked arguments and gives a tree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from engine.language import tree as t
from engine.language.types import DATE, INTEGER, NUMBER, Type


@dataclass(frozen=True, slots=True)
class Dated:
    """The values of a dated parameter as expressions see them (money in yuan), the oldest first;
    None from the date on which it ended. `by` is the choice they go by: then each is a mapping."""

    name: str
    kind: Type
    values: tuple[tuple[date, Any], ...]
    by: t.Ref | None = None


def number(value: int | Fraction, span: t.Span) -> t.Const:
    exact = Fraction(value)
    return t.Const(exact, INTEGER if exact.denominator == 1 else NUMBER, span)


def clamp(args: Sequence[t.Tree], kind: Type, span: t.Span) -> t.Tree:
    """max(low, min(value, high))."""
    value, low, high = args
    return t.Call("max", (low, t.Call("min", (value, high), kind, span)), kind, span)


def bands(args: Sequence[t.Tree], kind: Type, span: t.Span) -> t.Tree:
    """Marginal bands: each rate on the part of the value above its threshold and below the next.

    Written as a sum of differences: from each threshold on, what the rate adds to the one before.
    """
    value, steps = args[0], list(zip(args[1::2], args[2::2], strict=True))
    found: t.Tree | None = None
    before: t.Tree | None = None
    for threshold, rate in steps:
        above = t.Arith("-", value, threshold, kind, span)
        part = t.Call("max", (above, number(0, span)), kind, span)
        extra = rate if before is None else t.Arith("-", rate, before, NUMBER, span)
        term = t.Arith("*", part, extra, kind, span)
        found = term if found is None else t.Arith("+", found, term, kind, span)
        before = rate
    if found is None:
        raise AssertionError("bands without a band")
    return found


def picked(sign: str, one: t.Tree, two: t.Tree, span: t.Span) -> t.Tree:
    """The later (">=") or the earlier ("<=") of two dates."""
    return t.If(t.Compare(sign, one, two, span), one, two, DATE, span)


def end_of_month(day: t.Tree, span: t.Span) -> t.Tree:
    return t.Call("add_days", (next_month(day, span), number(-1, span)), DATE, span)


def next_month(day: t.Tree, span: t.Span) -> t.Tree:
    """The first day of the month after."""
    first = t.Call("start_of_month", (day,), DATE, span)
    return t.Call("add_months", (first, number(1, span)), DATE, span)


def start_of_year(day: t.Tree, span: t.Span) -> t.Tree:
    last = t.Call("end_of_year", (day,), DATE, span)
    before = t.Call("add_months", (last, number(-12, span)), DATE, span)
    return t.Call("add_days", (before, number(1, span)), DATE, span)


def month_number(day: t.Tree, span: t.Span) -> t.Tree:
    """Months counted from the year 0."""
    year, month = (t.Call(name, (day,), INTEGER, span) for name in ("year", "month"))
    return t.Arith("+", t.Arith("*", year, number(12, span), INTEGER, span), month, INTEGER, span)


def months_in(first: t.Tree, last: t.Tree, span: t.Span) -> t.Tree:
    """The calendar months that a period touches, both ends included; 0 where it is turned round."""
    gap = t.Arith("-", month_number(last, span), month_number(first, span), INTEGER, span)
    count = t.Arith("+", gap, number(1, span), INTEGER, span)
    return t.Call("max", (count, number(0, span)), INTEGER, span)


# dated parameters ----------------------------------------------------------------------------


def as_of(dated: Dated, day: t.Tree, span: t.Span) -> t.Tree:
    """The value in force on a date. The checker has seen that there is one on every day that the
    date can be."""
    found = _value(dated, dated.values[0][1], span)
    for since, value in dated.values[1:]:
        begun = t.Compare(">=", day, t.Const(since, DATE, span), span)
        found = t.If(begun, _value(dated, value, span), found, dated.kind, span)
    return found


def sum_by_month(dated: Dated, first: t.Tree, last: t.Tree, span: t.Span) -> t.Tree:
    """The sum over each calendar month of a period of the value in force on its first day."""
    found: t.Tree = number(0, span)
    for i, (since, value) in enumerate(dated.values):
        low = _of_month(since, span) if i else month_number(first, span)
        begin = t.Call("max", (month_number(first, span), low), INTEGER, span)
        end = month_number(last, span)
        if i + 1 < len(dated.values):
            until = t.Arith(
                "-", _of_month(dated.values[i + 1][0], span), number(1, span), INTEGER, span
            )
            end = t.Call("min", (end, until), INTEGER, span)
        gap = t.Arith("-", end, begin, INTEGER, span)
        count = t.Arith("+", gap, number(1, span), INTEGER, span)
        months = t.Call("max", (count, number(0, span)), INTEGER, span)
        part = t.Arith("*", _value(dated, value, span), months, dated.kind, span)
        found = part if not i else t.Arith("+", found, part, dated.kind, span)
    return found


def _of_month(since: date, span: t.Span) -> t.Const:
    """The first month on whose first day a value is in force."""
    months = since.year * 12 + since.month + (since.day > 1)
    return number(months, span)


def _value(dated: Dated, value: Any, span: t.Span) -> t.Tree:
    if dated.by is None:
        return t.Const(value, dated.kind, span)
    choices = list(value.items())
    found: t.Tree = t.Const(choices[-1][1], dated.kind, span)
    for choice, own in reversed(choices[:-1]):
        test = t.Compare("=", dated.by, t.Const(choice, dated.by.type, span), span)
        found = t.If(test, t.Const(own, dated.kind, span), found, dated.kind, span)
    return found
