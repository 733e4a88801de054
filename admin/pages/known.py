"""One identity number typed: what is known of the person, beside the field and while it is typed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Flask, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import Admin
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from admin import clock
from admin.acting import attempt, refused
from admin.cases import findings
from admin.extensions import db
from admin.i18n import _l
from admin.pages.common import policy_road
from admin.security.guard import requires
from admin.security.people import actor
from admin.text import fault_text, policy_label
from admin.views.words import SEX
from casework import editions, known_people, scope, typed_pages
from casework.known_people import Known
from casework.people import Actor
from casework.permissions import Permission
from engine.faults import Refused
from models.ledger import Grant, GrantState
from models.members import Sex
from models.typed_pages import TypedPage

blueprint = Blueprint("known", __name__, url_prefix="/register")
WRITERS = (Permission.Member.WRITE, Permission.Application.REGISTER)
NEWCOMER = "members:new"  # the form of a new member, as its table keeps it
WHY = {
    "number": _l("the number differs in one place: typed wrong?"),
    "name": _l("same name and day of birth"),
    "phone": _l("same telephone number"),
    "home": _l("this person stands on the household worksheet"),
}
STATES = {
    GrantState.ACTIVE: _l("granted"),
    GrantState.CANCELLED: _l("cancelled"),
    GrantState.RECOVERED: _l("recovered"),
}


@dataclass(frozen=True, slots=True)
class Aid:
    """A grant in words; `url` "" where it is known from papers, or lies elsewhere."""

    year: int
    kind: str
    fen: int
    state: str
    url: str


@blueprint.post("/known")
@requires(*WRITERS)
def look() -> ResponseReturnValue:
    """What is known, as a piece of the page, and what may be filled in; the look is written down."""
    number = request.form.get("id_number", "")[:40]
    name, phone = request.form.get("name", "")[:50], request.form.get("phone", "")[:20]

    def do(session: Session, by: Actor, at: datetime) -> Known:
        return known_people.look(session, number, by=by, at=at, name=name, phone=phone)

    outcome = attempt(do, "search_number", "member", None)
    if outcome.value is None:
        limited = any(fault.code == "too_many_looks" for fault in outcome.faults)
        said = " ".join(fault_text(fault) for fault in outcome.faults)
        return jsonify(error=said), 429 if limited else outcome.status
    found = outcome.value
    fill = {"birth_on": found.birth.isoformat() if found.birth else "", "sex": found.sex or ""}
    return jsonify(html=_piece(found, number), fill=fill if found.fault is None else {})


def _piece(found: Known, number: str) -> str:
    by, member = actor(), found.member
    return render_template(
        "cases/_known.html",
        found=found,
        said=fault_text(found.fault) if found.fault else "",
        sex=str(SEX[Sex(found.sex)]) if found.sex else "",
        aid=_aid(found),
        this_year=clock.today().year,
        may_apply=member is not None
        and member.active
        and scope.may(by, Permission.Application.REGISTER, member.org.path),
        newcomer=request.form.get("newcomer") == "yes"
        and found.fault is None
        and member is None
        and found.ask is None
        and by.holds(Permission.Member.WRITE),
        number=number,
        why=WHY,
    )


def _aid(found: Known) -> list[Aid]:
    by, rows = actor(), []
    for grant in found.grants:
        read = scope.may(by, Permission.Application.READ, grant.application.org.path)
        url = url_for("cases.show", application_id=grant.application_id) if read else ""
        state = str(STATES[grant.state])
        rows.append(Aid(grant.aid_year, _road(grant), grant.fen, state, url))
    for aid in found.before:
        kind = _category(aid.policy_code, aid.category)
        rows.append(Aid(aid.aid_year, kind, aid.fen, _("from earlier papers"), ""))
    return sorted(rows, key=lambda row: -row.year)


def _road(grant: Grant) -> str:
    _policy, road = policy_road(grant.application)
    return policy_label(road.label) if road else grant.application.road


def _category(policy_code: str, category: str) -> str:
    """What the newest edition calls a category of aid."""
    edition = editions.latest(db.session(), policy_code)
    if edition is None:
        return category
    try:
        return findings.category_label(editions.policy_of(edition), category) or category
    except Refused:  # files that this release no longer reads
        return category


@blueprint.post("/newcomer")
@requires(Permission.Member.WRITE)
def newcomer() -> ResponseReturnValue:
    """Open the form of a new member with the number that was just typed; it is not in the address.
    Somebody else who was typed and not saved there is not written over."""
    texts = [(n, request.form.get(n, "")[:40]) for n in ("id_number", "birth_on", "sex")]
    new = url_for("members.create_view", typed="yes")
    if typed_pages.of(db.session(), NEWCOMER, actor()) is not None:
        flash(
            _(
                "Another new {word.person} was typed here and not saved. Save or forget that one first."
            )
        )
        return redirect(url_for("members.create_view"))

    def do(session: Session, by: Actor, at: datetime) -> TypedPage:
        return typed_pages.keep(session, NEWCOMER, texts, by=by, at=at)

    outcome = attempt(do, "member.typed", "member", None)
    return refused(outcome) if outcome.faults else redirect(new)


def install(app: Flask, frame: Admin) -> None:
    """Bind the look and the way to a new member."""
    app.register_blueprint(blueprint)
