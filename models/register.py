"""The hardship register: who is in hardship, since when and why, until when and why (clause 6.1).

Whether somebody is aided is another matter. Reasons are codes of the policy.
"""

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Code, Day, Moment, PrimaryKey, Words, ordered_text, versioned
from models.members import Member
from models.orgs import OrgUnit

_OPEN = text("left_on IS NULL")


class HardshipEntry(Base):
    """One stay in the register. Who comes back gets a new one; the old one stays."""

    __tablename__ = "hardship_entry"
    __table_args__ = (
        CheckConstraint("left_on IS NULL OR left_on >= joined_on", name="leaves_after_joining"),
        CheckConstraint("(left_on IS NULL) = (leave_reason IS NULL)", name="leaves_with_a_reason"),
        Index(None, "member_id"),
        Index(None, "org_id", "id"),
        Index(
            "uq_hardship_entry_open",
            "member_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
    )

    id: Mapped[PrimaryKey]
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), comment="Who is in hardship")
    org_id: Mapped[int] = mapped_column(
        ForeignKey("org_unit.id"), comment="Branch when joining; stays when the member moves"
    )
    joined_on: Mapped[Day] = mapped_column(comment="First day in the register")
    join_reason: Mapped[Code] = mapped_column(comment="Why, by the policy's code")
    situation: Mapped[Words] = mapped_column(comment="The situation in words, kept current")
    needs: Mapped[Words | None] = mapped_column(comment="What help is needed, for pairs")
    left_on: Mapped[Day | None] = mapped_column(comment="Last day; null is still in it")
    leave_reason: Mapped[str | None] = mapped_column(
        ordered_text(64), comment="Why it was left, by the policy's code"
    )
    leave_words: Mapped[Words | None] = mapped_column(comment="The same in words")
    by_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id"), index=True, comment="Who entered it"
    )
    at: Mapped[Moment] = mapped_column(comment="When it was last changed")
    version: Mapped[int] = mapped_column(Integer, comment="Counts changes, against lost updates")

    member: Mapped[Member] = relationship()
    org: Mapped[OrgUnit] = relationship()

    __mapper_args__ = versioned(version)
