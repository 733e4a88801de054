"""Money of a case: grants, transfers, payments, receipts, recoveries; and the books below them.

What the database refuses by itself: a second unreturned payment or transfer of a grant's
instalment, payments beyond the grant, a second active grant of a member in a year unless it is
priority relief. The books (``models.accounts``) can be imported from here too.
"""

from enum import StrEnum

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.accounts import (
    Account,
    AccountKind,
    BalanceProblem,
    Budget,
    FundSource,
    Journal,
    Posting,
    balance_problems,
)
from models.applications import Application, PayMethod
from models.base import (
    Base,
    Ciphertext,
    Day,
    Fen,
    Moment,
    Name,
    PrimaryKey,
    Uid,
    Words,
    one_of,
    ordered_text,
)
from models.members import Member
from models.orgs import OrgUnit
from models.secrets import Sealed, account_number, keep_uid

__all__ = [
    "Account",
    "AccountKind",
    "BalanceProblem",
    "Budget",
    "FundSource",
    "Grant",
    "GrantState",
    "Journal",
    "Payment",
    "PaymentState",
    "Posting",
    "Receipt",
    "ReceiptSign",
    "Recovery",
    "RecoveryState",
    "TransferBatch",
    "TransferLine",
    "TransferState",
    "balance_problems",
]


class GrantState(StrEnum):
    ACTIVE = "active"
    CANCELLED = "cancelled"
    RECOVERED = "recovered"


class TransferState(StrEnum):
    SENT = "sent"
    RETURNED = "returned"
    REVERSED = "reversed"


class PaymentState(StrEnum):
    PREPARED = "prepared"
    PAID = "paid"
    RETURNED = "returned"
    REVERSED = "reversed"


class ReceiptSign(StrEnum):
    SIGNATURE = "signature"
    FINGERPRINT = "fingerprint"
    BY_OTHER = "by_other"


class RecoveryState(StrEnum):
    OPEN = "open"
    DONE = "done"
    WAIVED = "waived"


_YEARLY = text("state = 'active' AND NOT priority")
_UNRETURNED = text("state IN ('prepared', 'paid')")
_SENT = text("state = 'sent'")


class Grant(Base):
    """Aid approved for a case; counts against the yearly limit of the member."""

    __tablename__ = "aid_grant"
    __table_args__ = (
        CheckConstraint("fen > 0", name="fen"),
        Index(None, "member_id", "aid_year"),
        Index(
            "uq_aid_grant_one_a_year",
            "member_id",
            "aid_year",
            unique=True,
            sqlite_where=_YEARLY,
            postgresql_where=_YEARLY,
        ),
    )

    id: Mapped[PrimaryKey]
    application_id: Mapped[int] = mapped_column(
        ForeignKey("application.id"), unique=True, comment="The case"
    )
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), comment="Who is aided")
    aid_year: Mapped[int] = mapped_column(Integer, comment="Year it counts for")
    fen: Mapped[Fen] = mapped_column(comment="Amount, fen")
    priority: Mapped[bool] = mapped_column(
        Boolean, default=False, server_default=false(), comment="Priority relief (clause 3.3.1)"
    )
    source_id: Mapped[int | None] = mapped_column(
        ForeignKey("fund_source.id"), index=True, comment="Source, once known"
    )
    state: Mapped[GrantState] = mapped_column(
        one_of(GrantState, "state"), default=GrantState.ACTIVE, comment="State"
    )

    application: Mapped[Application] = relationship(back_populates="grant")
    member: Mapped[Member] = relationship()
    source: Mapped[FundSource | None] = relationship()
    payments: Mapped[list["Payment"]] = relationship(back_populates="grant", order_by="Payment.id")


class TransferBatch(Base):
    """Money sent by the department to one committee for a list of cases (clause 4.5)."""

    __tablename__ = "transfer_batch"
    __table_args__ = (CheckConstraint("fen > 0", name="fen"),)

    id: Mapped[PrimaryKey]
    number: Mapped[str | None] = mapped_column(
        ordered_text(64), unique=True, comment="Number of the transfer notice"
    )
    org_id: Mapped[int] = mapped_column(
        ForeignKey("org_unit.id"), index=True, comment="Committee that receives it"
    )
    source_id: Mapped[int] = mapped_column(
        ForeignKey("fund_source.id"), index=True, comment="Source it is taken from"
    )
    fen: Mapped[Fen] = mapped_column(comment="Total, fen")
    approved_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id"), index=True, comment="Who approved the transfer"
    )
    approved_on: Mapped[Day | None] = mapped_column(comment="Day of that approval")
    journal_id: Mapped[int] = mapped_column(
        ForeignKey("journal.id"), unique=True, comment="Its journal"
    )
    by_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id"), index=True, comment="Who transferred"
    )
    at: Mapped[Moment] = mapped_column(comment="When")

    org: Mapped[OrgUnit] = relationship()
    source: Mapped[FundSource] = relationship()
    journal: Mapped[Journal] = relationship()
    lines: Mapped[list["TransferLine"]] = relationship(
        back_populates="batch", order_by="TransferLine.id"
    )


