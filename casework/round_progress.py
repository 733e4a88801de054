"""How far a round has come, by committee, and what would be left over if it closed now. Looks only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from casework import scope
from casework.editions import policy_of
from casework.moves import LIVE
from casework.people import Actor
from casework.permissions import Permission
from casework.tree import nearest, units_at
from engine.procedure import Road
from models.applications import Application
from models.members import Member
from models.orgs import OrgLevel, OrgUnit
from models.rounds import AidRound, RoundDelivery, RoundMember

Query = TypeVar("Query", bound=Select[*tuple[Any, ...]])


@dataclass(slots=True)
class Progress:
    """One committee (or branch under none): its notice, its people, its applications.

    `at_step` counts live applications by step of the plan, `beyond` those past the last step.
    """

    name: str
    path: str
    branches: int = 0
    received: int = 0
    told: int = 0
    members_told: int = 0
    members: int = 0
    offered: int = 0
    applications: int = 0
    ended: int = 0
    beyond: int = 0
    at_step: dict[str, int] = field(default_factory=dict)

    @property
    def percent(self) -> int:
        """Applications through with what the round asks, in whole per cent; 0 where none is."""
        live = self.applications
        return 0 if not live else (self.beyond + self.ended) * 100 // live


def progress(session: Session, opened: AidRound, by: Actor) -> list[Progress]:
    """A line for each committee in reach, in the order of the tree; four queries."""
    committees = units_at(session, OrgLevel.COMMITTEE)
    branches = units_at(session, OrgLevel.BRANCH)
    found: dict[str, Progress] = {}
    for unit in (*committees.values(), *branches.values()):
        top = nearest(unit.path, committees) or unit
        if scope.may(by, Permission.Round.READ, unit.path) and unit.path.startswith(
            opened.org.path
        ):
            found.setdefault(top.path, Progress(top.name, top.path))

    def line(path: str) -> Progress | None:
        top = nearest(path, committees) or nearest(path, branches)
        return found.get(top.path) if top else None

    _deliveries(session, opened, by, line)
    _members(session, opened, by, line)
    _applications(session, opened, by, line)
    return [found[path] for path in sorted(found)]


_Line = Callable[[str], Progress | None]
"""The line that a unit's path belongs to, None outside of the person's reach."""


def _seen(query: Query, by: Actor) -> Query:
    return scope.visible(query, by, Permission.Round.READ, OrgUnit.path)


def _deliveries(session: Session, opened: AidRound, by: Actor, line: _Line) -> None:
    query = (
        select(
            OrgUnit.path,
            OrgUnit.level,
            RoundDelivery.received_on,
            RoundDelivery.told_on,
            RoundDelivery.told_count,
        )
        .select_from(OrgUnit)
        .outerjoin(
            RoundDelivery,
            and_(RoundDelivery.org_id == OrgUnit.id, RoundDelivery.round_id == opened.id),
        )
        .where(OrgUnit.level == OrgLevel.BRANCH, OrgUnit.active)
    )
    for path, _level, received, told, count in session.execute(_seen(query, by)):
        one = line(path)
        if one is not None:
            one.branches += 1
            one.received += received is not None
            one.told += told is not None
            one.members_told += count or 0


def _members(session: Session, opened: AidRound, by: Actor, line: _Line) -> None:
    living = and_(Member.active, Member.died_on.is_(None))
    total = (
        select(OrgUnit.path, func.count(Member.id))
        .join(Member, Member.org_id == OrgUnit.id)
        .where(living)
        .group_by(OrgUnit.path)
    )
    for path, count in session.execute(_seen(total, by)):
        if (one := line(path)) is not None:
            one.members += count
    again = (
        select(OrgUnit.path, func.count(RoundMember.id))
        .join(Member, Member.org_id == OrgUnit.id)
        .join(RoundMember, RoundMember.member_id == Member.id)
        .where(RoundMember.round_id == opened.id)
        .group_by(OrgUnit.path)
    )
    for path, count in session.execute(_seen(again, by)):
        if (one := line(path)) is not None:
            one.offered += count


def _applications(session: Session, opened: AidRound, by: Actor, line: _Line) -> None:
    policy = policy_of(opened.edition)
    rules = policy.procedure.round
    steps = {stage: step.id for step in (rules.plan if rules else ()) for stage in step.stages}
    query = (
        select(OrgUnit.path, Application.stage, Application.status, func.count(Application.id))
        .join(Application, Application.org_id == OrgUnit.id)
        .where(Application.road == opened.road, Application.aid_year == opened.year)
        .group_by(OrgUnit.path, Application.stage, Application.status)
    )
    for path, stage, status, count in session.execute(_seen(query, by)):
        one = line(path)
        if one is None:
            continue
        one.applications += count
        if status not in LIVE:
            one.ended += count
        elif stage in steps:
            one.at_step[steps[stage]] = one.at_step.get(steps[stage], 0) + count
        else:
            one.beyond += count


def left_over(session: Session, opened: AidRound) -> list[dict[str, str]]:
    """What is not finished: branches whose members were not told, people offered of whom nothing is
    known, applications not yet screened. Each as {"kind", "unit", "what", "stage", "path"}, the path that
    of the unit."""
    found: list[dict[str, str]] = []
    inside = OrgUnit.path.startswith(opened.org.path, autoescape=True)
    told = select(RoundDelivery.org_id).where(
        RoundDelivery.round_id == opened.id, RoundDelivery.told_on.is_not(None)
    )
    untold = (
        select(OrgUnit.name, OrgUnit.path)
        .where(inside, OrgUnit.level == OrgLevel.BRANCH, OrgUnit.active, OrgUnit.id.not_in(told))
        .order_by(OrgUnit.path)
    )
    for name, path in session.execute(untold):
        found.append({"kind": "untold", "unit": name, "what": "", "stage": "", "path": path})
    found += _unheard(session, opened)
    found += _unscreened(session, opened)
    return found


def in_reach(left: list[dict[str, str]], opened: AidRound, by: Actor) -> list[dict[str, str]]:
    """The part of what was left over that this person may see: names of people and numbers of
    applications stay with whoever has the unit. A row that says no unit is for the whole office."""
    may_read = Permission.Round.READ
    return [one for one in left if scope.may(by, may_read, one.get("path") or opened.org.path)]


def _unheard(session: Session, opened: AidRound) -> list[dict[str, str]]:
    applied = select(Application.member_id).where(
        Application.road == opened.road, Application.aid_year == opened.year
    )
    query = (
        select(OrgUnit.name, OrgUnit.path, Member.name)
        .join(Member, Member.org_id == OrgUnit.id)
        .join(RoundMember, RoundMember.member_id == Member.id)
        .where(
            RoundMember.round_id == opened.id,
            RoundMember.declined_on.is_(None),
            Member.active,
            Member.died_on.is_(None),
            Member.id.not_in(applied),
        )
        .order_by(OrgUnit.path, Member.name_place)
    )
    return [
        {"kind": "unheard", "unit": unit, "what": name, "stage": "", "path": path}
        for unit, path, name in session.execute(query)
    ]


def _unscreened(session: Session, opened: AidRound) -> list[dict[str, str]]:
    policy = policy_of(opened.edition)
    rules = policy.procedure.round
    road: Road = policy.procedure.road(opened.road)
    due = [stage for step in (rules.plan if rules else ()) for stage in step.stages]
    query = (
        select(OrgUnit.name, OrgUnit.path, Application.number, Application.stage)
        .join(Application, Application.org_id == OrgUnit.id)
        .where(
            OrgUnit.path.startswith(opened.org.path, autoescape=True),
            Application.road == opened.road,
            Application.aid_year == opened.year,
            Application.status.in_(LIVE),
            Application.stage.in_(due),
        )
        .order_by(OrgUnit.path, Application.number)
    )
    return [
        {
            "kind": "unscreened",
            "unit": unit,
            "what": number,
            "stage": _stage(road, stage),
            "path": path,
        }
        for unit, path, number, stage in session.execute(query)
    ]


def _stage(road: Road, stage: str) -> str:
    return road.stage(stage).label.zh if road.has(stage) else stage


def by_kind(left: list[dict[str, str]]) -> dict[str, list[dict[str, str]]]:
    """What is left over, by kind in the order in which it is told."""
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    for one in left:
        found[one["kind"]].append(one)
    return dict(found)
