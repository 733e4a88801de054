"""The functions an expression may call: their arguments and result. Evaluators bring the meaning.

Argument letters: n a number or amount, k a constant whole number, d a date. Result: "same" is the
common type of the n arguments, else a type.

- min(n, n, …), max(n, n, …)
- round(n, step), round_up(n, step), round_down(n, step): to a multiple of the constant step (1 if
  left out); round goes half away from zero, the others towards plus and minus infinity
- year(d), month(d), day(d)
- days_between(d, d), months_between(d, d), years_between(d, d): completed ones, from the first to
  the second, negative if the second is earlier
- add_days(d, k), add_months(d, k): a day the month does not have becomes its last day
- end_of_year(d)
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.language.types import DATE, INTEGER, Type


@dataclass(frozen=True, slots=True)
class Signature:
    args: str
    least: int
    result: Type | None
    """None: the common type of the numeric arguments."""
    repeats: bool = False


FUNCTIONS: dict[str, Signature] = {
    "min": Signature("n", 2, None, repeats=True),
    "max": Signature("n", 2, None, repeats=True),
    "round": Signature("ns", 1, None),
    "round_up": Signature("ns", 1, None),
    "round_down": Signature("ns", 1, None),
    "year": Signature("d", 1, INTEGER),
    "month": Signature("d", 1, INTEGER),
    "day": Signature("d", 1, INTEGER),
    "days_between": Signature("dd", 2, INTEGER),
    "months_between": Signature("dd", 2, INTEGER),
    "years_between": Signature("dd", 2, INTEGER),
    "add_days": Signature("dk", 2, DATE),
    "add_months": Signature("dk", 2, DATE),
    "end_of_year": Signature("d", 1, DATE),
}
