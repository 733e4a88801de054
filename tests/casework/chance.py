"""An office in which anybody presses anything: sequences of legal and illegal steps, from a seed.

A step is a number; everything it does is drawn from that number and from what stands in the
database, so a sequence can be played again, and a part of it too: that is how one that breaks
something is made short.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import (
    applications,
    behalf,
    calendar,
    cancellations,
    checks,
    circulation,
    confirmations,
    endings,
    filings,
    funds,
    likenesses,
    lists,
    measures,
    members,
    moves,
    notices,
    objections,
    originals,
    paper_checks,
    pay_first,
    payments,
    people,
    receipts,
    recoveries,
    results,
    round_deliveries,
    round_members,
    rounds,
    screenings,
    steps,
    transfers,
)
from casework.clock import day_of
from casework.jobs import reminders
from casework.people import Actor
from engine.faults import Refused
from engine.procedure import StageKind
from models import Base
from models.applications import Application, PayMethod
from models.attachments import Attachment
from models.checks import Finding, Measure, Visit
from models.ledger import FundSource, Grant, Journal, Payment, PaymentState, Recovery, TransferLine
from models.members import Member
from models.notices import Notice, NoticeLine, NoticeStatus, Objection, ObjectionState
from models.orgs import OrgUnit
from models.rounds import AidRound, RoundDelivery, RoundMember
from models.schemes import ScreeningMatch
from models.screenings import ScreeningLine, ScreeningList
from tests import factories as make
from tests.casework import bureau as usual
from tests.casework.bureau import (
    LIVING,
    ROLES,
    SUDDEN,
    WHO,
    Bureau,
    open_bureau,
    scan_minutes,
)
from tests.factories import NOW, TODAY

LIST_KINDS = frozenset(
    {
        *(StageKind.POST, StageKind.FILE, StageKind.SCREEN),
        *(StageKind.TRANSFER, StageKind.PAY, StageKind.RECEIPT),
    }
)
MOST_AT_ONCE = 4
PAPERS = ("accident_proof", "diagnosis", "heir_proof", "death_certificate")
OWN_PAPERS = ("special_explanation", "sealed_form")


@dataclass
class Town:
    """The office, its money and its members."""

    bureau: Bureau
    source: FundSource
    other_source: FundSource
    members: tuple[Member, ...]
    opened: datetime


def open_town(session: Session) -> Town:
    """A bureau with little money, members of two branches, two of one household, and a clerk and a
    verifier who are members themselves; three applications wait for their money."""
    bureau = open_bureau(session)
    branch, sibling, other = bureau.tree.branch, bureau.tree.sibling, bureau.tree.other_branch
    people_there = [
        usual.applicant(bureau, unit, name=name)
        for unit, name in ((branch, "王一"), (branch, "李二"), (sibling, "王一"), (other, "赵四"))
    ]
    card = usual.applicant(bureau, branch, name="钱五", bank_account="6222020000001234567")
    bureau.users["clerk"].member_id = people_there[0].id
    bureau.users["verifier"].member_id = card.id
    source, other_source = make.source(session), make.source(session, zh="其他", en="Other")
    funds.allocate_budget(session, source, 2010, 800_000, by=bureau["finance"], at=NOW)
    calendar.fill(session, 2010, 2012)
    session.flush()
    extra = [usual.applicant(bureau, branch, name=name) for name in ("孙六", "周七")]
    begun = [
        usual.register(bureau, people_there[1]),
        usual.register(bureau, extra[0]),
        usual.register(bureau, extra[1], "sudden"),
    ]
    for each in begun:
        usual.walk(bureau, each, "notice")
    opened = usual.screened(bureau, begun)
    return Town(bureau, source, other_source, (*people_there, *extra, card), opened)


@dataclass
class Chance:
    """Takes steps in a town. `done` counts what went through, `refused` what did not; `moved`
    says whether the last step went through."""

    town: Town
    session: Session
    now: datetime = field(init=False)
    moved: bool = False
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    random: Random = field(default_factory=Random)
    _actors: dict[str, Actor] = field(default_factory=dict)

    def take(self, number: int) -> str:
        """One step; gives what it was. Only a refusal is an answer, any other error is a fault."""
        self.random, self.moved = Random(number), False
        verb = self.random.choices(VERBS, WEIGHTS)[0]
        try:
            with self.session.begin_nested():
                name = verb(self) or verb.__name__
        except Nothing:
            return f"{verb.__name__}: nothing there"
        except Refused as refused:
            self.refused.update(fault.code for fault in refused.faults)
            return f"{verb.__name__}: {sorted({fault.code for fault in refused.faults})}"
        self.done[name] += 1
        self.moved = True
        return name

    def __post_init__(self) -> None:
        self.now = self.town.opened

    # -- who, what, when

    @property
    def today(self) -> date:
        return day_of(self.now)

    def actor(self, usual_one: str) -> Actor:
        """Mostly whoever does such a thing, else anybody."""
        name = usual_one if self.random.random() < 0.92 else self.random.choice(list(ROLES))
        if name not in self._actors:
            user = self.town.bureau.users[name]
            self._actors[name] = people.actor(self.session, user, TODAY)
        return self._actors[name]

    def likely(self, share: float) -> bool:
        return self.random.random() < share

    def some(self, model: type[Base], *where: Any) -> Any:
        """One of the rows, mostly of those asked for."""
        ids = self.session.scalars(
            select(model.id).where(*(where if self.likely(0.9) else ())).order_by(model.id)  # type: ignore[attr-defined]
        ).all()
        if not ids:
            raise Nothing
        return self.session.get_one(model, self.random.choice(ids))

    def live(self, *kinds: StageKind) -> list[Application]:
        rows = self.session.scalars(
            select(Application).where(Application.status.in_(moves.LIVE)).order_by(Application.id)
        ).all()
        if not kinds:
            return list(rows)
        return [one for one in rows if self.stage(one).kind in kinds]

    def stage(self, application: Application) -> Any:
        return lists.road_of(application).stage(application.stage)

    def few(self, kind: StageKind, unit: OrgUnit | None = None) -> list[Application]:
        """Applications that wait for such a step, mostly of one unit; now and then others too."""
        rows = self.live(kind) if self.likely(0.95) else self.live()
        if unit is not None and self.likely(0.95):
            rows = [one for one in rows if one.org.path.startswith(unit.path)]
        if not rows:
            raise Nothing
        return self.random.sample(rows, self.random.randint(1, min(3, len(rows))))

    def version(self, application: Application) -> int:
        """As a page has it; one page in twenty is old."""
        return application.version - (0 if self.likely(0.95) else 1)

    def versions(self, applications: Sequence[Application]) -> dict[int, int]:
        self.session.flush()
        return {one.id: self.version(one) for one in applications}

    def day(self) -> date:
        """Mostly today; now and then the day before, or a day that has not come."""
        return self.today + timedelta(days=self.random.choice([0] * 38 + [-1, 1]))

    def spoiled(self, record: Mapping[str, object]) -> dict[str, object]:
        """What is typed: now and then something is missing or nonsense."""
        found = dict(record)
        if found and self.likely(0.06):
            name = self.random.choice(sorted(found))
            found[name] = self.random.choice([None, "", "?", -1, "9" * 30, "昨天", []])
        return found

    def reason(self) -> str:
        return "理由" if self.likely(0.95) else " "

    def key(self) -> str | None:
        """A request's key; few of them, so that some come twice."""
        return f"key{self.random.randint(1, 40)}" if self.likely(0.7) else None

    def committee(self) -> OrgUnit:
        tree = self.town.bureau.tree
        return tree.committee if self.likely(0.9) else tree.other_committee

    # -- steps: the road of one application

    def time_passes(self) -> None:
        self.now += timedelta(days=self.random.choice([0, 1, 1, 2, 6]), hours=1)

    def register(self) -> None:
        if len(self.live()) >= MOST_AT_ONCE and self.likely(0.9):
            raise Nothing
        road = self.random.choice(["living", "sudden", "sudden", "sudden"])
        facts = dict(LIVING if road == "living" else SUDDEN)
        if self.likely(0.05):
            name = self.random.choice(sorted(facts))
            facts[name] = self.random.choice([None, True, "death"])
        member = self.random.choice(self.town.members)
        by = self.actor(self.entering(member))
        applications.register(
            self.session,
            self.session.get_one(Member, member.id),
            road,
            self.day(),
            by=by,
            at=self.now,
            facts=facts,
        )

    def advance(self) -> str:
        """What the application waits for, by whoever does it."""
        rows = self.live()
        if not rows:
            raise Nothing
        application = self.random.choice(rows)
        kind = self.stage(application).kind
        if kind in LIST_KINDS:
            return ONWARD[kind](self)
        if results.waiting(self.session, application) is not None:
            return self.confirm(application)
        return self.complete(application)

    def complete(self, application: Application | None = None) -> str:
        chosen = application or self.some(Application)
        stage = chosen.stage if self.likely(0.95) else self.random.choice([*WHO, "payment"])
        self.prepare_papers(chosen)
        known = stage in WHO
        record = usual.record_of(stage, chosen.road) if known else {}
        day = self.day().isoformat()
        record = {k: day if v == TODAY.isoformat() else v for k, v in record.items()}
        if stage == "archive":
            record = {"archived_on": day, "file_number": "2010-1"}
        if "result" in record:
            record["result"] = "agreed" if self.likely(0.8) else "refused"
            special = bool(chosen.facts.get("special_explanation"))
            record |= {"reason": "研究决定", "priority": self.likely(0.9 if special else 0.05)}
            record.setdefault("amount", "600")
        by = self.actor(self.who(stage, chosen))
        steps.complete(
            self.session,
            chosen,
            stage,
            self.spoiled(record),
            by=by,
            at=self.now,
            expected_version=self.version(chosen),
        )
        return f"complete:{stage}"

    def entering(self, member: Member) -> str:
        """Who enters for this member: somebody of the branch who is not himself, or the committee."""
        tree = self.town.bureau.tree
        at = {tree.branch.id: "secretary", tree.other_branch.id: "neighbour"}
        return at.get(member.org_id, "committee_clerk")

    def who(self, stage: str, application: Application) -> str:
        usual_one = WHO.get(stage, "committee_clerk")
        if usual_one in ("clerk", "secretary"):
            return self.entering(application.member)
        if usual_one == "verifier":
            elsewhere = application.org_id == self.town.bureau.tree.other_branch.id
            own = application.member_id == self.town.members[-1].id
            return "other_verifier" if elsewhere else "committee_leader" if own else usual_one
        return usual_one

    def prepare_papers(self, application: Application) -> None:
        """Texts of the form, scans, the verifier's finding: below the verbs where no verb is meant."""
        if application.stage == "branch_check" and not application.form.get("other_subsidy"):
            words = {"hardship_statement": "困难", "loss_statement": "损失", "other_subsidy": "无"}
            application.form = {**application.form, **words}
            for kind in (*PAPERS, *OWN_PAPERS):
                self.attach(application, kind)
        if application.stage == "committee_verify":
            self.compare_papers(application)
        if (
            application.stage == "committee_verify"
            and "excl_org_unsuitable" not in application.facts
        ):
            known = {
                "excl_org_unsuitable": self.likely(0.03),
                "special_explanation": self.likely(0.3),  # who was aided already comes again
            }
            application.facts = {**application.facts, **known}
        self.session.flush()

    def attach(self, application: Application, kind: str) -> None:
        self.session.add(
            Attachment(
                application_id=application.id,
                kind=kind,
                filename="证明.pdf",
                mime="application/pdf",
                size=1,
                sha256="0" * 64,
                storage_key=f"{application.id}/{kind}/{self.random.random()}",
                by_id=self.town.bureau.users["clerk"].id,
                at=self.now,
            )
        )
        self.session.flush()

    def confirm(self, application: Application | None = None) -> str:
        chosen = [application or self.some(Application)]
        by = self.actor(self.random.choice(["second_leader", "second_leader", "leader"]))
        scan_minutes(self.town.bureau, *chosen)
        if self.likely(0.9):
            confirmations.confirm(
                self.session, chosen, by=by, at=self.now, versions=self.versions(chosen)
            )
            return "confirm"
        confirmations.send_back(
            self.session, chosen, self.reason(), by=by, at=self.now, versions=self.versions(chosen)
        )
        return "send_result_back"

    def send_back(self) -> None:
        chosen = self.some(Application, Application.status.in_(moves.LIVE))
        to = self.random.choice(["application", "appraisal", "branch_check", "committee_verify"])
        by = self.actor(self.who(chosen.stage, chosen))
        endings.send_back(
            self.session,
            chosen,
            to,
            self.reason(),
            by=by,
            at=self.now,
            expected_version=self.version(chosen),
        )

    def refuse(self) -> None:
        chosen = self.some(Application, Application.status.in_(moves.LIVE))
        by = self.actor(self.who(chosen.stage, chosen))
        endings.refuse(
            self.session,
            chosen,
            self.reason(),
            by=by,
            at=self.now,
            expected_version=self.version(chosen),
        )

    def withdraw(self) -> None:
        chosen = self.some(Application, Application.status.in_(moves.LIVE))
        endings.withdraw(
            self.session,
            chosen,
            self.reason(),
            by=self.actor(self.entering(chosen.member)),
            at=self.now,
            expected_version=self.version(chosen),
        )

    def cancel(self) -> None:
        chosen = self.some(Application, Application.grant.has())
        cancellations.cancel(
            self.session,
            chosen,
            self.reason(),
            by=self.actor("reviewer"),
            at=self.now,
            expected_version=self.version(chosen),
        )

    def send_round(self, application: Application) -> None:
        """传签, signed by both leaders as far as they may."""
        leaders = ("leader", "second_leader")
        made = circulation.start(
            self.session,
            application,
            [self.town.bureau.users[name].id for name in leaders],
            "等米下锅",
            by=self.actor("reviewer"),
            at=self.now,
            expected_version=application.version,
        )
        for name in leaders:
            circulation.sign(self.session, made, True, "", by=self.actor(name), at=self.now)

    def compare_papers(self, application: Application) -> None:
        """Originals seen and an entry on behalf compared, by whoever verifies."""
        by = self.actor(self.who("committee_verify", application))
        if not originals.faults(self.session, application, by):
            for scan in application.attachments:
                originals.check(self.session, application, scan, by=by, at=self.now)
        if behalf.entered(self.session, application) and not paper_checks.faults(
            self.session, application, by
        ):
            items = paper_checks.items(self.session, application)
            paper_checks.record(
                self.session,
                application,
                {item.id: paper_checks.Verdict(True) for item in items},
                by=by,
                at=self.now,
                expected_version=application.version,
            )

    def pay_first(self) -> None:
        chosen = self.some(
            Application, Application.road == "sudden", Application.status.in_(moves.LIVE)
        )
        record = {
            "reported_on": self.day(),
            "authorised_on": self.day(),
            "authorised_by": "部长",
            "reason": "等米下锅",
            "amount": "1500",
        }
        if self.likely(0.9) and circulation.standing(self.session, chosen) is None:
            self.send_round(chosen)
        pay_first.authorise(
            self.session,
            chosen,
            self.spoiled(record),
            by=self.actor("leader"),
            at=self.now,
            expected_version=self.version(chosen),
        )

    def somebody_dies(self) -> None:
        chosen = self.some(Member)
        members.update(
            self.session,
            chosen,
            {"died_on": self.day()},
            by=self.actor(self.entering(chosen)),
            at=self.now,
            expected_version=chosen.version,
        )

    def name_an_heir(self) -> None:
        chosen = self.some(Application, Application.status.in_(moves.LIVE))
        for kind in PAPERS:
            self.attach(chosen, kind)
        heir = self.likely(0.5)
        applications.set_payee(
            self.session,
            chosen,
            name="王小明" if heir else None,
            kinship="儿子" if heir else None,
            method=PayMethod.CARD if self.likely(0.3) else PayMethod.CASH,
            account="6228480000000000017" if heir and self.likely(0.3) else None,
            by=self.actor(self.entering(chosen.member)),
            at=self.now,
            expected_version=self.version(chosen),
        )

    # -- steps: lists

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

    # -- steps: money

    def budget(self) -> None:
        source = self.random.choice([self.town.source, self.town.other_source])
        funds.allocate_budget(
            self.session,
            self.session.get_one(FundSource, source.id),
            self.random.choice([2010, 2010, 2011]),
            self.random.choice([0, 1, 60_000, 200_000]),
            by=self.actor("finance"),
            at=self.now,
            request_key=self.key(),
        )

    def correct(self) -> None:
        entry, by = self.some(Journal, Journal.kind == "budget"), self.actor("finance")
        funds.reverse(self.session, entry, by=by, at=self.now, reason=self.reason())

    def transfer(self) -> str:
        unit = self.committee()
        early = self.likely(0.7) and any(self.ahead())
        chosen = self.emergencies() if early else self.few(StageKind.TRANSFER, unit)
        source = self.town.source if self.likely(0.9) else self.town.other_source
        transfers.transfer(
            self.session,
            unit,
            chosen,
            self.session.get_one(FundSource, source.id),
            self.spoiled({"transferred_on": self.day(), "voucher": "凭证1"}),
            by=self.actor("finance"),
            at=self.now,
            versions=self.versions(chosen),
            request_key=self.key() or f"once{self.random.random()}",
        )
        return "transfer_ahead" if early else "transfer"

    def emergencies(self) -> list[Application]:
        if not (rows := self.ahead()):
            raise Nothing
        return [self.random.choice(rows)]

    def ahead(self) -> list[Application]:
        """Emergencies whose money has not gone ahead of their paperwork yet."""
        mine = [one for one in self.live() if one.emergency]
        return [one for one in mine if self.stage(one).kind not in LIST_KINDS]

    def take_back(self) -> None:
        line, by = self.some(TransferLine), self.actor("finance")
        transfers.take_back(self.session, line, reason=self.reason(), by=by, at=self.now)

    def hand_out(self) -> str:
        """Whatever the paying unit has to do: roster, money, signature."""
        return self.random.choice([self.prepare, self.pay, self.pay, self.sign, self.sign])()

    def prepare(self) -> str:
        unit = self.committee()
        chosen = (
            self.emergencies()
            if self.likely(0.5) and self.ahead()
            else self.few(StageKind.PAY, unit)
        )
        payments.prepare(
            self.session,
            unit,
            chosen,
            by=self.actor("committee_clerk"),
            at=self.now,
            versions=self.versions(chosen),
            source=self.town.source if self.likely(0.1) else None,
        )
        return "prepare"

    def pay(self) -> str:
        ready = self.session.scalars(
            select(Payment).where(Payment.state == PaymentState.PREPARED).order_by(Payment.id)
        ).all()
        chosen = [self.some(Payment)] if not ready or self.likely(0.1) else list(ready)[:2]
        record = {"paid_on": self.day(), "cashier": "孙出纳", "witness": "李见证"}
        payments.pay(
            self.session,
            chosen,
            self.spoiled(record),
            by=self.actor("committee_clerk"),
            at=self.now,
            request_key=self.key(),
        )
        return "pay"

    def sign(self) -> str:
        sign = self.random.choice(["signature", "fingerprint", "by_other"])
        record: dict[str, object] = {"received_on": self.day(), "sign": sign}
        if sign == "by_other":
            record |= {"receiver": "王小明", "kinship": "儿子", "proxy_reason": "行动不便"}
        receipts.record(
            self.session,
            self.some(Payment, Payment.state == PaymentState.PAID),
            self.spoiled(record),
            by=self.actor("committee_clerk"),
            at=self.now,
        )
        return f"sign:{sign}"

    def discard(self) -> None:
        payment = self.some(Payment, Payment.state == PaymentState.PREPARED)
        by = self.actor("committee_clerk")
        payments.discard(self.session, payment, reason=self.reason(), by=by, at=self.now)

    def come_back(self) -> None:
        payments.returned(
            self.session,
            self.some(Payment, Payment.state == PaymentState.PAID),
            returned_on=self.day(),
            reason=self.reason(),
            by=self.actor("finance"),
            at=self.now,
        )

    def reverse_a_payment(self) -> None:
        payment, by = self.some(Payment), self.actor("finance")
        payments.reversed_(self.session, payment, reason=self.reason(), by=by, at=self.now)

    def demand(self) -> None:
        recoveries.demand(
            self.session,
            self.some(Grant),
            self.random.choice([0, 1, 30_000, 60_000, 150_000, 200_000]),
            reason=self.reason(),
            ordered_on=self.day(),
            by=self.actor("auditor"),
            at=self.now,
        )

    def receive(self) -> None:
        recovery = self.some(Recovery)
        recoveries.receive(
            self.session,
            recovery,
            self.random.choice([0, 1, recovery.fen - recovery.recovered_fen]),
            received_on=self.day(),
            by=self.actor("finance"),
            at=self.now,
            request_key=self.key(),
        )

    # -- steps: checks, the round, the worker

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


