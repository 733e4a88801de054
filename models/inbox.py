"""What the program tells a person, and the mails that carry it out of the house.

A message is told once: its key is unique for each person. A person gets one mail a day, with
everything told by then. A mail is at most sent once: `sending` is written down before the server is
spoken to, and a mail found in that state is never sent again.
"""

from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.applications import Application
from models.base import (
    Base,
    Code,
    Day,
    JsonObject,
    Moment,
    Name,
    PrimaryKey,
    Words,
    big_integer,
    one_of,
    ordered_text,
)
from models.people import User


class MailState(StrEnum):
    """`unsure`: the connection broke after the text was handed over; nobody can know."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    UNSURE = "unsure"


_UNREAD = text("read_at IS NULL")
_OPEN = text("state IN ('waiting', 'sending')")


class InboxMessage(Base):
    """One message to one person."""

    __tablename__ = "inbox_message"
    __table_args__ = (
        UniqueConstraint("user_id", "key"),
        Index(None, "user_id", "id"),
        Index("ix_inbox_message_unread", "user_id", sqlite_where=_UNREAD, postgresql_where=_UNREAD),
    )

    id: Mapped[PrimaryKey]
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), comment="To whom")
    key: Mapped[str] = mapped_column(ordered_text(200), comment="What it is about, told once")
    kind: Mapped[Code] = mapped_column(comment="reminder, escalation, late or calendar")
    application_id: Mapped[int | None] = mapped_column(
        ForeignKey("application.id"), index=True, comment="The application it is about"
    )
    body: Mapped[JsonObject] = mapped_column(
        default=dict, comment="Words in both languages, clause, due date and how it was counted"
    )
    created_at: Mapped[Moment] = mapped_column(comment="When it was put there")
    read_at: Mapped[Moment | None] = mapped_column(comment="When it was marked as read")
    mail_id: Mapped[int | None] = mapped_column(
        big_integer, index=True, comment="Mail that carried it out, if any"
    )

    application: Mapped[Application | None] = relationship()
    user: Mapped[User] = relationship()


class Mail(Base):
    """The mail of a person's day."""

    __tablename__ = "mail"
    __table_args__ = (
        Index("ix_mail_open", "due_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("uq_mail_user_id_on_day", "user_id", "on_day", unique=True),
    )

    id: Mapped[PrimaryKey]
    message_id: Mapped[int] = mapped_column(
        ForeignKey("inbox_message.id"), unique=True, comment="The message: one mail at most"
    )
    address: Mapped[Name] = mapped_column(comment="Where it goes")
    state: Mapped[MailState] = mapped_column(
        one_of(MailState, "state"), default=MailState.WAITING, comment="State"
    )
    attempts: Mapped[int] = mapped_column(
        Integer, default=0, server_default="0", comment="How often it was tried"
    )
    due_at: Mapped[Moment] = mapped_column(comment="Not before")
    done_at: Mapped[Moment | None] = mapped_column(comment="When sent or given up")
    last_error: Mapped[Words | None] = mapped_column(comment="What went wrong last")
    user_id: Mapped[int | None] = mapped_column(
        big_integer, comment="To whom; null in a mail of one message"
    )
    on_day: Mapped[Day | None] = mapped_column(comment="Day whose messages it carries")

    message: Mapped[InboxMessage] = relationship()
