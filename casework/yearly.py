"""The yearly reports that name cases: the ledger of aid, notices and objections, findings, pairs,
and what an auditor looks at first. Each row lies where the person may read both reports and the
thing itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from casework import emergency, scope
from casework.clock import day_of
from casework.figures import READ
from casework.moves import LIVE
from casework.people import Actor
from casework.permissions import Permission
from models.applications import Application, CaseEvent, CaseStatus
from models.checks import Finding, Measure, Visit
from models.ledger import Grant, GrantState, Payment, PaymentState
from models.notices import Notice, NoticeLine
from models.orgs import OrgUnit
from models.pairs import HelpingPair
from models.people import User

Rows = Select[*tuple[Any, ...]]


def both(by: Actor, permission: str) -> ColumnElement[bool]:
    """SQL that holds where the person reads reports and holds the permission too."""
    return and_(
        scope.condition(by, READ, OrgUnit.path), scope.condition(by, permission, OrgUnit.path)
    )


def ledger(session: Session, by: Actor, year: int) -> list[Grant]:
    """Every grant of the year that was not cancelled, by committee and branch."""
    query = (
        select(Grant)
        .join(Application, Application.id == Grant.application_id)
        .join(OrgUnit, OrgUnit.id == Application.org_id)
        .where(
            Grant.aid_year == year,
            Grant.state != GrantState.CANCELLED,
            both(by, Permission.Application.READ),
        )
        .order_by(OrgUnit.path, Grant.id)
        .options(
            joinedload(Grant.member),
            joinedload(Grant.source),
            joinedload(Grant.application).joinedload(Application.org),
            joinedload(Grant.application).joinedload(Application.edition),
            selectinload(Grant.payments),
        )
    )
    return list(session.scalars(query))


def paid(grant: Grant) -> Payment | None:
    """The payment that reached the member, None before."""
    return next((one for one in grant.payments if one.state is PaymentState.PAID), None)


def notices(session: Session, by: Actor, year: int) -> list[Notice]:
    """Notices posted in the year, with their lines and objections."""
    query = (
        select(Notice)
        .join(OrgUnit, OrgUnit.id == Notice.org_id)
        .where(
            Notice.posted_on.between(date(year, 1, 1), date(year, 12, 31)),
            both(by, Permission.Notice.READ),
        )
        .order_by(Notice.posted_on, Notice.id)
        .options(
            joinedload(Notice.org),
            joinedload(Notice.edition),
            selectinload(Notice.lines).selectinload(NoticeLine.objections),
        )
    )
    return list(session.scalars(query))


def findings(session: Session, by: Actor, year: int) -> list[Visit]:
    """Visits of the year that came to something, with what followed."""
    query = (
        select(Visit)
        .join(Application, Application.id == Visit.application_id)
        .join(OrgUnit, OrgUnit.id == Application.org_id)
        .where(
            Visit.visited_on.between(date(year, 1, 1), date(year, 12, 31)),
            Visit.finding != Finding.GOOD,
            both(by, Permission.Check.READ),
        )
        .order_by(Visit.visited_on, Visit.id)
        .options(
            joinedload(Visit.application).joinedload(Application.org),
            joinedload(Visit.application).joinedload(Application.member),
            selectinload(Visit.measures).joinedload(Measure.recovery),
        )
    )
    return list(session.scalars(query))


def pairs(session: Session, by: Actor, year: int) -> list[HelpingPair]:
    """Pairs that ran in the year."""
    last = date(year, 12, 31)
    query = (
        select(HelpingPair)
        .join(OrgUnit, OrgUnit.id == HelpingPair.org_id)
        .where(
            HelpingPair.start_on <= last,
            (HelpingPair.end_on.is_(None)) | (HelpingPair.end_on >= date(year, 1, 1)),
            both(by, Permission.Pair.READ),
        )
        .order_by(OrgUnit.path, HelpingPair.id)
        .options(
            joinedload(HelpingPair.helper),
            joinedload(HelpingPair.helped),
            joinedload(HelpingPair.org),
            selectinload(HelpingPair.contacts),
        )
    )
    return list(session.scalars(query))


# -- what an auditor looks at first


@dataclass(frozen=True, slots=True)
class Unusual:
    """Something out of the ordinary: which application, what (by code), when, who, why. `open` where
    it is not settled yet, such as paperwork after a payment made first."""

    application: Application
    what: str
    on: date
    who: str
    why: str
    fen: int | None
    open: bool = False


def exceptions(session: Session, by: Actor, year: int) -> list[Unusual]:
    """Pay-firsts, departures from the rules, priority relief, cancelled aid, fraud of a year."""
    found = [
        *_by_event(session, by, year, CaseEvent.verb == emergency.VERB, "pay_first"),
        *_by_event(
            session, by, year, CaseEvent.data["record"]["departs"].as_boolean(), "departure"
        ),
        *_by_event(
            session,
            by,
            year,
            and_(
                CaseEvent.status_to == CaseStatus.CANCELLED,
                CaseEvent.status_from.is_distinct_from(CaseEvent.status_to),
            ),
            "cancelled",
        ),
        *_priority(session, by, year),
        *_fraud(session, by, year),
    ]
    return sorted(found, key=lambda one: (one.on, one.application.number, one.what))


def _of_year(query: Rows, by: Actor, year: int) -> Rows:
    return query.join(OrgUnit, OrgUnit.id == Application.org_id).where(
        Application.aid_year == year, both(by, Permission.Application.READ)
    )


def _by_event(
    session: Session, by: Actor, year: int, which: ColumnElement[bool], what: str
) -> Iterator[Unusual]:
    query: Rows = (
        select(CaseEvent, Application, User.display_name)
        .join(Application, Application.id == CaseEvent.application_id)
        .outerjoin(User, User.id == CaseEvent.by_id)
        .where(which)
    )
    for event, application, name in session.execute(_of_year(query, by, year)):
        record = event.data.get("record") or {}
        why = event.reason or str(record.get("reason") or "")
        yield Unusual(
            application,
            what,
            day_of(event.at),
            name or "",
            why,
            application.approved_fen,
            what == "pay_first" and application.status in LIVE,
        )


def _priority(session: Session, by: Actor, year: int) -> Iterator[Unusual]:
    query: Rows = (
        select(Application, Grant)
        .join(Grant, Grant.application_id == Application.id)
        .where(Grant.priority, Grant.state == GrantState.ACTIVE)
    )
    for application, grant in session.execute(_of_year(query, by, year)):
        on = day_of(application.stage_since or application.created_at)
        yield Unusual(application, "priority", on, "", "", grant.fen)


def _fraud(session: Session, by: Actor, year: int) -> Iterator[Unusual]:
    query: Rows = (
        select(Application, Visit, User.display_name)
        .join(Visit, Visit.application_id == Application.id)
        .outerjoin(User, User.id == Visit.by_id)
        .where(Visit.finding.in_((Finding.FRAUD, Finding.SUSPECTED)))
    )
    for application, visit, name in session.execute(_of_year(query, by, year)):
        yield Unusual(
            application,
            visit.finding.value,
            visit.visited_on,
            name or "",
            visit.words or "",
            application.approved_fen,
            visit.finding is Finding.SUSPECTED
            or any(one.done_on is None for one in visit.measures),
        )
