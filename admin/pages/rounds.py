"""The yearly round: open it, see how far it is and what is planned by when, read and print its notice.

What units record about it (received, sent on, members told, last year's people) is `round_steps`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import Admin
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from admin import clock, own_pages
from admin.acting import all_told, attempt, identifier, load, refused
from admin.extensions import db
from admin.i18n import _l
from admin.nav import Entry, add
from admin.pages import messages
from admin.security.guard import requires
from admin.security.people import actor
from admin.text import fault_text, policy_label
from casework import calendar, editions, round_deliveries, round_members, rounds, scope
from casework.editions import policy_of
from casework.people import Actor
from casework.permissions import Permission
from casework.round_progress import Progress, by_kind, in_reach, left_over, progress
from engine import Policy
from engine.faults import Fault, Refused
from engine.procedure import RoundRules
from engine.rounds import notice_words, plan
from models.orgs import OrgLevel, OrgUnit
from models.rounds import AidRound, RoundDelivery, RoundStatus

blueprint = Blueprint("rounds", __name__, url_prefix="/rounds")
STATUSES = {
    RoundStatus.OPEN: (_l("In progress"), "blue"),
    RoundStatus.CLOSED: (_l("Closed"), "green"),
}
LEFT = {
    "untold": _l("{word.Branches} whose {word.persons} were not told"),
    "unheard": _l("Last year's recipients of whom nothing is known"),
    "unscreened": _l("Applications not yet screened"),
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """What was typed into one of the forms of the page, and what was wrong with it."""

    key: str = ""
    typed: Mapping[str, str] | None = None
    faults: Sequence[Fault] = ()
    chosen: Sequence[str] = ()
    """What was ticked."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the plan as the page shows it."""

    id: str
    label: str
    first: date | None
    last: date | None
    days_left: int | None
    faults: tuple[str, ...]
    late: bool = False


def seen(query: Any) -> Any:
    """Rounds that reach into the part of the tree where the person may read them: opened within it,
    or above it."""
    roots = scope.paths(actor(), Permission.Round.READ)
    above = {
        "/" + "/".join(parts[:size]) + "/"
        for root in roots
        for parts in (root.strip("/").split("/"),)
        for size in range(1, len(parts) + 1)
    }
    inside = [OrgUnit.path.startswith(root, autoescape=True) for root in roots]
    return query.join(OrgUnit, OrgUnit.id == AidRound.org_id).where(
        or_(OrgUnit.path.in_(above), *inside)
    )


def round_or_404(round_id: int) -> AidRound:
    """The round, if it concerns the person."""
    query = seen(select(AidRound)).where(AidRound.id == round_id)
    found: AidRound | None = db.session.scalars(query).first()
    if found is None:
        abort(404)
    return found


@blueprint.get("/")
@requires(Permission.Round.READ)
def index() -> ResponseReturnValue:
    """The rounds so far, newest first."""
    rows = db.session.scalars(seen(select(AidRound)).order_by(AidRound.id.desc())).all()
    roads = {row.id: policy_of(row.edition).procedure.roads.get(row.road) for row in rows}
    return render_template(
        "rounds/index.html",
        rounds=rows,
        roads=roads,
        statuses=STATUSES,
        may_open=bool(_departments(actor())),
    )


# ---- opening ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Choice:
    """A road of a policy in force that has a yearly round."""

    value: str
    label: str
    policy: Policy
    rules: RoundRules
    code: str
    road: str


