"""Scans and papers kept with a case, a member, a notice or minutes. The bytes lie sealed on disk, not here."""

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Integer
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.applications import Application
from models.base import Base, Code, Moment, Name, PrimaryKey, Sha256, Uid, ordered_text
from models.meetings import Minutes
from models.members import Member
from models.notices import Notice


class Attachment(Base):
    """One file. ``uid`` binds its ciphertext to this row."""

    __tablename__ = "attachment"
    __table_args__ = (
        CheckConstraint("size >= 0", name="size"),
        CheckConstraint("copies >= 1", name="copies"),
    )

    id: Mapped[PrimaryKey]
    uid: Mapped[Uid]
    application_id: Mapped[int | None] = mapped_column(
        ForeignKey("application.id"), index=True, comment="Case it belongs to"
    )
    member_id: Mapped[int | None] = mapped_column(
        ForeignKey("member.id"), index=True, comment="Member it belongs to"
    )
    kind: Mapped[Code] = mapped_column(comment="Code of the evidence, or a free kind")
    filename: Mapped[Name] = mapped_column(comment="Name as uploaded")
    mime: Mapped[str] = mapped_column(ordered_text(100), comment="Media type, as checked")
    size: Mapped[int] = mapped_column(BigInteger, comment="Bytes before sealing")
    sha256: Mapped[Sha256] = mapped_column(index=True, comment="Hash before sealing")
    storage_key: Mapped[Name] = mapped_column(unique=True, comment="Where the sealed bytes lie")
    copies: Mapped[int] = mapped_column(
        Integer, default=1, server_default="1", comment="Paper copies handed in"
    )
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True, comment="Who")
    at: Mapped[Moment] = mapped_column(comment="When")
    notice_id: Mapped[int | None] = mapped_column(
        ForeignKey("notice.id"), index=True, comment="Notice that it shows"
    )
    minutes_id: Mapped[int | None] = mapped_column(
        ForeignKey("minutes.id"), index=True, comment="Minutes that it shows"
    )

    application: Mapped[Application | None] = relationship(back_populates="attachments")
    member: Mapped[Member | None] = relationship()
    notice: Mapped[Notice | None] = relationship()
    minutes: Mapped[Minutes | None] = relationship()
