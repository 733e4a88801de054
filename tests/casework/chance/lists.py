"""Steps that many applications take together: notice, filing, screening."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from casework import filings, likenesses, notices, objections, screenings
from engine.procedure import StageKind
from models.notices import Notice, NoticeLine, NoticeStatus, Objection, ObjectionState
from models.schemes import ScreeningMatch
from models.screenings import ScreeningLine, ScreeningList
from tests.casework.chance.hand import Hand


class Lists(Hand):
    """Lists of applications of a unit."""

    def notice(self) -> str:
        tree = self.town.bureau.tree
        branch = self.random.choice([tree.branch, tree.branch, tree.sibling, tree.other_branch])
        by = self.actor("neighbour" if branch is tree.other_branch else "secretary")
        hanging = self.session.scalars(
            select(Notice).where(Notice.status == NoticeStatus.POSTED).order_by(Notice.id)
        ).all()
        if hanging and self.likely(0.7):
            board = self.random.choice(hanging)
            if self.likely(0.9):
                self.now = max(
                    self.now, self.now + (board.ends_on - self.today) + timedelta(days=1)
                )
            record = {"removed_on": self.day(), "photographed": self.likely(0.05)}
            notices.close(self.session, board, self.spoiled(record), by=by, at=self.now)
            return "notice_ends"
        chosen = self.few(StageKind.POST, branch)
        record = {
            "posted_on": self.day(),
            "ends_on": self.today + timedelta(days=self.random.choice([4, 4, 4, 6, 2])),
            "place": "branch",
            "poster": "赵书记",
        }
        notices.post(
            self.session,
            branch,
            chosen,
            self.spoiled(record),
            by=by,
            at=self.now,
            versions=self.versions(chosen),
        )
        return "notice_hangs"

    def take_off_the_board(self) -> None:
        line = self.some(NoticeLine)
        notices.remove_line(
            self.session, line, reason=self.reason(), by=self.actor("secretary"), at=self.now
        )

    def object(self) -> None:
        objections.register(
            self.session,
            self.some(NoticeLine, NoticeLine.notice.has(Notice.status == NoticeStatus.POSTED)),
            received_on=self.day(),
            channel="phone",
            has_clue=self.likely(0.8),
            content="收入不实",
            by=self.actor("reviewer"),
            at=self.now,
        )

    def settle_an_objection(self) -> None:
        objections.settle(
            self.session,
            self.some(Objection, Objection.state == ObjectionState.OPEN),
            upheld=self.likely(0.3),
            finding="经核查",
            by=self.actor("reviewer"),
            at=self.now,
        )

    def file(self) -> str:
        unit = self.committee()
        chosen = self.few(StageKind.FILE, unit)
        record = {"filed_on": self.day(), "contact": "钱干事"}
        filings.file(
            self.session,
            unit,
            chosen,
            self.spoiled(record),
            by=self.actor("committee_clerk"),
            at=self.now,
            versions=self.versions(chosen),
        )
        return "file"

    def screen(self) -> str:
        waiting = self.session.scalars(
            select(ScreeningLine).where(ScreeningLine.result.is_(None)).order_by(ScreeningLine.id)
        ).all()
        if waiting and self.likely(0.7):
            entered = self.session.get_one(ScreeningList, self.random.choice(waiting).list_id)
            lines = {
                line.application_id: {
                    "result": "pass" if self.likely(0.9) else "fail",
                    "reason": "已在其他渠道领取",
                }
                for line in screenings.waiting_lines(self.session, entered)
            }
            by = self.actor("screener")
            record = self.spoiled({"screened_on": self.day()})
            screenings.record_results(self.session, entered, record, lines, by=by, at=self.now)
            return "screening_results"
        unit = self.committee()
        chosen = self.few(StageKind.SCREEN, unit)
        screenings.enter_list(
            self.session,
            unit,
            chosen,
            self.spoiled({"entered_on": self.day()}),
            by=self.actor("committee_clerk"),
            at=self.now,
            versions=self.versions(chosen),
        )
        return "screening_list"

    def settle_a_likeness(self) -> None:
        likenesses.settle(
            self.session,
            self.some(ScreeningMatch),
            duplicate=self.likely(0.3),
            note="已比对",
            by=self.actor("committee_clerk"),
            at=self.now,
        )
