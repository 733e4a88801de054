"""The double-entry books: sources of money, budgets, accounts, journals, postings.

Every posting moves fen from its credit to its debit account, so a journal balances by
construction; a balance below zero and a second reversal are refused by the database. Which
journal a verb writes, and keeping the balances, is casework's.
"""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    UniqueConstraint,
    false,
    func,
    select,
    true,
    union_all,
)
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.base import Base, Code, Fen, Moment, Name, PrimaryKey, Words, one_of, ordered_text
from models.members import Member
from models.orgs import OrgUnit


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


@dataclass(frozen=True)
class BalanceProblem:
    """An account whose balance is not the sum of its postings; amounts in fen."""

    account_id: int
    balance_fen: int
    posted_fen: int


def balance_problems(session: Session) -> list[BalanceProblem]:
    """Every account whose balance its postings do not give; empty when the ledger is right."""
    arrived = select(Posting.debit_account_id.label("id"), Posting.fen.label("fen"))
    left = select(Posting.credit_account_id, -Posting.fen)
    moved = union_all(arrived, left).subquery()
    posted = func.coalesce(func.sum(moved.c.fen), 0)
    rows = session.execute(
        select(Account.id, Account.balance_fen, posted)
        .outerjoin(moved, moved.c.id == Account.id)
        .group_by(Account.id, Account.balance_fen)
        .having(Account.balance_fen != posted)
        .order_by(Account.id)
    )
    return [BalanceProblem(account, balance, int(total)) for account, balance, total in rows]
