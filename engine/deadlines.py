"""Due dates, how each was counted, and what was late (clauses 4.4 and 4.6).

Counts and compares only: lateness is flagged, it never denies anything.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from engine.calendar import Calendar, Count, add_days, after_working_days
from engine.faults import Fault
from engine.inputs import Inputs
from engine.procedure import DeadlineRule, Procedure, WithProcedure
from engine.words import chinese_date, english_date

LISTED_DAYS = 10
"""So many working days are named one by one in the words of a count."""


@dataclass(frozen=True, slots=True)
class Due:
    """A due date and how it was counted; `date` is None where a calendar year is missing, and the
    faults say which."""

    date: dt.date | None
    counted_zh: str
    counted_en: str
    faults: tuple[Fault, ...]
    clause: str

    def counted(self, lang: str) -> str:
        """How it was counted, in words."""
        return self.counted_en if lang == "en" else self.counted_zh


def due(policy: WithProcedure, deadline_id: str, from_date: dt.date, calendar: Calendar) -> Due:
    """When the named deadline ends, counted from its base date, which is not counted itself.

    Calendar days run through holidays and the end does not move off one. Working days follow the
    calendar, make-up days included; without its year there is no date. KeyError for an unknown
    name, Refused beyond the last year there is.
    """
    rule = policy.procedure.deadlines[deadline_id]
    base = policy.procedure.dates[rule.from_date].label
    days = rule.counting.days
    if rule.counting.working:
        found = after_working_days(from_date, days, calendar)
    else:
        found = Count(add_days(from_date, days))
    if found.end is None:
        return _unknown(found.missing_years, rule.clause)
    zh_unit, en_unit = ("个工作日", "working") if rule.counting.working else ("天", "calendar")
    zh_days, en_days = _listed(found.counted)
    zh_end, en_end = chinese_date(found.end), english_date(found.end)
    holidays = (
        ("，节假日不顺延", "; holidays do not move it") if not rule.counting.working else ("", "")
    )
    return Due(
        found.end,
        f"自{chinese_date(from_date)}（{base.zh}）次日起算{days}{zh_unit}{zh_days}{holidays[0]}，至{zh_end}。",
        f"{days} {en_unit} days{en_days} counted from the day after {english_date(from_date)} "
        f"({base.en}){holidays[1]}: due {en_end}.",
        (),
        rule.clause,
    )


def _unknown(years: tuple[int, ...], clause: str) -> Due:
    named = [str(year) for year in years]
    return Due(
        None,
        f"缺少{'、'.join(named)}年的节假日安排，无法推算。",
        f"Cannot be counted: calendar for {', '.join(named)} missing.",
        tuple(Fault("holiday_calendar", {"year": year}) for year in years),
        clause,
    )


def _listed(days: tuple[dt.date, ...]) -> tuple[str, str]:
    """The working days that were counted, where they are few."""
    if not 0 < len(days) <= LISTED_DAYS:
        return "", ""
    zh = "、".join(f"{day.month}月{day.day}日" for day in days)
    en = ", ".join(" ".join(english_date(day).split()[:2]) for day in days)
    return f"（{zh}）", f" ({en})"


def deadlines(
    policy: WithProcedure, data: Mapping[str, object], calendar: Calendar, lang: str = "zh"
) -> dict[str, object]:
    """Due dates and flags from the dates of requirements §4.

    The answer holds a due date ({"date", "counted"}) for each deadline whose base date is given,
    and "flags". A base date that must be known and is given as null has the date null and the flag
    `missing:NAME`; a missing calendar year likewise. `on_time` is there when something could be
    judged and there is no other flag. Refused where an input is of the wrong kind.
    """
    procedure = policy.procedure
    given = Inputs(data, procedure.dates)
    dates = {name: given.day(name) for name in procedure.dates}
    given.refuse()
    answer: dict[str, object] = {}
    late: list[str] = []
    missing: list[str] = []
    judged = False
    for rule in procedure.deadlines.values():
        base, met = dates[rule.from_date], dates[rule.met_by]
        if base is None:
            if given.has(rule.from_date) and procedure.dates[rule.from_date].must_be_known:
                answer[rule.id] = {"date": None, "counted": _no_base(procedure, rule, lang)}
                missing.append(f"missing:{rule.from_date}")
            continue
        found = due(policy, rule.id, base, calendar)
        answer[rule.id] = {
            "date": found.date.isoformat() if found.date else None,
            "counted": found.counted(lang),
        }
        missing += [f"missing:holiday_calendar_{fault.params['year']}" for fault in found.faults]
        if found.date is not None and met is not None:
            judged = True
            late += [rule.late] if met > found.date else []
    flags = late + (["date_order_error"] if _disordered(procedure, dates) else [])
    flags += dict.fromkeys(missing)
    answer["flags"] = flags or (["on_time"] if judged else [])
    return answer


def _no_base(procedure: Procedure, rule: DeadlineRule, lang: str) -> str:
    label = procedure.dates[rule.from_date].label
    if lang == "en":
        return f"Cannot be counted: {label.en} is not known."
    return f"{label.zh}未知，无法推算。"


def _disordered(procedure: Procedure, dates: Mapping[str, dt.date | None]) -> bool:
    """Whether something is dated before what it follows."""
    pairs = {(rule.from_date, rule.met_by) for rule in procedure.deadlines.values()}
    pairs |= {(first, name.id) for name in procedure.dates.values() for first in name.not_before}
    for first, second in pairs:
        one, two = dates[first], dates[second]
        if one is not None and two is not None and two < one:
            return True
    return False
