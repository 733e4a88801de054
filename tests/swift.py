"""What makes a long run of tests shorter without changing what they see.

An application is made for almost every test of a page, and most of that is werkzeug compiling one
function per address to write it back; they depend on nothing but the address. An engine is made
for almost every test of storage, and would write out every statement anew. The collector of cycles
walks again and again over what was imported. And a commit waits for the disk.
"""

from __future__ import annotations

import atexit
import gc
from collections.abc import Callable
from typing import Any

from sqlalchemy import Dialect, Engine, event
from sqlalchemy.engine.interfaces import CompiledCacheType, DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from models import database

BEFORE_A_COLLECTION = 50_000, 20, 20
STATEMENTS = 3_000
_compiled: dict[tuple[Any, ...], Callable[..., tuple[str, str]]] = {}


def remember_addresses() -> None:
    """Compile the writer of an address once for all applications of this process."""
    compile_anew = Rule._compile_builder

    def compile_once(self: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        if self.defaults:
            return compile_anew(self, append_unknown)
        key = (append_unknown, *self._trace)
        if key not in _compiled:
            _compiled[key] = compile_anew(self, append_unknown)
        return _compiled[key]

    Rule._compile_builder = compile_once  # type: ignore[method-assign]


def collect_seldom() -> None:
    """What was imported until now is never looked at again for cycles, the rest more seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*BEFORE_A_COLLECTION)


def collect_no_more() -> None:
    """The tests are over: pytest's last five searches for cycles look at nothing."""
    gc.freeze()
    atexit.register(gc.unfreeze)


def remember_statements() -> None:
    """Engines of one kind share a dialect and the statements it has written out.

    Both belong to the dialect and not to a database. What differs by more than its address keeps
    a dialect of its own.
    """
    known: dict[tuple[str, str], tuple[Dialect, CompiledCacheType]] = {}
    finish = database._forgets_savepoints

    def finish_alike(engine: Engine) -> Engine:
        engine = finish(engine)
        if engine.dialect.name == "postgresql":
            event.listen(engine, "connect", _ask_without_preparing)
        own = engine.dialect
        if own._on_connect_isolation_level is not None:
            return engine
        kept = known.setdefault((own.name, own.driver), (own, LRUCache(STATEMENTS)))
        if kept[0].server_version_info is None:  # it has not met a server yet
            known[own.name, own.driver] = kept = own, kept[1]
        engine.dialect = kept[0]
        engine.update_execution_options(compiled_cache=kept[1])
        return engine

    database._forgets_savepoints = finish_alike


def _ask_without_preparing(connection: Any, entry: ConnectionPoolEntry) -> None:
    """A test asks most of its questions once. The processes that tests start prepare theirs, as in
    production."""
    connection.prepare_threshold = None


def commit_at_once() -> None:
    """SQLite need not wait for the disk: what a test made is dropped soon after."""
    prepare = database._prepare_sqlite

    def prepare_in_haste(connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
        prepare(connection, entry)
        cursor = connection.cursor()
        cursor.execute("PRAGMA synchronous = OFF")
        cursor.close()

    database._prepare_sqlite = prepare_in_haste
