"""One application: its address, and the steps that its buttons take. What the page shows is in
`admin.pages.case_page`."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, Flask, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import Admin
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from admin import looks
from admin.acting import attempt, refused
from admin.cases import answers
from admin.extensions import db
from admin.forms import facts as fact_forms
from admin.forms.records import idle
from admin.pages.case_page import page
from admin.pages.common import (
    application_or_404,
    policy_road,
    posted_texts,
    posted_version,
    remember,
)
from admin.security.guard import requires
from casework import applications, cancellations, moves, pay_first, steps
from casework.people import Actor
from casework.permissions import Permission
from engine import Policy
from engine.faults import Fault, Refused
from engine.model import Fact
from engine.procedure import Road
from models.applications import Application

blueprint = Blueprint("cases", __name__, url_prefix="/application")
STEP_PERMISSIONS = (
    Permission.Step.APPLY,
    Permission.Step.REVIEW,
    Permission.Step.SEAL,
    Permission.Step.VERIFY,
    Permission.Step.APPROVE,
    Permission.Step.MEET,
    Permission.Step.VISIT,
    Permission.Step.ARCHIVE,
    Permission.Step.FILE,
)


@blueprint.get("/<int:application_id>")
@requires(Permission.Application.READ)
def show(application_id: int) -> ResponseReturnValue:
    """Everything about one application on one screen."""
    looks.note_inspection("application", application_id)
    return page(application_or_404(application_id))


@blueprint.post("/<int:application_id>/matter")
@requires(*STEP_PERMISSIONS)
def matter(application_id: int) -> ResponseReturnValue:
    """Which facts and fields of a step's form do not matter, going by what is typed in the others."""
    application = application_or_404(application_id)
    policy, way = policy_road(application)
    named = _named(policy)
    raw = answers.known_raw(db.session(), application, policy)
    typed = fact_forms.read_facts(named, request.form)
    hidden = set(fact_forms.unseen(policy, named, {**raw, **typed}))
    return jsonify(hidden=sorted(hidden | _waiting(application, policy, way)))


def _waiting(application: Application, policy: Policy, way: Road | None) -> set[str]:
    """The fields of the posted form that wait, as their inputs are called: of the stage where it is
    completed, of the emergency where that is authorised."""
    stage = way.stage(application.stage) if way and way.has(application.stage) else None
    emergency = policy.procedure.emergency
    forms = {
        "complete": stage.records_for(way.id) if stage and way else (),
        "emergency": emergency.records if emergency else (),
    }
    return {
        f"{verb}-{name}"
        for verb, fields in forms.items()
        for name in idle(fields, posted_texts(f"{verb}-"))
    }


def _named(policy: Policy) -> list[Fact]:
    """The facts that the posted form has."""
    prefix = fact_forms.FACT_PREFIX
    sent = [name.removeprefix(prefix) for name in request.form if name.startswith(prefix)]
    return [policy.facts[name] for name in sent if name in policy.facts]


@blueprint.post(
    "/<int:application_id>/<any(complete, return, refuse, withdraw, emergency, cancel):verb>"
)
@requires(
    *STEP_PERMISSIONS,
    Permission.Application.RETURN,
    Permission.Application.REFUSE,
    Permission.Application.WITHDRAW,
    Permission.Application.AUTHORISE_EMERGENCY,
    Permission.Application.CANCEL,
)
def press(application_id: int, verb: str) -> ResponseReturnValue:
    """Take a step; refused, the page comes back with everything that was typed."""
    application = application_or_404(application_id)
    record = posted_texts(f"{verb}-")
    version = posted_version()
    stage = application.stage

    def do(session: Session, by: Actor, at: datetime) -> Application:
        row = session.get_one(Application, application_id)
        return _take(session, row, verb, stage, record, version, by, at)

    outcome = attempt(do, f"application.{verb}", "application", application_id)
    if outcome.faults:
        remember("refused", (verb, record, outcome.faults))
        return refused(outcome, lambda: page(application_or_404(application_id)))
    flash(_done(verb), "success")
    return redirect(url_for("cases.show", application_id=application_id))


def _take(
    session: Session,
    application: Application,
    verb: str,
    stage: str,
    record: dict[str, str],
    version: int,
    by: Actor,
    at: datetime,
) -> Application:
    reason = record.get("reason", "")
    match verb:
        case "return":
            to = record.get("to_stage", "")
            return steps.send_back(
                session, application, to, reason, by=by, at=at, expected_version=version
            )
        case "refuse":
            return steps.refuse(
                session, application, reason, by=by, at=at, expected_version=version
            )
        case "withdraw":
            return applications.withdraw(
                session, application, reason, by=by, at=at, expected_version=version
            )
        case "cancel":
            return cancellations.cancel(
                session, application, reason, by=by, at=at, expected_version=version
            )
        case "emergency":
            pay_first.authorise(
                session, application, record, by=by, at=at, expected_version=version
            )
            return application
        case _:
            return _complete(session, application, stage, record, version, by, at)


def _complete(
    session: Session,
    application: Application,
    stage: str,
    record: dict[str, str],
    version: int,
    by: Actor,
    at: datetime,
) -> Application:
    """The stage's record; facts asked at this very stage are saved in the same transaction."""
    policy, way = policy_road(application)
    past = moves.check_version(application, version)
    if past and not _asked(way, stage).issuperset(record):
        raise Refused(past)  # the form of a step that somebody else has taken: nothing else is said
    typed = fact_forms.read_facts(_named(policy), request.form)
    remember("facts", typed)
    now = {name: value for name, value in typed.items() if application.facts.get(name) != value}
    found: list[Fault] = []
    if now:
        try:
            applications.save(
                session, application, by=by, at=at, expected_version=version, facts=now
            )
            version = application.version
        except Refused as refusal:
            found += refusal.faults
    try:
        steps.complete(session, application, stage, record, by=by, at=at, expected_version=version)
    except Refused as refusal:
        found += [fault for fault in refusal.faults if fault not in found]
    if found:
        raise Refused(found)
    return application


def _asked(way: Road | None, stage: str) -> frozenset[str]:
    """The names of what a stage records."""
    if way is None or not way.has(stage):
        return frozenset()
    return frozenset(field.id for field in way.stage(stage).records_for(way.id))


def _done(verb: str) -> str:
    said = {
        "return": _("Returned for correction."),
        "refuse": _("Refused, with its reason on record."),
        "withdraw": _("Withdrawn."),
        "cancel": _("Approval cancelled, with its reason on record."),
        "emergency": _("Authorised: the money may go first."),
    }
    return str(said.get(verb) or _("Done."))


def install(app: Flask, frame: Admin) -> None:
    """Bind the page of an application."""
    app.register_blueprint(blueprint)
