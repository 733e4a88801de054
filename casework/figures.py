"""Figures for those who lead and inspect: counts by stage and year, causes, returns. No names.

Everything is narrowed to where the person may read reports, and to what he chose (`Choice`), and
grouped in the database. Time and deadlines are in `casework.figures_time`, money in
`casework.figures_money`. Words of the policy come with their editions.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session

from casework import history, scope, tree
from casework.editions import policy_of
from casework.moves import LIVE
from casework.notices import REASON
from casework.people import Actor
from casework.permissions import Permission
from casework.tree import Unit
from engine import Policy
from engine.labels import Label
from models.applications import Application, CaseEvent, CaseStatus
from models.editions import Edition
from models.ledger import Grant, GrantState
from models.notices import Notice, NoticeLine
from models.orgs import OrgLevel, OrgUnit

Rows = Select[*tuple[Any, ...]]
READ = Permission.Report.READ


@dataclass(frozen=True, slots=True)
class Choice:
    """What the figures are narrowed to; None is everything in reach."""

    year: int | None = None
    road: str | None = None
    unit: Unit | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """What can be chosen: years and roads with applications in reach, committees in reach, and what
    the policy calls a committee."""

    years: tuple[int, ...]
    roads: tuple[tuple[str, Label], ...]
    units: tuple[Unit, ...]
    committee: Label


@dataclass(frozen=True, slots=True)
class StageCount:
    """How many applications stand at a stage, by status."""

    label: Label
    counts: Mapping[CaseStatus, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Cause:
    """A posted reason for hardship, as the edition words it."""

    label: Label
    count: int


@dataclass(frozen=True, slots=True)
class Returns:
    """How often applications were sent back: of `handed_in`, `returned` at least once.

    `ways`: (sent back from, to, how often). `reasons`: (words, how often), only where the person
    may read the applications themselves.
    """

    handed_in: int
    returned: int
    ways: tuple[tuple[Label, Label, int], ...]
    reasons: tuple[tuple[str, int], ...]

    @property
    def share(self) -> float | None:
        return self.returned / self.handed_in if self.handed_in else None


@dataclass(frozen=True, slots=True)
class YearRoad:
    """One aid year of one road."""

    year: int
    road: str
    label: Label
    count: int
    granted: int
    fen: int


# -- what can be chosen


def options(session: Session, by: Actor) -> Options:
    """The choices in reach."""
    rows = session.execute(
        in_reach(select(Application.aid_year, Application.road).distinct(), by)
    ).all()
    names = Words(session)
    return Options(
        years=tuple(sorted({year for year, _road in rows}, reverse=True)),
        roads=tuple((road, names.road(road)) for road in sorted({road for _year, road in rows})),
        units=units(session, by),
        committee=names.offices.get(OrgLevel.COMMITTEE.value, Label("委员会", "Committee")),
    )


def units(session: Session, by: Actor) -> tuple[Unit, ...]:
    """The committees in which the person may read reports."""
    known = tree.units_at(session, OrgLevel.COMMITTEE).values()
    return tuple(unit for unit in known if scope.may(by, READ, unit.path))


# -- counts


def by_stage(session: Session, by: Actor, choice: Choice) -> list[StageCount]:
    """Applications by stage and status, in the order of the roads."""
    rows = session.execute(
        narrowed(
            select(Application.stage, Application.status, func.count(Application.id)).group_by(
                Application.stage, Application.status
            ),
            by,
            choice,
        )
    )
    counts: dict[str, dict[CaseStatus, int]] = defaultdict(dict)
    for stage, status, number in rows:
        counts[stage][status] = number
    names = Words(session)
    return [StageCount(names.stage(stage), counts[stage]) for stage in names.ordered(counts)]


def by_year(session: Session, by: Actor, choice: Choice) -> list[YearRoad]:
    """Applications and what was granted by aid year and road, the newest year first."""
    names = Words(session)
    rows = session.execute(
        narrowed(
            select(
                Application.aid_year,
                Application.road,
                func.count(Application.id),
                func.count(Grant.id),
                func.coalesce(func.sum(Grant.fen), 0),
            )
            .outerjoin(
                Grant, (Grant.application_id == Application.id) & (Grant.state == GrantState.ACTIVE)
            )
            .group_by(Application.aid_year, Application.road)
            .order_by(Application.aid_year.desc(), Application.road),
            by,
            choice,
        )
    )
    return [
        YearRoad(year, road, names.road(road), count, granted, int(fen))
        for year, road, count, granted, fen in rows
    ]


def causes(session: Session, by: Actor, choice: Choice) -> list[Cause]:
    """The posted reasons of those who came to a notice, in the order of the policy.

    What hung on the board counts; who is posted twice counts once under each reason.
    """
    editions = session.scalars(
        select(Edition).where(Edition.id.in_(select(Notice.edition_id))).order_by(Edition.id)
    ).all()
    found: Counter[Label] = Counter()
    order: dict[Label, None] = {}
    for edition in editions:
        form = policy_of(edition).procedure.notice
        column = next((each.id for each in form.columns if each.source == REASON), None)
        if column is None:
            continue
        words = {reason.label.zh: reason.label for reason in form.reasons}
        order.update(dict.fromkeys(words.values()))
        text = NoticeLine.columns[column].as_string()
        rows = session.execute(
            narrowed(
                select(text, func.count(NoticeLine.application_id.distinct()))
                .select_from(NoticeLine)
                .join(Notice, Notice.id == NoticeLine.notice_id)
                .join(Application, Application.id == NoticeLine.application_id)
                .where(Notice.edition_id == edition.id, text.is_not(None))
                .group_by(text),
                by,
                choice,
            )
        )
        for posted, number in rows:
            found[words.get(posted, Label(posted, posted))] += number
    order.update(dict.fromkeys(found))
    return [Cause(label, found[label]) for label in order if found[label]]


def returns(session: Session, by: Actor, choice: Choice, most: int = 10) -> Returns:
    """How often, from where to where and why applications were sent back."""
    names = Words(session)
    handed_in = session.scalar(
        narrowed(
            select(func.count(Application.id)).where(Application.status != CaseStatus.DRAFT),
            by,
            choice,
        )
    )
    sent = (
        select(
            CaseEvent.stage_from,
            CaseEvent.stage_to,
            func.count(CaseEvent.id),
        )
        .select_from(CaseEvent)
        .join(Application, Application.id == CaseEvent.application_id)
        .where(CaseEvent.verb == history.RETURN)
    )
    ways = session.execute(
        narrowed(sent.group_by(CaseEvent.stage_from, CaseEvent.stage_to), by, choice)
    ).all()
    returned = session.scalar(
        narrowed(sent.with_only_columns(func.count(Application.id.distinct())), by, choice)
    )
    number = func.count(CaseEvent.id)
    why = narrowed(
        sent.with_only_columns(CaseEvent.reason, number)
        .where(CaseEvent.reason.is_not(None))
        .group_by(CaseEvent.reason)
        .order_by(number.desc(), CaseEvent.reason)
        .limit(most),
        by,
        choice,
    )
    named = scope.visible(why, by, Permission.Application.READ, OrgUnit.path)
    order = {stage: place for place, stage in enumerate(names.stages)}
    ways = sorted(ways, key=lambda way: (-way[2], order.get(way[0] or "", 0)))
    return Returns(
        handed_in or 0,
        returned or 0,
        tuple((names.stage(a or ""), names.stage(b or ""), n) for a, b, n in ways),
        tuple((words, n) for words, n in session.execute(named) if words.strip()),
    )


@dataclass(frozen=True, slots=True)
class Glance:
    """A year in four numbers: applications, of them still running, granted, and the sum in fen."""

    count: int
    running: int
    granted: int
    fen: int


def glance(session: Session, by: Actor, year: int) -> Glance | None:
    """For the first page of whoever reads reports; None for everybody else. One query."""
    if not by.holds(READ):
        return None
    query: Rows = select(
        func.count(Application.id),
        func.count(case((Application.status.in_(LIVE), 1))),
        func.count(Grant.id),
        func.coalesce(func.sum(Grant.fen), 0),
    ).outerjoin(
        Grant, (Grant.application_id == Application.id) & (Grant.state == GrantState.ACTIVE)
    )
    count, running, granted, fen = session.execute(narrowed(query, by, Choice(year))).one()
    return Glance(count, running, granted, int(fen))


# -- inside


def reach(by: Actor) -> ColumnElement[bool]:
    """SQL that holds for units whose figures the person may read."""
    return scope.condition(by, READ, OrgUnit.path)


def chosen_conditions(choice: Choice) -> list[ColumnElement[bool]]:
    """SQL of what was chosen; the query reaches Application and OrgUnit."""
    found: list[ColumnElement[bool]] = []
    if choice.year is not None:
        found.append(Application.aid_year == choice.year)
    if choice.road is not None:
        found.append(Application.road == choice.road)
    if choice.unit is not None:
        found.append(OrgUnit.path.startswith(choice.unit.path, autoescape=True))
    return found


def in_reach(query: Rows, by: Actor) -> Rows:
    """A query that reaches Application, narrowed to where the person may read reports."""
    return query.join(OrgUnit, OrgUnit.id == Application.org_id).where(reach(by))


def narrowed(query: Rows, by: Actor, choice: Choice) -> Rows:
    """A query that reaches Application, narrowed to the person's reach and choice."""
    return in_reach(query, by).where(*chosen_conditions(choice))


