"""Turns that an application takes: back, refused, withdrawn, paid first; a death, an heir."""

from __future__ import annotations

from casework import (
    applications,
    cancellations,
    circulation,
    endings,
    heir_accounts,
    members,
    moves,
    paper_signatures,
    pay_first,
    worksheets,
)
from casework.attachments import Upload
from casework.worksheets import ItemRow
from models.applications import Application, PayMethod
from models.meetings import Circulation
from models.members import ItemKind, Member
from tests.casework.bureau import SCAN
from tests.casework.chance.road import PAPERS, Road

ACCOUNTS = ("6228480000000000017", "6217000000007654321")


class Turns(Road):
    """What may happen to an application at any stage."""

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
            if self.likely(0.8):
                circulation.sign(self.session, made, True, "", by=self.actor(name), at=self.now)
            else:
                self.sign_on_paper(made, name)

    def sign_on_paper(self, made: Circulation, name: str) -> None:
        """What a leader signed on paper, written down by somebody who is not named."""
        paper_signatures.record(
            self.session,
            made,
            self.town.bureau.users[name].id,
            True,
            "",
            self.day(),
            SCAN if self.likely(0.95) else Upload("", b""),
            by=self.actor("reviewer"),
            at=self.now,
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

    def correct_an_account(self) -> None:
        """The heir's account, once it can no longer be changed without proof."""
        chosen = self.some(
            Application,
            Application.payee_name.is_not(None),
            Application.stage.in_(("transfer", "payment")),
            Application.status.in_(moves.LIVE),
        )
        card = self.likely(0.7)
        heir_accounts.correct(
            self.session,
            chosen,
            method=PayMethod.CARD if card else PayMethod.CASH,
            account=self.random.choice(ACCOUNTS) if card else None,
            reason=self.reason(),
            upload=SCAN,
            by=self.actor(self.entering(chosen.member)),
            at=self.now,
            expected_version=self.version(chosen),
        )

    def change_the_worksheet(self) -> str:
        """Other figures at any stage, or somebody checks those that stand there."""
        member = self.some(Member)
        sheet = member.household
        if sheet is not None and sheet.items and self.likely(0.6):
            item, by = self.random.choice(sheet.items), self.actor("verifier")
            worksheets.verify(self.session, item, proof="存折", by=by, at=self.now)
            return "worksheet_checked"
        yuan = self.random.choice([600, 1200, 1200, 90_000])
        worksheets.put(
            self.session,
            member,
            size=2,
            persons=[],
            items=[ItemRow(ItemKind.INCOME, "种粮收入", yuan * 100, proof="存折")],
            by=self.actor(self.entering(member)),
            at=self.now,
            expected_version=sheet.version if sheet else None,
            note=self.reason(),
        )
        return "worksheet_changed"
