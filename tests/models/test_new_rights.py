"""A database of an earlier release gets the rights that this one brings, once, and no others."""

from pathlib import Path

from ruamel.yaml import YAML
from sqlalchemy import text

from models.database import upgrade
from tests.conftest import Database

ROLES = YAML(typ="safe").load(Path("seeds/reference/roles.yaml"))
NEW = ("hardship.", "check.", "round.", "screening.compare", "screening.upload")


def test_roles_of_an_earlier_release_get_what_the_reference_data_give_them(
    empty_database: Database,
) -> None:
    with empty_database.engine.begin() as connection:
        upgrade(connection, "0009")
        for code in ("auditor", "branch_secretary", "finance", "our_own"):
            connection.execute(
                text(
                    "INSERT INTO role (code, zh, en, level, permissions) "
                    "VALUES (:code, :code, :code, 'department', '[\"pair.read\"]')"
                ),
                {"code": code},
            )
    with empty_database.engine.begin() as connection:
        upgrade(connection)
    with empty_database.sessions() as session:
        rows = session.execute(text("SELECT code, CAST(permissions AS TEXT) FROM role")).all()
    held = {row[0]: set(YAML(typ="safe").load(row[1])) for row in rows}
    for code in ("auditor", "branch_secretary", "finance"):
        wanted = {name for name in ROLES[code]["permissions"] if name.startswith(NEW)}
        assert held[code] == wanted | {"pair.read"}, code
    assert held["our_own"] == {"pair.read"}
