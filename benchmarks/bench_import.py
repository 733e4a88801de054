"""A workbook of many dirty rows through dry run and import: time and memory, beside openpyxl only
reading the same cells.

Numbers with spaces, small x and fifteen digits, numbers lost to scientific notation, dates in six
forms, blank rows, totals, unknown units, doubled persons. Each size runs in a process of its own, so
that memory that grows with the rows is seen. Prints one run on one machine; judges nothing.
`--rows N` (default 100000), `--seed S`.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select

from benchmarks.bench_export import KEYS, resident
from casework import people
from casework.imports import passage, runs
from engine.idnumber import with_check_digit
from models import ImportRun, ImportState, Member, User
from models.database import make_engine, make_sessions, migrate
from models.secrets import use_keyring
from tests.casework.bureau import open_bureau
from tests.casework.imports.books import MEMBER_HEAD
from tests.factories import NOW, TODAY

DATES = ("{0.year}年{0.month}月{0.day}日", "{0.year}-{0.month}-{0.day}", "{0.year}/{0.month}/{0.day}",
         "{0.year}.{0.month:02}.{0.day:02}", "{0.year}{0.month:02}{0.day:02}")  # fmt: skip


def dirty(rows: int, branch: str, seed: int) -> Iterator[list[object]]:
    """Rows as offices send them; about one in twelve cannot come in."""
    dice = random.Random(seed)
    for order in range(rows):
        born = date(1935, 1, 1) + timedelta(days=order % 20_000)
        number = with_check_digit(f"37011{order // 20_000 % 10}{born:%Y%m%d}{order % 997:03d}")
        wrong = dice.random()
        given: dict[str, object] = {
            "党支部": branch if wrong > 0.02 else "没有的支部",
            "姓名": f"  张{order} " if wrong > 0.03 else None,
            "身份证号": _number(dice, number, wrong),
            "性别": dice.choice(("男", "女")) if wrong > 0.98 else None,
            "入党时间": _day(dice),
            "户口": dice.choice(("城镇", "农村", " 农村 ")),
            "联系电话": dice.choice(("13800000000", 13800000000.0, "138 0000 0000")),
            "家庭人口": dice.choice((2, "3", 2.0, " 4 ")),
        }
        yield [given[name] for name in MEMBER_HEAD]
        if order % 5000 == 4999:
            yield ["合计", None, None, 5000]
            yield [None] * len(MEMBER_HEAD)


def _number(dice: random.Random, number: str, wrong: float) -> object:
    if 0.03 < wrong < 0.05:
        return float(number[:17] + "0")  # Excel took it for a number and lost its end
    if 0.05 < wrong < 0.07:
        return number[:10]
    return dice.choice((number, f" {number[:6]} {number[6:]}", number.lower(), number))


def _day(dice: random.Random) -> object:
    day = date(1960, 1, 1) + timedelta(days=dice.randrange(20_000))
    return day if dice.random() < 0.2 else dice.choice(DATES).format(day)


def one(folder: Path) -> None:
    """Dry run and import of the workbook in this process, as JSON on stdout."""
    os.environ["SUNSHINE_DATA"] = str(folder / "data")
    use_keyring(KEYS)
    sessions = make_sessions(make_engine(f"sqlite:///{folder / 'list.db'}"))
    path = folder / "名单.xlsx"
    begun = time.perf_counter()
    cells = sum(len(row) for row in load_workbook(path, read_only=True).worksheets[0].iter_rows())
    found: dict[str, object] = {"reading": time.perf_counter() - begun, "cells": cells}
    gc.collect()
    with sessions.begin() as session:
        by = people.actor(session, session.scalars(select(User).where(User.display_name == "committee_clerk")).one(), TODAY)  # fmt: skip
        run = runs.upload(session, path, path.name, "members", by=by, at=NOW)
        runs.match(session, run, dict(run.mapping), by=by)
        runs.ask(session, run, ImportState.WAITS_CHECK)
        number = run.id
    for name, work in (("dry", passage.check), ("import", passage.apply)):
        if name == "import":
            with sessions.begin() as session:
                runs.ask(session, session.get_one(ImportRun, number), ImportState.WAITS_APPLY)
        gc.collect()
        before, begun = resident(), time.perf_counter()
        work(sessions, number, NOW)
        found[name] = time.perf_counter() - begun
        found[f"{name}_grown"] = resident(peak=True) - before
        with sessions() as session:
            found[f"{name}_counts"] = dict(session.get_one(ImportRun, number).counts)
    with sessions() as session:
        found["members"] = session.scalar(select(func.count()).select_from(Member))
    print(json.dumps(found))


def made(folder: Path, rows: int, seed: int) -> None:
    """An office on SQLite and the workbook beside it."""
    migrate(f"sqlite:///{folder / 'list.db'}")
    engine = make_engine(f"sqlite:///{folder / 'list.db'}")
    with make_sessions(engine).begin() as session:
        branch = open_bureau(session).tree.branch.name
    engine.dispose()
    book = Workbook(write_only=True)
    sheet = book.create_sheet("名单")
    sheet.append(list(MEMBER_HEAD))
    for row in dirty(rows, branch, seed):
        sheet.append(row)
    book.save(folder / "名单.xlsx")


def main() -> None:
    """The table."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--rows", type=int, default=100_000)
    reader.add_argument("--seed", type=int, default=1)
    reader.add_argument("--one", type=Path)
    asked = reader.parse_args()
    if asked.one:
        one(asked.one)
        return
    use_keyring(KEYS)
    for rows in (asked.rows // 10, asked.rows):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            made(folder, rows, asked.seed)
            told = subprocess.run(
                [sys.executable, "-m", "benchmarks.bench_import", "--one", name],
                check=True,
                capture_output=True,
                text=True,
            )
            found = json.loads(told.stdout.splitlines()[-1])
            size = (folder / "名单.xlsx").stat().st_size / 1e6
        print(f"{rows:,} rows, {size:.1f} MB; openpyxl reads the cells in {found['reading']:.1f} s")
        for step in ("dry", "import"):
            took, grown = found[step], found[f"{step}_grown"]
            print(
                f"  {step:<7}{took:>8.1f} s  {rows / took:>7,.0f} rows/s  ×{took / found['reading']:.1f}"
                f"  memory +{grown / 1024:.0f} MB  {found[f'{step}_counts']}"
            )


if __name__ == "__main__":
    main()
