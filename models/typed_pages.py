"""What somebody has typed on a page and not saved yet, so that a closed window loses nothing."""

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Ciphertext, Code, Moment, PrimaryKey, Uid
from models.secrets import Sealed, keep_uid


class TypedPage(Base):
    """One page of one person as it was typed, sealed whole: it may hold anything that a form asks.
    It is nobody else's, no record of the office, and goes when the page is saved."""

    __tablename__ = "typed_page"
    __table_args__ = (UniqueConstraint("user_id", "place"),)

    id: Mapped[PrimaryKey]
    uid: Mapped[Uid]
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), comment="Who typed it")
    place: Mapped[Code] = mapped_column(index=True, comment="Which page, application:12")
    content_sealed: Mapped[Ciphertext] = mapped_column(
        comment="Names and texts of the controls as JSON, sealed"
    )
    at: Mapped[Moment] = mapped_column(comment="When it was kept last")

    content = Sealed("content", str)
    _keep_uid = keep_uid()
