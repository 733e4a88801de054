"""Due dates of many applications at once: one query over their events, however many there are.

Gives what `casework.dues` gives for one. A test holds the two against each other. Looks only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, null, or_, select
from sqlalchemy.orm import Session

from casework import emergency, round_dates
from casework.clock import day_of
from casework.dues import CaseDue, State
from casework.editions import policy_of
from engine import Calendar, Policy, due
from engine.deadlines import Due
from engine.procedure import DateName, DeadlineRule
from engine.source import parse_date
from models.applications import CaseEvent
from models.editions import Edition

Found = dict[str, date]
"""Date of the procedure → the day, for one application; absent is not known."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What of an application says which deadlines bind it."""

    id: int
    edition_id: int
    road: str
    emergency: bool


def dues_of_many(
    session: Session,
    applications: Sequence[Bound],
    today: date,
    holidays: Calendar,
    *,
    chosen: ColumnElement[bool] | None = None,
) -> dict[int, list[CaseDue]]:
    """Every deadline that binds each application, by its id, in the order of the procedure.

    `chosen` says in SQL which events belong to them (a condition on `CaseEvent.application_id`),
    where a list of ids would be too long.
    """
    by_edition: dict[int, list[Bound]] = defaultdict(list)
    for one in applications:
        by_edition[one.edition_id].append(one)
    editions = session.scalars(select(Edition).where(Edition.id.in_(by_edition)))
    found: dict[int, list[CaseDue]] = {}
    for edition in editions:
        policy, own = policy_of(edition), by_edition[edition.id]
        which = chosen if chosen is not None else CaseEvent.application_id.in_([a.id for a in own])
        known = dates_of_many(session, policy, own, which)
        counted = _Counter(policy, holidays)
        for one in own:
            rules = policy.procedure.deadlines_of(one.road, emergency=one.emergency)
            found[one.id] = [_due(counted, r, known.get(one.id, {}), today) for r in rules]
    return found


def dates_of_many(
    session: Session, policy: Policy, applications: Iterable[Bound], chosen: ColumnElement[bool]
) -> dict[int, Found]:
    """The dates that the deadlines of these applications start from and are met by."""
    names = _needed(policy, {one.road for one in applications})
    if not names:
        return {}
    found: dict[int, Found] = defaultdict(dict)
    plan = _Plan(names)
    for row in session.execute(plan.query().where(chosen)):
        plan.take(found[row.application_id], row)
    if plan.of_round:
        for number, days in round_dates.days_of_many(session, chosen).items():
            known = {name: days.get(what) for name, what in plan.of_round}
            found[number] |= {name: day for name, day in known.items() if day is not None}
    return found


def _needed(policy: Policy, roads: set[str]) -> list[DateName]:
    """The dates that any deadline of these roads uses and that an application records."""
    procedure = policy.procedure
    rules = [rule for road in roads for rule in procedure.deadlines_of(road, emergency=True)]
    wanted = {name for rule in rules for name in (rule.from_date, rule.met_by)}
    return [each for name, each in procedure.dates.items() if name in wanted and each.found]


class _Plan:
    """Which events hold the dates, and where in an event each date stands."""

    def __init__(self, names: Sequence[DateName]) -> None:
        self.recorded: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self.authorised: list[tuple[str, str]] = []
        self.left: dict[str, list[str]] = defaultdict(list)
        self.reached: dict[str, list[str]] = defaultdict(list)
        self.of_round: list[tuple[str, str]] = []
        for name in names:
            kind, what = name.found or ("", "")
            stage, _, field = what.partition(".")
            if kind == "record":
                self.recorded[stage].append((name.id, field))
            elif kind == "emergency":
                self.authorised.append((name.id, what))
            elif kind in ("done", "reached"):
                (self.left if kind == "done" else self.reached)[what].append(name.id)
            elif kind == "round":
                self.of_round.append((name.id, what))
        pairs = [pair for stage in self.recorded.values() for pair in stage] + self.authorised
        self.fields = {field: f"field_{at}" for at, field in enumerate(dict(pairs).values())}

    def query(self) -> Select[*tuple[Any, ...]]:
        """Those events, oldest first, with nothing but their dates."""
        stage = CaseEvent.data["stage"].as_string()
        moved = CaseEvent.stage_from.is_distinct_from(CaseEvent.stage_to)
        wanted: list[ColumnElement[bool]] = [stage.in_(self.recorded)]
        if self.authorised:
            wanted.append(CaseEvent.verb == emergency.VERB)
        if self.left or self.reached:
            sides = CaseEvent.stage_from.in_(self.left), CaseEvent.stage_to.in_(self.reached)
            wanted.append(and_(moved, or_(*sides)))
        return (
            select(
                CaseEvent.application_id,
                CaseEvent.verb,
                CaseEvent.stage_from,
                CaseEvent.stage_to,
                (CaseEvent.at if self.left or self.reached else null()).label("at"),
                stage.label("stage"),
                *(
                    CaseEvent.data["record"][field].as_string().label(label)
                    for field, label in self.fields.items()
                ),
            )
            .where(or_(*wanted))
            .order_by(CaseEvent.application_id, CaseEvent.seq)
        )

    def take(self, found: Found, row: Any) -> None:
        """Put what one event says over what earlier ones said."""
        for name, field in self.recorded.get(row.stage, ()):
            self._put(found, name, getattr(row, self.fields[field]))
        if row.verb == emergency.VERB:
            for name, field in self.authorised:
                self._put(found, name, getattr(row, self.fields[field]))
        if row.stage_from != row.stage_to:
            for name in (*self.left.get(row.stage_from, ()), *self.reached.get(row.stage_to, ())):
                found[name] = day_of(row.at)

    @staticmethod
    def _put(found: Found, name: str, value: object) -> None:
        day = parse_date(value) if isinstance(value, str) else None
        if day is not None:
            found[name] = day


class _Counter:
    """Counts each deadline once for each day that it starts from."""

    def __init__(self, policy: Policy, holidays: Calendar) -> None:
        self.policy, self.holidays = policy, holidays
        self.known: dict[tuple[str, date], Due] = {}

    def due(self, rule: DeadlineRule, base: date) -> Due:
        key = (rule.id, base)
        if key not in self.known:
            self.known[key] = due(self.policy, rule.id, base, self.holidays)
        return self.known[key]


def _due(counted: _Counter, rule: DeadlineRule, known: Mapping[str, date], today: date) -> CaseDue:
    base, met = known.get(rule.from_date), known.get(rule.met_by)
    if base is None:
        return CaseDue(rule, None, met, "waiting")
    last = counted.due(rule, base)
    return CaseDue(rule, last, met, _state(last.date, met, today))


def _state(last: date | None, met: date | None, today: date) -> State:
    if last is None:
        return "unknown"
    if met is not None:
        return "met" if met <= last else "met_late"
    return "open" if today <= last else "late"
