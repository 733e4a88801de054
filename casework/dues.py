"""What is due for an application, when, and how that was counted. Flags only, never denies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

from sqlalchemy.orm import Session

from casework import calendar, emergency, history, moves, round_dates
from casework.clock import day_of
from engine import Calendar, due
from engine.deadlines import Due
from engine.procedure import DateName, DeadlineRule
from engine.source import parse_date
from models.applications import Application, CaseEvent

State = Literal["waiting", "open", "late", "met", "met_late", "unknown"]


@dataclass(frozen=True, slots=True)
class CaseDue:
    """One deadline of an application.

    `due` is None while its base date is not known (`waiting`); `due.date` is None where a
    calendar year is missing (`unknown`). `met_on` is when it was met.
    """

    rule: DeadlineRule
    due: Due | None
    met_on: date | None
    state: State


def dates_of(session: Session, application: Application) -> dict[str, date | None]:
    """The dates that the procedure's deadlines start from and are met by."""
    policy, _road = moves.policy_and_road(application)
    sources = _Sources(session, application)
    return {name: _find(sources, each) for name, each in policy.procedure.dates.items()}


def dues_of(
    session: Session, application: Application, today: date, holidays: Calendar | None = None
) -> list[CaseDue]:
    """Every deadline that binds the application, in the order of the procedure."""
    policy, road = moves.policy_and_road(application)
    known = dates_of(session, application)
    holidays = holidays if holidays is not None else calendar.load(session)
    found = []
    for rule in policy.procedure.deadlines_of(road.id, emergency=application.emergency):
        base, met = known[rule.from_date], known[rule.met_by]
        if base is None:
            found.append(CaseDue(rule, None, met, "waiting"))
            continue
        counted = due(policy, rule.id, base, holidays)
        found.append(CaseDue(rule, counted, met, _state(counted, met, today)))
    return found


def _state(counted: Due, met: date | None, today: date) -> State:
    if counted.date is None:
        return "unknown"
    if met is not None:
        return "met" if met <= counted.date else "met_late"
    return "open" if today <= counted.date else "late"


class _Sources:
    """Where dates are found, each read once for an application and only when a date needs it."""

    def __init__(
        self,
        session: Session,
        application: Application,
        recorded: Mapping[str, Mapping[str, object]] | None = None,
    ) -> None:
        self._session, self._application = session, application
        self._given = recorded

    @cached_property
    def events(self) -> list[CaseEvent]:
        return history.events_of(self._session, self._application)

    @cached_property
    def recorded(self) -> Mapping[str, Mapping[str, object]]:
        return self._given if self._given is not None else history.recorded_in(self.events)

    @cached_property
    def round_days(self) -> Mapping[str, date | None]:
        opened = round_dates.of_application(self._session, self._application)
        return round_dates.days_of(opened)

    @cached_property
    def authorised(self) -> CaseEvent | None:
        return next((one for one in reversed(self.events) if one.verb == emergency.VERB), None)


def find(
    session: Session,
    application: Application,
    name: DateName,
    recorded: Mapping[str, Mapping[str, object]],
) -> date | None:
    """Where a date is found, taking what is recorded as given."""
    return _find(_Sources(session, application, recorded), name)


def _find(sources: _Sources, name: DateName) -> date | None:
    """Where a date is found; without a round that was opened its dates are not known."""
    if name.found is None:
        return None
    kind, what = name.found
    if kind == "record":
        stage, _, field = what.partition(".")
        return _day(sources.recorded.get(stage, {}).get(field))
    if kind == "emergency":
        event = sources.authorised
        record = event.data.get("record") if event else None
        return _day(record.get(what)) if isinstance(record, dict) else None
    if kind == "round":
        return sources.round_days.get(what)
    if kind == "done":
        done = [e for e in sources.events if e.stage_from == what and e.stage_to != what]
        return day_of(done[-1].at) if done else None
    if kind == "reached":
        reached = [e for e in sources.events if e.stage_to == what and e.stage_from != what]
        return day_of(reached[-1].at) if reached else None
    return None


def _day(value: object) -> date | None:
    return parse_date(value) if isinstance(value, str) else None
