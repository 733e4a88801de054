"""Working days under a calendar of holidays and make-up days, year by year.

A year that is not loaded is unknown: nothing is guessed about its days. The clock is no business
of this module.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, timedelta

from engine.faults import Fault, Refused
from engine.inputs import Inputs
from engine.messages import register

register(
    {
        "holiday_both": (
            "{day}既列为放假又列为上班，请只保留一处。",
            "{day} is listed both as off and as work. Keep one.",
        ),
        "holiday_calendar": (
            "缺少{year}年的节假日安排，请先录入后再计算工作日。",
            "The holiday calendar for {year} is missing. Enter it before working days are counted.",
        ),
        "date_too_far": (
            "日期超出可计算的范围。",
            "The date is outside the range that can be counted.",
        ),
    }
)


LONGEST_SPAN = 3660
"""Days; ten years, longer than anything that is counted here."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """`off` are days off besides weekends, `work` make-up days, `years` the years that are known."""

    off: frozenset[date] = frozenset()
    work: frozenset[date] = frozenset()
    years: frozenset[int] = frozenset()

    def knows(self, day: date) -> bool:
        """Whether the calendar of the day's year is loaded."""
        return day.year in self.years

    def is_working(self, day: date) -> bool | None:
        """Whether the day is worked; None where its year is not loaded."""
        if not self.knows(day):
            return None
        if day in self.work:
            return True
        return day.weekday() < 5 and day not in self.off


@dataclass(frozen=True, slots=True)
class Count:
    """The end of a count: the date or the missing years, and the days that were counted."""

    end: date | None
    counted: tuple[date, ...] = ()
    missing_years: tuple[int, ...] = ()


def add_days(start: date, days: int) -> date:
    """The calendar day `days` after `start`; Refused beyond the last year there is."""
    try:
        return start + timedelta(days)
    except OverflowError:
        raise Refused([Fault("date_too_far")]) from None


def after_working_days(start: date, days: int, calendar: Calendar) -> Count:
    """The `days`-th working day after `start`, which itself is not counted.

    Where a year is missing there is no date. Days of missing years are then taken as worked, only
    to find out which further years the count would reach at the least.
    """
    counted: list[date] = []
    missing: list[int] = []
    day = start
    while len(counted) < days:
        day = add_days(day, 1)
        working = calendar.is_working(day)
        if working is None and day.year not in missing:
            missing.append(day.year)
        if working is not False:
            counted.append(day)
    if missing:
        return Count(None, (), tuple(missing))
    return Count(day, tuple(counted))


def working_days_between(first: date, last: date, calendar: Calendar) -> Count:
    """The working days from `first` to `last`, both included, in `counted`; `end` is `last`.

    Refused where the two lie more than LONGEST_SPAN apart.
    """
    if (last - first).days > LONGEST_SPAN:
        raise Refused([Fault("date_too_far")])
    counted: list[date] = []
    missing: list[int] = []
    day = first
    while day <= last:
        working = calendar.is_working(day)
        if working is None and day.year not in missing:
            missing.append(day.year)
        if working:
            counted.append(day)
        if day == date.max:
            break
        day += timedelta(1)
    if missing:
        return Count(None, (), tuple(missing))
    return Count(last, tuple(counted))


def read_calendar(data: Mapping[str, object]) -> Calendar:
    """A calendar from {"off": [dates], "work": [dates], "years": [years]}; Refused with every
    fault. An absent list is empty."""
    given = Inputs(data, ("off", "work", "years"))
    off, work = given.dates("off"), given.dates("work")
    years = given.integers("years", MINYEAR, MAXYEAR)
    for day in sorted(set(off) & set(work)):
        given.fault("holiday_both", "work", day=day.isoformat())
    given.refuse()
    return Calendar(frozenset(off), frozenset(work), frozenset(years))
