"""The double-entry journal: accounts, postings, balances, reversal. Never decides why money moves.

Every posting moves fen from one account to another, so the sum of all balances is always zero;
only the outside may stand below zero. Balances change in the transaction that adds the posting,
under locks taken in id order. A mistake is corrected by a journal that reverses another, once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from casework.people import Actor
from engine.faults import Fault, Refused
from engine.labels import Label
from engine.words import yuan
from models.ledger import Account, AccountKind, FundSource, Journal, Posting
from models.members import Member
from models.orgs import OrgLevel, OrgUnit

KIND_LABELS = {
    AccountKind.OUTSIDE: Label("外部", "Outside"),
    AccountKind.BUDGET: Label("预算", "Budget"),
    AccountKind.SOURCE: Label("资金来源", "Fund source"),
    AccountKind.DEPARTMENT: Label("主管部门", "Department"),
    AccountKind.COMMITTEE: Label("发放单位", "Paying unit"),
    AccountKind.MEMBER: Label("本人", "Member"),
    AccountKind.RETURNED: Label("退回", "Returned"),
    AccountKind.RECOVERED: Label("追回", "Recovered"),
    AccountKind.SUSPENSE: Label("待查", "In suspense"),
}


@dataclass(frozen=True, slots=True)
class Leg:
    """One posting to be: `fen` leave `credit` and arrive at `debit`."""

    debit: Account
    credit: Account
    fen: int


def account(
    session: Session,
    kind: AccountKind,
    *,
    source: FundSource | None = None,
    org: OrgUnit | None = None,
    member: Member | None = None,
    year: int | None = None,
) -> Account:
    """The one account of this kind and owner, opened on first use."""
    wanted = {
        "source_id": source.id if source else None,
        "org_id": org.id if org else None,
        "member_id": member.id if member else None,
        "year": year,
    }
    query = select(Account).where(
        Account.kind == kind,
        *(getattr(Account, k).is_not_distinct_from(v) for k, v in wanted.items()),
    )
    found = session.scalars(query).one_or_none()
    if found is not None:
        return found
    opened = Account(
        kind=kind, balance_fen=0, may_be_negative=kind == AccountKind.OUTSIDE, **wanted
    )
    try:
        with session.begin_nested():
            session.add(opened)
    except IntegrityError:  # opened by somebody else in this very moment
        return session.scalars(query).one()
    return opened


def unit_account(session: Session, unit: OrgUnit, source: FundSource) -> Account:
    """Where a unit keeps the money of a source that it is to pay out, earmarked (clause 4.5)."""
    kind = AccountKind.DEPARTMENT if unit.level == OrgLevel.DEPARTMENT else AccountKind.COMMITTEE
    return account(session, kind, source=source, org=unit)


def total(session: Session) -> int:
    """The sum of all balances: zero, or the ledger is broken."""
    return int(session.scalar(select(func.coalesce(func.sum(Account.balance_fen), 0))) or 0)


def journal(
    session: Session,
    kind: str,
    legs: Sequence[Leg],
    *,
    by: Actor,
    at: datetime,
    memo: str = "",
    request_key: str | None = None,
    reverses: Journal | None = None,
) -> Journal:
    """Move money. Locks the accounts in id order, checks, posts, keeps the balances, flushes.

    A request key that is known gives its journal again and moves nothing; for another kind it is
    `request_key_used`. Raises `not_enough_money` for each account that would fall below zero.
    The database has the last word: the balance CHECK, and one reversal of a journal.
    """
    if not legs or any(leg.fen <= 0 for leg in legs):
        raise Refused([Fault("amount_not_positive", {}, None)])
    hold(session, (row for leg in legs for row in (leg.debit, leg.credit)))
    known = by_request(session, request_key, kind)
    if known is not None:
        return known
    _check_balances(legs)
    entry = Journal(
        kind=kind,
        at=at,
        by_id=by.user_id,
        memo=memo,
        request_key=request_key,
        reverses_id=reverses.id if reverses else None,
    )
    try:
        with session.begin_nested():
            session.add(entry)
    except IntegrityError:
        return _translate(session, kind, request_key, reverses)
    for leg in legs:
        session.add(
            Posting(
                journal_id=entry.id,
                debit_account_id=leg.debit.id,
                credit_account_id=leg.credit.id,
                fen=leg.fen,
            )
        )
        leg.debit.balance_fen += leg.fen
        leg.credit.balance_fen -= leg.fen
    session.flush()
    return entry


def by_request(session: Session, request_key: str | None, kind: str) -> Journal | None:
    """The journal that this request has already made, if any."""
    if request_key is None:
        return None
    known = session.scalars(select(Journal).where(Journal.request_key == request_key)).one_or_none()
    if known is not None and known.kind != kind:
        raise Refused([Fault("request_key_used", {}, None)])
    return known


def same_request(known: Journal, by: Actor, fen: int, account: Account | None = None) -> Journal:
    """The journal of a request that is sent again: by the same person, about the same money and
    account. Anything else under its key is `request_key_used`."""
    same = known.by_id == by.user_id and sum(row.fen for row in known.postings) == fen
    if account is not None:
        touched = {row.debit_account_id for row in known.postings}
        touched |= {row.credit_account_id for row in known.postings}
        same = same and account.id in touched
    if not same:
        raise Refused([Fault("request_key_used", {}, None)])
    return known


def undo(
    session: Session,
    entry: Journal,
    kind: str,
    *,
    by: Actor,
    at: datetime,
    reason: str,
    request_key: str | None = None,
) -> Journal:
    """Move the money of a journal back the way it came; `already_reversed` the second time.

    For verbs that also mend what the journal stood for; a person uses `reverse`.
    """
    if session.scalar(select(Journal.id).where(Journal.reverses_id == entry.id)) is not None:
        raise Refused([Fault("already_reversed", {"id": entry.id}, None)])
    back = [
        Leg(debit=row.credit_account, credit=row.debit_account, fen=row.fen)
        for row in reversed(entry.postings)
    ]
    return journal(
        session, kind, back, by=by, at=at, memo=reason, request_key=request_key, reverses=entry
    )


def hold(session: Session, accounts: Iterable[Account]) -> None:
    """Lock accounts in id order, read afresh, so that two journals never wait crosswise.

    A verb with several journals holds all its accounts first, before anything is audited: the
    audit chain is the last thing that everybody waits for.
    """
    session.flush()
    ids = sorted({row.id for row in accounts})
    session.scalars(
        select(Account)
        .where(Account.id.in_(ids))
        .order_by(Account.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def _check_balances(legs: Iterable[Leg]) -> None:
    change: dict[Account, int] = defaultdict(int)
    for leg in legs:
        change[leg.debit] += leg.fen
        change[leg.credit] -= leg.fen
    short = [
        Fault(
            "not_enough_money",
            {"account": name_of(row), "has": yuan(row.balance_fen), "needs": yuan(-moved)},
            None,
        )
        for row, moved in change.items()
        if not row.may_be_negative and row.balance_fen + moved < 0
    ]
    if short:
        raise Refused(short)


def name_of(row: Account) -> Label:
    """What to call an account in a message."""
    kind = KIND_LABELS[row.kind]
    org = row.org.name if row.org else ""
    zh, en = (row.source.zh, row.source.en) if row.source else ("", "")
    year = str(row.year) if row.year else ""
    whose = f"{org} · " if org else ""  # run together with the fund its name cannot be told apart
    return Label(
        whose + "".join(part for part in (zh, year, f"（{kind.zh}）") if part),
        whose + " ".join(part for part in (en, year, f"({kind.en})") if part),
    )


def _translate(
    session: Session, kind: str, request_key: str | None, reverses: Journal | None
) -> Journal:
    """Another person was faster by a moment: his journal, or why this one cannot be."""
    known = by_request(session, request_key, kind)
    if known is not None:
        return known
    if reverses is not None:
        raise Refused([Fault("already_reversed", {"id": reverses.id}, None)])
    raise Refused([Fault("request_key_used", {}, None)])