class Nothing(Exception):  # noqa: N818  # it is an answer, not an error
    """There is nothing yet that the step could be about."""


ONWARD: Mapping[StageKind, Callable[[Chance], str]] = {
    StageKind.POST: Chance.notice,
    StageKind.FILE: Chance.file,
    StageKind.SCREEN: Chance.screen,
    StageKind.TRANSFER: Chance.transfer,
    StageKind.PAY: Chance.hand_out,
    StageKind.RECEIPT: Chance.hand_out,
}
_WEIGHTED: Mapping[Callable[[Chance], str | None], float] = {
    Chance.time_passes: 2,
    Chance.register: 4,
    Chance.advance: 70,
    Chance.complete: 2,
    Chance.confirm: 1,
    Chance.send_back: 0.7,
    Chance.refuse: 0.4,
    Chance.withdraw: 0.4,
    Chance.cancel: 0.6,
    Chance.pay_first: 6,
    Chance.somebody_dies: 0.2,
    Chance.name_an_heir: 1.2,
    Chance.notice: 3,
    Chance.take_off_the_board: 0.4,
    Chance.object: 2,
    Chance.settle_an_objection: 3,
    Chance.file: 1,
    Chance.screen: 2,
    Chance.settle_a_likeness: 1.5,
    Chance.budget: 2,
    Chance.correct: 1,
    Chance.transfer: 5,
    Chance.take_back: 2,
    Chance.prepare: 5,
    Chance.pay: 6,
    Chance.sign: 4,
    Chance.discard: 1.5,
    Chance.come_back: 3,
    Chance.reverse_a_payment: 1.5,
    Chance.demand: 2,
    Chance.receive: 3,
    Chance.visit: 2,
    Chance.punish: 3,
    Chance.measure: 0.4,
    Chance.open_a_round: 0.5,
    Chance.carry_the_notice: 1.5,
    Chance.apply_again: 0.5,
    Chance.close_a_round: 0.2,
    Chance.remind: 0.4,
}
VERBS, WEIGHTS = list(_WEIGHTED), list(_WEIGHTED.values())
MUST_HAPPEN = frozenset(
    {
        *("register", "complete:application", "complete:committee_verify", "complete:meeting"),
        *("confirm", "notice_hangs", "notice_ends", "complete:archive", "transfer", "prepare"),
        *("pay", "sign:signature", "demand", "receive", "budget", "object", "visit"),
    }
)
"""What has to have gone through even in a short run, or many steps prove little."""


def shorter(steps_taken: Sequence[int], fails: Callable[[Sequence[int]], bool]) -> list[int]:
    """A part of the sequence that still fails and of which no single step can be left out."""
    found, size = list(steps_taken), max(1, len(steps_taken) // 2)
    while True:
        at, changed = 0, False
        while at < len(found):
            tried = found[:at] + found[at + size :]
            if tried and fails(tried):
                found, changed = tried, True
            else:
                at += size
        if size == 1 and not changed:
            return found
        size = max(1, size // 2)
