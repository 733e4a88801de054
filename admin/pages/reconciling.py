"""对账: where each source's budget is, what each unit holds and what it should, and every transfer down to
nothing; the transfer's own page says name by name what is still open. Looks only."""

from __future__ import annotations

from flask import Blueprint, Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_admin import Admin

from admin.extensions import db
from admin.i18n import _l
from admin.security.guard import requires
from admin.security.people import actor
from casework import reconciliation
from casework.permissions import Permission

blueprint = Blueprint("reconciling", __name__, url_prefix="/funds/reconciliation")
STATES = {
    "signed": (_l("Paid and signed for"), "green"),
    "unsigned": (_l("Paid, not yet signed for"), "blue"),
    "roster": (_l("On the roster"), "blue"),
    "came_back": (_l("Came back from the bank"), "orange"),
    "held": (_l("Payment held"), "orange"),
    "waiting": (_l("Not yet on the roster"), "blue"),
    "sent_back": (_l("Back at its source"), "secondary"),
}
"""What became of one person's money in a transfer, and its colour."""


@blueprint.get("/")
@requires(Permission.Fund.READ)
def index() -> ResponseReturnValue:
    """Sources, units and transfers; those that came out even only when asked for."""
    session, by = db.session(), actor()
    everything = request.args.get("show") == "all"
    return render_template(
        "funds/reconciliation.html",
        sources=reconciliation.sources(session, by),
        units=reconciliation.units(session, by),
        batches=reconciliation.batches(session, by, open_only=not everything),
        everything=everything,
    )


def install(app: Flask, frame: Admin) -> None:
    """Bind the page; the fund ledger leads to it."""
    app.register_blueprint(blueprint)
