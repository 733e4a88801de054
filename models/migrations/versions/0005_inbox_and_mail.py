"""Messages to people, the mails that carry them, an address for each account. Revision 0005."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
MOMENT = sa.DateTime(timezone=True)
UNREAD = sa.text("read_at IS NULL")
OPEN = sa.text("state IN ('waiting', 'sending')")
STATES = ("waiting", "sending", "sent", "refused", "unsure")


def ordered(length: int) -> sa.String:
    """Text compared by code point on both databases."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column(
        "user_account",
        sa.Column("email", ordered(200), nullable=True, comment="Where mails go; null is nowhere"),
    )
    op.create_table(
        "inbox_message",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column("user_id", NUMBER, nullable=False, comment="To whom"),
        sa.Column("key", ordered(200), nullable=False, comment="What it is about, told once"),
        sa.Column(
            "kind", ordered(64), nullable=False, comment="reminder, escalation, late or calendar"
        ),
        sa.Column("application_id", NUMBER, nullable=True, comment="The application it is about"),
        sa.Column(
            "body",
            JSON,
            nullable=False,
            comment="Words in both languages, clause, due date and how it was counted",
        ),
        sa.Column("created_at", MOMENT, nullable=False, comment="When it was put there"),
        sa.Column("read_at", MOMENT, nullable=True, comment="When it was marked as read"),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_inbox_message_application_id_application"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_inbox_message_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_message")),
        sa.UniqueConstraint("user_id", "key", name=op.f("uq_inbox_message_user_id_key")),
    )
    op.create_index(op.f("ix_inbox_message_user_id_id"), "inbox_message", ["user_id", "id"])
    op.create_index(op.f("ix_inbox_message_application_id"), "inbox_message", ["application_id"])
    op.create_index(
        "ix_inbox_message_unread",
        "inbox_message",
        ["user_id"],
        sqlite_where=UNREAD,
        postgresql_where=UNREAD,
    )
    op.create_table(
        "mail",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column("message_id", NUMBER, nullable=False, comment="The message: one mail at most"),
        sa.Column("address", ordered(200), nullable=False, comment="Where it goes"),
        sa.Column(
            "state",
            sa.Enum(*STATES, name="state", native_enum=False, create_constraint=True, length=32),
            nullable=False,
            comment="State",
        ),
        sa.Column(
            "attempts",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="How often it was tried",
        ),
        sa.Column("due_at", MOMENT, nullable=False, comment="Not before"),
        sa.Column("done_at", MOMENT, nullable=True, comment="When sent or given up"),
        sa.Column("last_error", sa.Text(), nullable=True, comment="What went wrong last"),
        sa.ForeignKeyConstraint(
            ["message_id"], ["inbox_message.id"], name=op.f("fk_mail_message_id_inbox_message")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
        sa.UniqueConstraint("message_id", name=op.f("uq_mail_message_id")),
    )
    op.create_index("ix_mail_open", "mail", ["due_at"], sqlite_where=OPEN, postgresql_where=OPEN)
