"""The yearly round: the department opens it with its notice and closes it with what is left over
(clauses 4.1.1, 4.6.1). How the notice goes down is `round_deliveries`, who of last year is offered
`round_members`. Opening a round moves no application and gives nobody anything (clause 1.2).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import casework.messages_round  # noqa: F401 - its texts
from casework import access, calendar, editions, events, round_deliveries, round_members
from casework.clock import day_of
from casework.people import Actor
from casework.permissions import Permission
from casework.round_progress import left_over
from casework.scope import may_as
from engine import Policy
from engine.faults import Fault, Refused
from engine.procedure import RoundRules
from engine.rounds import due_on
from models.orgs import OrgUnit
from models.rounds import AidRound, RoundStatus

TITLE_LENGTH = 200
DOCUMENT_LENGTH = 64
EARLIEST = timedelta(days=366)
"""A round that was opened on paper may be typed in later, but not from years ago."""


def rules_of(policy: Policy, road: str | None = None) -> RoundRules | None:
    """What the policy says of the yearly round of a road; None where it has none."""
    rules = policy.procedure.round
    return rules if rules is not None and (road is None or road in rules.roads) else None


def open_round(
    session: Session,
    department: OrgUnit,
    *,
    policy_code: str,
    road: str,
    year: int,
    notice_on: date,
    channel: str,
    title: str,
    body: str,
    document_number: str = "",
    by: Actor,
    at: datetime,
) -> AidRound:
    """Open the year's round: keep its notice, send it to every committee, offer last year's people.

    Every fault comes at once. One round of a road, year and department; a second is refused by the
    database too.
    """
    found = access.faults(session, by, Permission.Round.OPEN, department.id)
    if found or by.user_id is None:
        raise Refused(found or [Fault("no_person", {})])
    edition, policy = editions.in_force(session, policy_code, notice_on)
    rules = rules_of(policy, road)
    if rules is None:
        raise Refused([Fault("round_none_in_policy", {}, "road")])
    found += _opening_faults(session, department, rules, road, year, notice_on, by, at)
    found += round_deliveries.channel_faults(rules.channels, channel, "channel")
    if not title.strip() or len(title.strip()) > TITLE_LENGTH or not body.strip():
        found.append(Fault("round_words_missing", {"most": TITLE_LENGTH}, "title"))
    if len(document_number.strip()) > DOCUMENT_LENGTH:
        found.append(Fault("round_document_long", {"most": DOCUMENT_LENGTH}, "document_number"))
    if found:
        raise Refused(found)
    made = AidRound(
        org_id=department.id,
        edition_id=edition.id,
        road=road,
        year=year,
        document_number=document_number.strip() or None,
        title=title.strip(),
        body=body.strip(),
        notice_on=notice_on,
        due_on=due_on(policy, rules, notice_on, calendar.load(session)),
        opened_by_id=by.user_id,
        opened_at=at,
        status=RoundStatus.OPEN,
    )
    try:
        with session.begin_nested():
            session.add(made)
            session.flush()
    except IntegrityError:  # somebody else opened it in this moment
        raise Refused([Fault("round_exists", {"year": year}, "year")]) from None
    sent = round_deliveries.send_from_department(session, made, department, channel, by)
    offered = round_members.carry_over(session, made, rules)
    data: dict[str, object] = {"year": year, "road": road, "notice_on": notice_on.isoformat()}
    data |= {"units": sent, "offered": offered, "document": made.document_number}
    events.audit(session, by, at, "round.open", "aid_round", made.id, data)
    return made


def close(
    session: Session,
    opened: AidRound,
    *,
    done_on: date,
    note: str,
    by: Actor,
    at: datetime,
    expected_version: int,
) -> AidRound:
    """Close the round: freeze what is left over, with a reason where anything is.

    Closing ends no application: those on their way go on, late ones stay flagged.
    """
    session.flush()
    session.refresh(opened, with_for_update=True)
    found = access.faults(session, by, Permission.Round.CLOSE, opened.org_id)
    if found:
        raise Refused(found)
    rules = rules_of(editions.policy_of(opened.edition), opened.road)
    if rules and not may_as(by, Permission.Round.CLOSE, rules.closed_by, opened.org.path):
        raise Refused([Fault("wrong_role", {"stage": rules.label})])
    if opened.version != expected_version:
        found.append(Fault("stale_page", {"number": str(opened.year)}))
    found += open_faults(opened)
    if not opened.notice_on <= done_on <= day_of(at):
        params = {"on": done_on, "first": opened.notice_on, "last": day_of(at)}
        found.append(Fault("round_date_order", params, "done_on"))
    left = left_over(session, opened)
    if left and not note.strip():
        found.append(Fault("round_note_missing", {"count": len(left)}, "note"))
    if found:
        raise Refused(found)
    opened.status, opened.done_on, opened.closed_by_id = RoundStatus.CLOSED, done_on, by.user_id
    opened.closing_note, opened.left_over = note.strip() or None, left
    session.flush()
    data = {"done_on": done_on.isoformat(), "left_over": len(left)}
    events.audit(session, by, at, "round.close", "aid_round", opened.id, data)
    return opened


def open_faults(opened: AidRound) -> list[Fault]:
    """`round_closed` where nothing more can be done in it."""
    if opened.status == RoundStatus.OPEN:
        return []
    return [Fault("round_closed", {"year": opened.year, "on": opened.done_on})]


def _opening_faults(
    session: Session,
    department: OrgUnit,
    rules: RoundRules,
    road: str,
    year: int,
    notice_on: date,
    by: Actor,
    at: datetime,
) -> list[Fault]:
    found: list[Fault] = []
    if not may_as(by, Permission.Round.OPEN, rules.opened_by, department.path):
        found.append(Fault("wrong_role", {"stage": rules.label}))
    today = day_of(at)
    if not today - EARLIEST <= notice_on <= today:
        params = {"on": notice_on, "first": today - EARLIEST, "last": today}
        found.append(Fault("round_date_order", params, "notice_on"))
    years: Sequence[int] = (notice_on.year - 1, notice_on.year)
    if year not in years:
        said: dict[str, object] = {"first": years[0], "last": years[-1], "on": notice_on}
        found.append(Fault("round_year", said, "year"))
    query = select(AidRound.id).where(
        AidRound.org_id == department.id, AidRound.road == road, AidRound.year == year
    )
    if session.scalar(query) is not None:
        found.append(Fault("round_exists", {"year": year}, "year"))
    return found
