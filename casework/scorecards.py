"""How each committee did its part in a year: counts side by side, for the responsibility appraisal
(clause 6.1). No weights and no rank: the paper gives none. No names of people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, distinct, func, select
from sqlalchemy.orm import Session

from casework import figures, figures_time, tree
from casework.figures import Choice, reach
from casework.people import Actor
from casework.tree import Unit
from models.applications import Application
from models.checks import Finding, Measure, MeasureState, Visit
from models.ledger import Grant, GrantState
from models.members import Member
from models.notices import Notice, NoticeLine, Objection, ObjectionState
from models.orgs import OrgUnit
from models.pairs import HelpingPair
from models.register import HardshipEntry

COUNTED = (
    "registered",
    "applied",
    "aided",
    "pairs",
    "upheld",
    "checked",
    "good",
    "faults",
    "fraud",
    "measures",
)


@dataclass(frozen=True, slots=True)
class Scorecard:
    """One committee in one year. Deadlines: kept of those that could be judged. Returns: sent back
    at least once, of those handed in."""

    unit: Unit
    counts: dict[str, int]
    kept: int
    judged: int
    returned: int
    handed_in: int


def scorecards(session: Session, by: Actor, year: int, today: date) -> list[Scorecard]:
    """One for each committee in which the person may read reports, in the order of the tree."""
    units = figures.units(session, by)
    counts = _counts(session, by, year, {unit.id: unit for unit in units})
    found = []
    for unit in units:
        choice = Choice(year=year, unit=unit)
        kept = figures_time.deadlines(session, by, choice, today)
        back = figures.returns(session, by, choice, most=0)
        found.append(
            Scorecard(
                unit,
                {name: counts[name][unit.id] for name in COUNTED},
                sum(one.in_time for one in kept),
                sum(one.judged for one in kept),
                back.returned,
                back.handed_in,
            )
        )
    return found


def _counts(
    session: Session, by: Actor, year: int, known: dict[int, Unit]
) -> dict[str, Counter[int]]:
    first, last = date(year, 1, 1), date(year, 12, 31)
    people: Select[Any] = (
        _by_path(func.count(distinct(Application.member_id)))
        .select_from(Application)
        .join(OrgUnit, OrgUnit.id == Application.org_id)
    )
    visits = (
        _by_path(func.count(distinct(Visit.application_id)))
        .select_from(Visit)
        .join(Application, Application.id == Visit.application_id)
        .join(OrgUnit, OrgUnit.id == Application.org_id)
        .where(Visit.visited_on.between(first, last))
    )
    queries = {
        "registered": _by_path(func.count(HardshipEntry.id))
        .select_from(HardshipEntry)
        .join(Member, Member.id == HardshipEntry.member_id)
        .join(OrgUnit, OrgUnit.id == Member.org_id)
        .where(
            HardshipEntry.joined_on <= last,
            func.coalesce(HardshipEntry.left_on, last) >= first,
        ),
        "applied": people.where(Application.aid_year == year),
        "aided": people.join(Grant, Grant.application_id == Application.id).where(
            Grant.aid_year == year, Grant.state == GrantState.ACTIVE
        ),
        "pairs": _by_path(func.count(HelpingPair.id))
        .select_from(HelpingPair)
        .join(OrgUnit, OrgUnit.id == HelpingPair.org_id)
        .where(HelpingPair.start_on <= last, func.coalesce(HelpingPair.end_on, last) >= first),
        "upheld": _by_path(func.count(Objection.id))
        .select_from(Objection)
        .join(NoticeLine, NoticeLine.id == Objection.notice_line_id)
        .join(Notice, Notice.id == NoticeLine.notice_id)
        .join(OrgUnit, OrgUnit.id == Notice.org_id)
        .where(
            Objection.state == ObjectionState.UPHELD, Objection.received_on.between(first, last)
        ),
        "checked": visits,
        "good": visits.where(Visit.finding == Finding.GOOD),
        "faults": visits.where(Visit.finding == Finding.FAULT),
        "fraud": visits.where(Visit.finding == Finding.FRAUD),
        "measures": visits.with_only_columns(OrgUnit.path, func.count(Measure.id))
        .join(Measure, Measure.visit_id == Visit.id)
        .where(Measure.state == MeasureState.OPEN),
    }
    return {
        name: _by_unit(session.execute(query.where(reach(by))), known)
        for name, query in queries.items()
    }


def _by_path(number: Any) -> Select[Any]:
    return select(OrgUnit.path, number).group_by(OrgUnit.path)


def _by_unit(rows: Iterable[Any], known: dict[int, Unit]) -> Counter[int]:
    found: Counter[int] = Counter()
    for path, number in rows:
        unit = tree.nearest(path, known)
        if unit is not None:
            found[unit.id] += number
    return found
