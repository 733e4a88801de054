"""Print application forms, notices and signed lists as HTML sheets; whatever prints a number in
full is recorded as a look."""

from __future__ import annotations

from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import Admin
from flask_babel import gettext as _
from sqlalchemy import select

from admin import looks, papers
from admin.acting import load
from admin.cases import sheets
from admin.extensions import db
from admin.pages.common import application_or_404, policy_road
from admin.security.guard import requires
from admin.security.people import actor
from casework import entries
from casework.permissions import Permission
from casework.scope import may
from models.notices import Notice
from models.orgs import OrgUnit

blueprint = Blueprint("papers", __name__, url_prefix="/papers")
MOST_COPIES = 5


@blueprint.get("/form/<int:application_id>")
@requires(Permission.Application.PRINT)
def form(application_id: int) -> ResponseReturnValue:
    """The application form of the road, filled in as far as the office knows."""
    application = application_or_404(application_id, Permission.Application.PRINT)
    policy, road = policy_road(application)
    if road is None:
        abort(404)
    if not entries.form_issued(road, road.stage(application.stage)):
        flash(
            _("The form is given out only after the appraisal; this is the registration."), "info"
        )
        return redirect(url_for("branch_papers.registration", application_id=application.id))
    in_full = may(actor(), Permission.Member.REVEAL, application.member.org.path)
    sheet = sheets.application_form(
        db.session(), application, policy.procedure.form_of(road.id), in_full=in_full
    )
    if in_full:
        looks.note("print:form", "application", application.id)
    return render_template(
        "papers/form.html",
        paper=sheet,
        title=sheet.title,
        grid=papers.COLUMNS,
        copies=min(policy.procedure.form_of(road.id).copies, MOST_COPIES),
        back=url_for("cases.show", application_id=application.id),
        landscape=False,
        full=in_full,
    )


@blueprint.get("/notice/<int:notice_id>")
@requires(Permission.Notice.READ)
def notice(notice_id: int) -> ResponseReturnValue:
    """The list for the branch's board: frozen, without names that were taken off; `as=posted` gives
    it whole, for the file."""
    query = select(Notice).join(OrgUnit, OrgUnit.id == Notice.org_id).where(Notice.id == notice_id)
    posted = load(query, Permission.Notice.READ, OrgUnit.path)
    as_posted = request.args.get("as") == "posted"
    sheet = sheets.posted_notice(db.session(), posted, as_posted=as_posted)
    return render_template(
        "papers/notice.html",
        paper=sheet,
        title=sheet.title,
        back=url_for("notices.show", notice_id=posted.id),
        landscape=False,
        full=False,
    )


def table(sheet: papers.ListPaper, back: str, *, landscape: bool = True) -> str:
    """A list to sign, as a page of its own."""
    return render_template(
        "papers/table.html",
        paper=sheet,
        title=sheet.title,
        back=back,
        landscape=landscape,
        full=True,
    )


def install(app: Flask, frame: Admin) -> None:
    """Bind the printed papers."""
    app.register_blueprint(blueprint)