class Words:
    """What the editions call stages, roads and deadlines; the newest edition's word holds."""

    def __init__(self, session: Session) -> None:
        used = select(Edition).where(Edition.id.in_(select(Application.edition_id)))
        policies = [policy_of(row) for row in session.scalars(used.order_by(Edition.id))]
        self.roads: dict[str, Label] = {}
        self.stages: dict[str, Label] = {}
        self.offices: dict[str, Label] = {}
        self.deadlines: dict[tuple[Label, str], int] = {}
        for policy in policies:
            self._learn(policy)

    def _learn(self, policy: Policy) -> None:
        procedure = policy.procedure
        self.roads.update({key: road.label for key, road in procedure.roads.items()})
        self.offices.update({key: office.label for key, office in procedure.offices.items()})
        self.stages.update({key: stage.label for key, stage in procedure.stages.items()})
        for rule in procedure.deadlines.values():
            self.deadlines.setdefault((rule.label, rule.clause), len(self.deadlines))

    def road(self, key: str) -> Label:
        return self.roads.get(key, Label(key, key))

    def stage(self, key: str) -> Label:
        return self.stages.get(key, Label(key, key))

    def ordered(self, keys: Iterable[str]) -> Sequence[str]:
        """Stages in the order of the procedure, unknown ones last."""
        order = {key: place for place, key in enumerate(self.stages)}
        return sorted(keys, key=lambda key: (order.get(key, len(order)), key))
