"""The bank's list of a roster as a file: numbers of accounts in clear, every download recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Flask, Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import Admin
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from admin import clock
from admin.acting import identifier
from admin.cases.sheets import in_chinese
from admin.extensions import db
from admin.pages.common import policy_road
from admin.pages.payments import payment_or_404, unit_of
from admin.pages.receipts import MOST_PRINTED, PRINTABLE
from admin.security.guard import requires
from admin.security.people import actor
from admin.text import fault_text
from admin.views import files
from casework import exchange, rosters
from casework.permissions import Permission
from engine.faults import Refused
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
        head = (_("No."), _("Account holder"), _("Bank account"), _("Amount (yuan)"), _("Purpose"))
        count = _("%(count)d in all", count=made.count)
        lines: list[list[object]] = [
            [order, holder, account, yuan(fen), words]
            for order, holder, account, fen, words in made.rows
        ]
        lines.append([_("Total"), count, "", yuan(made.total_fen), ""])
        return files.answer(f"{asked.unit.name} {_('Bank file')}", head, lines)


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


def install(app: Flask, frame: Admin) -> None:
    """Bind the bank's file."""
    app.register_blueprint(blueprint)