class TransferLine(Base):
    """One grant of a transfer."""

    __tablename__ = "transfer_line"
    __table_args__ = (
        UniqueConstraint("batch_id", "grant_id", "instalment"),
        CheckConstraint("fen > 0", name="fen"),
        CheckConstraint("instalment >= 1", name="instalment"),
        Index(None, "grant_id"),
        Index(
            "uq_transfer_line_sent_once",
            "grant_id",
            "instalment",
            unique=True,
            sqlite_where=_SENT,
            postgresql_where=_SENT,
        ),
    )

    id: Mapped[PrimaryKey]
    batch_id: Mapped[int] = mapped_column(ForeignKey("transfer_batch.id"), comment="The transfer")
    application_id: Mapped[int] = mapped_column(
        ForeignKey("application.id"), index=True, comment="The case"
    )
    grant_id: Mapped[int] = mapped_column(ForeignKey("aid_grant.id"), comment="The grant")
    instalment: Mapped[int] = mapped_column(
        Integer, default=1, server_default="1", comment="Which instalment, from 1"
    )
    fen: Mapped[Fen] = mapped_column(comment="Amount, fen")
    state: Mapped[TransferState] = mapped_column(
        one_of(TransferState, "state"), default=TransferState.SENT, comment="State"
    )

    batch: Mapped[TransferBatch] = relationship(back_populates="lines")
    application: Mapped[Application] = relationship()
    grant: Mapped[Grant] = relationship()


class Payment(Base):
    """Money handed by the committee to the payee for one instalment of a grant."""

    __tablename__ = "payment"
    __table_args__ = (
        CheckConstraint("fen > 0", name="fen"),
        CheckConstraint("instalment >= 1", name="instalment"),
        CheckConstraint(
            "state <> 'paid' OR (journal_id IS NOT NULL AND paid_on IS NOT NULL)",
            name="paid_has_journal",
        ),
        Index(None, "grant_id"),
        Index(None, "state", "id"),
        Index(
            "uq_payment_unreturned",
            "grant_id",
            "instalment",
            unique=True,
            sqlite_where=_UNRETURNED,
            postgresql_where=_UNRETURNED,
        ),
    )

    id: Mapped[PrimaryKey]
    uid: Mapped[Uid]
    grant_id: Mapped[int] = mapped_column(ForeignKey("aid_grant.id"), comment="The grant")
    instalment: Mapped[int] = mapped_column(
        Integer, default=1, server_default="1", comment="Which instalment, from 1"
    )
    fen: Mapped[Fen] = mapped_column(comment="Amount, fen")
    source_id: Mapped[int] = mapped_column(
        ForeignKey("fund_source.id"), index=True, comment="Source it is paid from (clause 5)"
    )
    method: Mapped[PayMethod] = mapped_column(one_of(PayMethod, "method"), comment="Cash or card")
    payee_name: Mapped[Name] = mapped_column(comment="Who receives it")
    payee_kinship: Mapped[str | None] = mapped_column(
        ordered_text(64), comment="Kinship to the member; null is the member"
    )
    account_sealed: Mapped[Ciphertext | None] = mapped_column(comment="Account number, sealed")
    state: Mapped[PaymentState] = mapped_column(
        one_of(PaymentState, "state"), default=PaymentState.PREPARED, comment="State"
    )
    journal_id: Mapped[int | None] = mapped_column(
        ForeignKey("journal.id"), unique=True, comment="Its journal, once paid"
    )
    witness: Mapped[str | None] = mapped_column(ordered_text(200), comment="Witness of cash")
    paid_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id"), index=True, comment="Cashier"
    )
    paid_on: Mapped[Day | None] = mapped_column(comment="Day it was handed over or sent")

    grant: Mapped[Grant] = relationship(back_populates="payments")
    source: Mapped[FundSource] = relationship()
    journal: Mapped[Journal | None] = relationship()
    receipt: Mapped["Receipt | None"] = relationship(back_populates="payment")

    account = Sealed("account", account_number)
    _keep_uid = keep_uid()


class Receipt(Base):
    """What the payee signed for one payment."""

    __tablename__ = "receipt"

    id: Mapped[PrimaryKey]
    payment_id: Mapped[int] = mapped_column(
        ForeignKey("payment.id"), unique=True, comment="The payment"
    )
    received_on: Mapped[Day] = mapped_column(comment="Day on the receipt")
    sign: Mapped[ReceiptSign] = mapped_column(one_of(ReceiptSign, "sign"), comment="How signed")
    receiver: Mapped[Name] = mapped_column(comment="Who received it")
    kinship: Mapped[str | None] = mapped_column(
        ordered_text(64), comment="Kinship where somebody else received it"
    )
    witness: Mapped[str | None] = mapped_column(ordered_text(200), comment="Witness")
    by_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id"), index=True, comment="Who recorded it"
    )
    at: Mapped[Moment | None] = mapped_column(comment="When recorded")

    payment: Mapped[Payment] = relationship(back_populates="receipt")


class Recovery(Base):
    """Money to be taken back for a grant (clause 4.7)."""

    __tablename__ = "recovery"
    __table_args__ = (
        CheckConstraint("fen > 0", name="fen"),
        CheckConstraint("recovered_fen BETWEEN 0 AND fen", name="recovered_fen"),
    )

    id: Mapped[PrimaryKey]
    grant_id: Mapped[int] = mapped_column(
        ForeignKey("aid_grant.id"), index=True, comment="The grant"
    )
    fen: Mapped[Fen] = mapped_column(comment="To be recovered, fen")
    recovered_fen: Mapped[Fen] = mapped_column(
        default=0, server_default="0", comment="Already back, fen"
    )
    reason: Mapped[Words] = mapped_column(comment="Why")
    ordered_on: Mapped[Day] = mapped_column(comment="Day it was ordered")
    by_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id"), index=True, comment="Who ordered it"
    )
    journal_id: Mapped[int | None] = mapped_column(
        ForeignKey("journal.id"), index=True, comment="Its latest journal"
    )
    state: Mapped[RecoveryState] = mapped_column(
        one_of(RecoveryState, "state"), default=RecoveryState.OPEN, comment="State"
    )

    grant: Mapped[Grant] = relationship()
