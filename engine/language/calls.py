"""Functions in expressions: their arguments, and those that stand for a longer expression."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from engine.language import sugar
from engine.language import tree as t
from engine.language.bounds import day_bounds
from engine.language.functions import FUNCTIONS, Signature
from engine.language.parser import Rough
from engine.language.shapes import is_plain, kind_of
from engine.language.types import DATE, INTEGER, MONEY, NUMBER, Type
from engine.source import hint

if TYPE_CHECKING:
    from engine.language.checker import Checker


def common(items: tuple[t.Tree, ...]) -> Type | None:
    """The type of numbers that are added or compared; None where their units differ."""
    if not any(item.type == MONEY for item in items):
        whole = all(item.type == INTEGER for item in items)
        return INTEGER if whole else NUMBER
    fits = all(item.type == MONEY or is_plain(item) for item in items)
    return MONEY if fits else None


def called(checker: Checker, rough: Rough) -> t.Tree | None:
    signature = FUNCTIONS.get(rough.value)
    if signature is None:
        near = hint(rough.value, FUNCTIONS)
        checker.fault(rough, "expr_unknown_function", name=rough.value, hint=near)
        return None
    most = 99 if signature.repeats else len(signature.args)
    if not signature.least <= len(rough.parts) <= most:
        checker.fault(rough, "expr_arguments", name=rough.value, least=signature.least, most=most)
        return None
    if signature.args[0] == "p":
        return _of_parameter(checker, rough)
    args = [_argument(checker, signature, i, part) for i, part in enumerate(rough.parts)]
    known = tuple(arg for arg in args if arg is not None)
    if len(known) < len(args):
        return None
    if rough.value == "bands":
        return bands(checker, rough, known)
    kind = signature.result
    if kind is None:
        kind = common(known if signature.repeats else known[:1])
        if kind is None:
            checker.fault(
                rough, "expr_units", left=kind_of(known[0].type), right=kind_of(known[1].type)
            )
            return None
    if signature.written:
        return _written_out(checker, rough, known, kind)
    return t.Call(rough.value, known, kind, rough.span)


def _written_out(
    checker: Checker, rough: Rough, args: tuple[t.Tree, ...], kind: Type
) -> t.Tree | None:
    """A function that stands for a longer expression."""
    span = rough.span
    if rough.value == "clamp":
        return sugar.clamp(args, kind, span)
    if rough.value == "months_in":
        return sugar.months_in(args[0], args[1], span)
    if rough.value in ("later", "earlier"):
        sign = ">=" if rough.value == "later" else "<="
        return sugar.picked(sign, args[0], args[1], span)
    make = {"end_of_month": sugar.end_of_month, "next_month": sugar.next_month}
    return make.get(rough.value, sugar.start_of_year)(args[0], span)


def bands(checker: Checker, rough: Rough, args: tuple[t.Tree, ...]) -> t.Tree | None:
    """Marginal bands: the value, then pairs of a threshold and the rate from there on."""
    value, thresholds, rates = args[0], args[1::2], args[2::2]
    if len(thresholds) != len(rates):
        checker.fault(rough, "expr_bands_pairs")
        return None
    kind = common((value, *thresholds))
    if kind is None or any(rate.type == MONEY for rate in rates):
        checker.fault(
            rough, "expr_units", left=kind_of(value.type), right=kind_of(thresholds[0].type)
        )
        return None
    fixed = [item.value for item in thresholds if isinstance(item, t.Const)]
    if not all(_less(a, b) for a, b in pairwise(fixed)):
        checker.fault(rough, "expr_bands_order")
        return None
    if kind == INTEGER:
        kind = NUMBER
    return sugar.bands(args, kind, rough.span)


def _of_parameter(checker: Checker, rough: Rough) -> t.Tree | None:
    """A dated parameter on other days than the one that the policy picks by."""
    first = rough.parts[0]
    name = checker.names.resolve(first.value) if first.kind == "word" else None
    dated = checker.names.dated.get(name or "")
    days = [_argument(checker, Signature("d", 1, None), 0, part) for part in rough.parts[1:]]
    if dated is None:
        near = hint(first.value, checker.names.dated)
        checker.fault(first, "unknown_parameter", name=checker.written(first), hint=near)
        return None
    known = [day for day in days if day is not None]
    if len(known) < len(days) or not _in_force(checker, rough, dated, known[0]):
        return None
    checker.used.add(dated.name)
    if rough.value == "as_of":
        return sugar.as_of(dated, known[0], rough.span)
    return sugar.sum_by_month(dated, known[0], known[1], rough.span)


def _in_force(checker: Checker, rough: Rough, dated: sugar.Dated, day: t.Tree) -> bool:
    """Whether the parameter has a value on every day that the date can be."""
    span = day_bounds(day, checker.names.days)
    first = dated.values[0][0] if dated.values else date.max
    ended = any(value is None for _, value in dated.values)
    if span is not None and first <= span[0] and not ended:
        return True
    shown = span[0].isoformat() if span is not None else checker.written(rough.parts[1])
    checker.fault(rough, "expr_not_in_force", name=dated.name, first=first.isoformat(), day=shown)
    return False


def _argument(checker: Checker, signature: Signature, index: int, part: Rough) -> t.Tree | None:
    letter = signature.args[min(index, len(signature.args) - 1)]
    found = checker.value(part)
    if found is None:
        return None
    if letter == "n" and found.type.is_numeric:
        return found
    if letter == "d" and found.type == DATE:
        return found
    if letter == "k" and found.type == INTEGER:
        return found
    value = found.value if isinstance(found, t.Const) else None
    if letter == "s" and isinstance(value, Fraction) and value > 0:
        return found
    wanted = {"n": NUMBER, "d": DATE}.get(letter, INTEGER)
    code = "expr_not_constant" if letter == "s" else "expr_wrong_kind"
    checker.fault(
        part, code, text=checker.written(part), wanted=kind_of(wanted), found=kind_of(found.type)
    )
    return None


def _less(one: object, two: object) -> bool:
    return isinstance(one, Fraction) and isinstance(two, Fraction) and one < two
