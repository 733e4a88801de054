"""The hardship register, one drawn check with its findings, contacts of pairs."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import checks, hardship, measures, pairs
from casework.clock import day_of
from casework.people import Actor
from casework.sampling import Method
from models.applications import Application, CaseStatus
from models.checks import CheckItem, Finding
from models.ledger import Grant, GrantState
from models.members import Member
from models.pairs import HelpingPair
from seeds.district import District
from seeds.people import People

SITUATIONS = {
    "no_means": "本人年老无劳动能力，无子女，靠低保和亲友接济生活。",
    "illness": "本人患慢性病多年，每月需购药，家庭收入低。",
    "disaster": "房屋因暴雨受损，正在修缮，农作物减产。",
    "accident": "家人发生交通事故，尚在康复，暂不能务工。",
    "other": "子女上学，家中仅一人务工，负担较重。",
}
NEEDS = ("销路和技术指导", "就近务工岗位", "种苗和农资", "照料和就医陪护", "")
UNAIDED = 12


def register(session: Session, district: District, people: People, now: datetime) -> None:
    """Members who applied, and some who never did; a few have left again."""
    today = day_of(now)
    applied = select(Application.member_id).where(
        Application.status.not_in((CaseStatus.WITHDRAWN, CaseStatus.REFUSED, CaseStatus.DRAFT))
    )
    rows = list(session.scalars(select(Member).where(Member.id.in_(applied)).order_by(Member.id)))
    rows += [
        district.members[branch.code][-1]
        for branch in district.branches()[:UNAIDED]
        if district.members[branch.code][-1] not in rows
    ]
    clerks = _clerks(session, district, today)
    for number, member in enumerate(rows):
        if number % 9 == 8:
            continue  # applied and not entered yet: pointed out on the page
        reason = people.random.choice(list(SITUATIONS))
        joined = today - timedelta(days=30 + people.random.randrange(300))
        at = datetime.combine(joined, now.timetz())
        entry = hardship.join(
            session,
            member,
            joined_on=joined,
            reason=reason,
            situation=SITUATIONS[reason],
            needs=people.random.choice(NEEDS),
            by=clerks[member.org_id],
            at=at,
        )
        if number % 17 == 5:
            hardship.leave(
                session,
                entry,
                on=today - timedelta(days=9),
                reason="improved",
                words="子女就业，家庭收入稳定。",
                by=clerks[member.org_id],
                at=now - timedelta(days=9),
                expected_version=entry.version,
            )


def check(session: Session, district: District, now: datetime) -> None:
    """Last year's aid, drawn at random, mostly visited: one fault in the work, one suspicion."""
    today = day_of(now)
    granted = (
        select(Grant.aid_year).where(Grant.state == GrantState.ACTIVE).order_by(Grant.aid_year)
    )
    year = session.scalar(granted.limit(1))
    if year is None:
        return
    by = district.actor(session, "reviewer2", today)
    drawn = checks.plan(
        session,
        district.orgs["D"],
        title=f"{year}年度帮扶资金走访核查",
        year=year,
        method=Method(25, 100_000, 100, 1),
        seed=f"{year}-0607",
        by=by,
        at=now - timedelta(days=6),
    )
    session.refresh(drawn)
    for number, item in enumerate(drawn.items[:-2]):
        _visit(session, item, number, by, now - timedelta(days=4))
    leader = district.actor(session, "leader1", today)
    for item in drawn.items:
        for visit in item.visits:
            if visit.finding is Finding.FAULT:
                measures.order(session, visit, "correct", checks.COMMITTEE, by=leader, at=now)


def _visit(session: Session, item: CheckItem, number: int, by: Actor, at: datetime) -> None:
    good = number % 4 != 1
    _procedure, rules = checks.rules_of(item.application)
    answers: dict[str, bool | None] = dict.fromkeys(rules.questions, True)
    finding = Finding.GOOD
    faults: tuple[str, ...] = ()
    if not good:
        asked = "phone" if number % 8 == 1 else "posted"
        answers[asked] = False
        finding, faults = Finding.FAULT, ("phone_wrong" if asked == "phone" else "not_posted",)
    if number == 6:
        answers["situation"] = None
        finding = Finding.SUSPECTED
    checks.record(
        session,
        item.application,
        visited_on=day_of(at),
        way="phone" if number % 3 == 0 else "home",
        visitors="周检、吴查",
        answers=answers,
        finding=finding,
        faults=faults,
        words="家中有两人，与申报一致。" if good else "与村里核对后记录。",
        item=item,
        by=by,
        at=at,
    )
    session.refresh(item)


def contacts(session: Session, district: District, now: datetime) -> None:
    """Each pair met once a month or less."""
    today = day_of(now)
    clerks = _clerks(session, district, today)
    for number, pair in enumerate(session.scalars(select(HelpingPair).order_by(HelpingPair.id))):
        for month in range(number % 4):
            day = today - timedelta(days=20 + 30 * month)
            pairs.contact(
                session,
                pair,
                met_on=max(day, pair.start_on),
                way=("visit", "training", "phone")[month % 3],
                words="上门查看大棚，讲解育苗和防病。"
                if month % 3 == 0
                else "联系收购，了解近况。",
                by=clerks[pair.org_id],
                at=now,
            )


def _clerks(session: Session, district: District, on: date) -> dict[int, Actor]:
    """Branch → its clerk."""
    return {
        unit.id: district.actor(session, f"{unit.code.lower()}.clerk", on)
        for unit in district.branches()
    }
