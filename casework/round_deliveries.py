"""The notice of a round on its way down: department → committee → branch → members, each hop with
its day, its way and who recorded it (clause 4.1.1). It records, and tells the unit in its inbox.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import casework.messages_round  # noqa: F401 - its texts
from casework import access, events, inbox
from casework.clock import day_of
from casework.editions import policy_of
from casework.holders import Holders
from casework.inbox import Notice
from casework.people import Actor
from casework.permissions import Permission
from casework.tree import nearest, units_at
from engine.faults import Fault, Refused
from engine.labels import Label
from engine.procedure import RoundRules
from models.members import Member
from models.orgs import OrgLevel, OrgUnit
from models.rounds import AidRound, RoundDelivery, RoundStatus


def send_from_department(
    session: Session, opened: AidRound, department: OrgUnit, channel: str, by: Actor
) -> int:
    """The first hop, done by opening the round: to every committee, and to branches that stand
    under none. Gives how many."""
    committees = units_at(session, OrgLevel.COMMITTEE)
    wanted = [
        unit
        for unit in _active(session, department, (OrgLevel.COMMITTEE, OrgLevel.BRANCH))
        if unit.level == OrgLevel.COMMITTEE or nearest(unit.path, committees) is None
    ]
    _send(session, opened, department, wanted, opened.notice_on, channel, by, opened.opened_at)
    return len(wanted)


def send_on(
    session: Session,
    opened: AidRound,
    committee: OrgUnit,
    unit_ids: Collection[int],
    *,
    sent_on: date,
    channel: str,
    by: Actor,
    at: datetime,
) -> int:
    """The second hop: a committee that has the notice sends it to branches of its own."""
    rules, found = _usable(session, opened, committee, by)
    own = delivery_of(session, opened, committee)
    if own is None or own.received_on is None:
        found.append(Fault("round_not_received", {"unit": committee.name}))
    else:
        found += _day_faults(own.received_on, sent_on, at, "sent_on")
    found += channel_faults(rules.channels, channel, "channel")
    open_units = {unit.id: unit for unit in to_send(session, opened, committee)}
    if not unit_ids:
        found.append(Fault("round_no_units", {}, "unit"))
    for each in sorted(set(unit_ids) - set(open_units)):
        unit = session.get(OrgUnit, each)
        params = {"unit": unit.name if unit else str(each), "sender": committee.name}
        found.append(Fault("round_not_below", params, "unit"))
    if found:
        raise Refused(found)
    chosen = [open_units[each] for each in sorted(set(unit_ids))]
    _send(session, opened, committee, chosen, sent_on, channel, by, at)
    data = {"from": committee.id, "units": [unit.id for unit in chosen], "channel": channel}
    events.audit(session, by, at, "round.send", "aid_round", opened.id, data)
    return len(chosen)


def receive(
    session: Session, delivery: RoundDelivery, *, received_on: date, by: Actor, at: datetime
) -> RoundDelivery:
    """The unit has the notice."""
    session.flush()
    session.refresh(delivery, with_for_update=True)
    _rules, found = _usable(session, delivery.round, delivery.org, by)
    if delivery.received_on is not None:
        params = {"unit": delivery.org.name, "on": delivery.received_on}
        found.append(Fault("round_received_already", params))
    found += _day_faults(delivery.sent_on, received_on, at, "received_on")
    if found:
        raise Refused(found)
    delivery.received_on, delivery.received_by_id = received_on, by.user_id
    session.flush()
    data = {"unit": delivery.org_id, "received_on": received_on.isoformat()}
    events.audit(session, by, at, "round.receive", "aid_round", delivery.round_id, data)
    return delivery


def tell_members(
    session: Session,
    delivery: RoundDelivery,
    *,
    told_on: date,
    channel: str,
    count: int | None,
    note: str,
    by: Actor,
    at: datetime,
) -> RoundDelivery:
    """The last hop: how many members of the branch were told, when and how. May be recorded again
    as more are told; who was left out needs a reason each time."""
    session.flush()
    session.refresh(delivery, with_for_update=True)
    rules, found = _usable(session, delivery.round, delivery.org, by)
    if delivery.org.level != OrgLevel.BRANCH:
        found.append(Fault("round_not_a_branch", {"unit": delivery.org.name}))
    if delivery.received_on is None:
        found.append(Fault("round_not_received", {"unit": delivery.org.name}))
    else:
        found += _day_faults(delivery.received_on, told_on, at, "told_on")
    found += channel_faults(rules.member_channels, channel, "told_channel")
    there = members_of(session, delivery.org)
    if count is None or not 0 <= count <= there:
        found.append(Fault("round_told_count", {"most": there}, "told_count"))
    elif count < there and not note.strip():
        found.append(Fault("round_untold_reason", {"left": there - count}, "note"))
    if found:
        raise Refused(found)
    delivery.told_on, delivery.told_channel, delivery.told_by_id = told_on, channel, by.user_id
    delivery.told_count, delivery.told_of, delivery.note = count, there, note.strip() or None
    session.flush()
    data = {"unit": delivery.org_id, "told_on": told_on.isoformat(), "told": count, "of": there}
    events.audit(session, by, at, "round.tell", "aid_round", delivery.round_id, data)
    return delivery


def delivery_of(session: Session, opened: AidRound, unit: OrgUnit) -> RoundDelivery | None:
    """The notice on its way to this unit."""
    return session.scalars(
        select(RoundDelivery).where(
            RoundDelivery.round_id == opened.id, RoundDelivery.org_id == unit.id
        )
    ).one_or_none()


def to_send(session: Session, opened: AidRound, committee: OrgUnit) -> list[OrgUnit]:
    """Branches whose nearest committee this is and that do not have the notice yet."""
    committees = units_at(session, OrgLevel.COMMITTEE)
    sent = set(
        session.scalars(select(RoundDelivery.org_id).where(RoundDelivery.round_id == opened.id))
    )
    found = []
    for unit in _active(session, committee, (OrgLevel.BRANCH,)):
        above = nearest(unit.path, committees)
        if unit.id not in sent and above is not None and above.id == committee.id:
            found.append(unit)
    return found


def members_of(session: Session, branch: OrgUnit) -> int:
    """Members whose relation is with the branch now."""
    query = select(func.count(Member.id)).where(
        Member.org_id == branch.id, Member.active, Member.died_on.is_(None)
    )
    return session.scalar(query) or 0


def channel_faults(known: Mapping[str, Label], channel: str, where: str) -> list[Fault]:
    """`round_channel` for a way that the policy does not name."""
    if channel in known:
        return []
    return [Fault("round_channel", {"names": list(known.values())}, where)]


def _usable(
    session: Session, opened: AidRound, unit: OrgUnit, by: Actor
) -> tuple[RoundRules, list[Fault]]:
    """The rules of a round that still runs, for somebody who may record for the unit."""
    found = access.faults(session, by, Permission.Round.DELIVER, unit.id)
    rules = policy_of(opened.edition).procedure.round
    if rules is None:
        found.append(Fault("round_none_in_policy", {}))
    if opened.status == RoundStatus.CLOSED:
        found.append(Fault("round_closed", {"year": opened.year, "on": opened.done_on}))
    if found or rules is None:
        raise Refused(found)
    return rules, []


def _day_faults(first: date, day: date, at: datetime, where: str) -> list[Fault]:
    last = day_of(at)
    if first <= day <= last:
        return []
    return [Fault("round_date_order", {"on": day, "first": first, "last": last}, where)]


def _active(session: Session, above: OrgUnit, levels: Collection[OrgLevel]) -> list[OrgUnit]:
    query = (
        select(OrgUnit)
        .where(
            OrgUnit.path.startswith(above.path, autoescape=True),
            OrgUnit.level.in_(levels),
            OrgUnit.active,
            OrgUnit.id != above.id,
        )
        .order_by(OrgUnit.path)
    )
    return list(session.scalars(query))


def _send(
    session: Session,
    opened: AidRound,
    sender: OrgUnit,
    units: Collection[OrgUnit],
    on: date,
    channel: str,
    by: Actor,
    at: datetime,
) -> None:
    """Send the notice on, and tell those of each unit who receive it that it is there."""
    for unit in units:
        session.add(
            RoundDelivery(
                round_id=opened.id,
                org_id=unit.id,
                from_org_id=sender.id,
                sent_on=on,
                channel=channel,
                sent_by_id=by.user_id,
            )
        )
    session.flush()
    session.expire(opened, ["deliveries"])
    holders = Holders(session, day_of(at))
    title = Label(f"年度帮扶通知：{opened.title}", f"Notice of the yearly round: {opened.title}")
    for unit in units:
        told = Notice(f"round:{opened.id}:{unit.id}", "round", title, body={"round": opened.id})
        people = holders.permitted(Permission.Round.DELIVER, unit.path, unit.level)
        inbox.tell(session, people, told, at)
