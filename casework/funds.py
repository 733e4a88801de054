"""Sources, budgets, accounts and the double-entry journal. Never decides who is paid.

Money enters from outside into a source's account of a year, goes on to a committee and from there
to the member (clauses 4.5 and 5). Every posting moves fen from one account to another, so the sum
of all balances is always zero; only the outside may stand below zero. A mistake is corrected by a
journal that reverses another, once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from casework import events, scope
from casework.people import Actor
from casework.permissions import Permission
from engine.faults import Fault, Refused
from engine.labels import Label
from models.ledger import Account, AccountKind, Budget, FundSource, Journal, Posting
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
CORRECTED_ELSEWHERE = frozenset({"transfer", "transfer_back", "payment", "recovery"})
"""Journals that carry a list or a payment: reversed only by the verb that also mends its state."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One posting to be: `fen` leave `credit` and arrive at `debit`."""

    debit: Account
    credit: Account
    fen: int


@dataclass(frozen=True, slots=True)
class Balance:
    """What stands in one account, fen."""

    account_id: int
    kind: AccountKind
    label: Label
    source: FundSource | None
    org: OrgUnit | None
    year: int | None
    fen: int


# -- sources and budgets


def add_source(
    session: Session, code: str, zh: str, en: str, *, by: Actor, at: datetime
) -> FundSource:
    """Open a source of money (clause 5); `source_exists` where the code is taken."""
    _permit(by, Permission.Fund.BUDGET)
    if session.scalar(select(FundSource.id).where(FundSource.code == code)) is not None:
        raise Refused([Fault("source_exists", {"code": code}, None)])
    source = FundSource(code=code, zh=zh, en=en, active=True)
    session.add(source)
    session.flush()
    events.audit(session, by, at, "fund.add_source", "fund_source", source.id, {"code": code})
    return source


def allocate_budget(
    session: Session,
    source: FundSource,
    year: int,
    fen: int,
    *,
    by: Actor,
    at: datetime,
    memo: str = "",
    request_key: str | None = None,
) -> Journal:
    """Raise what a source may spend in a year; the same `request_key` gives the same journal."""
    _permit(by, Permission.Fund.BUDGET)
    faults = [] if source.active else [Fault("source_closed", {"source": label_of(source)}, None)]
    faults += [] if fen > 0 else [Fault("amount_not_positive", {}, None)]
    if faults:
        raise Refused(faults)
    budget = _budget(session, source, year)
    known = by_request(session, request_key, "budget")
    if known is not None:
        return known
    outside = account(session, AccountKind.OUTSIDE, source=source)
    held = account(session, AccountKind.SOURCE, source=source, year=year)
    entry = journal(
        session,
        "budget",
        [Leg(held, outside, fen)],
        by=by,
        at=at,
        memo=memo,
        request_key=request_key,
    )
    budget.fen += fen
    session.flush()
    data = {"source": source.code, "year": year, "fen": fen}
    events.audit(session, by, at, "fund.budget", "journal", entry.id, data)
    return entry


def budgets(session: Session, year: int) -> list[Budget]:
    """The budgets of a year by source."""
    query = select(Budget).where(Budget.year == year).order_by(Budget.source_id)
    return list(session.scalars(query))


def sources(session: Session, *, active_only: bool = True) -> list[FundSource]:
    """Sources in the order of their codes."""
    query = select(FundSource).order_by(FundSource.code)
    if active_only:
        query = query.where(FundSource.active)
    return list(session.scalars(query))


def label_of(source: FundSource) -> Label:
    """The source's name in both languages."""
    return Label(source.zh, source.en)


# -- accounts


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
        kind=kind, balance_fen=0, may_be_negative=kind is AccountKind.OUTSIDE, **wanted
    )
    try:
        with session.begin_nested():
            session.add(opened)
    except IntegrityError:  # opened by somebody else in this very moment
        return session.scalars(query).one()
    return opened


def unit_account(session: Session, unit: OrgUnit, source: FundSource) -> Account:
    """Where a unit keeps the money of a source that it is to pay out, earmarked (clause 4.5)."""
    kind = AccountKind.DEPARTMENT if unit.level is OrgLevel.DEPARTMENT else AccountKind.COMMITTEE
    return account(session, kind, source=source, org=unit)


