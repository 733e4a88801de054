"""The demonstration's casework: two yearly rounds and sudden cases, at every stage of the road."""

from __future__ import annotations

import heapq
from datetime import UTC, datetime, timedelta
from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import editions, funds
from casework import pairs as pairing
from casework.clock import day_of
from models.ledger import FundSource
from models.orgs import OrgLevel
from seeds import hardships, rounds
from seeds.cohorts import Cohort, Plan, World
from seeds.district import District
from seeds.people import People

POLICY_CODE = "licheng-2010"
YEAR_BUDGET_FEN = 30_000_000
COMMITTEES = ("C1", "C2", "C3", "C4", "C5", "C6")
LIVING_UNTIL = (
    *("application", "appraisal", "branch_check", "committee_verify", "department_review"),
    *("decision", "notice", "notice", "filing", "screening", "screening", "transfer", "payment"),
    *("archive", "done"),
)
SUDDEN_UNTIL = (
    *("application", "branch_check", "committee_verify", "department_review", "meeting"),
    *("notice", "filing", "screening", "transfer", "payment", "done", "done"),
)


def play(
    session: Session, district: District, people: People, now: datetime, applications: int
) -> None:
    """Money first, then every cohort's steps in the order of time, up to ``now``."""
    _edition, policy = editions.in_force(session, POLICY_CODE, day_of(now))
    world = World(session, district, people, _money(session, district, now), policy)
    world.free = {code: list(reversed(members)) for code, members in district.members.items()}
    walks = [Cohort(world, plan).walk() for plan in plans(now, applications)]
    walks += rounds.walks(session, district, POLICY_CODE, now)
    tie = count()
    queue = [(next(walk), next(tie), walk) for walk in walks]
    heapq.heapify(queue)
    while queue:
        moment, order, walk = heapq.heappop(queue)
        if moment > now:
            continue
        following = next(walk, None)
        if following is not None:
            heapq.heappush(queue, (following, order, walk))
        session.flush()


def plans(now: datetime, applications: int) -> list[Plan]:
    """About ``applications`` of them: a third last year's round, a third this year's, then sudden ones."""
    today = day_of(now)
    scale = applications / 150
    made = [
        Plan("living", code, _some(5, scale), today - timedelta(days=360), "done", hardships.living)
        for code in COMMITTEES
    ]
    for number, until in enumerate(LIVING_UNTIL):
        starts = today - timedelta(days=_reach(until) + 1 + number % 3)
        code = COMMITTEES[number % len(COMMITTEES)]
        size = _some(4 + number % 2, scale)
        made.append(Plan("living", code, size, starts, until, hardships.living))
    for number, until in enumerate(SUDDEN_UNTIL):
        starts = today - timedelta(days=_reach(until) + 1 + 11 * (number % 4))
        code = COMMITTEES[(number + 3) % len(COMMITTEES)]
        made.append(Plan("sudden", code, _some(3, scale), starts, until, hardships.sudden))
    made += _endings(now)
    return made


def _endings(now: datetime) -> list[Plan]:
    """Applications that ended or stopped otherwise: refused, returned, withdrawn, objected to,
    recorded by a meeting and waiting for a second person."""
    day = day_of(now) - timedelta(days=8)
    living, poor = hardships.living, hardships.not_poor
    return [
        Plan("living", "C2", 3, day, "committee_verify", living, "refused"),
        Plan("living", "C3", 2, day, "committee_verify", living, "returned"),
        Plan("living", "C4", 2, day, "appraisal", living, "withdrawn"),
        Plan("living", "C1", 3, day, "decision", living, "recorded"),
        Plan("living", "C5", 1, day, "notice", living, "objection"),
        Plan("living", "C6", 2, day, "application", poor, None),
        Plan("living", "C4", 2, day, "committee_verify", living, on_behalf=True),
        Plan("living", "C2", 1, day, "department_review", living, on_behalf=True),
    ]


def _some(number: int, scale: float) -> int:
    return max(1, round(number * scale))


def _reach(until: str) -> int:
    return Cohort.DAYS.get(until, 15)


def _money(session: Session, district: District, now: datetime) -> FundSource:
    """Budgets of this and the last year in the main source; gives that source."""
    today = day_of(now)
    first = session.scalars(select(FundSource).order_by(FundSource.id)).all()
    start = now - timedelta(days=399)
    finance = district.actor(session, "finance1", day_of(start))
    for source in first:
        for year in (today.year - 1, today.year):
            fen = YEAR_BUDGET_FEN if source is first[0] else YEAR_BUDGET_FEN // 3
            key = f"seed:budget:{source.code}:{year}"
            funds.allocate_budget(session, source, year, fen, by=finance, at=start, request_key=key)
    return first[0]


def pairs(session: Session, district: District, people: People, now: datetime, wanted: int) -> None:
    """One-to-one pairs: a member with a skill beside one who can work, in the same branch."""
    made = 0
    start = day_of(now) - timedelta(days=120)
    for org in district.orgs.values():
        if org.level is not OrgLevel.BRANCH or made >= wanted:
            continue
        members = district.members[org.code]
        helper = next((m for m in members if m.can_help_skills), None)
        helped = next((m for m in members if m.household is not None and m is not helper), None)
        if helper is None or helped is None:
            continue
        pairing.start(
            session,
            helper,
            helped,
            org,
            start_on=start,
            by=district.actor(session, f"{org.code.lower()}.clerk", start),
            at=datetime(start.year, start.month, start.day, 2, tzinfo=UTC),
            skill=helper.can_help_skills or "",
            plan="每月走访一次，传授技术，联系销路。",
            goal="一年内家庭有稳定收入。",
        )
        made += 1
