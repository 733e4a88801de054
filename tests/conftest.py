"""Fixtures shared by all tests.

Others add theirs in the part below; the databases come after it. `session` is for almost every
test: it is rolled back. `database` is a database of its own, for tests with several
connections, threads or processes. Both run once on SQLite and once on PostgreSQL.
"""

import os
import shutil
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import URL, Connection, Engine, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from models.database import make_engine, make_sessions, migrate
from models.secrets import Keyring, use_keyring
from tests import rota, swift
from tests.ground import Ground
from tests.spare import Spare

# ---- shared by all: add here --------------------------------------------------------------

# an example that took long once, as on a busy machine, is no fault: without this one of its calls
# failed and the next did not
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


LONG = frozenset(
    {
        "test_payout_killed",
        "test_worker_process",
        "test_money_property",
        "test_sheets",
        "test_fuzz",
        "test_policy_fuzz",
        "test_query_counts",
        "test_words_of_a_policy",
        "test_objector_hidden",
        "test_database",
    }
)


swift.remember_addresses()
swift.remember_statements()
swift.commit_at_once()


def pytest_collection_finish() -> None:
    """Everything is imported by now."""
    swift.collect_seldom()


def pytest_sessionfinish() -> None:
    """Nothing is looked at any more."""
    swift.collect_no_more()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Files that drive a browser come first, then those with long tests, then those with most: with
    the long ones last, one processor would wait for the other. `tests.groups` tells xdist to keep
    this order."""
    if waiting := set(rota.of_another_day(items)):
        config.hook.pytest_deselected(items=list(waiting))
        items[:] = [item for item in items if item not in waiting]
    count = Counter(item.path for item in items)
    items.sort(
        key=lambda item: (
            item.get_closest_marker("browser") is None,
            item.path.stem not in LONG,
            -count[item.path],
            str(item.path),
        )
    )


# ---- keys ---------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def keyring() -> Iterator[Keyring]:
    """A keyring for tests only; whatever the environment holds is not touched."""
    ring = Keyring([bytes(range(32))])
    before = use_keyring(ring)
    yield ring
    use_keyring(before)


# ---- databases ----------------------------------------------------------------------------

# a commit need not wait for the disk: what a test made is dropped soon after
POSTGRES = make_url(
    os.environ.get("SUNSHINE_TEST_PG", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")
).update_query_dict({"options": "-csynchronous_commit=off"})
DIALECTS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@dataclass(frozen=True)
class Database:
    """A migrated database of its own. What is committed in it stays until the test ends."""

    url: str
    engine: Engine

    @property
    def dialect(self) -> str:
        return self.engine.dialect.name

    @property
    def sessions(self) -> sessionmaker[Session]:
        return make_sessions(self.engine)


@contextmanager
def _server() -> Iterator[Connection]:
    """A connection to the test server outside of transactions."""
    engine = make_engine(
        POSTGRES, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 3}
    )
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_template() -> Iterator[str]:
    """Name of a migrated PostgreSQL database, to be copied; its name is this process's own."""
    name = f"sunshine_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{uuid.uuid4().hex[:8]}"
    try:
        with _server() as server:
            server.exec_driver_sql(f'CREATE DATABASE "{name}"')
    except OperationalError as error:
        if "postgres" in os.environ.get("SUNSHINE_REQUIRE", ""):
            pytest.fail(f"PostgreSQL is required and does not answer: {error}")
        pytest.skip("PostgreSQL does not answer")
    migrate(POSTGRES.set(database=name))
    yield name
    with _server() as server:
        server.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')


class Spares:
    """The database that PostgreSQL tests of this process take turns in."""

    def __init__(self, template: str) -> None:
        self._template = template
        self._spare: Spare | None = None

    @contextmanager
    def one(self) -> Iterator[Database]:
        """A database as fresh as a new copy."""
        spare = self._spare or self._copied()
        self._spare = None
        engine = make_engine(spare.url)
        try:
            yield Database(spare.url.render_as_string(hide_password=False), engine)
        finally:
            engine.dispose()
            if spare.wipe():
                self._spare = spare
            else:
                self._drop(spare)

    def close(self) -> None:
        if self._spare is not None:
            self._drop(self._spare)

    def _copied(self) -> Spare:
        url = POSTGRES.set(database=f"{self._template}_{uuid.uuid4().hex[:8]}")
        with _server() as server:
            server.exec_driver_sql(f'CREATE DATABASE "{url.database}" TEMPLATE "{self._template}"')
        return Spare.of(url)

    def _drop(self, spare: Spare) -> None:
        with _server() as server:
            server.exec_driver_sql(f'DROP DATABASE "{spare.url.database}" WITH (FORCE)')


@pytest.fixture(scope="session")
def spares(postgres_template: str) -> Iterator[Spares]:
    found = Spares(postgres_template)
    yield found
    found.close()


@contextmanager
def _copy(
    request: pytest.FixtureRequest, dialect: str, folder: Path, *, empty: bool = False
) -> Iterator[Database]:
    """A fresh copy of the dialect's template, or an empty database."""
    name = uuid.uuid4().hex[:8]
    if dialect == "sqlite":
        url: URL = make_url(f"sqlite:///{folder / name}.db")
        if not empty:
            shutil.copy(request.getfixturevalue("sqlite_template"), folder / f"{name}.db")
    else:
        template = request.getfixturevalue("postgres_template")
        url = POSTGRES.set(database=f"{template}_{name}")
        with _server() as server:
            copied = "template0" if empty else template
            server.exec_driver_sql(f'CREATE DATABASE "{url.database}" TEMPLATE "{copied}"')
    engine = make_engine(url)
    try:
        yield Database(url.render_as_string(hide_password=False), engine)
    finally:
        engine.dispose()
        if dialect != "sqlite":
            with _server() as server:
                server.exec_driver_sql(f'DROP DATABASE "{url.database}" WITH (FORCE)')


@pytest.fixture(scope="session", params=DIALECTS)
def shared_database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """The database that rolled-back tests of this process share; nothing is committed to it."""
    with _copy(request, request.param, tmp_path_factory.mktemp("shared")) as made:
        yield made


@pytest.fixture(scope="session")
def shared_ground(shared_database: Database) -> Iterator[Ground]:
    """The connection and outer transaction that rolled-back tests of this process share."""
    ground = Ground(shared_database.engine)
    yield ground
    ground.close()


@pytest.fixture
def ground(shared_ground: Ground) -> Iterator[Ground]:
    """For a test that starts from an office at work: `ground.use(open_office)`."""
    yield shared_ground
    shared_ground.roll_back()


@pytest.fixture
def session(ground: Ground) -> Session:
    """A session whose commits are savepoints; everything is rolled back after the test."""
    return ground.session()


@pytest.fixture(params=DIALECTS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A fresh, migrated database of the test's own, for several connections and real commits."""
    if request.param == "postgresql":
        spares: Spares = request.getfixturevalue("spares")
        with spares.one() as made:
            yield made
    else:
        with _copy(request, request.param, tmp_path) as made:
            yield made


@pytest.fixture(params=DIALECTS)
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database of the test's own in which nothing was made yet."""
    with _copy(request, request.param, tmp_path, empty=True) as made:
        yield made
