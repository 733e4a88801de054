"""Posted lists, their lines, and objections to a line.

A list is frozen and hashed when it is posted. The objector's identity is sealed; who may see
it is casework's.
"""

from enum import StrEnum

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.applications import Application
from models.base import (
    Base,
    Ciphertext,
    Code,
    Day,
    ExactList,
    JsonObject,
    Moment,
    Name,
    PrimaryKey,
    Sha256,
    Uid,
    Words,
    one_of,
)
from models.editions import Edition
from models.orgs import OrgUnit
from models.secrets import Sealed, keep_uid, plain


class NoticeStatus(StrEnum):
    POSTED = "posted"
    ENDED = "ended"
    CANCELLED = "cancelled"


class LineState(StrEnum):
    ON = "on"
    REMOVED = "removed"


class ObjectionState(StrEnum):
    OPEN = "open"
    UPHELD = "upheld"
    REFUTED = "refuted"
    NOT_ACCEPTED = "not_accepted"
    REFERRED = "referred"


class Notice(Base):
    """One list posted in one branch (clause 4.3)."""

    __tablename__ = "notice"
    __table_args__ = (
        CheckConstraint("ends_on >= posted_on", name="ends_after_start"),
        Index(None, "status", "ends_on"),
    )

    id: Mapped[PrimaryKey]
    number: Mapped[Code] = mapped_column(unique=True, comment="Number of the notice")
    org_id: Mapped[int] = mapped_column(
        ForeignKey("org_unit.id"), index=True, comment="Branch where it is posted"
    )
    edition_id: Mapped[int] = mapped_column(
        ForeignKey("edition.id"), index=True, comment="Edition whose demands it meets"
    )
    road: Mapped[Code] = mapped_column(comment="Road of its applications")
    approved_on: Mapped[Day | None] = mapped_column(comment="Latest approval among its lines")
    posted_on: Mapped[Day] = mapped_column(comment="First day, counted")
    ends_on: Mapped[Day] = mapped_column(comment="Last day, counted")
    place: Mapped[Name] = mapped_column(comment="Where it hangs: branch, or another place")
    frozen: Mapped[ExactList] = mapped_column(comment="The rows as posted")
    sha256: Mapped[Sha256] = mapped_column(comment="Hash over those rows")
    posted_by_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id"), index=True, comment="Who recorded the posting"
    )
    removed_on: Mapped[Day | None] = mapped_column(comment="Day it was taken down")
    status: Mapped[NoticeStatus] = mapped_column(
        one_of(NoticeStatus, "status"), default=NoticeStatus.POSTED, comment="Status"
    )

    org: Mapped[OrgUnit] = relationship()
    edition: Mapped[Edition] = relationship()
    lines: Mapped[list["NoticeLine"]] = relationship(
        back_populates="notice", order_by="NoticeLine.id"
    )


class NoticeLine(Base):
    """One person on a posted list, with exactly the columns the policy allows."""

    __tablename__ = "notice_line"
    __table_args__ = (UniqueConstraint("notice_id", "application_id"),)

    id: Mapped[PrimaryKey]
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"), comment="The list")
    application_id: Mapped[int] = mapped_column(
        ForeignKey("application.id"), index=True, comment="The case"
    )
    columns: Mapped[JsonObject] = mapped_column(default=dict, comment="Column to text, as posted")
    state: Mapped[LineState] = mapped_column(
        one_of(LineState, "state"), default=LineState.ON, comment="Still on the list or removed"
    )

    notice: Mapped[Notice] = relationship(back_populates="lines")
    application: Mapped[Application] = relationship()
    objections: Mapped[list["Objection"]] = relationship(back_populates="line")


class Objection(Base):
    """Something reported against one line; holds that person only."""

    __tablename__ = "objection"

    id: Mapped[PrimaryKey]
    uid: Mapped[Uid]
    notice_line_id: Mapped[int] = mapped_column(
        ForeignKey("notice_line.id"), index=True, comment="The line objected to"
    )
    received_on: Mapped[Day] = mapped_column(comment="Day it was received")
    channel: Mapped[Code] = mapped_column(comment="Phone, letter or interview, by the policy's id")
    has_clue: Mapped[bool] = mapped_column(Boolean, comment="Names facts or a clue")
    verified: Mapped[bool | None] = mapped_column(
        Boolean, comment="True proven, false refuted, null not yet known"
    )
    content: Mapped[Words] = mapped_column(comment="What is objected")
    objector_name_sealed: Mapped[Ciphertext | None] = mapped_column(comment="Objector, sealed")
    objector_phone_sealed: Mapped[Ciphertext | None] = mapped_column(
        comment="Phone of the objector, sealed"
    )
    finding: Mapped[Words | None] = mapped_column(comment="What the check found")
    state: Mapped[ObjectionState] = mapped_column(
        one_of(ObjectionState, "state"), default=ObjectionState.OPEN, comment="State"
    )
    by_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id"), index=True, comment="Who registered it"
    )
    at: Mapped[Moment | None] = mapped_column(comment="When registered")
    settled_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id"), index=True, comment="Who recorded the finding"
    )
    settled_on: Mapped[Day | None] = mapped_column(comment="Day it was settled")

    line: Mapped[NoticeLine] = relationship(back_populates="objections")

    objector_name = Sealed("objector_name", plain)
    objector_phone = Sealed("objector_phone", plain)
    _keep_uid = keep_uid()
