"""The board of a posted list: its photos, and whether the list is still what was posted."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote

from flask import Blueprint, Flask, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import Admin
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin import clock
from admin.acting import act, attempt, load, refused
from admin.extensions import db
from admin.pages.notices import notice_or_404, page
from admin.security.guard import requires
from admin.security.people import actor
from casework import attachments, notice_board
from casework.attachments import Upload
from casework.people import Actor
from casework.permissions import Permission
from models.attachments import Attachment
from models.notices import Notice
from models.orgs import OrgUnit

blueprint = Blueprint("notice_board", __name__, url_prefix="/notices")


@blueprint.post("/<int:notice_id>/verify")
@requires(Permission.Notice.READ)
def verify(notice_id: int) -> ResponseReturnValue:
    """Work the hash of the posted list out again and say both."""
    notice_or_404(notice_id)

    def do(session: Session, by: Actor, at: datetime) -> notice_board.Verified:
        return notice_board.verify(session, session.get_one(Notice, notice_id), by=by, at=at)

    outcome = attempt(do, "notice.verify", "notice", notice_id)
    if outcome.value is None:
        return refused(outcome, lambda: page(notice_or_404(notice_id)))
    found = outcome.value
    if found.unchanged:
        flash(
            _("Worked out again: unchanged since it was posted. %(hash)s", hash=found.now),
            "success",
        )
    else:
        said = _(
            "CHANGED since it was posted: kept %(kept)s, now %(now)s. Tell the auditor.",
            kept=found.kept,
            now=found.now,
        )
        flash(said, "danger")
    return redirect(url_for("notices.show", notice_id=notice_id))


@blueprint.post("/<int:notice_id>/photo")
@requires(Permission.Step.POST)
def add_photo(notice_id: int) -> ResponseReturnValue:
    """Keep a photo of the posting."""
    notice_or_404(notice_id, Permission.Step.POST)
    file = request.files.get("file")
    upload = Upload(file.filename or "" if file else "", file.read() if file else b"")

    def do(session: Session, by: Actor, at: datetime) -> Attachment:
        notice = session.get_one(Notice, notice_id)
        return notice_board.add_photo(session, notice, upload, by=by, at=at)

    return act(
        do,
        what="notice.photo",
        object_type="notice",
        object_id=notice_id,
        done=_("Photo kept."),
        then=url_for("notices.show", notice_id=notice_id),
        again=lambda: page(notice_or_404(notice_id)),
    )


@blueprint.get("/photo/<int:attachment_id>")
@requires(Permission.Attachment.READ)
def photo(attachment_id: int) -> ResponseReturnValue:
    """A photo of a notice, never shown as a page of this site; the look is recorded."""
    query = (
        select(Attachment)
        .join(Notice, Notice.id == Attachment.notice_id)
        .join(OrgUnit, OrgUnit.id == Notice.org_id)
        .where(Attachment.id == attachment_id)
    )
    row = load(query, Permission.Attachment.READ, OrgUnit.path)
    with Session(db.engine) as session:  # a page reads only; the look is written down besides
        own = session.get_one(Attachment, row.id)
        content = attachments.read(session, own, by=actor(), at=clock.now())
        session.commit()
    answer = Response(content, mimetype=row.mime)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(row.filename)}"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def install(app: Flask, frame: Admin) -> None:
    """Bind the board."""
    app.register_blueprint(blueprint)
