"""My work: what waits for a person, what is late, what came back, what he began and did last.

A handful of queries, none per row, and no assessment. Everything is narrowed to where the person
holds the right; what a role has besides is in `casework.watch`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from casework import calendar, due_dates, history, places, scope
from casework.due_dates import Bound
from casework.dues import CaseDue
from casework.editions import policy_of
from casework.people import Actor
from casework.permissions import Permission
from casework.places import Place
from engine import Policy
from engine.labels import Label
from engine.procedure import StageKind
from models.applications import Application, CaseEvent, CaseStatus
from models.audit import AuditRecord
from models.editions import Edition
from models.members import Member
from models.orgs import OrgUnit
from models.people import User

Rows = Select[*tuple[Any, ...]]
READ = Permission.Application.READ
SEES_NAMES = (READ, Permission.Step.TRANSFER, Permission.Step.SCREEN)
"""Rights with which somebody sees whose application he worked on (requirements §5)."""
LOOKED_AT = 200
"""Applications whose due dates are counted for one page: the oldest that concern the person."""
SOON = timedelta(days=7)
SINCE = func.coalesce(
    Application.stage_since, Application.created_at, type_=Application.created_at.type
)
"""Since when an application stands where it stands."""


@dataclass(frozen=True, slots=True)
class Pile:
    """What waits for the person at one step, over all editions that call it the same.

    `since` is when the oldest came there; `alone` is the application where there is only one.
    """

    stage_id: str
    kind: StageKind
    part: str | None
    on_list: bool
    label: Label
    button: Label
    status: CaseStatus
    count: int
    since: datetime | None
    alone: int | None


@dataclass(frozen=True, slots=True)
class Case:
    """One application as a line says it."""

    id: int
    number: str
    member: str
    unit: str
    road: Label
    stage: Label
    since: datetime | None
    may_open: bool = True


@dataclass(frozen=True, slots=True)
class Late:
    """A due date that is past or near, or that cannot be counted; `waits` for this person."""

    case: Case
    due: CaseDue
    waits: bool


@dataclass(frozen=True, slots=True)
class Returned:
    """An application sent back: by whom, when, why."""

    case: Case
    by: str | None
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Done:
    """Something the person did; `stage` is what the event was recorded for, `corrects`: a form was
    saved that had been handed in before."""

    case: Case
    verb: str
    stage: Label | None
    at: datetime
    corrects: bool = False


# -- piles


def piles(session: Session, found: Sequence[Place]) -> list[Pile]:
    """One pile for each step and status, what has waited longest first; one query."""
    if not found:
        return []
    counts = union_all(*(_counted(index, place) for index, place in enumerate(found)))
    merged: dict[tuple[Any, ...], Pile] = {}
    for index, status, count, since, first in session.execute(counts):
        place = found[index]
        stage = place.stage
        key = (stage.id, stage.label, place.part, place.button, status)
        known = merged.get(key)
        total = count + (known.count if known else 0)
        oldest = min((at for at in (since, known.since if known else None) if at), default=None)
        merged[key] = Pile(
            stage_id=stage.id,
            kind=stage.kind,
            part=place.part,
            on_list=stage.on_list or place.part is not None,
            label=stage.label,
            button=place.button,
            status=CaseStatus(status),
            count=total,
            since=oldest,
            alone=first if total == 1 else None,
        )
    return sorted(merged.values(), key=_age)


def _counted(index: int, place: Place) -> Select[*tuple[Any, ...]]:
    return (
        select(
            literal(index).label("place"),
            Application.status,
            func.count().label("count"),
            func.min(SINCE, type_=Application.created_at.type).label("since"),
            func.min(Application.id).label("first"),
        )
        .join(OrgUnit, OrgUnit.id == Application.org_id)
        .where(places.at(place))
        .group_by(Application.status)
    )


def _age(pile: Pile) -> tuple[bool, float, str]:
    """The oldest first; drafts, which wait for their own writer, last."""
    at = pile.since.timestamp() if pile.since else 0.0
    return pile.status is CaseStatus.DRAFT, at, pile.stage_id


# -- single applications


def oldest(session: Session, by: Actor, found: Sequence[Place], limit: int) -> list[Case]:
    """The applications that have waited longest for the person and that he may open."""
    if not found:
        return []
    waiting = or_(*(places.at(place) for place in found))
    query = _cases(by).where(waiting, Application.status != CaseStatus.DRAFT)
    return _read(session, by, query.order_by(*_waited()).limit(limit))


def drafts(session: Session, by: Actor, limit: int) -> tuple[list[Case], int]:
    """What the person began and has not handed in, the newest first, and how many there are."""
    mine = (Application.status == CaseStatus.DRAFT, Application.created_by_id == by.user_id)
    query = _cases(by).where(*mine)
    rows = _read(session, by, query.order_by(Application.id.desc()).limit(limit))
    return rows, _number(session, query) if len(rows) == limit else len(rows)


def returned(
    session: Session, by: Actor, found: Sequence[Place], limit: int
) -> tuple[list[Returned], int]:
    """What came back to a step of this person, or of what he registered, the oldest first."""
    mine: list[ColumnElement[bool]] = [Application.created_by_id == by.user_id]
    mine += [places.at(place) for place in found]
    query = _cases(by).where(Application.status == CaseStatus.RETURNED, or_(*mine))
    cases = _read(session, by, query.order_by(*_waited()).limit(limit))
    count = _number(session, query) if len(cases) == limit else len(cases)
    why = _returns(session, [case.id for case in cases])
    return [Returned(case, *why[case.id]) for case in cases if case.id in why], count


def _returns(session: Session, ids: Collection[int]) -> dict[int, tuple[str | None, datetime, str]]:
    """The last return of each application: (who, when, why)."""
    rows = session.execute(
        select(CaseEvent.application_id, User.display_name, CaseEvent.at, CaseEvent.reason)
        .outerjoin(User, User.id == CaseEvent.by_id)
        .where(CaseEvent.application_id.in_(ids), CaseEvent.verb == history.RETURN)
        .order_by(CaseEvent.seq)
    )
    return {number: (name, at, reason or "") for number, name, at, reason in rows}


def done(session: Session, by: Actor, limit: int) -> list[Done]:
    """The person's own last events of applications in reach, the newest first."""
    query = (
        _select(
            CaseEvent.verb,
            CaseEvent.at,
            CaseEvent.status_from,
            CaseEvent.data["stage"].as_string().label("done_at_stage"),
        )
        .join(CaseEvent, CaseEvent.application_id == Application.id)
        .where(CaseEvent.by_id == by.user_id, _named(by))
        .order_by(CaseEvent.id.desc())
        .limit(limit)
    )
    rows = session.execute(query).all()
    policies = _policies(session, {row.edition_id for row in rows})
    found = []
    for row in rows:
        policy = policies[row.edition_id]
        stage = policy.procedure.stages.get(row.done_at_stage or "")
        label = stage.label if stage else None
        again = history.corrects(row.verb, row.status_from)
        found.append(Done(_case(by, policy, row), row.verb, label, row.at, again))
    return found


