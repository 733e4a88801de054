"""Filing for record: the committee files the lists that have been posted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask import Blueprint, Flask, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_admin import Admin
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from admin import own_pages
from admin.acting import attempt, refused
from admin.extensions import db
from admin.forms import batch
from admin.forms.batch import Answer
from admin.i18n import _l
from admin.nav import Entry, add
from admin.pages import batches, papers, waiting
from admin.pages.batches import Group, Heading
from admin.security.guard import requires
from admin.security.people import actor
from casework import filings, loading, scope
from casework.people import Actor
from casework.permissions import Permission
from engine.faults import Fault
from engine.procedure import RecordField, StageKind
from models.applications import Application
from models.orgs import OrgUnit
from models.screenings import Filing, FilingLine

blueprint = Blueprint("filings", __name__, url_prefix="/filings")
RECENT = 50


def found() -> list[Group]:
    """What this person may file: one list per committee, road and edition."""
    rows = waiting.applications(db.session(), actor(), (StageKind.FILE,))
    return batches.groups(rows, StageKind.FILE, batches.committee_of)


def fields(group: Group) -> tuple[list[RecordField], list[RecordField]]:
    """What is recorded with a filing."""
    return batches.with_needed(batch.fields_of(group.stage, group.road, None), filings.NEEDED)


@blueprint.get("/")
@requires(Permission.Filing.READ)
def index() -> ResponseReturnValue:
    """What waits to be filed, and what was filed."""
    return page(None, ())


def page(answer: Answer | None, faults: Sequence[Fault]) -> str:
    """The lists; the one that was refused with what was typed."""
    shown = batches.shown(found(), fields, answer, faults)
    query = (
        select(Filing)
        .join(OrgUnit, OrgUnit.id == Filing.org_id)
        .order_by(Filing.id.desc())
        .limit(RECENT)
    )
    rows = db.session.scalars(
        scope.visible(query, actor(), Permission.Filing.READ, OrgUnit.path).options(
            selectinload(Filing.org)
        )
    ).all()
    return render_template(
        "lists/filings.html",
        shown=shown,
        extra_columns=[Heading(_("Approved amount"), batches.approved, "num short")],
        filings=rows,
        sizes=loading.sizes(db.session(), FilingLine.filing_id, [row.id for row in rows]),
    )


@blueprint.post("/file")
@requires(Permission.Step.FILE)
def file() -> ResponseReturnValue:
    """File the chosen rows, all or none."""
    group = batches.chosen(found())
    if group is None:
        flash(_("This list has changed in the meantime. Here is what waits now."), "warning")
        return redirect(url_for("filings.index"))
    answer = batches.answered(*fields(group))
    ids = [one.id for one in batches.picked(answer, group.applications)]

    def do(session: Session, by: Actor, at: datetime) -> str:
        rows = [session.get_one(Application, number) for number in ids]
        committee = session.get_one(OrgUnit, group.unit.id)
        made = filings.file(
            session, committee, rows, answer.record, by=by, at=at, versions=answer.versions
        )
        return made.number or ""

    outcome = attempt(do, "filing.file", "org_unit", group.unit.id)
    if outcome.faults:
        return refused(outcome, lambda: page(answer, outcome.faults))
    flash(_("Filed under %(number)s.", number=outcome.value or ""), "success")
    return redirect(url_for("filings.index"))


@blueprint.get("/<int:filing_id>/print")
@requires(Permission.Filing.READ)
def sheet(filing_id: int) -> ResponseReturnValue:
    """The list as it was filed."""
    return papers.usual("filing", [filing_id], url_for("filings.index"))


def install(app: Flask, frame: Admin) -> None:
    """Bind the filings."""
    app.register_blueprint(blueprint)
    add(
        app,
        Entry(
            "filings.index",
            _l("Filing for record"),
            "aid",
            (Permission.Filing.READ,),
            icon="file",
            order=50,
            unless=own_pages.without_stage(StageKind.FILE),
        ),
    )
