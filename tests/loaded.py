"""The demonstration as tests look at it: small, of a fixed day, and loaded once in a run.

Whichever process needs it first loads it, others wait for it; each gets a copy of its own.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from models.database import make_engine, make_sessions, migrate
from models.secrets import Keyring, use_keyring
from seeds import load
from seeds.demo import SEED

NOW = datetime(2026, 11, 18, 3, 0, tzinfo=UTC)  # a Wednesday, eleven in the morning in China
SIZE = {"members": 300, "applications": 60}
KEY = bytes(range(32))
NAME = "demonstration.db"


def demonstration(factory: pytest.TempPathFactory, folder: Path) -> str:
    """Put the database and the scans into the folder; gives the address of the database.

    The keyring is the one of all tests (`tests.conftest.keyring`).
    """
    shared = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent  # the processes of one run
    whole, part = shared / "demonstration", shared / "demonstration.part"
    with _alone(shared / "demonstration.lock"):
        if not whole.exists():
            shutil.rmtree(part, ignore_errors=True)
            part.mkdir()
            load_into(part / NAME, part, **SIZE)
            part.rename(whole)
    shutil.copytree(whole, folder, dirs_exist_ok=True)
    return f"sqlite:///{folder / NAME}"


def load_into(file: Path, folder: Path, **given: Any) -> None:
    """Load the demonstration of this day into a new database; its scans go to the folder. What is
    given besides goes to `seeds.load.everything`."""
    before = use_keyring(Keyring([KEY]))
    migrate(f"sqlite:///{file}")
    engine = make_engine(f"sqlite:///{file}")
    try:
        with pytest.MonkeyPatch.context() as patch, make_sessions(engine)() as session:
            patch.setenv("SUNSHINE_DATA", str(folder))
            load.everything(session, seed=SEED, now=NOW, **given)
    finally:
        engine.dispose()
        use_keyring(before)


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Only one process at a time is inside."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
