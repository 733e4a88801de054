"""The machine at a glance, for an administrator: accounts, the audit chain, the work behind the scenes.

Looks only. The whole audit chain is walked by `python -m casework verify-audit`; here only its end.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from casework.people import Actor
from casework.permissions import Permission
from models import audit
from models.audit import AuditHead, AuditRecord
from models.inbox import Mail, MailState
from models.outbox import OutboxMessage
from models.people import LoginAttempt, User, UserRole

STUCK = timedelta(minutes=10)
"""The worker looks every minute; work that is due for longer than this nobody does."""
LAST_LINKS = 100
"""Links of the audit chain that are recomputed at a glance."""


@dataclass(frozen=True, slots=True)
class Chain:
    """The audit log at a glance: how many records, the newest, and whether its end holds."""

    count: int
    last_at: datetime | None
    sound: bool


@dataclass(frozen=True, slots=True)
class Worker:
    """The work behind the scenes: what is due, since when, what failed, what was done last."""

    waiting: int
    since: datetime | None
    failing: int
    last_done: datetime | None
    stuck: bool


@dataclass(frozen=True, slots=True)
class Mails:
    """Mails on their way, tried in vain so far, given up, and sent or not: nobody knows."""

    waiting: int
    failing: int
    refused: int
    unsure: int


@dataclass(frozen=True, slots=True)
class Machine:
    """What an administrator looks at first. `without_role`: (id, name) of open accounts that
    hold no role today, the first of `without_role_count`."""

    without_role: tuple[tuple[int, str], ...]
    without_role_count: int
    failed_sign_ins: int
    chain: Chain
    worker: Worker
    mails: Mails


def machine(session: Session, by: Actor, at: datetime, today: date) -> Machine | None:
    """For whoever keeps the accounts; None for everybody else."""
    if not by.holds(Permission.User.GRANT):
        return None
    held = exists().where(
        UserRole.user_id == User.id,
        UserRole.from_on <= today,
        or_(UserRole.until_on.is_(None), UserRole.until_on >= today),
    )
    idle = select(User.id, User.display_name).where(User.active, ~held)
    count = session.scalar(select(func.count()).select_from(idle.subquery())) or 0
    first = session.execute(idle.order_by(User.id).limit(5)).all() if count else []
    failed = session.scalar(
        select(func.count(LoginAttempt.id)).where(
            ~LoginAttempt.ok, LoginAttempt.at >= at - timedelta(days=1)
        )
    )
    return Machine(
        tuple((number, name) for number, name in first),
        count,
        failed or 0,
        chain(session),
        worker(session, at),
        mails(session),
    )


def chain(session: Session) -> Chain:
    """The head against the last record, and the last links recomputed."""
    head = session.get(AuditHead, 1)
    rows = session.scalars(
        select(AuditRecord).order_by(AuditRecord.seq.desc()).limit(LAST_LINKS)
    ).all()
    if head is None:
        return Chain(len(rows), rows[0].at if rows else None, sound=False)
    last_seq, last_hash = (rows[0].seq, rows[0].hash) if rows else (0, head.hash)
    sound = (head.count, head.hash) == (last_seq, last_hash)
    sound = sound and all(audit.digest(row) == row.hash for row in rows)
    sound = sound and all(
        (new.prev_hash, new.seq) == (old.hash, old.seq + 1) for new, old in pairwise(rows)
    )
    return Chain(head.count, rows[0].at if rows else None, sound)


def worker(session: Session, at: datetime) -> Worker:
    """What the outbox says of the worker; it keeps no other sign of life."""
    open_ones = (OutboxMessage.done_at.is_(None), OutboxMessage.due_at <= at)
    waiting, since = session.execute(
        select(
            func.count(OutboxMessage.id),
            func.min(OutboxMessage.due_at, type_=OutboxMessage.due_at.type),
        ).where(*open_ones)
    ).one()
    failing = session.scalar(
        select(func.count(OutboxMessage.id)).where(
            OutboxMessage.done_at.is_(None), OutboxMessage.attempts > 0
        )
    )
    last = session.scalar(
        select(OutboxMessage.done_at)
        .where(OutboxMessage.done_at.is_not(None))
        .order_by(OutboxMessage.id.desc())
        .limit(1)
    )
    stuck = since is not None and at - since > STUCK
    return Worker(waiting, since, failing or 0, last, stuck)


def mails(session: Session) -> Mails:
    """How the mails stand. Those in doubt are never sent again; the message is in the inbox."""
    rows = session.execute(select(Mail.state, func.count(Mail.id)).group_by(Mail.state))
    counts = {row[0]: row[1] for row in rows}
    failing = session.scalar(
        select(func.count(Mail.id)).where(Mail.state == MailState.WAITING, Mail.attempts > 0)
    )
    return Mails(
        counts.get(MailState.WAITING, 0) + counts.get(MailState.SENDING, 0),
        failing or 0,
        counts.get(MailState.REFUSED, 0),
        counts.get(MailState.UNSURE, 0),
    )
