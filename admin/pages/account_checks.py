"""Bank accounts that were changed wait here for a second person (requirements §5)."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, Flask, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import Admin
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin import nav
from admin.acting import act, identifier, load
from admin.extensions import db
from admin.security.guard import requires
from admin.security.people import actor
from casework import members
from casework.people import Actor
from casework.permissions import Permission
from models.members import Member
from models.orgs import OrgUnit

blueprint = Blueprint("account_checks", __name__, url_prefix="/account-checks")
LONGEST = 200


@blueprint.get("/")
@requires(Permission.Member.CONFIRM_ACCOUNT)
def index() -> ResponseReturnValue:
    """Members whose changed account nobody else has confirmed yet; those I changed say so."""
    person = actor()
    waiting = db.session.scalars(members.unconfirmed(person).order_by(Member.id).limit(LONGEST))
    return render_template("accounts/index.html", waiting=waiting.all(), me=person.user_id)


@blueprint.post("/<int:member_id>")
@requires(Permission.Member.CONFIRM_ACCOUNT)
def confirm(member_id: int) -> ResponseReturnValue:
    """Confirm one changed account."""
    query = select(Member).join(OrgUnit, OrgUnit.id == Member.org_id).where(Member.id == member_id)
    load(query, Permission.Member.CONFIRM_ACCOUNT, OrgUnit.path)
    version = identifier(request.form.get("version", "")) or 0

    def do(session: Session, by: Actor, at: datetime) -> Member:
        member = session.get_one(Member, member_id)
        return members.confirm_account(session, member, by=by, at=at, expected_version=version)

    return act(
        do,
        what="member.confirm_account",
        object_type="member",
        object_id=member_id,
        done=lambda member: _("The account of %(name)s is confirmed.", name=member.name),
        then=url_for("account_checks.index"),
    )


def install(app: Flask, _frame: Admin) -> None:
    """Register the page and its place in the sidebar."""
    app.register_blueprint(blueprint)
    nav.add(
        app,
        nav.Entry(
            endpoint="account_checks.index",
            label=_l("Account checks"),
            group="money",
            permissions=(Permission.Member.CONFIRM_ACCOUNT,),
            icon="check",
            order=60,
        ),
    )
