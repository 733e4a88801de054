"""One mail to a person and day, with everything that was told by then. Revision 0017."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column(
        "mail",
        sa.Column(
            "user_id", NUMBER, nullable=True, comment="To whom; null in a mail of one message"
        ),
    )
    op.add_column(
        "mail",
        sa.Column("on_day", sa.Date(), nullable=True, comment="Day whose messages it carries"),
    )
    op.create_index("uq_mail_user_id_on_day", "mail", ["user_id", "on_day"], unique=True)
    op.add_column(
        "inbox_message",
        sa.Column("mail_id", NUMBER, nullable=True, comment="Mail that carried it out, if any"),
    )
    op.create_index("ix_inbox_message_mail_id", "inbox_message", ["mail_id"])
    op.execute(
        "UPDATE inbox_message SET mail_id = "
        "(SELECT mail.id FROM mail WHERE mail.message_id = inbox_message.id)"
    )
