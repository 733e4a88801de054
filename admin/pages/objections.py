"""Objections to a posted name: registered and settled by the department, objector hidden."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, Flask, abort, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import Admin
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.acting import all_told, attempt, load, refused
from admin.pages import messages
from admin.pages.notices import Refusal, line_of, notice_or_404, page
from admin.security.guard import requires
from casework import objections
from casework.people import Actor
from casework.permissions import Permission
from engine.faults import Fault
from models.notices import Notice, NoticeLine, Objection
from models.orgs import OrgUnit

blueprint = Blueprint("objections", __name__, url_prefix="/objections")


@blueprint.post("/to/<int:notice_id>/<int:line_id>")
@requires(Permission.Notice.OBJECT)
def register(notice_id: int, line_id: int) -> ResponseReturnValue:
    """Write down what was reported about one name."""
    notice = notice_or_404(notice_id, Permission.Notice.OBJECT)
    line_of(notice, line_id)
    typed = dict(request.form)
    clue = {"yes": True, "no": False}.get(typed.get("has_clue", ""))

    def do(session: Session, by: Actor, at: datetime) -> Objection:
        # not answered is not "none": without a clue an objection is not accepted
        unread = [] if clue is not None else [Fault("edge_choose_clue", {}, "has_clue")]
        on = messages.day(typed.get("received_on", ""), "received_on", unread)
        return all_told(
            unread,
            lambda: objections.register(
                session,
                session.get_one(NoticeLine, line_id),
                received_on=on,
                channel=typed.get("channel", ""),
                has_clue=clue is True,
                content=typed.get("content", ""),
                objector_name=typed.get("objector_name", "").strip(),
                objector_phone=typed.get("objector_phone", "").strip(),
                by=by,
                at=at,
            ),
        )

    outcome = attempt(do, "objection.register", "notice_line", line_id)
    if outcome.value is None:
        key = f"object-{line_id}"
        return refused(
            outcome, lambda: page(notice_or_404(notice_id), Refusal(key, typed, outcome.faults))
        )
    said = {
        "open": _("Recorded. Payment to this person is held until it is settled."),
        "not_accepted": _("Recorded. Without facts or a clue it is not accepted."),
    }
    late = _("Recorded. It came after the notice and goes to a later check.")
    flash(said.get(outcome.value.state.value, late), "success")
    return redirect(url_for("notices.show", notice_id=notice_id))


@blueprint.post("/<int:objection_id>/settle")
@requires(Permission.Notice.SETTLE)
def settle(objection_id: int) -> ResponseReturnValue:
    """Write down what the check found."""
    notice_id = objection_or_404(objection_id, Permission.Notice.SETTLE).line.notice_id
    typed = dict(request.form)

    def do(session: Session, by: Actor, at: datetime) -> None:
        verdict = {"yes": True, "no": False}.get(typed.get("upheld", ""))
        unread = [] if verdict is not None else [Fault("edge_choose_verdict", {}, "upheld")]
        all_told(
            unread,
            lambda: objections.settle(
                session,
                session.get_one(Objection, objection_id),
                upheld=verdict is True,
                finding=typed.get("finding", ""),
                by=by,
                at=at,
            ),
        )

    outcome = attempt(do, "objection.settle", "objection", objection_id)
    if outcome.faults:
        key = f"settle-{objection_id}"
        return refused(
            outcome, lambda: page(notice_or_404(notice_id), Refusal(key, typed, outcome.faults))
        )
    flash(_("Settled."), "success")
    return redirect(url_for("notices.show", notice_id=notice_id))


@blueprint.post("/<int:objection_id>/objector")
@requires(Permission.Notice.OBJECTOR)
def objector(objection_id: int) -> ResponseReturnValue:
    """Who objected; the look is recorded."""
    objection_or_404(objection_id, Permission.Notice.OBJECTOR)

    def look(session: Session, by: Actor, at: datetime) -> tuple[str | None, str | None]:
        row = session.get_one(Objection, objection_id)
        return objections.objector(session, row, by=by, at=at)

    outcome = attempt(look, "objector", "objection", objection_id)
    if outcome.value is None:
        abort(403)
    return jsonify(value=" ".join(part for part in outcome.value if part) or _("Not given"))


def objection_or_404(objection_id: int, permission: str) -> Objection:
    """The objection in reach."""
    query = (
        select(Objection)
        .join(NoticeLine, NoticeLine.id == Objection.notice_line_id)
        .join(Notice, Notice.id == NoticeLine.notice_id)
        .join(OrgUnit, OrgUnit.id == Notice.org_id)
        .where(Objection.id == objection_id)
    )
    return load(query, permission, OrgUnit.path)


def install(app: Flask, frame: Admin) -> None:
    """Bind the objections."""
    app.register_blueprint(blueprint)
