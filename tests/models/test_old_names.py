"""Members of an earlier release get their place in lists, and the initials that a surname has."""

import uuid

from sqlalchemy import text

from models.database import upgrade
from models.names import initials, place
from tests.conftest import Database

NAMES = ("曾丰", "王小明", "阿依古丽·买买提")
MANY = 2500  # more than are read at once


def test_members_of_an_earlier_release_stand_as_in_a_dictionary(empty_database: Database) -> None:
    with empty_database.engine.begin() as connection:
        upgrade(connection, "0019")
        unit = (
            "INSERT INTO org_unit (id, code, name, level, path) "
            "VALUES (1, 'b', '北庄', 'branch', '/1/')"
        )
        connection.execute(text(unit))
        row = (
            "INSERT INTO member (uid, org_id, name, name_initials, status, active, created_at, "
            "version) VALUES (:uid, 1, :name, 'cf', 'full', true, '2026-01-01', 1)"
        )
        people = [{"uid": uuid.uuid4().hex, "name": NAMES[n % 3]} for n in range(MANY)]
        connection.execute(text(row), people)
    with empty_database.engine.begin() as connection:
        upgrade(connection)
    with empty_database.sessions() as session:
        asked = text("SELECT DISTINCT name, name_initials, name_place FROM member")
        found = {tuple(row) for row in session.execute(asked)}
    assert found == {(name, initials(name), place(name)) for name in NAMES}
