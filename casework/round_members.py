"""Last year's recipients in a new round: offered, never carried over by themselves (clause 1.2).

Each waits for an application of his own. Registering it makes an ordinary draft of this year; what
he answered last year stands in its form to be looked at anew and counts only once somebody keeps it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, insert, literal, select
from sqlalchemy.orm import Session, selectinload

import casework.messages_round  # noqa: F401 - its texts
from casework import access, applications, duties, entries, events, scope
from casework.clock import day_of
from casework.editions import policy_of
from casework.people import Actor
from casework.permissions import Permission
from engine.faults import Fault, Refused
from engine.procedure import RoundRules
from models.applications import Application, CaseStatus
from models.ledger import Grant, GrantState
from models.members import Member
from models.orgs import OrgUnit
from models.rounds import AidRound, RoundMember, RoundStatus

ENDED = (CaseStatus.WITHDRAWN, CaseStatus.CANCELLED, CaseStatus.REFUSED)


@dataclass(frozen=True, slots=True)
class Offered:
    """One of last year's people, and the application of this year where there is one."""

    row: RoundMember
    now: Application | None

    @property
    def state(self) -> str:
        """applied, declined, gone or waiting."""
        if self.now is not None:
            return "applied"
        if self.row.declined_on is not None:
            return "declined"
        member = self.row.member
        return "gone" if not member.active or member.died_on is not None else "waiting"


def carry_over(session: Session, opened: AidRound, rules: RoundRules) -> int:
    """Offer everybody who was aided on this road in the years before; one statement, however many,
    and doing it twice adds nobody twice. Gives how many were added."""
    carried = rules.carry_over
    if carried is None:
        return 0
    known = select(RoundMember.member_id).where(RoundMember.round_id == opened.id)
    chosen = (
        select(
            literal(opened.id),
            Grant.member_id,
            func.max(Grant.application_id),
        )
        .join(Application, Application.id == Grant.application_id)
        .join(Member, Member.id == Grant.member_id)
        .join(OrgUnit, OrgUnit.id == Member.org_id)
        .where(
            Grant.state == GrantState.ACTIVE,
            Grant.aid_year.between(opened.year - carried.years, opened.year - 1),
            Application.road == opened.road,
            Member.active,
            Member.died_on.is_(None),
            OrgUnit.path.startswith(opened.org.path, autoescape=True),
            Grant.member_id.not_in(known),
        )
        .group_by(Grant.member_id)
    )
    table = RoundMember.__table__
    before = _count(session, opened)
    session.execute(
        insert(RoundMember).from_select(
            [table.c.round_id, table.c.member_id, table.c.application_id], chosen
        )
    )
    session.flush()
    return _count(session, opened) - before


def offered(session: Session, opened: AidRound, by: Actor, *, most: int = 500) -> list[Offered]:
    """Those in the person's reach, by branch and name."""
    query = (
        select(RoundMember)
        .join(Member, Member.id == RoundMember.member_id)
        .join(OrgUnit, OrgUnit.id == Member.org_id)
        .options(
            selectinload(RoundMember.member).selectinload(Member.org),
            selectinload(RoundMember.application),
        )
        .where(RoundMember.round_id == opened.id)
        .order_by(OrgUnit.path, Member.name_place, RoundMember.id)
        .limit(most)
    )
    visible = scope.visible(query, by, Permission.Application.READ, OrgUnit.path)
    rows = list(session.scalars(visible))
    now = _this_year(session, opened, [row.member_id for row in rows])
    return [Offered(row, now.get(row.member_id)) for row in rows]


