"""Failed sign-ins: which accounts failed when and from where, and who is locked until when.

A name that is no account is never shown: people type their password into the wrong box.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_admin import Admin
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin import clock
from admin.acting import identifier
from admin.extensions import db
from admin.i18n import _l
from admin.nav import Entry, add
from admin.security import throttle
from admin.security.guard import requires
from admin.views import paging
from casework.permissions import Permission
from models.people import LoginAttempt, User

blueprint = Blueprint("sign_ins", __name__, url_prefix="/sign-ins")
READERS = (Permission.User.READ, Permission.Audit.READ)
PAGE = 50
KEYS = (paging.Key(LoginAttempt.id, down=True),)


@dataclass(frozen=True, slots=True)
class Locked:
    """Who cannot sign in until when: an account (None for a name that is none), or an address."""

    account: User | None
    address: str
    until: datetime


@blueprint.get("/")
@requires(*READERS)
def index() -> ResponseReturnValue:
    """Who is locked now, and what failed, newest first."""
    session = db.session()
    number = identifier(request.args.get("after", ""))
    query = select(LoginAttempt).where(~LoginAttempt.ok)
    found = paging.fetch(session, query, KEYS, PAGE, (number,) if number else None)
    return render_template(
        "office/sign_ins.html",
        found=found,
        accounts=_accounts(session, [one.username for one in found.rows]),
        locked=_locked(session, clock.now()),
    )


def _accounts(session: Session, names: Iterable[str]) -> dict[str, User]:
    """Which of the typed names are accounts."""
    rows = session.scalars(select(User).where(User.username.in_(set(names))))
    return {one.username: one for one in rows}


def _locked(session: Session, at: datetime) -> list[Locked]:
    names = throttle.names_blocked(session, at)
    known = _accounts(session, names)
    found = [Locked(known.get(name), "", until) for name, until in names.items()]
    addresses = throttle.addresses_blocked(session, at)
    return found + [Locked(None, address, until) for address, until in addresses.items()]


def install(app: Flask, frame: Admin) -> None:
    """Bind the page and its line in the sidebar."""
    app.register_blueprint(blueprint)
    add(app, Entry("sign_ins.index", _l("Failed sign-ins"), "office", READERS, "log", 25))
