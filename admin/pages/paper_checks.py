"""The entry beside the scan of the paper that it was made from, item by item; originals that were seen."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import Admin
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin import clock
from admin.acting import act, attempt, load, refused
from admin.cases.words import record_words
from admin.extensions import db
from admin.pages.case_page import page as case_page
from admin.pages.common import application_or_404, posted_version
from admin.security.guard import requires
from admin.security.people import actor
from admin.text import fault_text, mask, policy_label, zhdate, zhmonth
from casework import behalf, members, originals, paper_checks
from casework.paper_checks import Verdict
from casework.people import Actor
from casework.permissions import Permission
from casework.scope import may
from engine.faults import Fault
from engine.source import parse_date
from models.applications import Application
from models.attachments import Attachment
from models.entry import OriginalCheck, PaperComparison
from models.members import Member
from models.orgs import OrgUnit

blueprint = Blueprint("paper_checks", __name__, url_prefix="/application")
MONTH = re.compile(r"[0-9]{4}-[0-9]{2}\Z")
MASKED = {"form.id_number": "id_number", "form.phone": "phone"}


@dataclass(frozen=True, slots=True)
class Row:
    """One item: its value in words, what was said of it, what the page has chosen."""

    id: str
    label: str
    value: str
    choice: str
    comment: str
    said: PaperComparison | None
    stands: bool
    errors: tuple[str, ...]


@blueprint.get("/<int:application_id>/compare")
@requires(Permission.Application.READ)
def compare(application_id: int) -> ResponseReturnValue:
    """The scan on one side, the entry on the other."""
    application = application_or_404(application_id)
    if behalf.rules_of(application) is None:
        abort(404)
    if _in_clear(application):
        _note_looks(application.member_id)
    return _page(application, None, ())


@blueprint.post("/<int:application_id>/compare")
@requires(Permission.Step.VERIFY)
def record(application_id: int) -> ResponseReturnValue:
    """Keep what was said of the items."""
    application_or_404(application_id)
    verdicts = _posted()
    version = posted_version()

    def do(session: Session, by: Actor, at: datetime) -> int:
        row = session.get_one(Application, application_id)
        return len(
            paper_checks.record(session, row, verdicts, by=by, at=at, expected_version=version)
        )

    outcome = attempt(do, "application.compare_paper", "application", application_id)
    if outcome.faults:
        return refused(
            outcome,
            lambda: _page(application_or_404(application_id), verdicts, outcome.faults),
        )
    differ = sum(not one.agrees for one in verdicts.values())
    if differ:
        text = ngettext(
            "Compared. %(num)d item differs: return the application for correction.",
            "Compared. %(num)d items differ: return the application for correction.",
            differ,
        )
        flash(text, "warning")
    else:
        flash(_("Compared; entry and paper agree."), "success")
    return redirect(url_for("cases.show", application_id=application_id))


def _posted() -> dict[str, Verdict]:
    """The items of which the page says something."""
    found = {}
    for name, value in request.form.items():
        if name.startswith("item-") and value in ("agrees", "differs"):
            item = name.removeprefix("item-")
            comment = request.form.get(f"comment-{item}", "")
            found[item] = Verdict(value == "agrees", comment)
    return found


def _page(
    application: Application, typed: Mapping[str, Verdict] | None, faults: tuple[Fault, ...]
) -> str:
    session, by = db.session(), actor()
    rules = behalf.rules_of(application)
    closed = paper_checks.faults(session, application, by)
    scans = behalf.scans(session, application)
    clear = _in_clear(application)
    states = paper_checks.compared(session, application)
    return render_template(
        "cases/compare.html",
        a=application,
        title=policy_label(rules.label) if rules else "",
        scan_label=policy_label(rules.scan_label) if rules else "",
        entered=behalf.entered(session, application),
        scans=scans,
        rows=[_row(one, typed, faults, clear) for one in states],
        may_compare=not closed,
        why=[fault_text(fault) for fault in closed],
        version=application.version,
    )


def _row(
    state: paper_checks.Compared,
    typed: Mapping[str, Verdict] | None,
    faults: tuple[Fault, ...],
    clear: bool,
) -> Row:
    item = state.item
    value = _plainly(item.value)
    if item.field is not None:
        value = record_words(item.field, item.value)
    elif item.id in MASKED and value and not clear:
        value = mask(value, MASKED[item.id])
    given = typed.get(item.id) if typed is not None else None
    choice, comment = "", ""
    if given is not None:
        choice, comment = ("agrees" if given.agrees else "differs"), given.comment
    elif typed is None and state.stands and state.said is not None:
        choice, comment = str(state.said.verdict), state.said.comment or ""
    errors = tuple(fault_text(fault) for fault in faults if fault.where == item.id)
    return Row(
        item.id, policy_label(item.label), value, choice, comment, state.said, state.stands, errors
    )


def _plainly(value: object) -> str:
    """A box of the form as it is read: a day or a month in words, "" where nothing was entered."""
    text = "" if value is None else str(value)
    month = parse_date(f"{text}-01") if MONTH.match(text) else None
    if month is not None:
        return zhmonth(month)
    try:
        return zhdate(date.fromisoformat(text))
    except ValueError:
        return text


def _in_clear(application: Application) -> bool:
    """Whether this person compares now and may see the numbers of the member."""
    by = actor()
    return may(
        by, Permission.Member.REVEAL, application.member.org.path
    ) and not paper_checks.faults(db.session(), application, by)


def _note_looks(member_id: int) -> None:
    """The numbers stand here in full, as on the paper; each look is written down."""
    with Session(db.engine) as session:  # a page reads only; the look is written down besides
        member = session.get_one(Member, member_id)
        for field in MASKED.values():
            members.reveal(session, member, field, by=actor(), at=clock.now())
        session.commit()


@blueprint.post("/<int:application_id>/original/<int:attachment_id>")
@requires(Permission.Attachment.READ)
def original(application_id: int, attachment_id: int) -> ResponseReturnValue:
    """The original of this scan was seen."""
    application_or_404(application_id)
    query = (
        select(Attachment)
        .join(Application, Application.id == Attachment.application_id)
        .join(OrgUnit, OrgUnit.id == Application.org_id)
        .where(Attachment.id == attachment_id, Application.id == application_id)
    )
    load(query, Permission.Attachment.READ, OrgUnit.path)

    def do(session: Session, by: Actor, at: datetime) -> OriginalCheck:
        row = session.get_one(Application, application_id)
        scan = session.get_one(Attachment, attachment_id)
        return originals.check(session, row, scan, by=by, at=at)

    return act(
        do,
        what="application.check_original",
        object_type="attachment",
        object_id=attachment_id,
        done=_("Recorded: the original was seen."),
        then=url_for("cases.show", application_id=application_id, _anchor="papers"),
        again=lambda: case_page(application_or_404(application_id)),
    )


def install(app: Flask, frame: Admin) -> None:
    """Bind the comparison and the originals."""
    app.register_blueprint(blueprint)
