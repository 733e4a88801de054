"""Migrations make exactly what the models say, on both databases, however often they run."""

from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, inspect, text

from models import Base
from models.database import is_current, migrate
from tests.conftest import Database

TABLES = sorted(Base.metadata.tables)


def where(index: Any) -> str:
    """The condition of a partial index."""
    options = index.get("dialect_options", {})
    return str(options.get("sqlite_where", options.get("postgresql_where", "")))


def rows(connection: Connection) -> dict[str, Any]:
    """Everything the database itself says about its tables."""
    found = inspect(connection)
    return {
        name: {
            "columns": [
                (c["name"], str(c["type"]), c["nullable"]) for c in found.get_columns(name)
            ],
            "checks": sorted((c["name"], c["sqltext"]) for c in found.get_check_constraints(name)),
            "indexes": sorted(
                (i["name"], tuple(i["column_names"]), i["unique"], where(i))
                for i in found.get_indexes(name)
            ),
            "uniques": sorted(str(u["name"]) for u in found.get_unique_constraints(name)),
            "keys": sorted(str(k["name"]) for k in found.get_foreign_keys(name)),
        }
        for name in TABLES
    }


def test_metadata_and_migrations_agree(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, Base.metadata) == []


def test_a_database_made_from_the_models_looks_the_same_check_by_check(database: Database) -> None:
    with database.engine.connect() as connection:
        migrated = rows(connection)
        assert set(inspect(connection).get_table_names()) == {*TABLES, "alembic_version"}
    with database.engine.begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))
        if database.dialect == "postgresql":
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        else:
            reflected = MetaData()
            reflected.reflect(connection)
            connection.execute(text("PRAGMA defer_foreign_keys = ON"))
            for table in reversed(reflected.sorted_tables):
                connection.execute(text(f'DROP TABLE "{table.name}"'))
        Base.metadata.create_all(connection)
    with database.engine.connect() as connection:
        assert rows(connection) == migrated


def test_migrating_again_changes_nothing(database: Database) -> None:
    with database.engine.begin() as connection:
        assert is_current(connection)
        connection.execute(text("INSERT INTO setting (key, value) VALUES ('kept', '1')"))
    migrate(database.url)
    migrate(database.url)
    with database.engine.connect() as connection:
        assert is_current(connection)
        assert connection.scalar(text("SELECT count(*) FROM setting")) == 1
        assert connection.scalar(text("SELECT count(*) FROM audit_head")) == 1


@pytest.mark.parametrize("name", TABLES)
def test_every_column_says_what_it_is(name: str) -> None:
    assert [c.name for c in Base.metadata.tables[name].columns if not c.comment] == []


def test_every_foreign_key_leads_an_index(database: Database) -> None:
    with database.engine.connect() as connection:
        found = inspect(connection)
        for name in TABLES:
            leading = {i["column_names"][0] for i in found.get_indexes(name) if not where(i)}
            leading |= {u["column_names"][0] for u in found.get_unique_constraints(name)}
            leading |= set(found.get_pk_constraint(name)["constrained_columns"][:1])
            keys = {k["constrained_columns"][0] for k in found.get_foreign_keys(name)}
            assert keys - leading == set(), name