# -- due dates


def late(
    session: Session, by: Actor, found: Sequence[Place], today: date
) -> tuple[list[Late], list[Late]]:
    """(overdue, due within a week or not to be counted), the earliest first.

    Of the applications that wait for this person, and of those about whose deadlines the
    procedure reminds his role, the oldest `LOOKED_AT`. Two queries and the calendar.
    """
    if not by.holds(READ):
        return [], []
    waits = or_(*(places.at(place) for place in found)) if found else None
    told = _told(session, by)
    conditions = [*([] if waits is None else [waits]), *told]
    if not conditions:
        return [], []
    # asked of the database: a stage may be the person's in one of its parts only, as a meeting is to
    # the leader, who confirms its result and does not record it
    query = (
        _cases(by)
        .add_columns((false() if waits is None else waits).label("waits"))
        .where(Application.status.in_((CaseStatus.OPEN, CaseStatus.RETURNED)), or_(*conditions))
    )
    rows = session.execute(query.order_by(*_waited()).limit(LOOKED_AT)).all()
    policies = _policies(session, {row.edition_id for row in rows})
    bound = [Bound(row.id, row.edition_id, row.road, row.emergency) for row in rows]
    known = due_dates.dues_of_many(session, bound, today, calendar.load(session))
    overdue, soon = [], []
    for row in rows:
        case = _case(by, policies[row.edition_id], row)
        for each in known.get(row.id, ()):
            if each.state == "late":
                overdue.append(Late(case, each, bool(row.waits)))
            elif each.state in ("open", "unknown") and _near(each, today):
                soon.append(Late(case, each, bool(row.waits)))
    return sorted(overdue, key=_when), sorted(soon, key=_when)


