"""Notes that people keep with an application. Rows are added and stay, which triggers enforce.

Taking a note back, or closing it to all but the deciding office, is a row of its own about the
note, so that what was written first stays.
"""

from enum import StrEnum

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.applications import Application
from models.base import Base, Ciphertext, Moment, PrimaryKey, Uid, one_of
from models.people import User
from models.secrets import Sealed, keep_uid


class NoteKind(StrEnum):
    """What a row is: a note, or what became of one."""

    NOTE = "note"
    WITHDRAWAL = "withdrawal"  # its author took it back
    CLOSING = "closing"  # only the deciding office reads it any more


class CaseNote(Base):
    """One note, or one row about a note; its text is sealed and bound to the row.

    Only the sealed bytes may be written anew, under a new key; the audit log holds a keyed mark of
    the text (`casework.case_notes`), so that another text is found out.
    """

    __tablename__ = "case_note"
    __table_args__ = (
        UniqueConstraint("about_id", "kind"),
        CheckConstraint("(kind = 'note') = (about_id IS NULL)", name="about"),
    )

    id: Mapped[PrimaryKey]
    uid: Mapped[Uid]
    application_id: Mapped[int] = mapped_column(
        ForeignKey("application.id"), index=True, comment="The case"
    )
    kind: Mapped[NoteKind] = mapped_column(one_of(NoteKind, "kind"), comment="What this row is")
    about_id: Mapped[int | None] = mapped_column(
        ForeignKey("case_note.id"), comment="Note that it takes back or closes"
    )
    inner_only: Mapped[bool] = mapped_column(
        Boolean, comment="Read only by those who may know who objected"
    )
    content_sealed: Mapped[Ciphertext] = mapped_column(
        comment="Text of the note, or the reason, sealed"
    )
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True, comment="Who")
    at: Mapped[Moment] = mapped_column(comment="When")

    application: Mapped[Application] = relationship()
    by: Mapped[User] = relationship()

    content = Sealed("content", str)
    _keep_uid = keep_uid()
