"""Entries that somebody made for a branch, their comparison with the paper, originals that were seen.

Rows of all three are added and never changed or removed, which triggers enforce.
"""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.applications import Application
from models.attachments import Attachment
from models.base import Base, Code, Moment, PrimaryKey, Sha256, Words, one_of
from models.people import User


class ComparisonVerdict(StrEnum):
    AGREES = "agrees"
    DIFFERS = "differs"


class BehalfEntry(Base):
    """Who wrote in an application for its branch, and when he first did."""

    __tablename__ = "behalf_entry"
    __table_args__ = (UniqueConstraint("application_id", "by_id"),)

    id: Mapped[PrimaryKey]
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), comment="The case")
    by_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id"), index=True, comment="Who entered for the branch"
    )
    at: Mapped[Moment] = mapped_column(comment="When first")

    application: Mapped[Application] = relationship()
    by: Mapped[User] = relationship()


class PaperComparison(Base):
    """What one person said of one entered value and the scan of the paper. The value itself is not
    kept, only its mark; a value that has changed since has another."""

    __tablename__ = "paper_comparison"
    __table_args__ = (
        CheckConstraint("verdict = 'agrees' OR comment IS NOT NULL", name="differs_how"),
        Index(None, "application_id", "item", "id"),
    )

    id: Mapped[PrimaryKey]
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), comment="The case")
    attachment_id: Mapped[int] = mapped_column(
        ForeignKey("attachment.id"), index=True, comment="The scan it was compared with"
    )
    item: Mapped[Code] = mapped_column(comment="What was compared, form.name or stage.field")
    mark: Mapped[Sha256] = mapped_column(comment="Keyed mark of the value as it was then")
    verdict: Mapped[ComparisonVerdict] = mapped_column(
        one_of(ComparisonVerdict, "verdict"), comment="Whether entry and paper agree"
    )
    comment: Mapped[Words | None] = mapped_column(comment="What stands on the paper instead")
    by_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id"), index=True, comment="Who compared"
    )
    at: Mapped[Moment] = mapped_column(comment="When")

    by: Mapped[User] = relationship()


class OriginalCheck(Base):
    """Somebody has seen the original of a scanned paper (原件已核)."""

    __tablename__ = "original_check"

    id: Mapped[PrimaryKey]
    attachment_id: Mapped[int] = mapped_column(
        ForeignKey("attachment.id"), unique=True, comment="The scan of the paper"
    )
    by_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id"), index=True, comment="Who saw the original"
    )
    at: Mapped[Moment] = mapped_column(comment="When")

    attachment: Mapped[Attachment] = relationship()
    by: Mapped[User] = relationship()
