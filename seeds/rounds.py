"""The demonstration's yearly rounds: last year's closed, this year's under way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import calendar, editions, round_deliveries, round_members, rounds
from casework.clock import CHINA
from casework.people import Actor
from engine import Policy
from engine.rounds import notice_words
from models.orgs import OrgUnit
from models.rounds import AidRound, RoundDelivery, RoundMember
from seeds.district import District

ROAD = "living"
SINCE = 13  # days that this year's round has been running
ROUND_LENGTH = 15
UNTOLD = 4  # in this year's round, every so many branches have not told their members yet


class Round:
    """One round played by the real verbs, a step at a time in the order of time."""

    def __init__(
        self, session: Session, district: District, policy_code: str, start: date, *, ends: bool
    ) -> None:
        self.session, self.district, self.start, self.ends = session, district, start, ends
        self.code = policy_code

    def walk(self) -> Iterator[datetime]:
        """Yield before each step; the caller resumes when that moment has come."""
        yield self._at(0)
        opened = self._open()
        yield self._at(1)
        self._to_branches(opened)
        yield self._at(2)
        self._to_members(opened)
        yield self._at(3)
        self._last_years(opened)
        if self.ends:
            yield self._at(ROUND_LENGTH)
            self._close(opened)

    def _at(self, days: int) -> datetime:
        day = self.start + timedelta(days=days)
        return datetime.combine(day, time(8, 5 + days), CHINA).astimezone(UTC)

    def _day(self, days: int) -> date:
        return self.start + timedelta(days=days)

    def _who(self, username: str, days: int) -> Actor:
        return self.district.actor(self.session, username, self._day(days))

    def _open(self) -> AidRound:
        policy: Policy = editions.in_force(self.session, self.code, self.start)[1]
        rules = policy.procedure.round
        if rules is None:
            raise ValueError("the demonstration's policy has a yearly round")
        year = self.start.year
        words = notice_words(policy, rules, year, self.start, calendar.load(self.session))
        return rounds.open_round(
            self.session,
            self.district.orgs["D"],
            policy_code=self.code,
            road=ROAD,
            year=year,
            notice_on=self.start,
            channel="document",
            title=words.title,
            body=words.body,
            document_number=f"历组发〔{year}〕21号",
            by=self._who("reviewer1", 0),
            at=self._at(0),
        )

    def _to_branches(self, opened: AidRound) -> None:
        """Every committee has it and sends it on; in this year's round the last one has not."""
        rows = self._deliveries(opened)
        for row in rows if self.ends else rows[:-1]:
            clerk = self._who(f"{row.org.code.lower()}.clerk1", 1)
            at = self._at(1)
            round_deliveries.receive(self.session, row, received_on=self._day(1), by=clerk, at=at)
            units = [u.id for u in round_deliveries.to_send(self.session, opened, row.org)]
            round_deliveries.send_on(
                self.session,
                opened,
                row.org,
                units,
                sent_on=self._day(1),
                channel="meeting",
                by=clerk,
                at=at,
            )

    def _to_members(self, opened: AidRound) -> None:
        rows = [row for row in self._deliveries(opened) if "-" in row.org.code]
        for number, row in enumerate(rows):
            clerk = self._who(f"{row.org.code.lower()}.clerk", 2)
            at, day = self._at(2), self._day(2)
            round_deliveries.receive(self.session, row, received_on=day, by=clerk, at=at)
            if not self.ends and number % UNTOLD == UNTOLD - 1:
                continue
            there = round_deliveries.members_of(self.session, row.org)
            away = number % 2
            round_deliveries.tell_members(
                self.session,
                row,
                told_on=day,
                channel="meeting",
                count=there - away,
                note="一名党员外出务工，已约定电话告知。" if away else "",
                by=clerk,
                at=at,
            )

    def _last_years(self, opened: AidRound) -> None:
        """Some apply again, one does not; of the others nothing is known yet."""
        rows = self.session.scalars(
            select(RoundMember).where(RoundMember.round_id == opened.id).order_by(RoundMember.id)
        ).all()
        for number, row in enumerate(rows[::5]):
            by = self._who(f"{_branch(row).code.lower()}.clerk", 3)
            if number == 1:
                round_members.decline(
                    self.session, row, "子女已就业，家庭情况好转。", by=by, at=self._at(3)
                )
            else:
                round_members.take_up(self.session, row, self._day(3), by=by, at=self._at(3))

    def _close(self, opened: AidRound) -> None:
        rounds.close(
            self.session,
            opened,
            done_on=self._day(ROUND_LENGTH),
            note="个别申请材料不全，转入日常办理。",
            by=self._who("reviewer1", ROUND_LENGTH),
            at=self._at(ROUND_LENGTH),
            expected_version=opened.version,
        )

    def _deliveries(self, opened: AidRound) -> list[RoundDelivery]:
        query = (
            select(RoundDelivery)
            .where(RoundDelivery.round_id == opened.id)
            .order_by(RoundDelivery.id)
        )
        return list(self.session.scalars(query))


def _branch(row: RoundMember) -> OrgUnit:
    return row.member.org


def walks(
    session: Session, district: District, policy_code: str, now: datetime
) -> list[Iterator[datetime]]:
    """Last year's round and this year's."""
    today = now.astimezone(CHINA).date()
    plans = ((today - timedelta(days=364), True), (today - timedelta(days=SINCE), False))
    return [Round(session, district, policy_code, start, ends=ends).walk() for start, ends in plans]
