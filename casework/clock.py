"""The office's day. The moment itself is always an argument; nothing here reads a clock."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

from engine.faults import Fault
from engine.labels import Label

CHINA = timezone(timedelta(hours=8), "UTC+8")  # no summer time since 1991, one zone for the country


def day_of(at: datetime) -> date:
    """The calendar day in the office at a moment; a moment without a zone is a ValueError."""
    if at.tzinfo is None:
        raise ValueError("a moment needs its zone")
    return at.astimezone(CHINA).date()


def day_faults(on: date, first: date | None, what: Label, today: date, where: str) -> list[Fault]:
    """`date_in_future`, or `date_not_yet` for a day before the one that it follows, called `what`."""
    if on > today:
        return [Fault("date_in_future", {"on": on}, where)]
    if first is not None and on < first:
        return [Fault("date_not_yet", {"on": on, "first": first, "what": what}, where)]
    return []
