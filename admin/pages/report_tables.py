"""The tables of the yearly reports: columns and rows, the same for screen, print and CSV."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from admin import clock
from admin.extensions import db
from admin.i18n import _l
from admin.pages.care_words import FINDINGS
from admin.pages.common import policy_road
from admin.security.people import actor
from admin.text import Shown, policy_label, yuan, zhdate
from admin.views import files
from casework import care, figures, figures_money, figures_time, measures, scorecards, yearly
from casework.editions import policy_of
from casework.figures import Choice
from casework.permissions import Permission
from models.checks import MeasureState, Visit
from models.ledger import Grant
from models.notices import Notice, ObjectionState
from models.pairs import HelpingPair, PairState


@dataclass(frozen=True, slots=True)
class Column:
    """A heading; numbers stand at the right."""

    label: Any
    number: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """What is shown, what a spreadsheet gets, and where it leads."""

    shown: str
    plain: object
    url: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One report of one year."""

    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]
    note: str = ""
    headings: frozenset[int] = frozenset()
    """Places of rows that only name the part that begins there; their first cell speaks."""
    totals: frozenset[int] = frozenset()
    """Places of rows that add up their part."""


@dataclass(frozen=True, slots=True)
class Report:
    """What it is called, what it tells, and what it needs besides the right to reports."""

    title: Any
    tells: Any
    needs: tuple[str, ...] = ()
    listed: bool = True


REPORTS: Mapping[str, Report] = {
    "kinds": Report(
        _l("Aid by kind"), _l("Applications and grants of each kind of aid."), listed=False
    ),
    "ledger": Report(
        _l("Ledger of aid"),
        _l("Every grant of the year: who, where, why, how much, when paid."),
        (Permission.Application.READ,),
    ),
    "funds": Report(_l("Use of funds"), _l("By source and by {word.committee}.")),
    "deadlines": Report(_l("How deadlines were kept"), _l("Each due date of the policy.")),
    "notices": Report(
        _l("Notices and objections"),
        _l("What was posted where and how long, and what was reported."),
        (Permission.Notice.READ,),
    ),
    "findings": Report(
        _l("What checks found"),
        _l("Findings of visits and calls, and what followed."),
        (Permission.Check.READ,),
    ),
    "pairs": Report(
        _l("Helping pairs"), _l("Who helps whom, contacts, results."), (Permission.Pair.READ,)
    ),
    "scorecard": Report(_l("Scorecards"), _l("The part of each {word.committee}, side by side.")),
    "inspection": Report(
        _l("Inspection list"),
        _l("Pay-firsts, departures from the rules, priority relief, cancelled aid, fraud."),
        (Permission.Application.READ,),
    ),
}


def table_of(name: str, year: int) -> Table:
    """A report by its name; KeyError for one there is not."""
    return _MAKERS[name](year)


def text(words: object, url: str = "") -> Cell:
    """Words, or a dash where there are none."""
    plain = "" if words is None else str(words)
    return Cell(plain or "—", plain, url)


def number(value: int) -> Cell:
    """A count."""
    return Cell(f"{value:,}", value)


def money(fen: int | None) -> Cell:
    """An amount in fen, shown in yuan; the heading of its column says the unit."""
    return Cell(yuan(fen, unit=False), files.money(fen))


def in_yuan(words: str) -> Column:
    """A column of amounts."""
    return Column(_("%(what)s (yuan)", what=words), number=True)


def day(on: date | None) -> Cell:
    """A day."""
    return Cell(zhdate(on), Shown.of(on.isoformat(), on) if on else None)


def _case(application: Any) -> Cell:
    return text(application.number, url_for("cases.show", application_id=application.id))


def _ledger(year: int) -> Table:
    columns = (
        Column(_("Application")),
        Column(_("Name")),
        Column(_("{word.Branch}")),
        Column(_("Kind of aid")),
        in_yuan(_("Amount")),
        Column(_("Source")),
        Column(_("Paid on")),
        Column(_("Payee")),
    )

    def row(grant: Grant) -> Sequence[Cell]:
        about, paid = grant.application, yearly.paid(grant)
        road = policy_road(about)[1]
        return (
            _case(about),
            text(grant.member.name),
            text(about.org.name),
            text(policy_label(road.label) if road else about.road),
            money(grant.fen),
            text(policy_label(grant.source) if grant.source else ""),
            day(paid.paid_on if paid else None),
            text(paid.payee_name if paid else ""),
        )

    return Table(columns, map(row, yearly.ledger(db.session(), actor(), year)))


