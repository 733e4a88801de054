"""The bank's answer to a list of card payments: who was not paid, and why (clause 4.5).

What comes back is an Excel list with account, holder, amount and result, or a file in a layout of a
policy's `exchange.yaml`. It is read whole: every fault of every row at once, and nothing is recorded
while there is one. A row that failed takes its
payment back to the paying unit (`payments.returned`); the same list handed in again changes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

import casework.messages_bank  # noqa: F401 - its texts
from casework import editions, events, exchange, moves, payments, scope, workbooks
from casework.attachments import Upload, clean_name, require_chosen
from casework.imports.spellings import headings, meaning, values
from casework.people import Actor
from casework.permissions import Permission
from casework.workbooks import Column, Row
from engine.exchange import Layout
from engine.faults import Fault, Refused
from engine.source import parse_money
from models.applications import Application, PayMethod
from models.ledger import Grant, Payment, PaymentState
from models.orgs import OrgUnit
from models.secrets import account_number


def _column(id_: str, title: str, english: str, *, required: bool = True) -> Column:
    return Column(id_, (title, *headings("bank_returns", id_), english), required)


ACCOUNT = _column("account", "银行账号", "Bank account")
HOLDER = _column("holder", "户名", "Account holder")
AMOUNT = _column("amount", "金额（元）", "Amount (yuan)")
RESULT = _column("result", "处理结果", "Result")
REASON = _column("reason", "失败原因", "Reason", required=False)
REFERENCE = Column("reference", ("发放编号", "Reference"), required=False)
COLUMNS = (ACCOUNT, HOLDER, AMOUNT, RESULT, REASON, REFERENCE)
PAID, FAILED = (values("bank_result")[key][0] for key in ("yes", "no"))
"""How our own files say it; what banks write stands in `spellings.yaml`."""
_Key = tuple[str, str, int]
"""(account, holder, fen)"""


@dataclass(slots=True)
class Answer:
    """What a list says: payments that failed with the bank's reason, how many succeeded, and how
    many are recorded already."""

    failed: list[tuple[Payment, str, Row]] = field(default_factory=list)
    paid: int = 0
    known: int = 0


def layouts(session: Session, on: date) -> list[tuple[str, Layout]]:
    """(policy's code, layout) of everything in which a bank may answer on this day."""
    found: list[tuple[str, Layout]] = []
    for code in editions.policy_codes(session):
        with suppress(Refused):  # a policy that is not in force has nothing coming back
            _edition, policy = editions.in_force(session, code, on)
            found += [(code, one) for one in policy.exchange.of("bank_back")]
    return found


def take_in(
    session: Session,
    upload: Upload,
    *,
    returned_on: date,
    layout: Layout | None = None,
    by: Actor,
    at: datetime,
) -> Answer:
    """Record what the bank could not pay, all rows or none; a workbook, or a file in a layout of
    the policy."""
    if not by.holds(Permission.Payment.RETURN):
        raise Refused([Fault("not_permitted", {"permission": Permission.Payment.RETURN}, None)])
    require_chosen(upload)
    filename = clean_name(upload.filename)
    rows = _rows(filename, upload.content, layout)
    answer, found = _read(session, rows, by)
    with session.begin_nested():
        found += _take_back(session, answer, returned_on, by, at)
        if found:
            raise Refused(found)
    data = {"file": filename, "failed": len(answer.failed), "paid": answer.paid}
    events.audit(session, by, at, "payment.bank_return", "payment", None, data)
    return answer


def _rows(filename: str, content: bytes, layout: Layout | None) -> list[Row]:
    if layout is None:
        return workbooks.read(filename, content, COLUMNS)
    return exchange.rows(layout, content, ok=PAID, failed=FAILED, renamed={})


def _read(session: Session, rows: Sequence[Row], by: Actor) -> tuple[Answer, list[Fault]]:
    """What the rows say about payments in reach, and every fault."""
    standing = _standing(session, rows, by)
    answer, found = Answer(), []
    for row in rows:
        if not row.get("account") and not row.get("result"):
            continue  # the bank's line of totals
        faults = workbooks.missing(row, COLUMNS)
        key, result = _key(row), _result(row)
        if row.get("amount") and key is None:
            faults.append(_at(row, "bank_row_amount", text=row.get("amount")))
        if row.get("result") and result is None:
            names = [PAID, FAILED]
            faults.append(_at(row, "bank_row_result", text=row.get("result"), names=names))
        if result is False and not row.get("reason"):
            faults.append(_at(row, "bank_row_reason"))
        if not faults and key is not None:
            faults += _about(answer, row, key, result is True, standing)
        found += faults
    if not found and not (answer.failed or answer.paid or answer.known):
        found.append(Fault("list_no_rows", {}))
    return answer, found


def _about(
    answer: Answer, row: Row, key: _Key, paid: bool, standing: Mapping[_Key, list[Payment]]
) -> list[Fault]:
    """Put one row with its payment: the one it names by our number, else the oldest of that amount."""
    own, named = standing.get(key, []), row.get("reference")
    if named:
        own = [one for one in own if str(one.id) == named]
    if not own:
        like = [each for each in standing if each[0] == key[0] or named]
        code = "bank_row_differs" if like else "bank_row_unknown"
        return [_at(row, code, holder=key[1])]
    taken = {payment.id for payment, _reason, _row in answer.failed}
    left = [one for one in own if one.state == PaymentState.PAID and one.id not in taken]
    if paid and not any(one.state == PaymentState.PAID for one in own):
        return [_at(row, "bank_row_taken_back", holder=key[1])]
    if paid:
        answer.paid += 1
    elif left:
        answer.failed.append((left[0], row.get("reason"), row))
    else:
        answer.known += 1
    return []


def _standing(session: Session, rows: Sequence[Row], by: Actor) -> dict[_Key, list[Payment]]:
    """Card payments in reach, paid or come back, that have a holder of the list."""
    query = (
        select(Payment)
        .join(Grant, Grant.id == Payment.grant_id)
        .join(Application, Application.id == Grant.application_id)
        .join(OrgUnit, OrgUnit.id == Application.org_id)
        .where(
            Payment.method == PayMethod.CARD,
            Payment.state.in_((PaymentState.PAID, PaymentState.RETURNED)),
            Payment.payee_name.in_({row.get("holder") for row in rows}),
        )
        .order_by(Payment.id)
    )
    found: dict[_Key, list[Payment]] = defaultdict(list)
    for one in session.scalars(scope.visible(query, by, Permission.Payment.RETURN, OrgUnit.path)):
        found[(one.account or "", one.payee_name, one.fen)].append(one)
    return found


def _take_back(
    session: Session, answer: Answer, returned_on: date, by: Actor, at: datetime
) -> list[Fault]:
    """Take the payments back, the applications held in id order; faults with the row they are of."""
    moves.lock(session, {payment.grant.application for payment, _reason, _row in answer.failed})
    found: list[Fault] = []
    for payment, reason, row in answer.failed:
        try:
            payments.returned(
                session, payment, returned_on=returned_on, reason=reason, by=by, at=at
            )
        except Refused as refused:
            found += _once(refused.faults, row)
    return found


def _once(faults: Iterable[Fault], row: Row) -> list[Fault]:
    """The day was typed once for the whole list; everything else is a fault of the row."""
    return [
        one if one.where == "returned_on" else replace(one, where=f"row:{row.number}")
        for one in faults
    ]


def _key(row: Row) -> _Key | None:
    fen = parse_money(row.get("amount").replace(",", ""))
    if fen is None:
        return None
    return account_number(row.get("account")), row.get("holder"), fen


def _result(row: Row) -> bool | None:
    found = meaning("bank_result", row.get("result"))
    return None if found is None else found == "yes"


def _at(row: Row, code: str, **params: object) -> Fault:
    return Fault(code, {"row": row.number, **params}, f"row:{row.number}")
