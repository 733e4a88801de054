"""A small office with the real policy published: people in every role, and applications that have
come as far along their road as a test about lists and money needs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import (
    assessments,
    editions,
    emergency,
    filings,
    funds,
    grants,
    lists,
    moves,
    notices,
    payments,
    people,
    receipts,
    screenings,
    transfers,
)
from casework.people import Actor
from engine import digest
from models.applications import Application, Approval, ApprovalResult
from models.attachments import Attachment
from models.editions import Edition
from models.ledger import FundSource, Payment, TransferBatch
from models.notices import Notice, NoticeLine
from models.orgs import OrgUnit
from models.people import User
from models.screenings import Filing, ScreeningLine, ScreeningList
from tests import factories as make

POLICY = Path(__file__).parents[2] / "rulesets" / "licheng-2010"
FACTS: Mapping[str, Mapping[str, object]] = {
    "living": {
        "apply_type": "living",
        "apply_date": "2010-12-03",
        "has_labor_capacity": False,
        "has_income_source": False,
        "has_statutory_supporter": False,
        "cause_illness": True,
        "excl_subjective_cause": False,
        "illegal_activity": False,
        "excl_org_unsuitable": False,
    },
    "sudden": {
        "apply_type": "sudden",
        "apply_date": "2010-12-03",
        "sudden_major_accident": True,
        "loss_property": True,
        "accident_result": "none",
        "income_year": 100,
        "excl_subjective_cause": False,
        "illegal_activity": False,
        "excl_org_unsuitable": False,
        "same_event_aided": False,
    },
}
AMOUNT = {"living": 60_000, "sudden": 150_000}


def noon(day: int, month: int = 12) -> datetime:
    """Noon in the office on a day of 2010."""
    return datetime(2010, month, day, 4, 0, tzinfo=UTC)


APPROVED = noon(4)
POSTED, ENDS = date(2010, 12, 6), date(2010, 12, 10)
PAY_DAY = noon(20)


@dataclass
class Office:
    """Who is there, and verbs with the arguments that most tests do not care about."""

    session: Session
    tree: make.Tree
    edition: Edition
    source: FundSource
    staff: dict[str, Actor] = field(default_factory=dict)

    def application(
        self, stage: str, *, road: str = "living", branch: OrgUnit | None = None, **given: Any
    ) -> Application:
        """An application that stands at the stage; from the notice on it is approved."""
        member = given.pop("member", None) or make.member(self.session, branch or self.tree.branch)
        pay_first = given.pop("pay_first", False)
        priority = given.pop("priority", False)
        applicant = given.pop("applicant", "member")
        facts = {**FACTS[road], **given.pop("facts", {})}
        made = make.application(
            self.session,
            member,
            self.edition,
            self.user("branch_clerk"),
            road=road,
            stage=stage,
            status="open",
            facts=facts,
            **given,
        )
        handed_in = {"stage": "application", "record": {"applicant": applicant}}
        moves.move(
            self.session,
            made,
            verb="complete",
            by=self.staff["branch_clerk"],
            at=noon(3),
            data=handed_in,
        )
        order = [each.id for each in lists.road_of(made).stages]
        decided = "decision" if road == "living" else "meeting"
        if pay_first or order.index(stage) > order.index(decided):
            self.approve(made, decided, priority=priority)
        if order.index(stage) > order.index("screening"):
            self.passed(made)
        if pay_first:
            self.authorise(made)
        return made

    def passed(self, application: Application) -> None:
        """A screening that found nothing."""
        screener = self.staff["screener"].user_id
        line = ScreeningLine(
            application_id=application.id, result="pass", by_id=screener, at=noon(14)
        )
        entered = ScreeningList(
            org_id=self.tree.committee.id,
            entered_on=date(2010, 12, 13),
            entered_by_id=self.staff["committee_clerk"].user_id,
            lines=[line],
        )
        self.session.add(entered)
        self.session.flush()

    def approve(self, application: Application, stage: str, *, priority: bool = False) -> None:
        """The approval of the department, as the steps before would have left it."""
        fen = AMOUNT[application.road]
        application.approved_fen = fen
        leader = self.staff["department_leader"]
        self.session.add(
            Approval(
                application_id=application.id,
                code=lists.road_of(application).approval_codes[stage],
                stage=stage,
                result=ApprovalResult.AGREED,
                fen=fen,
                by_id=leader.user_id,
                at=APPROVED,
            )
        )
        self.session.flush()
        checked = assessments.assess_now(self.session, application)
        assessments.record_decision(
            self.session, application, checked, "approval", by=leader, at=APPROVED
        )
        grants.create(self.session, application, fen, priority, leader, APPROVED)

    def scan(self, application: Application, kind: str) -> None:
        """A scan of a paper, as it lies with the application."""
        self.session.add(
            Attachment(
                application_id=application.id,
                kind=kind,
                filename="证明.pdf",
                mime="application/pdf",
                size=1,
                sha256="0" * 64,
                storage_key=f"{application.id}/{kind}",
                by_id=self.staff["branch_clerk"].user_id,
                at=APPROVED,
            )
        )
        self.session.flush()

    def authorise(self, application: Application) -> None:
        """An authorisation to pay first, as its own verb would have left it."""
        application.emergency = True
        moves.move(
            self.session,
            application,
            verb=emergency.VERB,
            by=self.staff["department_leader"],
            at=APPROVED,
            reason="等米下锅",
        )

    def user(self, role: str) -> User:
        """The account behind a member of staff."""
        return self.session.get_one(User, self.staff[role].user_id)

    def budget(self, fen: int = 10_000_000) -> None:
        """Money for the year."""
        keeper = self.staff["finance"]
        funds.allocate_budget(self.session, self.source, 2010, fen, by=keeper, at=noon(1))

    def versions(self, applications: Iterable[Application]) -> dict[int, int]:
        """What a page shows now."""
        self.session.flush()
        return lists.versions(applications)

    # -- the road of a list, one verb each

    def post(self, *applications: Application, **given: Any) -> Notice:
        record = {"posted_on": POSTED, "ends_on": ENDS, "place": "branch", "poster": "赵书记"}
        return notices.post(
            self.session,
            given.pop("branch", self.tree.branch),
            applications,
            {**record, **given.pop("record", {})},
            by=given.pop("by", self.staff["branch_clerk"]),
            at=given.pop("at", noon(6)),
            versions=given.pop("versions", self.versions(applications)),
        )

    def close(self, notice: Notice, **given: Any) -> list[Application]:
        record = {"removed_on": date(2010, 12, 11), "photographed": False}
        return notices.close(
            self.session,
            notice,
            {**record, **given.pop("record", {})},
            by=given.pop("by", self.staff["branch_clerk"]),
            at=given.pop("at", noon(11)),
        )

    def file(self, *applications: Application, **given: Any) -> Filing:
        return filings.file(
            self.session,
            given.pop("unit", self.tree.committee),
            applications,
            given.pop("record", {"filed_on": date(2010, 12, 12), "contact": "钱干事"}),
            by=given.pop("by", self.staff["committee_clerk"]),
            at=given.pop("at", noon(12)),
            versions=given.pop("versions", self.versions(applications)),
        )

    def enter(self, *applications: Application, **given: Any) -> ScreeningList:
        return screenings.enter_list(
            self.session,
            given.pop("unit", self.tree.committee),
            applications,
            {"entered_on": date(2010, 12, 13), **given.pop("record", {})},
            by=given.pop("by", self.staff["committee_clerk"]),
            at=given.pop("at", noon(13)),
            versions=given.pop("versions", self.versions(applications)),
        )

    def screen(self, entered: ScreeningList, **given: Any) -> None:
        waiting = screenings.waiting_lines(self.session, entered)
        passed = {line.application_id: {"result": "pass"} for line in waiting}
        screenings.record_results(
            self.session,
            entered,
            {"screened_on": date(2010, 12, 14), **given.pop("record", {})},
            given.pop("lines", passed),
            by=given.pop("by", self.staff["screener"]),
            at=given.pop("at", noon(14)),
        )

    def transfer(self, *applications: Application, **given: Any) -> TransferBatch:
        return transfers.transfer(
            self.session,
            given.pop("unit", self.tree.committee),
            applications,
            given.pop("source", self.source),
            {"transferred_on": date(2010, 12, 15), "voucher": "凭证1"},
            by=given.pop("by", self.staff["finance"]),
            at=given.pop("at", noon(15)),
            versions=given.pop("versions", self.versions(applications)),
            request_key=given.pop("request_key", f"t{[a.id for a in applications]}"),
            **given,
        )

    def prepare(self, *applications: Application, **given: Any) -> list[Payment]:
        return payments.prepare(
            self.session,
            given.pop("unit", self.tree.committee),
            applications,
            by=given.pop("by", self.staff["committee_clerk"]),
            at=given.pop("at", noon(16)),
            versions=given.pop("versions", self.versions(applications)),
            **given,
        )

    def pay(self, *prepared: Payment, **given: Any) -> list[Payment]:
        record = {"paid_on": date(2010, 12, 20), "cashier": "孙出纳", "witness": "李见证"}
        return payments.pay(
            self.session,
            prepared,
            {**record, **given.pop("record", {})},
            given.pop("lines", None),
            by=given.pop("by", self.staff["committee_clerk"]),
            at=given.pop("at", PAY_DAY),
            request_key=given.pop("request_key", None),
        )

    def receipt(self, payment: Payment, **given: Any) -> Any:
        record = {"received_on": date(2010, 12, 20), "sign": "signature"}
        return receipts.record(
            self.session,
            payment,
            {**record, **given.pop("record", {})},
            by=given.pop("by", self.staff["committee_clerk"]),
            at=given.pop("at", PAY_DAY),
        )

    def roster(self, *applications: Application) -> list[Payment]:
        """From the transfer to prepared payments in one go."""
        self.transfer(*applications)
        return self.prepare(*applications)

    def line(self, application: Application) -> NoticeLine:
        """The newest line of a notice about the application."""
        return self.session.scalars(
            select(NoticeLine)
            .where(NoticeLine.application_id == application.id)
            .order_by(NoticeLine.id.desc())
            .limit(1)
        ).one()


def publish(session: Session, folder: Path = POLICY, **given: Any) -> Edition:
    """A policy's files as an edition; its own cases are tested elsewhere."""
    packed, mark = packed_files(folder)
    given = {"in_force_from": date(2010, 6, 7), **given}
    return make.edition(session, files=packed, digest=mark, **given)


