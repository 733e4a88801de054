"""Steps of one application: registered, handed in, checked, decided."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

from casework import (
    applications,
    behalf,
    confirmations,
    originals,
    paper_checks,
    results,
    steps,
)
from engine.procedure import StageKind
from models.applications import Application
from models.members import Member
from tests.casework import bureau as usual
from tests.casework.bureau import LIVING, SUDDEN, WHO, scan_minutes
from tests.casework.chance.hand import Hand, Nothing
from tests.factories import TODAY

MOST_AT_ONCE = 4
PAPERS = ("accident_proof", "diagnosis", "heir_proof", "death_certificate")
OWN_PAPERS = ("special_explanation", "sealed_form")


class Road(Hand):
    """The road of one application until its list."""

    onward: ClassVar[Mapping[StageKind, str]]
    """The step that a stage done by lists waits for, by its kind."""

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
        if kind in self.onward:
            return str(getattr(self, self.onward[kind])())
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
