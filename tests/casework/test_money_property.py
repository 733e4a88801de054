"""Random sequences of money's verbs: money never appears or vanishes, and nobody is paid twice."""

from datetime import date
from random import Random
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casework import funds, grants, ledger, payments, recoveries, transfers
from engine.faults import Refused
from models.applications import Application
from models.ledger import (
    Account,
    Grant,
    Journal,
    Payment,
    PaymentState,
    Posting,
    Recovery,
    TransferLine,
)
from tests.casework.office import PAY_DAY, Office, open_office

DAY = date(2010, 12, 20)
SEEDS = range(6)
STEPS = 40


class Chance:
    """Presses buttons at random, the wrong ones too; what is refused changes nothing."""

    def __init__(self, office: Office, seed: int) -> None:
        self.office, self.session, self.random = office, office.session, Random(seed)
        self.done: dict[str, int] = {}

    def press(self) -> None:
        verb = self.random.choice(
            [
                *(self.budget, self.correct, self.transfer, self.take_back),
                *(self.prepare, self.pay, self.pay, self.back, self.discard),
                *(self.sign, self.demand, self.receive),
            ]
        )
        before = snapshot(self.session)
        try:
            with self.session.begin_nested():
                verb()
        except Refused:
            self.session.expire_all()
            assert snapshot(self.session) == before
        else:
            self.done[verb.__name__] = self.done.get(verb.__name__, 0) + 1

    def some(self, model: Any) -> object:
        rows = self.session.scalars(select(model).order_by(model.id)).all()
        return self.random.choice(rows) if rows else None

    def few(self) -> list[Application]:
        rows = self.session.scalars(select(Application).order_by(Application.id)).all()
        return self.random.sample(list(rows), self.random.randint(1, 2))

    def budget(self) -> None:
        fen = self.random.randint(1, 150_000)
        keeper, source = self.office.staff["finance"], self.office.source
        funds.allocate_budget(self.session, source, 2010, fen, by=keeper, at=PAY_DAY)

    def correct(self) -> None:
        entry = self.some(Journal)
        if isinstance(entry, Journal):
            keeper = self.office.staff["finance"]
            funds.reverse(self.session, entry, by=keeper, at=PAY_DAY, reason="更正")

    def transfer(self) -> None:
        key = f"key{self.random.randint(1, 30)}"
        self.office.transfer(*self.few(), request_key=key)

    def take_back(self) -> None:
        line = self.some(TransferLine)
        if isinstance(line, TransferLine):
            by = self.office.staff["finance"]
            transfers.take_back(self.session, line, reason="错", by=by, at=PAY_DAY)

    def prepare(self) -> None:
        self.office.prepare(*self.few())

    def pay(self) -> None:
        payment = self.some(Payment)
        if isinstance(payment, Payment):
            self.office.pay(payment)

    def back(self) -> None:
        payment = self.some(Payment)
        if isinstance(payment, Payment):
            by = self.office.staff["finance"]
            payments.returned(
                self.session, payment, returned_on=DAY, reason="退", by=by, at=PAY_DAY
            )

    def discard(self) -> None:
        payment = self.some(Payment)
        if isinstance(payment, Payment):
            by = self.office.staff["committee_clerk"]
            payments.discard(self.session, payment, reason="撤", by=by, at=PAY_DAY)

    def sign(self) -> None:
        payment = self.some(Payment)
        if isinstance(payment, Payment):
            self.office.receipt(payment)

    def demand(self) -> None:
        grant = self.some(Grant)
        if isinstance(grant, Grant):
            fen, by = self.random.randint(1, 70_000), self.office.staff["auditor"]
            recoveries.demand(
                self.session, grant, fen, reason="骗取", ordered_on=DAY, by=by, at=PAY_DAY
            )

    def receive(self) -> None:
        recovery = self.some(Recovery)
        if isinstance(recovery, Recovery):
            fen, by = self.random.randint(1, 70_000), self.office.staff["finance"]
            recoveries.receive(self.session, recovery, fen, received_on=DAY, by=by, at=PAY_DAY)


def snapshot(session: Session) -> list[tuple[int, int]]:
    rows = session.execute(select(Account.id, Account.balance_fen).order_by(Account.id))
    return [(number, fen) for number, fen in rows if fen]


def check(session: Session) -> None:
    """What must hold after every press, read from the rows and not from the program's memory."""
    session.flush()
    accounts = session.scalars(select(Account)).all()
    assert sum(row.balance_fen for row in accounts) == 0
    assert all(row.balance_fen >= 0 or row.may_be_negative for row in accounts)
    for row in accounts:
        came = session.scalar(
            select(func.coalesce(func.sum(Posting.fen), 0)).where(
                Posting.debit_account_id == row.id
            )
        )
        went = session.scalar(
            select(func.coalesce(func.sum(Posting.fen), 0)).where(
                Posting.credit_account_id == row.id
            )
        )
        assert row.balance_fen == (came or 0) - (went or 0)
    for grant in session.scalars(select(Grant)):
        assert grants.paid_fen(session, grant) <= grant.fen
    twice = session.execute(
        select(Payment.grant_id)
        .where(Payment.state.in_((PaymentState.PREPARED, PaymentState.PAID)))
        .group_by(Payment.grant_id, Payment.instalment)
        .having(func.count() > 1)
    ).all()
    assert twice == []


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_is_pressed_the_ledger_balances_and_nobody_is_paid_twice(
    session: Session, seed: int
) -> None:
    office = open_office(session)
    office.budget(200_000)
    for _ in range(3):
        office.application("transfer")
    chance = Chance(office, seed)
    for _ in range(STEPS):
        chance.press()
        check(session)
    assert len(chance.done) >= 3, "a run in which nothing goes through proves nothing"
    assert ledger.total(session) == 0
