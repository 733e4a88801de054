"""The office in which anybody presses anything: its people, its money and its members."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from casework import calendar, funds
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
