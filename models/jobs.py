"""Long work that somebody asked for: what, how far it is, and the file that came of it.

What has to be done lies in ``params``; the worker does it in chunks and writes down how far it is,
so that a worker that dies goes on where it stopped. Files lie sealed on disk, not here.
"""

from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import (
    Base,
    Code,
    JsonList,
    JsonObject,
    Moment,
    Name,
    PrimaryKey,
    Uid,
    one_of,
    ordered_text,
)
from models.people import User


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"


class Job(Base):
    """One piece of long work. ``uid`` binds its file to this row."""

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint("done BETWEEN 0 AND total", name="done"),
        Index(None, "by_id", "id"),
        Index(None, "ended_at"),
    )

    id: Mapped[PrimaryKey]
    uid: Mapped[Uid]
    kind: Mapped[Code] = mapped_column(comment="What kind of work")
    title: Mapped[Name] = mapped_column(comment="What the person calls it; name of the file")
    params: Mapped[JsonObject] = mapped_column(default=dict, comment="What the work needs")
    total: Mapped[int] = mapped_column(Integer, comment="How many pieces there are")
    done: Mapped[int] = mapped_column(
        Integer, default=0, server_default="0", comment="How many of them are done"
    )
    state: Mapped[JobState] = mapped_column(
        one_of(JobState, "state"), default=JobState.WAITING, comment="State"
    )
    faults: Mapped[JsonList] = mapped_column(
        default=list, comment="What was left out and why: {where, code, params}"
    )
    filename: Mapped[str | None] = mapped_column(ordered_text(200), comment="Name of its file")
    mime: Mapped[str | None] = mapped_column(ordered_text(100), comment="Media type of its file")
    size: Mapped[int | None] = mapped_column(BigInteger, comment="Bytes of its file, unsealed")
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), comment="Who asked for it")
    asked_at: Mapped[Moment] = mapped_column(comment="When asked for")
    started_at: Mapped[Moment | None] = mapped_column(comment="When first begun")
    ended_at: Mapped[Moment | None] = mapped_column(comment="When it ended")

    by: Mapped[User] = relationship()
