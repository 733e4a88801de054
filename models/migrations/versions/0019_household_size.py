"""How large a household may be is said by the policy, not by the table. Revision 0019."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TABLE, NAME = "household", "ck_household_size"


def upgrade() -> None:
    with op.batch_alter_table(TABLE, schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f(NAME), type_="check")
        batch_op.create_check_constraint(batch_op.f(NAME), "size >= 1")


def downgrade() -> None:
    raise NotImplementedError("kept records are never dropped by a program")
