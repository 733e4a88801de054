"""A PostgreSQL database that is wiped and used again by the next test.

To copy one and drop it costs more than most tests in it. It is used again only where its shape is
exactly what it was when copied; a test that changed tables, triggers or functions leaves it to be
dropped.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import URL, Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from models.database import make_engine

_SHAPE = """
SELECT md5(string_agg(line, '|' ORDER BY line)) FROM (
  SELECT concat_ws(' ', 'class', oid, relname, relkind, reloptions) AS line FROM pg_class
   WHERE relnamespace = 'public'::regnamespace
  UNION ALL SELECT concat_ws(' ', 'column', attrelid, attnum, attname, atttypid, attnotnull,
       atthasdef, attisdropped)
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
   WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
  UNION ALL SELECT concat_ws(' ', 'constraint', oid, pg_get_constraintdef(oid)) FROM pg_constraint
   WHERE connamespace = 'public'::regnamespace
  UNION ALL SELECT concat_ws(' ', 'trigger', oid, tgrelid, tgname, tgenabled) FROM pg_trigger
  UNION ALL SELECT concat_ws(' ', 'function', oid, md5(prosrc)) FROM pg_proc
   WHERE pronamespace = 'public'::regnamespace
  UNION ALL SELECT concat_ws(' ', 'schema', nspname) FROM pg_namespace WHERE nspname !~ '^pg_'
) AS lines
"""
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
_SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'"
_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
 WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@dataclass(frozen=True)
class Spare:
    """A database as it was copied: its shape and the statements that bring its contents back."""

    url: URL
    shape: str
    statements: str

    @classmethod
    def of(cls, url: URL) -> Spare:
        """The database as it is now, nothing changed in it yet."""
        with _connect(url) as connection:
            wipe = [f'DELETE FROM "{table}"' for table in _tables(connection)]
            fill = [
                f'INSERT INTO "{table}" OVERRIDING SYSTEM VALUE '
                f"SELECT * FROM json_populate_recordset(NULL::\"{table}\", '{_rows(connection, table)}')"
                for table in _tables(connection)
                if _rows(connection, table) != "[]"
            ]
            count = [
                f"SELECT setval('\"{name}\"', {last or 1}, {bool(last)})"
                for name, last in connection.execute(text(_SEQUENCES))
            ]
            role = ["SET LOCAL session_replication_role = replica"]
            return cls(url, _shape(connection), ";\n".join([*role, *wipe, *fill, *count]))

    def wipe(self) -> bool:
        """Bring the contents back; False where the database is not fit to be used again."""
        try:
            with _connect(self.url) as connection:
                connection.execute(text(_OTHERS))
                if _shape(connection) != self.shape:
                    return False
                connection.exec_driver_sql("SET LOCAL lock_timeout = '10s'")
                connection.exec_driver_sql(self.statements)
                connection.commit()
        except DBAPIError:  # no right to switch triggers off, or a lock that is not let go
            return False
        return True


def _connect(url: URL) -> Connection:
    return make_engine(url, poolclass=NullPool).connect()


def _shape(connection: Connection) -> str:
    return str(connection.execute(text(_SHAPE)).scalar_one())


def _tables(connection: Connection) -> list[str]:
    return list(connection.execute(text(_TABLES)).scalars())


def _rows(connection: Connection, table: str) -> str:
    """The rows of a table as a JSON text, quoted for SQL."""
    found = connection.execute(
        text(f"SELECT coalesce(json_agg(each), '[]')::text FROM \"{table}\" AS each")
    ).scalar_one()
    return str(found).replace("'", "''")
