"""Drafts of a policy's next edition: the bytes of its files while people work on them.

Nothing here is in force: a draft becomes an Edition only when a second person signs it.
"""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Code, Day, Moment, PrimaryKey, Words, one_of, versioned
from models.editions import Edition


class DraftState(StrEnum):
    """Where a draft stands. A proposed draft waits for its signature and is not changed."""

    EDITING = "editing"
    PROPOSED = "proposed"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


_OPEN = text("state IN ('editing', 'proposed')")


class PolicyDraft(Base):
    """The files of a policy as they might be next; one open draft of each policy."""

    __tablename__ = "policy_draft"
    __table_args__ = (
        CheckConstraint(
            "state NOT IN ('proposed', 'published')"
            " OR (proposer_id IS NOT NULL AND in_force_from IS NOT NULL)",
            name="proposed_by_somebody",
        ),
        CheckConstraint(
            "(state = 'published') = (edition_id IS NOT NULL)", name="published_as_an_edition"
        ),
        Index(
            "uq_policy_draft_one_open",
            "policy_code",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
    )

    id: Mapped[PrimaryKey]
    policy_code: Mapped[Code] = mapped_column(comment="Id of the policy")
    based_on_id: Mapped[int] = mapped_column(
        ForeignKey("edition.id"), index=True, comment="The edition that it changes"
    )
    files: Mapped[bytes] = mapped_column(LargeBinary, comment="The files, packed by casework")
    state: Mapped[DraftState] = mapped_column(
        one_of(DraftState, "state"), default=DraftState.EDITING, comment="State"
    )
    in_force_from: Mapped[Day | None] = mapped_column(comment="First day that is proposed")
    note: Mapped[Words | None] = mapped_column(comment="What changes and why")
    started_by_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id"), index=True, comment="Who began it"
    )
    changed_by_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id"), index=True, comment="Who changed it last"
    )
    proposer_id: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id"), index=True, comment="Who put it forward"
    )
    returned_reason: Mapped[Words | None] = mapped_column(
        comment="Why the second person sent it back"
    )
    edition_id: Mapped[int | None] = mapped_column(
        ForeignKey("edition.id"), unique=True, comment="What it became"
    )
    created_at: Mapped[Moment] = mapped_column(comment="When begun")
    changed_at: Mapped[Moment] = mapped_column(comment="When last changed")
    version: Mapped[int] = mapped_column(Integer, comment="Raised by every change")

    based_on: Mapped[Edition] = relationship(foreign_keys=[based_on_id])

    __mapper_args__ = versioned(version)
