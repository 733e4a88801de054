"""A new round's offer and a screening list's comparison in a district of 50,000 members.

`python -m benchmarks.bench_round [--members 50000] [--postgres URL]` prints seconds of this process: last year's
recipients offered (one statement), and likenesses looked for in lists of 500, 1,000 and 2,000 names.
Twice the names should take about twice as long; the members that are not on the list cost little.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from casework import likenesses, round_members, rounds
from casework.editions import policy_of
from models.applications import Application
from models.database import make_engine, make_sessions, migrate
from models.ledger import Grant
from models.members import Household, HouseholdPerson, Member
from models.rounds import AidRound, RoundMember
from models.schemes import SchemeList, SchemeRow
from models.screenings import ScreeningLine, ScreeningList
from models.secrets import Keyring, use_keyring
from tests import factories as make
from tests.casework.bureau import Bureau, open_bureau

FAMILY = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = "建国志强秀英桂兰玉梅海燕明华春生德福长河丽萍永红"
SIZES = (500, 1000, 2000)
LAST_YEAR, SCHEME_ROWS = 5000, 20_000


def name_of(random: Random) -> str:
    return random.choice(FAMILY) + "".join(random.choices(GIVEN, k=random.choice((1, 2))))


def people(bureau: Bureau, count: int, random: Random) -> list[Member]:
    """Members of two branches, with numbers, accounts and a day of birth each."""
    session, branches = bureau.session, (bureau.tree.branch, bureau.tree.sibling)
    made = []
    for at in range(count):
        born = date(1940, 1, 1) + timedelta(days=at % 15_000)
        number = make.id_number(at // 15_000, birth=born)
        made.append(
            Member(
                org_id=branches[at % 2].id,
                name=name_of(random),
                sex="male",
                birth_on=born,
                id_number=number,
                bank_account=f"6222{at:015d}" if at % 3 else None,
                created_at=make.NOW,
                active=True,
            )
        )
    for start in range(0, count, 5000):
        session.add_all(made[start : start + 5000])
        session.flush()
    return made


def aided(bureau: Bureau, members: list[Member], year: int) -> list[Application]:
    """An application of the year for each, with a household of two."""
    session = bureau.session
    rows = [
        Application(
            number=f"{year}-{at:06d}",
            member=member,
            org_id=member.org_id,
            edition=bureau.edition,
            road="living",
            aid_year=year,
            stage="screening",
            status="open",
            facts={},
            form={},
            applied_on=date(year, 11, 1),
            created_by_id=bureau.users["clerk"].id,
            created_at=make.NOW,
        )
        for at, member in enumerate(members)
    ]
    session.add_all(rows)
    session.add_all(
        Household(
            member=member,
            size=2,
            persons=[
                HouseholdPerson(name="家属", relation="配偶", id_number=make.id_number(at % 5000))
            ],
        )
        for at, member in enumerate(members)
        if member.household is None
    )
    session.flush()
    return rows


def scheme(bureau: Bureau, members: list[Member], random: Random) -> None:
    """Another scheme's list: some of ours, many others."""
    session = bureau.session
    listed = SchemeList(
        org_id=bureau.tree.department.id,
        name="民政低保",
        year=2011,
        filename="低保.xlsx",
        by_id=bureau.users["finance"].id,
        at=make.NOW,
    )
    session.add(listed)
    session.flush()
    session.add_all(
        SchemeRow(
            list_id=listed.id,
            row_number=at + 2,
            name=name_of(random),
            id_number=members[at].id_number if at % 50 == 0 else None,
            birth_on=members[at].birth_on,
        )
        for at in range(SCHEME_ROWS)
    )
    session.flush()


def offer(bureau: Bureau) -> float:
    """Seconds that the offer of a new round takes."""
    session = bureau.session
    rules = rounds.rules_of(policy_of(bureau.edition))
    assert rules is not None
    opened = AidRound(
        org_id=bureau.tree.department.id,
        edition_id=bureau.edition.id,
        road="living",
        year=2011,
        title="通知",
        body="通知",
        notice_on=date(2011, 11, 1),
        status="open",
        opened_by_id=bureau.users["reviewer"].id,
        opened_at=make.NOW,
    )
    session.add(opened)
    session.flush()
    began = time.process_time()
    count = round_members.carry_over(session, opened, rules)
    taken = time.process_time() - began
    assert count == LAST_YEAR
    assert len(session.scalars(select(RoundMember.id)).all()) == LAST_YEAR
    return taken


def compare(bureau: Bureau, rows: list[Application]) -> tuple[float, int, float]:
    """(seconds, likenesses found, seconds when looked for again) of a list of these names."""
    session = bureau.session
    entered = ScreeningList(
        org_id=bureau.tree.committee.id,
        entered_on=date(2011, 12, 13),
        entered_by_id=bureau.users["committee_clerk"].id,
        at=make.NOW,
    )
    session.add(entered)
    session.flush()
    lines = [{"list_id": entered.id, "application_id": one.id} for one in rows]
    session.execute(insert(ScreeningLine), lines)
    session.expire_all()
    began = time.process_time()
    found = likenesses.find(session, entered, at=make.NOW)
    first = time.process_time() - began
    session.expire_all()
    began = time.process_time()
    assert likenesses.find(session, entered, at=make.NOW) == 0
    return first, found, time.process_time() - began


def measure(session: Session, count: int) -> None:
    """Build the district and print what each thing takes."""
    random = Random(7)
    bureau = open_bureau(session)
    members = people(bureau, count, random)
    last = aided(bureau, members[:LAST_YEAR], 2010)
    session.add_all(
        Grant(application=one, member_id=one.member_id, aid_year=2010, fen=60_000) for one in last
    )
    scheme(bureau, members, random)
    session.flush()
    print(f"{count} members, {LAST_YEAR} aided last year: offered in {offer(bureau):.2f} s")
    now = aided(bureau, members[: max(SIZES)], 2011)
    for size in SIZES:
        first, found, again = compare(bureau, now[:size])
        print(
            f"list of {size}: {found} likenesses in {first:.2f} s, looked for again {again:.2f} s"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--members", type=int, default=50_000)
    parser.add_argument("--postgres", default="", help="an empty database; SQLite without")
    given = parser.parse_args()
    use_keyring(Keyring([bytes(range(32))]))
    with tempfile.TemporaryDirectory() as folder:
        url = given.postgres or f"sqlite:///{Path(folder) / 'round.db'}"
        migrate(url)
        with make_sessions(make_engine(url))() as session:
            measure(session, given.members)
            session.rollback()
