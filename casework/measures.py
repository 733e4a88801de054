"""What follows a finding of a check: ordered, then done. Who found it does not order it himself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import access, checks, events, grants, recoveries
from casework.clock import day_faults, day_of
from casework.people import Actor
from casework.permissions import Permission
from engine.faults import Fault, Refused
from engine.labels import Label
from models.applications import Application
from models.checks import Finding, Measure, MeasureState, Visit

VISITED_ON = Label("核查日期", "day of the visit")
OPEN_TO_MEASURES = frozenset({Finding.FAULT, Finding.FRAUD})


def kinds_of(application: Application) -> dict[str, Label]:
    """Every measure and sanction that the application's edition knows."""
    procedure, rules = checks.rules_of(application)
    return {**{one.id: one.label for one in procedure.fraud.sanctions}, **rules.measures}


def persons_of(application: Application, committee: Label) -> dict[str, Label]:
    """Against whom: the persons of the paper, and the committee as such."""
    procedure, _rules = checks.rules_of(application)
    return {checks.COMMITTEE: committee, **procedure.fraud.persons}


def order(
    session: Session, visit: Visit, kind: str, against: str, *, by: Actor, at: datetime
) -> Measure:
    """Order a measure after a fault in the work or verified fraud."""
    application = visit.application
    found = _faults(session, visit, by)
    _procedure, rules = checks.rules_of(application)
    if kind not in rules.measures:
        found.append(Fault("measure_kind", {}, "kind"))
    if against not in persons_of(application, Label("", "")):
        found.append(Fault("measure_against", {}, "against"))
    if visit.finding not in OPEN_TO_MEASURES:
        found.append(Fault("measure_no_finding", {}))
    twice = select(Measure.id).where(
        Measure.visit_id == visit.id, Measure.kind == kind, Measure.against == against
    )
    if session.scalar(twice) is not None:
        found.append(Fault("measure_twice", {}, "kind"))
    if found:
        raise Refused(found)
    measure = Measure(visit_id=visit.id, kind=kind, against=against, state=MeasureState.OPEN)
    session.add(measure)
    session.flush()
    _tell(session, measure, by, at, "measure.order", {})
    return measure


def done(
    session: Session,
    measure: Measure,
    *,
    on: date,
    document: str,
    words: str,
    by: Actor,
    at: datetime,
) -> Measure:
    """Write down that a measure was carried out, with the number of its paper."""
    _lock(session, measure)
    visit = measure.visit
    found = _faults(session, visit, by)
    if measure.fen is not None:
        found.append(Fault("measure_is_money", {}))
    found += day_faults(on, visit.visited_on, VISITED_ON, day_of(at), "on")
    if not document.strip() and not words.strip():
        found.append(Fault("measure_document", {}, "document"))
    if found:
        raise Refused(found)
    measure.state, measure.done_on = MeasureState.DONE, on
    measure.document, measure.words = document.strip()[:200] or None, words.strip() or None
    measure.done_by_id = by.user_id
    session.flush()
    _tell(session, measure, by, at, "measure.done", {"document": measure.document})
    return measure


def recover(
    session: Session, measure: Measure, *, on: date, reason: str, by: Actor, at: datetime
) -> Measure:
    """Order the money back: what the member still has of the grant, through the ledger."""
    _lock(session, measure)
    visit, application = measure.visit, measure.visit.application
    found = _faults(session, visit, by)
    grant = application.grant
    if measure.fen is None or grant is None:
        found.append(Fault("measure_no_money", {}))
    if on < visit.visited_on:
        found.append(Fault("measure_before_visit", {"on": on, "visited": visit.visited_on}, "on"))
    if found or grant is None:
        raise Refused(found)
    left = grants.paid_fen(session, grant) - recoveries.demanded_fen(session, grant)
    recovery = recoveries.demand(session, grant, left, reason=reason, ordered_on=on, by=by, at=at)
    measure.recovery_id, measure.state, measure.done_on = recovery.id, MeasureState.DONE, on
    measure.done_by_id = by.user_id
    session.flush()
    _tell(session, measure, by, at, "measure.recover", {"recovery": recovery.id, "fen": left})
    return measure


def may_settle(session: Session, visit: Visit, by: Actor) -> bool:
    """Whether this person may order what follows."""
    return not _faults(session, visit, by)


def _faults(session: Session, visit: Visit, by: Actor) -> list[Fault]:
    found = access.faults(session, by, Permission.Check.SETTLE, visit.application.org_id)
    if visit.by_id == by.user_id:
        found.append(Fault("measure_own_finding", {}))
    return found


def _lock(session: Session, measure: Measure) -> None:
    session.flush()
    session.refresh(measure, with_for_update=True)
    if measure.state is not MeasureState.OPEN:
        raise Refused([Fault("measure_is_done", {})])


def _tell(
    session: Session,
    measure: Measure,
    by: Actor,
    at: datetime,
    action: str,
    data: Mapping[str, object],
) -> None:
    number = measure.visit.application.number
    events.audit(
        session,
        by,
        at,
        action,
        "measure",
        measure.id,
        {"number": number, "kind": measure.kind, "against": measure.against, **data},
    )
