"""A list of many members as an Excel workbook: when the first byte leaves, how long the whole takes
and how much memory it needs, beside openpyxl's write-only workbook of the same cells.

Each way runs in a process of its own through the application's own address, at a tenth of the rows
and at all of them, so that memory that grows with the rows is seen. Prints one run on one machine;
judges nothing. `--members N` (default 100000), `--seed S`.
"""

from __future__ import annotations

import argparse
import gc
import io
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from flask import Response
from openpyxl import Workbook, load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin import create_app
from admin.views import files
from benchmarks.bench_lists import fill
from models import OrgUnit, Role
from models.database import make_engine, migrate
from models.secrets import Keyring, use_keyring
from tests.admin.conftest import ROLES, Office, add_user
from tests.conftest import Database

KEYS = Keyring([bytes(range(32))])
WHO = "department_reviewer"


def whole(
    name: str, head: Sequence[object], rows: Any, *, kind: str = "xlsx", narrowed: Any = ()
) -> Response:
    """The way of most programs: openpyxl's write-only workbook, then sent."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(name)
    sheet.append([str(cell) for cell in head])
    for row in rows:
        sheet.append([str(cell) for cell in row])
    file = io.BytesIO()
    book.save(file)
    return Response(file.getvalue(), mimetype="application/octet-stream")


def one(database: str, way: str, check: bool) -> None:
    """One export in this process, as JSON on stdout."""
    folder = Path(database).parent
    engine = make_engine(f"sqlite:///{database}")
    use_keyring(KEYS)
    app = create_app(
        {"ENGINE": engine, "TESTING": True, "DATA_FOLDER": folder, "SECRET_KEY": "x" * 32}
    )
    if way == "openpyxl":
        files.answer = whole  # type: ignore[assignment]  # the same address, another writer
    browser = Office(app, Database(f"sqlite:///{database}", engine)).sign_in(WHO)
    browser.get("/members/")  # templates and the policy are at hand, as in a running server
    gc.collect()
    before = resident()
    begun = time.perf_counter()
    first, size, content = 0.0, 0, io.BytesIO()
    for piece in _stream(browser):
        first = first or time.perf_counter() - begun
        size += len(piece)
        if check:
            content.write(piece)
    took = time.perf_counter() - begun
    grown = resident(peak=True) - before
    rows = 0
    if check:
        sheet = load_workbook(content, read_only=True).worksheets[0]
        rows = sum(1 for _row in sheet.iter_rows()) - 1
    print(json.dumps({"first": first, "took": took, "size": size, "grown": grown, "rows": rows}))


def resident(*, peak: bool = False) -> int:
    """KiB of memory in use (Linux); the peak since it was last asked without one."""
    name = "VmHWM:" if peak else "VmRSS:"
    if not peak:
        Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))


def _stream(browser: Any) -> Iterator[bytes]:
    answer = browser.client.get("/members/export/xlsx/", buffered=False)
    if answer.status_code != 200:
        raise SystemExit(answer.text)
    yield from answer.iter_encoded()


def reader_of_all(session: Session) -> None:
    """Somebody who may take away the list of the whole district."""
    role = Role(code=WHO, **{k: ROLES[WHO][k] for k in ("zh", "en", "level", "permissions")})
    session.add(role)
    session.flush()
    add_user(session, WHO, WHO, session.scalars(select(OrgUnit.id).order_by(OrgUnit.id)).first())
    session.commit()


def measured(database: Path, way: str, *, check: bool = False) -> dict[str, float]:
    """The same in a process of its own."""
    told = subprocess.run(
        [sys.executable, "-m", "benchmarks.bench_export", "--one", str(database), way]
        + ["--check"] * check,
        check=True,
        capture_output=True,
        text=True,
    )
    found: dict[str, float] = json.loads(told.stdout.splitlines()[-1])
    return found


def main() -> None:
    """The table."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--members", type=int, default=100_000)
    reader.add_argument("--seed", type=int, default=1)
    reader.add_argument("--one", nargs=2)
    reader.add_argument("--check", action="store_true")
    asked = reader.parse_args()
    if asked.one:
        one(*asked.one, check=asked.check)
        return
    print(
        f"{'rows':>9} {'way':<10}{'first byte':>12}{'whole':>10}{'size':>10}{'memory grows by':>18}"
    )
    with tempfile.TemporaryDirectory() as folder:
        for members in (asked.members // 10, asked.members):
            database = Path(folder) / f"{members}" / "list.db"
            database.parent.mkdir()
            migrate(f"sqlite:///{database}")
            engine = make_engine(f"sqlite:///{database}")
            fill(engine, members, asked.seed)
            with Session(engine) as session:
                reader_of_all(session)
            engine.dispose()
            rows = measured(database, "ours", check=True)["rows"]
            if rows != members:
                raise SystemExit(f"the workbook holds {rows} rows of {members}")
            for way in ("ours", "openpyxl"):
                found = measured(database, way)
                print(
                    f"{members:>9,} {way:<10}{found['first']:>10.2f} s{found['took']:>8.1f} s"
                    f"{found['size'] / 1e6:>7.1f} MB{found['grown'] / 1024:>14.1f} MB"
                )


if __name__ == "__main__":
    main()
