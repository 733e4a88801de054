"""Cards of applications: where they stand, how long each stage takes, which deadlines were kept,
why aid was asked for, and how many there were each year."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _

from admin import charts
from admin.charts import Bar, Span
from admin.figure_cards.shapes import (
    BAD,
    CAUTION,
    GOOD,
    PLAIN,
    QUIET,
    STRIPES,
    Card,
    Cell,
    days,
    in_bars,
    in_yuan,
    share,
)
from admin.text import policy_label, yuan
from casework import figures, figures_time
from models.applications import CaseStatus

ENDED = (CaseStatus.REFUSED, CaseStatus.CANCELLED, CaseStatus.WITHDRAWN)


def stages(found: Sequence[figures.StageCount], fits: int = charts.NARROW) -> Card:
    """How many applications stand at each stage, by what became of them."""
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
        in_bars("stages", title, heads, bars, (PLAIN, CAUTION, QUIET, GOOD, BAD), fits),
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


def time_spent(found: Sequence[figures_time.StageTime], cut: str) -> Card:
    """The median and the longest stay at each stage, in days."""
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


def deadlines(found: Sequence[figures_time.Kept], cut: str, fits: int = charts.NARROW) -> Card:
    """How many of each deadline were kept, missed, still run or cannot be counted."""
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
        in_bars("deadlines", title, series, bars, (PLAIN, CAUTION, BAD, QUIET, STRIPES), fits),
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


def causes(found: Sequence[figures.Cause]) -> Card:
    """How often each posted reason was named, with its share."""
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
        in_bars("causes", title, (title,), bars),
        (_("Reason"), _("Applications"), _("Share")),
        tuple(
            (Cell(policy_label(each.label), False), Cell(each.count), Cell(part))
            for each, part in zip(found, shares, strict=True)
        ),
    )


def years(found: Sequence[figures.YearRoad]) -> Card:
    """Applications and aid of every aid year, a column for each kind of aid."""
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
        in_bars("years", title, [names[road] for road in roads], bars),
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
