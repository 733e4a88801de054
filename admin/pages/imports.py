"""Workbooks taken in: choose what it is, match the columns, look at the dry run, take it in.

A person sees his own imports only: the rows are people's numbers. Short lists are worked on at
once, long ones by the worker, while the page counts the rows.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_admin import Admin
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin import clock, i18n
from admin.acting import attempt, found_or_404, refused
from admin.extensions import db
from admin.i18n import _l
from admin.nav import Entry, add
from admin.security.guard import requires
from admin.security.people import actor
from admin.text import policy_label
from admin.views import files
from casework import scope
from casework.imports import catalogue, headers, kept, marking, passage, runs
from casework.imports.catalogue import Offer
from casework.people import Actor
from casework.permissions import Permission
from engine.faults import Fault, Refused
from models.database import make_sessions
from models.imports import ImportRun, ImportState
from models.orgs import OrgLevel, OrgUnit
from models.people import Locale

blueprint = Blueprint("imports", __name__, url_prefix="/imports")
OPENERS = (
    Permission.Member.IMPORT,
    Permission.Application.REGISTER,
    Permission.Calendar.WRITE,
    Permission.Payment.RETURN,
    Permission.Step.SCREEN,
    Permission.Screening.UPLOAD,
)
RECENT = 20
MOST_UNITS = 500
LARGEST_REQUEST = 64 * 1024 * 1024  # a file that is too large still gets its own answer
STATES = {
    ImportState.NEW: (_l("columns to be matched"), "blue"),
    ImportState.WAITS_CHECK: (_l("waits to be checked"), "blue"),
    ImportState.CHECKING: (_l("being checked"), "blue"),
    ImportState.CHECKED: (_l("checked"), "orange"),
    ImportState.WAITS_APPLY: (_l("waits to be taken in"), "blue"),
    ImportState.APPLYING: (_l("being taken in"), "blue"),
    ImportState.DONE: (_l("taken in"), "green"),
    ImportState.FAILED: (_l("not possible"), "red"),
}


@blueprint.url_value_preprocessor
def _allow_large(endpoint: str | None, values: dict[str, object] | None) -> None:
    request.max_content_length = LARGEST_REQUEST


@blueprint.get("/")
@requires(*OPENERS)
def index() -> ResponseReturnValue:
    """What may be taken in, with a template for each, and the imports so far."""
    return page()


def page() -> str:
    """The list of kinds and of the person's own imports."""
    mine = db.session.scalars(
        select(ImportRun)
        .where(ImportRun.by_id == actor().user_id)
        .order_by(ImportRun.id.desc())
        .limit(RECENT)
    ).all()
    found = catalogue.offers(db.session(), actor(), clock.today())
    labels = {each.id: label_of(each) for each in found}
    return render_template(
        "imports/index.html",
        offers=found,
        labels=labels,
        chosen=request.values.get("kind", ""),
        runs=mine,
        states=STATES,
        run_label=lambda run: labels.get(offer_id(run), run.kind),
    )


def label_of(offer: Offer) -> str:
    """What the kind is called; with the policy where there are several."""
    label = policy_label(offer.kind.label)
    if offer.policy_label is None:
        return label
    return str(_("%(kind)s (%(policy)s)", kind=label, policy=policy_label(offer.policy_label)))


def offer_id(run: ImportRun) -> str:
    return f"{run.kind}:{run.policy_code}" if run.policy_code else run.kind


def offer_or_404(id_: str) -> Offer:
    """One of the kinds open to this person."""
    known = {each.id: each for each in catalogue.offers(db.session(), actor(), clock.today())}
    if id_ not in known:
        abort(404)
    return known[id_]


