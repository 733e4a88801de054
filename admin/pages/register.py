"""Register an application: find the member, choose the road, fill in the form of the policy."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import (
    Blueprint,
    Flask,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_admin import Admin
from flask_babel import gettext as _
from sqlalchemy import Select, select
from sqlalchemy.orm import Session, selectinload
from werkzeug.datastructures import MultiDict

from admin import clock, looks
from admin.acting import Outcome, act, attempt, load, refused, show
from admin.cases import shapes, status
from admin.extensions import db
from admin.i18n import _l
from admin.nav import Entry, add
from admin.pages import fill_keeping, fill_typed, filling
from admin.pages.common import application_or_404, policy_road
from admin.pages.messages import day_fault
from admin.security.guard import requires
from admin.security.people import actor
from admin.text import fault_text, policy_label
from admin.views.people_lookups import members_like
from casework import applications, editions, scope, starts, typed_pages
from casework.people import Actor
from casework.permissions import Permission
from engine import Policy, idnumber
from engine.faults import Fault, Refused
from engine.procedure import Road
from engine.source import parse_date
from models.applications import Application
from models.members import Member
from models.orgs import OrgUnit
from models.typed_pages import TypedPage

blueprint = Blueprint("register", __name__, url_prefix="/register")
MOST_FOUND = 30
WHOLE = re.compile(r"([0-9]{15}|[0-9]{17}[0-9X])\Z")  # known.js asks about these by itself
LIKE_A_NUMBER, MOST_SLIPS = 15, 2  # characters of a number, and of these no digits (an O, an X)


@dataclass(frozen=True, slots=True)
class RoadChoice:
    """A road that an application can take, or one of the kinds that it covers. `value` is what the
    form sends: "policy/road", with the answers of the kind as JSON behind a question mark."""

    value: str
    label: str
    clause: str
    form: str


@dataclass(frozen=True, slots=True)
class PolicyChoice:
    label: str
    roads: tuple[RoadChoice, ...]


@blueprint.get("/")
@requires(Permission.Application.REGISTER)
def find() -> ResponseReturnValue:
    """Look for the member by name, initials, or the last digits of an identity or phone number."""
    asked = request.args.get("q", "").strip()
    found = db.session.scalars(_search(asked)).all() if asked else []
    looks.note_search(asked, len(found))
    if len(found) == 1:  # nobody else to choose: on to the person, whose file is shown first
        return redirect(url_for("register.start", member_id=found[0].id))
    fault = _number_fault(asked)
    return render_template(
        "cases/find.html",
        asked=asked,
        found=found,
        more=len(found) == MOST_FOUND,
        wrong_number=fault_text(fault) if fault else "",
        looked_up=WHOLE.match(idnumber.compact(asked)) is not None,
    )


def _like_number(asked: str) -> bool:
    """Whether a whole identity number was meant: that long, and hardly anything but digits."""
    plain = idnumber.compact(asked)
    return len(plain) >= LIKE_A_NUMBER and sum(not one.isdigit() for one in plain) <= MOST_SLIPS


def _number_fault(asked: str) -> Fault | None:
    """Why what looks like an identity number is none."""
    return idnumber.read(asked).fault if _like_number(asked) else None


def _search(asked: str) -> Select[Member]:
    """Members in reach: the name begins so, its initials do, or a number ends so (blind index)."""
    query: Select[Member] = (
        select(Member)
        .join(OrgUnit, OrgUnit.id == Member.org_id)
        .options(selectinload(Member.org))
        .where(Member.active)
        .order_by(Member.name_place, Member.id)
        .limit(MOST_FOUND)
    )
    return scope.visible(
        query.where(members_like(asked)), actor(), Permission.Application.REGISTER, OrgUnit.path
    )


@blueprint.route("/<int:member_id>", methods=["GET", "POST"])
@requires(Permission.Application.REGISTER)
def start(member_id: int) -> ResponseReturnValue:
    """Choose the road; the draft is then filled in on a page of its own."""
    query = select(Member).join(OrgUnit, OrgUnit.id == Member.org_id).where(Member.id == member_id)
    member = load(query, Permission.Application.REGISTER, OrgUnit.path)
    if request.method == "GET":
        return _start_page(member, {})
    code, road, kind = _read_choice(request.form.get("road", ""))
    on = parse_date(request.form.get("applied_on", "").strip())
    faults = []
    if not road:
        faults.append(Fault("edge_choose_road", {}, "road"))
    if on is None:
        faults.append(day_fault(request.form.get("applied_on", ""), "applied_on"))
    if faults or on is None:
        show(faults)
        return _start_page(member, request.form), 422
    applied_on: date = on

    def do(session: Session, by: Actor, at: datetime) -> Application:
        return applications.register(
            session,
            session.get_one(Member, member_id),
            road,
            applied_on,
            by=by,
            at=at,
            facts=kind,
            policy_code=code,
        )

    outcome = attempt(do, "application.register", "member", member_id)
    if outcome.value is None:
        typed = request.form
        return refused(
            outcome,
            lambda: _start_page(load(query, Permission.Application.REGISTER, OrgUnit.path), typed),
        )
    flash(_("Registered as a draft. Now fill in the form."), "success")
    return redirect(url_for("register.edit", application_id=outcome.value.id))


def _read_choice(value: str) -> tuple[str, str, dict[str, object]]:
    """(policy, road, answers of the kind) of a choice; what the page never offers says nothing."""
    chosen, _mark, kind = value.partition("?")
    code, _slash, road = chosen.partition("/")
    try:
        answers = json.loads(kind or "{}")
    except (ValueError, RecursionError):
        answers = {}
    known = answers if isinstance(answers, dict) else {}
    return code, road, {k: v for k, v in known.items() if isinstance(v, (str, bool))}


def _start_page(member: Member, typed: Mapping[str, str]) -> str:
    session = db.session()
    rows = session.scalars(
        select(Application)
        .where(Application.member_id == member.id)
        .order_by(Application.id.desc())
        .limit(10)
        .options(*status.LOADING)
    )
    earlier = [
        shapes.Earlier(
            one.id,
            one.number,
            policy_label(road.label) if (road := policy_road(one)[1]) else one.road,
            one.aid_year,
            one.approved_fen,
            status.word(one, road),
        )
        for one in rows
    ]
    return render_template(
        "cases/start.html",
        member=member,
        choices=choices(session, clock.today()),
        earlier=earlier,
        applied_on=typed.get("applied_on", clock.today().isoformat()),
    )


def choices(session: Session, on: date) -> list[PolicyChoice]:
    """The roads of every policy in force on a day."""
    found = []
    for code in editions.policy_codes(session):
        try:
            _edition, policy = editions.in_force(session, code, on)
        except Refused:
            continue
        roads = policy.procedure.roads.values()
        kinds = tuple(one for road in roads for one in _kinds(code, policy, road))
        found.append(PolicyChoice(policy_label(policy), kinds))
    return found


def _kinds(code: str, policy: Policy, road: Road) -> list[RoadChoice]:
    """The road, or each kind that it covers where there are several: which is meant is asked."""
    value, label = f"{code}/{road.id}", policy_label(road.label)
    form = policy_label(policy.procedure.form_of(road.id).label)
    ways = starts.ways(policy, road)
    if len(ways) <= 1:
        return [RoadChoice(value, label, road.clause, form)]
    return [
        RoadChoice(
            f"{value}?{json.dumps(way, ensure_ascii=False)}",
            f"{label} · {policy_label(starts.way_label(policy, ways, way))}",
            road.clause,
            form,
        )
        for way in ways
    ]


@blueprint.route("/fill/<int:application_id>", methods=["GET", "POST"])
@requires(Permission.Application.WRITE)
def edit(application_id: int) -> ResponseReturnValue:
    """The form of the policy. "Save draft" keeps what is typed; the stage's own button checks all."""
    application = application_or_404(application_id, Permission.Application.WRITE)
    place = typed_place(application_id)
    if request.method == "GET":
        return _form_page(application, typed_pages.of(db.session(), place, actor()))
    typed = fill_typed.read(application, request.form)
    submit = "submit" in request.form

    def do(session: Session, by: Actor, at: datetime) -> Sequence[Fault]:
        row = session.get_one(Application, application_id)
        found = fill_keeping.keep(session, row, typed, submit=submit, by=by, at=at)
        typed_pages.drop(session, place, by=None if submit else by)
        return found

    what = "application.submit" if submit else "application.save"
    outcome = attempt(do, what, "application", application_id)
    if outcome.faults:
        now = application_or_404(application_id, Permission.Application.WRITE)
        told = filling.told(now, typed, outcome.faults)
        return refused(Outcome(None, told), lambda: filling.page(now, typed, outcome.faults))
    if submit:
        flash(_("Handed in."), "success")
        return redirect(url_for("cases.show", application_id=application_id))
    return _after_draft(application_id, typed, outcome.value or ())


