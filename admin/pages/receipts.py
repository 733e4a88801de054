"""One payment: its receipt, a return by the bank, a slip taken off the roster; and the roster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import Admin
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from admin import clock
from admin.acting import Verb, all_told, attempt, identifier, refused
from admin.forms import batch
from admin.forms.records import lines
from admin.pages import batches, papers
from admin.pages.messages import day
from admin.pages.payments import STATES, payment_or_404, unit_of, way_of_paying
from admin.security.guard import requires
from admin.security.people import actor
from casework import payments, receipts, scope
from casework.lists import stage_of_kind
from casework.people import Actor
from casework.permissions import Permission
from engine.faults import Fault
from engine.labels import Label
from engine.procedure import RecordField, Stage, StageKind
from models.ledger import Payment, PaymentState

blueprint = Blueprint("receipts", __name__, url_prefix="/payment")
SIGNS = {
    "signature": Label("本人签字", "Signature of the member"),
    "fingerprint": Label("本人摁手印", "Fingerprint of the member"),
    "by_other": Label("他人代领", "Received by somebody else"),
}
PRINTABLE = (PaymentState.PREPARED, PaymentState.PAID)
MOST_PRINTED = 2000


@dataclass(frozen=True, slots=True)
class Refusal:
    """Which form of the page was refused, what was typed, and why."""

    what: str = ""
    typed: Mapping[str, str] | None = None
    faults: Sequence[Fault] = ()


@blueprint.get("/<int:payment_id>")
@requires(Permission.Payment.READ)
def show(payment_id: int) -> ResponseReturnValue:
    """One payment and what can be done with it."""
    return page(payment_or_404(payment_id, Permission.Payment.READ))


def page(payment: Payment, refusal: Refusal = Refusal()) -> str:
    """The page of one payment."""
    by = actor()
    path = payment.grant.application.org.path
    stage, part, fields = receipt_fields(payment)
    typed = (
        refusal.typed
        if refusal.what == "receipt"
        else {one.id: clock.today().isoformat() for one in fields if one.type == "date"}
    )
    right = Permission.Step.PAY if part else Permission.Step.RECEIPT
    button = next((p.button for p in stage.parts if p.id == part), stage.button) if stage else None
    paid = payment.state is PaymentState.PAID and payment.receipt is None
    return render_template(
        "money/payment.html",
        payment=payment,
        application=payment.grant.application,
        method=way_of_paying(payment),
        state=STATES[payment.state],
        receipt_lines=lines(
            fields, typed or {}, placed(refusal, "receipt", payment), prefix="receipt-"
        )
        if paid and scope.may(by, right, path)
        else [],
        receipt_button=button,
        may_return=paid and scope.may(by, Permission.Payment.RETURN, path),
        may_reverse=paid and scope.may(by, Permission.Fund.REVERSE, path),
        may_discard=payment.state is PaymentState.PREPARED
        and scope.may(by, Permission.Payment.PREPARE, path),
        today=clock.today(),
        signs=next((one.choices for one in fields if one.id == "sign"), None) or SIGNS,
        typed=refusal.typed or {},
    )


def placed(refusal: Refusal, what: str, payment: Payment) -> list[Fault]:
    """Faults of the form in their places: casework names the application first."""
    if refusal.what != what:
        return []
    number = payment.grant.application.number
    return [batch.at_row(f) if batch.belongs(f, number) else f for f in refusal.faults]


def receipt_fields(payment: Payment) -> tuple[Stage | None, str | None, list[RecordField]]:
    """(stage, part, fields) of the receipt: a stage of its own, or a part of the payment."""
    application = payment.grant.application
    stage = stage_of_kind(application, StageKind.RECEIPT)
    part = None
    if stage is None:
        stage, part = stage_of_kind(application, StageKind.PAY), "receipt"
    asked: tuple[Sequence[RecordField], Sequence[RecordField]] = ((), ())
    if stage is not None and (part is None or any(p.id == part for p in stage.parts)):
        asked = batch.fields_of(stage, application.road, part)
    once, each = batches.with_needed(asked, receipts.NEEDED)
    return stage, part, [_sign(field) for field in (*once, *each)]


def _sign(field: RecordField) -> RecordField:
    """Where the policy does not name the ways of signing, the office's own."""
    if field.id != "sign" or field.choices:
        return field
    return RecordField("sign", "choice", field.label, required=True, choices=SIGNS)


