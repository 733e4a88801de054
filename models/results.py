"""Results of a decision that one person has recorded and a second has still to confirm.

Nothing follows from a waiting result: no approval, no grant, no move. The database itself refuses
a confirmation by the recorder and two waiting results of one application.
"""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.applications import Application
from models.base import Base, Code, Fen, JsonObject, Moment, PrimaryKey, Words, one_of
from models.people import User

_WAITING = text("state = 'waiting'")


class ResultState(StrEnum):
    """Dropped: the application left the stage before anybody had confirmed it."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    SENT_BACK = "sent_back"
    DROPPED = "dropped"


class RecordedResult(Base):
    """What was recorded at a stage of one application, and what the second person said of it."""

    __tablename__ = "recorded_result"
    __table_args__ = (
        CheckConstraint("fen > 0", name="fen"),
        CheckConstraint("settled_by_id <> by_id OR state = 'dropped'", name="settled_by_another"),
        Index(None, "application_id", "id"),
        Index(
            "uq_recorded_result_waiting",
            "application_id",
            unique=True,
            sqlite_where=_WAITING,
            postgresql_where=_WAITING,
        ),
    )

    id: Mapped[PrimaryKey]
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), comment="The case")
    stage: Mapped[Code] = mapped_column(comment="Stage it was recorded at")
    record: Mapped[JsonObject] = mapped_column(comment="What was written down, field to value")
    fen: Mapped[Fen | None] = mapped_column(comment="Amount it names, fen; null refuses aid")
    state: Mapped[ResultState] = mapped_column(
        one_of(ResultState, "state"), default=ResultState.WAITING, comment="What became of it"
    )
    by_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id"), index=True, comment="Who recorded it"
    )
    at: Mapped[Moment] = mapped_column(comment="When")
    settled_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id"), index=True, comment="Who confirmed it or sent it back"
    )
    settled_at: Mapped[Moment | None] = mapped_column(comment="When")
    reason: Mapped[Words | None] = mapped_column(comment="Why it was sent back")

    application: Mapped[Application] = relationship()
    by: Mapped[User] = relationship(foreign_keys=[by_id])
