"""A roster's list for the bank as a file, and the bank's answer back: accounts are in clear, so every
download is recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Flask, Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import Admin
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from admin import clock
from admin.acting import all_told, attempt, identifier, refused
from admin.cases.sheets import in_chinese
from admin.extensions import db
from admin.pages import payments
from admin.pages.common import policy_road
from admin.pages.messages import day
from admin.pages.payments import payment_or_404, unit_of
from admin.pages.receipts import MOST_PRINTED, PRINTABLE
from admin.security.guard import requires
from admin.security.people import actor
from admin.text import fault_text
from admin.views import files
from casework import bank_returns, exchange, rosters
from casework.attachments import Upload
from casework.bank_returns import Answer
from casework.people import Actor
from casework.permissions import Permission
from engine.exchange import Layout
from engine.faults import Fault, Refused
from engine.model import Policy
from engine.words import yuan
from models.ledger import Payment
from models.orgs import OrgUnit

blueprint = Blueprint("bank_files", __name__, url_prefix="/payments")


@blueprint.get("/bank.csv")
@requires(Permission.Payment.EXPORT)
def bank_file() -> ResponseReturnValue:
    """The card payments among the chosen ones (`p`, repeated) with control count and total; in
    Chinese whatever the screen speaks, since the bank reads it."""
    asked = _asked()
    made = _taken(asked)
    with in_chinese():
        title = _("List for the bank")
        head = (_("No."), _("Account holder"), _("Bank account"), _("Amount (yuan)"), _("Purpose"))
        count = _("%(count)d in all", count=made.count)
        lines: list[list[object]] = [
            [order, holder, account, yuan(fen), words]
            for order, holder, account, fen, words in made.rows
        ]
        lines.append([_("Total"), count, "", yuan(made.total_fen), ""])
        return files.answer(f"{asked.unit.name} {title}", head, lines)


@blueprint.get("/bank/<layout_id>")
@requires(Permission.Payment.EXPORT)
def batch_file(layout_id: str) -> ResponseReturnValue:
    """The same in a layout of the policy, refused whole where a value does not fit into it."""
    asked = _asked()
    layout = asked.policy.exchange.layouts.get(layout_id)
    if layout is None or layout.use != "bank_out":
        abort(404)
    made = _taken(asked)
    try:
        content = exchange.write(layout, made.named, clock.today())
    except Refused as refusal:
        for fault in refusal.faults:
            flash(fault_text(fault), "danger")
        return redirect(url_for("payments.index"))
    name = f"{asked.unit.name} {layout.label.zh} {clock.today():%Y%m%d}"
    headers = {"Content-Disposition": files.disposition(name, layout.ending)}
    return Response(content, mimetype="application/octet-stream", headers=headers)


@dataclass(frozen=True, slots=True)
class _Asked:
    """The chosen payments, who pays them, by which policy."""

    rows: Sequence[Payment]
    unit: OrgUnit
    policy: Policy
    memo: str


def _asked() -> _Asked:
    """What `p` names, all of it in reach and of one unit, or 404."""
    numbers = [number for text in request.args.getlist("p") if (number := identifier(text))]
    if not numbers or len(numbers) > MOST_PRINTED:
        abort(404)
    rows = [payment_or_404(number, Permission.Payment.EXPORT) for number in numbers]
    unit = unit_of(rows)
    if unit is None or any(one.state not in PRINTABLE for one in rows):
        abort(404)
    policy, road = policy_road(rows[0].grant.application)
    return _Asked(rows, unit, policy, road.label.zh if road else "")


def _taken(asked: _Asked) -> rosters.BankFile:
    """The bank's list; that it was taken is written down, besides the page, which only reads."""
    with Session(db.engine) as session:
        own = [session.get_one(Payment, one.id) for one in asked.rows]
        paying = session.get_one(OrgUnit, asked.unit.id)
        made = rosters.bank_file(session, paying, own, asked.memo, by=actor(), at=clock.now())
        session.commit()
    return made


@blueprint.post("/bank-answer")
@requires(Permission.Payment.RETURN)
def bank_answer() -> ResponseReturnValue:
    """What the bank could not pay, from its list; all rows or none."""
    file = request.files.get("file")
    upload = Upload(file.filename or "" if file else "", file.read() if file else b"")
    typed = request.form.get("returned_on", "").strip()

    def do(session: Session, by: Actor, at: datetime) -> Answer:
        unread: list[Fault] = []
        on = day(typed, "returned_on", unread)

        def take_in() -> Answer:
            layout = _back(request.form.get("layout", ""))
            return bank_returns.take_in(
                session, upload, returned_on=on, layout=layout, by=by, at=at
            )

        return all_told(unread, take_in)

    outcome = attempt(do, "payment.bank_return", "payment", None)
    if outcome.faults:
        return refused(outcome, payments.page)
    found = outcome.value or Answer()
    back = ngettext(
        "%(num)d payment came back and is due again.",
        "%(num)d payments came back and are due again.",
        len(found.failed),
    )
    rest = _(
        "%(paid)d paid, %(known)d recorded as come back before.",
        paid=found.paid,
        known=found.known,
    )
    flash(f"{back} {rest}", "success")
    return redirect(url_for("payments.index"))


def _back(name: str) -> Layout | None:
    """The layout that was named, None for a workbook."""
    if not name:
        return None
    found = bank_returns.layouts(db.session(), clock.today())
    known = {f"{code}/{one.id}": one for code, one in found}
    if name not in known:
        raise Refused([Fault("exchange_unknown", {"name": name}, "layout")])
    return known[name]


def install(app: Flask, frame: Admin) -> None:
    """Bind the bank's file."""
    app.register_blueprint(blueprint)
