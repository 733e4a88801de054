"""The figures as cards: each its words, its chart, and the same numbers as a table.

Counted and scoped by casework; the page and its filter are in `admin.pages.figures`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from admin import charts
from admin.charts import Bar, Chart, Span
from admin.extensions import db
from admin.i18n import lang
from admin.security.people import actor
from admin.text import DASH, policy_label, yuan
from casework import figures, figures_money, figures_time
from casework.figures import Choice
from engine.labels import Label
from models.applications import CaseStatus

ASIDE = 270  # the width of the side column of the first page, as charts count it
FEW = 500
"""Applications, the newest, over which the first page works out deadlines: it is opened often."""
PLAIN, STRIPES, CAUTION, GOOD, BAD, QUIET = range(charts.LOOKS)  # what each look says
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


def cards(choice: Choice, year: int, today: date, committee: str) -> list[Card]:
    """The figures in the order of the page."""
    session, by = db.session(), actor()
    stages = figures.by_stage(session, by, choice)
    total = sum(each.total for each in stages)
    sources = figures_money.by_source(session, by, choice, year)
    used = figures_money.by_unit_and_source(session, by, choice, year)
    return [
        _stages(stages),
        _sources(sources, year),
        _use(*used, sources, year, committee),
        _committees(figures_money.by_committee(session, by, choice), committee),
        _time(figures_time.time_per_stage(session, by, choice), _cut(total)),
        _deadlines(figures_time.deadlines(session, by, choice, today), _cut(total)),
        _causes(figures.causes(session, by, choice)),
        _years(figures.by_year(session, by, Choice(None, choice.road, choice.unit))),
    ]


def cards_aside(choice: Choice, year: int, today: date) -> list[Card]:
    """Those of the figures that a leader has before him on the first page, drawn narrow."""
    session, by = db.session(), actor()
    stages = figures.by_stage(session, by, choice)
    kept = figures_time.deadlines(session, by, choice, today, FEW)
    return [
        _stages(stages, ASIDE),
        _sources(figures_money.by_source(session, by, choice, year), year, ASIDE),
        _deadlines(kept, _cut(sum(each.total for each in stages), FEW), ASIDE),
    ]


def _cut(total: int, most: int = figures_time.MOST) -> str:
    """Says where only the newest applications were looked at."""
    if total <= most:
        return ""
    return " " + str(_("Over the newest %(count)s applications.", count=most))


# -- one function for each figure


def _stages(found: Sequence[figures.StageCount], fits: int = charts.NARROW) -> Card:
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
        _bars("stages", title, heads, bars, (PLAIN, CAUTION, QUIET, GOOD, BAD), fits),
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


def _sources(
    found: Sequence[figures_money.SourceFlow], year: int, fits: int = charts.NARROW
) -> Card:
    series = (_("Paid to {word.persons}"), _("Sent, not paid yet"), _("Left of the budget"))
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
        said = _("A budget is not divided by kind of aid or by unit, so none is shown here.")
        note += said if lang() == "zh" else f" {said}"
    return Card(
        "sources",
        title,
        note,
        _bars("sources", title, series, bars, (PLAIN, STRIPES, QUIET), fits),
        (_("Fund source"), *map(in_yuan, (_("Budget"), _("Sent"), _("Of this paid"), _("Left")))),
        tuple(
            (
                Cell(policy_label(each.label), False),
                *(
                    Cell(yuan(fen, unit=False))
                    for fen in (each.budget_fen, each.sent_fen, each.paid_fen, each.left_fen)
                ),
            )
            for each in found
        ),
    )


def _use(
    labels: Sequence[Label],
    found: Sequence[figures_money.UnitUse],
    sources: Sequence[figures_money.SourceFlow],
    year: int,
    committee: str,
) -> Card:
    """Who used the budgets: one column a source, and below them what there was and what is left."""
    budgets = [each.budget_fen for each in sources if each.budget_fen is not None]
    whole = sum(budgets)
    title = _("Use of the budgets by unit")
    bars = [
        Bar(
            each.name,
            (each.total,),
            f"{yuan(each.total)} · {share(each.total / whole)}" if whole else yuan(each.total),
        )
        for each in found
    ]
    return Card(
        "use",
        title,
        _("What left the budgets of %(year)s for each unit, and its share of them.", year=year),
        _bars("use", title, (title,), bars),
        (
            committee,
            *(in_yuan(policy_label(label)) for label in labels),
            in_yuan(_("Total")),
            _("Share of the budgets"),
        ),
        tuple(
            (
                Cell(each.name, False),
                *(Cell(yuan(fen, unit=False)) for fen in (*each.fen, each.total)),
                Cell(share(each.total / whole) if whole else DASH),
            )
            for each in found
        ),
        _use_foot(found, whole),
    )


def _use_foot(found: Sequence[figures_money.UnitUse], whole: int) -> tuple[Cell, ...]:
    if not found:
        return ()
    sums = [sum(column) for column in zip(*(each.fen for each in found), strict=True)]
    return (
        Cell(_("Total"), False),
        *(Cell(yuan(fen, unit=False)) for fen in (*sums, sum(sums))),
        Cell(share(sum(sums) / whole) if whole else DASH),
    )


def _committees(found: Sequence[figures_money.UnitFlow], committee: str) -> Card:
    series = (_("Paid to {word.persons}"), _("Sent, not paid yet"), _("Approved, not sent yet"))
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
        _bars("committees", title, series, bars, (PLAIN, STRIPES, QUIET)),
        (committee, *map(in_yuan, (_("Approved"), _("Sent"), _("Paid")))),
        tuple(
            (
                Cell(each.name, False),
                *(
                    Cell(yuan(fen, unit=False))
                    for fen in (each.approved_fen, each.sent_fen, each.paid_fen)
                ),
            )
            for each in found
        ),
        (
            Cell(_("Total"), False),
            Cell(yuan(sum(each.approved_fen for each in found), unit=False)),
            Cell(yuan(sum(each.sent_fen for each in found), unit=False)),
            Cell(yuan(sum(each.paid_fen for each in found), unit=False)),
        )
        if found
        else (),
    )


def _time(found: Sequence[figures_time.StageTime], cut: str) -> Card:
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
        _("Days from reaching a stage to leaving it, over every stay that has ended.") + cut,
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


def _deadlines(found: Sequence[figures_time.Kept], cut: str, fits: int = charts.NARROW) -> Card:
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
        _("The share counts what is done or past its date; what still runs is not counted in it.")
        + cut,
        _bars("deadlines", title, series, bars, (PLAIN, CAUTION, BAD, QUIET, STRIPES), fits),
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
        (
            _("Aid year"),
            _("Kind of aid"),
            _("Applications"),
            _("Aid approved"),
            in_yuan(_("Amount")),
        ),
        tuple(
            (
                Cell(each.year, False),
                Cell(policy_label(each.label), False),
                Cell(each.count),
                Cell(each.granted),
                Cell(yuan(each.fen, unit=False)),
            )
            for each in found
        ),
    )


# -- words


def _bars(
    key: str,
    title: str,
    series: Sequence[str],
    rows: Sequence[Bar],
    looks: Sequence[int] = range(charts.LOOKS),
    fits: int = charts.NARROW,
) -> Chart | None:
    return charts.bars(key, title, series, rows, looks, fits) if rows else None


def share(part: float | None) -> str:
    """0.85 → "85%"; None → a dash. Never rounded up to all or down to none."""
    if part is None:
        return DASH
    if 0 < part < 1:
        part = min(max(part, 0.01), 0.99)
    return f"{part * 100:.0f}%"


def days(number: float) -> str:
    """2.25 → "2.3 days"; less than a tenth of a day is said as that."""
    return str(_("%(number)s days", number=f"{number:.1f}" if number >= 0.1 else "<0.1"))


def in_yuan(words: str) -> str:
    """The head of a column of amounts."""
    return str(_("%(what)s (yuan)", what=words))


def _short(fen: int) -> str:
    """Whole yuan without ".00", for a line beside a bar."""
    return yuan(fen).replace(".00", "")
