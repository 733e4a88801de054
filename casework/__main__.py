"""The office's command line: database, editions, audit, calendar, key, worker.

python -m casework migrate | publish FOLDER --from DATE | verify-audit | fill-calendar
                   | create-key FILE | redraw NUMBER | work
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import Session, sessionmaker

from casework import calendar, checks, editions, people
from casework.clock import day_of
from casework.folders import data_folder
from casework.jobs.queue import make_queue
from casework.jobs.worker import install, work
from casework.key_messages import of_key
from engine import messages
from engine.brokentext import of_path
from engine.faults import Fault, Refused
from engine.source import parse_date
from models import audit
from models.audit import AuditProblem, AuditRecord
from models.checks import CheckPlan
from models.database import make_engine, make_sessions, migrate
from models.people import User
from models.secrets import KeyMissing, create_key_file, keyring

FIRST_YEAR, LAST_YEAR = 2004, 2100
LANGUAGES = ("zh", "en")

messages.register(
    {
        "cli_from": (
            "--from 的“{text}”不是日期，请写成2027-01-01的样子。",
            '--from: "{text}" is not a date; write it like 2027-01-01.',
        ),
        "database_away": (
            "数据库打不开，或者正忙：{said}。请核对 SUNSHINE_DATABASE_URL，确认数据库已建立、服务已启动、执行过 migrate。",
            "The database cannot be opened, or is busy: {said}. Check SUNSHINE_DATABASE_URL, that the database exists, its server runs and migrate was run.",
        ),
        "key_not_written": (
            "密钥文件 {file} 写不进去：{why}。请先建好所在的文件夹，并确认有权写入。",
            "The key file {file} cannot be written: {why}. Make its folder first and see that you may write there.",
        ),
        "audit_whole": ("{count}条记录，链条完整。", "{count} records, chain whole."),
        "audit_changed": ("第{seq}条记录的内容被改过。", "Record {seq} has been changed."),
        "audit_removed": ("从第{seq}条起有记录被删去。", "Records from {seq} on are missing."),
        "audit_broken": (
            "第{seq}条记录接不上前一条。",
            "Record {seq} does not follow the one before it.",
        ),
        "audit_cut_off": (
            "从第{seq}条起，末尾的记录被删去。",
            "The end was cut off: records from {seq} on are missing.",
        ),
        "audit_inserted": (
            "从第{seq}条起的记录不是由本系统写入的。",
            "Records from {seq} on were not written by this program.",
        ),
        "audit_head_missing": (
            "没有链条末端的记载，请先执行 migrate。",
            "The end of the chain is not on record; run migrate first.",
        ),
        "audit_head_forged": (
            "链条末端的记载没有密钥印记，不是由本系统写入的。",
            "The end of the chain lacks the seal of the key: this program did not write it.",
        ),
    }
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. 0 good, 1 refused or a broken audit log, 2 wrong use."""
    given = _parser().parse_args(arguments)
    try:
        return int(_COMMANDS[given.command](given))
    except Refused as refused:
        _complain(refused.faults, given.lang)
        return 1
    except KeyMissing as missing:
        print(of_key(missing, given.lang), file=sys.stderr)
        return 2
    except (OperationalError, ProgrammingError) as error:  # PostgreSQL says so of missing tables
        _complain([Fault("database_away", {"said": str(error.orig).strip()})], given.lang)
        return 2


def _complain(faults: Iterable[Fault], lang: str) -> None:
    for fault in faults:
        print(messages.line(fault, lang), file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m casework")
    parser.add_argument("--lang", choices=LANGUAGES, default=LANGUAGES[0])
    folder = data_folder()
    parser.add_argument(
        "--database",
        default=os.environ.get("SUNSHINE_DATABASE_URL") or f"sqlite:///{folder / 'sunshine.db'}",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("migrate", help="bring the database to the newest revision")
    publish = commands.add_parser("publish", help="make an edition of a policy folder")
    publish.add_argument("folder", type=Path)
    publish.add_argument("--from", dest="from_on", metavar="DATE", required=True)
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
    for command in commands.choices.values():  # before the command or behind it, as one likes
        command.add_argument("--lang", choices=LANGUAGES, default=argparse.SUPPRESS)
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
    at, from_on = datetime.now(UTC), parse_date(given.from_on)
    if from_on is None:
        _complain([Fault("cli_from", {"text": given.from_on})], given.lang)
        return 2
    with _database(given) as sessions, sessions.begin() as session:
        edition = editions.publish(
            session,
            given.folder,
            from_on=from_on,
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
        count = session.scalar(select(func.count()).select_from(AuditRecord)) or 0
        problems = list(audit.verify(session))
    if problems:
        _complain(map(_audit_fault, problems), given.lang)
        return 1
    print(messages.text(Fault("audit_whole", {"count": count}), given.lang))
    return 0


def _audit_fault(problem: AuditProblem) -> Fault:
    return Fault(f"audit_{problem.kind.value}", {"seq": problem.seq})


def _fill_calendar(given: argparse.Namespace) -> int:
    with _database(given) as sessions, sessions.begin() as session:
        print(*calendar.fill(session, given.first, given.last))
    return 0


def _create_key(given: argparse.Namespace) -> int:
    try:
        create_key_file(given.file)
    except FileExistsError as error:
        raise Refused([Fault("key_exists", {"file": str(given.file)})]) from error
    except OSError as error:
        why = {"file": str(given.file), "why": of_path(error)}
        raise Refused([Fault("key_not_written", why)]) from error
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
    keyring()  # without the key nothing starts
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
