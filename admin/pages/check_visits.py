"""One visit or call: the form that records it, its page, and what is ordered after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import Admin
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin import clock, looks
from admin.acting import Outcome, attempt, found_or_404, identifier, refused
from admin.extensions import db
from admin.pages import papers
from admin.pages.care_words import FINDINGS, FRAUD_BY
from admin.pages.checks import seen_visits
from admin.pages.common import application_or_404
from admin.pages.ledger_forms import Typed, by_field
from admin.security.guard import requires
from admin.security.people import actor
from admin.text import policy_label
from casework import checks, measures, scope
from casework.people import Actor
from casework.permissions import Permission
from engine.faults import Refused
from engine.labels import Label
from models.applications import Application
from models.checks import CheckItem, CheckPlan, Finding, Measure, Visit
from models.orgs import OrgUnit
from models.people import User

blueprint = Blueprint("check_visits", __name__, url_prefix="/checks")
ANSWERS: Mapping[str, bool | None] = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Which form of the page was refused, what was typed there, and why."""

    form: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, list[str]] = field(default_factory=dict)


@blueprint.get("/applications/<int:application_id>/visit")
@requires(Permission.Check.RECORD)
def new(application_id: int) -> ResponseReturnValue:
    """The form of a visit."""
    application = application_or_404(application_id, Permission.Check.RECORD)
    looks.note_inspection("application", application_id)
    typed = {"visited_on": clock.today().isoformat(), "item": request.args.get("item", "")}
    return form_page(application, typed, (), {})


def form_page(
    application: Application,
    typed: Mapping[str, str],
    ticked: tuple[str, ...],
    faults: Mapping[str, list[str]],
) -> str:
    """The form with what was typed."""
    try:
        procedure, rules = checks.rules_of(application)
    except Refused:
        return render_template("care/visit_new.html", application=application, rules=None)
    return render_template(
        "care/visit_new.html",
        application=application,
        rules=rules,
        fraud_by=[(code, FRAUD_BY[code]) for code in procedure.fraud.against],
        findings=FINDINGS,
        typed=typed,
        ticked=ticked,
        faults=faults,
    )


@blueprint.post("/applications/<int:application_id>/visit")
@requires(Permission.Check.RECORD)
def record(application_id: int) -> ResponseReturnValue:
    """Write a visit down."""
    application_or_404(application_id, Permission.Check.RECORD)
    ticked = tuple(request.form.getlist("faults"))

    def do(session: Session, by: Actor, at: datetime) -> Visit:
        typed = Typed(request.form)
        on = typed.day("visited_on")
        application = session.get_one(Application, application_id)
        _procedure, rules = checks.rules_of(application)
        number = identifier(typed.text("item"))
        return typed.then(
            lambda: checks.record(
                session,
                application,
                visited_on=on,
                way=typed.text("way"),
                visitors=typed.text("visitors")[:200],
                answers={one: ANSWERS.get(typed.text(f"answer_{one}")) for one in rules.questions},
                finding=next((one for one in Finding if one.value == typed.text("finding")), None),
                faults=ticked,
                fraud_by=typed.text("fraud_by") or None,
                words=typed.text("words"),
                item=_item(session, number) if number else None,
                by=by,
                at=at,
            )
        )

    outcome = attempt(do, "check.visit", "application", application_id)
    if outcome.value is None:
        faults = by_field(outcome.faults, {})
        return refused(
            outcome,
            lambda: form_page(
                application_or_404(application_id, Permission.Check.RECORD),
                request.form,
                ticked,
                faults,
            ),
        )
    flash(_("The visit is on record."), "success")
    return redirect(url_for("check_visits.show", visit_id=outcome.value.id))


def _item(session: Session, number: int) -> CheckItem | None:
    """The draw named by the form, if it lies in reach."""
    query = (
        select(CheckItem)
        .join(CheckPlan, CheckPlan.id == CheckItem.plan_id)
        .join(OrgUnit, OrgUnit.id == CheckPlan.org_id)
        .where(CheckItem.id == number)
    )
    seen = scope.visible(query, actor(), Permission.Check.RECORD, OrgUnit.path)
    return session.scalars(seen).one_or_none()


