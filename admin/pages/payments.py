"""Payment: put applications on the roster, pay many, record each receipt, print the roster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import Admin
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from admin import clock
from admin.acting import attempt, identifier, load, refused
from admin.extensions import db
from admin.forms import batch
from admin.forms.batch import Answer
from admin.forms.records import Line, lines, read
from admin.i18n import _l
from admin.nav import Entry, add
from admin.pages import batches, waiting
from admin.pages.batches import Group, Heading
from admin.pages.common import policy_road
from admin.pages.transfers import paying_unit
from admin.security.guard import requires
from admin.security.people import actor
from admin.text import fault_text, policy_label, zhdate
from casework import bank_returns, funds, loading, payments, reconciliation, scope
from casework.lists import stage_of_kind
from casework.people import Actor
from casework.permissions import Permission
from engine.exchange import Layout
from engine.faults import Fault
from engine.procedure import RecordField, Stage, StageKind
from models.applications import Application, PayMethod
from models.ledger import FundSource, Grant, Payment, PaymentState
from models.orgs import OrgUnit

blueprint = Blueprint("payments", __name__, url_prefix="/payments")
READERS = (Permission.Payment.READ,)
RECENT = 100
LOADED = (
    loading.application_of(Payment.grant, Grant.application),
    selectinload(Payment.receipt),
    selectinload(Payment.source),
)
STATES = {
    PaymentState.PREPARED: (_l("On the roster"), "blue"),
    PaymentState.PAID: (_l("Paid"), "green"),
    PaymentState.RETURNED: (_l("Came back"), "orange"),
    PaymentState.REVERSED: (_l("Taken back"), "secondary"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One prepared payment on the roster of a unit."""

    payment: Payment
    application: Application
    picked: bool
    lines: Sequence[Line]
    errors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Roster:
    """Prepared payments of one unit and road: what is asked once and per row."""

    key: str
    unit: OrgUnit
    road_label: str
    button: object
    once: Sequence[Line]
    columns: Sequence[RecordField]
    rows: Sequence[Row]
    request_key: str
    layouts: Sequence[Layout] = ()


def found() -> list[Group]:
    """What this person may put on a roster: one list per paying unit, road and edition."""
    session, by = db.session(), actor()
    rows = waiting.applications(session, by, (StageKind.PAY,), "pay")
    ahead = waiting.paid_first(session, by, StageKind.PAY)
    known = {one.id for one in rows}
    every = [*rows, *(one for one in ahead if one.id not in known)]
    prepared = set(
        session.scalars(
            select(Grant.application_id)
            .join(Payment, Payment.grant_id == Grant.id)
            .where(Payment.state.in_((PaymentState.PREPARED, PaymentState.PAID)))
        )
    )
    return batches.groups(
        [one for one in every if one.id not in prepared], StageKind.PAY, paying_unit
    )


def prepared(state: PaymentState) -> list[Payment]:
    """Payments in a state in this person's reach as a cashier, oldest first."""
    query = (
        select(Payment)
        .join(Grant, Grant.id == Payment.grant_id)
        .join(Application, Application.id == Grant.application_id)
        .join(OrgUnit, OrgUnit.id == Application.org_id)
        .where(Payment.state == state)
        .order_by(Payment.id)
    )
    by = actor()
    visible = scope.visible(query, by, Permission.Payment.PREPARE, OrgUnit.path)
    rows = db.session.scalars(visible.options(*LOADED))
    return [
        one for one in rows if waiting.may_take(by, one.grant.application, StageKind.PAY, "pay")
    ]


def pay_groups() -> list[Group]:
    """Prepared payments by unit, road and edition."""
    rows = [one.grant.application for one in prepared(PaymentState.PREPARED)]
    return batches.groups(rows, StageKind.PAY, paying_unit)


def pay_fields(group: Group) -> tuple[list[RecordField], list[RecordField]]:
    """What is recorded when a roster is paid."""
    needed = [one for one in payments.NEEDED if one.id != "witness" or _pays_cash(group.stage)]
    return batches.with_needed(batch.fields_of(group.stage, group.road, "pay"), needed)


def _pays_cash(stage: Stage) -> bool:
    """Whether a witness may be wanted: the policy names no ways of paying, or cash among them."""
    method = stage.record("method")
    return method is None or PayMethod.CASH.value in (method.choices or ())


