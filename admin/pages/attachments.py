"""Scans of an application: taken in, given out. Bytes are checked and sealed by casework."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote

from flask import Blueprint, Flask, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import Admin
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin import clock
from admin.acting import act, identifier, load
from admin.cases.view import size_label
from admin.extensions import db
from admin.pages.case_page import page
from admin.pages.case_parts import attachment_kinds
from admin.pages.common import application_or_404, policy_road
from admin.security.guard import requires
from admin.security.people import actor
from casework import attachments
from casework.attachments import Upload
from casework.people import Actor
from casework.permissions import Permission
from models.applications import Application
from models.attachments import Attachment
from models.orgs import OrgUnit

blueprint = Blueprint("attachments", __name__, url_prefix="/attachment")
CHUNK = 64 * 1024
PICTURE = "default-src 'none'; frame-ancestors 'self'; sandbox"
PDF = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"


@blueprint.post("/of/<int:application_id>")
@requires(Permission.Attachment.ADD)
def upload(application_id: int) -> ResponseReturnValue:
    """Keep a scan with the application."""
    application = application_or_404(application_id)
    policy, _road = policy_road(application)
    known = dict(attachment_kinds(policy))
    kind = request.form.get("kind", "")
    sent = request.files.get("file")
    given = Upload(sent.filename or "" if sent else "", sent.read() if sent else b"")
    copies = identifier(request.form.get("copies", "")) or 0

    def store(session: Session, by: Actor, at: datetime) -> Attachment:
        return attachments.store(
            session,
            given,
            kind=kind if kind in known else "other",
            by=by,
            at=at,
            application=session.get_one(Application, application_id),
            copies=copies,
        )

    return act(
        store,
        what="attachment.store",
        object_type="application",
        object_id=application_id,
        done=_("Attached."),
        then=url_for("cases.show", application_id=application_id, _anchor="papers"),
        again=lambda: page(application_or_404(application_id), request.form),
    )


@blueprint.get("/<int:attachment_id>")
@requires(Permission.Attachment.READ)
def download(attachment_id: int) -> ResponseReturnValue:
    """The scan as a file, never shown as a page of this site; the look is recorded."""
    row = _readable(attachment_id)
    answer = _content(row)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(row.filename)}"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


@blueprint.get("/<int:attachment_id>/view")
@requires(Permission.Attachment.READ)
def view(attachment_id: int) -> ResponseReturnValue:
    """One scan to look at, with the ways to its neighbours; the bytes come from `inline`."""
    row = _readable(attachment_id)
    application = application_or_404(row.application_id or 0)
    policy, _road = policy_road(application)
    ordered = sorted(application.attachments, key=lambda one: one.id, reverse=True)
    at = [one.id for one in ordered].index(row.id)
    return render_template(
        "cases/scan.html",
        a=application,
        scan=row,
        kind=dict(attachment_kinds(policy)).get(row.kind, row.kind),
        size=size_label(row.size),
        number=at + 1,
        of=len(ordered),
        before=ordered[at - 1] if at else None,
        after=ordered[at + 1] if at + 1 < len(ordered) else None,
    )


@blueprint.get("/<int:attachment_id>/inline")
@requires(Permission.Attachment.READ)
def inline(attachment_id: int) -> ResponseReturnValue:
    """The scan for the page that shows it: framed by this site only, with nothing that could run.

    A picture is sandboxed. A PDF is not, since the Chromium of some years ago that offices run
    opens none in a sandbox; its viewer is a process of its own, and the policy lets it load nothing.
    """
    row = _readable(attachment_id)
    answer = _content(row)
    answer.headers["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(row.filename)}"
    answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    answer.headers["Content-Security-Policy"] = PDF if row.mime == "application/pdf" else PICTURE
    return answer


def _readable(attachment_id: int) -> Attachment:
    """A scan within reach, or 404."""
    query = (
        select(Attachment)
        .join(Application, Application.id == Attachment.application_id)
        .join(OrgUnit, OrgUnit.id == Application.org_id)
        .where(Attachment.id == attachment_id)
    )
    return load(query, Permission.Attachment.READ, OrgUnit.path)


def content(row: Attachment, how: str, security: str) -> Response:
    """A scan that was found in reach, `attachment` or `inline`, under a policy of its own."""
    answer = _content(row)
    answer.headers["Content-Disposition"] = f"{how}; filename*=UTF-8''{quote(row.filename)}"
    answer.headers["Content-Security-Policy"] = security
    return answer


def _content(row: Attachment) -> Response:
    """The opened bytes; the look is written down."""
    with Session(db.engine) as session:  # a page reads only; the look is written down besides
        own = session.get_one(Attachment, row.id)
        content = attachments.read(session, own, by=actor(), at=clock.now())
        session.commit()
    answer = Response(
        (content[start : start + CHUNK] for start in range(0, len(content), CHUNK)),
        mimetype=row.mime,
    )
    answer.headers["Content-Length"] = str(len(content))
    return answer


def install(app: Flask, frame: Admin) -> None:
    """Bind upload, view and download."""
    app.register_blueprint(blueprint)
