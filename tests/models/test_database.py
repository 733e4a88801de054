"""Transactions of several connections: nobody is locked out, readers cannot write."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import DBAPIError, InvalidRequestError
from sqlalchemy.orm import Session

from models import Base, Series, Setting
from models.database import is_current, make_engine, read_only, upgrade
from models.settings import next_number
from tests.conftest import Database

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_sqlite_keeps_foreign_keys_and_the_write_ahead_log(database: Database) -> None:
    with database.engine.connect() as connection:
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1
        assert connection.scalar(text("PRAGMA busy_timeout")) == 10_000
        assert connection.scalar(text("PRAGMA recursive_triggers")) == 1


def test_writers_that_read_first_wait_for_each_other(database: Database) -> None:
    """On SQLite each would fail with "database is locked" if it began by reading only."""
    with database.sessions.begin() as session:
        session.add(Setting(key="total", value=0))

    def work(_: int) -> None:
        for _ in range(5):
            with database.sessions.begin() as session:
                total = session.get_one(Setting, "total", with_for_update=True)
                total.value = total.value + 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    with database.sessions() as session:
        assert session.get_one(Setting, "total").value == 40


def test_numbers_of_a_series_are_given_once_and_without_a_gap(database: Database) -> None:
    def work(_: int) -> list[int]:
        given = []
        for _ in range(5):
            with database.sessions.begin() as session:
                given.append(next_number(session, "application:2010"))
        return given

    with ThreadPoolExecutor(8) as pool:
        numbers = [number for given in pool.map(work, range(8)) for number in given]
    assert sorted(numbers) == list(range(1, 41))


def test_a_number_of_a_rolled_back_transaction_is_given_again(database: Database) -> None:
    with database.sessions() as session:
        assert next_number(session, "notice:2010") == 1
        session.rollback()
        assert next_number(session, "notice:2010") == 1


def test_a_reader_holds_up_no_writer(database: Database) -> None:
    with database.sessions() as reader:
        read_only(reader)
        assert reader.scalars(select(Setting)).all() == []
        with database.sessions.begin() as writer:
            writer.add(Setting(key="written", value=1))
    with database.sessions() as later:
        assert later.get_one(Setting, "written").value == 1


def test_a_reader_cannot_write_and_leaves_its_connection_fit_for_writing(
    database: Database,
) -> None:
    with database.sessions() as reader:
        read_only(reader)
        reader.add(Setting(key="sneaked", value=1))
        with pytest.raises(DBAPIError, match=r"readonly|read-only"):
            reader.flush()
        reader.rollback()
    with database.sessions.begin() as writer:
        writer.add(Setting(key="allowed", value=1))
    with database.sessions() as later:
        assert [each.key for each in later.scalars(select(Setting))] == ["allowed"]


def test_a_transaction_that_has_begun_cannot_become_a_reader(session: Session) -> None:
    session.scalars(select(Setting)).all()
    with pytest.raises(InvalidRequestError):
        read_only(session)


def test_chinese_in_json_is_stored_as_it_is_read(session: Session) -> None:
    session.add(Setting(key="hotline", value={"称呼": "举报电话"}))
    session.flush()
    stored = session.scalar(text("SELECT CAST(value AS TEXT) FROM setting"))
    assert stored is not None
    assert "举报电话" in stored


def test_processes_that_migrate_an_empty_database_at_once_do_not_disturb_each_other(
    empty_database: Database,
) -> None:
    code = f"from models.database import migrate; migrate({empty_database.url!r})"
    running = [
        subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    for process in running:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors.decode()
    with empty_database.engine.connect() as connection:
        assert is_current(connection)
        assert set(Base.metadata.tables) <= set(inspect(connection).get_table_names())


def test_a_failed_migration_leaves_nothing_behind(empty_database: Database) -> None:
    with empty_database.engine.connect() as connection:
        outer = connection.begin()
        upgrade(connection)
        assert is_current(connection)
        outer.rollback()
        assert inspect(connection).get_table_names() == []


def test_a_database_in_memory_is_one_and_the_same_for_every_session() -> None:
    engine = make_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(Series(key="x", last=1))
        session.commit()
    with Session(engine) as session:
        assert session.get_one(Series, "x").last == 1
    engine.dispose()


def test_a_savepoint_that_was_rolled_back_to_does_not_stay_open(database: Database) -> None:
    """Each refused row of a long import would leave one behind, and all pages with it."""
    with database.engine.connect() as connection:
        whole = connection.begin()
        kept = connection.begin_nested()
        connection.execute(text("INSERT INTO setting (key, value) VALUES ('a', '1')"))
        refused = connection.begin_nested()
        connection.execute(text("INSERT INTO setting (key, value) VALUES ('b', '1')"))
        refused.rollback()
        kept.commit()
        assert connection.scalars(text("SELECT key FROM setting")).all() == ["a"]
        with pytest.raises(DBAPIError, match="savepoint"):
            connection.exec_driver_sql(f"RELEASE SAVEPOINT {refused._savepoint}")
        whole.rollback()
