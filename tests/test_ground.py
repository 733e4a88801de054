"""Tests share what costs time to make, and never what they change."""

from dataclasses import dataclass

import pytest
from sqlalchemy import inspect, select, text
from sqlalchemy.orm import Session

from models import Member, Role, User
from models.database import make_engine
from tests import factories
from tests.conftest import Database, Spares
from tests.ground import Ground


@dataclass(frozen=True)
class Small:
    session: Session
    tree: factories.Tree
    users: dict[str, User]


made: list[str] = []


def small(session: Session) -> Small:
    """A tree with one clerk."""
    made.append("small")
    tree = factories.org_tree(session)
    clerk = factories.user(session, ("branch_clerk", tree.branch), display_name="赵干事")
    return Small(session, tree, {"clerk": clerk})


def empty(session: Session) -> None:
    made.append("empty")


def test_what_one_test_changes_the_next_one_does_not_see(database: Database) -> None:
    made.clear()
    ground = Ground(database.engine)
    first = ground.use(small)
    role = first.session.scalars(select(Role)).one()
    rights = list(role.permissions)
    first.users["clerk"].display_name = "别人"
    role.permissions.append("everything")
    factories.member(first.session, first.tree.branch)
    first.session.commit()
    ground.roll_back()

    second = ground.use(small)
    assert second.session is ground.session()
    assert second.users["clerk"].display_name == "赵干事"
    assert second.session.scalars(select(User.display_name)).all() == ["赵干事"]
    assert second.session.scalars(select(Role)).one().permissions == rights
    assert second.session.scalars(select(Member)).all() == []
    assert made == ["small"]
    ground.close()


def test_a_test_that_asks_for_another_ground_finds_nothing_of_the_first(
    database: Database,
) -> None:
    ground = Ground(database.engine)
    ground.use(small)
    ground.roll_back()
    assert ground.session().scalars(select(User)).all() == []
    ground.roll_back()
    ground.use(empty)
    assert ground.session().scalars(select(User)).all() == []
    ground.close()
    with database.sessions() as session:
        assert session.scalars(select(User)).all() == []


def test_who_has_a_session_already_gets_the_ground_made_in_it(database: Database) -> None:
    ground = Ground(database.engine)
    session = ground.session()
    assert ground.use(small).session is session
    ground.close()


# -- the database of several connections


@pytest.mark.postgres
def test_a_wiped_database_is_as_a_fresh_copy(spares: Spares) -> None:
    with spares.one() as database:
        first = database.url
        tables = inspect(database.engine).get_table_names()
        before = contents(database, tables)
        with database.sessions.begin() as session:
            tree = factories.org_tree(session)
            factories.member(session, tree.branch)
            number = tree.department.id
    with spares.one() as database:
        assert database.url == first
        assert contents(database, tables) == before
        with database.sessions.begin() as session:
            assert factories.org_tree(session).department.id == number


@pytest.mark.postgres
@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE audit_record DISABLE TRIGGER USER",
        "ALTER TABLE member ADD COLUMN colour text",
        "CREATE TABLE more (n integer)",
        "DROP TABLE setting",
    ],
)
def test_a_database_of_another_shape_is_not_used_again(spares: Spares, change: str) -> None:
    with spares.one() as database:
        first = database.url
        with database.engine.begin() as connection:
            connection.execute(text(change))
    with spares.one() as database:
        assert database.url != first


@pytest.mark.postgres
def test_a_connection_left_open_does_not_stop_the_wiping(spares: Spares) -> None:
    with spares.one() as database:
        left = make_engine(database.url)
        connection = left.connect()
        connection.execute(text("LOCK TABLE member"))
    with spares.one() as database, database.sessions() as session:
        assert session.scalars(select(Member)).all() == []
    connection.invalidate()
    left.dispose()


def contents(database: Database, tables: list[str]) -> dict[str, list[tuple[object, ...]]]:
    with database.engine.connect() as connection:
        return {
            table: [tuple(row) for row in connection.execute(text(f'SELECT * FROM "{table}"'))]
            for table in tables
        }
