"""The audit log: who did, read or was refused what, in one hash chain.

Each record's SHA-256 covers its own content and the hash before it. ``audit_head`` keeps the
count and last hash under a keyed seal, so that a cut-off tail or a chain made anew is found
too. Rows can only be added, which triggers enforce.
"""

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Code, ExactObject, Moment, Name, PrimaryKey, ordered_text

GENESIS = "0" * 64


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
