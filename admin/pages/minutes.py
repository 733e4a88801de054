"""Scans of minutes and the numbers of replies: attached, looked at, given, declared void."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import Blueprint, Flask, Response, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import Admin
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin import clock
from admin.acting import act, identifier, load
from admin.extensions import db
from admin.pages.attachments import content
from admin.security.guard import requires
from admin.security.people import actor
from admin.text import policy_label
from casework import editions, loading, minutes, reply_numbers, scope
from casework.attachments import Upload
from casework.people import Actor
from casework.permissions import Permission
from engine.faults import Refused
from engine.labels import Label
from engine.procedure import ReplyRules
from engine.source import parse_date
from models.applications import Application
from models.attachments import Attachment
from models.meetings import Minutes, ReplyNumber
from models.orgs import OrgLevel, OrgUnit
from models.results import RecordedResult, ResultState

blueprint = Blueprint("minutes", __name__, url_prefix="/meetings")
OPEN = (Permission.Step.APPROVE, Permission.Step.MEET, Permission.Step.REVIEW)


DECIDE = (Permission.Step.APPROVE, Permission.Step.MEET)


def below_the_meeting() -> bool:
    """Who neither decides nor re-examines for the department has no list of meetings."""
    who = actor()
    if any(who.holds(permission) for permission in DECIDE):
        return False
    top = OrgLevel.DEPARTMENT.value
    return not any(
        held.level == top and Permission.Step.REVIEW in held.permissions for held in who.roles
    )


def only_at_the_meeting() -> None:
    """403 for whoever has no list here, whichever address he sends to."""
    if below_the_meeting():
        abort(403)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Minutes of which this person recorded a result and no scan lies there yet."""

    label: str
    number: str
    held_on: date | None
    unit_id: int


def wanted() -> list[Wanted]:
    """What the recorder has still to attach, each number once."""
    session, by = db.session(), actor()
    rows = session.scalars(
        select(RecordedResult)
        .where(RecordedResult.by_id == by.user_id, RecordedResult.state == ResultState.WAITING)
        .options(loading.application_of(RecordedResult.application))
        .order_by(RecordedResult.id)
    )
    lie = _scanned(session)
    found: dict[tuple[int, str], Wanted] = {}
    for row in rows:
        rules = minutes.rules_of(row.application)
        number = str(row.record.get(rules.field) or "") if rules else ""
        if rules is None or not number:
            continue
        unit = minutes.unit_of(row.application)
        if (unit.id, number.strip()) not in lie:
            day = minutes.day_in(rules, row.record)
            found.setdefault(
                (unit.id, number), Wanted(policy_label(rules.label), number, day, unit.id)
            )
    return list(found.values())


def _scanned(session: Session) -> set[tuple[int, str]]:
    """(unit, number) of all minutes that have a scan."""
    query = select(Minutes.org_id, Minutes.number).where(
        Minutes.id.in_(select(Attachment.minutes_id).where(Attachment.minutes_id.is_not(None)))
    )
    return {(unit, number) for unit, number in session.execute(query)}


def scans_of(application: Application, record: Mapping[str, object]) -> Sequence[Attachment]:
    """The scans of the minutes that a record names."""
    rules = minutes.rules_of(application)
    number = str(record.get(rules.field) or "") if rules else ""
    if not number:
        return ()
    session = db.session()
    return minutes.scans(session, minutes.find(session, minutes.unit_of(application), number))


def sent() -> Upload | None:
    """The file that came with the page, if one did."""
    file = request.files.get("scan")
    if file is None or not file.filename:
        return None
    return Upload(file.filename, file.read())


