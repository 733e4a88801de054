"""Two small buttons on the page of an application: show a masked number, verify a household row."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, Flask, abort, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import Admin
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.acting import Verb, act, attempt, load
from admin.pages.case_page import page
from admin.pages.common import application_or_404
from admin.security.guard import requires
from casework import members, worksheets
from casework.people import Actor
from casework.permissions import Permission
from models.members import Household, HouseholdItem, Member
from models.orgs import OrgUnit

blueprint = Blueprint("case_numbers", __name__, url_prefix="/application")


@blueprint.post("/<int:application_id>/reveal/<any(id_number, phone, bank_account):field>")
@requires(Permission.Member.REVEAL)
def reveal(application_id: int, field: str) -> ResponseReturnValue:
    """A number in full; the look is recorded."""
    application = application_or_404(application_id)
    member_id = application.member_id

    def look(session: Session, by: Actor, at: datetime) -> str | None:
        return members.reveal(session, session.get_one(Member, member_id), field, by=by, at=at)

    outcome = attempt(look, f"reveal:{field}", "member", member_id)
    if outcome.faults:
        abort(403)
    return jsonify(value=outcome.value or "")


@blueprint.post("/<int:application_id>/household/<int:item_id>/verify")
@requires(Permission.Member.VERIFY_HOUSEHOLD)
def verify(application_id: int, item_id: int) -> ResponseReturnValue:
    """A row of the household worksheet was checked against a proof."""
    application = application_or_404(application_id)
    query = (
        select(HouseholdItem)
        .join(Household, Household.id == HouseholdItem.household_id)
        .join(Member, Member.id == Household.member_id)
        .join(OrgUnit, OrgUnit.id == Member.org_id)
        .where(HouseholdItem.id == item_id, Member.id == application.member_id)
    )
    load(query, Permission.Member.VERIFY_HOUSEHOLD, OrgUnit.path)
    proof = request.form.get("proof", "")

    def do(session: Session, by: Actor, at: datetime) -> HouseholdItem:
        item = session.get_one(HouseholdItem, item_id)
        return worksheets.verify(session, item, proof=proof, by=by, at=at)

    verb: Verb[HouseholdItem] = do
    return act(
        verb,
        what="household.verify",
        object_type="household_item",
        object_id=item_id,
        done=_("Verified."),
        then=url_for("cases.show", application_id=application_id, _anchor="person"),
        again=lambda: page(application_or_404(application_id)),
    )


def install(app: Flask, frame: Admin) -> None:
    """Bind both buttons."""
    app.register_blueprint(blueprint)
