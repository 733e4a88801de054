"""走访核查: samples drawn at random and drawn again by anybody, findings, what is still to follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import Admin
from flask_babel import gettext as _
from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from admin import clock, looks
from admin.acting import attempt, found_or_404, identifier, refused
from admin.extensions import db
from admin.i18n import _l
from admin.nav import Entry, add
from admin.pages.care_words import FINDINGS
from admin.pages.ledger_forms import Typed, by_field
from admin.security.guard import requires
from admin.security.people import actor
from admin.text import policy_label
from admin.views import files, paging
from casework import care, checks, loading, measures, sampling, scope
from casework.people import Actor
from casework.permissions import Permission
from casework.sampling import Method
from engine.faults import Refused
from models.applications import Application
from models.checks import CheckItem, CheckPlan, Measure, MeasureState, Visit
from models.orgs import OrgLevel, OrgUnit

blueprint = Blueprint("checks", __name__, url_prefix="/checks")
PAGE, PLANS, OPEN = 50, 20, 100
KEYS = (paging.Key(Visit.id, down=True),)
DRAWERS = (Permission.Check.PLAN, Permission.Check.RECORD)


@dataclass(frozen=True, slots=True)
class Drawn:
    """One application of a sample and what its latest visit found."""

    item: CheckItem
    committee: str
    fen: int
    latest: Visit | None


def seen_visits() -> Select[Visit]:
    """Visits about applications in reach."""
    query = (
        select(Visit)
        .join(Application, Application.id == Visit.application_id)
        .join(OrgUnit, OrgUnit.id == Application.org_id)
    )
    return scope.visible(query, actor(), Permission.Check.READ, OrgUnit.path)


@blueprint.get("/")
@requires(Permission.Check.READ)
def index() -> ResponseReturnValue:
    """Samples, findings in reach, measures that are not done yet."""
    session, by = db.session(), actor()
    finding = next((one for one in FINDINGS if one.value == request.args.get("finding")), None)
    query = seen_visits().options(loading.application_of(Visit.application))
    if finding is not None:
        query = query.where(Visit.finding == finding)
    number = identifier(request.args.get("after", ""))
    found = paging.fetch(session, query, KEYS, PAGE, (number,) if number else None)
    return render_template(
        "care/checks.html",
        rules=care.checks(session, clock.today()),
        plans=_plans(session, by),
        may_plan=by.holds(Permission.Check.PLAN),
        found=found,
        finding=finding,
        findings=FINDINGS,
        measures=_open_measures(session),
    )


def _plans(session: Session, by: Actor) -> list[tuple[CheckPlan, int, int]]:
    """The newest samples with how many were drawn and how many of them are done. Who is checked is
    not told to those who are: only who draws or visits sees them."""
    if not any(by.holds(one) for one in DRAWERS):
        return []
    rows = session.scalars(
        _reached()
        .order_by(CheckPlan.id.desc())
        .limit(PLANS)
        .options(
            selectinload(CheckPlan.org),
            selectinload(CheckPlan.items).selectinload(CheckItem.visits),
        )
    )
    return [(row, len(row.items), sum(1 for item in row.items if item.visits)) for row in rows]


def _reached() -> Select[CheckPlan]:
    query = select(CheckPlan).join(OrgUnit, OrgUnit.id == CheckPlan.org_id)
    return scope.visible(query, actor(), Permission.Check.RECORD, OrgUnit.path)


def _open_measures(session: Session) -> list[tuple[Measure, str]]:
    numbers = seen_visits().with_only_columns(Visit.id)
    rows = session.scalars(
        select(Measure)
        .where(Measure.state == MeasureState.OPEN, Measure.visit_id.in_(numbers))
        .order_by(Measure.id)
        .limit(OPEN)
        .options(joinedload(Measure.visit).joinedload(Visit.application))
    ).all()
    return [
        (row, policy_label(measures.kinds_of(row.visit.application).get(row.kind, row.kind)))
        for row in rows
    ]


# -- samples


@blueprint.get("/new")
@requires(Permission.Check.PLAN)
def new() -> ResponseReturnValue:
    """The form of a draw."""
    year = clock.today().year
    typed = {"year": str(year), "share": "10", "large_share": "100", "at_least": "1"}
    return new_page(typed, {})


def new_page(typed: Mapping[str, str], faults: Mapping[str, list[str]]) -> str:
    """The form with what was typed."""
    return render_template("care/draw.html", typed=typed, faults=faults, units=_units())


def _units() -> list[OrgUnit]:
    levels = (OrgLevel.DEPARTMENT, OrgLevel.COMMITTEE)
    query = select(OrgUnit).where(OrgUnit.level.in_(levels), OrgUnit.active).order_by(OrgUnit.path)
    seen = scope.visible(query, actor(), Permission.Check.PLAN, OrgUnit.path)
    return list(db.session.scalars(seen))


@blueprint.post("/new")
@requires(Permission.Check.PLAN)
def draw() -> ResponseReturnValue:
    """Draw a sample."""
    units = {str(unit.id): unit.id for unit in _units()}

    def do(session: Session, by: Actor, at: datetime) -> int:
        typed = Typed(request.form)
        method = Method(
            whole(typed, "share"),
            typed.money("large_from") if typed.text("large_from") else None,
            whole(typed, "large_share"),
            whole(typed, "at_least"),
        )
        year, title = typed.year("year"), typed.words("title", "check_title", most=200)
        unit = units.get(typed.text("unit"))
        seed = typed.text("seed")
        if len(seed) > 200:
            typed.fault("edge_too_long", "seed")
        if unit is None:
            typed.fault("edge_blank", "unit")
            typed.faults += checks.method_faults(method)
            raise Refused(typed.faults)
        org = session.get_one(OrgUnit, unit)
        return typed.then(
            lambda: checks.plan(
                session, org, title=title, year=year, method=method, by=by, at=at, seed=seed
            )
        ).id

    outcome = attempt(do, "check.plan", "check_plan", None)
    if outcome.faults:
        faults = by_field(outcome.faults, {})
        return refused(outcome, lambda: new_page(request.form, faults))
    flash(_("The sample is drawn."), "success")
    return redirect(url_for("checks.plan", plan_id=outcome.value))


def whole(typed: Typed, name: str) -> int:
    """A whole number; one that no rule allows where there is none."""
    text = typed.text(name)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 5 else -1


@blueprint.get("/plans/<int:plan_id>")
@requires(*DRAWERS)
def plan(plan_id: int) -> ResponseReturnValue:
    """One sample: how it was drawn, whether it comes out again, who was visited."""
    row = plan_or_404(plan_id)
    frame = checks.recorded_frame(row)
    names = {unit.code: unit.name for unit in db.session.scalars(select(OrgUnit))}
    drawn = [
        Drawn(
            item,
            names.get(frame[item.application.number][0], "—"),
            frame[item.application.number][1],
            item.visits[-1] if item.visits else None,
        )
        for item in row.items
    ]
    return render_template(
        "care/plan.html",
        plan=row,
        drawn=drawn,
        same=checks.same_again(row),
        frame_size=len(frame),
        findings=FINDINGS,
        may_record=actor().holds(Permission.Check.RECORD),
    )


def plan_or_404(plan_id: int) -> CheckPlan:
    """The sample in reach."""
    return found_or_404(_reached().where(CheckPlan.id == plan_id))


@blueprint.get("/plans/<int:plan_id>/list.<any(xlsx, csv):kind>")
@requires(*DRAWERS)
def frame(plan_id: int, kind: str) -> ResponseReturnValue:
    """The list drawn from, without names, with each one's place in the draw."""
    row = plan_or_404(plan_id)
    looks.note("export", "check_plan", plan_id)
    taken = set(checks.redraw(row))
    rows = [
        (
            number,
            committee,
            files.money(fen),
            sampling.place(row.seed, number),
            "1" * (number in taken),
        )
        for number, (committee, fen) in sorted(checks.recorded_frame(row).items())
    ]
    head = (
        *(
            _("Application"),
            _("{word.Committee}"),
            _("Amount (yuan)"),
            _("Place in the draw"),
        ),
        _("Drawn"),
    )
    return files.answer(_("List drawn from %(number)s", number=plan_id), head, rows, kind=kind)


def install(app: Flask, frame_: Admin) -> None:
    """Bind the checks and their line in the sidebar."""
    app.register_blueprint(blueprint)
    entry = Entry(
        "checks.index",
        _l("Visits and checks"),
        "people",
        (Permission.Check.READ,),
        icon="visit",
        order=40,
        also=("checks", "check_visits"),
    )
    add(app, entry)
