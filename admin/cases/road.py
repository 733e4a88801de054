"""The way of one application as a line: what is done, by whom and when, what is now, what is next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from admin.text import policy_label
from engine.procedure import Road, Stage
from models.applications import Application, CaseEvent, CaseStatus

ENDED = (CaseStatus.REFUSED, CaseStatus.CANCELLED, CaseStatus.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Stop:
    """One stage on the line. `state` is done, now, ended (the application stopped here) or next."""

    stage: Stage
    label: str
    office: str
    state: str
    by: str = ""
    at: datetime | None = None


def stops(
    application: Application,
    road: Road,
    offices: Mapping[str, str],
    events: Sequence[CaseEvent],
) -> list[Stop]:
    """The stages in order. A stage passed again after a return shows the last time."""
    left = _left(road, events)
    here = road.position(application.stage) if road.has(application.stage) else 0
    finished = application.status is CaseStatus.CLOSED
    line = []
    for index, stage in enumerate(road.stages):
        event = left.get(stage.id)
        if index < here or finished:
            state = "done"
        elif index == here:
            state = "ended" if application.status in ENDED else "now"
        else:
            state = "next"
        shown = event if state == "done" else None
        line.append(
            Stop(
                stage=stage,
                label=policy_label(stage.label),
                office=offices.get(stage.level, ""),
                state=state,
                by=shown.by.display_name if shown and shown.by else "",
                at=shown.at if shown else None,
            )
        )
    return line


def _left(road: Road, events: Sequence[CaseEvent]) -> dict[str, CaseEvent]:
    """The last event that moved the application forward out of each stage."""
    found: dict[str, CaseEvent] = {}
    for event in events:
        before, after = event.stage_from, event.stage_to
        if not before or not road.has(before):
            continue
        if event.status_to is CaseStatus.CLOSED or (
            after and road.has(after) and road.position(after) > road.position(before)
        ):
            found[before] = event
            if after and road.has(after):
                for skipped in road.stages[road.position(before) + 1 : road.position(after)]:
                    found.setdefault(skipped.id, event)
    return found
