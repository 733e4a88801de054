"""Applications for aid and what is added to them: decisions, events, approvals, duties.

``status`` is closed by a CHECK; ``stage`` is an id of the pinned edition. States are written
by casework only. Decisions and events are insert-only, which triggers enforce.
"""

from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import (
    Base,
    Ciphertext,
    Code,
    Day,
    ExactObject,
    Fen,
    JsonObject,
    Moment,
    PrimaryKey,
    Uid,
    Words,
    big_integer,
    one_of,
    ordered_text,
    versioned,
)
from models.editions import Edition
from models.members import Member
from models.orgs import OrgUnit
from models.people import User
from models.secrets import Sealed, account_number, identity_number, keep_uid

if TYPE_CHECKING:
    from models.attachments import Attachment
    from models.ledger import Grant
    from models.notices import NoticeLine
    from models.results import RecordedResult


class CaseStatus(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    RETURNED = "returned"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


class Outcome(StrEnum):
    """What the rules say of a case; the engine's words."""

    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"
    DISCRETIONARY = "discretionary"
    UNDETERMINED = "undetermined"


class PayMethod(StrEnum):
    CASH = "cash"
    CARD = "card"


class ApprovalResult(StrEnum):
    AGREED = "agreed"
    REFUSED = "refused"


class DutyKind(StrEnum):
    """What a person did for a case; which of them exclude each other is casework's."""

    ENTER = "enter"
    VERIFY = "verify"
    APPROVE = "approve"
    TRANSFER = "transfer"
    PAY = "pay"
    SCREEN = "screen"


class Application(Base):
    """One application of one member on one road, under the edition it was registered with."""

    __tablename__ = "application"
    __table_args__ = (
        CheckConstraint("proposed_fen > 0", name="proposed_fen"),
        CheckConstraint("suggested_fen > 0", name="suggested_fen"),
        CheckConstraint("approved_fen > 0", name="approved_fen"),
        Index(None, "org_id", "status", "stage", "id"),
        Index(None, "status", "stage", "id"),
        Index(None, "member_id", "aid_year"),
        Index(None, "aid_year", "road", "status"),
        Index(None, "applied_on", "id"),
        Index(None, "road", "id"),
    )

    id: Mapped[PrimaryKey]
    uid: Mapped[Uid]
    number: Mapped[Code] = mapped_column(unique=True, comment="Number on papers, 2026-000123")
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), comment="Who applies")
    org_id: Mapped[int] = mapped_column(
        ForeignKey("org_unit.id"), comment="Branch at registration; stays when the member moves"
    )
    edition_id: Mapped[int] = mapped_column(
        ForeignKey("edition.id"), index=True, comment="Edition of the policy it runs under"
    )
    road: Mapped[Code] = mapped_column(comment="Road of the procedure, by its id")
    aid_year: Mapped[int] = mapped_column(Integer, comment="Year the aid counts for")
    status: Mapped[CaseStatus] = mapped_column(
        one_of(CaseStatus, "status"), default=CaseStatus.DRAFT, comment="Status"
    )
    stage: Mapped[Code] = mapped_column(comment="Stage of the pinned procedure, by its id")
    stage_since: Mapped[Moment | None] = mapped_column(comment="When that stage was reached")
    facts: Mapped[JsonObject] = mapped_column(
        default=dict, comment="Facts as the engine takes them; absent or null is unknown"
    )
    form: Mapped[JsonObject] = mapped_column(
        default=dict, comment="What was written on the paper, field to text"
    )
    proposed_fen: Mapped[Fen | None] = mapped_column(comment="Proposed by the branch, fen")
    suggested_fen: Mapped[Fen | None] = mapped_column(comment="Suggested by the committee, fen")
    approved_fen: Mapped[Fen | None] = mapped_column(comment="Approved by the department, fen")
    emergency: Mapped[bool] = mapped_column(
        Boolean, default=False, server_default=false(), comment="Handled as an emergency"
    )
    applied_on: Mapped[Day] = mapped_column(comment="Date on the application")
    held: Mapped[bool] = mapped_column(
        Boolean, default=False, server_default=false(), comment="Nothing may be paid for now"
    )
    hold_reason: Mapped[Words | None] = mapped_column(comment="Why it is held")
    returned_to: Mapped[str | None] = mapped_column(
        ordered_text(64), comment="Stage that must correct it"
    )
    payee_name: Mapped[str | None] = mapped_column(
        ordered_text(200), comment="Who is paid if not the member"
    )
    payee_kinship: Mapped[str | None] = mapped_column(
        ordered_text(64), comment="Kinship of that person"
    )
    payee_method: Mapped[PayMethod | None] = mapped_column(
        one_of(PayMethod, "payee_method"), comment="Cash or card"
    )
    payee_id_number_sealed: Mapped[Ciphertext | None] = mapped_column(
        comment="Identity number of the payee if not the member, sealed"
    )
    payee_account_sealed: Mapped[Ciphertext | None] = mapped_column(
        comment="Account of the payee if not the member's, sealed"
    )
    outcome: Mapped[Outcome | None] = mapped_column(
        one_of(Outcome, "outcome"), comment="Outcome of the last assessment"
    )
    category: Mapped[str | None] = mapped_column(
        ordered_text(64), comment="Category of the last assessment"
    )
    summary: Mapped[JsonObject | None] = mapped_column(comment="Short form of that assessment")
    created_by_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id"), index=True, comment="Who registered it"
    )
    created_at: Mapped[Moment] = mapped_column(comment="When registered")
    version: Mapped[int] = mapped_column(Integer, comment="Counts changes, against lost updates")
    payee_account_by_id: Mapped[int | None] = mapped_column(
        big_integer, comment="User who named the heir's account"
    )

    member: Mapped[Member] = relationship()
    org: Mapped[OrgUnit] = relationship()
    edition: Mapped[Edition] = relationship()
    created_by: Mapped[User] = relationship()
    events: Mapped[list["CaseEvent"]] = relationship(
        back_populates="application", order_by="CaseEvent.seq"
    )
    decisions: Mapped[list["Decision"]] = relationship(
        back_populates="application", order_by="Decision.id"
    )
    approvals: Mapped[list["Approval"]] = relationship(
        back_populates="application", order_by="Approval.id"
    )
    duties: Mapped[list["Duty"]] = relationship(back_populates="application")
    attachments: Mapped[list["Attachment"]] = relationship(back_populates="application")
    grant: Mapped["Grant | None"] = relationship(back_populates="application")
    notice_lines: Mapped[list["NoticeLine"]] = relationship(viewonly=True, order_by="NoticeLine.id")
    recorded_results: Mapped[list["RecordedResult"]] = relationship(
        viewonly=True, order_by="RecordedResult.id"
    )

    payee_account = Sealed("payee_account", account_number)
    payee_id_number = Sealed("payee_id_number", identity_number)

    __mapper_args__ = versioned(version)
    _keep_uid = keep_uid()


