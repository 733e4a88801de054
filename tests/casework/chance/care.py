"""Steps around the applications: visits and measures, the yearly round, the worker's reminders."""

from __future__ import annotations

from casework import checks, measures, round_deliveries, round_members, rounds
from casework.jobs import reminders
from models.applications import Application
from models.checks import Finding, Measure, Visit
from models.rounds import AidRound, RoundDelivery, RoundMember
from tests.casework.chance.hand import Hand


class Care(Hand):
    """Checks, rounds, reminders."""

    def visit(self) -> None:
        chosen = self.some(Application, Application.grant.has())
        _procedure, rules = checks.rules_of(chosen)
        fraud = self.likely(0.5)
        checks.record(
            self.session,
            chosen,
            visited_on=self.day(),
            way="home",
            visitors="纪检组",
            answers=dict.fromkeys(rules.questions, not fraud),
            finding=Finding.FRAUD if fraud else Finding.GOOD,
            fraud_by="member" if fraud else None,
            words="经核查情况不符" if fraud else "",
            by=self.actor("auditor"),
            at=self.now,
        )

    def punish(self) -> str:
        measure = self.some(Measure)
        by = self.actor(self.random.choice(["leader", "auditor"]))
        if measure.fen is not None and self.likely(0.9):
            measures.recover(
                self.session, measure, on=self.day(), reason="骗取", by=by, at=self.now
            )
            return "recover_after_fraud"
        measures.done(
            self.session, measure, on=self.day(), document="1号", words="", by=by, at=self.now
        )
        return "measure_done"

    def measure(self) -> None:
        visit, by = self.some(Visit), self.actor("leader")
        measures.order(self.session, visit, "correct", "committee", by=by, at=self.now)

    def open_a_round(self) -> None:
        rounds.open_round(
            self.session,
            self.town.bureau.tree.department,
            policy_code="licheng-2010",
            road="living",
            year=self.random.choice([2010, 2011]),
            notice_on=self.day(),
            channel="document",
            title="通知",
            body="请各支部通知到每名党员。",
            by=self.actor("reviewer"),
            at=self.now,
        )

    def carry_the_notice(self) -> str:
        opened = self.some(AidRound)
        tree = self.town.bureau.tree
        if self.likely(0.3):
            round_deliveries.send_on(
                self.session,
                opened,
                tree.committee,
                [tree.branch.id],
                sent_on=self.day(),
                channel="document",
                by=self.actor("committee_clerk"),
                at=self.now,
            )
            return "round_sent"
        delivery = self.some(RoundDelivery)
        by = self.actor("committee_clerk")
        if self.likely(0.6):
            round_deliveries.receive(
                self.session, delivery, received_on=self.day(), by=by, at=self.now
            )
            return "round_received"
        round_deliveries.tell_members(
            self.session,
            delivery,
            told_on=self.day(),
            channel="visit",
            count=self.random.choice([0, 1, 4]),
            note="外出",
            by=self.actor("secretary"),
            at=self.now,
        )
        return "round_told"

    def apply_again(self) -> None:
        row, by = self.some(RoundMember), self.actor("secretary")
        round_members.take_up(self.session, row, self.day(), by=by, at=self.now)

    def close_a_round(self) -> None:
        opened = self.some(AidRound)
        rounds.close(
            self.session,
            opened,
            done_on=self.day(),
            note="余下的按规定办理",
            by=self.actor("reviewer"),
            at=self.now,
            expected_version=opened.version,
        )

    def remind(self) -> None:
        reminders.remind(self.session, self.now)
