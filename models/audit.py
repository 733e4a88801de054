"""The audit log: who did, read or was refused what, in one hash chain.

Each record's SHA-256 covers its own content and the hash before it. ``audit_head`` keeps the
count and last hash under a keyed seal, so that a cut-off tail or a chain made anew is found
too. Rows can only be added, which triggers enforce.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    func,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import (
    Base,
    Code,
    ExactObject,
    Moment,
    Name,
    PrimaryKey,
    canonical_json,
    ordered_text,
)
from models.secrets import keyring

GENESIS = "0" * 64
_CHAIN_LOCK = 0x53554E02  # any number, the same in every process


class AuditRecord(Base):
    """One link of the chain."""

    __tablename__ = "audit_record"
    __table_args__ = (
        Index(None, "object_type", "object_id", "seq"),
        Index(None, "actor_id", "seq"),
        Index(None, "action", "seq"),
        Index(None, "at"),
    )

    id: Mapped[PrimaryKey]
    seq: Mapped[int] = mapped_column(BigInteger, unique=True, comment="1, 2, 3 … without a gap")
    at: Mapped[Moment] = mapped_column(comment="When")
    actor_id: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id"), comment="Who; null is nobody signed in or the software"
    )
    actor_name: Mapped[Name] = mapped_column(comment="His name at that time")
    action: Mapped[Code] = mapped_column(comment="What was done, read or refused")
    object_type: Mapped[Code] = mapped_column(comment="Kind of thing")
    object_id: Mapped[str | None] = mapped_column(ordered_text(64), comment="Which one")
    data: Mapped[ExactObject] = mapped_column(comment="Details; never a number in clear")
    prev_hash: Mapped[str] = mapped_column(
        String(64), unique=True, comment="Hash of the record before; unique, so no fork"
    )
    hash: Mapped[str] = mapped_column(String(64), unique=True, comment="SHA-256 of this record")


class AuditHead(Base):
    """The end of the chain: one row, moved on by one with each record."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(
        Integer, primary_key=True, autoincrement=False, comment="Always 1"
    )
    count: Mapped[int] = mapped_column(BigInteger, comment="Records in the chain")
    hash: Mapped[str] = mapped_column(String(64), comment="Hash of the last one")
    seal: Mapped[bytes | None] = mapped_column(
        LargeBinary, comment="Keyed hash over count and hash; null only while empty"
    )


class AuditError(RuntimeError):
    """The chain cannot be continued: its head is missing or not what the last record says."""


class ProblemKind(StrEnum):
    """What is wrong with the chain at one place."""

    CHANGED = "changed"  # the content does not give the hash
    REMOVED = "removed"  # a number is missing in between
    BROKEN = "broken"  # does not follow the record before it
    CUT_OFF = "cut_off"  # the head counts more records than there are
    INSERTED = "inserted"  # there are records that the head does not count
    HEAD_MISSING = "head_missing"
    HEAD_FORGED = "head_forged"  # the head was written without the key


@dataclass(frozen=True)
class AuditProblem:
    """One finding of ``verify``: its kind and the number in the chain, 0 for the head."""

    kind: ProblemKind
    seq: int


def append(
    session: Session,
    *,
    at: datetime,
    actor_id: int | None,
    actor_name: str,
    action: str,
    object_type: str,
    object_id: str | None = None,
    data: Mapping[str, Any] | None = None,
) -> AuditRecord:
    """Add one record at the end of the chain and flush.

    Others that append wait until this transaction ends, so call it last in a verb. ``data``
    holds plain JSON. Raises AuditError without a head: the database was not migrated.
    """
    _lock(session)
    head = session.get(AuditHead, 1, populate_existing=True, with_for_update=True)
    if head is None:
        raise AuditError("the audit log has no head: run the migrations")
    record = AuditRecord(
        seq=head.count + 1,
        at=at,
        actor_id=actor_id,
        actor_name=actor_name,
        action=action,
        object_type=object_type,
        object_id=object_id,
        data=dict(data or {}),
        prev_hash=head.hash,
    )
    record.hash = digest(record)
    session.add(record)
    head.count, head.hash = record.seq, record.hash
    head.seal = keyring().mark(_head_content(head))
    session.flush()
    return record


def digest(record: AuditRecord) -> str:
    """SHA-256 in hex over the canonical JSON of everything in ``record`` but its own hash."""
    content = {
        "seq": record.seq,
        "at": record.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor_id": record.actor_id,
        "actor_name": record.actor_name,
        "action": record.action,
        "object_type": record.object_type,
        "object_id": record.object_id,
        "data": record.data,
        "prev_hash": record.prev_hash,
    }
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()


def verify(session: Session) -> list[AuditProblem]:
    """Walk the whole chain; an empty list means that nothing was changed, removed or added.

    Reads in constant memory, in the order of the chain. Needs the key, for the head's seal.
    """
    problems: list[AuditProblem] = []
    seq, last = 0, GENESIS
    rows = session.scalars(
        select(AuditRecord)
        .order_by(AuditRecord.seq, AuditRecord.id)
        .execution_options(yield_per=1000, populate_existing=True)
    )
    for record in rows:
        if record.seq > seq + 1:
            problems.append(AuditProblem(ProblemKind.REMOVED, seq + 1))
        elif record.prev_hash != last:
            problems.append(AuditProblem(ProblemKind.BROKEN, record.seq))
        if digest(record) != record.hash:
            problems.append(AuditProblem(ProblemKind.CHANGED, record.seq))
        seq, last = record.seq, record.hash
        session.expunge(record)
    return problems + _head_problems(session, seq, last)


def _head_problems(session: Session, seq: int, last: str) -> list[AuditProblem]:
    head = session.get(AuditHead, 1, populate_existing=True)
    if head is None:
        return [AuditProblem(ProblemKind.HEAD_MISSING, 0)]
    problems = []
    if head.count > seq:
        problems.append(AuditProblem(ProblemKind.CUT_OFF, seq + 1))
    elif head.count < seq:
        problems.append(AuditProblem(ProblemKind.INSERTED, head.count + 1))
    elif head.hash != last:
        problems.append(AuditProblem(ProblemKind.CHANGED, seq))
    empty = head.count == 0 and head.seal is None
    if not empty and not keyring().is_marked(_head_content(head), head.seal or b""):
        problems.append(AuditProblem(ProblemKind.HEAD_FORGED, 0))
    return problems


def _head_content(head: AuditHead) -> bytes:
    return f"{head.count}:{head.hash}".encode()


def _lock(session: Session) -> None:
    """One writer at a time. SQLite's transaction holds the write lock already."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_CHAIN_LOCK)))
