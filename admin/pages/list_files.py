"""Lists that have no table of their own (`whole_lists`), as files: transfers, filings, recoveries.
Each is the whole list in the reach of the right to take it away."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Flask, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import Admin
from flask_babel import gettext as _
from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from admin import looks
from admin.extensions import db
from admin.i18n import _l
from admin.pages import orders, recoveries
from admin.security.guard import requires
from admin.security.people import actor
from admin.text import policy_label, yuan, zhdate
from admin.views import files
from casework import scope
from casework.permissions import Permission
from models.applications import Application
from models.ledger import Grant, Recovery, TransferBatch
from models.orgs import OrgUnit
from models.screenings import Filing

blueprint = Blueprint("list_files", __name__, url_prefix="/lists")
STREAMED = 500

Cells = Callable[[Any], object]


@dataclass(frozen=True, slots=True)
class ListFile:
    """A list: what it is called, the right to read its page and the right to take it away (which
    sets the reach), its columns, its rows and how they were narrowed."""

    title: Any
    needs: str
    reach: str
    columns: Callable[[], Sequence[tuple[object, Cells]]]
    query: Callable[[], Select[Any]]
    narrowed: Callable[[], Sequence[tuple[str, str]]] = lambda: ()


def _of_grant(query: Select[Any], grant: Any) -> Select[Any]:
    """The query joined from a grant to the unit of its application."""
    return (
        query.join(Grant, Grant.id == grant)
        .join(Application, Application.id == Grant.application_id)
        .join(OrgUnit, OrgUnit.id == Application.org_id)
    )


def _about(grant: Grant) -> Application:
    return grant.application


GRANTED = (
    joinedload(Grant.member),
    joinedload(Grant.application).joinedload(Application.org),
)


def _transfers() -> Select[Any]:
    query = select(TransferBatch).join(OrgUnit, OrgUnit.id == TransferBatch.org_id)
    return query.order_by(TransferBatch.id.desc()).options(
        contains_eager(TransferBatch.org),
        joinedload(TransferBatch.source),
        selectinload(TransferBatch.lines),
    )


def _transfer_columns() -> Sequence[tuple[object, Cells]]:
    return (
        (_("Number"), lambda b: b.number),
        (_("To"), lambda b: b.org.name),
        (_("Fund source"), lambda b: policy_label(b.source)),
        (_("Persons"), lambda b: len(b.lines)),
        (_("Amount"), lambda b: yuan(b.fen)),
        (_("Approved on"), lambda b: zhdate(b.approved_on)),
        (_("Sent on"), lambda b: zhdate(b.at)),
    )


def _filings() -> Select[Any]:
    query = select(Filing).join(OrgUnit, OrgUnit.id == Filing.org_id).order_by(Filing.id.desc())
    return query.options(contains_eager(Filing.org), selectinload(Filing.lines))


def _filing_columns() -> Sequence[tuple[object, Cells]]:
    return (
        (_("Number"), lambda f: f.number),
        (_("Unit"), lambda f: f.org.name),
        (_("Filed on"), lambda f: zhdate(f.filed_on)),
        (_("Persons"), lambda f: len(f.lines)),
        (_("Remarks"), lambda f: f.note),
    )


def _recoveries() -> Select[Any]:
    query = _of_grant(select(Recovery), Recovery.grant_id).order_by(Recovery.id.desc())
    query = query.options(contains_eager(Recovery.grant).options(*GRANTED))
    state = _recovery_state()
    return query if state is None else query.where(Recovery.state == state)


def _recovery_state() -> Any:
    asked = request.args.get("state")
    return next((one for one in recoveries.STATES if one.value == asked), None)


def _recovery_narrowed() -> Sequence[tuple[str, str]]:
    state = _recovery_state()
    return () if state is None else ((_("State"), str(recoveries.STATES[state][0])),)


def _recovery_columns() -> Sequence[tuple[object, Cells]]:
    return (
        (_("Application"), lambda r: _about(r.grant).number),
        (_("{word.Branch}"), lambda r: _about(r.grant).org.name),
        (_("Name"), lambda r: r.grant.member.name),
        (_("Ordered on"), lambda r: zhdate(r.ordered_on)),
        (_("To be recovered"), lambda r: yuan(r.fen)),
        (_("Recovered"), lambda r: yuan(r.recovered_fen)),
        (_("Reason"), lambda r: r.reason),
        (_("State"), lambda r: str(recoveries.STATES[r.state][0])),
    )


LISTS: Mapping[str, ListFile] = {
    "transfers": ListFile(
        _l("Transfers"),
        Permission.Fund.READ,
        Permission.Fund.EXPORT,
        _transfer_columns,
        _transfers,
    ),
    "filings": ListFile(
        _l("Filing for record"),
        Permission.Filing.READ,
        Permission.Application.EXPORT,
        _filing_columns,
        _filings,
    ),
    "recoveries": ListFile(
        _l("Recovery"),
        Permission.Fund.READ,
        Permission.Fund.EXPORT,
        _recovery_columns,
        _recoveries,
        _recovery_narrowed,
    ),
}


PRINTED: Mapping[str, str] = {"filings": "filing", "transfers": "transfer"}
"""Lists of which each row has a paper, and what that paper is about."""


@blueprint.get("/<name>.<any(xlsx, csv):kind>")
@requires(*sorted({one.reach for one in LISTS.values()}))
def take(name: str, kind: str) -> ResponseReturnValue:
    """One list as a file; who took it is written down first."""
    found = LISTS.get(name)
    if found is None:
        abort(404)
    if not may_take(name):
        abort(403)
    narrowed = found.narrowed()
    looks.note("export", name, None, {"kind": kind, "narrowed": dict(narrowed)})
    columns = found.columns()
    return files.answer(
        str(found.title),
        [head for head, _cell in columns],
        _rows(found, [cell for _head, cell in columns]),
        kind=kind,
        narrowed=narrowed,
    )


@blueprint.get("/<name>/print")
@requires(*sorted({one.needs for one in LISTS.values()}))
def printed(name: str) -> ResponseReturnValue:
    """Ask which paper of each row of a list, the newest first, and as what file."""
    about = PRINTED.get(name)
    if about is None or not actor().holds(LISTS[name].needs):
        abort(404)
    query = scope.visible(LISTS[name].query(), actor(), LISTS[name].needs, OrgUnit.path)
    rows = db.session.scalars(query.limit(orders.MOST_ORDERED)).unique().all()
    return orders.choose(about, rows) if rows else redirect(url_for(f"{name}.index"))


def may_take(name: str) -> bool:
    """Whether this person may read the list and take it away: for the buttons of the pages."""
    by = actor()
    return by.holds(LISTS[name].needs) and by.holds(LISTS[name].reach)


def _rows(one: ListFile, cells: Sequence[Cells]) -> Iterator[list[object]]:
    session, by = db.session(), actor()
    reached = scope.visible(one.query(), by, one.needs, OrgUnit.path)
    query = scope.visible(reached, by, one.reach, OrgUnit.path)
    with closing(session.scalars(query.execution_options(yield_per=STREAMED))) as found:
        for rows in found.partitions(STREAMED):
            for row in rows:
                yield [cell(row) for cell in cells]
                session.expunge(row)


def install(app: Flask, frame: Admin) -> None:
    """Bind the files and the question whether a page may offer one."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals["may_take_list"] = may_take
