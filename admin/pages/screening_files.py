"""Screening by Excel and by comparison: the list out, its results back, other schemes' lists, and two
people side by side. Whoever screens sees what a person is called and which aid, never a cause.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_admin import Admin
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin import clock
from admin.acting import all_told, attempt, load, refused
from admin.extensions import db
from admin.pages import alike
from admin.pages.screenings import list_or_404, list_page
from admin.security.guard import requires
from admin.security.people import actor
from admin.text import DASH, fault_text, mask, policy_label, yuan, zhdate
from admin.views.files import disposition
from casework import likenesses, schemes, scope, screening_files
from casework.attachments import Upload
from casework.moves import policy_and_road
from casework.people import Actor
from casework.permissions import Permission
from engine.faults import Fault, Refused
from models.applications import Application
from models.members import Member
from models.orgs import OrgUnit
from models.schemes import MatchState, SchemeRow, ScreeningMatch
from models.screenings import ScreeningLine, ScreeningList

blueprint = Blueprint("screening_files", __name__, url_prefix="/screenings")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _workbook(name: str, content: bytes) -> Response:
    answer = Response(content, mimetype=XLSX)
    answer.headers["Content-Disposition"] = disposition(name, "xlsx")
    return answer


def _sent() -> Upload:
    file = request.files.get("file")
    return Upload(file.filename or "" if file else "", file.read() if file else b"")


@blueprint.get("/<int:list_id>/xlsx")
@requires(Permission.Screening.EXPORT)
def export(list_id: int) -> ResponseReturnValue:
    """The list as a workbook; taking it out is recorded."""
    entered = list_or_404(list_id, Permission.Screening.EXPORT)
    with Session(db.engine) as session:  # a page reads only; the look is written down besides
        own = session.get_one(ScreeningList, entered.id)
        content = screening_files.export(session, own, by=actor(), at=clock.now())
        session.commit()
    return _workbook(f"筛查名单-{entered.id}-{entered.entered_on.isoformat()}", content)


@blueprint.get("/<int:list_id>/as/<layout_id>")
@requires(Permission.Screening.EXPORT)
def export_as(list_id: int, layout_id: str) -> ResponseReturnValue:
    """The list in a layout of the policy, refused whole where a value does not fit into it."""
    entered = list_or_404(list_id, Permission.Screening.EXPORT)
    layout = next(
        (one for one in screening_files.layouts(entered, "screening_out") if one.id == layout_id),
        None,
    )
    if layout is None:
        abort(404)
    with Session(db.engine) as session:  # a page reads only; the look is written down besides
        own = session.get_one(ScreeningList, entered.id)
        try:
            content = screening_files.export_as(session, own, layout, by=actor(), at=clock.now())
        except Refused as refusal:
            for fault in refusal.faults:
                flash(fault_text(fault), "danger")
            return redirect(url_for("screenings.show", list_id=list_id))
        session.commit()
    name = f"{layout.label.zh}-{entered.id}-{entered.entered_on.isoformat()}"
    headers = {"Content-Disposition": disposition(name, layout.ending)}
    return Response(content, mimetype="application/octet-stream", headers=headers)


@blueprint.post("/<int:list_id>/import")
@requires(Permission.Step.SCREEN)
def import_results(list_id: int) -> ResponseReturnValue:
    """The results of a workbook, all rows or none."""
    list_or_404(list_id, Permission.Step.SCREEN)
    upload = _sent()
    record = {"screened_on": request.form.get("screened_on", "")}
    layout = request.form.get("layout", "")

    def do(session: Session, by: Actor, at: datetime) -> int:
        row = session.get_one(ScreeningList, list_id)
        found = screening_files.import_results(
            session, row, upload, record, layout_id=layout, by=by, at=at
        )
        return len(found)

    outcome = attempt(do, "screening.import", "screening_list", list_id)
    if outcome.faults:
        sent = {**record, "layout": layout}
        return refused(outcome, lambda: list_page(list_or_404(list_id), None, (), sent))
    flash(_("Recorded for %(count)d people.", count=outcome.value or 0), "success")
    return redirect(url_for("screenings.show", list_id=list_id))


@blueprint.post("/<int:list_id>/again")
@requires(Permission.Screening.COMPARE)
def again(list_id: int) -> ResponseReturnValue:
    """Look for likenesses once more, after another list was handed in."""
    list_or_404(list_id, Permission.Screening.COMPARE)

    def do(session: Session, by: Actor, at: datetime) -> int:
        return likenesses.find(session, session.get_one(ScreeningList, list_id), at=at)

    outcome = attempt(do, "screening.again", "screening_list", list_id)
    if outcome.faults:
        return refused(outcome, lambda: list_page(list_or_404(list_id), None, ()))
    count = outcome.value or 0
    said = ngettext("%(num)d new likeness found.", "%(num)d new likenesses found.", count)
    flash(said, "success")
    return redirect(url_for("screenings.show", list_id=list_id))


# ---- two people side by side --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pair:
    """One thing about both. `same` where both are known and equal."""

    label: str
    ours: str
    other: str
    same: bool


def _match(match_id: int, permission: str = Permission.Screening.READ) -> ScreeningMatch:
    query = (
        select(ScreeningMatch)
        .join(ScreeningLine, ScreeningLine.id == ScreeningMatch.line_id)
        .join(ScreeningList, ScreeningList.id == ScreeningLine.list_id)
        .join(OrgUnit, OrgUnit.id == ScreeningList.org_id)
        .where(ScreeningMatch.id == match_id)
    )
    return load(query, permission, OrgUnit.path)


@blueprint.get("/compare/<int:match_id>")
@requires(Permission.Screening.READ)
def compare(match_id: int) -> ResponseReturnValue:
    """Two people side by side."""
    return compare_page(_match(match_id), "", ())


def compare_page(match: ScreeningMatch, note: str, faults: Sequence[Fault]) -> str:
    """The page with what was typed."""
    application = match.line.application
    kind = policy_and_road(application)[0].procedure.comparisons.get(match.kind)
    by = actor()
    return render_template(
        "lists/compare.html",
        match=match,
        kind=kind,
        pairs=_pairs(match, by),
        other_title=_other_title(match),
        may_settle=match.state == MatchState.OPEN
        and match.line.result is None
        and scope.may(by, Permission.Screening.COMPARE, match.line.list.org.path),
        states=alike.STATES,
        note=note,
        wrong=[fault_text(fault) for fault in faults if fault.where == "note"],
    )


def _other_title(match: ScreeningMatch) -> str:
    if match.scheme_row is not None:
        scheme = match.scheme_row.list
        said = _(
            "%(name)s, %(year)s, row %(row)s",
            name=scheme.name,
            year=scheme.year,
            row=match.scheme_row.row_number,
        )
        return str(said)
    if match.other_application is not None:
        return str(match.other_application.number)
    return str(_("{word.Person} without an application this year"))


def _pairs(match: ScreeningMatch, by: Actor) -> list[Pair]:
    """What both are called and, for people who may read applications there, where both live."""
    ours = match.line.application
    other = match.other_application
    theirs = other.member if other is not None else match.other_member
    row = match.scheme_row
    left = _plain(ours.member, ours)
    right = _of_row(row) if row is not None else _plain(theirs, other)
    if _may_read(by, ours.member) and (theirs is None or _may_read(by, theirs)):
        left |= _full(ours.member)
        right |= _full(theirs) if theirs is not None else {}
    found = []
    for label, (shown, value) in left.items():
        there, known = right.get(label, (DASH, None))
        found.append(Pair(label, shown, there, value is not None and value == known))
    return found


def _may_read(by: Actor, member: Member) -> bool:
    return scope.may(by, Permission.Application.READ, member.org.path)


_Said = dict[str, tuple[str, object]]


def _plain(member: Member | None, application: Application | None) -> _Said:
    """What a screener may see: label → (text, what is compared)."""
    if member is None:
        return {}
    said: _Said = {
        _("Name"): (member.name, member.name),
        _("Identity number"): (mask(member.id_number, "id_number"), member.id_number),
        _("Born"): (zhdate(member.birth_on), member.birth_on),
        _("Account"): ("", member.bank_account),
    }
    said[_("Account")] = (_("on file") if member.bank_account else DASH, member.bank_account)
    if application is not None:
        road = policy_and_road(application)[1]
        said[_("Kind of aid")] = (policy_label(road.label), None)
        said[_("Year of the aid")] = (str(application.aid_year), None)
    return said


def _of_row(row: SchemeRow) -> _Said:
    return {
        _("Name"): (row.name, row.name),
        _("Identity number"): (mask(row.id_number, "id_number"), row.id_number),
        _("Born"): (zhdate(row.birth_on), row.birth_on),
        _("Account"): (_("on file") if row.bank_account else DASH, row.bank_account),
        _("Kind of aid"): (f"{row.list.name} {yuan(row.fen) if row.fen else ''}".strip(), None),
        _("Year of the aid"): (str(row.list.year), None),
    }


def _full(member: Member) -> _Said:
    persons = member.household.persons if member.household else []
    home = "、".join(f"{one.name}（{one.relation}）" for one in persons)
    return {
        _("{word.Branch}"): (member.org.name, member.org_id),
        _("Phone"): (mask(member.phone, "phone"), member.phone),
        _("Account"): (mask(member.bank_account, "account"), member.bank_account),
        _("Home address"): (member.address or DASH, member.address),
        _("Household"): (home or DASH, None),
    }


@blueprint.post("/compare/<int:match_id>")
@requires(Permission.Screening.COMPARE)
def settle(match_id: int) -> ResponseReturnValue:
    """Write down what the comparison showed."""
    list_id = _match(match_id, Permission.Screening.COMPARE).line.list_id
    note, verdict = request.form.get("note", ""), request.form.get("verdict", "")

    def do(session: Session, by: Actor, at: datetime) -> None:
        chosen = verdict in ("duplicate", "cleared")
        unread = [] if chosen else [Fault("edge_choose_likeness", {}, "verdict")]
        row = session.get_one(ScreeningMatch, match_id)
        all_told(
            unread,
            lambda: likenesses.settle(
                session, row, duplicate=verdict == "duplicate", note=note, by=by, at=at
            ),
        )

    outcome = attempt(do, "screening.compare", "screening_match", match_id)
    if outcome.faults:
        return refused(outcome, lambda: compare_page(_match(match_id), note, outcome.faults))
    flash(_("Recorded."), "success")
    return redirect(url_for("screenings.show", list_id=list_id))


# ---- lists of other schemes ---------------------------------------------------------------------


@blueprint.get("/schemes")
@requires(Permission.Screening.UPLOAD)
def other_schemes() -> ResponseReturnValue:
    """The lists so far; another comes in through the import of workbooks."""
    return render_template("lists/schemes.html", lists=schemes.lists(db.session(), actor()))


def install(app: Flask, frame: Admin) -> None:
    """Bind screening by file and by comparison."""
    app.register_blueprint(blueprint)