def take_up(
    session: Session, row: RoundMember, applied_on: date, *, by: Actor, at: datetime
) -> Application:
    """Register the member's own application of this year as a draft, with last year's answers in
    its form to be checked. Nothing of them is a fact before somebody keeps it."""
    opened, member = row.round, row.member
    found = _usable(session, row, by)
    now = _this_year(session, opened, [row.member_id]).get(row.member_id)
    if now is not None:
        found.append(Fault("round_member_applied", {"name": member.name, "number": now.number}))
    if row.declined_on is not None:
        params = {"name": member.name, "on": row.declined_on}
        found.append(Fault("round_member_declined", params))
    if not opened.notice_on <= applied_on <= day_of(at):
        params = {"on": applied_on, "first": opened.notice_on, "last": day_of(at)}
        found.append(Fault("round_date_order", params, "applied_on"))
    if found:
        raise Refused(found)
    facts = {"aid_year": opened.year} if opened.year != applied_on.year else {}
    code = opened.edition.policy_code
    made = applications.register(
        session, member, opened.road, applied_on, by=by, at=at, facts=facts, policy_code=code
    )
    entries.keep_typed(made, _last_answers(row, made))
    session.flush()
    data = {"round": opened.id, "from": row.application.number, "number": made.number}
    events.audit(session, by, at, "round.take_up", "application", made.id, data)
    return made


def decline(session: Session, row: RoundMember, reason: str, *, by: Actor, at: datetime) -> None:
    """Write down that the member does not apply this time, and why."""
    found = _usable(session, row, by)
    now = _this_year(session, row.round, [row.member_id]).get(row.member_id)
    if now is not None:
        params = {"name": row.member.name, "number": now.number}
        found.append(Fault("round_member_applied", params))
    if row.declined_on is not None:  # a page opened before writes no reason over
        known: dict[str, object] = {"name": row.member.name, "on": row.declined_on}
        found.append(Fault("round_declined_already", known))
    if not reason.strip():
        found.append(Fault("reason_missing", {}, "reason"))
    if found:
        raise Refused(found)
    row.declined_on, row.reason, row.by_id = day_of(at), reason.strip(), by.user_id
    session.flush()
    events.audit(session, by, at, "round.decline", "member", row.member_id, {"reason": row.reason})


def take_back(session: Session, row: RoundMember, *, by: Actor, at: datetime) -> None:
    """The member applies after all."""
    found = _usable(session, row, by)
    if row.declined_on is None:
        found.append(Fault("round_member_not_declined", {"name": row.member.name}))
    if found:
        raise Refused(found)
    row.declined_on = row.reason = row.by_id = None
    session.flush()
    events.audit(session, by, at, "round.take_back", "member", row.member_id, {})


def _usable(session: Session, row: RoundMember, by: Actor) -> list[Fault]:
    found = access.faults(session, by, Permission.Application.REGISTER, row.member.org_id)
    if found:
        raise Refused(found)
    session.refresh(row, with_for_update=True)
    if row.round.status == RoundStatus.CLOSED:
        params = {"year": row.round.year, "on": row.round.done_on}
        found.append(Fault("round_closed", params))
    return found + duties.recusal(session, row.application, by)


def _last_answers(row: RoundMember, made: Application) -> dict[str, object]:
    """Last year's answers to what the policy shows again, as texts that were typed and not kept."""
    rules = row.round.edition and policy_of(row.round.edition).procedure.round
    policy = policy_of(made.edition)
    names = rules.carry_over.facts if rules and rules.carry_over else ()
    old = row.application.facts
    road = policy.procedure.road(made.road)
    facts = {
        name: old[name]
        for name in names
        if old.get(name) is not None
        and name in policy.facts
        and name not in made.facts
        and entries.may_write(policy, road, road.first, name)
    }
    return {"facts": facts, "record": {}, "carried_from": row.application.number}


def _this_year(
    session: Session, opened: AidRound, members: Sequence[int]
) -> dict[int, Application]:
    """The newest application of this round for each member, unless it ended without aid."""
    rows = session.scalars(
        select(Application)
        .where(
            Application.member_id.in_(members),
            Application.road == opened.road,
            Application.aid_year == opened.year,
            Application.status.not_in(ENDED),
        )
        .order_by(Application.id)
    )
    return {each.member_id: each for each in rows}


def _count(session: Session, opened: AidRound) -> int:
    query = select(func.count(RoundMember.id)).where(RoundMember.round_id == opened.id)
    return session.scalar(query) or 0
