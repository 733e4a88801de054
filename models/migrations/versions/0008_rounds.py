"""The yearly round, how its notice went down, photos of a posted list. Revision 0008."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CODE = sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql")
NAME = sa.String(200).with_variant(sa.String(200, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "aid_round",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column("org_id", NUMBER, nullable=False, comment="Department"),
        sa.Column(
            "edition_id", NUMBER, nullable=False, comment="Edition in force when it was opened"
        ),
        sa.Column("road", CODE, nullable=False, comment="Road of its applications"),
        sa.Column("year", sa.Integer(), nullable=False, comment="Year that the aid counts for"),
        sa.Column(
            "document_number", CODE, nullable=True, comment="Number of the notice as a document"
        ),
        sa.Column("title", NAME, nullable=False, comment="Title of the notice"),
        sa.Column("body", sa.Text(), nullable=False, comment="The notice as it went out"),
        sa.Column("notice_on", sa.Date(), nullable=False, comment="Day of the notice"),
        sa.Column(
            "due_on", sa.Date(), nullable=True, comment="Due date; null where it was not countable"
        ),
        sa.Column(
            "status",
            sa.Enum(
                "open",
                "closed",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
            comment="Status",
        ),
        sa.Column("opened_by_id", NUMBER, nullable=False, comment="Who opened it"),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False, comment="When recorded"),
        sa.Column("done_on", sa.Date(), nullable=True, comment="Day it was completed"),
        sa.Column("closed_by_id", NUMBER, nullable=True, comment="Who closed it"),
        sa.Column(
            "closing_note", sa.Text(), nullable=True, comment="Why what was left over is left"
        ),
        sa.Column(
            "left_over",
            sa.Text(),
            nullable=True,
            comment="What was left over: application numbers with their stage, units not told",
        ),
        sa.Column(
            "version", sa.Integer(), nullable=False, comment="Counts changes, against lost updates"
        ),
        sa.CheckConstraint(
            "(status = 'closed') = (done_on IS NOT NULL)",
            name=op.f("ck_aid_round_closed_with_a_day"),
        ),
        sa.CheckConstraint("done_on >= notice_on", name=op.f("ck_aid_round_done_after_notice")),
        sa.ForeignKeyConstraint(
            ["closed_by_id"],
            ["user_account.id"],
            name=op.f("fk_aid_round_closed_by_id_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["edition.id"], name=op.f("fk_aid_round_edition_id_edition")
        ),
        sa.ForeignKeyConstraint(
            ["opened_by_id"],
            ["user_account.id"],
            name=op.f("fk_aid_round_opened_by_id_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["org_id"], ["org_unit.id"], name=op.f("fk_aid_round_org_id_org_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_aid_round")),
        sa.UniqueConstraint("org_id", "road", "year", name=op.f("uq_aid_round_org_id_road_year")),
    )
    with op.batch_alter_table("aid_round", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_aid_round_closed_by_id"), ["closed_by_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_aid_round_edition_id"), ["edition_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_aid_round_opened_by_id"), ["opened_by_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_aid_round_road_year"), ["road", "year"], unique=False)

    op.create_table(
        "round_delivery",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column("round_id", NUMBER, nullable=False, comment="The round"),
        sa.Column("org_id", NUMBER, nullable=False, comment="Unit that gets the notice"),
        sa.Column("from_org_id", NUMBER, nullable=False, comment="Unit that sent it"),
        sa.Column("sent_on", sa.Date(), nullable=False, comment="Day it was sent"),
        sa.Column("channel", CODE, nullable=False, comment="How, by the policy's id"),
        sa.Column("sent_by_id", NUMBER, nullable=False, comment="Who sent it"),
        sa.Column("received_on", sa.Date(), nullable=True, comment="Day the unit had it"),
        sa.Column("received_by_id", NUMBER, nullable=True, comment="Who confirmed that"),
        sa.Column("told_on", sa.Date(), nullable=True, comment="Day its members were told"),
        sa.Column("told_channel", CODE, nullable=True, comment="How, by the policy's id"),
        sa.Column("told_count", sa.Integer(), nullable=True, comment="Members who were told"),
        sa.Column("told_of", sa.Integer(), nullable=True, comment="Members there were on that day"),
        sa.Column("told_by_id", NUMBER, nullable=True, comment="Who recorded it"),
        sa.Column(
            "note", sa.Text(), nullable=True, comment="Why somebody was not told, other remarks"
        ),
        sa.CheckConstraint(
            "received_on >= sent_on", name=op.f("ck_round_delivery_received_after_sent")
        ),
        sa.CheckConstraint("told_count >= 0", name=op.f("ck_round_delivery_told_count")),
        sa.CheckConstraint(
            "told_on >= received_on", name=op.f("ck_round_delivery_told_after_received")
        ),
        sa.ForeignKeyConstraint(
            ["from_org_id"], ["org_unit.id"], name=op.f("fk_round_delivery_from_org_id_org_unit")
        ),
        sa.ForeignKeyConstraint(
            ["org_id"], ["org_unit.id"], name=op.f("fk_round_delivery_org_id_org_unit")
        ),
        sa.ForeignKeyConstraint(
            ["received_by_id"],
            ["user_account.id"],
            name=op.f("fk_round_delivery_received_by_id_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["aid_round.id"], name=op.f("fk_round_delivery_round_id_aid_round")
        ),
        sa.ForeignKeyConstraint(
            ["sent_by_id"],
            ["user_account.id"],
            name=op.f("fk_round_delivery_sent_by_id_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["told_by_id"],
            ["user_account.id"],
            name=op.f("fk_round_delivery_told_by_id_user_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_delivery")),
        sa.UniqueConstraint("round_id", "org_id", name=op.f("uq_round_delivery_round_id_org_id")),
    )
    with op.batch_alter_table("round_delivery", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_round_delivery_from_org_id"), ["from_org_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_round_delivery_org_id"), ["org_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_round_delivery_received_by_id"), ["received_by_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_round_delivery_sent_by_id"), ["sent_by_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_round_delivery_told_by_id"), ["told_by_id"], unique=False
        )

    op.create_table(
        "round_member",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column("round_id", NUMBER, nullable=False, comment="The round"),
        sa.Column("member_id", NUMBER, nullable=False, comment="The member"),
        sa.Column(
            "application_id", NUMBER, nullable=False, comment="The application that was aided then"
        ),
        sa.Column(
            "declined_on",
            sa.Date(),
            nullable=True,
            comment="Day it was known that he will not apply",
        ),
        sa.Column("reason", sa.Text(), nullable=True, comment="Why he does not apply this time"),
        sa.Column("by_id", NUMBER, nullable=True, comment="Who recorded that"),
        sa.CheckConstraint(
            "(declined_on IS NULL) = (reason IS NULL)",
            name=op.f("ck_round_member_declined_with_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_round_member_application_id_application"),
        ),
        sa.ForeignKeyConstraint(
            ["by_id"], ["user_account.id"], name=op.f("fk_round_member_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_round_member_member_id_member")
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["aid_round.id"], name=op.f("fk_round_member_round_id_aid_round")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_member")),
        sa.UniqueConstraint(
            "round_id", "member_id", name=op.f("uq_round_member_round_id_member_id")
        ),
    )
    with op.batch_alter_table("round_member", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_round_member_application_id"), ["application_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_round_member_by_id"), ["by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_round_member_member_id"), ["member_id"], unique=False)

    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("notice_id", NUMBER, nullable=True, comment="Notice that it shows")
        )
        batch_op.create_index(batch_op.f("ix_attachment_notice_id"), ["notice_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_attachment_notice_id_notice"), "notice", ["notice_id"], ["id"]
        )


def downgrade() -> None:
    raise NotImplementedError("kept records are never dropped by a program")
