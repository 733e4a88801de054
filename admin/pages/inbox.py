"""消息: what the program has told the person: reminders, escalations. Marked as read by himself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import Admin
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from admin import clock
from admin.acting import attempt, found_or_404, identifier, refused
from admin.extensions import db
from admin.i18n import _l
from admin.nav import Entry, add
from admin.security.guard import SIGNED_IN, requires
from admin.security.people import actor
from admin.text import policy_label
from admin.views import paging
from casework import inbox, scope
from casework.clock import day_of
from casework.people import Actor
from casework.permissions import Permission
from engine.source import parse_date
from models.applications import Application
from models.inbox import InboxMessage
from models.orgs import OrgUnit

blueprint = Blueprint("inbox", __name__, url_prefix="/inbox")
PAGE = 50
KEYS = (paging.Key(InboxMessage.id, down=True),)
KINDS = {
    "reminder": (_l("Reminder"), "orange"),
    "escalation": (_l("For your attention"), "blue"),
    "circulation": (_l("Circulation for signature"), "violet"),
    "calendar": (_l("Working calendar"), "orange"),
    "round": (_l("Yearly round"), "blue"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A message as the page shows it; `opens` only where the person may still see the application."""

    message: InboxMessage
    title: str
    kind: tuple[Any, str]
    due: date | None
    late: bool
    deadline: str
    counted: str
    clause: str
    number: str
    opens: bool
    day: date
    link: str


@blueprint.get("/")
@requires(SIGNED_IN)
def index() -> ResponseReturnValue:
    """The person's messages, newest first; unread ones first asked for."""
    session, by = db.session(), actor()
    everything = request.args.get("show") == "all"
    query = select(InboxMessage).where(InboxMessage.user_id == by.user_id)
    if not everything:
        query = query.where(InboxMessage.read_at.is_(None))
    query = query.options(joinedload(InboxMessage.application).joinedload(Application.org))
    number = identifier(request.args.get("after", ""))
    found = paging.fetch(session, query, KEYS, PAGE, (number,) if number else None)
    today = clock.today()
    return render_template(
        "inbox.html",
        rows=[_row(one, by, today) for one in found.rows],
        found=found,
        everything=everything,
        newest=found.rows[0].id if found.rows else 0,
    )


def _row(message: InboxMessage, by: Actor, today: date) -> Row:
    body, about = message.body, message.application
    due = parse_date(str(body.get("due", "")))
    return Row(
        message,
        policy_label({"zh": body.get("zh"), "en": body.get("en")}),
        KINDS.get(message.kind, (message.kind, "secondary")),
        due,
        due is not None and due < today,
        policy_label(body["deadline"]) if body.get("deadline") else "",
        policy_label(body["counted"]) if body.get("counted") else "",
        str(body.get("clause") or ""),
        about.number if about else "",
        about is not None and scope.may(by, Permission.Application.READ, about.org.path),
        day_of(message.created_at),
        _link(body, by),
    )


def _link(body: Mapping[str, object], by: Actor) -> str:
    """Where else a message leads: the round that its notice opened."""
    number = body.get("round")
    if number is None or not by.holds(Permission.Round.READ):
        return ""
    return url_for("rounds.show", round_id=number)


@blueprint.post("/<int:message_id>/open")
@requires(SIGNED_IN)
def open_(message_id: int) -> ResponseReturnValue:
    """Mark a message as read and go to its application, where it may still be seen."""
    message = own_or_404(message_id)
    about = message.application_id
    reach = about is not None and _seen(about)
    answer = _mark([message_id])
    if answer is not None:
        return answer
    if reach:
        return redirect(url_for("cases.show", application_id=about))
    return redirect(url_for("inbox.index"))


@blueprint.post("/<int:message_id>/read")
@requires(SIGNED_IN)
def read(message_id: int) -> ResponseReturnValue:
    """Mark one message as read."""
    own_or_404(message_id)
    return _mark([message_id]) or redirect(url_for("inbox.index"))


@blueprint.post("/read")
@requires(SIGNED_IN)
def read_all() -> ResponseReturnValue:
    """Mark everything as read up to the newest message that the page showed."""
    newest = identifier(request.form.get("newest", "")) or 0

    def do(session: Session, by: Actor, at: datetime) -> int:
        return inbox.mark_all_read(session, newest, by=by, at=at)

    outcome = attempt(do, "inbox.read", "inbox", None)
    return refused(outcome) if outcome.faults else redirect(url_for("inbox.index"))


def own_or_404(message_id: int) -> InboxMessage:
    """A message of this person; everybody else's looks missing."""
    query = select(InboxMessage).where(
        InboxMessage.id == message_id, InboxMessage.user_id == actor().user_id
    )
    return found_or_404(query)


def _mark(numbers: list[int]) -> ResponseReturnValue | None:
    def do(session: Session, by: Actor, at: datetime) -> int:
        return inbox.mark_read(session, numbers, by=by, at=at)

    outcome = attempt(do, "inbox.read", "inbox", numbers[0])
    return refused(outcome) if outcome.faults else None


def _seen(application_id: int) -> bool:
    query = (
        select(Application.id)
        .join(OrgUnit, OrgUnit.id == Application.org_id)
        .where(Application.id == application_id)
    )
    found = scope.visible(query, actor(), Permission.Application.READ, OrgUnit.path)
    return db.session.scalar(found) is not None


def install(app: Flask, frame: Admin) -> None:
    """Bind the inbox and its line in the sidebar."""
    app.register_blueprint(blueprint)
    add(
        app,
        Entry(
            "inbox.index",
            _l("Messages"),
            "work",
            icon="bell",
            order=15,
            also=("inbox",),
        ),
    )
