"""The office's day. The moment itself is always an argument; nothing here reads a clock."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8), "UTC+8")  # no summer time since 1991, one zone for the country


def day_of(at: datetime) -> date:
    """The calendar day in the office at a moment; a moment without a zone is a ValueError."""
    if at.tzinfo is None:
        raise ValueError("a moment needs its zone")
    return at.astimezone(CHINA).date()