def _kinds(year: int) -> Table:
    columns = (
        Column(_("Kind of aid")),
        Column(_("Applications"), number=True),
        Column(_("Aid granted"), number=True),
        in_yuan(_("Amount")),
    )
    rows = [
        (text(policy_label(one.label)), number(one.count), number(one.granted), money(one.fen))
        for one in figures.by_year(db.session(), actor(), Choice(year=year))
    ]
    return Table(columns, rows)


def _funds(year: int) -> Table:
    session, by = db.session(), actor()
    columns = (
        Column(_("Source or {word.committee}")),
        in_yuan(_("Budget")),
        in_yuan(_("Approved")),
        in_yuan(_("Sent")),
        in_yuan(_("Paid")),
        in_yuan(_("Left")),
    )
    sources = [
        (policy_label(one.label), (one.budget_fen, None, one.sent_fen, one.paid_fen, one.left_fen))
        for one in figures_money.by_source(session, by, Choice(), year)
    ]
    units = [
        (one.name, (None, one.approved_fen, one.sent_fen, one.paid_fen, None))
        for one in figures_money.by_committee(session, by, Choice(year=year))
    ]
    return _in_parts(columns, ((_("By source"), sources), (_("By {word.committee}"), units)))


Amounts = tuple[int | None, ...]
"""Of each column, fen; None where it tells nothing of such a row."""


def _in_parts(
    columns: Sequence[Column], parts: Iterable[tuple[str, Sequence[tuple[str, Amounts]]]]
) -> Table:
    """Lists of the same columns below each other, each under its name and with its total."""
    rows: list[Sequence[Cell]] = []
    headings, totals = set(), set()
    for name, listed in parts:
        if not listed:
            continue
        headings.add(len(rows))
        rows.append((text(name), *(Cell("", "") for _blank in columns[1:])))
        rows += [(text(label), *map(money, amounts)) for label, amounts in listed]
        totals.add(len(rows))
        rows.append((text(_("Total")), *map(money, _summed([each for _label, each in listed]))))
    return Table(columns, rows, headings=frozenset(headings), totals=frozenset(totals))


def _summed(listed: Sequence[Amounts]) -> Iterable[int | None]:
    for column in zip(*listed, strict=True):
        known = [fen for fen in column if fen is not None]
        yield sum(known) if known else None


def _deadlines(year: int) -> Table:
    kept = figures_time.deadlines(db.session(), actor(), Choice(year=year), clock.today())
    columns = (
        Column(_("Deadline")),
        Column(_("Clause")),
        Column(_("In time"), number=True),
        Column(_("Done late"), number=True),
        Column(_("Overdue"), number=True),
        Column(_("Still running"), number=True),
        Column(_("Cannot be counted"), number=True),
    )
    rows = [
        (
            text(policy_label(one.label)),
            text(one.clause),
            *map(number, (one.in_time, one.done_late, one.late, one.running, one.unknown)),
        )
        for one in kept
    ]
    return Table(columns, rows)


def _notices(year: int) -> Table:
    columns = (
        Column(_("Number")),
        Column(_("{word.Branch}")),
        Column(_("First day")),
        Column(_("Last day")),
        Column(_("Taken down")),
        Column(_("Names"), number=True),
        Column(_("Objections"), number=True),
        Column(_("Upheld"), number=True),
    )

    def row(notice: Notice) -> Sequence[Cell]:
        raised = [one for line in notice.lines for one in line.objections]
        upheld = sum(1 for one in raised if one.state is ObjectionState.UPHELD)
        return (
            text(notice.number, url_for("notices.show", notice_id=notice.id)),
            text(notice.org.name),
            day(notice.posted_on),
            day(notice.ends_on),
            day(notice.removed_on),
            number(len(notice.lines)),
            number(len(raised)),
            number(upheld),
        )

    return Table(columns, map(row, yearly.notices(db.session(), actor(), year)))


