"""What a role watches besides its own steps: lists to screen, money to send, policies, oversight.

Each function gives None or nothing to whoever has no right to it. Counts in the database, holds
no names but those of units, changes nothing. Accounts and the machine: `casework.health`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from casework import places, scope, tree
from casework.editions import policy_of
from casework.moves import LIVE
from casework.people import Actor
from casework.permissions import Permission
from casework.places import Place
from engine.labels import Label
from engine.procedure import StageKind
from models.accounts import Account, AccountKind, Budget, FundSource
from models.applications import Application
from models.audit import AuditRecord
from models.base import starts_with
from models.calendar import HolidayYear
from models.editions import Edition
from models.ledger import Grant, GrantState, Recovery, RecoveryState, TransferLine, TransferState
from models.notices import Notice, NoticeLine, Objection, ObjectionState
from models.orgs import OrgLevel, OrgUnit
from models.policy_drafts import DraftState, PolicyDraft
from models.screenings import ScreeningLine, ScreeningList

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class ListToScreen:
    """A screening list and how many of its lines wait for a result."""

    id: int
    unit: str
    entered_on: date
    waiting: int


def lists_to_screen(session: Session, by: Actor, found: Sequence[Place]) -> list[ListToScreen]:
    """Lists that wait for results of this person, the oldest first."""
    if not any(place.stage.kind is StageKind.SCREEN and place.part != "enter" for place in found):
        return []
    query = (
        select(
            ScreeningList.id,
            OrgUnit.name,
            ScreeningList.entered_on,
            func.count(ScreeningLine.id),
        )
        .join(OrgUnit, OrgUnit.id == ScreeningList.org_id)
        .join(ScreeningLine, ScreeningLine.list_id == ScreeningList.id)
        .where(ScreeningLine.result.is_(None))
        .group_by(ScreeningList.id, OrgUnit.name, ScreeningList.entered_on)
        .order_by(ScreeningList.entered_on, ScreeningList.id)
    )
    seen = scope.visible(query, by, Permission.Screening.READ, OrgUnit.path)
    return [ListToScreen(*row) for row in session.execute(seen)]


# -- money


@dataclass(frozen=True, slots=True)
class ToSend:
    """Approved money that waits to be sent to one unit."""

    unit: str
    count: int
    fen: int


@dataclass(frozen=True, slots=True)
class Purse:
    """What a source may spend in a year and what is left of it, fen."""

    label: Label
    budget_fen: int
    left_fen: int


@dataclass(frozen=True, slots=True)
class Money:
    """Transfers that wait, the purses of the year, and all that is approved and not yet sent."""

    to_send: tuple[ToSend, ...]
    purses: tuple[Purse, ...]
    owed_fen: int

    @property
    def left_fen(self) -> int:
        return sum(purse.left_fen for purse in self.purses)

    @property
    def short(self) -> bool:
        """Whether what is left of the year would not do for what is approved."""
        return self.left_fen < self.owed_fen


def money(session: Session, by: Actor, found: Sequence[Place], year: int) -> Money | None:
    """For whoever sends money; None for everybody else."""
    mine = [place for place in found if place.stage.kind is StageKind.TRANSFER]
    if not mine or not by.holds(Permission.Fund.READ):
        return None
    return Money(_to_send(session, mine), purses(session, year), owed_fen(session, by))


def _to_send(session: Session, mine: Sequence[Place]) -> tuple[ToSend, ...]:
    rows = session.execute(
        select(OrgUnit.path, func.count(Grant.id), func.sum(Grant.fen))
        .select_from(Application)
        .join(OrgUnit, OrgUnit.id == Application.org_id)
        .join(Grant, Grant.application_id == Application.id)
        .where(Grant.state == GrantState.ACTIVE, or_(*(places.at(place) for place in mine)))
        .group_by(OrgUnit.path)
    )
    committees = tree.units_at(session, OrgLevel.COMMITTEE)
    sums: dict[str, tuple[int, int]] = {}
    for path, count, fen in rows:
        unit = tree.nearest(path, committees)
        name = unit.name if unit else ""
        known = sums.get(name, (0, 0))
        sums[name] = (known[0] + count, known[1] + int(fen))
    return tuple(ToSend(name, *sums[name]) for name in sorted(sums))


def purses(session: Session, year: int) -> tuple[Purse, ...]:
    """The open sources of a year; the caller has asked for the right."""
    rows = session.execute(
        select(FundSource.zh, FundSource.en, Budget.fen, Account.balance_fen)
        .outerjoin(Budget, and_(Budget.source_id == FundSource.id, Budget.year == year))
        .outerjoin(
            Account,
            and_(
                Account.source_id == FundSource.id,
                Account.kind == AccountKind.SOURCE,
                Account.year == year,
            ),
        )
        .where(FundSource.active)
        .order_by(FundSource.code)
    )
    return tuple(Purse(Label(zh, en), budget or 0, left or 0) for zh, en, budget, left in rows)


def owed_fen(session: Session, by: Actor) -> int:
    """What stands approved in reach and has not been sent, fen."""
    sent = exists().where(
        TransferLine.grant_id == Grant.id, TransferLine.state == TransferState.SENT
    )
    query = (
        select(func.coalesce(func.sum(Grant.fen), 0))
        .join(Application, Application.id == Grant.application_id)
        .join(OrgUnit, OrgUnit.id == Application.org_id)
        .where(Grant.state == GrantState.ACTIVE, Application.status.in_(LIVE), ~sent)
    )
    return int(session.scalar(scope.visible(query, by, Permission.Fund.READ, OrgUnit.path)) or 0)


# -- policies


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A figure that the office still has to put in."""

    policy_id: str
    policy: Label
    parameter: Label
    clause: str