def _near(each: CaseDue, today: date) -> bool:
    last = each.due.date if each.due else None
    return last is None or last <= today + SOON


def _when(one: Late) -> tuple[date, int]:
    last = one.due.due.date if one.due.due else None
    return last or date.max, one.case.id


def _told(session: Session, by: Actor) -> list[ColumnElement[bool]]:
    """Applications of roads about whose deadlines the procedure reminds a role held."""
    found: list[ColumnElement[bool]] = []
    for edition in places.live_editions(session):
        procedure = policy_of(edition).procedure
        named = {r.deadline for r in procedure.reminders if by.role_codes & set(r.to)}
        for road in procedure.roads:
            rules = procedure.deadlines_of(road, emergency=True)
            if any(rule.id in named for rule in rules):
                found.append((Application.edition_id == edition.id) & (Application.road == road))
    return found


# -- rows


def _select(*more: Any) -> Rows:
    return (
        select(
            Application.id,
            Application.number,
            Member.name.label("member"),
            OrgUnit.name.label("unit"),
            OrgUnit.path,
            Application.edition_id,
            Application.road,
            Application.stage,
            SINCE.label("since"),
            Application.emergency,
            *more,
        )
        .join(OrgUnit, OrgUnit.id == Application.org_id)
        .join(Member, Member.id == Application.member_id)
    )


def _cases(by: Actor) -> Rows:
    """Applications whose page the person may open."""
    return scope.visible(_select(), by, READ, OrgUnit.path)


def _waited() -> tuple[Any, ...]:
    return SINCE, Application.id


def _named(by: Actor) -> ColumnElement[bool]:
    return or_(*(scope.condition(by, permission, OrgUnit.path) for permission in SEES_NAMES))


def _read(session: Session, by: Actor, query: Rows) -> list[Case]:
    rows = session.execute(query).all()
    policies = _policies(session, {row.edition_id for row in rows})
    return [_case(by, policies[row.edition_id], row) for row in rows]


def _number(session: Session, query: Rows) -> int:
    counted = query.with_only_columns(func.count(), maintain_column_froms=True).order_by(None)
    return session.scalar(counted) or 0


def _policies(session: Session, editions: Collection[int]) -> dict[int, Policy]:
    rows = session.scalars(select(Edition).where(Edition.id.in_(editions))) if editions else ()
    return {edition.id: policy_of(edition) for edition in rows}


def _case(by: Actor, policy: Policy, row: Any) -> Case:
    procedure = policy.procedure
    road, stage = procedure.roads.get(row.road), procedure.stages.get(row.stage)
    return Case(
        id=row.id,
        number=row.number,
        member=row.member,
        unit=row.unit,
        road=road.label if road else Label(row.road, row.road),
        stage=stage.label if stage else Label(row.stage, row.stage),
        since=row.since,
        may_open=scope.may(by, READ, row.path),
    )


# -- what else the person did


@dataclass(frozen=True, slots=True)
class Deed:
    """Something on record that was not done to an application."""

    action: str
    object_type: str
    object_id: str | None
    at: datetime


def deeds(session: Session, by: Actor, actions: Collection[str], limit: int) -> list[Deed]:
    """The person's own last records of these actions, the newest first."""
    rows = session.execute(
        select(AuditRecord.action, AuditRecord.object_type, AuditRecord.object_id, AuditRecord.at)
        .where(AuditRecord.actor_id == by.user_id, AuditRecord.action.in_(actions))
        .order_by(AuditRecord.seq.desc())
        .limit(limit)
    )
    return [Deed(*row) for row in rows]
