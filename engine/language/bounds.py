"""The interval in which a number must lie, from the ranges of the names in it. Never too narrow."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

from engine.calculus import add_days, add_months
from engine.language import tree as t

Interval = tuple[Fraction, Fraction]
Days = tuple[date, date]


def bounds(tree: t.Tree, ranges: Mapping[str, Interval]) -> Interval | None:
    """Lowest and highest value; None where nothing is known."""
    if isinstance(tree, t.Const):
        return (tree.value, tree.value) if isinstance(tree.value, Fraction) else None
    if isinstance(tree, t.Ref):
        return ranges.get(tree.name)
    if isinstance(tree, t.If):
        return _hull(bounds(tree.then, ranges), bounds(tree.other, ranges))
    if isinstance(tree, t.Arith):
        return _arith(tree.op, bounds(tree.left, ranges), bounds(tree.right, ranges))
    if isinstance(tree, t.Call):
        return _call(tree, ranges)
    return None


def _hull(one: Interval | None, two: Interval | None) -> Interval | None:
    if one is None or two is None:
        return None
    return min(one[0], two[0]), max(one[1], two[1])


def _arith(op: str, one: Interval | None, two: Interval | None) -> Interval | None:
    if one is None or two is None:
        return None
    if op == "+":
        return one[0] + two[0], one[1] + two[1]
    if op == "-":
        return one[0] - two[1], one[1] - two[0]
    if op == "/":
        if two[0] <= 0 <= two[1]:
            return None
        corners = [a / b for a in one for b in two]
    else:
        corners = [a * b for a in one for b in two]
    return min(corners), max(corners)


_CALENDAR = {"year": (1, 9999), "month": (1, 12), "day": (1, 31)}


def _call(tree: t.Call, ranges: Mapping[str, Interval]) -> Interval | None:
    if tree.name in _CALENDAR:
        low, high = _CALENDAR[tree.name]
        return Fraction(low), Fraction(high)
    spans = [bounds(arg, ranges) for arg in tree.args]
    if tree.name in ("min", "max"):
        known = [span for span in spans if span is not None]
        if len(known) < len(spans):
            return None
        pick = min if tree.name == "min" else max
        return pick(span[0] for span in known), pick(span[1] for span in known)
    if tree.name.startswith("round") and spans[0] is not None:
        step = Fraction(1)
        if len(tree.args) > 1 and spans[1] is not None:
            step = spans[1][0]
        return spans[0][0] - step, spans[0][1] + step
    return None


def day_bounds(tree: t.Tree, days: Mapping[str, Days]) -> Days | None:
    """The earliest and the latest date; None where nothing is known."""
    if isinstance(tree, t.Const) and isinstance(tree.value, date):
        return tree.value, tree.value
    if isinstance(tree, t.Ref):
        return days.get(tree.name)
    if isinstance(tree, t.If):
        one, two = day_bounds(tree.then, days), day_bounds(tree.other, days)
        if one is None or two is None:
            return None
        if isinstance(tree.test, t.Compare) and (tree.test.left, tree.test.right) == (
            tree.then,
            tree.other,
        ):  # the later or the earlier of two dates
            pick = max if tree.test.op == ">=" else min
            return pick(one[0], two[0]), pick(one[1], two[1])
        return min(one[0], two[0]), max(one[1], two[1])
    if not isinstance(tree, t.Call) or tree.type.kind != "date":
        return None
    known = day_bounds(tree.args[0], days)
    if known is None:
        return None
    if tree.name == "end_of_year":
        return date(known[0].year, 12, 31), date(known[1].year, 12, 31)
    if tree.name == "start_of_month":
        return known[0].replace(day=1), known[1].replace(day=1)
    return _moved(tree, known)


def _moved(tree: t.Call, known: Days) -> Days | None:
    """A date moved by a constant number of days or months."""
    step = tree.args[1]
    if not (isinstance(step, t.Const) and isinstance(step.value, Fraction)):
        return None
    move = add_days if tree.name == "add_days" else add_months
    return move(known[0], int(step.value)), move(known[1], int(step.value))
