"""The office's command line: database, editions, audit, calendar, key, worker.

python -m casework migrate | publish FOLDER --from DATE | verify-audit | fill-calendar
                   | create-key FILE | redraw NUMBER | work
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from casework import calendar, checks, editions, people
from casework.clock import day_of
from casework.folders import data_folder
from casework.jobs.queue import make_queue
from casework.jobs.worker import install, work
from engine import messages
from engine.faults import Fault, Refused
from models import audit
from models.checks import CheckPlan
from models.database import make_engine, make_sessions, migrate
from models.people import User
from models.secrets import KeyMissing, create_key_file

FIRST_YEAR, LAST_YEAR = 2004, 2100


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. 0 good, 1 refused or a broken audit log, 2 wrong use."""
    parser = _parser()
    given = parser.parse_args(arguments)
    try:
        return int(_COMMANDS[given.command](given))
    except Refused as refused:
        for fault in refused.faults:
            print(messages.line(fault, given.lang), file=sys.stderr)
        return 1
    except KeyMissing as missing:
        print(missing, file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m casework")
    parser.add_argument("--lang", choices=("zh", "en"), default="zh")
    folder = data_folder()
    parser.add_argument(
        "--database",
        default=os.environ.get("SUNSHINE_DATABASE_URL") or f"sqlite:///{folder / 'sunshine.db'}",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("migrate", help="bring the database to the newest revision")
    publish = commands.add_parser("publish", help="make an edition of a policy folder")
    publish.add_argument("folder", type=Path)
    publish.add_argument("--from", dest="from_on", type=date.fromisoformat, required=True)
    publish.add_argument("--proposed-by", help="username; both persons from the second edition on")
    publish.add_argument("--signed-by", help="username")
    publish.add_argument("--note", default="")
    commands.add_parser("verify-audit", help="check the audit log from end to end")
    fill = commands.add_parser("fill-calendar", help="add the published holidays of known years")
    fill.add_argument("--first", type=int, default=FIRST_YEAR)
    fill.add_argument("--last", type=int, default=LAST_YEAR)
    key = commands.add_parser("create-key", help="write a new key file")
    key.add_argument("file", type=Path)
    again = commands.add_parser("redraw", help="draw the sample of a check again and compare")
    again.add_argument("number", type=int, help="number of the check, as in its address")
    worker = commands.add_parser("work", help="run the background worker")
    worker.add_argument(
        "--broker",
        default=os.environ.get("SUNSHINE_BROKER_URL") or f"sqlite:///{folder / 'queue.db'}",
    )
    worker.add_argument("--workers", type=int, default=2)
    return parser


@contextmanager
def _database(given: argparse.Namespace) -> Iterator[sessionmaker[Session]]:
    """Sessions on the database named, whose connections are closed at the end."""
    engine = make_engine(given.database)
    try:
        yield make_sessions(engine)
    finally:
        engine.dispose()


def _migrate(given: argparse.Namespace) -> int:
    migrate(given.database)
    return 0


def _publish(given: argparse.Namespace) -> int:
    at = datetime.now(UTC)
    with _database(given) as sessions, sessions.begin() as session:
        edition = editions.publish(
            session,
            given.folder,
            from_on=given.from_on,
            proposed_by=_person(session, given.proposed_by, at),
            signed_by=_person(session, given.signed_by, at),
            at=at,
            note=given.note,
        )
        print(edition.policy_code, edition.digest, edition.in_force_from.isoformat())
    return 0


def _person(session: Session, username: str | None, at: datetime) -> people.Actor | None:
    if username is None:
        return None
    user = session.scalars(select(User).where(User.username == username.lower())).one_or_none()
    if user is None:
        raise Refused([Fault("unknown_user", {"username": username})])
    return people.actor(session, user, day_of(at))


def _verify_audit(given: argparse.Namespace) -> int:
    with _database(given) as sessions, sessions() as session:
        problems = list(audit.verify(session))
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def _fill_calendar(given: argparse.Namespace) -> int:
    with _database(given) as sessions, sessions.begin() as session:
        print(*calendar.fill(session, given.first, given.last))
    return 0


def _create_key(given: argparse.Namespace) -> int:
    try:
        create_key_file(given.file)
    except FileExistsError as error:
        raise Refused([Fault("key_exists", {"file": str(given.file)})]) from error
    return 0


def _redraw(given: argparse.Namespace) -> int:
    with _database(given) as sessions, sessions() as session:
        row = session.get(CheckPlan, given.number)
        if row is None:
            raise Refused([Fault("check_unknown", {"number": given.number})])
        print(f"seed {row.seed}", row.frame_digest)
        print(*checks.redraw(row), sep="\n")
        return 0 if checks.same_again(row) else 1


def _work(given: argparse.Namespace) -> int:
    queue = make_queue(given.broker)
    with _database(given) as sessions:
        work(queue, install(queue, sessions), given.workers)
    return 0


_COMMANDS = {
    "migrate": _migrate,
    "publish": _publish,
    "verify-audit": _verify_audit,
    "fill-calendar": _fill_calendar,
    "create-key": _create_key,
    "redraw": _redraw,
    "work": _work,
}

if __name__ == "__main__":
    sys.exit(main())