class Decision(Base):
    """What the office recorded of an assessment; enough to replay it byte for byte."""

    __tablename__ = "decision"

    id: Mapped[PrimaryKey]
    application_id: Mapped[int] = mapped_column(
        ForeignKey("application.id"), index=True, comment="The case"
    )
    edition_id: Mapped[int] = mapped_column(
        ForeignKey("edition.id"), index=True, comment="Edition that decided"
    )
    purpose: Mapped[Code] = mapped_column(comment="Why it was assessed: entry, approval, payment")
    facts: Mapped[ExactObject] = mapped_column(comment="The facts, frozen")
    assessment: Mapped[bytes] = mapped_column(
        LargeBinary, comment="The assessment in canonical JSON"
    )
    schema_version: Mapped[int] = mapped_column(Integer, comment="Shape of that JSON")
    outcome: Mapped[Outcome] = mapped_column(one_of(Outcome, "outcome"), comment="Its outcome")
    by_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id"), index=True, comment="Who asked for it"
    )
    at: Mapped[Moment] = mapped_column(comment="When")

    application: Mapped[Application] = relationship(back_populates="decisions")
    edition: Mapped[Edition] = relationship()


class CaseEvent(Base):
    """One thing that happened to a case, in order."""

    __tablename__ = "case_event"
    __table_args__ = (UniqueConstraint("application_id", "seq"), Index(None, "at"))

    id: Mapped[PrimaryKey]
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), comment="The case")
    seq: Mapped[int] = mapped_column(Integer, comment="1, 2, 3 … within the case")
    verb: Mapped[Code] = mapped_column(comment="What was done")
    stage_from: Mapped[str | None] = mapped_column(ordered_text(64), comment="Stage before")
    stage_to: Mapped[str | None] = mapped_column(ordered_text(64), comment="Stage after")
    status_from: Mapped[CaseStatus | None] = mapped_column(
        one_of(CaseStatus, "status_from"), comment="Status before"
    )
    status_to: Mapped[CaseStatus | None] = mapped_column(
        one_of(CaseStatus, "status_to"), comment="Status after"
    )
    by_id: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id"), index=True, comment="Who; null is the software itself"
    )
    at: Mapped[Moment] = mapped_column(comment="When")
    reason: Mapped[Words | None] = mapped_column(comment="Why, in the person's words")
    data: Mapped[JsonObject] = mapped_column(default=dict, comment="What was recorded with it")

    application: Mapped[Application] = relationship(back_populates="events")
    by: Mapped[User | None] = relationship()


