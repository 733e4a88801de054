"""Entries on behalf, comparisons with the paper, originals seen, circulations, minutes and numbers of
replies. Revision 0016."""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
ADDED_ONLY = ("behalf_entry", "paper_comparison", "original_check")
KEPT = ("circulation", "circulation_signature", "minutes", "reply_number")


def ordered(length: int) -> sa.String:
    """Text compared by code point on both databases."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def one_of(name: str, *values: str) -> sa.Enum:
    """Text closed by a CHECK."""
    return sa.Enum(*values, name=op.f(name), native_enum=False, create_constraint=True, length=32)


def guards(postgresql: bool) -> Iterator[str]:
    """Triggers: what is added stays as it is, what may change is never removed."""
    for table, name, message, events in (
        *((t, "append_only", "append-only", ("UPDATE", "DELETE")) for t in ADDED_ONLY),
        *((t, "kept", "rows are kept", ("DELETE",)) for t in KEPT),
    ):
        for event in (*events, "TRUNCATE") if postgresql else events:
            head = f"CREATE TRIGGER {table}_{name}_{event.lower()} BEFORE {event} ON {table}"
            if postgresql:
                each = "STATEMENT" if event == "TRUNCATE" else "ROW"
                yield f"{head} FOR EACH {each} EXECUTE FUNCTION sunshine_refuse('{message}')"
            else:
                yield f"{head} BEGIN SELECT RAISE(ABORT, '{table}: {message}'); END"


def upgrade() -> None:
    op.create_table(
        "minutes",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column("org_id", NUMBER, nullable=False, comment="Unit that met"),
        sa.Column(
            "number",
            ordered(64),
            nullable=False,
            comment="Number of the minutes, as it stands on them",
        ),
        sa.Column("held_on", sa.Date(), nullable=False, comment="Day of the meeting"),
        sa.Column("by_id", NUMBER, nullable=False, comment="Who"),
        sa.Column("at", MOMENT, nullable=False, comment="When it was first written down"),
        sa.ForeignKeyConstraint(
            ["by_id"], ["user_account.id"], name=op.f("fk_minutes_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["org_id"], ["org_unit.id"], name=op.f("fk_minutes_org_id_org_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes")),
        sa.UniqueConstraint("org_id", "number", name=op.f("uq_minutes_org_id_number")),
    )
    with op.batch_alter_table("minutes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_minutes_by_id"), ["by_id"], unique=False)

    op.create_table(
        "reply_number",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column("org_id", NUMBER, nullable=False, comment="Unit that replies"),
        sa.Column(
            "series",
            ordered(64),
            nullable=False,
            comment="How the policy writes it, its place-holders open",
        ),
        sa.Column("year", sa.Integer(), nullable=False, comment="Year in the number"),
        sa.Column("number", sa.Integer(), nullable=False, comment="Which one of that year"),
        sa.Column("text", ordered(64), nullable=False, comment="As it stands on the reply"),
        sa.Column(
            "minutes_number",
            ordered(64),
            nullable=True,
            comment="Number of the minutes it goes back to",
        ),
        sa.Column(
            "state",
            one_of("ck_reply_number_state", "used", "void"),
            nullable=False,
            comment="Used or void",
        ),
        sa.Column("by_id", NUMBER, nullable=False, comment="Who gave it"),
        sa.Column("at", MOMENT, nullable=False, comment="When"),
        sa.Column("void_by_id", NUMBER, nullable=True, comment="Who declared it void"),
        sa.Column("void_at", MOMENT, nullable=True, comment="When"),
        sa.Column("void_reason", sa.Text(), nullable=True, comment="Why it is void"),
        sa.CheckConstraint(
            "(state = 'void') = (void_at IS NOT NULL AND void_reason IS NOT NULL)",
            name=op.f("ck_reply_number_void_why"),
        ),
        sa.CheckConstraint("number >= 1", name=op.f("ck_reply_number_number")),
        sa.ForeignKeyConstraint(
            ["by_id"], ["user_account.id"], name=op.f("fk_reply_number_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["org_id"], ["org_unit.id"], name=op.f("fk_reply_number_org_id_org_unit")
        ),
        sa.ForeignKeyConstraint(
            ["void_by_id"],
            ["user_account.id"],
            name=op.f("fk_reply_number_void_by_id_user_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply_number")),
        sa.UniqueConstraint(
            "org_id",
            "series",
            "year",
            "number",
            name=op.f("uq_reply_number_org_id_series_year_number"),
        ),
    )
    with op.batch_alter_table("reply_number", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reply_number_by_id"), ["by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reply_number_text"), ["text"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_reply_number_void_by_id"), ["void_by_id"], unique=False
        )

    op.create_table(
        "behalf_entry",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column("application_id", NUMBER, nullable=False, comment="The case"),
        sa.Column("by_id", NUMBER, nullable=False, comment="Who entered for the branch"),
        sa.Column("at", MOMENT, nullable=False, comment="When first"),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_behalf_entry_application_id_application"),
        ),
        sa.ForeignKeyConstraint(
            ["by_id"], ["user_account.id"], name=op.f("fk_behalf_entry_by_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_behalf_entry")),
        sa.UniqueConstraint(
            "application_id", "by_id", name=op.f("uq_behalf_entry_application_id_by_id")
        ),
    )
    with op.batch_alter_table("behalf_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_behalf_entry_by_id"), ["by_id"], unique=False)

    op.create_table(
        "circulation",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column("application_id", NUMBER, nullable=False, comment="The case"),
        sa.Column("reason", sa.Text(), nullable=False, comment="Why it cannot wait for a meeting"),
        sa.Column(
            "state",
            one_of("ck_circulation_state", "open", "complete", "stopped"),
            nullable=False,
            comment="How far it is",
        ),
        sa.Column("by_id", NUMBER, nullable=False, comment="Who sent it round"),
        sa.Column("at", MOMENT, nullable=False, comment="When"),
        sa.Column("ended_at", MOMENT, nullable=True, comment="When it was complete or stopped"),
        sa.Column("stop_reason", sa.Text(), nullable=True, comment="Why it was stopped"),
        sa.CheckConstraint(
            "state <> 'stopped' OR stop_reason IS NOT NULL", name=op.f("ck_circulation_stopped_why")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_circulation_application_id_application"),
        ),
        sa.ForeignKeyConstraint(
            ["by_id"], ["user_account.id"], name=op.f("fk_circulation_by_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_circulation")),
    )
    with op.batch_alter_table("circulation", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_circulation_application_id_id"), ["application_id", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_circulation_by_id"), ["by_id"], unique=False)
        batch_op.create_index(
            "uq_circulation_standing",
            ["application_id"],
            unique=True,
            sqlite_where=sa.text("state <> 'stopped'"),
            postgresql_where=sa.text("state <> 'stopped'"),
        )

    op.create_table(
        "circulation_signature",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column("circulation_id", NUMBER, nullable=False, comment="What is circulated"),
        sa.Column("user_id", NUMBER, nullable=False, comment="Who is to sign"),
        sa.Column(
            "agrees", sa.Boolean(), nullable=True, comment="Agreed or not; null is not yet signed"
        ),
        sa.Column("opinion", sa.Text(), nullable=True, comment="What he wrote beside it"),
        sa.Column("at", MOMENT, nullable=True, comment="When signed"),
        sa.CheckConstraint(
            "(agrees IS NULL) = (at IS NULL)", name=op.f("ck_circulation_signature_said_when")
        ),
        sa.ForeignKeyConstraint(
            ["circulation_id"],
            ["circulation.id"],
            name=op.f("fk_circulation_signature_circulation_id_circulation"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name=op.f("fk_circulation_signature_user_id_user_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_circulation_signature")),
        sa.UniqueConstraint(
            "circulation_id",
            "user_id",
            name=op.f("uq_circulation_signature_circulation_id_user_id"),
        ),
    )
    with op.batch_alter_table("circulation_signature", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_circulation_signature_user_id"), ["user_id"], unique=False
        )

    op.create_table(
        "original_check",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column("attachment_id", NUMBER, nullable=False, comment="The scan of the paper"),
        sa.Column("by_id", NUMBER, nullable=False, comment="Who saw the original"),
        sa.Column("at", MOMENT, nullable=False, comment="When"),
        sa.ForeignKeyConstraint(
            ["attachment_id"],
            ["attachment.id"],
            name=op.f("fk_original_check_attachment_id_attachment"),
        ),
        sa.ForeignKeyConstraint(
            ["by_id"], ["user_account.id"], name=op.f("fk_original_check_by_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_original_check")),
        sa.UniqueConstraint("attachment_id", name=op.f("uq_original_check_attachment_id")),
    )
    with op.batch_alter_table("original_check", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_original_check_by_id"), ["by_id"], unique=False)

    op.create_table(
        "paper_comparison",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column("application_id", NUMBER, nullable=False, comment="The case"),
        sa.Column("attachment_id", NUMBER, nullable=False, comment="The scan it was compared with"),
        sa.Column(
            "item",
            ordered(64),
            nullable=False,
            comment="What was compared, form.name or stage.field",
        ),
        sa.Column(
            "mark",
            sa.String(length=80),
            nullable=False,
            comment="Keyed mark of the value as it was then",
        ),
        sa.Column(
            "verdict",
            one_of("ck_paper_comparison_verdict", "agrees", "differs"),
            nullable=False,
            comment="Whether entry and paper agree",
        ),
        sa.Column("comment", sa.Text(), nullable=True, comment="What stands on the paper instead"),
        sa.Column("by_id", NUMBER, nullable=False, comment="Who compared"),
        sa.Column("at", MOMENT, nullable=False, comment="When"),
        sa.CheckConstraint(
            "verdict = 'agrees' OR comment IS NOT NULL",
            name=op.f("ck_paper_comparison_differs_how"),
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_paper_comparison_application_id_application"),
        ),
        sa.ForeignKeyConstraint(
            ["attachment_id"],
            ["attachment.id"],
            name=op.f("fk_paper_comparison_attachment_id_attachment"),
        ),
        sa.ForeignKeyConstraint(
            ["by_id"], ["user_account.id"], name=op.f("fk_paper_comparison_by_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_comparison")),
    )
    with op.batch_alter_table("paper_comparison", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_paper_comparison_application_id_item_id"),
            ["application_id", "item", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_paper_comparison_attachment_id"), ["attachment_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_paper_comparison_by_id"), ["by_id"], unique=False)

    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("minutes_id", NUMBER, nullable=True, comment="Minutes that it shows")
        )
        batch_op.create_index(batch_op.f("ix_attachment_minutes_id"), ["minutes_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_attachment_minutes_id_minutes"), "minutes", ["minutes_id"], ["id"]
        )

    connection = op.get_bind()
    for statement in guards(connection.dialect.name == "postgresql"):
        connection.exec_driver_sql(statement)


def downgrade() -> None:
    raise NotImplementedError("kept records are never dropped by a program")