@cache
def packed_files(folder: Path) -> tuple[bytes, str]:
    """The bytes of an edition and their digest."""
    files = editions.read_folder(folder)
    return editions.pack(files), digest(files)


def open_office(session: Session) -> Office:
    """The office, with noise beside it: another committee and branch that no test asks about."""
    tree = make.org_tree(session)
    places: Mapping[str, OrgUnit] = {
        "branch_clerk": tree.branch,
        "branch_secretary": tree.branch,
        "committee_clerk": tree.committee,
        "committee_verifier": tree.committee,
        "department_reviewer": tree.department,
        "department_leader": tree.department,
        "screener": tree.service_centre,
        "finance": tree.department,
        "auditor": tree.department,
    }
    source = make.source(session, zh="区管党费", en="Party dues")
    office = Office(session, tree, publish(session), source)
    for role, where in places.items():
        office.staff[role] = hire(session, role, where)
    make.member(session, tree.other_branch)
    return office


def open_funded_office(session: Session) -> Office:
    """The office with money for the year."""
    opened = open_office(session)
    opened.budget()
    return opened


def hire(session: Session, role: str, where: OrgUnit, **given: Any) -> Actor:
    """Another person with one role."""
    return people.actor(session, make.user(session, (role, where), **given), make.TODAY)


def met(refused: Any) -> list[tuple[str, str | None]]:
    """(code, where) of every fault of a refusal."""
    return [(fault.code, fault.where) for fault in refused.value.faults]


def codes(refused: Any) -> list[str]:
    """The codes of a refusal."""
    return [fault.code for fault in refused.value.faults]
