"""Sources, their budgets of a year, and what stands where (clause 5). Never decides who is paid.

Money enters from outside into a source's account of a year; what a source may spend is raised
only here and corrected only by reversal.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload, selectinload

from casework import events, ledger, scope
from casework.clock import day_of
from casework.people import Actor
from casework.permissions import Permission
from engine.faults import Fault, Refused
from engine.labels import Label
from models.editions import Edition
from models.ledger import Account, AccountKind, Budget, FundSource, Journal
from models.orgs import OrgLevel, OrgUnit

CORRECTED_ELSEWHERE = frozenset({"transfer", "transfer_back", "payment", "recovery"})
"""Journals that carry a list or a payment: reversed only by the verb that also mends its state."""


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
    faults += year_faults(session, year, at)
    if faults:
        raise Refused(faults)
    budget = _budget(session, source, year)
    outside = ledger.account(session, AccountKind.OUTSIDE, source=source)
    held = ledger.account(session, AccountKind.SOURCE, source=source, year=year)
    known = ledger.by_request(session, request_key, "budget")
    if known is not None:
        return ledger.same_request(known, by, fen, held)
    entry = ledger.journal(
        session,
        "budget",
        [ledger.Leg(held, outside, fen)],
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


def budget_years(session: Session, today: date) -> tuple[int, int]:
    """The first and the last year for which money may be set aside: from the year in which the
    office's first policy came into force, to next year."""
    begun = session.scalar(select(func.min(Edition.in_force_from)))
    return (min(begun.year, today.year) if begun else today.year), today.year + 1


def year_faults(session: Session, year: int, at: datetime) -> list[Fault]:
    """`budget_year` for a year outside of `budget_years`."""
    first, last = budget_years(session, day_of(at))
    if first <= year <= last:
        return []
    params = {"year": str(year), "first": str(first), "last": str(last)}
    return [Fault("budget_year", params, "year")]


def standing(session: Session) -> set[tuple[int, int]]:
    """(id of the source, year) of the budgets in which anything stands; one that was reversed to
    nothing is only history, which the journal keeps."""
    rows = session.execute(select(Budget.source_id, Budget.year).where(Budget.fen != 0))
    return {(source, year) for source, year in rows}


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
            row.id,
            row.kind,
            ledger.KIND_LABELS[row.kind],
            row.source,
            row.org,
            row.year,
            row.balance_fen,
        )
        for row in session.scalars(
            query.options(joinedload(Account.source), selectinload(Account.org))
        )
    ]


def reverse(session: Session, entry: Journal, *, by: Actor, at: datetime, reason: str) -> Journal:
    """Correct a wrong budget entry. Payments and transfers have verbs of their own for it."""
    _permit(by, Permission.Fund.REVERSE)
    faults = [] if reason.strip() else [Fault("reason_needed", {}, None)]
    if entry.kind in CORRECTED_ELSEWHERE:
        faults.append(Fault("reverse_elsewhere", {"id": entry.id}, None))
    if entry.reverses_id is not None:
        faults.append(Fault("reversal_not_reversed", {"id": entry.id}, None))
    if faults:
        raise Refused(faults)
    result = ledger.undo(session, entry, "reversal", by=by, at=at, reason=reason)
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


def _visible(by: Actor, kind: AccountKind | None) -> Select[Account]:
    """Accounts of units in reach; those without a unit belong to the department."""
    query = select(Account).outerjoin(OrgUnit, OrgUnit.id == Account.org_id)
    reach = scope.condition(by, Permission.Fund.READ, OrgUnit.path)
    if reads_department(by):
        query = query.where(or_(reach, Account.org_id.is_(None)))
    else:
        query = query.where(reach)
    if kind is not None:
        query = query.where(Account.kind == kind)
    return query.order_by(Account.kind, Account.id)


def reads_department(by: Actor) -> bool:
    """Whether the person sees the money of the department itself."""
    return any(
        held.level == OrgLevel.DEPARTMENT and Permission.Fund.READ in held.permissions
        for held in by.roles
    )
