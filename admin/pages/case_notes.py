"""Notes on the page of an application, and saved changes of a draft put back from its history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from flask import Blueprint, Flask, abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import Admin
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from admin.acting import act
from admin.cases import history, shapes
from admin.extensions import db
from admin.pages.common import application_or_404, posted_version, remember, remembered
from admin.security.guard import requires
from admin.security.people import actor
from admin.text import fault_text
from casework import case_notes, put_back
from casework.people import Actor
from casework.permissions import Permission
from casework.scope import may
from models.applications import Application, CaseEvent
from models.case_notes import CaseNote, NoteKind

blueprint = Blueprint("case_notes", __name__, url_prefix="/application")
READ = Permission.Application.READ
VERBS = {"withdraw": case_notes.withdraw, "close": case_notes.close}


def of(session: Session, application: Application, by: Actor) -> shapes.Notes:
    """The notes as the page shows them, with what was typed and refused."""
    closed = case_notes.faults(session, application, by)
    typed: Mapping[str, str] = remembered("note") or {}
    return shapes.Notes(
        case_notes.of(session, application, by),
        "" if closed else url_for("case_notes.write", application_id=application.id),
        " ".join(fault_text(fault) for fault in closed),
        case_notes.knows_objectors(session, application, by),
        typed.get("text", ""),
        bool(typed.get("inner_only")),
    )


def put_back_of(
    session: Session, application: Application, events: Sequence[CaseEvent], by: Actor
) -> shapes.PutBack | None:
    """For those who write applications: where changes go back, or why they cannot. None where
    nothing was saved since the application was registered, or somebody only reads."""
    changed = any(event.verb == put_back.VERB for event in events)
    if not changed or not may(by, Permission.Application.WRITE, application.org.path):
        return None
    closed = put_back.faults(session, application, by)
    if closed:
        return shapes.PutBack("", " ".join(fault_text(fault) for fault in closed))
    return shapes.PutBack(url_for("case_notes.go_back", application_id=application.id), "")


@blueprint.post("/<int:application_id>/notes")
@requires(READ)
def write(application_id: int) -> ResponseReturnValue:
    """Add a note; refused, what was typed stays."""
    application_or_404(application_id)
    text, inner_only = request.form.get("text", ""), request.form.get("inner_only") == "yes"

    def do(session: Session, by: Actor, at: datetime) -> CaseNote:
        row = session.get_one(Application, application_id)
        return case_notes.write(session, row, text, inner_only=inner_only, by=by, at=at)

    remember("note", {"text": text, "inner_only": "yes" if inner_only else ""})
    return act(
        do,
        what="note.note",
        object_type="application",
        object_id=application_id,
        done=_("The note is kept."),
        then=url_for("cases.show", application_id=application_id, _anchor="notes"),
        again=lambda: _page(application_id),
    )


@blueprint.post("/<int:application_id>/notes/<int:note_id>/<any(withdraw, close):verb>")
@requires(READ)
def about(application_id: int, note_id: int, verb: str) -> ResponseReturnValue:
    """Take one's own note back, or keep one to the deciding office."""
    application = application_or_404(application_id)
    if note_id not in {one.note.id for one in case_notes.of(db.session(), application, actor())}:
        abort(404)
    reason = request.form.get("reason", "")

    def do(session: Session, by: Actor, at: datetime) -> CaseNote:
        return VERBS[verb](session, session.get_one(CaseNote, note_id), reason, by=by, at=at)

    kind = NoteKind.WITHDRAWAL if verb == "withdraw" else NoteKind.CLOSING
    return act(
        do,
        what=f"note.{kind.value}",
        object_type="case_note",
        object_id=note_id,
        done=_("The note is taken back; it stays on record with the reason.")
        if verb == "withdraw"
        else _("The note is now read by the deciding office alone."),
        then=url_for("cases.show", application_id=application_id, _anchor="notes"),
        again=lambda: _page(application_id),
    )


@blueprint.post("/<int:application_id>/put-back")
@requires(Permission.Application.WRITE)
def go_back(application_id: int) -> ResponseReturnValue:
    """Give the ticked fields of a saved change the values they had before it."""
    application_or_404(application_id, Permission.Application.WRITE)
    ticked = request.form.getlist("field")
    seq, version = request.form.get("seq", ""), posted_version()

    def names(kind: str) -> list[str]:
        return [name.removeprefix(kind) for name in ticked if name.startswith(kind)]

    def do(session: Session, by: Actor, at: datetime) -> Application:
        return put_back.put_back(
            session,
            session.get_one(Application, application_id),
            int(seq) if seq.isascii() and seq.isdigit() and len(seq) < 10 else 0,
            facts=names(history.FACT),
            texts=names(history.TEXT),
            by=by,
            at=at,
            expected_version=version,
        )

    return act(
        do,
        what="application.put_back",
        object_type="application",
        object_id=application_id,
        done=_("Put back. This too stands in the history and can be put back."),
        then=url_for("cases.show", application_id=application_id, _anchor="history"),
        again=lambda: _page(application_id),
    )


def _page(application_id: int) -> str:
    from admin.pages.case_page import page  # the page shows these notes, so it imports this module

    return page(application_or_404(application_id))


def install(app: Flask, frame: Admin) -> None:
    """Bind the buttons."""
    app.register_blueprint(blueprint)
