"""Money: sources, budgets, the double-entry ledger, grants, transfers, payments, receipts.

Every posting moves fen from its credit to its debit account, so a journal balances by
construction. What the database refuses by itself: a balance below zero, a second unreturned
payment or transfer of a grant's instalment, payments beyond the grant, a second active grant
of a member in a year unless it is priority relief, a second reversal of a journal.
Which journal a verb writes, and keeping the balances, is casework's.
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
    true,
)
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.applications import Application, PayMethod
from models.base import (
    Base,
    Ciphertext,
    Code,
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


class AccountKind(StrEnum):
    """Where money stands. Only ``outside`` and ``budget`` are meant to go below zero."""

    OUTSIDE = "outside"
    BUDGET = "budget"
    SOURCE = "source"
    DEPARTMENT = "department"
    COMMITTEE = "committee"
    MEMBER = "member"
    RETURNED = "returned"
    RECOVERED = "recovered"
    SUSPENSE = "suspense"


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


class FundSource(Base):
    """Where the money of a payment comes from (clause 5)."""

    __tablename__ = "fund_source"

    id: Mapped[PrimaryKey]
    code: Mapped[Code] = mapped_column(unique=True, comment="Short code")
    zh: Mapped[Name] = mapped_column(comment="Name in Chinese")
    en: Mapped[Name] = mapped_column(comment="Name in English")
    active: Mapped[bool] = mapped_column(
        Boolean, default=True, server_default=true(), comment="May be used for new money"
    )


class Budget(Base):
    """What a source may spend in a year."""

    __tablename__ = "budget"
    __table_args__ = (
        UniqueConstraint("source_id", "year"),
        CheckConstraint("fen >= 0", name="fen_not_negative"),
    )

    id: Mapped[PrimaryKey]
    source_id: Mapped[int] = mapped_column(ForeignKey("fund_source.id"), comment="The source")
    year: Mapped[int] = mapped_column(Integer, comment="Calendar year")
    fen: Mapped[Fen] = mapped_column(comment="Budget, fen")

    source: Mapped[FundSource] = relationship()


def _account_key(context: DefaultExecutionContext) -> str:
    """One account per kind and owner: NULLs would not count as equal in a unique key."""
    given = context.get_current_parameters()  # type: ignore[no-untyped-call]  # untyped there
    owner = [given.get(name) for name in ("source_id", "org_id", "member_id", "year")]
    return ":".join([str(given["kind"]), *("-" if part is None else str(part) for part in owner)])


class Account(Base):
    """A place where money stands. The balance is the sum of its postings."""

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint("balance_fen >= 0 OR may_be_negative", name="balance"),
        Index(None, "kind", "id"),
    )

    id: Mapped[PrimaryKey]
    key: Mapped[Code] = mapped_column(
        unique=True, default=_account_key, comment="kind:source:org:member:year, made by itself"
    )
    kind: Mapped[AccountKind] = mapped_column(one_of(AccountKind, "kind"), comment="What it is")
    org_id: Mapped[int | None] = mapped_column(
        ForeignKey("org_unit.id"), index=True, comment="Organisation that holds it"
    )
    source_id: Mapped[int | None] = mapped_column(
        ForeignKey("fund_source.id"), index=True, comment="Source the money is from"
    )
    member_id: Mapped[int | None] = mapped_column(
        ForeignKey("member.id"), index=True, comment="Member who received it"
    )
    year: Mapped[int | None] = mapped_column(Integer, comment="Budget year, where kept by year")
    balance_fen: Mapped[Fen] = mapped_column(
        default=0, server_default="0", comment="Debits less credits, fen"
    )
    may_be_negative: Mapped[bool] = mapped_column(
        Boolean, default=False, server_default=false(), comment="True for the outside world"
    )

    org: Mapped[OrgUnit | None] = relationship()
    source: Mapped[FundSource | None] = relationship()
    member: Mapped[Member | None] = relationship()


class Journal(Base):
    """One movement of money for one reason; corrected only by a reversing journal."""

    __tablename__ = "journal"
    __table_args__ = (
        CheckConstraint("reverses_id <> id", name="not_its_own_reversal"),
        Index(None, "at", "id"),
    )

    id: Mapped[PrimaryKey]
    kind: Mapped[Code] = mapped_column(comment="Why money moved, by casework's code")
    at: Mapped[Moment] = mapped_column(comment="When")
    by_id: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id"), index=True, comment="Who; null is the software itself"
    )
    memo: Mapped[Words | None] = mapped_column(comment="Words for the ledger")
    reverses_id: Mapped[int | None] = mapped_column(
        ForeignKey("journal.id"), unique=True, comment="Journal that this one undoes, once"
    )
    request_key: Mapped[str | None] = mapped_column(
        ordered_text(128), unique=True, comment="Key of the request, so that it works once"
    )

    postings: Mapped[list["Posting"]] = relationship(
        back_populates="journal", order_by="Posting.id"
    )
    reverses: Mapped["Journal | None"] = relationship(remote_side="Journal.id")


class Posting(Base):
    """``fen`` leaves the credit account and arrives at the debit account."""

    __tablename__ = "posting"
    __table_args__ = (
        CheckConstraint("fen > 0", name="fen"),
        CheckConstraint("debit_account_id <> credit_account_id", name="two_accounts"),
    )

    id: Mapped[PrimaryKey]
    journal_id: Mapped[int] = mapped_column(
        ForeignKey("journal.id"), index=True, comment="The journal"
    )
    debit_account_id: Mapped[int] = mapped_column(
        ForeignKey("account.id"), index=True, comment="Account that the money goes to"
    )
    credit_account_id: Mapped[int] = mapped_column(
        ForeignKey("account.id"), index=True, comment="Account that the money comes from"
    )
    fen: Mapped[Fen] = mapped_column(comment="Amount, fen, more than nothing")

    journal: Mapped[Journal] = relationship(back_populates="postings")
    debit_account: Mapped[Account] = relationship(foreign_keys=[debit_account_id])
    credit_account: Mapped[Account] = relationship(foreign_keys=[credit_account_id])


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