def choices(on: date) -> list[Choice]:
    """Every road that may be opened on a day."""
    found = []
    session = db.session()
    for code in editions.policy_codes(session):
        try:
            _edition, policy = editions.in_force(session, code, on)
        except Refused:
            continue
        rules = policy.procedure.round
        for road in rules.roads if rules else ():
            label = policy_label(policy.procedure.road(road).label)
            if rules is not None:
                found.append(Choice(f"{code}/{road}", label, policy, rules, code, road))
    return found


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Permission.Round.OPEN)
def new() -> ResponseReturnValue:
    """Write the notice and open the round."""
    departments = _departments(actor())
    if not departments:
        abort(403)
    department = departments[0]
    typed = dict(request.form)
    if request.method == "GET":
        return _new_page(department, None, ())
    found = choices(clock.today())
    chosen = next((one for one in found if one.value == typed.get("road")), None)

    def do(session: Session, by: Actor, at: datetime) -> int:
        unread: list[Fault] = []
        on = day_of_form(typed, "notice_on", unread)
        if chosen is None:
            raise Refused([Fault("round_none_in_policy", {}, "road"), *unread])
        made = all_told(
            unread,
            lambda: rounds.open_round(
                session,
                session.get_one(OrgUnit, department.id),
                policy_code=chosen.code,
                road=chosen.road,
                year=identifier(typed.get("year", "")) or 0,
                notice_on=on,
                channel=typed.get("channel", ""),
                title=typed.get("title", ""),
                body=typed.get("body", ""),
                document_number=typed.get("document_number", ""),
                by=by,
                at=at,
            ),
            {"round_year": "notice_on"},  # it follows from the date of the notice
        )
        return made.id

    outcome = attempt(do, "round.open", "org_unit", department.id)
    if outcome.value is None:
        return refused(outcome, lambda: _new_page(department, typed, outcome.faults))
    flash(_("Opened. The notice is on its way to the {word.committees}."), "success")
    return redirect(url_for("rounds.show", round_id=outcome.value))


def day_of_form(typed: Mapping[str, str], name: str, unread: list[Fault]) -> date:
    """A date of a form; today with a fault in `unread`, for `admin.acting.all_told`."""
    return messages.day(typed.get(name, ""), name, unread)


def _departments(by: Actor) -> list[OrgUnit]:
    """Departments for which the person may open a round."""
    query = select(OrgUnit).where(OrgUnit.level == OrgLevel.DEPARTMENT, OrgUnit.active)
    rows = scope.visible(query.order_by(OrgUnit.path), by, Permission.Round.OPEN, OrgUnit.path)
    return list(db.session.scalars(rows))


def _new_page(department: OrgUnit, typed: Mapping[str, str] | None, faults: Sequence[Fault]) -> str:
    found = choices(clock.today())
    today = clock.today()
    given = dict(typed or {})
    if found and typed is None:
        first = found[0]
        words = notice_words(
            first.policy, first.rules, today.year, today, calendar.load(db.session())
        )
        given = {"year": str(today.year), "notice_on": today.isoformat(), "road": first.value}
        given |= {"title": words.title, "body": words.body}
    return render_template(
        "rounds/new.html",
        department=department,
        choices=found,
        typed=given,
        steps=_steps(found[0].policy, found[0].rules, today) if found else [],
        wrong=by_field(faults),
    )


def by_field(faults: Sequence[Fault]) -> dict[str, list[str]]:
    """The texts of faults by the field that they are about."""
    found: dict[str, list[str]] = {}
    for fault in faults:
        found.setdefault(fault.where or "", []).append(fault_text(fault))
    return found


def _steps(
    policy: Policy, rules: RoundRules, notice_on: date, behind: Collection[str] = ()
) -> list[Step]:
    """The plan, counted back from the due date. `behind`: steps in which something is still open."""
    today = clock.today()
    return [
        Step(
            one.step.id,
            policy_label(one.step.label),
            one.first,
            one.last,
            (one.last - today).days if one.last else None,
            tuple(fault_text(fault) for fault in one.faults),
            late=one.last is not None and one.last < today and one.step.id in behind,
        )
        for one in plan(policy, rules, notice_on, calendar.load(db.session()))
    ]


# ---- one round ----------------------------------------------------------------------------------


@blueprint.get("/<int:round_id>")
@requires(Permission.Round.READ)
def show(round_id: int) -> ResponseReturnValue:
    """The plan, how far each committee is, what waits for the person, last year's people."""
    return page(round_or_404(round_id))