@blueprint.post("/<int:payment_id>/receipt")
@requires(Permission.Step.PAY, Permission.Step.RECEIPT)
def record(payment_id: int) -> ResponseReturnValue:
    """The payee has signed."""
    _stage, _part, fields = receipt_fields(payment_or_404(payment_id, Permission.Payment.READ))
    # a choice that nobody made is not sent, and is missing like a box left empty
    typed = {one.id: request.form.get(f"receipt-{one.id}", "") for one in fields}

    def do(session: Session, by: Actor, at: datetime) -> None:
        receipts.record(session, session.get_one(Payment, payment_id), typed, by=by, at=at)

    return _done(do, payment_id, "receipt", typed, _("Receipt recorded."))


@blueprint.post("/<int:payment_id>/returned")
@requires(Permission.Payment.RETURN)
def returned(payment_id: int) -> ResponseReturnValue:
    """The bank sent the money back."""
    payment_or_404(payment_id, Permission.Payment.RETURN)
    typed = dict(request.form)

    def do(session: Session, by: Actor, at: datetime) -> None:
        unread: list[Fault] = []
        on = day(typed.get("returned_on", ""), "returned_on", unread)
        all_told(
            unread,
            lambda: payments.returned(
                session,
                session.get_one(Payment, payment_id),
                returned_on=on,
                reason=typed.get("reason", ""),
                by=by,
                at=at,
            ),
        )

    return _done(do, payment_id, "returned", typed, _("Recorded. It can be prepared again."))


@blueprint.post("/<int:payment_id>/reversed")
@requires(Permission.Fund.REVERSE)
def reverse(payment_id: int) -> ResponseReturnValue:
    """A payment recorded by mistake."""
    payment_or_404(payment_id, Permission.Fund.REVERSE)
    reason = request.form.get("reason", "")

    def do(session: Session, by: Actor, at: datetime) -> None:
        payment = session.get_one(Payment, payment_id)
        payments.reversed_(session, payment, reason=reason, by=by, at=at)

    return _done(do, payment_id, "reversed", {}, _("Corrected."))


@blueprint.post("/<int:payment_id>/discard")
@requires(Permission.Payment.PREPARE)
def discard(payment_id: int) -> ResponseReturnValue:
    """Taken off the roster before any money moved."""
    payment_or_404(payment_id, Permission.Payment.PREPARE)
    reason = request.form.get("reason", "")

    def do(session: Session, by: Actor, at: datetime) -> None:
        payment = session.get_one(Payment, payment_id)
        payments.discard(session, payment, reason=reason, by=by, at=at)

    return _done(do, payment_id, "discard", {}, _("Taken off the roster."))


def _done(
    verb: Verb[None], payment_id: int, what: str, typed: Mapping[str, str], said: str
) -> ResponseReturnValue:
    outcome = attempt(verb, f"payment.{what}", "payment", payment_id)
    if outcome.faults:
        refusal = Refusal(what, typed, outcome.faults)
        return refused(
            outcome, lambda: page(payment_or_404(payment_id, Permission.Payment.READ), refusal)
        )
    flash(said, "success")
    return redirect(url_for("receipts.show", payment_id=payment_id))


@blueprint.get("/roster")
@requires(Permission.Payment.EXPORT)
def roster() -> ResponseReturnValue:
    """The payout roster of chosen payments (`p`, repeated), as it is signed, as a page to print or
    (`as=docx`) as a Word file; the look is recorded."""
    asked = [number for text in request.args.getlist("p") if (number := identifier(text))]
    if not asked or len(asked) > MOST_PRINTED:
        abort(404)
    rows = [payment_or_404(number, Permission.Payment.EXPORT) for number in asked]
    unit = unit_of(rows)
    if unit is None or any(one.state not in PRINTABLE for one in rows):
        abort(404)
    as_file = "docx" if request.args.get("as") == "docx" else "html"
    return papers.usual("payments", asked, url_for("payments.index"), as_file=as_file)


def install(app: Flask, frame: Admin) -> None:
    """Bind receipts and rosters."""
    app.register_blueprint(blueprint)
