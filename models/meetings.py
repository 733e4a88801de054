"""What belongs to a meeting rather than to one application: its minutes, the numbers of its replies,
and papers that were circulated for signature instead of a meeting."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.applications import Application
from models.base import Base, Code, Day, Moment, PrimaryKey, Words, one_of, ordered_text
from models.orgs import OrgUnit
from models.people import User

_STANDS = text("state <> 'stopped'")


class CirculationState(StrEnum):
    """Complete: everybody named has signed. Stopped: somebody did not agree, or it was called off."""

    OPEN = "open"
    COMPLETE = "complete"
    STOPPED = "stopped"


class NumberState(StrEnum):
    """A number that is void is kept, so that nobody gives it again."""

    USED = "used"
    VOID = "void"


class Circulation(Base):
    """An urgent application that goes from desk to desk for signature (传签). One that stands for
    each application."""

    __tablename__ = "circulation"
    __table_args__ = (
        CheckConstraint("state <> 'stopped' OR stop_reason IS NOT NULL", name="stopped_why"),
        Index(None, "application_id", "id"),
        Index(
            "uq_circulation_standing",
            "application_id",
            unique=True,
            sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        ),
    )

    id: Mapped[PrimaryKey]
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), comment="The case")
    reason: Mapped[Words] = mapped_column(comment="Why it cannot wait for a meeting")
    state: Mapped[CirculationState] = mapped_column(
        one_of(CirculationState, "state"), default=CirculationState.OPEN, comment="How far it is"
    )
    by_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id"), index=True, comment="Who sent it round"
    )
    at: Mapped[Moment] = mapped_column(comment="When")
    ended_at: Mapped[Moment | None] = mapped_column(comment="When it was complete or stopped")
    stop_reason: Mapped[Words | None] = mapped_column(comment="Why it was stopped")

    application: Mapped[Application] = relationship()
    by: Mapped[User] = relationship()
    signatures: Mapped[list["CirculationSignature"]] = relationship(
        back_populates="circulation", order_by="CirculationSignature.id"
    )


class CirculationSignature(Base):
    """One person named to sign, and what he said; null while he has not."""

    __tablename__ = "circulation_signature"
    __table_args__ = (
        UniqueConstraint("circulation_id", "user_id"),
        CheckConstraint("(agrees IS NULL) = (at IS NULL)", name="said_when"),
        CheckConstraint(
            "(recorded_by_id IS NULL) = (signed_on IS NULL)"
            " AND (recorded_by_id IS NULL) = (attachment_id IS NULL)"
            " AND (recorded_by_id IS NULL OR (at IS NOT NULL AND recorded_by_id <> user_id))",
            name="on_paper",
        ),
    )

    id: Mapped[PrimaryKey]
    circulation_id: Mapped[int] = mapped_column(
        ForeignKey("circulation.id"), comment="What is circulated"
    )
    user_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id"), index=True, comment="Who is to sign"
    )
    agrees: Mapped[bool | None] = mapped_column(comment="Agreed or not; null is not yet signed")
    opinion: Mapped[Words | None] = mapped_column(comment="What he wrote beside it")
    at: Mapped[Moment | None] = mapped_column(comment="When signed, or recorded from paper")
    signed_on: Mapped[Day | None] = mapped_column(
        comment="Day on the paper, where he signed on one"
    )
    recorded_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id"),
        index=True,
        comment="Who recorded it from paper; never himself",
    )
    attachment_id: Mapped[int | None] = mapped_column(
        ForeignKey("attachment.id"), index=True, comment="Scan of that paper"
    )

    circulation: Mapped[Circulation] = relationship(back_populates="signatures")
    user: Mapped[User] = relationship(foreign_keys=[user_id])
    recorded_by: Mapped[User | None] = relationship(foreign_keys=[recorded_by_id])


class Minutes(Base):
    """The minutes of a meeting by their number; their scan is an attachment of this row."""

    __tablename__ = "minutes"
    __table_args__ = (UniqueConstraint("org_id", "number"),)

    id: Mapped[PrimaryKey]
    org_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"), comment="Unit that met")
    number: Mapped[Code] = mapped_column(comment="Number of the minutes, as it stands on them")
    held_on: Mapped[Day] = mapped_column(comment="Day of the meeting")
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True, comment="Who")
    at: Mapped[Moment] = mapped_column(comment="When it was first written down")

    org: Mapped[OrgUnit] = relationship()
    by: Mapped[User] = relationship()


class ReplyNumber(Base):
    """The number of a reply (批复文号): given once in its series and year, never again."""

    __tablename__ = "reply_number"
    __table_args__ = (
        UniqueConstraint("org_id", "series", "year", "number"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint(
            "(state = 'void') = (void_at IS NOT NULL AND void_reason IS NOT NULL)", name="void_why"
        ),
    )

    id: Mapped[PrimaryKey]
    org_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"), comment="Unit that replies")
    series: Mapped[Code] = mapped_column(comment="How the policy writes it, its place-holders open")
    year: Mapped[int] = mapped_column(Integer, comment="Year in the number")
    number: Mapped[int] = mapped_column(Integer, comment="Which one of that year")
    text: Mapped[Code] = mapped_column(index=True, comment="As it stands on the reply")
    minutes_number: Mapped[str | None] = mapped_column(
        ordered_text(64), comment="Number of the minutes it goes back to"
    )
    state: Mapped[NumberState] = mapped_column(
        one_of(NumberState, "state"), default=NumberState.USED, comment="Used or void"
    )
    by_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id"), index=True, comment="Who gave it"
    )
    at: Mapped[Moment] = mapped_column(comment="When")
    void_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id"), index=True, comment="Who declared it void"
    )
    void_at: Mapped[Moment | None] = mapped_column(comment="When")
    void_reason: Mapped[Words | None] = mapped_column(comment="Why it is void")

    by: Mapped[User] = relationship(foreign_keys=[by_id])
    void_by: Mapped[User | None] = relationship(foreign_keys=[void_by_id])
