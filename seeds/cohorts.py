"""A cohort: applications of one committee that walk the road together, by the real verbs.

Each cohort is a generator that yields the moment of its next step; the loader runs the steps of all
cohorts in the order of time, so that events and the audit log read like a year of work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy.orm import Session

from casework import (
    applications as verbs,
)
from casework import (
    attachments,
    confirmations,
    endings,
    filings,
    minutes,
    notice_board,
    notices,
    objections,
    originals,
    papers,
    payments,
    receipts,
    screenings,
    steps,
    transfers,
)
from casework.clock import CHINA
from casework.people import Actor
from engine import Policy
from engine.procedure import Road
from models.applications import Application
from models.ledger import FundSource
from models.members import Member
from models.notices import Notice
from models.orgs import OrgUnit
from models.screenings import ScreeningList
from seeds import on_behalf, other_schemes, records, scans
from seeds.district import District, household
from seeds.hardships import Hardship
from seeds.people import People

Steps = Iterator[datetime]
MORNING = time(9, 0)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a cohort does: how many, on which road, where it stops and what happens there."""

    road: str
    committee: str
    count: int
    starts: date
    until: str
    story: Callable[..., Hardship]
    ends: str | None = None  # "refused", "returned", "withdrawn", "objection", "recorded"
    on_behalf: bool = False  # entered by the committee from the branch's sealed paper (代录)


@dataclass
class World:
    """Everything that a cohort needs to act."""

    session: Session
    district: District
    people: People
    source: FundSource
    policy: Policy
    free: dict[str, list[Member]] = field(default_factory=dict)

    def actor(self, username: str, at: datetime) -> Actor:
        return self.district.actor(self.session, username, at.date())


