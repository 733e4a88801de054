"""Papers for many: choose which, watch them being made in the background, fetch the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

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
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin import clock
from admin.acting import Outcome, attempt, found_or_404, identifier, refused
from admin.extensions import db
from admin.i18n import _l
from admin.nav import Entry, add
from admin.pages import papers
from admin.pages.papers import MOST
from admin.security.guard import requires
from admin.security.people import actor
from admin.text import fault_text, policy_label
from admin.views import files
from casework.jobs import lasting
from casework.people import Actor
from casework.permissions import Permission
from casework.printing import desk, orders, pdf, subjects
from casework.printing.subjects import PERMISSIONS
from engine.faults import Fault, Refused
from engine.papers import Paper
from models.jobs import Job, JobState

blueprint = Blueprint("orders", __name__, url_prefix="/papers/orders")
READERS = papers.READERS
MOST_ORDERED = 1000
SINGLE = frozenset(PERMISSIONS) - {"applications", "payments"}
"""What a paper each can be ordered of; a paper of many together is had at once."""
STATES = {
    JobState.WAITING: (_l("Waiting"), "grey"),
    JobState.RUNNING: (_l("In progress"), "blue"),
    JobState.DONE: (_l("Ready"), "green"),
    JobState.FAILED: (_l("Not made"), "red"),
    JobState.STOPPED: (_l("Stopped"), "grey"),
}


@dataclass(frozen=True)
class Row:
    """An order as the page shows it."""

    job: Job
    state: object
    colour: str
    left_out: tuple[str, ...]
    said: str


def choose(about: str, rows: Sequence[Any]) -> ResponseReturnValue:
    """Ask which paper of these rows, and as what file."""
    ids = [row.id for row in rows]
    subject = subjects.load(db.session(), about, ids[:1])
    if subject is None:
        abort(404)
    policy = desk.policy_with_papers(db.session(), subject.edition)
    each = [one for one in policy.papers.about(about) if _may(one)]
    together = (
        papers.offers("applications", ids) if about == "application" and len(ids) <= MOST else []
    )
    return render_template(
        "papers/order.html",
        about=about,
        ids=",".join(str(one) for one in ids),
        count=len(ids),
        names=[_called(row) for row in rows[:12]],
        each=[(one.id, policy_label(one.label)) for one in each],
        together=together,
        pdf=pdf.available(),
    )


def _called(row: Any) -> str:
    """What a chosen row is called: the person it is about, else its number."""
    for person in ("member", "helper"):
        if about := getattr(row, person, None):
            return str(about.name)
    return str(getattr(row, "name", None) or getattr(row, "number", None) or row.id)


def _may(paper: Paper) -> bool:
    """Whether the person holds a role of the paper anywhere; each one is asked again in its turn."""
    by = actor()
    permission = PERMISSIONS[paper.about]
    return any(
        permission in held.permissions and (not paper.by or held.role_code in paper.by)
        for held in by.roles
    )


@blueprint.post("/")
@requires(*READERS)
def order() -> ResponseReturnValue:
    """Ask for the papers; they are made in the background."""
    about = request.form.get("about", "")
    ids = [n for text in request.form.get("ids", "").split(",") if (n := identifier(text))]
    as_file = request.form.get("as", "docx")
    if about not in SINGLE or len(ids) > MOST_ORDERED:
        abort(404)
    subject = subjects.load(db.session(), about, ids[:1]) if ids else None
    paper_id = request.form.get("paper", "")
    paper = desk.paper_of(db.session(), subject, paper_id) if subject else None
    if paper is None:
        return refused(Outcome(None, (Fault("order_empty"),)))
    wanted = paper

    def do(session: Session, by: Actor, at: datetime) -> int:
        return orders.order(session, about, wanted, ids, as_file, by=by, at=at).id

    outcome = attempt(do, "paper.order", about, None)
    if outcome.faults:
        return refused(outcome)
    flash(_("The papers are being made. You may go on working meanwhile."), "success")
    return redirect(url_for("orders.index"))


@blueprint.get("/")
@requires(*READERS)
def index() -> ResponseReturnValue:
    """What this person has asked for; the page comes again by itself while work is under way."""
    rows = [_row(job) for job in lasting.of(db.session(), actor())]
    busy = any(row.job.state in (JobState.WAITING, JobState.RUNNING) for row in rows)
    return render_template("papers/orders.html", rows=rows, busy=busy, days=lasting.KEPT.days)


def _row(job: Job) -> Row:
    text, colour = STATES[job.state]
    faults = [(Fault(one["code"], one["params"]), one.get("where") or "") for one in job.faults]
    left = tuple(" ".join(p for p in (where, fault_text(fault)) if p) for fault, where in faults)
    return Row(job, text, colour, left, _said(job))


def _said(job: Job) -> str:
    """How far it is; once it is done, how many papers there are and how many things have none."""
    without = len({one.get("where") or str(at) for at, one in enumerate(job.faults)})
    if job.state is not JobState.DONE:
        return f"{job.done}/{job.total}"
    made = str(_("%(num)d made", num=job.done - without))
    return str(_("%(made)s, %(num)d left out", made=made, num=without)) if without else made


@blueprint.get("/<int:job_id>/file")
@requires(*READERS)
def fetch(job_id: int) -> ResponseReturnValue:
    """The file, for the person who asked for it."""
    own_or_404(job_id)
    try:
        with Session(db.engine) as session:  # a page reads only; the look is written down besides
            job = session.get_one(Job, job_id)
            content = lasting.result(session, job, by=actor(), at=clock.now())
            name, mime = job.filename or "file", job.mime or "application/octet-stream"
            session.commit()
    except Refused as problem:
        return refused(Outcome(None, problem.faults))
    stem, _dot, ending = name.rpartition(".")
    headers = {"Content-Disposition": files.disposition(stem, ending)}
    return Response(content, mimetype=mime, headers=headers)


@blueprint.post("/<int:job_id>/stop")
@requires(*READERS)
def stop(job_id: int) -> ResponseReturnValue:
    """No more of it."""
    own_or_404(job_id)

    def do(session: Session, by: Actor, at: datetime) -> None:
        lasting.stop(session, session.get_one(Job, job_id), by=by)

    outcome = attempt(do, "paper.stop", "job", job_id)
    if outcome.faults:
        return refused(outcome)
    flash(_("Stopped."), "success")
    return redirect(url_for("orders.index"))


def own_or_404(job_id: int) -> Job:
    """The person's own order; another's and a missing one look alike."""
    query = select(Job).where(Job.id == job_id, Job.by_id == actor().user_id)
    return found_or_404(query)


def install(app: Flask, frame: Admin) -> None:
    """Bind the orders."""
    app.register_blueprint(blueprint)
    add(
        app,
        Entry(
            "orders.index",
            _l("Printed papers"),
            "aid",
            (Permission.Application.PRINT, Permission.Member.EXPORT),
            icon="print",
            order=90,
        ),
    )
