"""Entries of the journal as they are shown: kind, postings in words, who, and what they concern."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from admin.i18n import _l
from admin.text import fault_text, policy_label
from casework import ledger, loading, scope
from casework.people import Actor
from casework.permissions import Permission
from engine.faults import Fault
from models.applications import Application
from models.ledger import Account, Grant, Journal, Payment, Recovery, TransferBatch
from models.people import User

Link = tuple[str, str]  # what it says, and where it leads: "" where the person may not go
KINDS = {
    "budget": _l("Budget raised"),
    "reversal": _l("Reversal"),
    "transfer": _l("Transfer to a unit"),
    "transfer_back": _l("Transfer taken back"),
    "payment": _l("Payment"),
    "payment_returned": _l("Payment came back"),
    "payment_reversed": _l("Payment reversed"),
    "recovery": _l("Recovery"),
}


@dataclass(frozen=True, slots=True)
class ShownLeg:
    """One posting: `fen` went out of one account into another."""

    out_of: str
    into: str
    fen: int


@dataclass(frozen=True, slots=True)
class Shown:
    """One entry as the page has it."""

    row: Journal
    kind: object
    who: str
    legs: Sequence[ShownLeg]
    links: Sequence[Link]
    reversed_by: int | None

    @property
    def fen(self) -> int:
        """All that it moved, fen."""
        return sum(leg.fen for leg in self.legs)


def described(session: Session, by: Actor, rows: Sequence[Journal]) -> list[Shown]:
    """The entries in the order given, with a handful of queries for all of them."""
    people = _people(session, rows)
    links = _links(session, by, rows)
    undone = _undone(session, rows)
    return [
        Shown(
            row,
            KINDS.get(row.kind, row.kind),
            people.get(row.by_id or 0, "") or _("The software"),
            [
                ShownLeg(_name(one.credit_account), _name(one.debit_account), one.fen)
                for one in row.postings
            ],
            links[row.id],
            undone.get(row.id),
        )
        for row in rows
    ]


def reason_faults(faults: Iterable[Fault]) -> list[str]:
    """Faults beside the field of the reason."""
    return [fault_text(fault) for fault in faults]


def _name(account: Account) -> str:
    """Whose account it is, then which fund: run together the two cannot be told apart."""
    name = policy_label(ledger.name_of(account))
    return f"{account.member.name} · {name}" if account.member else name


def _people(session: Session, rows: Sequence[Journal]) -> dict[int, str]:
    wanted = {row.by_id for row in rows if row.by_id}
    query = select(User.id, User.display_name).where(User.id.in_(wanted))
    return {row.id: row.display_name for row in session.execute(query)}


def _undone(session: Session, rows: Sequence[Journal]) -> dict[int, int]:
    query = select(Journal.reverses_id, Journal.id).where(
        Journal.reverses_id.in_([row.id for row in rows])
    )
    return {undone: number for undone, number in session.execute(query) if undone}


def _links(session: Session, by: Actor, rows: Sequence[Journal]) -> dict[int, list[Link]]:
    """Applications, payments, transfers and recoveries that the entries stand for."""
    found: dict[int, list[Link]] = defaultdict(list)
    first = {row.id: row.reverses_id or row.id for row in rows}  # a reversal concerns the same
    batches = {
        one.journal_id: one
        for one in session.scalars(
            select(TransferBatch)
            .where(TransferBatch.journal_id.in_(first.values()))
            .options(selectinload(TransferBatch.org))
        )
    }
    payments = {
        one.journal_id: one
        for one in session.scalars(
            select(Payment)
            .where(Payment.journal_id.in_(first.values()))
            .options(loading.application_of(Payment.grant, Grant.application))
        )
    }
    recoveries = _recoveries(session, rows)
    for row in rows:
        if batch := batches.get(first[row.id]):
            found[row.id].append(_transfer(by, batch))
        if payment := payments.get(first[row.id]):
            found[row.id] += _payment(by, payment)
        if row.kind == "recovery" and (recovery := recoveries.get(row.memo or "")):
            found[row.id] += _recovery(by, recovery)
    return found


def _recoveries(session: Session, rows: Sequence[Journal]) -> dict[str, Recovery]:
    """By the number of the application, which such an entry has as its memo."""
    numbers = {row.memo for row in rows if row.kind == "recovery" and row.memo}
    query = (
        select(Application.number, Recovery)
        .join(Grant, Grant.id == Recovery.grant_id)
        .join(Application, Application.id == Grant.application_id)
        .where(Application.number.in_(numbers))
        .order_by(Recovery.id)
        .options(loading.application_of(Recovery.grant, Grant.application))
    )
    return {row.number: row.Recovery for row in session.execute(query)}


def application_link(by: Actor, application: Application) -> Link:
    """The number of an application, leading there for those who may read it."""
    may = scope.may(by, Permission.Application.READ, application.org.path)
    url = url_for("cases.show", application_id=application.id) if may else ""
    return application.number, url


def _transfer(by: Actor, batch: TransferBatch) -> Link:
    may = scope.may(by, Permission.Fund.READ, batch.org.path)
    url = url_for("transfers.show", batch_id=batch.id) if may else ""
    return batch.number or _("Transfer to a unit"), url


def _payment(by: Actor, payment: Payment) -> list[Link]:
    application = payment.grant.application
    links = [application_link(by, application)]
    if scope.may(by, Permission.Payment.READ, application.org.path):
        links.append((payment.payee_name, url_for("receipts.show", payment_id=payment.id)))
    return links


def _recovery(by: Actor, recovery: Recovery) -> list[Link]:
    application = recovery.grant.application
    links = [application_link(by, application)]
    if scope.may(by, Permission.Fund.READ, application.org.path):
        links.append((_("Recovery"), url_for("recoveries.show", recovery_id=recovery.id)))
    return links
