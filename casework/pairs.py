"""Helping pairs: a branch puts a member who can help beside one in hardship (clause 6.2).

Who may help whom is the policy's to say and not checked here beyond plain sense.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import differences, events
from casework.access import require
from casework.people import Actor
from casework.permissions import Permission
from engine.faults import Fault, Refused
from models.members import Member
from models.orgs import OrgUnit
from models.pairs import HelpingPair, PairState


def start(
    session: Session,
    helper: Member,
    helped: Member,
    org: OrgUnit,
    *,
    start_on: date,
    by: Actor,
    at: datetime,
    end_on: date | None = None,
    skill: str = "",
    plan: str = "",
    goal: str = "",
) -> HelpingPair:
    """Begin a pair in a branch; both members must belong to the person's part of the tree."""
    require(session, by, Permission.Pair.WRITE, org.id)
    found = _faults(session, helper, helped, org, start_on, end_on)
    if found:
        raise Refused(found)
    pair = HelpingPair(
        helper_id=helper.id,
        helped_id=helped.id,
        org_id=org.id,
        start_on=start_on,
        end_on=end_on,
        skill=skill or None,
        plan=plan or None,
        goal=goal or None,
        state=PairState.ACTIVE,
    )
    session.add(pair)
    session.flush()
    data = {"helper": helper.id, "helped": helped.id}
    events.audit(session, by, at, "pair.start", "pair", pair.id, data)
    return pair


def change(
    session: Session,
    pair: HelpingPair,
    *,
    by: Actor,
    at: datetime,
    expected_version: int,
    end_on: date | None = None,
    skill: str = "",
    plan: str = "",
    goal: str = "",
) -> HelpingPair:
    """Rewrite term and plan of a running pair."""
    _lock(session, pair, by, expected_version)
    if end_on is not None and end_on < pair.start_on:
        raise Refused([Fault("ends_before_start", {}, "end_on")])
    before = _terms(pair)
    pair.end_on, pair.skill = end_on, skill or None
    pair.plan, pair.goal = plan or None, goal or None
    session.flush()
    changes = differences.between(before, _terms(pair))
    events.audit(session, by, at, "pair.change", "pair", pair.id, {"changes": changes})
    return pair


def end(
    session: Session,
    pair: HelpingPair,
    *,
    on: date,
    reason: str,
    by: Actor,
    at: datetime,
    expected_version: int,
) -> HelpingPair:
    """End a pair, with the reason."""
    _lock(session, pair, by, expected_version)
    found = []
    if not reason.strip():
        found.append(Fault("reason_missing", {}, "reason"))
    if on < pair.start_on:
        found.append(Fault("ends_before_start", {}, "on"))
    if found:
        raise Refused(found)
    before = _terms(pair)
    pair.state, pair.end_on, pair.end_reason = PairState.ENDED, on, reason.strip()
    session.flush()
    data = {"reason": reason, "changes": differences.between(before, _terms(pair))}
    events.audit(session, by, at, "pair.end", "pair", pair.id, data)
    return pair


def _faults(
    session: Session,
    helper: Member,
    helped: Member,
    org: OrgUnit,
    start_on: date,
    end_on: date | None,
) -> list[Fault]:
    found = []
    if helper.id == helped.id:
        found.append(Fault("pair_with_self", {}, "helped"))
    if end_on is not None and end_on < start_on:
        found.append(Fault("ends_before_start", {}, "end_on"))
    for member, where in ((helper, "helper"), (helped, "helped")):
        if not member.org.path.startswith(org.path):
            found.append(Fault("pair_other_branch", {"name": member.name}, where))
        if not member.active or member.died_on is not None:
            found.append(Fault("pair_member_gone", {"name": member.name}, where))
    running = select(HelpingPair.id).where(
        HelpingPair.helper_id == helper.id,
        HelpingPair.helped_id == helped.id,
        HelpingPair.state == PairState.ACTIVE,
    )
    if session.scalar(running) is not None:
        found.append(Fault("pair_exists", {"helper": helper.name, "helped": helped.name}))
    return found


def _terms(pair: HelpingPair) -> dict[str, object]:
    """What of a pair can change."""
    return {name: getattr(pair, name) for name in ("end_on", "skill", "plan", "goal", "state")}


def _lock(session: Session, pair: HelpingPair, by: Actor, expected_version: int) -> None:
    require(session, by, Permission.Pair.WRITE, pair.org_id)
    session.flush()
    session.refresh(pair, with_for_update=True)
    found = []
    if pair.version != expected_version:
        found.append(Fault("stale_page", {"number": pair.id}))
    if pair.state != PairState.ACTIVE:
        found.append(Fault("pair_ended", {}))
    if found:
        raise Refused(found)
