"""Work that must not be lost: written with the change that asks for it, done later, at least once.

A worker may die in the middle of a task; the message stays until its handler has committed, so
handlers must be safe to repeat.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from models.outbox import OutboxMessage

Handler = Callable[[Session, Mapping[str, object], datetime], None]
Clock = Callable[[], datetime]
LongHandler = Callable[
    [sessionmaker[Session], Mapping[str, object], Clock, Callable[[], None]], None
]
"""Long work in transactions of its own; it calls the last argument now and then, or another worker
takes the work over."""

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)
LEASE = timedelta(minutes=5)
"""How long the worker of long work may be silent."""


def put(
    session: Session,
    topic: str,
    payload: Mapping[str, object],
    *,
    at: datetime,
    key: str | None = None,
    due_at: datetime | None = None,
) -> OutboxMessage | None:
    """Ask for work in the same transaction as the change; a key already there is not put twice."""
    if key is not None:
        known = session.scalar(select(OutboxMessage.id).where(OutboxMessage.key == key))
        if known is not None:
            return None
    message = OutboxMessage(
        topic=topic, key=key, payload=dict(payload), created_at=at, due_at=due_at or at, attempts=0
    )
    session.add(message)
    session.flush()
    return message


def waiting(session: Session, at: datetime, limit: int = 100) -> list[int]:
    """Ids of messages that are due and not done, oldest first."""
    return list(
        session.scalars(
            select(OutboxMessage.id)
            .where(OutboxMessage.done_at.is_(None), OutboxMessage.due_at <= at)
            .order_by(OutboxMessage.due_at, OutboxMessage.id)
            .limit(limit)
        )
    )


def deliver(
    sessions: sessionmaker[Session], message_id: int, handlers: Mapping[str, Handler], at: datetime
) -> bool:
    """Do one message: its effect and its mark commit together. True when it was done here.

    It is claimed first, in a transaction of its own that puts its next try off by a growing
    pause; so a handler that fails, or a worker that dies, leaves it to be tried again. The
    handler's error is kept on the message and goes on to the caller.
    """
    if _claimed(sessions, message_id, at) is None:
        return False
    done = False
    try:
        with sessions.begin() as session:
            message = _locked(session, message_id)
            if message is None or message.done_at is not None:
                return False
            handlers[message.topic](session, message.payload, at)
            message.done_at = at
            message.last_error = None
        done = True
    finally:
        if not done:
            _note_error(sessions, message_id, sys.exception())
    return done


def run_long(
    sessions: sessionmaker[Session],
    message_id: int,
    handlers: Mapping[str, LongHandler],
    clock: Clock,
) -> bool:
    """Do one message whose work takes longer than a transaction should. True when it was done here.

    While the handler shows that it lives nobody else takes the message; when it fails or its
    worker dies it is tried again, so it must go on from what it has written down.
    """
    claimed = _claimed(sessions, message_id, clock())
    if claimed is None:
        return False
    topic, payload = claimed

    def alive() -> None:
        _put_off(sessions, message_id, clock() + LEASE)

    done = False
    alive()
    try:
        handlers[topic](sessions, payload, clock, alive)
        done = True
    finally:
        if not done:
            _note_error(sessions, message_id, sys.exception())
            _put_off(sessions, message_id, clock() + FIRST_PAUSE)
    with sessions.begin() as session:
        message = session.get_one(OutboxMessage, message_id)
        message.done_at, message.last_error = clock(), None
    return True


def topic_of(sessions: sessionmaker[Session], message_id: int) -> str | None:
    """What kind of work a message asks for; None when it is gone."""
    with sessions() as session:
        return session.scalar(select(OutboxMessage.topic).where(OutboxMessage.id == message_id))


def _claimed(
    sessions: sessionmaker[Session], message_id: int, at: datetime
) -> tuple[str, Mapping[str, object]] | None:
    """Put the next try off by a growing pause; the topic and payload, or None where there is
    nothing to do."""
    with sessions.begin() as session:
        message = _locked(session, message_id)
        if message is None or message.done_at is not None or message.due_at > at:
            return None
        message.due_at = at + min(FIRST_PAUSE * 2 ** min(message.attempts, 12), LONGEST_PAUSE)
        message.attempts += 1
        return message.topic, dict(message.payload)


def _put_off(sessions: sessionmaker[Session], message_id: int, until: datetime) -> None:
    with sessions.begin() as session:
        session.get_one(OutboxMessage, message_id).due_at = until


def _locked(session: Session, message_id: int) -> OutboxMessage | None:
    """The row, held; None while another worker holds it."""
    return session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.id == message_id)
        .with_for_update(skip_locked=True)
    ).one_or_none()


def _note_error(
    sessions: sessionmaker[Session], message_id: int, error: BaseException | None
) -> None:
    if error is None:
        return
    with sessions.begin() as session:
        message = session.get_one(OutboxMessage, message_id)
        message.last_error = f"{type(error).__name__}: {error}"[:500]
