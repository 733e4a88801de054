"""Which figures a page shows, in which order. Counted and scoped by casework; the page and its
filter are in `admin.pages.figures`."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext as _

from admin.extensions import db
from admin.figure_cards import money, work
from admin.figure_cards.shapes import Card
from admin.security.people import actor
from casework import figures, figures_money, figures_time
from casework.figures import Choice

ASIDE = 270  # the width of the side column of the first page, as charts count it
FEW = 500
"""Applications, the newest, over which the first page works out deadlines: it is opened often."""


def cards(choice: Choice, year: int, today: date, committee: str) -> list[Card]:
    """The figures in the order of the page."""
    session, by = db.session(), actor()
    stages = figures.by_stage(session, by, choice)
    total = sum(each.total for each in stages)
    sources = figures_money.by_source(session, by, choice, year)
    used = figures_money.by_unit_and_source(session, by, choice, year)
    return [
        work.stages(stages),
        money.sources(sources, year),
        money.use(*used, sources, year, committee),
        money.committees(figures_money.by_committee(session, by, choice), committee),
        work.time_spent(figures_time.time_per_stage(session, by, choice), _cut(total)),
        work.deadlines(figures_time.deadlines(session, by, choice, today), _cut(total)),
        work.causes(figures.causes(session, by, choice)),
        work.years(figures.by_year(session, by, Choice(None, choice.road, choice.unit))),
    ]


def cards_aside(choice: Choice, year: int, today: date) -> list[Card]:
    """Those of the figures that a leader has before him on the first page, drawn narrow."""
    session, by = db.session(), actor()
    stages = figures.by_stage(session, by, choice)
    kept = figures_time.deadlines(session, by, choice, today, FEW)
    return [
        work.stages(stages, ASIDE),
        money.sources(figures_money.by_source(session, by, choice, year), year, ASIDE),
        work.deadlines(kept, _cut(sum(each.total for each in stages), FEW), ASIDE),
    ]


def _cut(total: int, most: int = figures_time.MOST) -> str:
    """Says where only the newest applications were looked at."""
    if total <= most:
        return ""
    return " " + str(_("Over the newest %(count)s applications.", count=most))
