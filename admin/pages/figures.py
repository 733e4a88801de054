"""统计: the figures of those who lead and inspect, as charts with the same numbers in tables.

Scoped and counted by casework; here they get their words, their charts and a small filter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_admin import Admin
from flask_babel import gettext as _

from admin import charts, clock
from admin.charts import Bar, Chart, Span
from admin.extensions import db
from admin.i18n import _l
from admin.nav import Entry, add
from admin.security.guard import requires
from admin.security.people import actor
from admin.text import DASH, policy_label, yuan
from casework import figures, figures_money, figures_time
from casework.figures import Choice, Options
from casework.permissions import Permission
from models.applications import CaseStatus

blueprint = Blueprint("figures", __name__, url_prefix="/figures")
ALL = "all"
ENDED = (CaseStatus.REFUSED, CaseStatus.CANCELLED, CaseStatus.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table; numbers stand on the right."""

    text: object
    number: bool = True


@dataclass(frozen=True, slots=True)
class Card:
    """One figure: what it says, its chart (None where there is nothing yet), its table."""

    key: str
    title: str
    note: str
    chart: Chart | None
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    foot: tuple[Cell, ...] = ()


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


def cards(choice: Choice, year: int, today: date, committee: str) -> list[Card]:
    """The figures in the order of the page."""
    session, by = db.session(), actor()
    return [
        _stages(figures.by_stage(session, by, choice)),
        _sources(figures_money.by_source(session, by, choice, year), year),
        _committees(figures_money.by_committee(session, by, choice), committee),
        _time(figures_time.time_per_stage(session, by, choice)),
        _deadlines(figures_time.deadlines(session, by, choice, today)),
        _causes(figures.causes(session, by, choice)),
        _years(figures.by_year(session, by, Choice(None, choice.road, choice.unit))),
    ]


# -- one function for each figure


def _stages(found: Sequence[figures.StageCount]) -> Card:
    heads = (
        _("In progress"),
        _("To be corrected"),
        _("Draft"),
        _("Completed"),
        _("Ended without aid"),
    )
    counts = [
        (
            each.counts.get(CaseStatus.OPEN, 0),
            each.counts.get(CaseStatus.RETURNED, 0),
            each.counts.get(CaseStatus.DRAFT, 0),
            each.counts.get(CaseStatus.CLOSED, 0),
            sum(each.counts.get(status, 0) for status in ENDED),
        )
        for each in found
    ]
    labels = [policy_label(each.label) for each in found]
    bars = [Bar(a, b, str(sum(b))) for a, b in zip(labels, counts, strict=True)]
    title = _("Applications by stage and status")
    return Card(
        "stages",
        title,
        _("Where applications stand now; what has ended stands at the stage where it ended."),
        _bars("stages", title, heads, bars),
        (_("Stage"), *heads, _("Total")),
        tuple(
            (Cell(label, False), *(Cell(n) for n in row), Cell(sum(row)))
            for label, row in zip(labels, counts, strict=True)
        ),
        (
            Cell(_("Total"), False),
            *(Cell(sum(column)) for column in zip(*counts, strict=True)),
            Cell(sum(map(sum, counts))),
        )
        if counts
        else (),
    )


def _sources(found: Sequence[figures_money.SourceFlow], year: int) -> Card:
    series = (_("Paid to members"), _("Sent, not paid yet"), _("Left of the budget"))
    bars = [
        Bar(
            policy_label(each.label),
            (
                each.paid_fen,
                max(each.sent_fen - each.paid_fen, 0),
                max(each.left_fen or 0, 0),
            ),
            yuan(each.sent_fen)
            if each.budget_fen is None
            else _(
                "%(sent)s of %(budget)s", sent=_short(each.sent_fen), budget=_short(each.budget_fen)
            ),
        )
        for each in found
    ]
    title = _("Money by source")
    note = _("Money that left the budget of %(year)s.", year=year)
    if found and all(each.budget_fen is None for each in found):
        note += " " + _("A budget is not divided by kind of aid or by unit, so none is shown here.")
    return Card(
        "sources",
        title,
        note,
        _bars("sources", title, series, bars),
        (_("Fund source"), _("Budget"), _("Sent"), _("Of this paid"), _("Left")),
        tuple(
            (
                Cell(policy_label(each.label), False),
                Cell(yuan(each.budget_fen)),
                Cell(yuan(each.sent_fen)),
                Cell(yuan(each.paid_fen)),
                Cell(yuan(each.left_fen)),
            )
            for each in found
        ),
    )


def _committees(found: Sequence[figures_money.UnitFlow], committee: str) -> Card:
    series = (_("Paid to members"), _("Sent, not paid yet"), _("Approved, not sent yet"))
    bars = [
        Bar(
            each.name,
            (
                each.paid_fen,
                max(each.sent_fen - each.paid_fen, 0),
                max(each.approved_fen - max(each.sent_fen, each.paid_fen), 0),
            ),
            yuan(each.approved_fen),
        )
        for each in found
    ]
    title = _("Money by unit")
    return Card(
        "committees",
        title,
        _("Aid approved in the chosen aid year, and how far it has come."),
        _bars("committees", title, series, bars),
        (committee, _("Approved"), _("Sent"), _("Paid")),
        tuple(
            (
                Cell(each.name, False),
                *(Cell(yuan(fen)) for fen in (each.approved_fen, each.sent_fen, each.paid_fen)),
            )
            for each in found
        ),
        (
            Cell(_("Total"), False),
            Cell(yuan(sum(each.approved_fen for each in found))),
            Cell(yuan(sum(each.sent_fen for each in found))),
            Cell(yuan(sum(each.paid_fen for each in found))),
        )
        if found
        else (),
    )


