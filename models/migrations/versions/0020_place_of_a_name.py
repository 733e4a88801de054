"""Lists of people stand in the order of pinyin. Revision 0020."""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from models.base import ordered_text
from models.names import initials, place

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

AT_ONCE = 1000
COLUMN = sa.Column(
    "name_place",
    ordered_text(2000),
    server_default=sa.text("''"),
    nullable=False,
    comment="Where the name stands in a list: its pinyin with tones, then the name",
)
MEMBER = sa.table(
    "member",
    sa.column("id"),
    sa.column("name"),
    sa.column("name_initials"),
    sa.column("name_place"),
)


def upgrade() -> None:
    op.add_column("member", COLUMN)
    connection = op.get_bind()
    for rows in _members(connection):
        changed = [{"of": id_, "letters": initials(name), "at": place(name)} for id_, name in rows]
        connection.execute(
            sa.update(MEMBER)
            .where(MEMBER.c.id == sa.bindparam("of"))
            .values(name_initials=sa.bindparam("letters"), name_place=sa.bindparam("at")),
            changed,
        )
    op.drop_index("ix_member_org_id_name_id", table_name="member")
    op.create_index("ix_member_org_id_name_place_id", "member", ["org_id", "name_place", "id"])
    op.create_index("ix_member_name_place_id", "member", ["name_place", "id"])


def _members(connection: sa.Connection) -> Iterator[list[tuple[int, str]]]:
    """All members, so many at once: a district's may not fit in the memory of a small server."""
    last = 0
    while True:
        rows = connection.execute(
            sa.select(MEMBER.c.id, MEMBER.c.name)
            .where(MEMBER.c.id > last)
            .order_by(MEMBER.c.id)
            .limit(AT_ONCE)
        ).all()
        if not rows:
            return
        last = rows[-1].id
        yield [(row.id, row.name) for row in rows]


def downgrade() -> None:
    raise NotImplementedError("kept records are never dropped by a program")
