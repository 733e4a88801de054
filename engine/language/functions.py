"""The functions an expression may call: their names, arguments and result.

Argument letters: n a number or amount, s a constant step above zero, k a whole number, d a date,
p the name of a dated parameter. Result None is the common type of the n arguments.

Primitive ones, which each evaluator brings:
- min(n, n, …), max(n, n, …)
- round(n, step), round_half_even, round_half_down, round_up, round_down: to a multiple of the
  constant step (1 if left out); a half goes away from zero, to the even multiple, towards zero;
  up and down go towards plus and minus infinity
- year(d), month(d), day(d)
- days_between(d, d), months_between(d, d), years_between(d, d): completed ones, from the first to
  the second, negative if the second is earlier
- add_days(d, k), add_months(d, k): a day the month does not have becomes its last day
- end_of_year(d), start_of_month(d)

The others (`written`) stand for expressions of these; engine.language.sugar writes them out.
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
    """The last letter stands for any number of arguments."""
    zh: str = ""
    """The name in the Chinese writing."""
    written: bool = False
    """Written out over other functions; no evaluator knows it."""


FUNCTIONS: dict[str, Signature] = {
    "min": Signature("n", 2, None, repeats=True, zh="取小"),
    "max": Signature("n", 2, None, repeats=True, zh="取大"),
    "clamp": Signature("nnn", 3, None, zh="限于", written=True),
    "bands": Signature("nn", 3, None, repeats=True, zh="分段累计", written=True),
    "round": Signature("ns", 1, None, zh="四舍五入"),
    "round_half_even": Signature("ns", 1, None, zh="四舍六入五成双"),
    "round_half_down": Signature("ns", 1, None, zh="五舍六入"),
    "round_up": Signature("ns", 1, None, zh="向上取整"),
    "round_down": Signature("ns", 1, None, zh="向下取整"),
    "year": Signature("d", 1, INTEGER, zh="年份"),
    "month": Signature("d", 1, INTEGER, zh="月份"),
    "day": Signature("d", 1, INTEGER, zh="日号"),
    "days_between": Signature("dd", 2, INTEGER, zh="相差天数"),
    "months_between": Signature("dd", 2, INTEGER, zh="满月数"),
    "years_between": Signature("dd", 2, INTEGER, zh="满年数"),
    "add_days": Signature("dk", 2, DATE, zh="加天"),
    "add_months": Signature("dk", 2, DATE, zh="加月"),
    "later": Signature("dd", 2, DATE, zh="较晚", written=True),
    "earlier": Signature("dd", 2, DATE, zh="较早", written=True),
    "start_of_month": Signature("d", 1, DATE, zh="月初"),
    "end_of_month": Signature("d", 1, DATE, zh="月末", written=True),
    "next_month": Signature("d", 1, DATE, zh="次月起", written=True),
    "start_of_year": Signature("d", 1, DATE, zh="年初", written=True),
    "end_of_year": Signature("d", 1, DATE, zh="年末"),
    "months_in": Signature("dd", 2, INTEGER, zh="所含月数", written=True),
    "as_of": Signature("pd", 2, None, zh="按日期", written=True),
    "sum_by_month": Signature("pdd", 3, None, zh="按月累计", written=True),
}
