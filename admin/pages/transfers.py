"""Transfers: finance sends approved money to the paying units, out of one source at a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import Admin
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from admin import own_pages
from admin.acting import attempt, identifier, load, refused
from admin.cases.history import recorded_once
from admin.extensions import db
from admin.forms import batch
from admin.forms.batch import Answer
from admin.i18n import _l
from admin.nav import Entry, add
from admin.pages import batches, papers, reconciling, waiting
from admin.pages.batches import Group, Heading
from admin.pages.common import policy_road
from admin.security.guard import requires
from admin.security.people import actor
from admin.text import policy_label
from casework import funds, loading, reconciliation, scope, transfers
from casework.lists import stage_of_kind
from casework.people import Actor
from casework.permissions import Permission
from engine.faults import Fault
from engine.procedure import RecordField, StageKind
from models.applications import Application
from models.ledger import AccountKind, FundSource, TransferBatch, TransferLine, TransferState
from models.orgs import OrgUnit

blueprint = Blueprint("transfers", __name__, url_prefix="/transfers")
RECENT = 50
READERS = (Permission.Step.TRANSFER, Permission.Fund.READ)


def found() -> list[Group]:
    """What this person may transfer: one list per paying unit, road and edition."""
    rows = waiting.applications(db.session(), actor(), (StageKind.TRANSFER,))
    ahead = waiting.paid_first(db.session(), actor(), StageKind.TRANSFER)
    known = {one.id for one in rows}
    every = [*rows, *(one for one in ahead if one.id not in known)]
    return batches.groups(every, StageKind.TRANSFER, paying_unit)


def paying_unit(application: Application) -> OrgUnit:
    """The unit that pays this application out, by the level of its paying stage."""
    stage = stage_of_kind(application, StageKind.PAY)
    return batches.unit_at(application, stage.level if stage else "committee")


def fields(group: Group) -> tuple[list[RecordField], list[RecordField]]:
    """What is recorded with a transfer."""
    return batches.with_needed(batch.fields_of(group.stage, group.road, None), transfers.NEEDED)


@blueprint.get("/")
@requires(*READERS)
def index() -> ResponseReturnValue:
    """What waits to be transferred, what the sources hold, and the transfers so far."""
    return page(None, ())


def page(answer: Answer | None, faults: Sequence[Fault]) -> str:
    """The lists; the one that was refused with what was typed."""
    session, by = db.session(), actor()
    lists = batches.shown(found(), fields, answer, faults)
    mine = batches.chosen([group for group, _listed in lists])
    shown = [
        (group, listed, batches.posted_key() if answer and group is mine else batches.request_key())
        for group, listed in lists
    ]
    query = (
        select(TransferBatch)
        .join(OrgUnit, OrgUnit.id == TransferBatch.org_id)
        .order_by(TransferBatch.id.desc())
        .limit(RECENT)
    )
    loads = (selectinload(TransferBatch.org), selectinload(TransferBatch.source))
    visible = scope.visible(query, by, Permission.Fund.READ, OrgUnit.path)
    rows = session.scalars(visible.options(*loads)).all()
    present = funds.standing(session)
    return render_template(
        "money/transfers.html",
        shown=shown,
        extra_columns=[
            Heading(_("Approved amount"), batches.approved, "num short"),
            Heading(_("Stage"), _stage),
        ],
        sources=funds.sources(session),
        chosen_source=(mine.key if mine else "", request.form.get("source", "")),
        balances=[
            one
            for one in funds.balances(session, by)
            if one.kind is not AccountKind.OUTSIDE
            and (one.fen or (one.source and (one.source.id, one.year) in present))
        ],
        batches=rows,
        sizes=loading.sizes(session, TransferLine.batch_id, [row.id for row in rows]),
    )


def _stage(application: Application) -> str:
    """Where it stands, for those whose money goes before their turn."""
    _policy, road = policy_road(application)
    if road is None or not road.has(application.stage):
        return ""
    return policy_label(road.stage(application.stage).label)


@blueprint.post("/send")
@requires(Permission.Step.TRANSFER)
def send() -> ResponseReturnValue:
    """Transfer the chosen rows out of the chosen source, all or none."""
    group = batches.chosen(found())
    if group is None:
        flash(_("This list has changed in the meantime. Here is what waits now."), "warning")
        return redirect(url_for("transfers.index"))
    answer = batches.answered(*fields(group))
    ids = [one.id for one in batches.picked(answer, group.applications)]
    source_id = identifier(request.form.get("source", ""))
    key = batches.posted_key()

    def do(session: Session, by: Actor, at: datetime) -> str:
        source = session.get(FundSource, source_id) if source_id else None
        rows = [session.get_one(Application, number) for number in ids]
        unit = session.get_one(OrgUnit, group.unit.id)
        made = transfers.transfer(
            session,
            unit,
            rows,
            source,
            answer.record,
            by=by,
            at=at,
            versions=answer.versions,
            request_key=key,
        )
        return made.number or ""

    outcome = attempt(do, "transfer", "org_unit", group.unit.id)
    if outcome.faults:
        return refused(outcome, lambda: page(answer, outcome.faults))
    flash(_("Transferred under %(number)s.", number=outcome.value or ""), "success")
    return redirect(url_for("transfers.index"))


def batch_or_404(batch_id: int, permission: str = Permission.Fund.READ) -> TransferBatch:
    """The transfer in reach."""
    query = (
        select(TransferBatch)
        .join(OrgUnit, OrgUnit.id == TransferBatch.org_id)
        .where(TransferBatch.id == batch_id)
    )
    return load(query, permission, OrgUnit.path)


@blueprint.get("/<int:batch_id>")
@requires(Permission.Fund.READ)
def show(batch_id: int) -> ResponseReturnValue:
    """One transfer with its lines."""
    return batch_page(batch_or_404(batch_id))


def batch_page(row: TransferBatch) -> str:
    """Each line with where its money is, and the way back to the source."""
    return render_template(
        "money/transfer.html",
        batch=row,
        recorded=_recorded(row),
        state=reconciliation.of_batch(db.session(), row),
        lines=reconciliation.lines(db.session(), row),
        states=reconciling.STATES,
        sent=TransferState.SENT,
        may_take_back=scope.may(actor(), Permission.Fund.REVERSE, row.org.path),
    )


def _recorded(row: TransferBatch) -> list[tuple[str, str]]:
    """What finance wrote down with it, such as the voucher, as the policy of its list calls it."""
    event = transfers.event_of(db.session(), row)
    if event is None:
        return []
    policy, _road = policy_road(event.application)
    return recorded_once(policy, event)


@blueprint.post("/<int:batch_id>/back/<int:line_id>")
@requires(Permission.Fund.REVERSE)
def take_back(batch_id: int, line_id: int) -> ResponseReturnValue:
    """A mistaken line comes back to its source."""
    row = batch_or_404(batch_id, Permission.Fund.REVERSE)
    query = (
        select(TransferLine)
        .join(TransferBatch, TransferBatch.id == TransferLine.batch_id)
        .join(OrgUnit, OrgUnit.id == TransferBatch.org_id)
        .where(TransferLine.id == line_id, TransferLine.batch_id == row.id)
    )
    load(query, Permission.Fund.REVERSE, OrgUnit.path)
    reason = request.form.get("reason", "")

    def do(session: Session, by: Actor, at: datetime) -> None:
        line = session.get_one(TransferLine, line_id)
        transfers.take_back(session, line, reason=reason, by=by, at=at)

    outcome = attempt(do, "transfer.take_back", "transfer_line", line_id)
    if outcome.faults:
        return refused(outcome, lambda: batch_page(batch_or_404(batch_id)))
    flash(_("Taken back."), "success")
    return redirect(url_for("transfers.show", batch_id=batch_id))


@blueprint.get("/<int:batch_id>/print")
@requires(Permission.Fund.READ)
def sheet(batch_id: int) -> ResponseReturnValue:
    """The transfer notice."""
    batch_or_404(batch_id)
    return papers.usual("transfer", [batch_id], url_for("transfers.show", batch_id=batch_id))


def install(app: Flask, frame: Admin) -> None:
    """Bind the transfers."""
    app.register_blueprint(blueprint)
    add(
        app,
        Entry(
            "transfers.index",
            _l("Money transfers"),
            "money",
            READERS,
            icon="transfer",
            order=10,
            also=("transfers",),
            unless=own_pages.without_stage(StageKind.TRANSFER),
        ),
    )
