"""统计: the page of those who lead and inspect, and its small filter by year, kind of aid, committee.

The figures themselves are `casework.figures…`, their charts and tables `admin.figure_cards`.
"""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_admin import Admin

from admin import clock
from admin.extensions import db
from admin.figure_cards.chosen import cards
from admin.figure_cards.shapes import share
from admin.i18n import _l
from admin.nav import Entry, add
from admin.security.guard import requires
from admin.security.people import actor
from admin.text import policy_label
from casework import figures
from casework.figures import Choice, Options
from casework.permissions import Permission

blueprint = Blueprint("figures", __name__, url_prefix="/figures")
ALL = "all"


@blueprint.get("/")
@requires(Permission.Report.READ)
def index() -> ResponseReturnValue:
    """All figures in reach, narrowed by year, kind of aid and committee."""
    session, by, today = db.session(), actor(), clock.today()
    known = figures.options(session, by)
    choice = chosen(known, today)
    year = choice.year or today.year
    return render_template(
        "figures/index.html",
        known=known,
        choice=choice,
        year=year,
        open_tables=request.args.get("tables") == "1",
        cards=cards(choice, year, today, policy_label(known.committee)),
        returns=figures.returns(session, by, choice),
        shared=share,
    )


def chosen(known: Options, today: date) -> Choice:
    """What the address asks for; what is not among the choices is left out."""
    asked = request.args.get("year", "")
    years = {str(year): year for year in known.years}
    newest = known.years[0] if known.years else today.year
    year = None if asked == ALL else years.get(asked, newest)
    road = request.args.get("road", "")
    units = {str(unit.id): unit for unit in known.units}
    return Choice(
        year=year,
        road=road if road in dict(known.roads) else None,
        unit=units.get(request.args.get("unit", "")),
    )


def install(app: Flask, frame: Admin) -> None:
    """Bind the figures at /figures/."""
    app.register_blueprint(blueprint)
    entry = Entry(
        "figures.index", _l("Figures"), "work", (Permission.Report.READ,), icon="chart", order=20
    )
    add(app, entry)
