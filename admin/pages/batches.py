"""What every page of lists shares: groups of waiting applications, reading a posted list, doing it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request

from admin import clock
from admin.forms import batch
from admin.forms.batch import Answer, Batch
from admin.pages.common import policy_road
from admin.text import policy_label, yuan
from casework.lists import stage_of_kind
from engine.faults import Fault
from engine.procedure import RecordField, Stage, StageKind
from models.applications import Application
from models.orgs import OrgLevel, OrgUnit

KEY_BYTES = 16


@dataclass(frozen=True, slots=True)
class Group:
    """Applications that can stand on one list: one unit, one road, one edition."""

    key: str
    unit: OrgUnit
    road: str
    road_label: str
    stage: Stage
    applications: Sequence[Application]

    @property
    def fen(self) -> int:
        """What was approved for all of them, fen."""
        return sum(one.approved_fen or 0 for one in self.applications)


@dataclass(frozen=True, slots=True)
class Heading:
    """A further column of a list: its heading and what stands in a row."""

    text: str
    of: Callable[[Application], Any]
    css: str = "short"


def groups(
    applications: Iterable[Application], kind: StageKind, unit_of: Callable[[Application], OrgUnit]
) -> list[Group]:
    """The applications in lists, in the order of units."""
    found: dict[tuple[int, int, str], list[Application]] = {}
    units: dict[int, OrgUnit] = {}
    for one in applications:
        unit = unit_of(one)
        units[unit.id] = unit
        found.setdefault((unit.id, one.edition_id, one.road), []).append(one)
    made = []
    for (unit_id, edition_id, road_id), members in found.items():
        _policy, road = policy_road(members[0])
        stage = stage_of_kind(members[0], kind)
        if road is None or stage is None:
            continue
        key = f"{unit_id}-{edition_id}-{road_id}"
        made.append(Group(key, units[unit_id], road_id, policy_label(road.label), stage, members))
    return sorted(made, key=lambda group: (group.unit.path, group.key))


def own_unit(application: Application) -> OrgUnit:
    """The unit that the application belongs to."""
    return application.org


def committee_of(application: Application) -> OrgUnit:
    """The unit of level committee above the application's; its own where there is none."""
    unit: OrgUnit | None = application.org
    while unit is not None and unit.level is not OrgLevel.COMMITTEE:
        unit = unit.parent
    return unit or application.org


def unit_at(application: Application, level: str) -> OrgUnit:
    """The unit of a level at or above the application's; its own where there is none."""
    unit: OrgUnit | None = application.org
    while unit is not None and unit.level.value != level:
        unit = unit.parent
    return unit or application.org


def chosen(found: Sequence[Group]) -> Group | None:
    """The group that the page was about, by `group` in the address or form."""
    key = request.values.get("group", "")
    return next((group for group in found if group.key == key), None)


def shown(
    found: Sequence[Group],
    fields_of: Callable[[Group], tuple[Sequence[RecordField], Sequence[RecordField]]],
    answer: Answer | None,
    faults: Sequence[Fault],
) -> list[tuple[Group, Batch]]:
    """Every group as a list to tick, today in its dates; the one that was refused as it was typed,
    with its faults."""
    mine, today = chosen(found), clock.today().isoformat()
    made = []
    for group in found:
        own = answer if mine is not None and group.key == mine.key else None
        once, each = fields_of(group)
        listed = batch.show(
            group.applications,
            once,
            each,
            answer=own,
            defaults={one.id: today for one in once if one.type == "date"},
            faults=faults if own is not None else (),
        )
        made.append((group, listed))
    return made


def with_needed(
    asked: tuple[Sequence[RecordField], Sequence[RecordField]], needed: Sequence[RecordField]
) -> tuple[list[RecordField], list[RecordField]]:
    """The fields of the stage, and those a verb cannot do without where the policy has none."""
    once, each = list(asked[0]), list(asked[1])
    known = {field.id for field in (*once, *each)}
    return [*once, *(field for field in needed if field.id not in known)], each


def answered(once: Sequence[RecordField], each: Sequence[RecordField]) -> Answer:
    """What the page sent."""
    return batch.read_answer(request.form, once, each)


def picked(answer: Answer, applications: Iterable[Application]) -> list[Application]:
    """The chosen ones among those that the person may see here, in the order of the list."""
    wanted = set(answer.picked)
    return [one for one in applications if one.id in wanted]


def lines_of(answer: Answer, chosen_ids: Iterable[int]) -> dict[int, dict[str, object]]:
    """What was typed for each chosen one; blanks left out, so that what is asked once stands."""
    return {
        number: {name: text for name, text in answer.lines.get(number, {}).items() if text.strip()}
        for number in chosen_ids
    }


def request_key() -> str:
    """A key that makes a list of money work once, however often it is sent."""
    return secrets.token_hex(KEY_BYTES)


def posted_key() -> str:
    """The key that the page carried; without one a fresh one, since nothing can be repeated."""
    return request.form.get("request_key", "")[:64] or request_key()


def approved(application: Application) -> str:
    """The approved amount."""
    return yuan(application.approved_fen)
