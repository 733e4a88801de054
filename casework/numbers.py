"""Running numbers of notices, filings and transfers. Never of applications or files of the paper.

A number is a letter pair, the year and a count from 1; it is given in the transaction that uses
it, so a refused list leaves no gap.
"""

from __future__ import annotations

from typing import Literal

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models.settings import next_number

Series = Literal["notice", "filing", "transfer"]
_PREFIX: dict[Series, str] = {"notice": "GS", "filing": "BA", "transfer": "BF"}


def take(session: Session, series: Series, year: int) -> str:
    """The next number of a series in a year, "GS2026-0001"; others wait until this one commits."""
    key = f"{series}:{year}"
    try:
        with session.begin_nested():
            count = next_number(session, key)
    except IntegrityError:  # somebody opened the series in this very moment; now it exists
        count = next_number(session, key)
    return f"{_PREFIX[series]}{year}-{count:04d}"
