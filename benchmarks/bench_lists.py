"""A page of a long list: by the last row seen against OFFSET, a bounded count against a full one.

Prints times and ratios of one run on one machine; judges nothing. On SQLite always, on PostgreSQL
where SUNSHINE_TEST_PG (or the local default) answers. `--members N` (default 200000), `--seed S`.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, insert, make_url, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from admin.views import paging
from models import Member, OrgUnit
from models.base import starts_with
from models.database import make_engine, migrate
from models.names import initials, place

POSTGRES = os.environ.get(
    "SUNSHINE_TEST_PG", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
)
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建国玉兰文斌红梅春生海燕志"
PAGE, ROUNDS, COMMITTEES, BRANCHES = 50, 7, 40, 25


def fill(engine: Engine, members: int, seed: int) -> None:
    """A district: one department, COMMITTEES committees of BRANCHES branches, the members."""
    dice, at = random.Random(seed), datetime(2026, 1, 1, tzinfo=UTC)
    with Session(engine) as session:
        root = OrgUnit(level="department", code="D", name="区委组织部")
        session.add(root)
        session.flush()
        branches = []
        for c in range(COMMITTEES):
            above = OrgUnit(parent_id=root.id, level="committee", code=f"C{c}", name=f"党委{c}")
            session.add(above)
            session.flush()
            for b in range(BRANCHES):
                unit = OrgUnit(
                    parent_id=above.id, level="branch", code=f"B{c}-{b}", name=f"支部{b}"
                )
                session.add(unit)
                session.flush()
                branches.append(unit.id)
        known: dict[str, tuple[str, str]] = {}
        for begin in range(0, members, 5000):
            rows = []
            for _n in range(min(5000, members - begin)):
                name = dice.choice(SURNAMES) + "".join(
                    dice.choices(GIVEN, k=dice.choice((1, 2, 2)))
                )
                if name not in known:
                    known[name] = initials(name), place(name)
                born = date(1935, 1, 1) + timedelta(days=dice.randrange(25_000))
                rows.append(
                    {
                        "uid": uuid.UUID(int=dice.getrandbits(128)),
                        "org_id": dice.choice(branches),
                        "name": name,
                        "name_initials": known[name][0],
                        "name_place": known[name][1],
                        "sex": dice.choice(("male", "female")),
                        "birth_on": born if dice.random() > 0.05 else None,
                        "status": "full",
                        "active": True,
                        "created_at": at,
                        "version": 1,
                    }
                )
            session.execute(insert(Member), rows)
        session.commit()
        session.execute(text("ANALYZE"))
        session.commit()


def milliseconds(work: Callable[[], Any]) -> float:
    """The median of ROUNDS runs after one to warm up."""
    work()
    took = []
    for _n in range(ROUNDS):
        begun = time.perf_counter()
        work()
        took.append((time.perf_counter() - begun) * 1000)
    return statistics.median(took)


def compare(what: str, ours: float, theirs: float) -> None:
    """One line: both times and how many times faster ours is."""
    print(f"  {what:<46}{ours:>9.2f} ms {theirs:>9.2f} ms   ×{theirs / ours:,.1f}")


def measure(engine: Engine, members: int) -> None:
    """The lines of one database."""
    with Session(engine) as session:
        reach = Member.org_id.in_(select(OrgUnit.id).where(starts_with(OrgUnit.path, "/1/")))
        branch = session.scalars(select(OrgUnit).where(OrgUnit.code == "B7-3")).one()
        small = Member.org_id.in_(select(OrgUnit.id).where(starts_with(OrgUnit.path, branch.path)))
        for title, order in (
            ("by name", (Member.name_place,)),
            ("by date of birth", (Member.birth_on,)),
        ):
            for depth in (0, members // 2, members - 2 * PAGE):
                pages(session, f"{title}, {depth:,} rows in", reach, order, depth)
        pages(session, "one branch by name, 100 rows in", small, (Member.name_place,), 100)
        counts(session, "count, the whole district", reach)
        counts(session, "count, surname 王", (reach) & starts_with(Member.name_place, "王"))
        counts(session, "count, one branch", small)


def pages(session: Session, what: str, reach: Any, order: Any, depth: int) -> None:
    """A page `depth` rows into the list, both ways; they must hold the same rows. Both have the
    hint for SQLite, so that only the way of paging differs."""
    keys = paging.keys_of(order, Member.id)
    wide = paging.count(session, [reach], Member.id).more
    hinted = paging.widely(session, reach) if wide else reach
    ordered = select(Member).where(hinted).order_by(*(key.clause() for key in keys))
    place = None
    if depth:
        last = session.scalars(ordered.offset(depth - 1).limit(1)).one()
        place = tuple(getattr(last, key.column.key) for key in keys)

    def ours() -> list[int]:
        found = paging.fetch(session, select(Member).where(hinted), keys, PAGE, place)
        return [row.id for row in found.rows]

    def theirs() -> list[int]:
        return [row.id for row in session.scalars(ordered.offset(depth).limit(PAGE))]

    if ours() != theirs():
        raise SystemExit(f"{what}: the two ways give other rows")
    compare(what, milliseconds(ours), milliseconds(theirs))


def counts(session: Session, what: str, condition: Any) -> None:
    """Counting as far as the page says, and counting all."""
    full = select(func.count()).select_from(Member).where(condition)
    compare(
        what,
        milliseconds(lambda: paging.count(session, [condition], Member.id)),
        milliseconds(lambda: session.scalar(full)),
    )


@contextmanager
def databases(folder: Path) -> Iterator[list[Engine]]:
    """A SQLite file, and a PostgreSQL database of its own where a server answers."""
    url = f"sqlite:///{folder / 'bench.db'}"
    migrate(url)
    made, name = [make_engine(url)], f"bench_{uuid.uuid4().hex[:8]}"
    server = make_engine(
        POSTGRES, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 3}
    )
    try:
        with server.connect() as connection:
            connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
        there = make_url(POSTGRES).set(database=name)
        migrate(there)
        made.append(make_engine(there))
    except OperationalError:
        print("PostgreSQL does not answer; SQLite only.")
    try:
        yield made
    finally:
        for engine in made:
            engine.dispose()
        if len(made) > 1:
            with server.connect() as connection:
                connection.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')
        server.dispose()


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, databases(Path(folder)) as engines:
        for engine in engines:
            begun = time.perf_counter()
            fill(engine, given.members, given.seed)
            filled = time.perf_counter() - begun
            print(f"{engine.dialect.name}, {given.members:,} members (filled in {filled:.0f} s)")
            print(f"  {'':<46}{'by row':>12} {'OFFSET':>12}   or bounded and full count")
            measure(engine, given.members)


if __name__ == "__main__":
    main()
