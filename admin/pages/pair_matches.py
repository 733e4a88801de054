"""供需对接: who could help and who needs help, side by side, branch by branch (clause 6.2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask import Blueprint, Flask, render_template
from flask.typing import ResponseReturnValue
from flask_admin import Admin

from admin.extensions import db
from admin.security.guard import requires
from admin.security.people import actor
from casework import matches
from casework.permissions import Permission
from models.members import Member
from models.orgs import OrgUnit
from models.register import HardshipEntry

blueprint = Blueprint("pair_matches", __name__, url_prefix="/pair-matches")


@dataclass
class Branch:
    """Both sides of one branch."""

    unit: OrgUnit
    offers: list[Member] = field(default_factory=list)
    needs: list[HardshipEntry] = field(default_factory=list)


@blueprint.get("/")
@requires(Permission.Pair.WRITE)
def index() -> ResponseReturnValue:
    """Both sides; branches that have both stand first."""
    found = matches.sides(db.session(), actor())
    return render_template("pairs/matches.html", branches=_branches(found), more=found.more)


def _branches(found: matches.Sides) -> Sequence[Branch]:
    known: dict[int, Branch] = {}
    for member in found.offers:
        known.setdefault(member.org_id, Branch(member.org)).offers.append(member)
    for entry in found.needs:
        unit = entry.member.org
        known.setdefault(unit.id, Branch(unit)).needs.append(entry)
    return sorted(known.values(), key=lambda one: (not (one.offers and one.needs), one.unit.path))


def install(app: Flask, frame: Admin) -> None:
    """Bind the page; it is reached from the list of pairs."""
    app.register_blueprint(blueprint)
