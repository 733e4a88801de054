"""The working calendar by year: days off and days worked instead, typed after the State Council's
notice. A year that is not here is never guessed."""

from __future__ import annotations

from datetime import date, datetime

from flask import (
    Blueprint,
    Flask,
    abort,
    flash,
    make_response,
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
    if wrong:
        return make_response(page(year, texts["off"], texts["work"], wrong), 422)

    def verb(session: Session, by: Actor, at: datetime) -> None:
        calendar.put_year(session, year, off, work, by=by, at=at)

    outcome = attempt(verb, "calendar.put_year", "holiday_year", year)
    if outcome.faults:
        return acting.refused(outcome, lambda: page(year, texts["off"], texts["work"]))
    flash(_("Saved."), "success")
    return redirect(url_for("holidays.index"))


def as_lines(days: frozenset[date], year: int) -> str:
    """Days of a year, one on each line."""
    return "\n".join(day.isoformat() for day in sorted(days) if day.year == year)


def read_days(text: str, year: int) -> tuple[frozenset[date], list[str]]:
    """Days as typed, separated by blanks, commas or lines; `3-8` is taken as that day of the year."""
    found, wrong = set(), []
    for word in text.replace(",", " ").replace("，", " ").replace("、", " ").split():
        full = word if word.count("-") == 2 else f"{year}-{word}"
        parts = full.split("-")
        try:
            found.add(date(*(int(part) for part in parts)) if len(parts) == 3 else date.max)
        except (ValueError, OverflowError):
            wrong.append(
                _("“%(text)s” is not a day; write it as %(year)d-10-01.", text=word[:20], year=year)
            )
    return frozenset(found), wrong


def page(
    year: int,
    off: str,
    work: str,
    wrong: list[str] | tuple[str, ...] = (),
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
        wrong=wrong,
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
