"""The holiday calendar and what the bank could not pay, from workbooks."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import select

from casework import calendar, payments, scope
from casework.clock import day_of
from casework.imports import cells
from casework.imports.cells import Column
from casework.imports.kinds import Context, Kind, Taken, Values
from casework.imports.spellings import headings, values
from casework.permissions import Permission
from engine.faults import Fault, Refused
from engine.labels import Label
from models.applications import Application, PayMethod
from models.calendar import DayKind, HolidayDay, HolidayYear
from models.ledger import Grant, Payment, PaymentState
from models.orgs import OrgUnit
from models.secrets import account_number

KINDS = {
    DayKind.OFF.value: Label("休", "Off"),
    DayKind.WORK.value: Label("班", "Work"),
}
SENT = {"yes": Label("成功", "Paid"), "no": Label("失败", "Returned")}


def _kind(cell: object, column: Column) -> DayKind:
    return DayKind(cells.choice(cell, column))


class Holidays(Kind):
    """The days of whole years, after the yearly notice; each year in it replaces the one on file."""

    id = "holidays"
    label = Label("节假日安排", "Holiday calendar")
    permission = Permission.Calendar.WRITE
    note = Label(
        "表中出现的年度以本表为准：该年度原有而表中没有的休息日和补班日，导入后不再保留。请放入全年的安排。",
        "A year that stands in the workbook is replaced: its days on file that are not in the "
        "workbook are no longer kept. Put in the whole year.",
    )
    columns = (
        Column("day", Label("日期", "Day"), cells.day, needed=True, also=headings("holidays", "day"), kind="date"),
        Column("kind", Label("休或班", "Off or work"), _kind, needed=True, also=headings("holidays", "kind"), choices=KINDS, spelled=values("day_kind"), kind="choice"),
        Column("name", Label("节日", "Holiday"), cells.text, also=headings("holidays", "name")),
    )  # fmt: skip

    def __init__(self) -> None:
        self._days: dict[int, dict[date, DayKind]] = {}

    def key(self, values: Values) -> tuple[str, ...] | None:
        return (str(values["day"]),)

    def key_label(self) -> Label:
        return Label("日期", "day")

    def take(self, context: Context, values: Values) -> Taken:
        day, kind = values["day"], values["kind"]
        if not isinstance(day, date) or not isinstance(kind, DayKind):
            raise TypeError("the columns read a day and its kind")
        if not context.by.holds(self.permission):
            raise Refused([Fault("not_permitted", {"permission": self.permission})])
        if (kind == DayKind.OFF) != (day.weekday() >= 5):
            self._days.setdefault(day.year, {})[day] = kind  # a free Sunday is no exception
        else:
            self._days.setdefault(day.year, {})
            return "same"
        known = context.session.get(HolidayDay, day)
        if known is not None and known.kind == kind:
            return "same"
        return "new" if known is None else "changed"

    def finish(self, context: Context) -> None:
        for year, days in sorted(self._days.items()):
            off = frozenset(day for day, kind in days.items() if kind == DayKind.OFF)
            work = frozenset(days) - off
            known = calendar.load(context.session)
            now = (
                frozenset(d for d in known.off if d.year == year),
                frozenset(d for d in known.work if d.year == year),
            )
            if context.session.get(HolidayYear, year) is None or now != (off, work):
                calendar.put_year(context.session, year, off, work, by=context.by, at=context.at)
        self._days = {}


class BankReturns(Kind):
    """The bank's answer to a payout: what it could not pay comes back to the paying unit."""

    id = "bank_returns"
    label = Label("银行退回", "Bank returns")
    permission = Permission.Payment.RETURN
    total = "amount"
    columns = (
        Column("account", Label("账号", "Account"), cells.account, needed=True, also=headings("bank_returns", "account"), kind="account"),
        Column("holder", Label("户名", "Account holder"), cells.name, also=headings("bank_returns", "holder")),
        Column("amount", Label("金额（元）", "Yuan"), cells.money, needed=True, also=headings("bank_returns", "amount"), kind="money"),
        Column("result", Label("结果", "Result"), cells.choice, needed=True, also=headings("bank_returns", "result"), choices=SENT, spelled=values("bank_result"), kind="choice"),
        Column("returned_on", Label("退回日期", "Returned on"), cells.day, also=headings("bank_returns", "returned_on"), kind="date", once=True),
        Column("reason", Label("原因", "Reason"), cells.text, also=headings("bank_returns", "reason")),
    )  # fmt: skip

    def key(self, values: Values) -> tuple[str, ...] | None:
        return (str(values["account"]), str(values["amount"]))

    def key_label(self) -> Label:
        return Label("账号和金额", "account and amount")

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], list[int]] | None = None

    def take(self, context: Context, values: Values) -> Taken:
        amount = values["amount"]
        fen = int(amount * 100) if isinstance(amount, Decimal) else 0
        numbers = self._numbers(context).get((account_number(str(values["account"])), fen), [])
        if not numbers:
            raise Refused([Fault("row_payment_unknown", {}, "account")])
        found = [context.session.get_one(Payment, number) for number in numbers]
        paid = [payment for payment in found if payment.state == PaymentState.PAID]
        if values["result"] == "yes" or not paid:
            return "same"  # it went well, or it was taken back before
        on = values.get("returned_on")
        payments.returned(
            context.session,
            paid[-1],
            returned_on=on if isinstance(on, date) else day_of(context.at),
            reason=str(values.get("reason") or self.label.zh),
            by=context.by,
            at=context.at,
        )
        return "changed"

    def _numbers(self, context: Context) -> dict[tuple[str, int], list[int]]:
        """Card payments within reach by account and amount; read once, accounts lie sealed."""
        if self._known is None:
            states = (PaymentState.PAID, PaymentState.RETURNED)
            query = (
                select(Payment)
                .join(Grant, Grant.id == Payment.grant_id)
                .join(Application, Application.id == Grant.application_id)
                .join(OrgUnit, OrgUnit.id == Application.org_id)
                .where(Payment.method == PayMethod.CARD, Payment.state.in_(states))
                .order_by(Payment.id)
            )
            self._known = {}
            reach = scope.visible(query, context.by, self.permission, OrgUnit.path)
            for payment in context.session.scalars(reach):
                if payment.account:
                    key = (account_number(payment.account), payment.fen)
                    self._known.setdefault(key, []).append(payment.id)
        return self._known
