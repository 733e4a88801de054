"""The Huey queue on SQLite or PostgreSQL, by its address. Holds no work of its own."""

from __future__ import annotations

import os
from pathlib import Path

from huey import Huey
from huey.api import PostgresHuey, SqliteHuey

NAME = "sunshine-aid"


def make_queue(broker: str, *, immediate: bool = False) -> Huey:
    """A queue from `sqlite:///file` or `postgresql://…`; `immediate` runs tasks in the caller.

    The PostgreSQL queue keeps its own tables (`huey_*`) and may share the program's database.
    """
    if broker.startswith("postgresql"):
        address = broker.replace("postgresql+psycopg://", "postgresql://", 1)
        return PostgresHuey(NAME, dsn=address, results=False, immediate=immediate)
    path = Path(broker.removeprefix("sqlite:///"))
    path.parent.mkdir(parents=True, exist_ok=True)
    _closed(path)
    return SqliteHuey(
        NAME, filename=str(path), results=False, immediate=immediate, immediate_use_memory=False
    )


def _closed(path: Path) -> None:
    """Make the file, readable by its owner only; one that others could read is closed to them."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    os.close(handle)
    if path.stat().st_mode & 0o077:
        path.chmod(0o600)
