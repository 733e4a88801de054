"""Slow down guessing of passwords, counted in the database so that every process sees it.

An attempt is written and committed as failed before the password is looked at, so that many
guesses at once cannot slip past the count. Attempts while blocked are not written: nobody can
lock a colleague out for ever by trying.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

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
    return _name_blocked(session, username, at) or _address_blocked(session, address, at)


def names_blocked(session: Session, at: datetime) -> dict[str, datetime]:
    """Every name that has failed too often of late → until when it cannot sign in."""
    found = _often(session, LoginAttempt.username, PER_NAME, at)
    held = {name: _name_blocked(session, name, at) for name in found}
    return {name: block.until for name, block in held.items() if block}


def addresses_blocked(session: Session, at: datetime) -> dict[str, datetime]:
    """Every address from which too many have failed of late → until when nobody signs in there."""
    found = _often(session, LoginAttempt.address, PER_ADDRESS, at)
    held = {address: _address_blocked(session, address, at) for address in found}
    return {address: block.until for address, block in held.items() if block}


def _name_blocked(session: Session, username: str, at: datetime) -> Blocked | None:
    since = at - WINDOW
    last_good = session.scalar(
        select(func.max(LoginAttempt.at)).where(
            LoginAttempt.username == username, LoginAttempt.ok, LoginAttempt.at >= since
        )
    )
    failures = _failures(session, LoginAttempt.username == username, last_good or since)
    return _block(failures, PER_NAME)


def _address_blocked(session: Session, address: str, at: datetime) -> Blocked | None:
    return _block(_failures(session, LoginAttempt.address == address, at - WINDOW), PER_ADDRESS)


def _block(failures: list[datetime], limit: int) -> Blocked | None:
    return Blocked(sorted(failures)[-limit] + WINDOW) if len(failures) >= limit else None


def _often(
    session: Session, column: InstrumentedAttribute[str], limit: int, at: datetime
) -> list[str]:
    query = (
        select(column)
        .where(~LoginAttempt.ok, LoginAttempt.at > at - WINDOW)
        .group_by(column)
        .having(func.count() >= limit)
        .order_by(column)
    )
    return list(session.scalars(query))


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