class Cohort:
    """The walk of one plan. ``days`` lists the offset of each step from the start, in days."""

    DAYS: Mapping[str, int] = {
        "application": 0,
        "appraisal": 1,
        "branch_check": 1,
        "committee_verify": 2,
        "department_review": 2,
        "decision": 3,
        "meeting": 3,
        "notice": 4,
        "notice_end": 9,
        "filing": 9,
        "screening": 10,
        "screening_result": 11,
        "transfer": 12,
        "payment": 13,
        "archive": 14,
    }

    def __init__(self, world: World, plan: Plan) -> None:
        self.world, self.plan = world, plan
        self.session = world.session
        self.committee = world.district.orgs[plan.committee]
        self.applications: list[Application] = []
        self.stories: dict[int, Hardship] = {}

    def walk(self) -> Steps:
        """Yield before each step; the caller resumes when that moment has come."""
        yield self._at("application")
        self._register()
        order = self._stages()
        for stage in order:
            if stage == self.plan.until:
                yield from self._finish(stage)
                return
            yield from self._through(stage)

    def _stages(self) -> list[str]:
        return [stage.id for stage in self._road().stages]

    def _road(self) -> Road:
        return self.world.policy.procedure.road(self.plan.road)

    def _at(self, stage: str) -> datetime:
        day = self.plan.starts + timedelta(days=self.DAYS[stage])
        minute = (hash_of(self.plan) + self.DAYS[stage]) % 400
        return (datetime.combine(day, MORNING, CHINA) + timedelta(minutes=minute)).astimezone(UTC)

    def _day(self, stage: str) -> date:
        return self.plan.starts + timedelta(days=self.DAYS[stage])

    def _register(self) -> None:
        at = self._at("application")
        branches = [b for b in self.world.district.branches() if b.parent_id == self.committee.id]
        for number in range(self.plan.count):
            branch = branches[number % len(branches)]
            member = self.world.free[branch.code].pop()
            story = self.plan.story(self.world.people.random)
            if member.household is None:
                users, unit = self.world.district.users, branch.code.lower()
                household(
                    self.session,
                    member,
                    self.world.people,
                    story.income_fen,
                    users[f"{unit}.clerk"],
                    users[f"{unit}.secretary"],
                )
            application = verbs.register(
                self.session,
                member,
                self.plan.road,
                self.plan.starts,
                by=self._enters(branch, at),
                at=at,
                facts=self._facts(story, "application"),
            )
            self.applications.append(application)
            self.stories[application.id] = story

    def _through(self, stage: str) -> Steps:
        if stage in ("notice", "filing", "screening", "transfer", "payment"):
            yield from getattr(self, f"_{stage}")()
            return
        yield self._at(stage)
        at = self._at(stage)
        if stage in ("decision", "meeting"):
            self._decide(stage, at)
            return
        for application in self.applications:
            self._single(application, stage, at)

    def _single(self, application: Application, stage: str, at: datetime) -> None:
        by = self._who(application, stage, at)
        story = self.stories[application.id]
        self._write_facts(application, stage, story, by, at)
        if stage == "branch_check":
            self._write_form(application, story, at)
        self._see_originals(application, stage, by, at)
        on_behalf.compare(self.session, application, stage, by, at)
        asked = {each.id for each in self._road().stage(stage).records_for(self.plan.road)}
        made = records.of(stage, self._day(stage), story)
        record = {name: value for name, value in made.items() if name in asked}
        steps.complete(
            self.session,
            application,
            stage,
            record,
            by=by,
            at=at,
            expected_version=application.version,
        )

    def _see_originals(self, application: Application, stage: str, by: Actor, at: datetime) -> None:
        """Where the policy asks for it, the originals of all papers are seen before the record."""
        rules = originals.rules_of(application)
        if rules is None or rules.stage != stage:
            return
        wanted = papers.kinds(self.world.policy)
        for scan in application.attachments:
            if scan.kind in wanted:
                originals.check(self.session, application, scan, by=by, at=at)

    def _facts(self, story: Hardship, stage: str) -> dict[str, object]:
        """The facts of the story that the policy asks at the stage."""
        asked = self.world.policy.facts
        return {name: value for name, value in story.facts.items() if asked[name].asked == stage}

    def _write_facts(
        self, application: Application, stage: str, story: Hardship, by: Actor, at: datetime
    ) -> None:
        facts = self._facts(story, stage)
        if facts and stage != "application":
            version = application.version
            verbs.save(
                self.session, application, facts=facts, by=by, at=at, expected_version=version
            )

    def _write_form(self, application: Application, story: Hardship, at: datetime) -> None:
        clerk = self._enters(application.org, at)
        field_name = "loss_statement" if self.plan.road == "sudden" else "hardship_statement"
        form = {field_name: story.statement, "other_subsidy": "无", "income_source": "见家庭收支表"}
        wanted = set(records.form_fields(application))
        verbs.save(
            self.session,
            application,
            form={name: text for name, text in form.items() if name in wanted},
            by=clerk,
            at=at,
            expected_version=application.version,
        )
        sealed = on_behalf.papers_of(application) if self.plan.on_behalf else ()
        for number, kind in enumerate((*story.papers, *sealed)):
            sheet = attachments.Upload(f"{kind}.png", scans.blank_sheet(application.id + number))
            attachments.store(
                self.session, sheet, kind=kind, by=clerk, at=at, application=application
            )

    def _decide(self, stage: str, at: datetime) -> None:
        self._record_result(stage, at)
        self._scan_minutes(stage, at)
        confirmations.confirm(
            self.session,
            self.applications,
            by=self.world.actor("leader1", at),
            at=at + timedelta(minutes=50),
            versions=self._versions(),
        )

    def _scan_minutes(self, stage: str, at: datetime) -> None:
        """The minutes as the recorder scanned them, where the policy asks for it."""
        rules = minutes.rules_of(self.applications[0]) if self.applications else None
        if rules is None:
            return
        head = records.meeting(self._day(stage))
        unit = minutes.unit_of(self.applications[0])
        number = str(head[rules.field])
        if minutes.scans(self.session, minutes.find(self.session, unit, number)):
            return
        sheet = attachments.Upload("会议纪要.png", scans.blank_sheet(7))
        by = self.world.actor("reviewer1", at)
        minutes.keep_scan(self.session, unit, number, self._day(stage), sheet, by=by, at=at)

    def _record_result(self, stage: str, at: datetime) -> None:
        lines = {a.id: records.result(self.stories[a.id]) for a in self.applications}
        steps.complete_list(
            self.session,
            self.applications,
            stage,
            records.meeting(self._day(stage)),
            lines,
            by=self.world.actor("reviewer1", at),
            at=at,
            versions=self._versions(),
        )

    def _notice(self) -> Steps:
        yield self._at("notice")
        posted = self._post()
        yield self._at("notice_end")
        at = self._at("notice_end")
        for notice in posted:
            clerk = self._clerk(self._org(notice.org_id), at)
            photo = attachments.Upload("公示照片.png", scans.blank_sheet(notice.id))
            notice_board.add_photo(self.session, notice, photo, by=clerk, at=at)
            ended = records.notice_end(self._day("notice_end"))
            notices.close(self.session, notice, ended, by=clerk, at=at)

    def _post(self) -> list[Notice]:
        at, first = self._at("notice"), self._day("notice")
        posted = []
        for org_id in dict.fromkeys(a.org_id for a in self.applications):
            mine = [a for a in self.applications if a.org_id == org_id]
            posted.append(
                notices.post(
                    self.session,
                    self._org(org_id),
                    mine,
                    records.notice(first),
                    by=self._clerk(self._org(org_id), at),
                    at=at,
                    versions={a.id: a.version for a in mine},
                )
            )
        return posted

    def _filing(self) -> Steps:
        yield self._at("filing")
        at = self._at("filing")
        filings.file(
            self.session,
            self.committee,
            self.applications,
            records.filing(self._day("filing")),
            by=self._committee("clerk1", at),
            at=at,
            versions=self._versions(),
        )

    def _screening(self) -> Steps:
        yield self._at("screening")
        entered = self._enter_list()
        yield self._at("screening_result")
        at = self._at("screening_result")
        screenings.record_results(
            self.session,
            entered,
            {"screened_on": self._day("screening_result")},
            {a.id: {"result": "pass"} for a in self.applications},
            by=self.world.actor("screener", at),
            at=at,
        )

    def _enter_list(self) -> ScreeningList:
        at = self._at("screening")
        return screenings.enter_list(
            self.session,
            self.committee,
            self.applications,
            {"entered_on": self._day("screening")},
            by=self._committee("clerk1", at),
            at=at,
            versions=self._versions(),
        )

    def _transfer(self) -> Steps:
        yield self._at("transfer")
        at = self._at("transfer")
        transfers.transfer(
            self.session,
            self.committee,
            self.applications,
            self.world.source,
            records.transfer(self._day("transfer")),
            by=self.world.actor("finance1", at),
            at=at,
            versions=self._versions(),
            request_key=f"seed:{self.applications[0].number}",
        )

    def _payment(self) -> Steps:
        yield self._at("payment")
        at = self._at("payment")
        cashier = self._committee("clerk2", at)
        ready = payments.prepare(
            self.session,
            self.committee,
            self.applications,
            by=cashier,
            at=at,
            versions=self._versions(),
        )
        payments.pay(
            self.session, ready, records.payment(self._day("payment")), {}, by=cashier, at=at
        )
        for payment in ready:
            receipt = {"received_on": self._day("payment"), "sign": "signature"}
            receipts.record(self.session, payment, receipt, by=cashier, at=at)

    def _finish(self, stage: str) -> Steps:
        """What happens at the stage where the plan stops; most simply wait there."""
        if self.plan.ends is None:
            if stage == "notice" and self.plan.count % 2 == 0:
                yield self._at("notice")
                self._post()
            if stage == "screening" and self.plan.count % 2 == 0:
                yield self._at("screening")
                at, member = self._at("screening"), self.applications[0].member
                other_schemes.hand_in(self.session, self.world.actor("screener", at), member, at)
                self._enter_list()
            return
        yield self._at(stage)
        at = self._at(stage)
        if self.plan.ends == "recorded":
            self._record_result(stage, at)
            return
        if self.plan.ends == "objection":
            for notice in self._post():
                objections.register(
                    self.session,
                    notices.on_board(self.session, notice)[0],
                    received_on=self._day(stage),
                    channel="phone",
                    has_clue=True,
                    content="反映其家庭有未申报的房屋出租收入，并提供了地址。",
                    objector_name="某群众",
                    by=self.world.actor("reviewer2", at),
                    at=at,
                )
            return
        for application in self.applications:
            self._end(application, stage, at)

    def _end(self, application: Application, stage: str, at: datetime) -> None:
        by = self._who(application, stage, at)
        known: dict[str, object] = {"by": by, "at": at, "expected_version": application.version}
        if self.plan.ends == "withdrawn":
            reason = "家庭情况好转，本人申请撤回。"
            verbs.withdraw(self.session, application, reason, **known)  # type: ignore[arg-type]  # by, at, version
        elif self.plan.ends == "returned":
            reason = "家庭收入材料不全，请补充低保证明后重新上报。"
            endings.send_back(self.session, application, "application", reason, **known)  # type: ignore[arg-type]  # by, at, version
        elif self.plan.ends == "refused":
            reason = "经入户核实，家庭收入高于我区最低生活保障线。"
            endings.refuse(self.session, application, reason, **known)  # type: ignore[arg-type]  # by, at, version

    def _enters(self, branch: OrgUnit, at: datetime) -> Actor:
        return self._committee("clerk1", at) if self.plan.on_behalf else self._clerk(branch, at)

    def _who(self, application: Application, stage: str, at: datetime) -> Actor:
        if self.plan.on_behalf and stage in ("application", "appraisal", "branch_check"):
            return self._committee("clerk1", at)
        branch = application.org.code.lower()
        names = {
            "application": f"{branch}.clerk",
            "appraisal": f"{branch}.clerk",
            "branch_check": f"{branch}.secretary",
            "committee_verify": f"{self.plan.committee.lower()}.verifier",
            "department_review": "reviewer1",
            "archive": f"{self.plan.committee.lower()}.clerk2",
        }
        return self.world.actor(names[stage], at)

    def _clerk(self, branch: OrgUnit, at: datetime) -> Actor:
        return self.world.actor(f"{branch.code.lower()}.clerk", at)

    def _committee(self, who: str, at: datetime) -> Actor:
        return self.world.actor(f"{self.plan.committee.lower()}.{who}", at)

    def _org(self, org_id: int) -> OrgUnit:
        found = self.session.get(OrgUnit, org_id)
        assert found is not None
        return found

    def _versions(self) -> dict[int, int]:
        return {a.id: a.version for a in self.applications}


def hash_of(plan: Plan) -> int:
    """A number that differs between plans and is the same on every machine."""
    return sum(map(ord, f"{plan.road}{plan.committee}{plan.until}{plan.ends}")) * 7
