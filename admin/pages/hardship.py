"""The register: who is in hardship, aided or not, and one file for each person (clause 6.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import Admin
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from admin import clock, looks
from admin.acting import Outcome, attempt, found_or_404, identifier, load, refused
from admin.extensions import db
from admin.i18n import _l
from admin.nav import Entry, add
from admin.pages import hardship_file
from admin.pages.common import posted_version
from admin.pages.ledger_forms import Typed, by_field
from admin.security.guard import requires
from admin.security.people import actor
from admin.views import paging
from admin.views.people_lookups import members_like
from casework import care, hardship, scope
from casework.people import Actor
from casework.permissions import Permission
from models.ledger import Grant, GrantState
from models.members import Member
from models.orgs import OrgUnit
from models.register import HardshipEntry

blueprint = Blueprint("hardship", __name__, url_prefix="/hardship")
PAGE = 50
MOST_TEXT = 100
KEYS = (paging.Key(HardshipEntry.id, down=True),)
PLACES = {"register_twice": "", "register_member_gone": "", "register_no_rules": ""}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Which form of the file was refused, what was typed there, and why."""

    form: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, list[str]] = field(default_factory=dict)


@blueprint.get("/")
@requires(Permission.Hardship.READ)
def index() -> ResponseReturnValue:
    """Who stands in the register in reach, newest first, and who applied without standing in it."""
    session, by, year = db.session(), actor(), clock.today().year
    left = request.args.get("show") == "left"
    search = request.args.get("search", "").strip()[:MOST_TEXT]
    query = (
        select(HardshipEntry)
        .join(Member, Member.id == HardshipEntry.member_id)
        .join(OrgUnit, OrgUnit.id == Member.org_id)
        .where(HardshipEntry.left_on.is_not(None) if left else HardshipEntry.left_on.is_(None))
    )
    if search:
        query = query.where(members_like(search))
    query = scope.visible(query, by, Permission.Hardship.READ, OrgUnit.path)
    count = session.scalar(query.with_only_columns(func.count(HardshipEntry.id)))
    shown = query.options(joinedload(HardshipEntry.member).joinedload(Member.org))
    number = identifier(request.args.get("after", ""))
    found = paging.fetch(session, shown, KEYS, PAGE, (number,) if number else None)
    looks.note_search(search, count or 0)
    writes = by.holds(Permission.Hardship.WRITE)
    return render_template(
        "care/register.html",
        found=found,
        count=count,
        left=left,
        search=search,
        rules=care.register(session, clock.today()),
        aided=_aided(session, [one.member_id for one in found.rows], year),
        year=year,
        missing=hardship.missing(session, by, year) if writes and not left else [],
    )


def _aided(session: Session, members: list[int], year: int) -> dict[int, int]:
    """Member → fen granted in the year."""
    rows = session.execute(
        select(Grant.member_id, func.sum(Grant.fen))
        .where(
            Grant.member_id.in_(members),
            Grant.aid_year == year,
            Grant.state == GrantState.ACTIVE,
        )
        .group_by(Grant.member_id)
    )
    return {member: int(fen) for member, fen in rows}


@blueprint.get("/<int:member_id>")
@requires(Permission.Hardship.READ)
def show(member_id: int) -> ResponseReturnValue:
    """The file of one person."""
    looks.note_inspection("member", member_id)
    return file_page(member_or_404(member_id))


def member_or_404(member_id: int, permission: str = Permission.Hardship.READ) -> Member:
    """The member in reach."""
    query = select(Member).join(OrgUnit, OrgUnit.id == Member.org_id).where(Member.id == member_id)
    return load(query, permission, OrgUnit.path)


def file_page(member: Member, refusal: Refusal | None = None) -> str:
    """The file; a refused form stands open with what was typed."""
    session, by, today = db.session(), actor(), clock.today()
    return render_template(
        "care/file.html",
        member=member,
        entry=hardship.open_entry(session, member.id),
        rules=care.register(session, today),
        may_write=scope.may(by, Permission.Hardship.WRITE, member.org.path),
        refusal=refusal or Refusal(),
        today=today,
        **hardship_file.parts(session, by, member),
    )


@blueprint.post("/<int:member_id>/join")
@requires(Permission.Hardship.WRITE)
def join(member_id: int) -> ResponseReturnValue:
    """Enter a member."""
    member_or_404(member_id, Permission.Hardship.WRITE)

    def do(session: Session, by: Actor, at: datetime) -> HardshipEntry:
        typed = Typed(request.form)
        on = typed.day("joined_on")
        return typed.then(
            lambda: hardship.join(
                session,
                session.get_one(Member, member_id),
                joined_on=on,
                reason=typed.text("join_reason"),
                situation=typed.text("situation"),
                needs=typed.text("needs"),
                by=by,
                at=at,
            )
        )

    outcome = attempt(do, "hardship.join", "member", member_id)
    return _answer(outcome, member_id, "join", _("Entered in the register."))


@blueprint.post("/<int:member_id>/entries/<int:entry_id>")
@requires(Permission.Hardship.WRITE)
def change(member_id: int, entry_id: int) -> ResponseReturnValue:
    """Bring the situation up to date."""
    _entry_or_404(member_id, entry_id)

    def do(session: Session, by: Actor, at: datetime) -> HardshipEntry:
        typed = Typed(request.form)
        return hardship.change(
            session,
            session.get_one(HardshipEntry, entry_id),
            situation=typed.text("situation"),
            needs=typed.text("needs"),
            by=by,
            at=at,
            expected_version=posted_version(),
        )

    outcome = attempt(do, "hardship.change", "hardship_entry", entry_id)
    return _answer(outcome, member_id, "change", _("Saved."))


@blueprint.post("/<int:member_id>/entries/<int:entry_id>/leave")
@requires(Permission.Hardship.WRITE)
def leave(member_id: int, entry_id: int) -> ResponseReturnValue:
    """Take a member out, with the reason."""
    _entry_or_404(member_id, entry_id)

    def do(session: Session, by: Actor, at: datetime) -> HardshipEntry:
        typed = Typed(request.form)
        on = typed.day("left_on")
        return typed.then(
            lambda: hardship.leave(
                session,
                session.get_one(HardshipEntry, entry_id),
                on=on,
                reason=typed.text("leave_reason"),
                words=typed.text("leave_words"),
                by=by,
                at=at,
                expected_version=posted_version(),
            )
        )

    outcome = attempt(do, "hardship.leave", "hardship_entry", entry_id)
    return _answer(outcome, member_id, "leave", _("Left the register."))


def _entry_or_404(member_id: int, entry_id: int) -> HardshipEntry:
    member_or_404(member_id, Permission.Hardship.WRITE)
    query = select(HardshipEntry).where(
        HardshipEntry.id == entry_id, HardshipEntry.member_id == member_id
    )
    return found_or_404(query)


def _answer(
    outcome: Outcome[HardshipEntry], member_id: int, form: str, done: str
) -> ResponseReturnValue:
    if outcome.faults:
        refusal = Refusal(form, request.form, by_field(outcome.faults, PLACES))
        return refused(outcome, lambda: file_page(member_or_404(member_id), refusal))
    flash(done, "success")
    return redirect(url_for("hardship.show", member_id=member_id))


def install(app: Flask, frame: Admin) -> None:
    """Bind the register and its line in the sidebar."""
    app.register_blueprint(blueprint)
    entry = Entry(
        "hardship.index",
        _l("Hardship register"),
        "people",
        (Permission.Hardship.READ,),
        icon="book",
        order=20,
        also=("hardship", "hardship_list"),
    )
    add(app, entry)