def typed_place(application_id: int) -> str:
    """The name under which the typed form of an application is kept."""
    return f"application:{application_id}"


def _form_page(application: Application, kept: TypedPage | None) -> str:
    """The form as it is stored; on request (`?typed`) as this person typed it and did not save."""
    if kept is None or "typed" not in request.args:
        return filling.page(application, None, (), kept=kept)
    texts: MultiDict[str, str] = MultiDict(typed_pages.texts(kept))
    typed = fill_typed.read(application, texts)
    return filling.page(application, typed, (), kept=kept, taken_up=True)


@blueprint.post("/fill/<int:application_id>/typed")
@requires(Permission.Application.WRITE)
def autosave(application_id: int) -> ResponseReturnValue:
    """Keep the page as it is typed, for this person alone; the application does not change."""
    application_or_404(application_id, Permission.Application.WRITE)
    texts = [pair for pair in request.form.items(multi=True) if pair[0] != "csrf_token"]

    def do(session: Session, by: Actor, at: datetime) -> TypedPage:
        return typed_pages.keep(session, typed_place(application_id), texts, by=by, at=at)

    outcome = attempt(do, "application.typed", "application", application_id)
    if outcome.value is None:
        return jsonify(error=" ".join(map(fault_text, outcome.faults))), outcome.status
    at = outcome.value.at.astimezone(clock.zone())
    return jsonify(saved=_("Kept for you at %(time)s, not saved yet", time=f"{at:%H:%M}"))


