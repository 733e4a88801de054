"""Long work with progress and a file at its end. Revision 0011."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
STATES = ("waiting", "running", "done", "failed", "stopped")


def ordered(length: int) -> sa.String:
    """Text compared by code point on both databases."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "job",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column(
            "uid",
            sa.Uuid(),
            nullable=False,
            comment="Public identity that ciphertexts are bound to",
        ),
        sa.Column("kind", ordered(64), nullable=False, comment="What kind of work"),
        sa.Column(
            "title",
            ordered(200),
            nullable=False,
            comment="What the person calls it; name of the file",
        ),
        sa.Column("params", JSON, nullable=False, comment="What the work needs"),
        sa.Column("total", sa.Integer(), nullable=False, comment="How many pieces there are"),
        sa.Column(
            "done",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="How many of them are done",
        ),
        sa.Column(
            "state",
            sa.Enum(*STATES, name="state", native_enum=False, create_constraint=True, length=32),
            nullable=False,
            comment="State",
        ),
        sa.Column(
            "faults",
            JSON,
            nullable=False,
            comment="What was left out and why: {where, code, params}",
        ),
        sa.Column("filename", ordered(200), nullable=True, comment="Name of its file"),
        sa.Column("mime", ordered(100), nullable=True, comment="Media type of its file"),
        sa.Column("size", sa.BigInteger(), nullable=True, comment="Bytes of its file, unsealed"),
        sa.Column("by_id", NUMBER, nullable=False, comment="Who asked for it"),
        sa.Column("asked_at", moment, nullable=False, comment="When asked for"),
        sa.Column("started_at", moment, nullable=True, comment="When first begun"),
        sa.Column("ended_at", moment, nullable=True, comment="When it ended"),
        sa.CheckConstraint("done BETWEEN 0 AND total", name=op.f("ck_job_done")),
        sa.ForeignKeyConstraint(
            ["by_id"], ["user_account.id"], name=op.f("fk_job_by_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("uid", name=op.f("uq_job_uid")),
    )
    op.create_index(op.f("ix_job_by_id_id"), "job", ["by_id", "id"])
    op.create_index(op.f("ix_job_ended_at"), "job", ["ended_at"])