# -- one visit


@blueprint.get("/visits/<int:visit_id>")
@requires(Permission.Check.READ)
def show(visit_id: int) -> ResponseReturnValue:
    """What was found and what follows."""
    row = visit_or_404(visit_id)
    looks.note_inspection("application", row.application_id)
    return visit_page(row)


def visit_or_404(visit_id: int) -> Visit:
    """The visit in reach."""
    return found_or_404(seen_visits().where(Visit.id == visit_id))


def visit_page(row: Visit, refusal: Refusal | None = None) -> str:
    """The page of a visit; a refused form stands open."""
    session, by = db.session(), actor()
    _procedure, rules = checks.rules_of(row.application)
    committee = Label("{word.unit}", "The organisation")
    writer = session.get(User, row.by_id)
    return render_template(
        "care/visit.html",
        visit=row,
        rules=rules,
        kinds=measures.kinds_of(row.application),
        persons=measures.persons_of(row.application, committee),
        findings=FINDINGS,
        fraud_by=str(FRAUD_BY.get(row.fraud_by or "", "")),
        writer=writer.display_name if writer else "—",
        may_settle=measures.may_settle(session, row, by),
        may_order=row.finding in measures.OPEN_TO_MEASURES,
        may_recover=scope.may(by, Permission.Fund.RECOVER, row.application.org.path),
        sees_money=by.holds(Permission.Fund.READ),
        papers={one.id: papers.offers("measure", [one.id]) for one in row.measures},
        refusal=refusal or Refusal(),
        today=clock.today().isoformat(),
    )


@blueprint.post("/visits/<int:visit_id>/measures")
@requires(Permission.Check.SETTLE)
def order(visit_id: int) -> ResponseReturnValue:
    """Order a measure."""
    visit_or_404(visit_id)

    def do(session: Session, by: Actor, at: datetime) -> Measure:
        typed = Typed(request.form)
        visit = session.get_one(Visit, visit_id)
        return measures.order(
            session, visit, typed.text("kind"), typed.text("against"), by=by, at=at
        )

    return _answer(
        attempt(do, "measure.order", "visit", visit_id), visit_id, "order", _("Ordered.")
    )


@blueprint.post("/visits/<int:visit_id>/measures/<int:measure_id>")
@requires(Permission.Check.SETTLE)
def settle(visit_id: int, measure_id: int) -> ResponseReturnValue:
    """Write down that a measure was carried out, or order the money back."""
    measure_or_404(visit_id, measure_id)

    def do(session: Session, by: Actor, at: datetime) -> Measure:
        typed = Typed(request.form)
        on = typed.day("on")
        measure = session.get_one(Measure, measure_id)
        given: dict[str, Any] = {"on": on, "by": by, "at": at}
        if measure.fen is not None:
            reason = typed.text("words") or policy_label(
                measures.kinds_of(measure.visit.application)[measure.kind]
            )
            return typed.then(lambda: measures.recover(session, measure, reason=reason, **given))
        document, words = typed.text("document"), typed.text("words")
        return typed.then(
            lambda: measures.done(session, measure, document=document, words=words, **given)
        )

    outcome = attempt(do, "measure.done", "measure", measure_id)
    return _answer(outcome, visit_id, f"measure-{measure_id}", _("Saved."))


def measure_or_404(visit_id: int, measure_id: int) -> Measure:
    """The measure of a visit in reach."""
    visit_or_404(visit_id)
    query = select(Measure).where(Measure.id == measure_id, Measure.visit_id == visit_id)
    return found_or_404(query)


def _answer(outcome: Outcome[Measure], visit_id: int, form: str, done: str) -> ResponseReturnValue:
    if outcome.faults:
        refusal = Refusal(form, request.form, by_field(outcome.faults, {}))
        return refused(outcome, lambda: visit_page(visit_or_404(visit_id), refusal))
    flash(done, "success")
    return redirect(url_for("check_visits.show", visit_id=visit_id))


def install(app: Flask, frame: Admin) -> None:
    """Bind the pages of visits."""
    app.register_blueprint(blueprint)
