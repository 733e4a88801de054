"""System screening: the committee enters lists, the service centre records the results.

Whoever screens sees name, identity number and kind of aid only, and no way to the application.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from flask import (
    Blueprint,
    Flask,
    abort,
    flash,
    g,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_admin import Admin
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from admin import clock, own_pages
from admin.acting import attempt, identifier, load, refused
from admin.extensions import db
from admin.forms import batch
from admin.forms.batch import Answer
from admin.forms.records import Line, lines, read
from admin.i18n import _l
from admin.nav import Entry, add
from admin.pages import alike, batches, papers, waiting
from admin.pages.batches import Group
from admin.pages.common import policy_road
from admin.security.guard import requires
from admin.security.people import actor
from admin.text import fault_text, mask
from casework import events, loading, scope, screening_files, screenings
from casework.lists import stage_of_kind
from casework.people import Actor
from casework.permissions import Permission
from engine.faults import Fault
from engine.labels import Label
from engine.procedure import RecordField, StageKind
from models.applications import Application
from models.orgs import OrgUnit
from models.screenings import ScreeningLine, ScreeningList, ScreeningResult

blueprint = Blueprint("screenings", __name__, url_prefix="/screenings")
RECENT = 50
WITH_LINES = selectinload(ScreeningList.lines).options(
    loading.application_of(ScreeningLine.application)
)
READERS = (Permission.Screening.READ, Permission.Step.SCREEN)


def found() -> list[Group]:
    """What this person may enter for screening: one list per committee, road and edition."""
    rows = waiting.applications(db.session(), actor(), (StageKind.SCREEN,), "enter")
    return batches.groups(rows, StageKind.SCREEN, batches.committee_of)


def entry_fields(group: Group) -> tuple[list[RecordField], list[RecordField]]:
    """What is recorded when a list is entered."""
    return batches.with_needed(batch.fields_of(group.stage, group.road, "enter"), screenings.NEEDED)


@blueprint.get("/")
@requires(*READERS)
def index() -> ResponseReturnValue:
    """What is to be entered, what waits for a result, and the lists so far."""
    return page(None, ())


def page(answer: Answer | None, faults: Sequence[Fault]) -> str:
    """The page for whoever looks: committee, service centre, or both."""
    by = actor()
    shown = batches.shown(found(), entry_fields, answer, faults)
    query = (
        select(ScreeningList)
        .join(OrgUnit, OrgUnit.id == ScreeningList.org_id)
        .order_by(ScreeningList.id.desc())
        .limit(RECENT)
    )
    rows = db.session.scalars(
        scope.visible(query, by, Permission.Screening.READ, OrgUnit.path).options(
            selectinload(ScreeningList.org), WITH_LINES
        )
    ).all()
    waits: dict[int, int] = {}
    own_lists = {row.id for row in rows if screens(by, row)}
    for row in screenings.worklist(db.session(), by):
        if row.list_id not in own_lists:
            continue
        waits[row.list_id] = waits.get(row.list_id, 0) + 1
    return render_template("lists/screenings.html", shown=shown, lists=rows, waits=waits)


@blueprint.post("/enter")
@requires(Permission.Screening.ENTER)
def enter() -> ResponseReturnValue:
    """The committee entered the chosen rows into the outside system."""
    group = batches.chosen(found())
    if group is None:
        flash(_("This list has changed in the meantime. Here is what waits now."), "warning")
        return redirect(url_for("screenings.index"))
    answer = batches.answered(*entry_fields(group))
    ids = [one.id for one in batches.picked(answer, group.applications)]

    def do(session: Session, by: Actor, at: datetime) -> int:
        rows = [session.get_one(Application, number) for number in ids]
        committee = session.get_one(OrgUnit, group.unit.id)
        made = screenings.enter_list(
            session, committee, rows, answer.record, by=by, at=at, versions=answer.versions
        )
        return made.id

    outcome = attempt(do, "screening.enter", "org_unit", group.unit.id)
    if outcome.faults:
        return refused(outcome, lambda: page(answer, outcome.faults))
    flash(_("Entered. The service centre now records the results."), "success")
    return redirect(url_for("screenings.index"))


# ---- one list: what the screener sees -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ScreenRow:
    """One person on the list: no cause, no amount, no way to the application."""

    line_id: int
    application_id: int
    name: str
    masked: str
    kind: Label
    result: ScreeningResult | None
    reason: str
    lines: Sequence[Line]
    errors: tuple[str, ...]
    picked: bool


def list_or_404(list_id: int, permission: str = Permission.Screening.READ) -> ScreeningList:
    """The list in reach."""
    query = (
        select(ScreeningList)
        .join(OrgUnit, OrgUnit.id == ScreeningList.org_id)
        .where(ScreeningList.id == list_id)
        .options(WITH_LINES)
    )
    return load(query, permission, OrgUnit.path)


def result_fields(entered: ScreeningList) -> tuple[list[RecordField], list[RecordField]]:
    """What is recorded with the results: for the list, for each row."""
    first = entered.lines[0].application
    stage = stage_of_kind(first, StageKind.SCREEN)
    asked: tuple[Sequence[RecordField], Sequence[RecordField]] = ((), ())
    if stage is not None:
        asked = batch.fields_of(stage, first.road, "result")
    known = {field.id for field in (*asked[0], *asked[1])}
    words = {
        "pass": Label("筛查无误", "Passed"),
        "fail": Label("筛查有误", "Failed"),
    }
    own = [
        _as_choice(replace(field, for_list=False), words)
        for field in screenings.NEEDED_RESULT
        if field.id not in known
    ]
    return list(asked[0]), [*asked[1], *own]


def _as_choice(field: RecordField, words: Mapping[str, Label]) -> RecordField:
    return replace(field, type="choice", choices=words) if field.id == "result" else field


@blueprint.get("/<int:list_id>")
@requires(Permission.Screening.READ)
def show(list_id: int) -> ResponseReturnValue:
    """The list: results so far, or the form for them."""
    return list_page(list_or_404(list_id), None, ())


def list_page(
    entered: ScreeningList,
    answer: Answer | None,
    faults: Sequence[Fault],
    sent: Mapping[str, str] | None = None,
) -> str:
    """One list with what was typed and every fault; `sent`: what came with a file that was refused."""
    by = actor()
    once, each = result_fields(entered)
    mine = screens(by, entered)
    waits = screenings.worklist(db.session(), by) if mine else []
    open_ids = {row.line_id for row in waits if row.list_id == entered.id}
    rows = [_row(line, each, answer, faults, open_=line.id in open_ids) for line in entered.lines]
    g.place_names = {one.application.number: one.application.member.name for one in entered.lines}
    given = (
        answer.record
        if answer
        else {one.id: clock.today().isoformat() for one in once if one.type == "date"}
    )
    return render_template(
        "lists/screening.html",
        entered=entered,
        rows=rows,
        once=lines(once, given, faults, prefix=batch.LIST_PREFIX) if open_ids else [],
        columns=each,
        waits=bool(open_ids),
        may_export=scope.may(by, Permission.Screening.EXPORT, entered.org.path),
        layouts_out=screening_files.layouts(entered, "screening_out"),
        layouts_back=screening_files.layouts(entered, "screening_back"),
        may_compare=scope.may(by, Permission.Screening.COMPARE, entered.org.path),
        may_reveal=mine,
        alike=alike.of(entered),
        states=alike.STATES,
        sent=sent or {},
        today=clock.today(),
    )


def screens(by: Actor, entered: ScreeningList) -> bool:
    """Whether the person records results on this list; who entered it does not."""
    first = entered.lines[0].application
    return waiting.may_take(by, first, StageKind.SCREEN, "result")


def _row(
    line: ScreeningLine,
    each: Sequence[RecordField],
    answer: Answer | None,
    faults: Sequence[Fault],
    *,
    open_: bool,
) -> ScreenRow:
    application = line.application
    _policy, road = policy_road(application)
    typed = answer.lines.get(application.id, {}) if answer else {}
    own = [batch.at_row(f) for f in faults if batch.belongs(f, application.number)]
    names = {field.id for field in each}
    return ScreenRow(
        line_id=line.id,
        application_id=application.id,
        name=application.member.name,
        masked=mask(application.member.id_number, "id_number"),
        kind=road.label if road else Label(application.road, application.road),
        result=line.result,
        reason=line.reason or "",
        lines=lines(each, typed, own, prefix=batch.row_prefix(application.id)) if open_ else (),
        errors=tuple(fault_text(f) for f in own if f.where not in names),
        picked=application.id in answer.picked if answer else True,
    )


@blueprint.post("/<int:list_id>/results")
@requires(Permission.Step.SCREEN)
def results(list_id: int) -> ResponseReturnValue:
    """Record pass or fail for the chosen rows, all or none."""
    entered = list_or_404(list_id, Permission.Step.SCREEN)
    once, each = result_fields(entered)
    picked = [number for text in request.form.getlist("pick") if (number := identifier(text))]
    answer = Answer(
        picked=tuple(picked),
        record=read([field.id for field in once], request.form, batch.LIST_PREFIX),
        lines={
            number: read([field.id for field in each], request.form, batch.row_prefix(number))
            for number in {line.application_id for line in entered.lines}
        },
    )
    given = {number: dict(answer.lines.get(number, {})) for number in picked}

    def do(session: Session, by: Actor, at: datetime) -> int:
        row = session.get_one(ScreeningList, list_id)
        done = screenings.record_results(session, row, answer.record, given, by=by, at=at)
        return len(done)

    outcome = attempt(do, "screening.results", "screening_list", list_id)
    if outcome.faults:
        return refused(outcome, lambda: list_page(list_or_404(list_id), answer, outcome.faults))
    flash(_("Recorded for %(count)d people.", count=outcome.value or 0), "success")
    return redirect(url_for("screenings.index"))


@blueprint.post("/line/<int:line_id>/number")
@requires(Permission.Step.SCREEN)
def number(line_id: int) -> ResponseReturnValue:
    """An identity number in full for whoever screens it; the look is recorded."""
    query = (
        select(ScreeningLine)
        .join(ScreeningList, ScreeningList.id == ScreeningLine.list_id)
        .join(OrgUnit, OrgUnit.id == ScreeningList.org_id)
        .where(ScreeningLine.id == line_id)
    )
    if not screens(actor(), load(query, Permission.Step.SCREEN, OrgUnit.path).list):
        abort(403)

    def look(session: Session, by: Actor, at: datetime) -> str:
        member = session.get_one(ScreeningLine, line_id).application.member
        events.record_look(session, by, at, "reveal:id_number", "member", member.id)
        return member.id_number or ""

    outcome = attempt(look, "reveal:id_number", "screening_line", line_id)
    if outcome.faults:
        abort(403)
    return jsonify(value=outcome.value or "")


@blueprint.get("/<int:list_id>/print")
@requires(Permission.Screening.EXPORT)
def sheet(list_id: int) -> ResponseReturnValue:
    """The list with identity numbers in full; printing it is recorded."""
    list_or_404(list_id, Permission.Screening.EXPORT)
    return papers.usual("screening", [list_id], url_for("screenings.show", list_id=list_id))


def install(app: Flask, frame: Admin) -> None:
    """Bind the screening."""
    app.register_blueprint(blueprint)
    add(
        app,
        Entry(
            "screenings.index",
            _l("Screening list"),
            "aid",
            READERS,
            icon="screen",
            order=60,
            also=("screenings", "screening_files"),
            unless=own_pages.without_stage(StageKind.SCREEN),
        ),
    )