def accounts(session: Session, by: Actor, *, kind: AccountKind | None = None) -> list[Account]:
    """Accounts that the person may see: his units' own; sources for who reads the department's."""
    return list(session.scalars(_visible(by, kind)))


def balances(session: Session, by: Actor, *, kind: AccountKind | None = None) -> list[Balance]:
    """What stands where, as far as the person may see it; members' accounts only when asked for."""
    query = _visible(by, kind)
    if kind is None:
        query = query.where(Account.kind != AccountKind.MEMBER)
    return [
        Balance(
            row.id, row.kind, KIND_LABELS[row.kind], row.source, row.org, row.year, row.balance_fen
        )
        for row in session.scalars(query)
    ]


def total(session: Session) -> int:
    """The sum of all balances: zero, or the ledger is broken."""
    return int(session.scalar(select(func.coalesce(func.sum(Account.balance_fen), 0))) or 0)


# -- the journal


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
    _lock(session, legs)
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


def reverse(session: Session, entry: Journal, *, by: Actor, at: datetime, reason: str) -> Journal:
    """Correct a wrong budget entry. Payments and transfers have verbs of their own for it."""
    _permit(by, Permission.Fund.REVERSE)
    faults = [] if reason.strip() else [Fault("reason_missing", {}, None)]
    if entry.kind in CORRECTED_ELSEWHERE:
        faults.append(Fault("reverse_elsewhere", {"id": entry.id}, None))
    if entry.reverses_id is not None:
        faults.append(Fault("reversal_not_reversed", {"id": entry.id}, None))
    if faults:
        raise Refused(faults)
    result = undo(session, entry, "reversal", by=by, at=at, reason=reason)
    if entry.kind == "budget":
        for row in entry.postings:
            held = row.debit_account
            if held.source is not None and held.year is not None:
                _budget(session, held.source, held.year).fen -= row.fen
        session.flush()
    data = {"reverses": entry.id, "reason": reason}
    events.audit(session, by, at, "fund.reverse", "journal", result.id, data)
    return result


# -- inside


def _permit(by: Actor, permission: str) -> None:
    if not by.holds(permission):
        raise Refused([Fault("not_permitted", {"permission": permission}, None)])


def _budget(session: Session, source: FundSource, year: int) -> Budget:
    """The budget row, locked: two people raising it at once add up."""
    query = select(Budget).where(Budget.source_id == source.id, Budget.year == year)
    if session.scalar(query) is None:
        try:
            with session.begin_nested():
                session.add(Budget(source_id=source.id, year=year, fen=0))
        except IntegrityError:  # made by somebody else in this very moment
            pass
    return session.scalars(query.with_for_update().execution_options(populate_existing=True)).one()


def _visible(by: Actor, kind: AccountKind | None) -> Select[tuple[Account]]:
    """Accounts of units in reach; those without a unit belong to the department."""
    query = select(Account).outerjoin(OrgUnit, OrgUnit.id == Account.org_id)
    reach = scope.condition(by, Permission.Fund.READ, OrgUnit.path)
    if _reads_department(by):
        query = query.where(or_(reach, Account.org_id.is_(None)))
    else:
        query = query.where(reach)
    if kind is not None:
        query = query.where(Account.kind == kind)
    return query.order_by(Account.kind, Account.id)


def _reads_department(by: Actor) -> bool:
    return any(
        held.level == OrgLevel.DEPARTMENT and Permission.Fund.READ in held.permissions
        for held in by.roles
    )


def _lock(session: Session, legs: Iterable[Leg]) -> None:
    """Hold every account in id order, read afresh, so that two journals never wait crosswise."""
    session.flush()
    ids = sorted({row.id for leg in legs for row in (leg.debit, leg.credit)})
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
    return Label(
        "".join(part for part in (org, zh, year, f"（{kind.zh}）") if part),
        " ".join(part for part in (org, en, year, f"({kind.en})") if part),
    )


def yuan(fen: int) -> str:
    """Fen as the yuan of a message, "600.00"; never for arithmetic."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


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