@blueprint.post("/minutes")
@requires(*OPEN)
def attach() -> ResponseReturnValue:
    """Keep a scan of minutes."""
    from admin.pages import meetings  # late: it imports this module

    only_at_the_meeting()
    unit = load(
        select(OrgUnit).where(OrgUnit.id == (identifier(request.form.get("unit", "")) or 0)),
        Permission.Application.READ,
        OrgUnit.path,
    )
    unit_id, number = unit.id, request.form.get("number", "")
    held_on = parse_date(request.form.get("held_on", ""))
    upload = sent() or Upload("", b"")

    def do(session: Session, by: Actor, at: datetime) -> Minutes:
        place = session.get_one(OrgUnit, unit_id)
        return minutes.keep_scan(session, place, number, held_on, upload, by=by, at=at)

    return act(
        do,
        what="minutes.scan",
        object_type="org_unit",
        object_id=unit_id,
        done=_("Attached."),
        then=url_for("meetings.index"),
        again=lambda: meetings.page(None, ()),
    )


@blueprint.get("/minutes/<int:attachment_id>")
@requires(Permission.Attachment.READ)
def scan(attachment_id: int) -> ResponseReturnValue:
    """A scan of minutes as a file; the look is recorded. Minutes speak of many people, so only who
    reads the whole unit that met may have them."""
    query = (
        select(Attachment)
        .join(Minutes, Minutes.id == Attachment.minutes_id)
        .join(OrgUnit, OrgUnit.id == Minutes.org_id)
        .where(Attachment.id == attachment_id)
    )
    row = load(query, Permission.Attachment.READ, OrgUnit.path)
    answer: Response = content(row, "attachment", "default-src 'none'; sandbox")
    return answer


# ---- numbers of replies -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Register:
    """The numbers of one policy's replies; `may_void` by this person."""

    code: str
    label: str
    rules: ReplyRules
    unit: OrgUnit
    next: str
    rows: Sequence[ReplyNumber]
    may_void: bool


def registers() -> list[Register]:
    """One for each policy in force that numbers its replies, where the person reads the unit."""
    session, by, today = db.session(), actor(), clock.today()
    query = select(OrgUnit).where(OrgUnit.level == OrgLevel.DEPARTMENT).order_by(OrgUnit.id)
    units = session.scalars(
        scope.visible(query, by, Permission.Application.READ, OrgUnit.path)
    ).all()
    found = []
    for code in editions.policy_codes(session):
        try:
            _edition, policy = editions.in_force(session, code, today)
        except Refused:
            continue  # a policy that has ended gives no more numbers
        rules = policy.procedure.meetings.reply
        for unit in units if rules is not None else ():
            assert rules is not None
            found.append(
                Register(
                    code,
                    policy_label(Label(policy.zh, policy.en)),
                    rules,
                    unit,
                    reply_numbers.next_text(session, unit, rules, today.year),
                    reply_numbers.known(session, unit, rules),
                    scope.may_as(by, Permission.Application.READ, rules.voided_by, unit.path),
                )
            )
    return found


@blueprint.get("/numbers")
@requires(*OPEN)
def numbers() -> ResponseReturnValue:
    """Every number that was given, the void ones with their reason."""
    only_at_the_meeting()
    return _numbers("", "", "")


def _numbers(code: str, text: str, reason: str) -> str:
    return render_template(
        "lists/reply_numbers.html", registers=registers(), typed=(code, text, reason)
    )


@blueprint.post("/numbers/void")
@requires(*OPEN)
def void() -> ResponseReturnValue:
    """Declare a number void, given or not."""
    only_at_the_meeting()
    code, text = request.form.get("policy", ""), request.form.get("text", "")
    reason = request.form.get("reason", "")
    here = next((one for one in registers() if one.code == code), None)
    rules = here.rules if here else None
    unit_id = here.unit.id if here else 0

    def do(session: Session, by: Actor, at: datetime) -> ReplyNumber:
        if rules is None:
            raise Refused([])
        unit = session.get_one(OrgUnit, unit_id)
        return reply_numbers.reserve_void(session, unit, rules, text, reason, by=by, at=at)

    if rules is None:
        return _numbers(code, text, reason)
    return act(
        do,
        what="reply_number.void",
        object_type="org_unit",
        object_id=unit_id,
        done=_("Declared void; the number is kept."),
        then=url_for("minutes.numbers"),
        again=lambda: _numbers(code, text, reason),
    )


def install(app: Flask, frame: Admin) -> None:
    """Bind scans of minutes and the register of numbers."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals["minutes_wanted"] = wanted
