"""All workbooks that a person has brought, as a table with search, filters, kept lists and pages.
The page of imports itself shows the newest and is where the work is done."""

from __future__ import annotations

from typing import Any

from flask import Flask, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import Admin, expose
from sqlalchemy import ColumnElement

from admin import clock
from admin.extensions import db
from admin.i18n import _l
from admin.pages.imports import OPENERS, STATES, label_of, offer_id
from admin.security.people import actor
from admin.text import moment
from admin.views import add_table
from admin.views.base import ReadView
from admin.views.columns import Column, Filter, chosen, from_day, to_day
from admin.views.states import tag
from casework.imports import catalogue
from models.base import starts_with
from models.imports import ImportRun


def kind_of(run: ImportRun) -> str:
    """What a workbook holds, in words; the kinds are those open to this person."""
    if "import_kinds" not in g:  # asked once for all rows of a page
        found = catalogue.offers(db.session(), actor(), clock.today())
        g.import_kinds = {one.id: label_of(one) for one in found}
    return str(g.import_kinds.get(offer_id(run), run.kind))


def changed(run: ImportRun) -> Any:
    """Rows that were new or changed something; a dash before it was checked."""
    if not run.counts:
        return "—"
    return run.counts.get("new", 0) + run.counts.get("changed", 0)


class ImportList(ReadView):
    """One's own imports, the newest first: the rows of others are not one's business."""

    read = OPENERS[0]
    title = _l("All my imports")
    one = _l("Import")
    search_hint = _l("Beginning of the file's name")
    order = (ImportRun.id.desc(),)
    columns = (
        Column("file", _l("Workbook"), lambda r: r.filename, css="name"),
        Column("kind", _l("What it holds"), kind_of, css="short"),
        Column("sheet", _l("Sheet"), lambda r: r.sheet or "—", css="short", in_list=False),
        Column("at", _l("Uploaded"), lambda r: moment(r.at), css="short"),
        Column("state", _l("State"), lambda r: tag(STATES[r.state]), css="short"),
        Column("new", _l("New or changed"), changed, css="num"),
        Column(
            "faulty",
            _l("Faulty"),
            lambda r: r.counts.get("faulty", 0) if r.counts else "—",
            css="num",
        ),
    )
    filters = (
        Filter(
            "state", _l("State"), **chosen(ImportRun.state, {k: v[0] for k, v in STATES.items()})
        ),
        Filter("from", _l("From"), **from_day(ImportRun.at)),
        Filter("to", _l("Until"), **to_day(ImportRun.at)),
    )

    def permissions_for(self, name: str) -> tuple[str, ...]:
        """Any right to take something in opens the list; it holds one's own rows alone."""
        return OPENERS if super().permissions_for(name) else ()

    def visible(self, permission: str) -> ColumnElement[bool]:
        return ImportRun.by_id == actor().user_id

    def search(self, words: str) -> ColumnElement[bool]:
        return starts_with(ImportRun.filename, words)

    def name_of(self, row: Any) -> str:
        return str(row.filename)

    @expose("/details/")
    def details_view(self) -> ResponseReturnValue:
        """On to the import's own page."""
        row = self.get_one(request.args.get("id", ""))
        if row is None:
            return redirect(self.get_url(".index_view"))
        return redirect(url_for("imports.show", run_id=row.id))


def install(app: Flask, frame: Admin) -> None:
    """Bind the list."""
    add_table(app, frame, ImportList, ImportRun, "import_list")
