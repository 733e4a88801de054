"""A real worker, killed in the middle: everybody is told once, in one mail a day, also after days."""

import os
import signal
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import func, select

from models import InboxMessage, Mail, MailState, OutboxMessage
from models.database import read_only
from tests.casework.bureau import ROOT, open_bureau, register, take
from tests.casework.postbox import Postbox, postbox
from tests.casework.test_mail import set_up
from tests.conftest import Database
from tests.factories import user

APPLICATIONS = 4
KEY = b64encode(bytes(range(32))).decode()  # without one no worker starts
READERS = 20  # of the committee, each with an address
TOLD = 5 + READERS  # three of the branch and committee, two further up, for each late report
KEY = b64encode(bytes(range(32))).decode()
THREADS = 2  # of a worker, so many mails it may have in hand when it is killed
WITHIN = 120.0  # seconds, on a slow machine


@contextmanager
def worker(database: Database, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "casework", "--database", database.url, "work"),
            *("--broker", f"sqlite:///{folder / 'queue.db'}"),
        ],
        cwd=ROOT,
        env={**os.environ, "SUNSHINE_DATA": str(folder), "SUNSHINE_KEY": KEY},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def until(found: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + WITHIN
    while not found():
        assert process.poll() is None, "the worker ended by itself"
        assert time.monotonic() < end, "it never came about"
        time.sleep(0.02)


def count(database: Database, *where: object) -> int:
    with database.sessions() as session:
        read_only(session)  # looking must not keep the worker from writing
        return session.scalar(select(func.count(InboxMessage.id)).where(*where)) or 0  # type: ignore[arg-type]


def sent(database: Database) -> dict[MailState, int]:
    with database.sessions() as session:
        read_only(session)  # looking must not keep the worker from writing
        rows = session.execute(select(Mail.state, func.count(Mail.id)).group_by(Mail.state))
        return {row[0]: row[1] for row in rows}


def unsent(database: Database) -> list[MailState]:
    with database.sessions() as session:
        read_only(session)  # looking must not keep the worker from writing
        return list(session.scalars(select(Mail.state).where(Mail.state != MailState.SENT)))


def late_reports(database: Database, box: Postbox) -> None:
    """Years ago, with nobody looking since."""
    with database.sessions.begin() as session:
        bureau = open_bureau(session)
        set_up(session, box.port)
        for number in range(READERS):
            verifies = ("committee_verifier", bureau.tree.committee)
            user(session, verifies, email=f"verifier{number}@office.example")
        for _ in range(APPLICATIONS):
            take(bureau, register(bureau, road="sudden"), event_on="2010-11-01")


def test_r_4_6_after_kills_and_days_of_standing_still_each_is_told_and_mailed_once(
    database: Database, tmp_path: Path
) -> None:
    with postbox() as box:
        late_reports(database, box)
        with worker(database, tmp_path) as first:
            until(lambda: sent(database).get(MailState.SENT, 0) >= 2, first)
            first.send_signal(signal.SIGKILL)
            first.wait()
        with worker(database, tmp_path) as second:
            until(lambda: MailState.WAITING not in unsent(database), second)
            until(lambda: len(unsent(database)) <= THREADS, second)
        reminded = count(database, InboxMessage.kind == "reminder")
        assert reminded == APPLICATIONS * TOLD
        assert _flags(database) == APPLICATIONS
        states = sent(database)
        assert sum(states.values()) == READERS, "one a person, with everything in it"
        assert set(unsent(database)) <= {MailState.SENDING}, (
            "at most what it had in hand when it was killed"
        )
        to = [str(mail["To"]) for mail in box.mails]
        assert len(set(to)) == len(to), "no mail twice"
        assert states[MailState.SENT] <= len(to) <= READERS
        for mail in box.mails:
            assert mail["Subject"] == f"今日提醒：{APPLICATIONS}件事项"


def _flags(database: Database) -> int:
    """How many late deadlines were asked to be put on record."""
    with database.sessions() as session:
        query = select(func.count(OutboxMessage.id)).where(OutboxMessage.topic == "deadline.late")
        return session.scalar(query) or 0
