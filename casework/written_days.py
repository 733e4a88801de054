"""Dates as people write them: 2010年12月3日, 2010-12-03, 2010/12/3 or 2010.12.3."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

WRITTEN = r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
_DAY = re.compile(WRITTEN + r"\Z")


def read_day(text: str) -> date | None:
    """The date that a text means; None where it is none."""
    found = _DAY.match(unicodedata.normalize("NFKC", text).strip())
    if found is None:
        return None
    try:
        return date(*(int(part) for part in found.groups()))
    except ValueError:
        return None
