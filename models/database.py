"""Engines, sessions and migrations. Decides nothing about what is stored.

SQLite is the embedded default, PostgreSQL with psycopg 3 the production database. On SQLite
every transaction takes the write lock when it begins: one that first reads and then writes
would otherwise fail with "database is locked" as soon as another has written in between. Work
that only reads says so with ``read_only`` and then waits for nobody.
"""

import json
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, StaticPool, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

BUSY_SECONDS = 10
READING = {"reading": True, "postgresql_readonly": True}
"""Execution options of a connection that only reads; a write in it is refused."""

_MIGRATIONS = Path(__file__).parent / "migrations"
_MIGRATION_LOCK = 0x53554E01  # any number, the same in every process


def make_engine(url: str | URL, **options: Any) -> Engine:
    """An engine for ``url``; ``options`` go to ``create_engine``.

    ``postgresql://`` means psycopg 3. A database in memory is one connection, for tests.
    """
    parsed = _with_driver(make_url(url))
    options.setdefault("json_serializer", _to_json)
    if parsed.get_backend_name() != "sqlite":
        return _forgets_savepoints(create_engine(parsed, pool_pre_ping=True, **options))
    if parsed.database in (None, "", ":memory:"):
        options.setdefault("poolclass", StaticPool)
        options.setdefault("connect_args", {}).setdefault("check_same_thread", False)
    engine = _forgets_savepoints(create_engine(parsed, **options))
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _forgets_savepoints(engine: Engine) -> Engine:
    """Give a savepoint up once it was rolled back to.

    `ROLLBACK TO` alone leaves it standing until the transaction ends, and SQLAlchemy says no more.
    In a long transaction with thousands of refused rows SQLite then kept every page for every one
    of them: 7 GB of journal, 390 MB of memory and a sixth of the speed after 60,000 rows.
    """
    dialect = engine.dialect
    roll_back = dialect.do_rollback_to_savepoint

    def and_release(connection: Connection, name: str) -> None:
        roll_back(connection, name)
        dialect.do_release_savepoint(connection, name)

    dialect.do_rollback_to_savepoint = and_release  # type: ignore[method-assign]
    return engine


def make_sessions(engine: Engine) -> sessionmaker[Session]:
    """A factory of sessions on ``engine``."""
    return sessionmaker(engine)


def read_only(session: Session) -> None:
    """Let the transaction that ``session`` is about to begin only read.

    Call it before any other use of the session; raises InvalidRequestError in a transaction
    that has begun.
    """
    if session.in_transaction():
        raise InvalidRequestError("this transaction has begun and may have written already")
    session.connection(execution_options=READING)


def migrate(url: str | URL) -> None:
    """Bring the database at ``url`` to the newest revision; does nothing where it is there.

    Two processes that start at once do not disturb each other: the second waits.
    """
    engine = make_engine(url)
    try:
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _without_foreign_keys)
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
            upgrade(connection)
    finally:
        engine.dispose()


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Run the migrations up to ``revision`` in the transaction of ``connection``."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def is_current(connection: Connection) -> bool:
    """Whether the database is at the newest revision."""
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    return MigrationContext.configure(connection).get_current_revision() == newest


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _with_driver(url: URL) -> URL:
    if url.drivername in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    return url


def _to_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _prepare_sqlite(connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
    """Runs once per connection. The driver must not begin transactions on its own."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout = {BUSY_SECONDS * 1000}",
        "journal_mode = WAL",
        "synchronous = FULL",  # in WAL, NORMAL could lose the last commits in a power cut
        "foreign_keys = ON",
        "recursive_triggers = ON",  # or INSERT OR REPLACE would delete past the triggers
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _without_foreign_keys(connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
    """A migration may rebuild a table that others point to."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = OFF")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    reading = bool(connection.get_execution_options().get("reading"))
    if connection.info.get("reading", False) != reading:
        connection.exec_driver_sql(f"PRAGMA query_only = {'ON' if reading else 'OFF'}")
        connection.info["reading"] = reading
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