@dataclass(frozen=True, slots=True)
class OpenDraft:
    """A next edition being written; `proposed` waits for a second person, `mine` is not for me."""

    policy_id: str
    policy: Label
    proposed: bool
    mine: bool


@dataclass(frozen=True, slots=True)
class Policies:
    """Drafts on their way, figures still to be put in, years whose working days nobody can count."""

    drafts: tuple[OpenDraft, ...]
    placeholders: tuple[Placeholder, ...]
    years: tuple[int, ...]


def policies(session: Session, by: Actor, today: date) -> Policies | None:
    """For whoever proposes policies; only drafts that he may sign for who signs; else None."""
    proposes = by.holds(Permission.Policy.PROPOSE)
    drafts = _drafts(session, by)
    if not proposes:
        to_sign = tuple(each for each in drafts if each.proposed and not each.mine)
        return Policies(to_sign, (), ()) if to_sign else None
    now = session.scalars(
        select(Edition)
        .where(
            Edition.in_force_from <= today,
            or_(Edition.in_force_to.is_(None), Edition.in_force_to >= today),
        )
        .order_by(Edition.policy_code)
    )
    found = []
    for edition in now:
        policy = policy_of(edition)
        found += [
            Placeholder(policy.id, Label(policy.zh, policy.en), each.label, each.clause)
            for each in policy.parameters.values()
            if each.placeholder
        ]
    wanted = (today.year, today.year + 1)
    known = set(session.scalars(select(HolidayYear.year).where(HolidayYear.year.in_(wanted))))
    return Policies(drafts, tuple(found), tuple(year for year in wanted if year not in known))


def _drafts(session: Session, by: Actor) -> tuple[OpenDraft, ...]:
    """Open drafts, for whoever proposes or signs."""
    if not any(by.holds(each) for each in (Permission.Policy.PROPOSE, Permission.Policy.SIGN)):
        return ()
    rows = session.execute(
        select(Edition, PolicyDraft.state, PolicyDraft.proposer_id)
        .join(PolicyDraft, PolicyDraft.based_on_id == Edition.id)
        .where(PolicyDraft.state.in_((DraftState.EDITING, DraftState.PROPOSED)))
        .order_by(PolicyDraft.id)
    )
    return tuple(
        OpenDraft(
            edition.policy_code,
            Label(policy_of(edition).zh, policy_of(edition).en),
            state is DraftState.PROPOSED,
            proposer is not None and proposer == by.user_id,
        )
        for edition, state, proposer in rows
    )


# -- oversight


@dataclass(frozen=True, slots=True)
class Oversight:
    """What an auditor looks at first: counts of the last seven days, and what is still open."""

    refused: int
    revealed: int
    exported: int
    objections: int
    recoveries: int
    emergencies: int


def oversight(session: Session, by: Actor, at: datetime) -> Oversight | None:
    """For whoever reads the audit log; None for everybody else."""
    if not by.holds(Permission.Audit.READ):
        return None
    return Oversight(
        refused=_recent(session, "refused:", at),
        revealed=_recent(session, "look:reveal", at),
        exported=_recent(session, "look:export", at),
        objections=open_objections(session, by),
        recoveries=_in_reach(
            session,
            by,
            Permission.Fund.READ,
            select(func.count(Recovery.id))
            .join(Grant, Grant.id == Recovery.grant_id)
            .join(Application, Application.id == Grant.application_id)
            .join(OrgUnit, OrgUnit.id == Application.org_id)
            .where(Recovery.state == RecoveryState.OPEN),
        ),
        emergencies=_in_reach(
            session,
            by,
            Permission.Application.READ,
            select(func.count(Application.id))
            .join(OrgUnit, OrgUnit.id == Application.org_id)
            .where(Application.emergency, Application.status.in_(LIVE)),
        ),
    )


def open_objections(session: Session, by: Actor) -> int:
    """Objections in reach that wait for a finding."""
    query = (
        select(func.count(Objection.id))
        .join(NoticeLine, NoticeLine.id == Objection.notice_line_id)
        .join(Notice, Notice.id == NoticeLine.notice_id)
        .join(OrgUnit, OrgUnit.id == Notice.org_id)
        .where(Objection.state == ObjectionState.OPEN)
    )
    return _in_reach(session, by, Permission.Notice.READ, query)


def _recent(session: Session, action: str, at: datetime) -> int:
    query = select(func.count(AuditRecord.id)).where(
        starts_with(AuditRecord.action, action), AuditRecord.at >= at - WEEK
    )
    return session.scalar(query) or 0


def _in_reach(session: Session, by: Actor, permission: str, query: Select[Any]) -> int:
    return session.scalar(scope.visible(query, by, permission, OrgUnit.path)) or 0
