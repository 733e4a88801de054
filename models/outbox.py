"""Work to be done after the commit, written in the same transaction, so none gets lost."""

from sqlalchemy import Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Code, JsonObject, Moment, PrimaryKey, Words, ordered_text

_WAITING = text("done_at IS NULL")


class OutboxMessage(Base):
    """One piece of work. A ``key`` makes it wait only once, however often it is asked for."""

    __tablename__ = "outbox_message"
    __table_args__ = (
        Index(
            "ix_outbox_message_waiting",
            "due_at",
            "id",
            sqlite_where=_WAITING,
            postgresql_where=_WAITING,
        ),
    )

    id: Mapped[PrimaryKey]
    topic: Mapped[Code] = mapped_column(comment="What kind of work")
    key: Mapped[str | None] = mapped_column(
        ordered_text(200), unique=True, comment="Identity of the work, if it must be done once"
    )
    payload: Mapped[JsonObject] = mapped_column(default=dict, comment="What the work needs")
    created_at: Mapped[Moment] = mapped_column(comment="When written")
    due_at: Mapped[Moment] = mapped_column(comment="Not before")
    attempts: Mapped[int] = mapped_column(
        Integer, default=0, server_default="0", comment="How often it was tried"
    )
    done_at: Mapped[Moment | None] = mapped_column(comment="When done")
    last_error: Mapped[Words | None] = mapped_column(comment="What went wrong last")
