"""传签: an urgent application goes round for signature, since it cannot wait for the meeting.

Who may send it round and who may sign is the procedure's (`emergency.circulation`). It is complete
when everybody named has agreed, and is chased until the meeting has ratified it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import duties, emergency, endings, inbox, moves, people
from casework.clock import day_of
from casework.holders import Holders
from casework.people import Actor
from casework.permissions import Permission
from casework.scope import may_as
from engine.faults import Fault, Refused
from engine.labels import Label
from engine.procedure import CirculationRules
from models.applications import Application, Approval
from models.meetings import Circulation, CirculationSignature, CirculationState
from models.people import User

KIND = "circulation"
START, SIGN, STOP = "circulate", "circulation_signed", "circulation_stopped"
LABELS = {START: Label("发起传签", "Send round for signature"), SIGN: Label("签署", "Sign")}


def rules_of(application: Application) -> CirculationRules | None:
    """What the pinned policy asks before an emergency; None where it asks for no signatures."""
    policy, road = moves.policy_and_road(application)
    rules = policy.procedure.emergency
    if rules is None or not policy.procedure.may_pay_first(road.id):
        return None
    return rules.circulation


def all_of(session: Session, application: Application) -> Sequence[Circulation]:
    """Every circulation of the application, the newest first."""
    return session.scalars(
        select(Circulation)
        .where(Circulation.application_id == application.id)
        .order_by(Circulation.id.desc())
    ).all()


def standing(session: Session, application: Application) -> Circulation | None:
    """The one that is under way or complete."""
    return session.scalars(
        select(Circulation).where(
            Circulation.application_id == application.id,
            Circulation.state != CirculationState.STOPPED,
        )
    ).one_or_none()


def ratified(session: Session, circulation: Circulation) -> Approval | None:
    """The meeting's own opinion, once it has one: it settles what was signed for."""
    rules = rules_of(circulation.application)
    if rules is None:
        return None
    return session.scalars(
        select(Approval)
        .where(
            Approval.application_id == circulation.application_id,
            Approval.stage == rules.ratified_at,
        )
        .order_by(Approval.id.desc())
        .limit(1)
    ).one_or_none()


def signers(session: Session, application: Application, at: datetime) -> list[User]:
    """Who may be named: the procedure's roles over the branch, but nobody who must recuse himself or
    has had another duty in this application."""
    rules = rules_of(application)
    if rules is None:
        return []
    today = day_of(at)
    ids = Holders(session, today).of(rules.signed_by, moves.org_path(application))
    users = session.scalars(select(User).where(User.id.in_(ids)).order_by(User.id))
    return [
        user
        for user in users
        if not duties.faults(session, application, people.actor(session, user, today), "approve")
    ]


def needed_faults(session: Session, application: Application) -> list[Fault]:
    """Why the emergency cannot be authorised yet: nobody sent it round, or somebody has not signed."""
    rules = rules_of(application)
    if rules is None:
        return []
    found = standing(session, application)
    if found is None:
        return [Fault("circulation_missing", {"label": rules.label, "count": rules.at_least})]
    left = [one.user.display_name for one in found.signatures if one.agrees is None]
    return [Fault("circulation_unsigned", {"label": rules.label, "names": left})] if left else []


def start_faults(session: Session, application: Application, by: Actor) -> list[Fault]:
    """Why this person cannot send it round now; empty when he can."""
    rules = rules_of(application)
    if rules is None:
        return [Fault("circulation_not_here", {})]
    if not any(held.role_code in rules.started_by for held in by.roles):
        return [Fault("wrong_role", {"stage": rules.label})]
    path = moves.org_path(application)
    if not may_as(by, Permission.Application.READ, rules.started_by, path):
        return [Fault("out_of_scope", {})]
    found = duties.recusal(session, application, by)
    if application.status not in moves.LIVE:
        found.append(moves.status_fault(application))
    if standing(session, application) is not None or emergency.authorised(session, application):
        found.append(Fault("circulation_twice", {}))
    return found


def start(
    session: Session,
    application: Application,
    named: Collection[int],
    reason: str,
    *,
    by: Actor,
    at: datetime,
    expected_version: int,
) -> Circulation:
    """Send the application round to the named users; each of them is told."""
    moves.lock(session, [application])
    found = start_faults(session, application, by)
    rules = rules_of(application)
    if found or rules is None or by.user_id is None:
        raise Refused(found or [Fault("no_person", {})])
    found += moves.check_version(application, expected_version) + endings.reason_faults(reason)
    wanted = list(dict.fromkeys(named))
    if not set(wanted) <= {user.id for user in signers(session, application, at)}:
        found.append(Fault("circulation_not_signer", {}, "named"))
    if len(wanted) < rules.at_least:
        found.append(Fault("circulation_too_few", {"count": rules.at_least}, "named"))
    if found:
        raise Refused(found)
    made = Circulation(
        application_id=application.id,
        reason=reason.strip(),
        state=CirculationState.OPEN,
        by_id=by.user_id,
        at=at,
        signatures=[CirculationSignature(user_id=number) for number in wanted],
    )
    session.add(made)
    session.flush()
    data = {"named": [one.user.display_name for one in made.signatures]}
    moves.move(session, application, verb=START, by=by, at=at, reason=made.reason, data=data)
    _tell(session, made, wanted, _please_sign(application), "ask", at)
    return made


