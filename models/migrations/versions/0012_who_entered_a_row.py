"""Who entered a row of the household worksheet: he may not check it himself. Revision 0012."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column(
        "household_item",
        sa.Column(
            "entered_by_id",
            NUMBER,
            nullable=True,
            comment="User who entered or last changed the row; he may not check it. "
            "Null: not on record",
        ),
    )
