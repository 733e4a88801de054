"""Steps of the money: budgets, transfers, rosters, payments, receipts, and what comes back."""

from __future__ import annotations

from sqlalchemy import select

from casework import funds, payments, receipts, recoveries, transfers
from engine.procedure import StageKind
from models.applications import Application
from models.ledger import FundSource, Grant, Journal, Payment, PaymentState, Recovery, TransferLine
from tests.casework.chance.hand import Hand, Nothing

LIST_KINDS = frozenset(
    {
        *(StageKind.POST, StageKind.FILE, StageKind.SCREEN),
        *(StageKind.TRANSFER, StageKind.PAY, StageKind.RECEIPT),
    }
)


class Money(Hand):
    """Money down to the member and back."""

    def budget(self) -> None:
        source = self.random.choice([self.town.source, self.town.other_source])
        funds.allocate_budget(
            self.session,
            self.session.get_one(FundSource, source.id),
            self.random.choice([2010, 2010, 2011]),
            self.random.choice([0, 1, 60_000, 200_000]),
            by=self.actor("finance"),
            at=self.now,
            request_key=self.key(),
        )

    def correct(self) -> None:
        entry, by = self.some(Journal, Journal.kind == "budget"), self.actor("finance")
        funds.reverse(self.session, entry, by=by, at=self.now, reason=self.reason())

    def transfer(self) -> str:
        unit = self.committee()
        early = self.likely(0.7) and any(self.ahead())
        chosen = self.emergencies() if early else self.few(StageKind.TRANSFER, unit)
        source = self.town.source if self.likely(0.9) else self.town.other_source
        transfers.transfer(
            self.session,
            unit,
            chosen,
            self.session.get_one(FundSource, source.id),
            self.spoiled({"transferred_on": self.day(), "voucher": "凭证1"}),
            by=self.actor("finance"),
            at=self.now,
            versions=self.versions(chosen),
            request_key=self.key() or f"once{self.random.random()}",
        )
        return "transfer_ahead" if early else "transfer"

    def emergencies(self) -> list[Application]:
        if not (rows := self.ahead()):
            raise Nothing
        return [self.random.choice(rows)]

    def ahead(self) -> list[Application]:
        """Emergencies whose money has not gone ahead of their paperwork yet."""
        mine = [one for one in self.live() if one.emergency]
        return [one for one in mine if self.stage(one).kind not in LIST_KINDS]

    def take_back(self) -> None:
        line, by = self.some(TransferLine), self.actor("finance")
        transfers.take_back(self.session, line, reason=self.reason(), by=by, at=self.now)

    def hand_out(self) -> str:
        """Whatever the paying unit has to do: roster, money, signature."""
        return self.random.choice([self.prepare, self.pay, self.pay, self.sign, self.sign])()

    def prepare(self) -> str:
        unit = self.committee()
        chosen = (
            self.emergencies()
            if self.likely(0.5) and self.ahead()
            else self.few(StageKind.PAY, unit)
        )
        payments.prepare(
            self.session,
            unit,
            chosen,
            by=self.actor("committee_clerk"),
            at=self.now,
            versions=self.versions(chosen),
            source=self.town.source if self.likely(0.1) else None,
        )
        return "prepare"

    def pay(self) -> str:
        ready = self.session.scalars(
            select(Payment).where(Payment.state == PaymentState.PREPARED).order_by(Payment.id)
        ).all()
        chosen = [self.some(Payment)] if not ready or self.likely(0.1) else list(ready)[:2]
        record = {"paid_on": self.day(), "cashier": "孙出纳", "witness": "李见证"}
        payments.pay(
            self.session,
            chosen,
            self.spoiled(record),
            by=self.actor("committee_clerk"),
            at=self.now,
            request_key=self.key(),
        )
        return "pay"

    def sign(self) -> str:
        sign = self.random.choice(["signature", "fingerprint", "by_other"])
        record: dict[str, object] = {"received_on": self.day(), "sign": sign}
        if sign == "by_other":
            record |= {"receiver": "王小明", "kinship": "儿子", "proxy_reason": "行动不便"}
        receipts.record(
            self.session,
            self.some(Payment, Payment.state == PaymentState.PAID),
            self.spoiled(record),
            by=self.actor("committee_clerk"),
            at=self.now,
        )
        return f"sign:{sign}"

    def discard(self) -> None:
        payment = self.some(Payment, Payment.state == PaymentState.PREPARED)
        by = self.actor("committee_clerk")
        payments.discard(self.session, payment, reason=self.reason(), by=by, at=self.now)

    def come_back(self) -> None:
        payments.returned(
            self.session,
            self.some(Payment, Payment.state == PaymentState.PAID),
            returned_on=self.day(),
            reason=self.reason(),
            by=self.actor("finance"),
            at=self.now,
        )

    def reverse_a_payment(self) -> None:
        payment, by = self.some(Payment), self.actor("finance")
        payments.reversed_(self.session, payment, reason=self.reason(), by=by, at=self.now)

    def demand(self) -> None:
        recoveries.demand(
            self.session,
            self.some(Grant),
            self.random.choice([0, 1, 30_000, 60_000, 150_000, 200_000]),
            reason=self.reason(),
            ordered_on=self.day(),
            by=self.actor("auditor"),
            at=self.now,
        )

    def receive(self) -> None:
        recovery = self.some(Recovery)
        recoveries.receive(
            self.session,
            recovery,
            self.random.choice([0, 1, recovery.fen - recovery.recovered_fen]),
            received_on=self.day(),
            by=self.actor("finance"),
            at=self.now,
            request_key=self.key(),
        )