def sign_faults(session: Session, circulation: Circulation, by: Actor) -> list[Fault]:
    """Why this person cannot sign now; empty when he can."""
    mine = _signature(circulation, by)
    if mine is None:
        return [Fault("circulation_not_named", {})]
    if circulation.state != CirculationState.OPEN:
        return [Fault("circulation_not_open", {})]
    if mine.agrees is not None:
        return [Fault("circulation_signed", {})]
    application = circulation.application
    rules = rules_of(application)
    path = moves.org_path(application)
    may_read = Permission.Application.READ
    if rules is None or not may_as(by, may_read, rules.signed_by, path):
        return [Fault("wrong_role", {"stage": LABELS[SIGN]})]
    return duties.faults(session, application, by, "approve")


def sign(
    session: Session,
    circulation: Circulation,
    agrees: bool,
    opinion: str,
    *,
    by: Actor,
    at: datetime,
) -> Circulation:
    """Sign, or refuse to with a reason, which stops the circulation. The last one completes it."""
    application = circulation.application
    moves.lock(session, [application])
    session.refresh(circulation, with_for_update=True)
    found = sign_faults(session, circulation, by)
    if not agrees:
        found += endings.reason_faults(opinion)
    mine = _signature(circulation, by)
    if found or mine is None:
        raise Refused(found)
    settle(session, circulation, mine, by, agrees, opinion, at)
    data = {"agrees": agrees, "state": circulation.state}
    moves.move(session, application, verb=SIGN, by=by, at=at, reason=opinion.strip(), data=data)
    return circulation


def settle(
    session: Session,
    circulation: Circulation,
    signature: CirculationSignature,
    signer: Actor,
    agrees: bool,
    opinion: str,
    at: datetime,
) -> None:
    """Write what the signer said and what it makes of the circulation. Called by verbs that have
    checked it; writes no event."""
    signature.agrees, signature.opinion, signature.at = agrees, opinion.strip() or None, at
    duties.take(session, circulation.application, signer, "approve")
    if not agrees:
        _end(circulation, CirculationState.STOPPED, at, f"{signer.name}：{opinion.strip()}")
    elif all(one.agrees for one in circulation.signatures):
        _end(circulation, CirculationState.COMPLETE, at)


def stop(
    session: Session, circulation: Circulation, reason: str, *, by: Actor, at: datetime
) -> Circulation:
    """Call it off with a reason, as those may who send it round, while nothing was paid on it."""
    application = circulation.application
    moves.lock(session, [application])
    session.refresh(circulation, with_for_update=True)
    found = [
        fault
        for fault in start_faults(session, application, by)
        if fault.code != "circulation_twice"
    ]
    if circulation.state == CirculationState.STOPPED:
        found.append(Fault("circulation_not_open", {}))
    if emergency.authorised(session, application):
        found.append(Fault("circulation_used", {}))
    found += endings.reason_faults(reason)
    if found:
        raise Refused(found)
    _end(circulation, CirculationState.STOPPED, at, reason.strip())
    moves.move(session, application, verb=STOP, by=by, at=at, reason=reason.strip())
    return circulation


def unsettled(
    session: Session, application_ids: Collection[int] | None = None
) -> list[Circulation]:
    """Those that stand and that no meeting has ratified, the oldest first."""
    query = select(Circulation).where(Circulation.state != CirculationState.STOPPED)
    if application_ids is not None:
        query = query.where(Circulation.application_id.in_(application_ids))
    rows = session.scalars(query.order_by(Circulation.id)).all()
    return [
        row
        for row in rows
        if row.application.status in moves.LIVE and ratified(session, row) is None
    ]


def chase(session: Session, application_ids: Collection[int], at: datetime) -> int:
    """Remind whoever has not signed; once all have, everybody until the meeting has ratified it.
    Gives how many were told."""
    count = 0
    for one in unsettled(session, application_ids):
        rules = rules_of(one.application)
        if rules is None:
            continue
        is_open = one.state == CirculationState.OPEN
        since = one.at if is_open or one.ended_at is None else one.ended_at
        turn = (day_of(at) - day_of(since)).days // rules.chased_every
        if turn < 1:
            continue
        if is_open:
            users = [row.user_id for row in one.signatures if row.agrees is None]
            count += _tell(session, one, users, _please_sign(one.application), f"ask:{turn}", at)
        else:
            users = [one.by_id, *(row.user_id for row in one.signatures)]
            count += _tell(session, one, users, _to_ratify(one.application), f"ratify:{turn}", at)
    return count


def _signature(circulation: Circulation, by: Actor) -> CirculationSignature | None:
    return next((one for one in circulation.signatures if one.user_id == by.user_id), None)


def _end(
    circulation: Circulation, state: CirculationState, at: datetime, reason: str | None = None
) -> None:
    circulation.state, circulation.ended_at, circulation.stop_reason = state, at, reason


def _tell(
    session: Session,
    circulation: Circulation,
    users: Sequence[int],
    title: Label,
    key: str,
    at: datetime,
) -> int:
    number = circulation.application_id
    notice = inbox.Notice(f"circulation:{circulation.id}:{key}", KIND, title, number)
    return inbox.tell(session, users, notice, at)


def _please_sign(application: Application) -> Label:
    number = application.number
    return Label(f"{number}紧急传签，请签署。", f"{number} is circulated for signature: sign it.")


def _to_ratify(application: Application) -> Label:
    number = application.number
    return Label(
        f"{number}已传签，尚待会议追认。",
        f"{number} was signed by circulation; a meeting has still to ratify it.",
    )
