"""传签 on the page of an application: sent round, signed, called off, and what still waits for a meeting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Flask, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import Admin
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin import clock
from admin.acting import act, found_or_404, identifier
from admin.extensions import db
from admin.i18n import _l
from admin.pages.case_page import page
from admin.pages.common import application_or_404, posted_version
from admin.security.guard import requires
from admin.security.people import actor
from admin.text import policy_label, zhdate
from casework import circulation, paper_signatures, scope
from casework.attachments import Upload
from casework.people import Actor
from casework.permissions import Permission
from engine.source import parse_date
from models.applications import Application
from models.meetings import Circulation, CirculationState
from models.orgs import OrgUnit
from models.people import User

blueprint = Blueprint("circulations", __name__, url_prefix="/application")
STATES = {
    CirculationState.OPEN: (_l("Being signed"), "orange"),
    CirculationState.COMPLETE: (_l("Signed by all"), "green"),
    CirculationState.STOPPED: (_l("Stopped"), "secondary"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A circulation as the page shows it; `ratified`: by which meeting, "" while by none."""

    row: Circulation
    state: object
    colour: str
    ratified: str
    may_sign: bool
    may_stop: bool
    may_record: bool


@dataclass(frozen=True, slots=True)
class Section:
    """Everything about circulations of one application; `named` may be sent it, `may_start`."""

    label: str
    at_least: int
    rows: tuple[Shown, ...]
    may_start: bool
    named: tuple[User, ...]


def section(application: Application) -> Section | None:
    """What the page of the application shows; None where there is nothing to show or do."""
    session, by = db.session(), actor()
    rules = circulation.rules_of(application)
    if rules is None:
        return None
    may_start = not circulation.start_faults(session, application, by)
    rows = [_shown(session, row, by) for row in circulation.all_of(session, application)]
    if not rows and not may_start:
        return None
    named = circulation.signers(session, application, clock.now()) if may_start else []
    return Section(policy_label(rules.label), rules.at_least, tuple(rows), may_start, tuple(named))


def _shown(session: Session, row: Circulation, by: Actor) -> Shown:
    text, colour = STATES[row.state]
    settled = circulation.ratified(session, row)
    said = ""
    if settled is not None:
        said = _(
            "Ratified: minutes %(number)s, %(day)s",
            number=settled.minutes_number or "—",
            day=zhdate(settled.at),
        )
    faults = {one.code for one in circulation.start_faults(session, row.application, by)}
    running = row.state != CirculationState.STOPPED
    return Shown(
        row,
        text,
        colour,
        said,
        not circulation.sign_faults(session, row, by),
        running and faults <= {"circulation_twice"} and not row.application.emergency,
        not paper_signatures.faults(session, row, by),
    )


def unsettled() -> Sequence[Circulation]:
    """Those in reach that no meeting has ratified."""
    session, by = db.session(), actor()
    query = select(Application.id).join(OrgUnit, OrgUnit.id == Application.org_id)
    query = query.join(Circulation, Circulation.application_id == Application.id)
    ids = session.scalars(scope.visible(query, by, Permission.Application.READ, OrgUnit.path)).all()
    return circulation.unsettled(session, ids) if ids else []


@blueprint.post("/<int:application_id>/circulate")
@requires(Permission.Application.READ)
def start(application_id: int) -> ResponseReturnValue:
    """Send it round to the people who were ticked."""
    application_or_404(application_id)
    named = [number for text in request.form.getlist("named") if (number := identifier(text))]
    reason, version = request.form.get("reason", ""), posted_version()

    def do(session: Session, by: Actor, at: datetime) -> Circulation:
        row = session.get_one(Application, application_id)
        return circulation.start(
            session, row, named, reason, by=by, at=at, expected_version=version
        )

    return act(
        do,
        what="application.circulate",
        object_type="application",
        object_id=application_id,
        done=_("Sent round; everybody named has been told."),
        then=_there(application_id),
        again=lambda: page(application_or_404(application_id)),
    )


@blueprint.post("/<int:application_id>/circulation/<int:circulation_id>/<any(sign, stop):verb>")
@requires(Permission.Application.READ)
def answer(application_id: int, circulation_id: int, verb: str) -> ResponseReturnValue:
    """Sign, refuse to sign, or call it off."""
    _circulation_or_404(application_id, circulation_id)
    text, agrees = request.form.get("opinion", ""), request.form.get("agrees") == "yes"

    def do(session: Session, by: Actor, at: datetime) -> Circulation:
        row = session.get_one(Circulation, circulation_id)
        if verb == "stop":
            return circulation.stop(session, row, text, by=by, at=at)
        return circulation.sign(session, row, agrees, text, by=by, at=at)

    return act(
        do,
        what=f"application.circulation_{verb}",
        object_type="application",
        object_id=application_id,
        done=_("Called off.") if verb == "stop" else _("Signed."),
        then=_there(application_id),
        again=lambda: page(application_or_404(application_id)),
    )


@blueprint.post("/<int:application_id>/circulation/<int:circulation_id>/paper")
@requires(Permission.Application.READ)
def paper(application_id: int, circulation_id: int) -> ResponseReturnValue:
    """Record what somebody named signed on paper, with the scan of the sheet."""
    _circulation_or_404(application_id, circulation_id)
    signer = identifier(request.form.get("signer", "")) or 0
    text, said = request.form.get("opinion", ""), request.form.get("agrees", "")
    agrees = {"yes": True, "no": False}.get(said)  # nothing chosen is not agreed to
    signed_on = parse_date(request.form.get("signed_on", ""))
    sent = request.files.get("file")
    given = Upload(sent.filename or "" if sent else "", sent.read() if sent else b"")

    def do(session: Session, by: Actor, at: datetime) -> Circulation:
        row = session.get_one(Circulation, circulation_id)
        return paper_signatures.record(
            session, row, signer, agrees, text, signed_on, given, by=by, at=at
        )

    return act(
        do,
        what="application.circulation_paper",
        object_type="application",
        object_id=application_id,
        done=_("Recorded; whoever signed has been told."),
        then=_there(application_id),
        again=lambda: page(application_or_404(application_id)),
    )


def _circulation_or_404(application_id: int, circulation_id: int) -> None:
    application_or_404(application_id)
    found_or_404(
        select(Circulation).where(
            Circulation.id == circulation_id, Circulation.application_id == application_id
        )
    )


def _there(application_id: int) -> str:
    return url_for("cases.show", application_id=application_id, _anchor="circulation")


def install(app: Flask, frame: Admin) -> None:
    """Bind the verbs; the section of the page asks for itself."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals["circulation_section"] = section
    app.jinja_env.globals["circulations_unsettled"] = unsettled
