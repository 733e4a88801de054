"""Visits and checks (clause 4.7): plans whose sample anybody can draw again, what was found, what
followed. Ways, questions, faults and measures are codes of the policy."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.applications import Application
from models.base import (
    Base,
    Code,
    Day,
    ExactObject,
    Fen,
    JsonList,
    JsonObject,
    Moment,
    Name,
    PrimaryKey,
    Sha256,
    Words,
    one_of,
    ordered_text,
)
from models.ledger import Recovery
from models.orgs import OrgUnit


class Finding(StrEnum):
    """What a visit came to. `suspected` waits for somebody to find out."""

    GOOD = "good"
    FAULT = "fault"
    SUSPECTED = "suspected"
    FRAUD = "fraud"
    HONEST = "honest"


class MeasureState(StrEnum):
    OPEN = "open"
    DONE = "done"


class CheckPlan(Base):
    """One draw: from which list, with which seed, by which shares. Never changed."""

    __tablename__ = "check_plan"
    __table_args__ = (
        CheckConstraint("share BETWEEN 1 AND 100", name="share"),
        CheckConstraint("large_share BETWEEN 1 AND 100", name="large_share"),
        CheckConstraint("at_least >= 0", name="at_least"),
    )

    id: Mapped[PrimaryKey]
    title: Mapped[Name] = mapped_column(comment="What it is called")
    year: Mapped[int] = mapped_column(Integer, comment="Aid year that is checked")
    org_id: Mapped[int] = mapped_column(
        ForeignKey("org_unit.id"), index=True, comment="Unit whose grants are checked"
    )
    seed: Mapped[Name] = mapped_column(comment="The random words the draw started from")
    share: Mapped[int] = mapped_column(Integer, comment="Percent drawn from each committee")
    large_from_fen: Mapped[Fen | None] = mapped_column(
        comment="From this amount on a grant counts as large, fen"
    )
    large_share: Mapped[int] = mapped_column(Integer, comment="Percent drawn of large grants")
    at_least: Mapped[int] = mapped_column(Integer, comment="At least so many of each committee")
    frame: Mapped[ExactObject] = mapped_column(
        comment="The list drawn from: number of the application to committee and fen"
    )
    frame_digest: Mapped[Sha256] = mapped_column(comment="SHA-256 of that list")
    drawn_by_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id"), index=True, comment="Who drew"
    )
    drawn_at: Mapped[Moment] = mapped_column(comment="When")

    org: Mapped[OrgUnit] = relationship()
    items: Mapped[list["CheckItem"]] = relationship(back_populates="plan", order_by="CheckItem.id")


class CheckItem(Base):
    """One application that was drawn."""

    __tablename__ = "check_item"
    __table_args__ = (UniqueConstraint("plan_id", "application_id"),)

    id: Mapped[PrimaryKey]
    plan_id: Mapped[int] = mapped_column(ForeignKey("check_plan.id"), comment="The plan")
    application_id: Mapped[int] = mapped_column(
        ForeignKey("application.id"), index=True, comment="The application"
    )

    plan: Mapped[CheckPlan] = relationship(back_populates="items")
    application: Mapped[Application] = relationship()
    visits: Mapped[list["Visit"]] = relationship(back_populates="item", order_by="Visit.id")


class Visit(Base):
    """One visit or phone call about one application, drawn or not; written once."""

    __tablename__ = "visit"
    __table_args__ = (Index(None, "finding", "id"), Index(None, "visited_on"))

    id: Mapped[PrimaryKey]
    application_id: Mapped[int] = mapped_column(
        ForeignKey("application.id"), index=True, comment="The application"
    )
    item_id: Mapped[int | None] = mapped_column(
        ForeignKey("check_item.id"), index=True, comment="The draw; null is outside of any plan"
    )
    visited_on: Mapped[Day] = mapped_column(comment="Day of the visit")
    way: Mapped[Code] = mapped_column(comment="How, by the policy's code")
    visitors: Mapped[Name] = mapped_column(comment="Who went or called")
    answers: Mapped[JsonObject] = mapped_column(
        default=dict, comment="Question to yes, no or null for not known"
    )
    faults: Mapped[JsonList] = mapped_column(default=list, comment="Faults in the work, by code")
    finding: Mapped[Finding] = mapped_column(one_of(Finding, "finding"), comment="What it came to")
    fraud_by: Mapped[str | None] = mapped_column(
        ordered_text(64), comment="By whom it was got by fraud: member, org_head, both"
    )
    words: Mapped[Words | None] = mapped_column(comment="What was seen")
    by_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id"), index=True, comment="Who recorded it"
    )
    at: Mapped[Moment] = mapped_column(comment="When")

    application: Mapped[Application] = relationship()
    item: Mapped[CheckItem | None] = relationship(back_populates="visits")
    measures: Mapped[list["Measure"]] = relationship(back_populates="visit", order_by="Measure.id")


class Measure(Base):
    """What follows a finding: against whom, until it is done."""

    __tablename__ = "measure"
    __table_args__ = (
        UniqueConstraint("visit_id", "kind", "against"),
        CheckConstraint("(state = 'done') = (done_on IS NOT NULL)", name="done_has_a_day"),
        Index(None, "state", "id"),
    )

    id: Mapped[PrimaryKey]
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), comment="The visit")
    kind: Mapped[Code] = mapped_column(comment="Sanction or measure, by the policy's code")
    against: Mapped[Code] = mapped_column(comment="Person, by the policy's code, or the committee")
    fen: Mapped[Fen | None] = mapped_column(comment="What is to be recovered, fen")
    recovery_id: Mapped[int | None] = mapped_column(
        ForeignKey("recovery.id"), index=True, comment="The order of recovery"
    )
    state: Mapped[MeasureState] = mapped_column(
        one_of(MeasureState, "state"), default=MeasureState.OPEN, comment="State"
    )
    document: Mapped[str | None] = mapped_column(
        ordered_text(200), comment="Number of the circular or decision"
    )
    done_on: Mapped[Day | None] = mapped_column(comment="When it was done")
    words: Mapped[Words | None] = mapped_column(comment="What was done")
    done_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id"), index=True, comment="Who recorded that"
    )

    visit: Mapped[Visit] = relationship(back_populates="measures")
    recovery: Mapped[Recovery | None] = relationship()