@blueprint.post("/fill/<int:application_id>/typed/drop")
@requires(Permission.Application.WRITE)
def forget(application_id: int) -> ResponseReturnValue:
    """Forget what was typed and not saved."""
    application_or_404(application_id, Permission.Application.WRITE)

    def do(session: Session, by: Actor, at: datetime) -> None:
        typed_pages.drop(session, typed_place(application_id), by=by)

    return act(
        do,
        what="application.typed",
        object_type="application",
        object_id=application_id,
        done=_("What you had typed is gone. The form shows what is saved."),
        then=url_for("register.edit", application_id=application_id),
    )


def _after_draft(
    application_id: int, typed: fill_typed.Typed, found: Sequence[Fault]
) -> ResponseReturnValue:
    """What was typed is kept; what is still wrong with it stands beside the fields. It is called a
    draft only until it is handed in: later the branch mends a form that has gone on."""
    application = application_or_404(application_id, Permission.Application.WRITE)
    _policy, road = policy_road(application)
    draft = road is not None and fill_typed.not_handed_in(application, road)
    if not found:
        flash(_("Draft saved.") if draft else _("Saved."), "success")
        return redirect(url_for("register.edit", application_id=application_id))
    flash(
        _("Draft saved. Some values cannot be used yet; they are marked below.")
        if draft
        else _("Saved. Some values cannot be used yet; they are marked below."),
        "warning",
    )
    return filling.page(application, fill_typed.renewed(application, typed), found)


@blueprint.post("/fill/<int:application_id>/check")
@requires(Permission.Application.WRITE)
def check(application_id: int) -> ResponseReturnValue:
    """What the rules would say of what is typed now; nothing is kept."""
    application = application_or_404(application_id, Permission.Application.WRITE)
    return filling.answer(application, request.form)


def install(app: Flask, frame: Admin) -> None:
    """Bind the registration."""
    app.register_blueprint(blueprint)
    add(
        app,
        Entry(
            "register.find",
            _l("Register application"),
            "aid",
            (Permission.Application.REGISTER,),
            icon="plus",
            order=20,
            also=("register.start", "register.edit"),
        ),
    )
