"""Money by source and committee against the budgets, and aid by committee, in fen. No names.

By source, and by committee and source, counts what left the purse of a budget year, whichever aid
year it was for; by committee alone counts the aid of a year. Sources and budgets are the department's: who reads reports below it sees
what came to his units, and no budget.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from casework import funds, tree, watch
from casework.figures import Choice, chosen_conditions, reach
from casework.people import Actor
from casework.permissions import Permission
from engine.labels import Label
from models.accounts import Account, AccountKind, FundSource, Posting
from models.applications import Application
from models.ledger import (
    Grant,
    GrantState,
    Payment,
    PaymentState,
    TransferBatch,
    TransferLine,
    TransferState,
)
from models.orgs import OrgLevel, OrgUnit

Rows = Select[*tuple[Any, ...]]
SENT = TransferLine.state == TransferState.SENT
PAID = Payment.state == PaymentState.PAID


@dataclass(frozen=True, slots=True)
class SourceFlow:
    """One source in one budget year: `sent_fen` left its purse, `paid_fen` of that has reached
    members. `budget_fen` and `left_fen` are None where the person may not see them, or where the
    figures are narrowed by something that a budget is not divided by."""

    label: Label
    sent_fen: int
    paid_fen: int
    budget_fen: int | None
    left_fen: int | None


@dataclass(frozen=True, slots=True)
class UnitFlow:
    """One committee: what is approved, of that sent to it, of that paid to members."""

    name: str
    approved_fen: int
    sent_fen: int
    paid_fen: int


@dataclass(frozen=True, slots=True)
class UnitUse:
    """One committee: what left each purse for it, in the order of the sources."""

    name: str
    fen: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.fen)


Sent = Counter[tuple[int, str]]
"""(source, path of the unit) → fen."""


# -- by source


def by_source(session: Session, by: Actor, choice: Choice, year: int) -> list[SourceFlow]:
    """Sources in the order of their codes, those without any money left out."""
    within = Choice(None, choice.road, choice.unit)
    straight = _of_sources(_straight(session, by, within, year))
    sent = _of_sources(_through(session, by, within, year, paid=False))
    paid = _of_sources(_through(session, by, within, year, paid=True))
    purses: Mapping[Label, watch.Purse] = {}
    if within == Choice() and _reads_department(by):
        purses = {purse.label: purse for purse in watch.purses(session, year)}
    found = []
    for source in session.scalars(select(FundSource).order_by(FundSource.code)):
        label = funds.label_of(source)
        own = purses.get(label)
        direct = straight[source.id]
        flow = SourceFlow(
            label,
            sent[source.id] + direct,
            paid[source.id] + direct,
            own.budget_fen if own else None,
            own.left_fen if own else None,
        )
        if flow.sent_fen or flow.budget_fen:
            found.append(flow)
    return found


def by_unit_and_source(
    session: Session, by: Actor, choice: Choice, year: int
) -> tuple[tuple[Label, ...], list[UnitUse]]:
    """The sources from which something left in the year, and the committees it left for, in the
    order of the tree."""
    within = Choice(None, choice.road, choice.unit)
    sent = _through(session, by, within, year, paid=False) + _straight(session, by, within, year)
    known = tree.units_at(session, OrgLevel.COMMITTEE)
    names = {unit.path: unit.name for unit in known.values()}
    of_units: Sent = Counter()
    for (source, path), fen in sent.items():
        unit = tree.nearest(path, known)
        of_units[source, unit.path if unit else path] += fen
    used = {source for source, _path in of_units}
    sources = [
        each
        for each in session.scalars(select(FundSource).order_by(FundSource.code))
        if each.id in used
    ]
    return tuple(funds.label_of(each) for each in sources), [
        UnitUse(names.get(path, path), tuple(of_units[each.id, path] for each in sources))
        for path in sorted({path for _source, path in of_units})
    ]


def _of_sources(sent: Sent) -> Counter[int]:
    total: Counter[int] = Counter()
    for (source, _path), fen in sent.items():
        total[source] += fen
    return total


def _through(session: Session, by: Actor, within: Choice, year: int, *, paid: bool) -> Sent:
    """What the purses of the year sent to units, or what of that was paid to members."""
    fen = func.sum(Payment.fen if paid else TransferLine.fen)
    query: Rows = (
        select(TransferBatch.source_id, OrgUnit.path, fen)
        .select_from(TransferLine)
        .join(TransferBatch, TransferBatch.id == TransferLine.batch_id)
        .join(Posting, Posting.journal_id == TransferBatch.journal_id)
        .join(Account, Account.id == Posting.credit_account_id)
        .join(Application, Application.id == TransferLine.application_id)
        .join(OrgUnit, OrgUnit.id == Application.org_id)
        .where(SENT, Account.kind == AccountKind.SOURCE, Account.year == year)
        .group_by(TransferBatch.source_id, OrgUnit.path)
    )
    if paid:
        same = and_(
            Payment.grant_id == TransferLine.grant_id,
            Payment.instalment == TransferLine.instalment,
            PAID,
        )
        query = query.join(Payment, same)
    return _sums(session, query, by, within)


def _straight(session: Session, by: Actor, within: Choice, year: int) -> Sent:
    """What the purses of the year paid to members without a transfer between."""
    query: Rows = (
        select(Payment.source_id, OrgUnit.path, func.sum(Payment.fen))
        .select_from(Payment)
        .join(Posting, Posting.journal_id == Payment.journal_id)
        .join(Account, Account.id == Posting.credit_account_id)
        .join(Grant, Grant.id == Payment.grant_id)
        .join(Application, Application.id == Grant.application_id)
        .join(OrgUnit, OrgUnit.id == Application.org_id)
        .where(PAID, Account.kind == AccountKind.SOURCE, Account.year == year)
        .group_by(Payment.source_id, OrgUnit.path)
    )
    return _sums(session, query, by, within)


def _sums(session: Session, query: Rows, by: Actor, within: Choice) -> Sent:
    rows = session.execute(query.where(reach(by), *chosen_conditions(within)))
    return Counter({(source, path): int(fen) for source, path, fen in rows})


def _reads_department(by: Actor) -> bool:
    """Budgets are no unit's own: they are for who reads the department's funds."""
    return any(
        held.level == OrgLevel.DEPARTMENT and Permission.Fund.READ in held.permissions
        for held in by.roles
    )


# -- by committee


def by_committee(session: Session, by: Actor, choice: Choice) -> list[UnitFlow]:
    """Committees in the order of the tree, those without any aid left out."""
    known = tree.units_at(session, OrgLevel.COMMITTEE)
    approved = _grants(func.sum(Grant.fen))
    sent = _grants(func.sum(TransferLine.fen)).join(
        TransferLine, and_(TransferLine.grant_id == Grant.id, SENT)
    )
    paid = _grants(func.sum(Payment.fen)).join(Payment, and_(Payment.grant_id == Grant.id, PAID))
    sums = []
    for query in (approved, sent, paid):
        total: Counter[str] = Counter()
        for path, fen in session.execute(query.where(reach(by), *chosen_conditions(choice))):
            unit = tree.nearest(path, known)
            total[unit.path if unit else path] += int(fen)
        sums.append(total)
    names = {unit.path: unit.name for unit in known.values()}
    return [
        UnitFlow(names.get(path, path), *(total[path] for total in sums))
        for path in sorted(sums[0])
    ]


def _grants(total: Any) -> Rows:
    return (
        select(OrgUnit.path, total)
        .select_from(Grant)
        .join(Application, Application.id == Grant.application_id)
        .join(OrgUnit, OrgUnit.id == Application.org_id)
        .where(Grant.state == GrantState.ACTIVE)
        .group_by(OrgUnit.path)
    )
