"""The office in which anybody presses anything: its people, its money and its members."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from casework import applications, calendar, funds, members
from models.applications import Application, PayMethod
from models.ledger import FundSource
from models.members import Member
from tests import factories as make
from tests.casework import bureau as usual
from tests.casework.bureau import Bureau, open_bureau
from tests.factories import NOW


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
    verifier who are members themselves; four applications wait for their money, one of them for an
    heir's, whose account may have to be corrected."""
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
    begun.append(bereaved(bureau, usual.applicant(bureau, branch, name="吴八")))
    opened = usual.screened(bureau, begun)
    return Town(bureau, source, other_source, (*people_there, *extra, card), opened)


def bereaved(bureau: Bureau, member: Member) -> Application:
    """An application on notice whose member has died since, the heir named with proof and a card:
    nobody can be named any more once the money is on its way."""
    application = usual.walk(bureau, usual.register(bureau, member), "notice")
    by = bureau["clerk"]
    for paper in ("heir_proof", "death_certificate"):
        usual.store(bureau, application, paper)
    died = {"died_on": NOW.date()}
    members.update(bureau.session, member, died, by=by, at=NOW, expected_version=member.version)
    return applications.set_payee(
        bureau.session,
        application,
        name="吴小八",
        kinship="儿子",
        method=PayMethod.CARD,
        account="6228480000000000017",
        by=by,
        at=NOW,
        expected_version=application.version,
    )
