"""Slow down guessing of passwords, counted in the database so that every process sees it.

An attempt is written and committed as failed before the password is looked at, so that many
guesses at once cannot slip past the count. Attempts while blocked are not written: nobody can
lock a colleague out for ever by trying.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import LoginAttempt

WINDOW = timedelta(minutes=15)
PER_NAME = 5
PER_ADDRESS = 40  # an office shares one address
NAME_LENGTH = 64


@dataclass(frozen=True)
class Blocked:
    """Too many failures; another attempt is possible from `until`."""

    until: datetime


def blocked(session: Session, username: str, address: str, at: datetime) -> Blocked | None:
    """Whether this name, or this address, has failed too often of late."""
    since = at - WINDOW
    last_good = session.scalar(
        select(func.max(LoginAttempt.at)).where(
            LoginAttempt.username == username, LoginAttempt.ok, LoginAttempt.at >= since
        )
    )
    by_name = _failures(session, LoginAttempt.username == username, last_good or since)
    by_address = _failures(session, LoginAttempt.address == address, since)
    for failures, limit in ((by_name, PER_NAME), (by_address, PER_ADDRESS)):
        if len(failures) >= limit:
            return Blocked(sorted(failures)[-limit] + WINDOW)
    return None


def _failures(session: Session, condition: object, since: datetime) -> list[datetime]:
    found = session.scalars(
        select(LoginAttempt.at).where(condition, ~LoginAttempt.ok, LoginAttempt.at > since)  # type: ignore[arg-type]  # a SQL condition
    )
    return list(found)


def begin(session: Session, username: str, address: str, at: datetime) -> LoginAttempt:
    """Write an attempt as failed; the caller commits before it looks at the password."""
    attempt = LoginAttempt(username=username, at=at, ok=False, address=address)
    session.add(attempt)
    session.flush()
    return attempt


def known_name(typed: str) -> str:
    """The name as accounts and attempts store it."""
    return typed.strip().casefold()[:NAME_LENGTH]
