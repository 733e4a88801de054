"""What units record in a yearly round: notice received, sent on, members told; last year's people; its notice
in print."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import Admin
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.acting import all_told, attempt, identifier, load, refused
from admin.pages.rounds import Refusal, day_of_form, page, round_or_404
from admin.security.guard import requires
from casework import round_deliveries, round_members
from casework.editions import policy_of
from casework.people import Actor
from casework.permissions import Permission
from engine.faults import Fault
from models.members import Member
from models.orgs import OrgUnit
from models.rounds import AidRound, RoundDelivery, RoundMember

blueprint = Blueprint("round_steps", __name__, url_prefix="/rounds")
Do = Callable[[Session, Actor, datetime], object]


def _delivery(delivery_id: int) -> RoundDelivery:
    query = (
        select(RoundDelivery)
        .join(OrgUnit, OrgUnit.id == RoundDelivery.org_id)
        .where(RoundDelivery.id == delivery_id)
    )
    return load(query, Permission.Round.DELIVER, OrgUnit.path)


def _offer(row_id: int) -> RoundMember:
    query = (
        select(RoundMember)
        .join(Member, Member.id == RoundMember.member_id)
        .join(OrgUnit, OrgUnit.id == Member.org_id)
        .where(RoundMember.id == row_id)
    )
    return load(query, Permission.Application.REGISTER, OrgUnit.path)


def _answer(
    do: Do, what: str, object_type: str, object_id: int, round_id: int, key: str, done: str
) -> ResponseReturnValue:
    """Do it and go back to the page of the round; refused, the form that was sent stays open."""
    outcome = attempt(do, what, object_type, object_id)
    if outcome.faults:
        kept = Refusal(key, dict(request.form), outcome.faults, request.form.getlist("unit"))
        return refused(outcome, lambda: page(round_or_404(round_id), kept))
    flash(done, "success")
    return redirect(url_for("rounds.show", round_id=round_id))


@blueprint.post("/delivery/<int:delivery_id>/received")
@requires(Permission.Round.DELIVER)
def received(delivery_id: int) -> ResponseReturnValue:
    """The unit has the notice."""
    round_id = _delivery(delivery_id).round_id
    typed: Mapping[str, str] = dict(request.form)

    def do(session: Session, by: Actor, at: datetime) -> None:
        row = session.get_one(RoundDelivery, delivery_id)
        unread: list[Fault] = []
        on = day_of_form(typed, "received_on", unread)
        all_told(
            unread, lambda: round_deliveries.receive(session, row, received_on=on, by=by, at=at)
        )

    key = f"received-{delivery_id}"
    return _answer(
        do, "round.receive", "round_delivery", delivery_id, round_id, key, _("Recorded.")
    )


@blueprint.post("/<int:round_id>/send/<int:org_id>")
@requires(Permission.Round.DELIVER)
def send(round_id: int, org_id: int) -> ResponseReturnValue:
    """A committee sends the notice on to its branches."""
    round_or_404(round_id)
    load(select(OrgUnit).where(OrgUnit.id == org_id), Permission.Round.DELIVER, OrgUnit.path)
    typed: Mapping[str, str] = dict(request.form)
    units = [number for text in request.form.getlist("unit") if (number := identifier(text))]

    def do(session: Session, by: Actor, at: datetime) -> None:
        unread: list[Fault] = []
        on = day_of_form(typed, "sent_on", unread)
        all_told(
            unread,
            lambda: round_deliveries.send_on(
                session,
                session.get_one(AidRound, round_id),
                session.get_one(OrgUnit, org_id),
                units,
                sent_on=on,
                channel=typed.get("channel", ""),
                by=by,
                at=at,
            ),
        )

    return _answer(do, "round.send", "org_unit", org_id, round_id, f"send-{org_id}", _("Recorded."))


@blueprint.post("/delivery/<int:delivery_id>/told")
@requires(Permission.Round.DELIVER)
def told(delivery_id: int) -> ResponseReturnValue:
    """The branch told its members."""
    round_id = _delivery(delivery_id).round_id
    typed: Mapping[str, str] = dict(request.form)

    def do(session: Session, by: Actor, at: datetime) -> None:
        text = typed.get("told_count", "").strip()
        unread: list[Fault] = []
        on = day_of_form(typed, "told_on", unread)
        all_told(
            unread,
            lambda: round_deliveries.tell_members(
                session,
                session.get_one(RoundDelivery, delivery_id),
                told_on=on,
                channel=typed.get("told_channel", ""),
                count=int(text) if text.isascii() and text.isdigit() and len(text) < 8 else None,
                note=typed.get("note", ""),
                by=by,
                at=at,
            ),
        )

    key = f"told-{delivery_id}"
    return _answer(do, "round.tell", "round_delivery", delivery_id, round_id, key, _("Recorded."))


@blueprint.post("/offered/<int:row_id>/apply")
@requires(Permission.Application.REGISTER)
def take_up(row_id: int) -> ResponseReturnValue:
    """The member applies this year too: a draft of this year."""
    round_id = _offer(row_id).round_id
    typed: Mapping[str, str] = dict(request.form)

    def do(session: Session, by: Actor, at: datetime) -> int:
        row = session.get_one(RoundMember, row_id)
        unread: list[Fault] = []
        on = day_of_form(typed, "applied_on", unread)
        made = all_told(unread, lambda: round_members.take_up(session, row, on, by=by, at=at))
        return made.id

    outcome = attempt(do, "round.take_up", "round_member", row_id)
    if outcome.value is None:
        kept = Refusal(f"apply-{row_id}", typed, outcome.faults)
        return refused(outcome, lambda: page(round_or_404(round_id), kept))
    flash(
        _("Draft made. Last year's answers stand in it; check each with the {word.person}."),
        "success",
    )
    return redirect(url_for("register.edit", application_id=outcome.value))


@blueprint.post("/offered/<int:row_id>/decline")
@requires(Permission.Application.REGISTER)
def decline(row_id: int) -> ResponseReturnValue:
    """The member does not apply this time."""
    round_id = _offer(row_id).round_id
    reason = request.form.get("reason", "")

    def do(session: Session, by: Actor, at: datetime) -> None:
        round_members.decline(session, session.get_one(RoundMember, row_id), reason, by=by, at=at)

    key = f"decline-{row_id}"
    return _answer(do, "round.decline", "round_member", row_id, round_id, key, _("Recorded."))


@blueprint.post("/offered/<int:row_id>/undo")
@requires(Permission.Application.REGISTER)
def undo(row_id: int) -> ResponseReturnValue:
    """The member applies after all."""
    round_id = _offer(row_id).round_id

    def do(session: Session, by: Actor, at: datetime) -> None:
        round_members.take_back(session, session.get_one(RoundMember, row_id), by=by, at=at)

    return _answer(do, "round.take_back", "round_member", row_id, round_id, "", _("Recorded."))


@blueprint.get("/<int:round_id>/print")
@requires(Permission.Round.READ)
def sheet(round_id: int) -> ResponseReturnValue:
    """The notice as it went out."""
    opened = round_or_404(round_id)
    return render_template(
        "papers/round_notice.html",
        round=opened,
        title=opened.title,
        issuer=policy_of(opened.edition).procedure.notice.issuer,
        back=url_for("rounds.show", round_id=round_id),
        landscape=False,
        full=False,
    )


def install(app: Flask, frame: Admin) -> None:
    """Bind what units record."""
    app.register_blueprint(blueprint)
