"""Results of a decision that wait for a second person. Revision 0013."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
WAITING = sa.text("state = 'waiting'")
STATES = ("waiting", "confirmed", "sent_back", "dropped")


def ordered(length: int) -> sa.String:
    """Text compared by code point on both databases."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    name = "recorded_result"
    op.create_table(
        name,
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column("application_id", NUMBER, nullable=False, comment="The case"),
        sa.Column("stage", ordered(64), nullable=False, comment="Stage it was recorded at"),
        sa.Column("record", JSON, nullable=False, comment="What was written down, field to value"),
        sa.Column(
            "fen", sa.BigInteger(), nullable=True, comment="Amount it names, fen; null refuses aid"
        ),
        sa.Column(
            "state",
            sa.Enum(
                *STATES,
                name=op.f(f"ck_{name}_state"),
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
            comment="What became of it",
        ),
        sa.Column("by_id", NUMBER, nullable=False, comment="Who recorded it"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="When"),
        sa.Column(
            "settled_by_id", NUMBER, nullable=True, comment="Who confirmed it or sent it back"
        ),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True, comment="When"),
        sa.Column("reason", sa.Text(), nullable=True, comment="Why it was sent back"),
        sa.CheckConstraint("fen > 0", name=op.f(f"ck_{name}_fen")),
        sa.CheckConstraint(
            "settled_by_id <> by_id OR state = 'dropped'",
            name=op.f(f"ck_{name}_settled_by_another"),
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f(f"fk_{name}_application_id_application"),
        ),
        sa.ForeignKeyConstraint(
            ["by_id"], ["user_account.id"], name=op.f(f"fk_{name}_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["settled_by_id"],
            ["user_account.id"],
            name=op.f(f"fk_{name}_settled_by_id_user_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )
    op.create_index(op.f(f"ix_{name}_application_id_id"), name, ["application_id", "id"])
    op.create_index(op.f(f"ix_{name}_by_id"), name, ["by_id"])
    op.create_index(op.f(f"ix_{name}_settled_by_id"), name, ["settled_by_id"])
    op.create_index(
        f"uq_{name}_waiting",
        name,
        ["application_id"],
        unique=True,
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )
