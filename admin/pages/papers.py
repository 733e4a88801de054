"""Printed papers: any paper of the policy about one thing or a list, as a page, Word or PDF.

What may be printed by whom is asked of casework; whatever shows a number in full or leaves as a
file is recorded there.
"""

from __future__ import annotations

from collections.abc import Sequence

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_admin import Admin
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from admin import clock
from admin.acting import Outcome, identifier, refused
from admin.cases.shapes import Offer
from admin.extensions import db
from admin.pages.common import application_or_404, policy_road
from admin.security.guard import requires
from admin.security.people import actor
from admin.text import policy_label
from admin.views import files
from casework import entries
from casework.permissions import Permission
from casework.printing import desk, html, packing, pdf, render, subjects
from casework.printing.subjects import PERMISSIONS, Subject
from engine.faults import Refused
from engine.papers import Paper
from models.applications import Application

blueprint = Blueprint("papers", __name__, url_prefix="/papers")
READERS = tuple(dict.fromkeys(PERMISSIONS.values()))
MOST = 500  # rows of a list on one paper
MOST_COPIES = 5
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@blueprint.get("/<about>/<ids>/<paper_id>.<as_file>")
@requires(*READERS)
def show(about: str, ids: str, paper_id: str, as_file: str) -> ResponseReturnValue:
    """One paper about a thing (`12`) or a list of things (`12,13`), as html, docx or pdf."""
    subject = subject_or_404(about, numbers(ids))
    paper = desk.paper_of(db.session(), subject, paper_id)
    if paper is None or as_file not in ("html", "docx", "pdf"):
        abort(404)
    return answer(subject, paper, as_file)


@blueprint.get("/form/<int:application_id>")
@requires(Permission.Application.PRINT)
def form(application_id: int) -> ResponseReturnValue:
    """The application form of the road, filled in as far as the office knows."""
    application = application_or_404(application_id, Permission.Application.PRINT)
    _policy, road = policy_road(application)
    if road is not None and not entries.form_issued(road, road.stage(application.stage)):
        flash(
            _("The form is given out only after the appraisal; this is the registration."), "info"
        )
        return redirect(url_for("branch_papers.registration", application_id=application.id))
    subject = subject_or_404("application", [application.id])
    paper = desk.paper_of(db.session(), subject, road.form) if road else None
    if paper is None:
        abort(404)
    return answer(subject, paper, "html", url_for("cases.show", application_id=application.id))


@blueprint.get("/notice/<int:notice_id>")
@requires(Permission.Notice.READ)
def notice(notice_id: int) -> ResponseReturnValue:
    """The list for the branch's board: frozen, without names that were taken off; `as=posted` gives
    it whole, for the file."""
    back = url_for("notices.show", notice_id=notice_id)
    return usual("notice", [notice_id], back, as_posted=request.args.get("as") == "posted")


def usual(
    about: str,
    ids: Sequence[int],
    back: str,
    *,
    as_posted: bool = False,
    as_file: str = "html",
) -> ResponseReturnValue:
    """The paper that such a thing is usually printed as, as a page or a file."""
    subject = subject_or_404(about, ids)
    paper = desk.first(db.session(), subject)
    if paper is None:
        abort(404)
    return answer(subject, paper, as_file, back, as_posted=as_posted)


def numbers(text: str) -> list[int]:
    """Row numbers out of an address, in its order, each once; 404 when one cannot be a number."""
    found = [identifier(part) for part in text.split(",")]
    known = list(dict.fromkeys(number for number in found if number is not None))
    if None in found or len(known) > MOST:
        abort(404)
    return known


def subject_or_404(about: str, ids: Sequence[int]) -> Subject:
    """What the paper is about, if all of it lies where the person may print it; a hidden row and a
    missing one look alike."""
    subject = subjects.load(db.session(), about, ids)
    if subject is None or not subjects.within(subject, actor()):
        abort(404)
    return subject