def page(opened: AidRound, refusal: Refusal = Refusal()) -> str:
    """The page of a round."""
    by, session = actor(), db.session()
    policy = policy_of(opened.edition)
    rules = policy.procedure.round
    if rules is None:
        abort(404)
    running = opened.status == RoundStatus.OPEN
    may_close = scope.may(by, Permission.Round.CLOSE, opened.org.path)
    left = (
        left_over(session, opened)
        if may_close and running
        else in_reach(opened.left_over or [], opened, by)
    )
    lines = progress(session, opened, by)
    deliveries = _deliveries(opened, by)
    return render_template(
        "rounds/show.html",
        round=opened,
        road=policy.procedure.roads.get(opened.road),
        status=STATUSES[opened.status],
        running=running,
        steps=_steps(policy, rules, opened.notice_on, _behind(rules, lines) if running else ()),
        left_days=(opened.due_on - clock.today()).days if opened.due_on else None,
        lines=lines,
        deliveries=deliveries,
        mine=[one for one in deliveries if scope.may(by, Permission.Round.DELIVER, one.org.path)],
        sending=_sending(opened, deliveries, by) if running else [],
        members={
            one.org_id: round_deliveries.members_of(session, one.org)
            for one in deliveries
            if one.org.level == OrgLevel.BRANCH
        },
        offered=round_members.offered(session, opened, by),
        offered_label=rules.carry_over.label if rules.carry_over else None,
        may_register=running and by.holds(Permission.Application.REGISTER),
        channels=rules.channels,
        member_channels=rules.member_channels,
        may_close=may_close and running,
        left=by_kind(left),
        left_labels=LEFT,
        refusal=refusal,
        wrong=by_field(refusal.faults),
        today=clock.today(),
    )


def _behind(rules: RoundRules, lines: Sequence[Progress]) -> set[str]:
    """Steps of the plan in which somebody still has something to do: an application that has not
    come to a step yet is behind in it as well."""
    open_at = {step for line in lines for step, count in line.at_step.items() if count}
    with_stages = [step.id for step in rules.plan if step.stages]
    reached = next((at for at, step in enumerate(with_stages) if step in open_at), None)
    found = set() if reached is None else set(with_stages[reached:])
    if rules.plan and any(line.told < line.branches for line in lines):
        found.add(rules.plan[0].id)
    return found


def _deliveries(opened: AidRound, by: Actor) -> list[RoundDelivery]:
    query = (
        select(RoundDelivery)
        .join(OrgUnit, OrgUnit.id == RoundDelivery.org_id)
        .options(selectinload(RoundDelivery.org))
        .where(RoundDelivery.round_id == opened.id)
        .order_by(OrgUnit.path)
    )
    return list(db.session.scalars(scope.visible(query, by, Permission.Round.READ, OrgUnit.path)))


def _sending(
    opened: AidRound, deliveries: Sequence[RoundDelivery], by: Actor
) -> list[tuple[OrgUnit, list[OrgUnit]]]:
    """Committees of the person that have the notice, with the branches still to be sent it."""
    found = []
    for one in deliveries:
        if one.org.level != OrgLevel.COMMITTEE or one.received_on is None:
            continue
        if scope.may(by, Permission.Round.DELIVER, one.org.path):
            units = round_deliveries.to_send(db.session(), opened, one.org)
            if units:
                found.append((one.org, units))
    return found


@blueprint.post("/<int:round_id>/close")
@requires(Permission.Round.CLOSE)
def close(round_id: int) -> ResponseReturnValue:
    """Close the round with what is left over."""
    query = select(AidRound).join(OrgUnit, OrgUnit.id == AidRound.org_id)
    load(query.where(AidRound.id == round_id), Permission.Round.CLOSE, OrgUnit.path)
    typed = dict(request.form)

    def do(session: Session, by: Actor, at: datetime) -> AidRound:
        unread: list[Fault] = []
        on = day_of_form(typed, "done_on", unread)
        return all_told(
            unread,
            lambda: rounds.close(
                session,
                session.get_one(AidRound, round_id),
                done_on=on,
                note=typed.get("note", ""),
                by=by,
                at=at,
                expected_version=identifier(typed.get("version", "")) or -1,
            ),
        )

    outcome = attempt(do, "round.close", "aid_round", round_id)
    if outcome.value is None:
        kept = Refusal("close", typed, outcome.faults)
        return refused(outcome, lambda: page(round_or_404(round_id), kept))
    count = len(outcome.value.left_over or [])
    flash(
        ngettext(
            "Closed; %(num)d thing is left over.", "Closed; %(num)d things are left over.", count
        ),
        "success",
    )
    return redirect(url_for("rounds.show", round_id=round_id))


def install(app: Flask, frame: Admin) -> None:
    """Bind the yearly round."""
    app.register_blueprint(blueprint)
    add(
        app,
        Entry(
            "rounds.index",
            _l("Yearly round"),
            "aid",
            (Permission.Round.READ,),
            icon="calendar",
            order=5,
            also=("rounds", "round_steps"),
            unless=own_pages.without_round,
        ),
    )
