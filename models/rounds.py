"""The yearly round: when it was opened, how its notice went down, who of last year is offered.

Which applications belong to a round follows from their road and aid year; nothing here repeats it.
"""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.applications import Application
from models.base import (
    Base,
    Code,
    Day,
    ExactList,
    Moment,
    Name,
    PrimaryKey,
    Words,
    one_of,
    ordered_text,
    versioned,
)
from models.editions import Edition
from models.members import Member
from models.orgs import OrgUnit


class RoundStatus(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class AidRound(Base):
    """One year's round of one road, opened by one department."""

    __tablename__ = "aid_round"
    __table_args__ = (
        UniqueConstraint("org_id", "road", "year"),
        CheckConstraint("done_on >= notice_on", name="done_after_notice"),
        CheckConstraint("(status = 'closed') = (done_on IS NOT NULL)", name="closed_with_a_day"),
        Index(None, "road", "year"),
    )

    id: Mapped[PrimaryKey]
    org_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"), comment="Department")
    edition_id: Mapped[int] = mapped_column(
        ForeignKey("edition.id"), index=True, comment="Edition in force when it was opened"
    )
    road: Mapped[Code] = mapped_column(comment="Road of its applications")
    year: Mapped[int] = mapped_column(Integer, comment="Year that the aid counts for")
    document_number: Mapped[str | None] = mapped_column(
        ordered_text(64), comment="Number of the notice as a document"
    )
    title: Mapped[Name] = mapped_column(comment="Title of the notice")
    body: Mapped[Words] = mapped_column(comment="The notice as it went out")
    notice_on: Mapped[Day] = mapped_column(comment="Day of the notice")
    due_on: Mapped[Day | None] = mapped_column(comment="Due date; null where it was not countable")
    status: Mapped[RoundStatus] = mapped_column(
        one_of(RoundStatus, "status"), default=RoundStatus.OPEN, comment="Status"
    )
    opened_by_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id"), index=True, comment="Who opened it"
    )
    opened_at: Mapped[Moment] = mapped_column(comment="When recorded")
    done_on: Mapped[Day | None] = mapped_column(comment="Day it was completed")
    closed_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id"), index=True, comment="Who closed it"
    )
    closing_note: Mapped[Words | None] = mapped_column(comment="Why what was left over is left")
    left_over: Mapped[ExactList | None] = mapped_column(
        comment="What was left over: application numbers with their stage, units not told"
    )
    version: Mapped[int] = mapped_column(Integer, comment="Counts changes, against lost updates")

    org: Mapped[OrgUnit] = relationship()
    edition: Mapped[Edition] = relationship()
    deliveries: Mapped[list["RoundDelivery"]] = relationship(
        back_populates="round", order_by="RoundDelivery.id"
    )

    __mapper_args__ = versioned(version)


class RoundDelivery(Base):
    """The notice of a round on its way to one unit, and in a branch on to its members."""

    __tablename__ = "round_delivery"
    __table_args__ = (
        UniqueConstraint("round_id", "org_id"),
        CheckConstraint("received_on >= sent_on", name="received_after_sent"),
        CheckConstraint("told_on >= received_on", name="told_after_received"),
        CheckConstraint("told_count >= 0", name="told_count"),
    )

    id: Mapped[PrimaryKey]
    round_id: Mapped[int] = mapped_column(ForeignKey("aid_round.id"), comment="The round")
    org_id: Mapped[int] = mapped_column(
        ForeignKey("org_unit.id"), index=True, comment="Unit that gets the notice"
    )
    from_org_id: Mapped[int] = mapped_column(
        ForeignKey("org_unit.id"), index=True, comment="Unit that sent it"
    )
    sent_on: Mapped[Day] = mapped_column(comment="Day it was sent")
    channel: Mapped[Code] = mapped_column(comment="How, by the policy's id")
    sent_by_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id"), index=True, comment="Who sent it"
    )
    received_on: Mapped[Day | None] = mapped_column(comment="Day the unit had it")
    received_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id"), index=True, comment="Who confirmed that"
    )
    told_on: Mapped[Day | None] = mapped_column(comment="Day its members were told")
    told_channel: Mapped[str | None] = mapped_column(
        ordered_text(64), comment="How, by the policy's id"
    )
    told_count: Mapped[int | None] = mapped_column(Integer, comment="Members who were told")
    told_of: Mapped[int | None] = mapped_column(Integer, comment="Members there were on that day")
    told_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id"), index=True, comment="Who recorded it"
    )
    note: Mapped[Words | None] = mapped_column(comment="Why somebody was not told, other remarks")

    round: Mapped[AidRound] = relationship(back_populates="deliveries")
    org: Mapped[OrgUnit] = relationship(foreign_keys=[org_id])


class RoundMember(Base):
    """Somebody aided in an earlier round, offered for an application of his own (clause 1.2)."""

    __tablename__ = "round_member"
    __table_args__ = (
        UniqueConstraint("round_id", "member_id"),
        CheckConstraint("(declined_on IS NULL) = (reason IS NULL)", name="declined_with_reason"),
    )

    id: Mapped[PrimaryKey]
    round_id: Mapped[int] = mapped_column(ForeignKey("aid_round.id"), comment="The round")
    member_id: Mapped[int] = mapped_column(
        ForeignKey("member.id"), index=True, comment="The member"
    )
    application_id: Mapped[int] = mapped_column(
        ForeignKey("application.id"), index=True, comment="The application that was aided then"
    )
    declined_on: Mapped[Day | None] = mapped_column(
        comment="Day it was known that he will not apply"
    )
    reason: Mapped[Words | None] = mapped_column(comment="Why he does not apply this time")
    by_id: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id"), index=True, comment="Who recorded that"
    )

    round: Mapped[AidRound] = relationship()
    member: Mapped[Member] = relationship()
    application: Mapped[Application] = relationship()
