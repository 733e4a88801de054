"""The bank's list of a roster as a file: numbers of accounts in clear, every download recorded."""

from __future__ import annotations

from flask import Blueprint, Flask, abort, request
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
from admin.views import files
from casework import rosters
from casework.permissions import Permission
from engine.words import yuan
from models.ledger import Payment
from models.orgs import OrgUnit

blueprint = Blueprint("bank_files", __name__, url_prefix="/payments")


@blueprint.get("/bank.csv")
@requires(Permission.Payment.EXPORT)
def bank_file() -> ResponseReturnValue:
    """The card payments among the chosen ones (`p`, repeated) with control count and total; in
    Chinese whatever the screen speaks, since the bank reads it."""
    asked = [number for text in request.args.getlist("p") if (number := identifier(text))]
    if not asked or len(asked) > MOST_PRINTED:
        abort(404)
    rows = [payment_or_404(number, Permission.Payment.EXPORT) for number in asked]
    unit = unit_of(rows)
    if unit is None or any(one.state not in PRINTABLE for one in rows):
        abort(404)
    _policy, road = policy_road(rows[0].grant.application)
    memo = road.label.zh if road else ""
    with Session(db.engine) as session:  # a page reads only; the look is written down besides
        own = [session.get_one(Payment, one.id) for one in rows]
        paying = session.get_one(OrgUnit, unit.id)
        made = rosters.bank_file(session, paying, own, memo, by=actor(), at=clock.now())
        session.commit()
    with in_chinese():
        head = (_("No."), _("Account holder"), _("Bank account"), _("Amount (yuan)"), _("Purpose"))
        count = _("%(count)d in all", count=made.count)
        lines: list[list[object]] = [
            [order, holder, account, yuan(fen), words]
            for order, holder, account, fen, words in made.rows
        ]
        lines.append([_("Total"), count, "", yuan(made.total_fen), ""])
        return files.answer(f"{unit.name} {_('Bank file')}", head, lines)


def install(app: Flask, frame: Admin) -> None:
    """Bind the bank's file."""
    app.register_blueprint(blueprint)