class Approval(Base):
    """One opinion of the road: review, seal, approval, meeting; one per code and round."""

    __tablename__ = "approval"
    __table_args__ = (
        UniqueConstraint("application_id", "code", "round"),
        CheckConstraint("fen > 0", name="fen"),
        CheckConstraint("round >= 1", name="round"),
        CheckConstraint("confirmed_by_id <> by_id", name="confirmed_by_another"),
    )

    id: Mapped[PrimaryKey]
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), comment="The case")
    code: Mapped[Code] = mapped_column(comment="Which approval, by the policy's code")
    stage: Mapped[Code] = mapped_column(comment="Stage it was given at")
    round: Mapped[int] = mapped_column(
        Integer, default=1, server_default="1", comment="Counts on after every return"
    )
    result: Mapped[ApprovalResult] = mapped_column(
        one_of(ApprovalResult, "result"), comment="Agreed or refused"
    )
    opinion: Mapped[Words | None] = mapped_column(comment="Opinion as written")
    fen: Mapped[Fen | None] = mapped_column(comment="Amount it names, fen")
    sealed: Mapped[bool] = mapped_column(
        Boolean, default=False, server_default=false(), comment="The paper bears the seal"
    )
    minutes_number: Mapped[str | None] = mapped_column(
        ordered_text(64), comment="Number of the minutes of a meeting"
    )
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True, comment="Who")
    at: Mapped[Moment] = mapped_column(comment="When")
    confirmed_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id"), index=True, comment="Second person who confirmed it"
    )
    confirmed_at: Mapped[Moment | None] = mapped_column(comment="When confirmed")

    application: Mapped[Application] = relationship(back_populates="approvals")
    by: Mapped[User] = relationship(foreign_keys=[by_id])


class Duty(Base):
    """Who did what for a case, for the separation of duties; never taken back."""

    __tablename__ = "duty"
    __table_args__ = (UniqueConstraint("application_id", "user_id", "duty"),)

    id: Mapped[PrimaryKey]
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), comment="The case")
    user_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id"), index=True, comment="The person"
    )
    duty: Mapped[DutyKind] = mapped_column(one_of(DutyKind, "duty"), comment="What he did")

    application: Mapped[Application] = relationship(back_populates="duties")
