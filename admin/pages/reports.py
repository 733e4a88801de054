"""年度报表: the yearly reports, on screen, in print and as CSV, each for one year (requirements §6)."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Flask, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_admin import Admin
from flask_babel import gettext as _

from admin import clock, looks
from admin.acting import identifier
from admin.extensions import db
from admin.i18n import _l
from admin.nav import Entry, add
from admin.pages.report_tables import REPORTS, Cell, table_of
from admin.security.guard import requires
from admin.security.people import actor
from admin.views import files
from casework import figures
from casework.permissions import Permission

blueprint = Blueprint("reports", __name__, url_prefix="/reports")
SHOWN = 1000
PARTS = ("kinds", "funds", "deadlines", "scorecard", "findings", "inspection")
FIRST_YEAR, LAST_YEAR = 2000, 2100


@blueprint.get("/")
@requires(Permission.Report.READ)
def index() -> ResponseReturnValue:
    """All reports."""
    return render_template("reports/index.html", reports=_mine(), year=year())


def _mine() -> dict[str, object]:
    """The reports that the person may read, in their order."""
    by = actor()
    return {
        name: one for name, one in REPORTS.items() if one.listed and all(map(by.holds, one.needs))
    }


def year() -> int:
    """The year asked for, else this one."""
    asked = identifier(request.args.get("year", "")) or 0
    return asked if FIRST_YEAR <= asked <= LAST_YEAR else clock.today().year


@blueprint.get("/<name>")
@requires(Permission.Report.READ)
def show(name: str) -> ResponseReturnValue:
    """One report; long ones are cut on screen and whole as CSV."""
    if name not in _mine():
        abort(404)
    found = table_of(name, year())
    looks.note_inspection("report", name)
    rows: list[Sequence[Cell]] = []
    more = False
    for row in found.rows:
        if len(rows) == SHOWN:
            more = True
            break
        rows.append(row)
    return render_template(
        "reports/report.html",
        name=name,
        report=REPORTS[name],
        table=found,
        rows=rows,
        more=more,
        shown=SHOWN,
        year=year(),
        years=_years(),
    )


def _years() -> list[int]:
    known = figures.options(db.session(), actor()).years
    return sorted({*known, clock.today().year, year()}, reverse=True)


@blueprint.get("/paper")
@requires(Permission.Report.READ)
def paper() -> ResponseReturnValue:
    """The yearly inspection report (clause 6.3): the use of funds, sudden relief, deadlines, what
    checks found, in one paper. Parts that the person may not read are left out."""
    mine = _mine()
    looks.note_inspection("report", "paper")
    parts = [
        (REPORTS[name], table_of(name, year()))
        for name in PARTS
        if name in mine or not REPORTS[name].listed
    ]
    return render_template("reports/paper.html", parts=parts, year=year(), years=_years())


@blueprint.get("/<name>.<any(xlsx, csv):kind>")
@requires(Permission.Report.READ)
def sheet(name: str, kind: str) -> ResponseReturnValue:
    """One report as a file, whole; who took it is written down first."""
    if name not in _mine():
        abort(404)
    looks.note("export", "report", name, {"year": year(), "kind": kind})
    found = table_of(name, year())
    rows = [[cell.plain for cell in row] for row in found.rows]  # read while the session is open
    title = f"{year()} {REPORTS[name].title}"
    head = [str(one.label) for one in found.columns]
    narrowed = [(_("Year"), str(year()))]
    return files.answer(title, head, rows, kind=kind, narrowed=narrowed)


def install(app: Flask, frame: Admin) -> None:
    """Bind the reports and their line in the sidebar."""
    app.register_blueprint(blueprint)
    entry = Entry(
        "reports.index",
        _l("Yearly reports"),
        "work",
        (Permission.Report.READ,),
        icon="files",
        order=30,
        also=("reports",),
    )
    add(app, entry)