def _findings(year: int) -> Table:
    columns = (
        Column(_("Date")),
        Column(_("Application")),
        Column(_("{word.Branch}")),
        Column(_("What it came to")),
        Column(_("Faults in the work")),
        Column(_("What follows")),
        Column(_("Still to be carried out"), number=True),
    )

    def row(visit: Visit) -> Sequence[Cell]:
        about = visit.application
        rules = policy_of(about.edition).procedure.checks
        kinds = measures.kinds_of(about)
        faults = [rules.faults.get(code, code) if rules else code for code in visit.faults]
        follows = [kinds.get(one.kind, one.kind) for one in visit.measures]
        still = sum(1 for one in visit.measures if one.state is MeasureState.OPEN)
        return (
            Cell(
                zhdate(visit.visited_on),
                Shown.of(visit.visited_on.isoformat(), visit.visited_on),
                url_for("check_visits.show", visit_id=visit.id),
            ),
            text(about.number),
            text(about.org.name),
            text(FINDINGS[visit.finding][0]),
            text(_list(faults)),
            text(_list(follows)),
            number(still),
        )

    return Table(columns, map(row, yearly.findings(db.session(), actor(), year)))


def _list(labels: Iterable[Any]) -> str:
    return str(_("; ")).join(policy_label(one) for one in labels)


def _pairs(year: int) -> Table:
    known = care.pairs(db.session(), clock.today())
    results: Mapping[str, Any] = known[1].results if known else {}
    columns = (
        Column(_("Helper")),
        Column(_("Helped {word.person}")),
        Column(_("{word.Branch}")),
        Column(_("From")),
        Column(_("Until")),
        Column(_("Contacts"), number=True),
        Column(_("Latest contact")),
        Column(_("Result")),
    )

    def row(pair: HelpingPair) -> Sequence[Cell]:
        met = [one.met_on for one in pair.contacts if one.met_on.year == year]
        running = pair.state is PairState.ACTIVE
        result = results.get(pair.result or "", pair.result or "")
        return (
            text(pair.helper.name, url_for("pairs.details_view", id=pair.id)),
            text(pair.helped.name),
            text(pair.org.name),
            day(pair.start_on),
            day(pair.end_on),
            number(len(met)),
            day(max(met, default=None)),
            text(_("running") if running else policy_label(result)),
        )

    return Table(columns, map(row, yearly.pairs(db.session(), actor(), year)))


def _scorecard(year: int) -> Table:
    words = {
        "registered": _("In the register"),
        "applied": _("Applied"),
        "aided": _("Aided"),
        "pairs": _("Pairs"),
        "upheld": _("Objections upheld"),
        "checked": _("Visited or called"),
        "good": _("Nothing wrong"),
        "faults": _("Faults in the work"),
        "fraud": _("Fraud verified"),
        "measures": _("Still to be carried out"),
    }
    columns = (
        Column(_("{word.Committee}")),
        *(Column(words[name], number=True) for name in scorecards.COUNTED),
        Column(_("Deadlines kept"), number=True),
        Column(_("Sent back"), number=True),
    )
    cards = scorecards.scorecards(db.session(), actor(), year, clock.today())
    rows = [
        (
            text(card.unit.name),
            *(number(card.counts[name]) for name in scorecards.COUNTED),
            _share(card.kept, card.judged),
            _share(card.returned, card.handed_in),
        )
        for card in cards
    ]
    return Table(columns, rows, _("Counts side by side; the policy sets no weights and no rank."))


def _share(part: int, whole: int) -> Cell:
    """“3 of 4”; a dash where there is nothing to judge."""
    if not whole:
        return text("")
    return text(_("%(done)s of %(size)s", done=str(part), size=str(whole)))


def _inspection(year: int) -> Table:
    words = {
        "pay_first": _("Paid first"),
        "departure": _("Departure from the rules"),
        "cancelled": _("Cancelled"),
        "priority": _("Priority relief"),
        "fraud": _("Fraud verified"),
        "suspected": _("Fraud suspected"),
    }
    columns = (
        Column(_("Date")),
        Column(_("Application")),
        Column(_("{word.Branch}")),
        Column(_("What")),
        in_yuan(_("Amount")),
        Column(_("By")),
        Column(_("Reason")),
        Column(_("Still open")),
    )
    rows = [
        (
            day(one.on),
            _case(one.application),
            text(one.application.org.name),
            text(words[one.what]),
            money(one.fen),
            text(one.who),
            text(one.why),
            text(_("not settled yet") if one.open else ""),
        )
        for one in yearly.exceptions(db.session(), actor(), year)
    ]
    return Table(columns, rows)


_MAKERS: Mapping[str, Callable[[int], Table]] = {
    "kinds": _kinds,
    "ledger": _ledger,
    "funds": _funds,
    "deadlines": _deadlines,
    "notices": _notices,
    "findings": _findings,
    "pairs": _pairs,
    "scorecard": _scorecard,
    "inspection": _inspection,
}
