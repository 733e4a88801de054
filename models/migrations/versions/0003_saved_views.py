"""Lists that people keep, and indexes for the orders in which lists are read. Revision 0003."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
DEFAULT = sa.text("is_default")


def ordered(length: int) -> sa.String:
    """Text compared by code point on both databases."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "saved_view",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column("user_id", NUMBER, nullable=False, comment="Whose it is"),
        sa.Column("table_name", ordered(64), nullable=False, comment="Which list, by its address"),
        sa.Column("name", ordered(200), nullable=False, comment="What the person calls it"),
        sa.Column(
            "query",
            JSON,
            nullable=False,
            comment="Search, filters and order as the address has them",
        ),
        sa.Column(
            "columns",
            JSON,
            nullable=False,
            comment="Columns shown, in order; empty means the usual ones",
        ),
        sa.Column(
            "is_default",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="Shown when the list is opened",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_saved_view_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint(
            "user_id", "table_name", "name", name=op.f("uq_saved_view_user_id_table_name_name")
        ),
    )
    op.create_index(
        "uq_saved_view_default",
        "saved_view",
        ["user_id", "table_name"],
        unique=True,
        sqlite_where=DEFAULT,
        postgresql_where=DEFAULT,
    )
    op.create_index(op.f("ix_member_birth_on_id"), "member", ["birth_on", "id"])
    op.create_index(op.f("ix_member_joined_on_id"), "member", ["joined_on", "id"])
    op.create_index(op.f("ix_application_road_id"), "application", ["road", "id"])