def answer(
    subject: Subject,
    paper: Paper,
    as_file: str,
    back: str | None = None,
    *,
    as_posted: bool = False,
) -> ResponseReturnValue:
    """The paper; refused with the reasons where this person may not print it (now)."""
    ids = [row.id for row in subject.rows]
    try:
        with Session(db.engine) as session:  # a page reads only; the look is written down besides
            own = subjects.load(session, subject.about, ids)
            if own is None:
                abort(404)
            made = desk.printed(
                session,
                own,
                paper,
                by=actor(),
                at=clock.now(),
                as_file=as_file,
                as_posted=as_posted,
            )
            session.commit()
        if as_file == "html":
            return page(made, subject, paper, back)
        return as_download(made, as_file)
    except Refused as problem:
        return refused(Outcome(None, problem.faults))


def as_download(made: desk.Printed, as_file: str) -> Response:
    """The paper as Word or PDF; with scans that no page can show, a zip of all."""
    data = render.saved(made.word)
    mime = WORD
    if as_file == "pdf":
        data, mime = pdf.pdf(data), "application/pdf"
    if not made.beside:
        return download(data, made.title, as_file, mime)
    packed = packing.packed([(f"{made.title}.{as_file}", data), *made.beside])
    return download(packed, made.title, "zip", "application/zip")


def page(made: desk.Printed, subject: Subject, paper: Paper, back: str | None) -> str:
    """The paper as a sheet to print, with the ways to have it as a file."""
    shown = html.sheets(made.word)
    ids = [row.id for row in subject.rows]
    return render_template(
        "papers/sheet.html",
        sheets=shown.html,
        copies=min(paper.copies, MOST_COPIES),
        title=made.title,
        back=back or home_of(subject),
        landscape=shown.landscape,
        full=made.full,
        offer=offer(subject.about, ids, paper),
    )


def home_of(subject: Subject) -> str:
    """The page that shows the subject."""
    pages = {
        "application": ("cases.show", "application_id"),
        "notice": ("notices.show", "notice_id"),
        "screening": ("screenings.show", "list_id"),
        "transfer": ("transfers.show", "batch_id"),
        "payment": ("receipts.show", "payment_id"),
        "filing": ("filings.index", ""),
        "payments": ("payments.index", ""),
        "applications": ("applications.index_view", ""),
        "pair": ("pairs.details_view", "id"),
        "member": ("members.details_view", "id"),
    }
    if subject.about == "measure":
        return url_for("check_visits.show", visit_id=subject.row.visit_id)
    endpoint, key = pages[subject.about]
    return url_for(endpoint, **({key: subject.row.id} if key else {}))


def offer(about: str, ids: Sequence[int], paper: Paper) -> Offer:
    """Where a paper can be had; no PDF where the machine cannot make one."""

    def url(as_file: str) -> str:
        joined = ",".join(str(one) for one in ids)
        return url_for("papers.show", about=about, ids=joined, paper_id=paper.id, as_file=as_file)

    return Offer(
        policy_label(paper.label),
        url("html"),
        url("docx"),
        url("pdf") if pdf.available() else "",
    )


def offers(about: str, ids: Sequence[int]) -> list[Offer]:
    """The papers about something that the signed-in person may print now."""
    subject = subjects.load(db.session(), about, ids)
    if subject is None:
        return []
    return [offer(about, ids, one) for one in desk.offered(db.session(), subject, actor())]


def offers_of_case(application: Application) -> list[Offer]:
    """The papers in which an application stands: its own, its lists', its payments'."""
    grant = application.grant
    found = offers("application", [application.id]) + offers("applications", [application.id])
    for payment in grant.payments if grant else ():
        found += offers("payment", [payment.id])
    return found + offers("member", [application.member_id])


def download(data: bytes, title: str, ending: str, mime: str) -> Response:
    """A file with its Chinese name."""
    headers = {"Content-Disposition": files.disposition(title, ending)}
    return Response(data, mimetype=mime, headers=headers)


def install(app: Flask, frame: Admin) -> None:
    """Bind the printed papers."""
    app.register_blueprint(blueprint)
