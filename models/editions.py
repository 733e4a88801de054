"""Published editions of a policy: the bytes of its files, their digest and dates.

What the bytes mean is the engine's. A published edition never changes but for its end, which
a trigger enforces.
"""

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Code, Day, Moment, PrimaryKey, Sha256, Words


class Edition(Base):
    """One immutable version of a policy, in force from a date."""

    __tablename__ = "edition"
    __table_args__ = (
        UniqueConstraint("policy_code", "in_force_from"),
        CheckConstraint(
            "in_force_to IS NULL OR in_force_to >= in_force_from", name="ends_after_start"
        ),
        CheckConstraint("signed_by_id <> proposed_by_id", name="signed_by_another"),
    )

    id: Mapped[PrimaryKey]
    policy_code: Mapped[Code] = mapped_column(comment="Id of the policy")
    digest: Mapped[Sha256] = mapped_column(unique=True, comment="sha256:… over the files")
    files: Mapped[bytes] = mapped_column(LargeBinary, comment="The files, packed by casework")
    in_force_from: Mapped[Day] = mapped_column(comment="First day")
    in_force_to: Mapped[Day | None] = mapped_column(comment="Last day; null means until replaced")
    proposed_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id"), index=True, comment="Who proposed it; null is the set-up"
    )
    signed_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id"), index=True, comment="Second person who signed it"
    )
    published_at: Mapped[Moment] = mapped_column(comment="When published")
    note: Mapped[Words | None] = mapped_column(comment="What changed and why")