@blueprint.post("/")
@requires(*OPENERS)
def upload() -> ResponseReturnValue:
    """Keep the workbook and go on to its columns."""
    offer = offer_or_404(request.form.get("kind", ""))
    sent = request.files.get("file")
    with tempfile.TemporaryDirectory(prefix="sunshine-") as folder:
        path = Path(folder) / "upload.xlsx"
        if sent is not None:
            sent.save(path)
            sent.close()  # a large one lies in a passing file of its own

        def do(session: Session, by: Actor, at: datetime) -> int:
            run = runs.upload(
                session,
                path,
                (sent.filename or "") if sent is not None else "",
                offer.kind.id,
                by=by,
                at=at,
                policy_code=offer.policy_code,
                locale=Locale(i18n.lang()),
            )
            return run.id

        outcome = attempt(do, "import.upload", "import_run", None)
    if outcome.faults:
        return refused(outcome, page)
    return redirect(url_for("imports.show", run_id=outcome.value))


@blueprint.get("/template")
@requires(*OPENERS)
def template() -> ResponseReturnValue:
    """An empty workbook for a kind, with its drop-downs."""
    offer = offer_or_404(request.args.get("kind", ""))
    query = (
        select(OrgUnit.name)
        .where(OrgUnit.level == OrgLevel.BRANCH, OrgUnit.active)
        .order_by(OrgUnit.path)
        .limit(MOST_UNITS)
    )
    reach = scope.visible(query, actor(), offer.kind.permission, OrgUnit.path)
    units = list(db.session.scalars(reach))
    with tempfile.TemporaryDirectory(prefix="sunshine-") as folder:
        path = Path(folder) / "template.xlsx"
        marking.template(offer.kind.label, offer.kind.columns, i18n.lang(), path, units)
        return workbook_answer(path.read_bytes(), _("%(kind)s template", kind=label_of(offer)))


