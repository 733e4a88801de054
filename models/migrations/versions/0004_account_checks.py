"""A change of a bank account takes two people: who changed it, who confirmed it. Revision 0004."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
COLUMNS = (
    (
        "member",
        "bank_account_by_id",
        "User who last changed the account; null is the first load. No foreign key: accounts of "
        "users point at members already",
    ),
    ("member", "bank_account_confirmed_by_id", "Second user who confirmed that change"),
    ("application", "payee_account_by_id", "User who named the heir's account"),
)


def upgrade() -> None:
    for table, column, comment in COLUMNS:
        op.add_column(table, sa.Column(column, NUMBER, nullable=True, comment=comment))