@blueprint.get("/")
@requires(*READERS)
def index() -> ResponseReturnValue:
    """What is to be put on the roster, what to be paid, what to be receipted, and what was."""
    return page()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Which form of the page was refused, what was typed there, and why."""

    what: str = ""
    answer: Answer | None = None
    faults: Sequence[Fault] = ()


def page(refusal: Refusal = Refusal()) -> str:
    """The whole page of a cashier."""
    session, by = db.session(), actor()
    recent = (
        select(Payment)
        .join(Grant, Grant.id == Payment.grant_id)
        .join(Application, Application.id == Grant.application_id)
        .join(OrgUnit, OrgUnit.id == Application.org_id)
        .order_by(Payment.id.desc())
        .limit(RECENT)
    )
    visible = scope.visible(recent, by, Permission.Payment.READ, OrgUnit.path)
    rows = session.scalars(visible.options(*LOADED)).all()
    to_prepare = _to_prepare(refusal)
    return render_template(
        "money/payments.html",
        to_prepare=to_prepare,
        rosters=_rosters(refusal),
        to_receipt=[one for one in prepared(PaymentState.PAID) if one.receipt is None],
        payments=rows,
        way_of_paying=way_of_paying,
        states=STATES,
        extra_columns=_columns(session, to_prepare),
        sources=funds.sources(session),
        layouts_back=bank_returns.layouts(session, clock.today()),
        may_return=by.holds(Permission.Payment.RETURN),
        today=clock.today(),
    )


def _columns(session: Session, listed: Sequence[tuple[Group, batch.Batch, bool]]) -> list[Heading]:
    """The amount, and of those that the bank sent back when and why."""
    found = [Heading(_("Approved amount"), batches.approved, "num short")]
    numbers = [one.id for group, _batch, _needs in listed for one in group.applications]
    back = reconciliation.came_back(session, numbers)
    if back:
        found.append(Heading(_("Came back"), lambda a: _back(back.get(a.id)), "long"))
    return found


def _back(told: tuple[date, str] | None) -> str:
    return "" if told is None else f"{zhdate(told[0])} {told[1]}"


def _to_prepare(refusal: Refusal) -> list[tuple[Group, batch.Batch, bool]]:
    groups = found()
    mine = batches.chosen(groups)
    made = []
    for group in groups:
        own = refusal.what == "prepare" and mine is not None and group.key == mine.key
        listed = batch.show(
            group.applications,
            (),
            (),
            answer=refusal.answer if own else None,
            faults=refusal.faults if own else (),
        )
        first = group.applications[0]
        made.append((group, listed, stage_of_kind(first, StageKind.TRANSFER) is None))
    return made


def _rosters(refusal: Refusal) -> list[Roster]:
    by_application = {one.grant.application_id: one for one in prepared(PaymentState.PREPARED)}
    groups = pay_groups()
    mine = batches.chosen(groups)
    made = []
    for group in groups:
        own = refusal.what == "pay" and mine is not None and group.key == mine.key
        faults = refusal.faults if own else ()
        answer = refusal.answer if own else None
        once, each = pay_fields(group)
        given: Mapping[str, str] = answer.record if answer else _pay_defaults(once, actor())
        rows = [_row(by_application[one.id], each, answer, faults) for one in group.applications]
        part = next((p for p in group.stage.parts if p.id == "pay"), None)
        made.append(
            Roster(
                key=group.key,
                unit=group.unit,
                road_label=group.road_label,
                button=part.button if part else group.stage.button,
                once=lines(once, given, faults, prefix=batch.LIST_PREFIX),
                columns=each,
                rows=rows,
                request_key=batches.posted_key() if own else batches.request_key(),
                layouts=policy_road(group.applications[0])[0].exchange.of("bank_out"),
            )
        )
    return made


def _pay_defaults(once: Sequence[RecordField], by: Actor) -> dict[str, str]:
    given = {one.id: clock.today().isoformat() for one in once if one.type == "date"}
    if any(one.id == "cashier" for one in once):
        given["cashier"] = by.name
    return given


def _row(
    payment: Payment, each: Sequence[RecordField], answer: Answer | None, faults: Sequence[Fault]
) -> Row:
    application = payment.grant.application
    own = [batch.at_row(f) for f in faults if batch.belongs(f, application.number)]
    names = {field.id for field in each}
    typed: Mapping[str, str] = {"method": payment.method.value}
    if answer is not None:
        typed = answer.lines.get(application.id, {})
    return Row(
        payment=payment,
        application=application,
        picked=application.id in answer.picked if answer else True,
        lines=lines(each, typed, own, prefix=batch.row_prefix(application.id)),
        errors=tuple(fault_text(f) for f in own if f.where not in names),
    )


@blueprint.post("/prepare")
@requires(Permission.Payment.PREPARE)
def prepare() -> ResponseReturnValue:
    """Put the chosen applications on the roster, all or none."""
    group = batches.chosen(found())
    if group is None:
        return _changed()
    answer = batches.answered((), ())
    ids = [one.id for one in batches.picked(answer, group.applications)]
    source_id = identifier(request.form.get("source", ""))

    def do(session: Session, by: Actor, at: datetime) -> int:
        rows = [session.get_one(Application, number) for number in ids]
        made = payments.prepare(
            session,
            session.get_one(OrgUnit, group.unit.id),
            rows,
            by=by,
            at=at,
            versions=answer.versions,
            source=session.get(FundSource, source_id) if source_id else None,
        )
        return len(made)

    outcome = attempt(do, "payment.prepare", "org_unit", group.unit.id)
    if outcome.faults:
        return refused(outcome, lambda: page(Refusal("prepare", answer, outcome.faults)))
    flash(_("%(count)d put on the payout roster.", count=outcome.value or 0), "success")
    return redirect(url_for("payments.index"))


def _changed() -> ResponseReturnValue:
    flash(_("This list has changed in the meantime. Here is what waits now."), "warning")
    return redirect(url_for("payments.index"))


@blueprint.post("/pay")
@requires(Permission.Step.PAY)
def pay() -> ResponseReturnValue:
    """Hand the chosen payments over, all or none; the same page sent twice pays once."""
    key = batches.posted_key()
    group = batches.chosen(pay_groups())
    if group is None:
        return _changed()
    once, each = pay_fields(group)
    picked = [number for text in request.form.getlist("pick") if (number := identifier(text))]
    answer = Answer(
        picked=tuple(picked),
        record=read([one.id for one in once], request.form, batch.LIST_PREFIX),
        lines={
            one.id: read([f.id for f in each], request.form, batch.row_prefix(one.id))
            for one in group.applications
        },
    )
    waits = {one.grant.application_id: one.id for one in prepared(PaymentState.PREPARED)}
    ids = [one.id for one in group.applications if one.id in answer.picked and one.id in waits]

    def do(session: Session, by: Actor, at: datetime) -> int:
        rows = [session.get_one(Payment, waits[number]) for number in ids]
        given = batches.lines_of(answer, ids)
        paid = payments.pay(session, rows, answer.record, given, by=by, at=at, request_key=key)
        return len(paid)

    outcome = attempt(do, "payment.pay", "org_unit", group.unit.id)
    if outcome.faults:
        return refused(outcome, lambda: page(Refusal("pay", answer, outcome.faults)))
    flash(
        _("%(count)d paid. Record each receipt when it is signed.", count=outcome.value or 0),
        "success",
    )
    return redirect(url_for("payments.index"))


def payment_or_404(payment_id: int, permission: str) -> Payment:
    """The payment in reach."""
    query = (
        select(Payment)
        .join(Grant, Grant.id == Payment.grant_id)
        .join(Application, Application.id == Grant.application_id)
        .join(OrgUnit, OrgUnit.id == Application.org_id)
        .where(Payment.id == payment_id)
    )
    return load(query, permission, OrgUnit.path)


def way_of_paying(payment: Payment) -> str:
    """How it is paid, as the policy of its application calls that."""
    policy, _road = policy_road(payment.grant.application)
    return policy_label(policy.procedure.way_of_paying(payment.method.value))


def unit_of(payments_shown: Sequence[Payment]) -> OrgUnit | None:
    """The unit that pays these out."""
    return paying_unit(payments_shown[0].grant.application) if payments_shown else None


def install(app: Flask, frame: Admin) -> None:
    """Bind the payments."""
    app.register_blueprint(blueprint)
    add(
        app,
        Entry(
            "payments.index",
            _l("Payment and receipt"),
            "money",
            READERS,
            icon="money",
            order=20,
            also=("payments", "receipts", "payment_list"),
        ),
    )
