"""Register applications and write down what is known of them. Steps of the road are in `steps`.

Facts are checked by the pinned policy; a fact is written by whoever the procedure asks for it,
and an application that has left the branch is not rewritten there behind anybody's back.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from casework import (
    access,
    assessments,
    behalf,
    corrections,
    deaths,
    duties,
    editions,
    entries,
    events,
    moves,
    payees,
    starts,
)
from casework.clock import day_of
from casework.endings import withdraw
from casework.facts import sheet_faults
from casework.papers import TYPED
from casework.people import Actor
from casework.permissions import Permission
from casework.steps import complete
from engine import Policy
from engine.faults import Fault, Refused
from models.applications import Application, CaseStatus, PayMethod
from models.editions import Edition
from models.members import Member
from models.settings import next_number

__all__ = ["register", "save", "set_payee", "submit", "withdraw"]


def register(
    session: Session,
    member: Member,
    road: str,
    applied_on: date,
    *,
    by: Actor,
    at: datetime,
    facts: Mapping[str, object] | None = None,
    form: Mapping[str, object] | None = None,
    policy_code: str | None = None,
) -> Application:
    """Register a member's personal application as a draft (clause 4.1).

    It is pinned to the edition in force on the day that the policy picks by. Facts may be
    incomplete; what is there must be right. `policy_code` may be left out where there is one.
    """
    found = access.faults(session, by, Permission.Application.REGISTER, member.org_id)
    if found or by.user_id is None:
        raise Refused(found or [Fault("no_person", {})])
    typed = entries.clean(facts or {})
    edition, policy = _edition(session, policy_code, applied_on, typed)
    if road not in policy.procedure.roads:
        raise Refused([Fault("unknown_road", {"road": road}, "road")])
    way = policy.procedure.road(road)
    typed, found = starts.facts_for(policy, way, typed)
    found += _member_faults(member, applied_on, day_of(at))
    with session.begin_nested():
        application = Application(
            number=_number(session, applied_on.year),
            member=member,
            org_id=member.org_id,
            edition=edition,
            road=road,
            aid_year=entries.aid_year(typed, applied_on),
            status=CaseStatus.DRAFT,
            stage=way.first.id,
            stage_since=at,
            facts={},
            form={},
            applied_on=applied_on,
            created_by_id=by.user_id,
            created_at=at,
        )
        session.add(application)
        session.flush()
        found += duties.recusal(session, application, by)
        found += entries.write(application, typed, entries.clean(form or {}), way.first, policy)
        found += sheet_faults(session, application, policy, typed)
        found += _assess(session, application) if not found else []
        found += entries.year_faults(policy, typed, applied_on) if not found else []
        if found:
            raise Refused(found)
        duties.take(session, application, by, moves.duty_at(way, way.first))
        data: dict[str, object] = {**_contents(application)}
        if behalf.note(session, application, by, at, Permission.Application.REGISTER):
            data["on_behalf"] = True
        events.record(
            session, application, verb="register", by=by, at=at, before=(None, None), data=data
        )
    return application


def save(
    session: Session,
    application: Application,
    *,
    by: Actor,
    at: datetime,
    expected_version: int,
    facts: Mapping[str, object] | None = None,
    form: Mapping[str, object] | None = None,
    draft: Mapping[str, object] | None = None,
    put_back: int | None = None,
    reason: str = "",
) -> Application:
    """Write facts and form texts; None for a name takes it back to unknown, others stay.

    At the branch everything asked there may be written, by those who may write applications; at
    a later stage only what is asked at that very stage, by those who may take it. The event
    keeps the values before and after.

    `draft` is plain JSON of whatever was typed and cannot be stored yet, kept whole in place of
    the last one, at the level of entry only; None leaves what is there, an empty one removes it.
    It is no text of the form, stands in no event and goes when the stage is taken. `put_back` is
    the number of the event whose change this undoes (`casework.put_back`).

    `reason` says why it is corrected; an application that was returned takes the reason of the
    return where none is given.
    """
    moves.lock(session, [application])
    policy, road = moves.policy_and_road(application)
    stage = road.stage(application.stage)
    at_entry = entries.at_entry(road, stage)
    if at_entry:
        found = moves.check_access(session, application, by, Permission.Application.WRITE)
    else:
        found = moves.right_faults(session, application, stage, by)
    if found:
        raise Refused(found)
    found += moves.check_version(application, expected_version)
    if application.status not in moves.LIVE:
        raise Refused([*found, moves.status_fault(application)])
    duty = moves.duty_at(road, road.first if at_entry else stage)
    found += duties.faults(session, application, by, duty)
    before = _contents(application)
    why = reason.strip() or corrections.asked_for(session, application)
    with session.begin_nested():
        found += entries.write(application, dict(facts or {}), dict(form or {}), stage, policy)
        found += sheet_faults(session, application, policy, dict(facts or {}))
        if not found:
            _typed, found = starts.facts_for(policy, road, application.facts)
        found = found or _assess(session, application)
        found = found or entries.year_faults(policy, application.facts, application.applied_on)
        if found:
            raise Refused(found)
        application.aid_year = entries.aid_year(application.facts, application.applied_on)
        if at_entry and draft is not None:
            entries.keep_typed(application, draft)
        if not at_entry:
            checked = assessments.assess_now(session, application)
            assessments.record_decision(
                session, application, checked, f"facts:{stage.id}", by=by, at=at
            )
        duties.take(session, application, by, duty)
        now = _contents(application)
        data: dict[str, object] = {n: entries.changes(before[n], now[n]) for n in now}
        if put_back is not None:
            data["put_back"] = put_back
        if at_entry and behalf.note(session, application, by, at, Permission.Application.WRITE):
            data["on_behalf"] = True
        moves.move(session, application, verb="save", by=by, at=at, reason=why, data=data)
    return application


def submit(
    session: Session,
    application: Application,
    record: Mapping[str, object],
    *,
    by: Actor,
    at: datetime,
    expected_version: int,
) -> Application:
    """Complete the first stage of the road: the personal application has been handed in."""
    _policy, road = moves.policy_and_road(application)
    return complete(
        session,
        application,
        road.first.id,
        record,
        by=by,
        at=at,
        expected_version=expected_version,
    )


def set_payee(
    session: Session,
    application: Application,
    *,
    name: str | None,
    kinship: str | None,
    method: PayMethod | None,
    account: str | None,
    by: Actor,
    at: datetime,
    expected_version: int,
    id_number: str | None = None,
) -> Application:
    """Say who is paid and how: the member (no name), or after death an heir with the kinship and
    the papers that the policy asks as proof.

    Only while the member may still withdraw, that is before money moves.
    """
    moves.lock(session, [application])
    _policy, road = moves.policy_and_road(application)
    found = moves.check_access(session, application, by, Permission.Application.WRITE)
    if found:
        raise Refused(found)
    found += moves.check_version(application, expected_version)
    duty = moves.duty_at(road, road.first)
    found += duties.faults(session, application, by, duty)
    if application.status not in moves.LIVE:
        found.append(moves.status_fault(application))
    elif not road.may_withdraw_at(application.stage):
        found.append(Fault("payee_too_late", {}))
    if name and not kinship:
        found.append(Fault("payee_kinship_missing", {}, "kinship"))
    if name and deaths.known(session, application).died is False:
        found.append(Fault("payee_is_member", {"name": application.member.name}, "name"))
    elif name:
        found += payees.unproven(session, application)
    if found:
        raise Refused(found)
    application.payee_name, application.payee_kinship = name or None, kinship or None
    application.payee_method = method
    application.payee_account = account
    application.payee_account_by_id = by.user_id if account else None
    application.payee_id_number = id_number
    duties.take(session, application, by, duty)
    data = {"method": method.value if method else None, "heir": bool(name)}
    moves.move(session, application, verb="set_payee", by=by, at=at, data=data)
    return application


def _edition(
    session: Session, policy_code: str | None, applied_on: date, typed: Mapping[str, object]
) -> tuple[Edition, Policy]:
    """The edition in force on the date that the policy picks by (`pick_by`)."""
    if policy_code is None:
        codes = editions.policy_codes(session)
        if len(codes) != 1:
            raise Refused([Fault("policy_not_chosen", {"codes": codes}, "policy")])
        policy_code = codes[0]
    edition, policy = editions.in_force(session, policy_code, applied_on)
    on = entries.picking_day(policy, typed, applied_on)
    return (edition, policy) if on == applied_on else editions.in_force(session, policy_code, on)


def _member_faults(member: Member, applied_on: date, today: date) -> list[Fault]:
    found = []
    if applied_on > today:
        found.append(Fault("date_in_future", {"on": applied_on}, "applied_on"))
    if not member.active:
        found.append(Fault("member_gone", {"name": member.name}, "member"))
    return found


def _contents(application: Application) -> dict[str, dict[str, object]]:
    """What an event keeps of the application: its facts and the texts of its form."""
    texts = {name: text for name, text in application.form.items() if name != TYPED}
    return {"facts": dict(application.facts), "form": texts}


def _assess(session: Session, application: Application) -> list[Fault]:
    """Show on the application what the rules say now; wrong facts are faults."""
    try:
        assessments.show(application, assessments.assess_now(session, application))
    except Refused as refused:
        return list(refused.faults)
    return []


def _number(session: Session, year: int) -> str:
    """The next application number of a year, 2026-000123."""
    series = f"application:{year}"
    try:
        with session.begin_nested():
            count = next_number(session, series)
    except IntegrityError:  # somebody opened the series in this very moment; now it exists
        count = next_number(session, series)
    return f"{year}-{count:06d}"
