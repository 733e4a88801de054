"""Real processes that start in a moment: everything is read once, then each is a fork of this one.

`python -m tests.admin.nest NOW` reads a line for each: `web` serves the application with waitress,
`worker` runs the worker; it answers with the number of the process and of the port. What it
serves is told by the SUNSHINE_* variables; the clock stands at NOW for the web.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import waitress
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin import create_app
from admin.extensions import db
from casework.editions import policy_of
from casework.jobs.queue import make_queue
from casework.jobs.worker import install, work
from models.database import make_engine, make_sessions
from models.editions import Edition
from tests.conftest import Database

ROOT = Path(__file__).parents[2]


class Nest:
    """The process that forks; the test's side of it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def start(self, what: str) -> tuple[int, int]:
        """(number of the process, its port) of a new web process or worker."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{what}\n")
        self._process.stdin.flush()
        number, port = self._process.stdout.readline().split()
        return int(number), int(port)


@contextmanager
def nest(database: Database, folder: Path, now: datetime) -> Iterator[Nest]:
    """A nest over this database; whatever it started ends with it."""
    given = {
        "SUNSHINE_DATABASE_URL": database.url,
        "SUNSHINE_DATA": str(folder),
        "SUNSHINE_SECRET": "for tests only",
        "SUNSHINE_KEY": b64encode(bytes(range(32))).decode(),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.admin.nest", now.isoformat()],
        cwd=ROOT,
        env={**os.environ, **given},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield Nest(process)
    finally:
        process.communicate()  # an end of what it reads is its end


def _work() -> None:
    engine = make_engine(os.environ["SUNSHINE_DATABASE_URL"])
    queue = make_queue(f"sqlite:///{Path(os.environ['SUNSHINE_DATA']) / 'queue.db'}")
    work(queue, install(queue, make_sessions(engine)))


def _warm(app: Flask) -> None:
    """What every fork would read for itself: templates, rules. No connection is handed down."""
    app.test_client().get("/login")
    with app.app_context():
        with Session(db.engine) as session:
            for edition in session.scalars(select(Edition)):
                assert policy_of(edition).machine
        db.engine.dispose()


def main(now: datetime) -> None:
    """Fork for each line until there are no more, then end everything that was forked."""
    app = create_app({"CLOCK": lambda: now})
    _warm(app)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system buries them
    forked = []
    for line in sys.stdin:
        what = line.strip()
        listening = socket.create_server(("127.0.0.1", 0)) if what == "web" else None
        number = os.fork()
        if number == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the answers are the nest's alone
            if listening is not None:
                waitress.serve(app, sockets=[listening], threads=4, _quiet=True)
            else:
                _work()
            os._exit(0)
        port = listening.getsockname()[1] if listening is not None else 0
        if listening is not None:
            listening.close()
        forked.append(number)
        print(number, port, flush=True)
    for number in forked:
        try:
            os.kill(number, signal.SIGKILL)
        except ProcessLookupError:
            continue


if __name__ == "__main__":
    main(datetime.fromisoformat(sys.argv[1]))
