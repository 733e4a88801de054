"""What a person is told by the program: put there once, counted, marked as read by himself only.

A message carries words in both languages, since its reader may change the language.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from casework.people import Actor
from engine.labels import Label
from models.inbox import InboxMessage


@dataclass(frozen=True, slots=True)
class Notice:
    """What is to be told. `key` says what it is about, so that nobody is told twice."""

    key: str
    kind: str
    title: Label
    application_id: int | None = None
    body: Mapping[str, object] = field(default_factory=dict)


def told(session: Session, application_ids: Sequence[int]) -> frozenset[tuple[int, str]]:
    """(user, key) of every message about these applications; one query."""
    rows = session.execute(
        select(InboxMessage.user_id, InboxMessage.key).where(
            InboxMessage.application_id.in_(application_ids)
        )
    )
    return frozenset((user_id, key) for user_id, key in rows)


def tell(
    session: Session,
    user_ids: Sequence[int],
    notice: Notice,
    at: datetime,
    known: frozenset[tuple[int, str]] = frozenset(),
) -> int:
    """Put the message before each of them who was not told yet; gives how many were told. `known`
    spares the question where the answer has been read for many at once.

    Two workers at once tell once: the database keeps one key for each person. What is told goes
    into the mail of his day (`casework.jobs.mail`).
    """
    wanted = [one for one in dict.fromkeys(user_ids) if (one, notice.key) not in known]
    if not wanted:
        return 0
    body = {**notice.body, "zh": notice.title.zh, "en": notice.title.en}
    return sum(_put(session, user_id, notice, body, at) is not None for user_id in wanted)


def _put(
    session: Session, user_id: int, notice: Notice, body: Mapping[str, object], at: datetime
) -> int | None:
    on_server = session.get_bind().dialect.name == "postgresql"
    insert = postgresql.insert if on_server else sqlite.insert
    return session.execute(
        insert(InboxMessage)
        .values(
            user_id=user_id,
            key=notice.key,
            kind=notice.kind,
            application_id=notice.application_id,
            body=dict(body),
            created_at=at,
        )
        .on_conflict_do_nothing(index_elements=[InboxMessage.user_id, InboxMessage.key])
        .returning(InboxMessage.id)
    ).scalar_one_or_none()


def unread(session: Session, by: Actor) -> int:
    """How many messages of this person are not marked as read."""
    query = select(func.count(InboxMessage.id)).where(
        InboxMessage.user_id == by.user_id, InboxMessage.read_at.is_(None)
    )
    return session.scalar(query) or 0


def mark_read(session: Session, message_ids: Sequence[int], *, by: Actor, at: datetime) -> int:
    """Mark these messages as read, only his own; gives how many were unread."""
    return _mark(session, by, at, message_ids)


def mark_all_read(session: Session, up_to: int, *, by: Actor, at: datetime) -> int:
    """Mark all messages up to the newest one that he has seen (by number) as read."""
    return _mark(session, by, at, None, up_to)


def _mark(
    session: Session,
    by: Actor,
    at: datetime,
    message_ids: Sequence[int] | None,
    up_to: int | None = None,
) -> int:
    change = (
        update(InboxMessage)
        .where(InboxMessage.user_id == by.user_id, InboxMessage.read_at.is_(None))
        .values(read_at=at)
        .returning(InboxMessage.id)
    )
    if message_ids is not None:
        change = change.where(InboxMessage.id.in_(message_ids))
    if up_to is not None:
        change = change.where(InboxMessage.id <= up_to)
    return len(session.execute(change).all())
