"""The office's holiday table and the engine's Calendar. Never guesses a year that is not loaded."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import chinese_calendar
from sqlalchemy import delete, extract, select
from sqlalchemy.orm import Session

from casework import events
from casework.people import Actor
from casework.permissions import Permission
from engine import Calendar
from engine.faults import Fault, Refused
from models.calendar import DayKind, HolidayDay, HolidayYear


def load(session: Session) -> Calendar:
    """Everything the table knows, in the shape that the engine counts with."""
    days = session.execute(select(HolidayDay.day, HolidayDay.kind)).all()
    return Calendar(
        off=frozenset(day for day, kind in days if kind is DayKind.OFF),
        work=frozenset(day for day, kind in days if kind is DayKind.WORK),
        years=frozenset(session.scalars(select(HolidayYear.year))),
    )


def known_days(year: int) -> tuple[frozenset[date], frozenset[date]] | None:
    """(weekdays off, weekend days worked) of a year as published, None for an unknown year."""
    off: set[date] = set()
    work: set[date] = set()
    day = date(year, 1, 1)
    while day.year == year:
        try:
            worked = chinese_calendar.is_workday(day)
        except NotImplementedError:
            return None
        if day.weekday() >= 5 and worked:
            work.add(day)
        if day.weekday() < 5 and not worked:
            off.add(day)
        day += timedelta(days=1)
    return frozenset(off), frozenset(work)


def fill(session: Session, first: int, last: int) -> list[int]:
    """Add the published years first..last that the table does not have; gives the years added.

    A year already there, perhaps edited by hand, is left alone.
    """
    have = set(session.scalars(select(HolidayYear.year)))
    added = []
    for year in range(first, last + 1):
        known = None if year in have else known_days(year)
        if known is None:
            continue
        _write(session, year, *known)
        added.append(year)
    session.flush()
    return added


def put_year(
    session: Session,
    year: int,
    off: frozenset[date],
    work: frozenset[date],
    *,
    by: Actor,
    at: datetime,
) -> None:
    """Replace one year of the table by hand, after the State Council's notice."""
    if not by.holds(Permission.Calendar.WRITE):
        raise Refused((Fault("not_permitted", {"permission": Permission.Calendar.WRITE}),))
    strangers = sorted(day for day in off | work if day.year != year)
    found = [Fault("day_of_other_year", {"day": day, "year": year}) for day in strangers]
    found += [Fault("day_both_ways", {"day": day}) for day in sorted(off & work)]
    found += [
        Fault("day_worked_anyway", {"day": day}) for day in sorted(work - off) if _weekday(day)
    ]
    if not off:  # every year has New Year's Day off: an empty page would wipe the year
        found.append(Fault("year_without_days", {"year": year}))
    if found:
        raise Refused(tuple(found))
    session.execute(delete(HolidayDay).where(extract("year", HolidayDay.day) == year))
    session.execute(delete(HolidayYear).where(HolidayYear.year == year))
    _write(session, year, off, work)
    session.flush()
    data = {"off": sorted(d.isoformat() for d in off), "work": sorted(d.isoformat() for d in work)}
    events.audit(session, by, at, "calendar.put_year", "holiday_year", year, data)


def _weekday(day: date) -> bool:
    return day.weekday() < 5


def _write(session: Session, year: int, off: frozenset[date], work: frozenset[date]) -> None:
    session.add(HolidayYear(year=year))
    session.add_all(HolidayDay(day=day, kind=DayKind.OFF) for day in sorted(off))
    session.add_all(HolidayDay(day=day, kind=DayKind.WORK) for day in sorted(work))