def _time(found: Sequence[figures_time.StageTime]) -> Card:
    spans = [
        Span(
            policy_label(each.label),
            each.median_days,
            each.longest_days,
            _(
                "%(median)s, longest %(longest)s",
                median=days(each.median_days),
                longest=days(each.longest_days),
            ),
        )
        for each in found
    ]
    title = _("Time at each stage")
    return Card(
        "time",
        title,
        _("Days from reaching a stage to leaving it, over every stay that has ended."),
        charts.spans("time", title, (_("Median"), _("Longest")), spans) if spans else None,
        (_("Stage"), _("Stays"), _("Median"), _("Longest")),
        tuple(
            (
                Cell(policy_label(each.label), False),
                Cell(each.visits),
                Cell(days(each.median_days)),
                Cell(days(each.longest_days)),
            )
            for each in found
        ),
    )


def _deadlines(found: Sequence[figures_time.Kept]) -> Card:
    series = (
        _("In time"),
        _("Done late"),
        _("Overdue"),
        _("Still running"),
        _("Cannot be counted"),
    )
    bars = [
        Bar(
            policy_label(each.label),
            (each.in_time, each.done_late, each.late, each.running, each.unknown),
            share(each.share),
        )
        for each in found
    ]
    title = _("Kept within the deadlines")
    return Card(
        "deadlines",
        title,
        _("The share counts what is done or past its date; what still runs is not counted in it."),
        _bars("deadlines", title, series, bars),
        (_("Deadline"), _("Clause"), *series, _("Share in time")),
        tuple(
            (
                Cell(policy_label(each.label), False),
                Cell(each.clause, False),
                *(
                    Cell(n)
                    for n in (each.in_time, each.done_late, each.late, each.running, each.unknown)
                ),
                Cell(share(each.share)),
            )
            for each in found
        ),
    )


def _causes(found: Sequence[figures.Cause]) -> Card:
    total = sum(each.count for each in found)
    shares = [share(each.count / total if total else None) for each in found]
    bars = [
        Bar(policy_label(each.label), (each.count,), f"{each.count} · {part}")
        for each, part in zip(found, shares, strict=True)
    ]
    title = _("Causes of hardship")
    return Card(
        "causes",
        title,
        _("The reasons as posted on the notices, never a diagnosis."),
        _bars("causes", title, (title,), bars),
        (_("Reason"), _("Applications"), _("Share")),
        tuple(
            (Cell(policy_label(each.label), False), Cell(each.count), Cell(part))
            for each, part in zip(found, shares, strict=True)
        ),
    )


def _years(found: Sequence[figures.YearRoad]) -> Card:
    roads = list(dict.fromkeys(each.road for each in found))[: charts.LOOKS]
    names = {each.road: policy_label(each.label) for each in found}
    bars = []
    for year in dict.fromkeys(each.year for each in found):
        counts = {each.road: each.count for each in found if each.year == year}
        parts = tuple(counts.get(road, 0) for road in roads)
        bars.append(Bar(str(year), parts, str(sum(counts.values()))))
    title = _("By aid year and kind of aid")
    return Card(
        "years",
        title,
        _("Applications of every year; the filter by year does not narrow this one."),
        _bars("years", title, [names[road] for road in roads], bars),
        (_("Aid year"), _("Kind of aid"), _("Applications"), _("Aid approved"), _("Amount")),
        tuple(
            (
                Cell(each.year, False),
                Cell(policy_label(each.label), False),
                Cell(each.count),
                Cell(each.granted),
                Cell(yuan(each.fen)),
            )
            for each in found
        ),
    )


# -- words


def _bars(key: str, title: str, series: Sequence[str], rows: Sequence[Bar]) -> Chart | None:
    return charts.bars(key, title, series, rows) if rows else None


def share(part: float | None) -> str:
    """0.85 → "85%"; None → a dash. Never rounded up to all or down to none."""
    if part is None:
        return DASH
    if 0 < part < 1:
        part = min(max(part, 0.01), 0.99)
    return f"{part * 100:.0f}%"


def days(number: float) -> str:
    """2.25 → "2.3 days"; less than a tenth of a day is said as that."""
    if number < 0.1:
        return str(_("under 0.1 day"))
    return str(_("%(number)s days", number=f"{number:.1f}"))


def _short(fen: int) -> str:
    """Whole yuan without ".00", for a line beside a bar."""
    return yuan(fen).replace(".00", "")


def install(app: Flask, frame: Admin) -> None:
    """Bind the figures at /figures/."""
    app.register_blueprint(blueprint)
    entry = Entry(
        "figures.index", _l("Figures"), "work", (Permission.Report.READ,), icon="chart", order=20
    )
    add(app, entry)
