"""The Huey queue on SQLite or PostgreSQL, by its address. Holds no work of its own."""

from __future__ import annotations

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
    return SqliteHuey(
        NAME, filename=str(path), results=False, immediate=immediate, immediate_use_memory=False
    )
