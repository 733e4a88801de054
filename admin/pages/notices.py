"""Public notices: choose who is posted, preview the paper, record posting and end, objections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import Admin
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from admin import clock
from admin.acting import attempt, identifier, load, refused
from admin.cases import sheets, status
from admin.extensions import db
from admin.forms import batch
from admin.forms.batch import Answer
from admin.forms.records import lines
from admin.i18n import _l
from admin.nav import Entry, add
from admin.pages import batches, waiting
from admin.pages.batches import Group
from admin.pages.common import policy_road
from admin.security.guard import requires
from admin.security.people import actor
from casework import calendar, loading, notice_board, notices, scope
from casework.editions import policy_of
from casework.people import Actor
from casework.permissions import Permission, step_permission
from casework.printing import choice
from casework.scope import may_as
from engine.faults import Fault, Refused
from engine.notices import earliest_end
from engine.procedure import RecordField, Stage, StageKind
from engine.source import parse_date
from models.applications import Application
from models.notices import (
    Notice,
    NoticeLine,
    NoticeStatus,
    Objection,
    ObjectionState,
)
from models.orgs import OrgUnit

blueprint = Blueprint("notices", __name__, url_prefix="/notices")
PAGE = 50
STATUSES = {
    NoticeStatus.POSTED: (_l("On notice"), "blue"),
    NoticeStatus.ENDED: (_l("Ended"), "green"),
    NoticeStatus.CANCELLED: (_l("All names taken off"), "secondary"),
}
OPEN = Objection.state == ObjectionState.OPEN


def found() -> list[Group]:
    """What this person may post: one list per branch, road and edition."""
    rows = waiting.applications(db.session(), actor(), (StageKind.POST,), "post")
    return batches.groups(rows, StageKind.POST, batches.own_unit)


@blueprint.get("/")
@requires(Permission.Notice.READ)
def index() -> ResponseReturnValue:
    """What waits to be posted, and the notices so far, newest first.

    `?objections=open` keeps those with an objection not yet settled, for whoever may see objections.
    """
    before = identifier(request.args.get("before", ""))
    query = select(Notice).join(OrgUnit, OrgUnit.id == Notice.org_id).order_by(Notice.id.desc())
    objected = request.args.get("objections") == "open" and _sees_objections()
    if objected:
        query = query.where(Notice.lines.any(NoticeLine.objections.any(OPEN)))
    if before:
        query = query.where(Notice.id < before)
    visible = scope.visible(query.limit(PAGE + 1), actor(), Permission.Notice.READ, OrgUnit.path)
    loads = (selectinload(Notice.org), selectinload(Notice.edition))
    rows = list(db.session.scalars(visible.options(*loads)))
    return render_template(
        "lists/notices.html",
        groups=() if objected else found(),
        objected=objected,
        notices=rows[:PAGE],
        sizes=loading.sizes(db.session(), NoticeLine.notice_id, [row.id for row in rows]),
        more=rows[PAGE - 1].id if len(rows) > PAGE else None,
        statuses=STATUSES,
        road_labels=road_labels(rows),
    )


def _sees_objections() -> bool:
    by, one = actor(), Permission.Notice
    return any(by.holds(permission) for permission in (one.OBJECT, one.SETTLE, one.OBJECTOR))


def road_labels(rows: Sequence[Notice]) -> dict[int, Any]:
    """What the edition of each notice calls its road."""
    found_labels: dict[int, Any] = {}
    for row in rows:
        road = policy_of(row.edition).procedure.roads.get(row.road)
        found_labels[row.id] = road.label if road else row.road
    return found_labels


def fields(group: Group) -> tuple[list[RecordField], list[RecordField]]:
    """What is recorded when a list is posted."""
    return batches.with_needed(batch.fields_of(group.stage, group.road, "post"), notices.NEEDED)


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Permission.Step.POST)
def new() -> ResponseReturnValue:
    """Choose the rows and dates, look at the paper, record the posting."""
    group = batches.chosen(found())
    if group is None:
        return _gone()
    once, each = fields(group)
    if request.method == "GET":
        return _new_page(group, None, ())
    answer = batches.answered(once, each)
    if "preview" in request.form:
        return _new_page(group, answer, (), preview=True)
    ids = [one.id for one in batches.picked(answer, group.applications)]

    def do(session: Session, by: Actor, at: datetime) -> Notice:
        rows = [session.get_one(Application, number) for number in ids]
        branch = session.get_one(OrgUnit, group.unit.id)
        return notices.post(
            session, branch, rows, answer.record, by=by, at=at, versions=answer.versions
        )

    outcome = attempt(do, "notice.post", "org_unit", group.unit.id)
    if outcome.value is None:
        fresh = batches.chosen(found()) or group
        return refused(outcome, lambda: _new_page(fresh, answer, outcome.faults))
    flash(_("Recorded. Print the notice and put it up."), "success")
    return redirect(url_for("notices.show", notice_id=outcome.value.id))


def _gone() -> ResponseReturnValue:
    flash(_("This list has changed in the meantime. Here is what waits now."), "warning")
    return redirect(url_for("notices.index"))


def _new_page(
    group: Group, answer: Answer | None, faults: Sequence[Fault], *, preview: bool = False
) -> str:
    once, each = fields(group)
    shown = batch.show(
        group.applications,
        once,
        each,
        answer=answer,
        defaults=_defaults(group, once),
        faults=faults,
    )
    return render_template(
        "lists/notice_new.html",
        group=group,
        batch=shown,
        paper=_preview(group, answer) if preview and answer else None,
    )


def _defaults(group: Group, once: Sequence[RecordField]) -> dict[str, str]:
    """Posted today, ending on the earliest lawful day, in the place that the policy names."""
    policy = policy_of(group.applications[0].edition)
    today = clock.today()
    given = {"posted_on": today.isoformat(), "place": policy.procedure.notice.place}
    try:
        given["ends_on"] = earliest_end(
            policy.procedure.notice, today, calendar.load(db.session())
        ).isoformat()
    except Refused:  # working days in a year without a calendar: the person counts
        given.pop("ends_on", None)
    names = {field.id for field in once}
    return {name: value for name, value in given.items() if name in names}


def _preview(group: Group, answer: Answer) -> sheets.NoticePaper | None:
    """The paper as it would hang; None while the dates cannot be read."""
    session = db.session()
    policy = policy_of(group.applications[0].edition)
    first, last = (parse_date(answer.record.get(name, "")) for name in ("posted_on", "ends_on"))
    chosen = batches.picked(answer, group.applications)
    if first is None or last is None or last < first or not chosen:
        return None
    text = sheets.notice_words(session, group.unit, policy, group.road, first, last)
    return sheets.notice_paper(
        policy, text, [notices.row_of(session, policy, one) for one in chosen]
    )


# ---- one notice ----------------------------------------------------------------------------------


def notice_or_404(notice_id: int, permission: str = Permission.Notice.READ) -> Notice:
    """The notice in reach."""
    query = select(Notice).join(OrgUnit, OrgUnit.id == Notice.org_id).where(Notice.id == notice_id)
    return load(query, permission, OrgUnit.path)


@blueprint.get("/<int:notice_id>")
@requires(Permission.Notice.READ)
def show(notice_id: int) -> ResponseReturnValue:
    """The list as posted, who is still on it, objections for those who may see them."""
    return page(notice_or_404(notice_id))


@dataclass(frozen=True, slots=True)
class Refusal:
    """What was typed into one of the forms of the page, and what was wrong with it."""

    key: str = ""
    typed: Mapping[str, str] | None = None
    faults: Sequence[Fault] = ()


def page(notice: Notice, refusal: Refusal = Refusal()) -> str:
    """The page of a notice."""
    by = actor()
    policy = policy_of(notice.edition)
    stage = _stage(notice)
    posted = notice.status is NoticeStatus.POSTED
    end = _end_fields(stage, notice.road) if stage else []
    typed = (
        refusal.typed
        if refusal.key == "end"
        else {one.id: clock.today().isoformat() for one in end if one.type == "date"}
    )
    return render_template(
        "lists/notice.html",
        prints=choice.prints(db.session(), notice.edition, "notice"),
        notice=notice,
        lines=sorted(notice.lines, key=lambda line: not notice_board.stands(line)),
        status=STATUSES[notice.status],
        road=policy.procedure.roads.get(notice.road),
        columns=policy.procedure.notice.columns,
        unchanged=notices.unchanged(notice),
        photos=notice_board.photos(db.session(), notice),
        may_photo=scope.may(by, Permission.Step.POST, notice.org.path),
        may_look=scope.may(by, Permission.Attachment.READ, notice.org.path),
        over=clock.today() > notice.ends_on,
        may_end=posted and stage is not None and _may(by, stage, notice),
        end_lines=lines(
            end, typed or {}, refusal.faults if refusal.key == "end" else (), prefix="end-"
        ),
        end_button=_end_button(stage),
        may_remove=posted and scope.may(by, Permission.Notice.REMOVE, notice.org.path),
        may_object=scope.may(by, Permission.Notice.OBJECT, notice.org.path),
        may_settle=scope.may(by, Permission.Notice.SETTLE, notice.org.path),
        may_see=scope.may(by, Permission.Notice.OBJECT, notice.org.path)
        or scope.may(by, Permission.Notice.SETTLE, notice.org.path)
        or scope.may(by, Permission.Notice.OBJECTOR, notice.org.path),
        may_objector=scope.may(by, Permission.Notice.OBJECTOR, notice.org.path),
        channels=policy.procedure.notice.objections.channels,
        refusal=refusal,
        today=clock.today(),
    )


def _stage(notice: Notice) -> Stage | None:
    road = policy_of(notice.edition).procedure.roads.get(notice.road)
    return next((s for s in road.stages if s.kind is StageKind.POST), None) if road else None


def _end_fields(stage: Stage, road: str) -> list[RecordField]:
    once, _each = batches.with_needed(batch.fields_of(stage, road, "end"), notices.NEEDED_AT_END)
    known = stage.parts and any(part.id == "end" for part in stage.parts)
    return once if known else list(notices.NEEDED_AT_END)


def _end_button(stage: Stage | None) -> object:
    part = next((part for part in stage.parts if part.id == "end"), None) if stage else None
    return part.button if part else None


def _may(by: Actor, stage: Stage, notice: Notice) -> bool:
    roles = next((part.by for part in stage.parts if part.id == "end" and part.by), stage.by)
    return may_as(by, step_permission(stage.kind.value), roles, notice.org.path)


@blueprint.post("/<int:notice_id>/end")
@requires(Permission.Notice.REMOVE)
def end(notice_id: int) -> ResponseReturnValue:
    """The notice was taken down after its last day."""
    notice_or_404(notice_id)
    typed = {k.removeprefix("end-"): v for k, v in request.form.items() if k.startswith("end-")}

    def do(session: Session, by: Actor, at: datetime) -> int:
        notice = session.get_one(Notice, notice_id)
        return len(notices.close(session, notice, typed, by=by, at=at))

    outcome = attempt(do, "notice.close", "notice", notice_id)
    if outcome.faults:
        return refused(
            outcome, lambda: page(notice_or_404(notice_id), Refusal("end", typed, outcome.faults))
        )
    flash(_("Notice ended. %(count)d applications move on.", count=outcome.value or 0), "success")
    return redirect(url_for("notices.show", notice_id=notice_id))


@blueprint.post("/<int:notice_id>/remove/<int:line_id>")
@requires(Permission.Notice.REMOVE)
def remove(notice_id: int, line_id: int) -> ResponseReturnValue:
    """One name was taken off the board."""
    notice = notice_or_404(notice_id)
    line_of(notice, line_id)
    reason = request.form.get("reason", "")

    def do(session: Session, by: Actor, at: datetime) -> None:
        line = session.get_one(NoticeLine, line_id)
        notices.remove_line(session, line, reason=reason, by=by, at=at)

    outcome = attempt(do, "notice.remove_line", "notice_line", line_id)
    if outcome.faults:
        return refused(outcome, lambda: page(notice_or_404(notice_id)))
    flash(_("Taken off the notice."), "success")
    return redirect(url_for("notices.show", notice_id=notice_id))


def line_of(notice: Notice, line_id: int) -> NoticeLine:
    """A line of this very notice; else 404."""
    return load(
        select(NoticeLine)
        .join(Notice, Notice.id == NoticeLine.notice_id)
        .join(OrgUnit, OrgUnit.id == Notice.org_id)
        .where(NoticeLine.id == line_id, NoticeLine.notice_id == notice.id),
        Permission.Notice.READ,
        OrgUnit.path,
    )


def what_became(line: NoticeLine) -> status.Word | None:
    """How the application ended, where it ended without aid after it was posted."""
    application = line.application
    if application.status not in notice_board.WITHOUT_AID:
        return None
    return status.word(application, policy_road(application)[1])


def install(app: Flask, frame: Admin) -> None:
    """Bind the notices."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals["on_board"] = notice_board.stands
    app.jinja_env.globals["what_became"] = what_became
    add(
        app,
        Entry(
            "notices.index",
            _l("Public notices"),
            "aid",
            (Permission.Notice.READ,),
            icon="notice",
            order=40,
            also=("notices", "objections", "notice_board", "notice_list"),
        ),
    )
