"""Visits and checks (clause 4.7): draw a sample, record what was found, and what follows from it.

Who handled an application does not check it. What follows is proposed by the rules; a person other
than the one who found it orders it, and money is demanded back through `casework.recoveries`.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import duties, events, grants, moves, sampling, tree
from casework.access import faults as access_faults
from casework.access import require
from casework.clock import day_faults, day_of
from casework.people import Actor
from casework.permissions import Permission
from casework.sampling import Method
from engine.faults import Fault, Refused
from engine.fraud import after_fraud
from engine.labels import Label
from engine.procedure import CheckRules, Procedure
from models.applications import Application
from models.base import starts_with
from models.checks import CheckItem, CheckPlan, Finding, Measure, Visit
from models.ledger import Grant, GrantState
from models.orgs import OrgLevel, OrgUnit

MOST_WORDS = 4000
APPLIED_ON = Label("申请日期", "day of the application")
COMMITTEE = "committee"
"""Against whom a measure is where the paper names no person: the committee as such."""


# -- plans


def frame_of(session: Session, org: OrgUnit, year: int) -> dict[str, tuple[str, int]]:
    """Grants of a year below a unit that are not cancelled: number → (committee's code, fen)."""
    committees = tree.units_at(session, OrgLevel.COMMITTEE)
    codes = {row.id: row.code for row in session.scalars(select(OrgUnit))}
    rows = session.execute(
        select(Application.number, OrgUnit.path, Grant.fen)
        .join(Grant, Grant.application_id == Application.id)
        .join(OrgUnit, OrgUnit.id == Application.org_id)
        .where(
            Grant.aid_year == year,
            Grant.state != GrantState.CANCELLED,
            starts_with(OrgUnit.path, org.path),
        )
    )
    found = {}
    for number, path, fen in rows:
        unit = tree.nearest(path, committees)
        found[number] = (codes[unit.id] if unit else "-", fen)
    return found


def plan(
    session: Session,
    org: OrgUnit,
    *,
    title: str,
    year: int,
    method: Method,
    by: Actor,
    at: datetime,
    seed: str = "",
) -> CheckPlan:
    """Draw a sample and keep list, seed and method, so that anybody can draw it again.

    Without a seed one is made. A wish that gives nobody is refused.
    """
    require(session, by, Permission.Check.PLAN, org.id)
    frame = frame_of(session, org, year)
    found = method_faults(method)
    if not title.strip():
        found.append(Fault("check_title", {}, "title"))
    found += _drawn_already(session, org, title.strip(), year)
    if not frame:
        found.append(Fault("check_nobody", {"year": year}, "year"))
    if found:
        raise Refused(found)
    chosen = seed.strip() or secrets.token_hex(8)
    row = CheckPlan(
        title=title.strip(),
        year=year,
        org_id=org.id,
        seed=chosen,
        share=method.share,
        large_from_fen=method.large_from_fen,
        large_share=method.large_share,
        at_least=method.at_least,
        frame={number: list(each) for number, each in frame.items()},
        frame_digest=sampling.digest(frame),
        drawn_by_id=by.user_id,
        drawn_at=at,
    )
    session.add(row)
    session.flush()
    drawn = sampling.draw(frame, chosen, method)
    numbers = dict(
        session.execute(
            select(Application.number, Application.id).where(Application.number.in_(drawn))
        ).all()
    )
    session.add_all(CheckItem(plan_id=row.id, application_id=numbers[one]) for one in drawn)
    session.flush()
    data = {"seed": chosen, "frame": row.frame_digest, "drawn": list(drawn)}
    events.audit(session, by, at, "check.plan", "check_plan", row.id, data)
    return row


def _drawn_already(session: Session, org: OrgUnit, title: str, year: int) -> list[Fault]:
    """A form sent twice draws once: else a sample could be drawn until it pleases."""
    query = select(CheckPlan).where(
        CheckPlan.org_id == org.id, CheckPlan.year == year, CheckPlan.title == title
    )
    known = session.scalars(query.limit(1)).one_or_none()
    if known is None:
        return []
    params = {"title": title, "year": year, "on": day_of(known.drawn_at)}
    return [Fault("check_title_twice", params, "title")]


def redraw(row: CheckPlan) -> tuple[str, ...]:
    """The numbers that the recorded list, seed and method give."""
    return sampling.draw(recorded_frame(row), row.seed, method_of(row))


def same_again(row: CheckPlan) -> bool:
    """Whether the draw, made again, gives exactly what was kept, from an unchanged list."""
    kept = sorted(item.application.number for item in row.items)
    unchanged = sampling.digest(recorded_frame(row)) == row.frame_digest
    return unchanged and sorted(redraw(row)) == kept


def recorded_frame(row: CheckPlan) -> dict[str, tuple[str, int]]:
    """The list as it was when the sample was drawn."""
    return {number: (str(each[0]), int(each[1])) for number, each in row.frame.items()}


def method_of(row: CheckPlan) -> Method:
    """The method as it was recorded."""
    return Method(row.share, row.large_from_fen, row.large_share, row.at_least)


def method_faults(method: Method) -> list[Fault]:
    """Shares and least numbers that no draw allows; each names the field it stands in."""
    found = []
    for where, share in (("share", method.share), ("large_share", method.large_share)):
        if not 1 <= share <= 100:
            found.append(Fault(f"check_{where}", {}, where))
    if not 0 <= method.at_least <= 10_000:
        found.append(Fault("check_at_least", {}, "at_least"))
    return found


# -- visits


def rules_of(application: Application) -> tuple[Procedure, CheckRules]:
    """How the application's own edition has it checked; Refused where it knows no checks."""
    policy, _road = moves.policy_and_road(application)
    rules = policy.procedure.checks
    if rules is None:
        raise Refused([Fault("check_no_rules", {})])
    return policy.procedure, rules


def record(
    session: Session,
    application: Application,
    *,
    visited_on: date,
    way: str,
    visitors: str,
    answers: Mapping[str, bool | None],
    finding: Finding | None,
    by: Actor,
    at: datetime,
    faults: Sequence[str] = (),
    fraud_by: str | None = None,
    words: str = "",
    item: CheckItem | None = None,
) -> Visit:
    """Write down a visit or call. Verified fraud brings what the policy says follows, as open
    measures; nothing is taken for granted where nobody knows who did it."""
    found = access_faults(session, by, Permission.Check.RECORD, application.org_id)
    found += duties.recusal(session, application, by)
    if by.user_id is None:
        found.append(Fault("no_person", {}))
    elif duties.held(session, application, by.user_id):
        found.append(Fault("check_own_work", {"number": application.number}))
    procedure, rules = rules_of(application)
    found += _day_faults(visited_on, application, day_of(at))
    found += _said_faults(rules, way, visitors, answers, words)
    found += _finding_faults(procedure, rules, answers, finding, faults, fraud_by)
    if item is not None and item.application_id != application.id:
        found.append(Fault("check_other_item", {}))
    if found or finding is None:
        raise Refused(found)
    visit = Visit(
        application_id=application.id,
        item_id=item.id if item else None,
        visited_on=visited_on,
        way=way,
        visitors=visitors.strip(),
        answers={question: answers.get(question) for question in rules.questions},
        faults=list(dict.fromkeys(faults)),
        finding=finding,
        fraud_by=fraud_by if finding is Finding.FRAUD else None,
        words=words.strip() or None,
        by_id=by.user_id,
        at=at,
    )
    if _recorded_already(session, visit):
        raise Refused([Fault("visit_twice", {})])
    session.add(visit)
    session.flush()
    if finding is Finding.FRAUD:
        _follow(session, visit, application)
    data = {"number": application.number, "finding": finding.value, "faults": list(faults)}
    events.audit(session, by, at, "check.visit", "visit", visit.id, data)
    return visit


def _recorded_already(session: Session, visit: Visit) -> bool:
    """Whether the same person has written down the very same visit: a form sent twice."""
    known = session.scalars(
        select(Visit).where(
            Visit.application_id == visit.application_id,
            Visit.visited_on == visit.visited_on,
            Visit.by_id == visit.by_id,
        )
    )
    said = ("item_id", "way", "visitors", "answers", "faults", "finding", "fraud_by", "words")
    return any(all(getattr(one, s) == getattr(visit, s) for s in said) for one in known)


def _follow(session: Session, visit: Visit, application: Application) -> None:
    """What `after_fraud` of the application's edition proposes, each as an open measure."""
    policy, _road = moves.policy_and_road(application)
    paid = grants.paid_fen(session, application.grant) if application.grant else 0
    answer = after_fraud(
        policy, {"fraud_verified": True, "fraud_by": visit.fraud_by, "paid_fen": paid}
    )
    by_money = {one.id for one in policy.procedure.fraud.sanctions if one.if_paid}
    against, sanctions = answer["against"], answer["sanctions"]
    if not isinstance(against, list) or not isinstance(sanctions, list):
        return
    for kind in sanctions:
        money = kind in by_money
        for person in against[:1] if money else against:
            session.add(
                Measure(visit_id=visit.id, kind=kind, against=person, fen=paid if money else None)
            )
    session.flush()


def _day_faults(on: date, application: Application, today: date) -> list[Fault]:
    return day_faults(on, application.applied_on, APPLIED_ON, today, "visited_on")


def _said_faults(
    rules: CheckRules, way: str, visitors: str, answers: Mapping[str, bool | None], words: str
) -> list[Fault]:
    found = []
    if way not in rules.ways:
        found.append(Fault("check_way", {}, "way"))
    if not visitors.strip():
        found.append(Fault("check_visitors", {}, "visitors"))
    found += [
        Fault("check_question", {"name": name}, "answers")
        for name in answers
        if name not in rules.questions
    ]
    if len(words) > MOST_WORDS:
        found.append(Fault("form_text_long", {"limit": MOST_WORDS}, "words"))
    return found


def _finding_faults(
    procedure: Procedure,
    rules: CheckRules,
    answers: Mapping[str, bool | None],
    finding: Finding | None,
    faults: Sequence[str],
    fraud_by: str | None,
) -> list[Fault]:
    if finding is None:
        return [Fault("check_finding", {}, "finding")]
    found = []
    if finding is Finding.GOOD and any(answer is False for answer in answers.values()):
        found.append(Fault("check_good_but", {}, "finding"))
    if finding is Finding.GOOD and faults:
        found.append(Fault("check_good_faults", {}, "finding"))
    if finding is Finding.FAULT and not faults:
        found.append(Fault("check_fault_which", {}, "faults"))
    if any(code not in rules.faults for code in faults):
        found.append(Fault("check_fault_unknown", {}, "faults"))
    if finding is Finding.FRAUD and fraud_by not in procedure.fraud.against:
        found.append(Fault("check_fraud_by", {}, "fraud_by"))
    return found
