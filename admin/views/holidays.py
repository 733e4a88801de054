"""The working calendar by year: days off and days worked instead, typed after the State Council's
notice. A year that is not here is never guessed."""

from __future__ import annotations

from datetime import date, datetime

from flask import (
    Blueprint,
    Flask,
    abort,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from admin import acting, clock, nav
from admin.acting import attempt
from admin.extensions import db
from admin.i18n import _l
from admin.security.guard import requires
from admin.security.people import actor
from casework import calendar
from casework.people import Actor
from casework.permissions import Permission
from engine.faults import Fault, Refused

holidays = Blueprint("holidays", __name__)
FIRST, LAST = 2000, 2100


@holidays.get("/calendar")
@requires(Permission.Calendar.READ)
def index() -> ResponseReturnValue:
    """The years and how many days each has."""
    known = calendar.load(db.session())
    years = [
        (year, sum(d.year == year for d in known.off), sum(d.year == year for d in known.work))
        for year in sorted(known.years, reverse=True)
    ]
    coming = clock.today().year
    missing = [year for year in (coming, coming + 1) if year not in known.years]
    may_write = actor().holds(Permission.Calendar.WRITE)
    return render_template(
        "office/calendar.html", years=years, missing=missing, may_write=may_write
    )


@holidays.route("/calendar/<int:year>", methods=["GET", "POST"])
@requires(Permission.Calendar.READ)
def edit(year: int) -> ResponseReturnValue:
    """One year: two lists of days."""
    if not FIRST <= year <= LAST:
        abort(404)
    if request.method == "GET":
        known = calendar.load(db.session())
        published = calendar.known_days(year) if year not in known.years else None
        off, work = published or (known.off, known.work)
        return page(year, as_lines(off, year), as_lines(work, year), proposed=published is not None)
    texts = {name: request.form.get(name, "")[:20000] for name in ("off", "work")}
    off, wrong = read_days(texts["off"], year)
    work, wrong_work = read_days(texts["work"], year)
    wrong += wrong_work

    def verb(session: Session, by: Actor, at: datetime) -> None:
        found = list(wrong)  # said together with what is wrong with the days that can be read
        try:
            calendar.put_year(session, year, off, work, by=by, at=at)
        except Refused as refusal:
            found += refusal.faults
        if found:
            raise Refused(found)

    outcome = attempt(verb, "calendar.put_year", "holiday_year", year)
    if outcome.faults:
        return acting.refused(outcome, lambda: page(year, texts["off"], texts["work"]))
    flash(_("Saved."), "success")
    return redirect(url_for("holidays.index"))


def as_lines(days: frozenset[date], year: int) -> str:
    """Days of a year, one on each line."""
    return "\n".join(day.isoformat() for day in sorted(days) if day.year == year)


def read_days(text: str, year: int) -> tuple[frozenset[date], list[Fault]]:
    """Days as typed, separated by blanks, commas or lines; `3-8` is taken as that day of the year."""
    found, wrong = set(), []
    for word in text.replace(",", " ").replace("，", " ").replace("、", " ").split():
        full = word if word.count("-") == 2 else f"{year}-{word}"
        try:
            of, month, day = (int(part) for part in full.split("-"))
            found.add(date(of, month, day))
        except (ValueError, OverflowError):
            wrong.append(Fault("edge_calendar_day", {"text": word[:20]}))
    return frozenset(found), wrong


def page(
    year: int,
    off: str,
    work: str,
    *,
    proposed: bool = False,
) -> str:
    """The year's form."""
    may_write = actor().holds(Permission.Calendar.WRITE)
    return render_template(
        "office/calendar_year.html",
        year=year,
        off=off,
        work=work,
        proposed=proposed,
        may_write=may_write,
    )


def install(app: Flask) -> None:
    """Bind the pages and their line in the sidebar."""
    app.register_blueprint(holidays)
    entry = nav.Entry(
        "holidays.index",
        _l("Working calendar"),
        "office",
        (Permission.Calendar.READ,),
        "calendar",
        50,
        also=("holidays.edit",),
    )
    nav.add(app, entry)
