"""The yearly round planned back from its due date, and the words of its notice (clauses 4.1.1, 4.6.1).

Counts only. A missed step is shown and chased; it denies nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from engine.calendar import Calendar
from engine.deadlines import due
from engine.faults import Fault, Refused
from engine.notices import earliest_end
from engine.procedure import PlanStep, RoundRules, WithProcedure
from engine.procedure.rounds import NOTICE
from engine.words import chinese_date

FURTHEST = 400
"""Days that are looked back at most; beyond it a step does not fit at all."""


@dataclass(frozen=True, slots=True)
class Milestone:
    """One step of the plan. `last` is the day by which it must be done so that what follows still
    fits, `first` the last day on which it can begin and be done by then (None: no length of its
    own). Both are None where a calendar year is missing, and `faults` say which."""

    step: PlanStep
    first: date | None
    last: date | None
    faults: tuple[Fault, ...] = ()


def due_on(
    policy: WithProcedure, rules: RoundRules, notice_on: date, calendar: Calendar
) -> date | None:
    """The day by which the round is done; None where it cannot be counted."""
    return due(policy, rules.deadline, notice_on, calendar).date


def plan(
    policy: WithProcedure, rules: RoundRules, notice_on: date, calendar: Calendar
) -> tuple[Milestone, ...]:
    """The steps in the order of the file, planned from the last one back.

    A step that takes as long as the notice hangs begins on the latest day from which its lawful end
    still falls on its last day; one that takes a deadline is counted from the day before it, which
    is where the step before it ends.
    """
    end = due_on(policy, rules, notice_on, calendar)
    found: list[Milestone] = []
    faults: tuple[Fault, ...] = ()
    for step in reversed(rules.plan):
        first: date | None = None
        if end is not None and step.takes:
            try:
                first = _latest_start(policy, step.takes, end, calendar)
            except Refused as refused:
                faults = refused.faults
        found.append(Milestone(step, first, end, faults))
        if step.takes:
            end = first
    return tuple(reversed(found))


def _latest_start(policy: WithProcedure, takes: str, end: date, calendar: Calendar) -> date | None:
    """The latest day from which what `takes` names is over on `end` at the latest."""
    for back in range(FURTHEST):
        start = end - timedelta(days=back)
        if takes == NOTICE:
            done: date | None = earliest_end(policy.procedure.notice, start, calendar)
        else:
            counted = due(policy, takes, start, calendar)
            if counted.faults:
                raise Refused(counted.faults)
            done = counted.date
        if done is not None and done <= end:
            return start
    return None


@dataclass(frozen=True, slots=True)
class RoundText:
    """The words of the department's notice."""

    title: str
    body: str


def notice_words(
    policy: WithProcedure, rules: RoundRules, year: int, notice_on: date, calendar: Calendar
) -> RoundText:
    """The notice filled in, as a text that the department may still change before it goes out."""
    end = due_on(policy, rules, notice_on, calendar)
    words = {
        "year": year,
        "days": policy.procedure.deadlines[rules.deadline].counting.days,
        "due": chinese_date(end) if end else "　　　年　　月　　日",
    }
    return RoundText(rules.title.format(**words), rules.body.format(**words).strip())