def workbook_answer(content: bytes, name: str) -> Response:
    """A workbook to be saved under a name of any script."""
    answer = send_file(
        io.BytesIO(content),
        mimetype="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )
    answer.headers["Content-Disposition"] = files.disposition(name, "xlsx")
    return answer


def run_or_404(run_id: int) -> ImportRun:
    """One of the person's own imports."""
    query = select(ImportRun).where(ImportRun.id == run_id, ImportRun.by_id == actor().user_id)
    return found_or_404(query)


@blueprint.get("/<int:run_id>")
@requires(*OPENERS)
def show(run_id: int) -> ResponseReturnValue:
    """Columns, dry run and result of one import."""
    return run_page(run_or_404(run_id))


def run_page(
    run: ImportRun,
    places: Mapping[str, int] | None = None,
    once: Mapping[str, str] | None = None,
) -> str:
    """The page of one import at whatever point it stands; with what was chosen and typed."""
    offer = offer_or_404(offer_id(run))
    open_ = run.state not in (*runs.RUNNING, ImportState.DONE)
    shown = runs.preview(db.session(), run) if open_ else runs.Preview((), ())
    counts = run.counts
    return render_template(
        "imports/run.html",
        run=run,
        label=label_of(offer),
        note=offer.kind.note,
        state=STATES[run.state],
        columns=offer.kind.columns,
        mapping=headers.places(run.mapping) if places is None else places,
        once=headers.once(run.mapping) if once is None else once,
        heading=shown.heading,
        examples=[
            [row[at] for row in shown.rows if at < len(row) and row[at]]
            for at in range(len(shown.heading))
        ],
        open=open_,
        running=run.state in runs.RUNNING,
        rows_done=kept.progress(run),
        good=counts.get("new", 0) + counts.get("changed", 0),
        may_apply=run.state == ImportState.CHECKED and not run.trouble,
        twin=runs.twin(db.session(), run) if run.state != ImportState.DONE else None,
    )


@blueprint.post("/<int:run_id>/sheet")
@requires(*OPENERS)
def sheet(run_id: int) -> ResponseReturnValue:
    """Take another sheet of the workbook."""
    run_or_404(run_id)
    chosen = request.form.get("sheet", "")

    def do(session: Session, by: Actor, at: datetime) -> None:
        runs.choose_sheet(session, session.get_one(ImportRun, run_id), chosen)

    return _then_back(run_id, do, "import.sheet")


@blueprint.post("/<int:run_id>/check")
@requires(*OPENERS)
def check(run_id: int) -> ResponseReturnValue:
    """Keep the matching and try every row."""
    run_or_404(run_id)
    columns = _places()
    once = _once()

    def do(session: Session, by: Actor, at: datetime) -> bool:
        run = session.get_one(ImportRun, run_id)
        _not_both(offer_or_404(offer_id(run)), columns, once)
        runs.match(session, run, {**columns, **once}, by=by)
        runs.ask(session, run, ImportState.WAITS_CHECK)
        return runs.is_short(run)

    outcome = attempt(do, "import.check", "import_run", run_id)
    if outcome.faults:
        return refused(outcome, lambda: run_page(run_or_404(run_id), columns, once))
    if outcome.value:
        _at_once(passage.check, run_id)
    return redirect(url_for("imports.show", run_id=run_id))


def _places() -> dict[str, int]:
    """Column id → place in the sheet, as chosen."""
    return {
        name.removeprefix("column-"): int(text)
        for name, text in request.form.items()
        if name.startswith("column-") and text.isascii() and text.isdigit() and len(text) < 4
    }


def _once() -> dict[str, str]:
    """Column id → what was typed for all rows."""
    return {
        name.removeprefix("once-"): text.strip()
        for name, text in request.form.items()
        if name.startswith("once-") and text.strip()
    }


def _not_both(offer: Offer, places: Mapping[str, int], once: Mapping[str, str]) -> None:
    both = [
        Fault("column_both", {"field": column.label}, column.id)
        for column in offer.kind.columns
        if column.id in places and column.id in once
    ]
    if both:
        raise Refused(both)


@blueprint.post("/<int:run_id>/apply")
@requires(*OPENERS)
def apply(run_id: int) -> ResponseReturnValue:
    """Take the good rows in."""
    run_or_404(run_id)

    def do(session: Session, by: Actor, at: datetime) -> bool:
        run = session.get_one(ImportRun, run_id)
        runs.ask(session, run, ImportState.WAITS_APPLY)
        return runs.is_short(run)

    outcome = attempt(do, "import.apply", "import_run", run_id)
    if outcome.faults:
        return refused(outcome, lambda: run_page(run_or_404(run_id)))
    if outcome.value:
        _at_once(passage.apply, run_id)
        flash(_("Taken in. Below is what became of the rows."), "success")
    return redirect(url_for("imports.show", run_id=run_id))


def _at_once(work: Callable[..., None], run_id: int) -> None:
    """In this request, on connections of its own; the request's session is committed and idle."""
    db.session.close()
    work(make_sessions(db.engine), run_id, clock.now())


def _then_back(
    run_id: int, do: Callable[[Session, Actor, datetime], None], what: str
) -> ResponseReturnValue:
    outcome = attempt(do, what, "import_run", run_id)
    if outcome.faults:
        return refused(outcome, lambda: run_page(run_or_404(run_id)))
    return redirect(url_for("imports.show", run_id=run_id))


@blueprint.get("/<int:run_id>/progress")
@requires(*OPENERS)
def progress(run_id: int) -> ResponseReturnValue:
    """How far the worker is, for the page to count along."""
    run = run_or_404(run_id)
    return jsonify(running=run.state in runs.RUNNING, rows=kept.progress(run))


@blueprint.get("/<int:run_id>/marked")
@requires(*OPENERS)
def marked(run_id: int) -> ResponseReturnValue:
    """The coloured copy; the look is recorded."""
    run = run_or_404(run_id)
    if not run.has_copy:
        abort(404)
    with Session(db.engine) as session:  # a page reads only; the look is written down besides
        own = session.get_one(ImportRun, run_id)
        content = kept.marked_copy(session, own, by=actor(), at=clock.now())
        session.commit()
    return workbook_answer(content, _("%(name)s to mend", name=Path(run.filename).stem))


def install(app: Flask, frame: Admin) -> None:
    """Bind the pages and their line in the sidebar."""
    app.register_blueprint(blueprint)
    add(
        app,
        Entry(
            "imports.index", _l("Excel import"), "people", OPENERS, icon="upload", order=40,
            also=("imports",),
        ),
    )  # fmt: skip
