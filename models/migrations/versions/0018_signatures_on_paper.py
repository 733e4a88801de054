"""A signature in a circulation that was given on paper: the day, who recorded it, the scan. Revision 0018."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE = "circulation_signature"
ON_PAPER = (
    "(recorded_by_id IS NULL) = (signed_on IS NULL)"
    " AND (recorded_by_id IS NULL) = (attachment_id IS NULL)"
    " AND (recorded_by_id IS NULL OR (at IS NOT NULL AND recorded_by_id <> user_id))"
)


def upgrade() -> None:
    with op.batch_alter_table(TABLE, schema=None) as batch_op:
        batch_op.alter_column(
            "at",
            existing_type=sa.DateTime(timezone=True),
            existing_nullable=True,
            comment="When signed, or recorded from paper",
            existing_comment="When signed",
        )
        batch_op.add_column(
            sa.Column(
                "signed_on",
                sa.Date(),
                nullable=True,
                comment="Day on the paper, where he signed on one",
            )
        )
        batch_op.add_column(
            sa.Column(
                "recorded_by_id",
                NUMBER,
                nullable=True,
                comment="Who recorded it from paper; never himself",
            )
        )
        batch_op.add_column(
            sa.Column("attachment_id", NUMBER, nullable=True, comment="Scan of that paper")
        )
        batch_op.create_index(
            batch_op.f("ix_circulation_signature_recorded_by_id"), ["recorded_by_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_circulation_signature_attachment_id"), ["attachment_id"], unique=False
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_circulation_signature_recorded_by_id_user_account"),
            "user_account",
            ["recorded_by_id"],
            ["id"],
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_circulation_signature_attachment_id_attachment"),
            "attachment",
            ["attachment_id"],
            ["id"],
        )
        batch_op.create_check_constraint(batch_op.f("ck_circulation_signature_on_paper"), ON_PAPER)

    if op.get_bind().dialect.name == "sqlite":  # the table was made anew: its guard with it
        op.get_bind().exec_driver_sql(
            f"CREATE TRIGGER {TABLE}_kept_delete BEFORE DELETE ON {TABLE} "
            f"BEGIN SELECT RAISE(ABORT, '{TABLE}: rows are kept'); END"
        )


def downgrade() -> None:
    raise NotImplementedError("kept records are never dropped by a program")
