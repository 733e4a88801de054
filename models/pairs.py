"""One-to-one helping pairs (clause 6.2). Who may help whom is in the rule files."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import (
    Base,
    Code,
    Day,
    JsonList,
    Moment,
    PrimaryKey,
    Words,
    one_of,
    ordered_text,
    versioned,
)
from models.members import Member
from models.orgs import OrgUnit


class PairState(StrEnum):
    ACTIVE = "active"
    ENDED = "ended"


_ACTIVE = text("state = 'active'")


class HelpingPair(Base):
    """A helper and the member he helps, for a term, with a plan."""

    __tablename__ = "helping_pair"
    __table_args__ = (
        CheckConstraint("helper_id <> helped_id", name="two_people"),
        CheckConstraint("end_on IS NULL OR end_on >= start_on", name="ends_after_start"),
        Index(None, "org_id", "state", "id"),
        Index(None, "helper_id"),
        Index(
            "uq_helping_pair_active",
            "helper_id",
            "helped_id",
            unique=True,
            sqlite_where=_ACTIVE,
            postgresql_where=_ACTIVE,
        ),
    )

    id: Mapped[PrimaryKey]
    helper_id: Mapped[int] = mapped_column(ForeignKey("member.id"), comment="Who helps")
    helped_id: Mapped[int] = mapped_column(
        ForeignKey("member.id"), index=True, comment="Who is helped"
    )
    org_id: Mapped[int] = mapped_column(
        ForeignKey("org_unit.id"), comment="Branch that organises the pair"
    )
    start_on: Mapped[Day] = mapped_column(comment="First day")
    end_on: Mapped[Day | None] = mapped_column(comment="Last day, planned or real")
    skill: Mapped[Words | None] = mapped_column(comment="Skill or road to prosperity")
    plan: Mapped[Words | None] = mapped_column(comment="What is planned")
    goal: Mapped[Words | None] = mapped_column(comment="What shall be reached")
    state: Mapped[PairState] = mapped_column(
        one_of(PairState, "state"), default=PairState.ACTIVE, comment="State"
    )
    end_reason: Mapped[Words | None] = mapped_column(comment="Why it ended")
    version: Mapped[int] = mapped_column(Integer, comment="Counts changes, against lost updates")
    need: Mapped[Words | None] = mapped_column(comment="What the helped member needs")
    warnings: Mapped[JsonList | None] = mapped_column(
        comment="What the policy warned of when it began: words, and whether it was known"
    )
    result: Mapped[str | None] = mapped_column(
        ordered_text(64), comment="What came of it, by the policy's code"
    )
    result_words: Mapped[Words | None] = mapped_column(comment="The same in words")

    helper: Mapped[Member] = relationship(foreign_keys=[helper_id])
    helped: Mapped[Member] = relationship(foreign_keys=[helped_id])
    org: Mapped[OrgUnit] = relationship()
    contacts: Mapped[list["PairContact"]] = relationship(
        back_populates="pair", order_by="PairContact.met_on, PairContact.id"
    )

    __mapper_args__ = versioned(version)


class PairContact(Base):
    """One visit, call or help of a pair; written once."""

    __tablename__ = "pair_contact"

    id: Mapped[PrimaryKey]
    pair_id: Mapped[int] = mapped_column(
        ForeignKey("helping_pair.id"), index=True, comment="The pair"
    )
    met_on: Mapped[Day] = mapped_column(comment="Day")
    way: Mapped[Code] = mapped_column(comment="How, by the policy's code")
    words: Mapped[Words] = mapped_column(comment="What was done")
    by_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id"), index=True, comment="Who recorded it"
    )
    at: Mapped[Moment] = mapped_column(comment="When")

    pair: Mapped[HelpingPair] = relationship(back_populates="contacts")
