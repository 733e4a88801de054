"""The clock of the edge: everything below takes time as an argument. A test may set it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from flask import current_app


def now() -> datetime:
    """This moment in UTC, or what the configuration's CLOCK says."""
    clock = current_app.config.get("CLOCK")
    moment: datetime = clock() if clock else datetime.now(UTC)
    return moment


def zone() -> ZoneInfo:
    """The office's time zone."""
    return ZoneInfo(current_app.config["TIMEZONE"])


def today() -> date:
    """The date on the office's wall."""
    return now().astimezone(zone()).date()
