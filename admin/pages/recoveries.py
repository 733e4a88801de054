"""Recovery: order paid aid to be given back, and record what comes in (clause 4.7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import Admin
from flask_babel import gettext as _
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, selectinload

from admin import clock
from admin.acting import attempt, identifier, load, refused
from admin.extensions import db
from admin.i18n import _l
from admin.nav import Entry, add
from admin.pages import batches, journal, ledger_forms
from admin.pages.ledger_entries import application_link
from admin.pages.ledger_forms import Typed, by_field
from admin.security.guard import requires
from admin.security.people import actor
from admin.views import paging
from casework import grants, loading, recoveries, scope
from casework.people import Actor
from casework.permissions import Permission
from engine.words import yuan
from models.applications import Application
from models.ledger import Grant, Journal, Payment, PaymentState, Recovery, RecoveryState
from models.members import Member
from models.orgs import OrgUnit
from models.people import User

blueprint = Blueprint("recoveries", __name__, url_prefix="/recoveries")
READERS = (Permission.Fund.READ,)
PAGE = 50
MOST_FOUND = 20
MOST_TEXT = 100
KEYS = (paging.Key(Recovery.id, down=True),)
STATES = {
    RecoveryState.OPEN: (_l("To be paid back"), "orange"),
    RecoveryState.DONE: (_l("Paid back"), "green"),
    RecoveryState.WAIVED: (_l("Waived"), "secondary"),
}
PLACES = {
    "amount_not_positive": "amount",
    "recovery_too_much": "amount",
    "reason_needed": "reason",
    "date_not_yet": "on",
    "date_in_future": "on",
}


@dataclass(frozen=True, slots=True)
class Payable:
    """Paid aid of which something can still be demanded, fen."""

    grant: Grant
    left: int


def _reached(query: Select[Any]) -> Select[Any]:
    """The query joined up to the unit of the application."""
    return query.join(Application, Application.id == Grant.application_id).join(
        OrgUnit, OrgUnit.id == Application.org_id
    )


def _orders() -> Select[Any]:
    query = _reached(select(Recovery).join(Grant, Grant.id == Recovery.grant_id))
    return query.options(
        loading.application_of(Recovery.grant, Grant.application),
        selectinload(Recovery.grant).selectinload(Grant.member),
    )


@blueprint.get("/")
@requires(*READERS)
def index() -> ResponseReturnValue:
    """Recoveries, newest first; and paid aid found by number or name, to order one."""
    session, by = db.session(), actor()
    state = next((one for one in STATES if one.value == request.args.get("state")), None)
    reach = scope.condition(by, Permission.Fund.READ, OrgUnit.path)
    query = _orders().where(reach)
    if state is not None:
        query = query.where(Recovery.state == state)
    back = "before" in request.args
    number = identifier(request.args.get("before" if back else "after", ""))
    found = paging.fetch(session, query, KEYS, PAGE, (number,) if number else None, back=back)
    search = request.args.get("search", "").strip()[:MOST_TEXT]
    return render_template(
        "funds/recoveries.html",
        found=found,
        state=state,
        states=STATES,
        search=search,
        payable=_payable(session, by, search) if search else [],
        may_demand=by.holds(Permission.Fund.RECOVER),
    )


def _payable(session: Session, by: Actor, text: str) -> list[Payable]:
    """Paid aid in reach whose application has this number or whose member has this name."""
    query = (
        _reached(select(Grant))
        .join(Member, Member.id == Grant.member_id)
        .where(
            or_(Application.number == text, Member.name.startswith(text, autoescape=True)),
            Grant.payments.any(Payment.state == PaymentState.PAID),
        )
        .order_by(Grant.id.desc())
        .limit(MOST_FOUND)
    )
    rows = session.scalars(scope.visible(query, by, Permission.Fund.RECOVER, OrgUnit.path)).all()
    return [Payable(row, _left(session, row)) for row in rows]


def _left(session: Session, grant: Grant) -> int:
    return grants.paid_fen(session, grant) - recoveries.demanded_fen(session, grant)


@blueprint.get("/new/<int:grant_id>")
@requires(Permission.Fund.RECOVER)
def new(grant_id: int) -> ResponseReturnValue:
    """The form of an order."""
    grant = grant_or_404(grant_id)
    left = _left(db.session(), grant)
    typed = {"amount": _plain(left) if left > 0 else "", "on": clock.today().isoformat()}
    return demand_page(grant, typed, {})


def grant_or_404(grant_id: int) -> Grant:
    """Aid in reach for recovery."""
    query = _reached(select(Grant)).where(Grant.id == grant_id)
    found: Grant = load(query, Permission.Fund.RECOVER, OrgUnit.path)
    return found


def recovery_or_404(recovery_id: int, permission: str = Permission.Fund.READ) -> Recovery:
    """The order in reach."""
    query = _orders().where(Recovery.id == recovery_id)
    found: Recovery = load(query, permission, OrgUnit.path)
    return found


def demand_page(grant: Grant, typed: Mapping[str, str], faults: Mapping[str, list[str]]) -> str:
    """The form with what was typed."""
    session = db.session()
    return render_template(
        "funds/demand.html",
        grant=grant,
        application=application_link(actor(), grant.application),
        paid=grants.paid_fen(session, grant),
        left=_left(session, grant),
        typed=typed,
        faults=faults,
    )


@blueprint.post("/new/<int:grant_id>")
@requires(Permission.Fund.RECOVER)
def demand(grant_id: int) -> ResponseReturnValue:
    """Order money to be given back."""
    grant_or_404(grant_id)

    def do(session: Session, by: Actor, at: datetime) -> int:
        typed = Typed(request.form)
        fen, on = typed.money("amount"), typed.day("on")
        reason = typed.words("reason", "reason_needed")
        grant = session.get_one(Grant, grant_id)
        made = typed.then(
            lambda: recoveries.demand(
                session, grant, fen, reason=reason, ordered_on=on, by=by, at=at
            ),
            PLACES,
        )
        return made.id

    outcome = attempt(do, "recovery.demand", "grant", grant_id)
    if outcome.faults:
        faults = by_field(outcome.faults, PLACES)
        return refused(outcome, lambda: demand_page(grant_or_404(grant_id), request.form, faults))
    flash(_("Recovery ordered."), "success")
    return redirect(url_for("recoveries.show", recovery_id=outcome.value))


@blueprint.get("/<int:recovery_id>")
@requires(*READERS)
def show(recovery_id: int) -> ResponseReturnValue:
    """One order and what came in."""
    row = recovery_or_404(recovery_id)
    typed = {
        "amount": _plain(row.fen - row.recovered_fen),
        "on": clock.today().isoformat(),
        "request_key": batches.request_key(),
    }
    return recovery_page(row, typed, {})


def recovery_page(row: Recovery, typed: Mapping[str, str], faults: Mapping[str, list[str]]) -> str:
    """The page of an order; the form only while it is open."""
    by, application = actor(), row.grant.application
    ordered_by = db.session.get(User, row.by_id)
    return render_template(
        "funds/recovery.html",
        recovery=row,
        ordered_by=ordered_by.display_name if ordered_by else None,
        application=application_link(by, application),
        member=row.grant.member,
        state=STATES[row.state],
        may_receive=row.state is RecoveryState.OPEN
        and scope.may(by, Permission.Fund.RECOVER, application.org.path),
        latest=_latest(row),
        typed=typed,
        faults=faults,
    )


def _latest(row: Recovery) -> int | None:
    """The number of its latest entry, for those who can open it."""
    seen = select(Journal.id).where(
        Journal.id == row.journal_id, journal.reach(actor(), Permission.Fund.READ)
    )
    return db.session.scalar(seen)


@blueprint.post("/<int:recovery_id>/receive")
@requires(Permission.Fund.RECOVER)
def receive(recovery_id: int) -> ResponseReturnValue:
    """Money came in; the same page sent twice counts once."""
    recovery_or_404(recovery_id, Permission.Fund.RECOVER)
    key = batches.posted_key()

    def do(session: Session, by: Actor, at: datetime) -> None:
        typed = Typed(request.form)
        fen, on = typed.money("amount"), typed.day("on")
        row = session.get_one(Recovery, recovery_id)
        typed.then(
            lambda: recoveries.receive(
                session, row, fen, received_on=on, by=by, at=at, request_key=key
            ),
            PLACES,
        )

    outcome = attempt(do, "recovery.receive", "recovery", recovery_id)
    if outcome.faults:
        faults = by_field(outcome.faults, PLACES)
        typed = {**request.form, "request_key": key}
        return refused(outcome, lambda: recovery_page(recovery_or_404(recovery_id), typed, faults))
    flash(_("What came in is recorded."), "success")
    return redirect(url_for("recoveries.show", recovery_id=recovery_id))


def _plain(fen: int) -> str:
    """An amount as it is typed."""
    return yuan(fen).replace(",", "")


def install(app: Flask, frame: Admin) -> None:
    """Bind the recoveries."""
    ledger_forms.install()
    app.register_blueprint(blueprint)
    add(
        app,
        Entry(
            "recoveries.index",
            _l("Recovery"),
            "money",
            READERS,
            icon="return",
            order=40,
            also=("recoveries",),
        ),
    )
