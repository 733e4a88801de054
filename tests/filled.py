"""A database that was filled once and is brought back for the next test that wants the same rows.

To bring an office to work through its verbs and pages costs ten times what it costs to put its
rows back. What was made is kept for the makers asked for last, with the files beside it.
"""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Engine

from tests.spare import Spare

Made = TypeVar("Made")
KEPT = 6  # the tests of a module come in a row, so the newest few are enough


@dataclass(frozen=True)
class _Filling:
    made: Any
    files: Mapping[str, bytes]
    bring_back: Callable[[Engine], None]
    drop: Callable[[], None]


_kept: OrderedDict[Hashable, _Filling] = OrderedDict()


def filled(engine: Engine, folder: Path, key: Hashable, fill: Callable[[], Made]) -> Made:
    """What `fill` gives, its rows in the database and its files in the folder.

    It runs for the first test that asks with this key; later ones get the same value, which
    therefore must not hold rows or anything that a test changes.
    """
    key = (engine.dialect.name, key)
    known = _kept.get(key)
    if known is None:
        made = fill()
        engine.dispose()
        _kept[key] = _Filling(made, _files(folder), *_copied(engine))
        while len(_kept) > KEPT:
            _kept.popitem(last=False)[1].drop()
        return made
    _kept.move_to_end(key)
    engine.dispose()
    known.bring_back(engine)
    for name, content in known.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    found: Made = known.made
    return found


def _files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix not in (".db", ".db-wal", ".db-shm")
    }


def _copied(engine: Engine) -> tuple[Callable[[Engine], None], Callable[[], None]]:
    """How to bring the contents back that the database has now, and how to forget them."""
    if engine.dialect.name == "postgresql":
        statements = Spare.of(engine.url).statements

        def put(target: Engine) -> None:
            with target.connect() as connection:
                connection.exec_driver_sql(statements)
                connection.commit()

        return put, lambda: None
    memory = sqlite3.connect(":memory:", check_same_thread=False)
    with closing(sqlite3.connect(str(engine.url.database))) as source:
        source.backup(memory)

    def copy(target: Engine) -> None:
        with closing(sqlite3.connect(str(target.url.database))) as file:
            memory.backup(file)

    return copy, memory.close
