"""How long applications stay at each stage, and how deadlines were kept. No names.

Medians and due dates are worked out in Python over the newest `MOST` applications in reach.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import calendar, due_dates
from casework.due_dates import Bound
from casework.figures import Choice, Words, narrowed
from casework.people import Actor
from engine.labels import Label
from models.applications import Application, CaseEvent

MOST = 10_000
"""Applications, the newest, over which time and deadlines are worked out."""
DAY = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class StageTime:
    """How long applications stayed at a stage that they have left, in days."""

    label: Label
    visits: int
    median_days: float
    longest_days: float


@dataclass(frozen=True, slots=True)
class Kept:
    """How one deadline was kept. `late` are past their date and not done."""

    label: Label
    clause: str
    in_time: int
    done_late: int
    late: int
    running: int
    unknown: int

    @property
    def judged(self) -> int:
        return self.in_time + self.done_late + self.late

    @property
    def share(self) -> float | None:
        """Of those that are done or past their date: how many were in time; None without any."""
        return self.in_time / self.judged if self.judged else None


def time_per_stage(session: Session, by: Actor, choice: Choice) -> list[StageTime]:
    """Median and longest stay at each stage, over every stay that has ended."""
    chosen = (
        narrowed(select(Application.id), by, choice).order_by(Application.id.desc()).limit(MOST)
    )
    rows = session.execute(
        select(CaseEvent.application_id, CaseEvent.stage_to, CaseEvent.at)
        .where(
            CaseEvent.application_id.in_(chosen),
            CaseEvent.stage_from.is_distinct_from(CaseEvent.stage_to),
        )
        .order_by(CaseEvent.application_id, CaseEvent.seq)
    )
    stays: dict[str, list[float]] = defaultdict(list)
    here: tuple[int, str | None, Any] | None = None
    for number, stage, at in rows:
        if here is not None and here[0] == number and here[1]:
            stays[here[1]].append((at - here[2]).total_seconds() / DAY)
        here = (number, stage, at)
    names = Words(session)
    return [
        StageTime(names.stage(s), len(stays[s]), median(stays[s]), max(stays[s]))
        for s in names.ordered(stays)
    ]


def deadlines(
    session: Session, by: Actor, choice: Choice, today: date, most: int = MOST
) -> list[Kept]:
    """How each deadline of the policies was kept, in their order, over the newest `most`."""
    rows = session.execute(
        narrowed(
            select(Application.id, Application.edition_id, Application.road, Application.emergency),
            by,
            choice,
        )
        .order_by(Application.id.desc())
        .limit(most)
    ).all()
    chosen = (
        narrowed(select(Application.id), by, choice).order_by(Application.id.desc()).limit(most)
    )
    known = due_dates.dues_of_many(
        session,
        [Bound(*row) for row in rows],
        today,
        calendar.load(session),
        chosen=CaseEvent.application_id.in_(chosen),
    )
    found: dict[tuple[Label, str], Counter[str]] = {}
    for dues in known.values():
        for each in dues:
            key = (each.rule.label, each.rule.clause)
            found.setdefault(key, Counter())[each.state] += 1
    order = Words(session).deadlines
    return [
        Kept(
            *key,
            in_time=states["met"],
            done_late=states["met_late"],
            late=states["late"],
            running=states["open"],
            unknown=states["unknown"],
        )
        for key, states in sorted(found.items(), key=lambda one: order.get(one[0], 0))
        if states.total() > states["waiting"]
    ]
