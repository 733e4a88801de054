"""The hardship register, visits and checks, contacts and results of pairs. Revision 0006."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def ordered(length: int) -> sa.String:
    """Text compared by code point on both databases."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def one_of(name: str, *values: str) -> sa.Enum:
    """Text closed by a CHECK."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "check_plan",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column("title", ordered(200), nullable=False, comment="What it is called"),
        sa.Column("year", sa.Integer(), nullable=False, comment="Aid year that is checked"),
        sa.Column("org_id", NUMBER, nullable=False, comment="Unit whose grants are checked"),
        sa.Column(
            "seed", ordered(200), nullable=False, comment="The random words the draw started from"
        ),
        sa.Column(
            "share", sa.Integer(), nullable=False, comment="Percent drawn from each committee"
        ),
        sa.Column(
            "large_from_fen",
            sa.BigInteger(),
            nullable=True,
            comment="From this amount on a grant counts as large, fen",
        ),
        sa.Column(
            "large_share", sa.Integer(), nullable=False, comment="Percent drawn of large grants"
        ),
        sa.Column(
            "at_least", sa.Integer(), nullable=False, comment="At least so many of each committee"
        ),
        sa.Column(
            "frame",
            sa.Text(),
            nullable=False,
            comment="The list drawn from: number of the application to committee and fen",
        ),
        sa.Column(
            "frame_digest", sa.String(length=80), nullable=False, comment="SHA-256 of that list"
        ),
        sa.Column("drawn_by_id", NUMBER, nullable=False, comment="Who drew"),
        sa.Column("drawn_at", MOMENT, nullable=False, comment="When"),
        sa.CheckConstraint("at_least >= 0", name=op.f("ck_check_plan_at_least")),
        sa.CheckConstraint("large_share BETWEEN 1 AND 100", name=op.f("ck_check_plan_large_share")),
        sa.CheckConstraint("share BETWEEN 1 AND 100", name=op.f("ck_check_plan_share")),
        sa.ForeignKeyConstraint(
            ["drawn_by_id"],
            ["user_account.id"],
            name=op.f("fk_check_plan_drawn_by_id_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["org_id"], ["org_unit.id"], name=op.f("fk_check_plan_org_id_org_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_plan")),
    )
    op.create_index(op.f("ix_check_plan_drawn_by_id"), "check_plan", ["drawn_by_id"])
    op.create_index(op.f("ix_check_plan_org_id"), "check_plan", ["org_id"])
    op.create_table(
        "hardship_entry",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column("member_id", NUMBER, nullable=False, comment="Who is in hardship"),
        sa.Column(
            "org_id",
            NUMBER,
            nullable=False,
            comment="Branch when joining; stays when the member moves",
        ),
        sa.Column("joined_on", sa.Date(), nullable=False, comment="First day in the register"),
        sa.Column("join_reason", ordered(64), nullable=False, comment="Why, by the policy's code"),
        sa.Column(
            "situation", sa.Text(), nullable=False, comment="The situation in words, kept current"
        ),
        sa.Column("needs", sa.Text(), nullable=True, comment="What help is needed, for pairs"),
        sa.Column("left_on", sa.Date(), nullable=True, comment="Last day; null is still in it"),
        sa.Column(
            "leave_reason",
            ordered(64),
            nullable=True,
            comment="Why it was left, by the policy's code",
        ),
        sa.Column("leave_words", sa.Text(), nullable=True, comment="The same in words"),
        sa.Column("by_id", NUMBER, nullable=False, comment="Who entered it"),
        sa.Column("at", MOMENT, nullable=False, comment="When it was last changed"),
        sa.Column(
            "version", sa.Integer(), nullable=False, comment="Counts changes, against lost updates"
        ),
        sa.CheckConstraint(
            "(left_on IS NULL) = (leave_reason IS NULL)",
            name=op.f("ck_hardship_entry_leaves_with_a_reason"),
        ),
        sa.CheckConstraint(
            "left_on IS NULL OR left_on >= joined_on",
            name=op.f("ck_hardship_entry_leaves_after_joining"),
        ),
        sa.ForeignKeyConstraint(
            ["by_id"], ["user_account.id"], name=op.f("fk_hardship_entry_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_hardship_entry_member_id_member")
        ),
        sa.ForeignKeyConstraint(
            ["org_id"], ["org_unit.id"], name=op.f("fk_hardship_entry_org_id_org_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hardship_entry")),
    )
    op.create_index(op.f("ix_hardship_entry_by_id"), "hardship_entry", ["by_id"])
    op.create_index(op.f("ix_hardship_entry_member_id"), "hardship_entry", ["member_id"])
    op.create_index(op.f("ix_hardship_entry_org_id_id"), "hardship_entry", ["org_id", "id"])
    op.create_index(
        "uq_hardship_entry_open",
        "hardship_entry",
        ["member_id"],
        unique=True,
        sqlite_where=sa.text("left_on IS NULL"),
        postgresql_where=sa.text("left_on IS NULL"),
    )
    op.create_table(
        "pair_contact",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column("pair_id", NUMBER, nullable=False, comment="The pair"),
        sa.Column("met_on", sa.Date(), nullable=False, comment="Day"),
        sa.Column("way", ordered(64), nullable=False, comment="How, by the policy's code"),
        sa.Column("words", sa.Text(), nullable=False, comment="What was done"),
        sa.Column("by_id", NUMBER, nullable=False, comment="Who recorded it"),
        sa.Column("at", MOMENT, nullable=False, comment="When"),
        sa.ForeignKeyConstraint(
            ["by_id"], ["user_account.id"], name=op.f("fk_pair_contact_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["pair_id"], ["helping_pair.id"], name=op.f("fk_pair_contact_pair_id_helping_pair")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pair_contact")),
    )
    op.create_index(op.f("ix_pair_contact_by_id"), "pair_contact", ["by_id"])
    op.create_index(op.f("ix_pair_contact_pair_id"), "pair_contact", ["pair_id"])
    op.create_table(
        "check_item",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column("plan_id", NUMBER, nullable=False, comment="The plan"),
        sa.Column("application_id", NUMBER, nullable=False, comment="The application"),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_check_item_application_id_application"),
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["check_plan.id"], name=op.f("fk_check_item_plan_id_check_plan")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_item")),
        sa.UniqueConstraint(
            "plan_id", "application_id", name=op.f("uq_check_item_plan_id_application_id")
        ),
    )
    op.create_index(op.f("ix_check_item_application_id"), "check_item", ["application_id"])
    op.create_table(
        "visit",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column("application_id", NUMBER, nullable=False, comment="The application"),
        sa.Column(
            "item_id", NUMBER, nullable=True, comment="The draw; null is outside of any plan"
        ),
        sa.Column("visited_on", sa.Date(), nullable=False, comment="Day of the visit"),
        sa.Column("way", ordered(64), nullable=False, comment="How, by the policy's code"),
        sa.Column("visitors", ordered(200), nullable=False, comment="Who went or called"),
        sa.Column(
            "answers", JSON, nullable=False, comment="Question to yes, no or null for not known"
        ),
        sa.Column("faults", JSON, nullable=False, comment="Faults in the work, by code"),
        sa.Column(
            "finding",
            one_of("finding", "good", "fault", "suspected", "fraud", "honest"),
            nullable=False,
            comment="What it came to",
        ),
        sa.Column(
            "fraud_by",
            ordered(64),
            nullable=True,
            comment="By whom it was got by fraud: member, org_head, both",
        ),
        sa.Column("words", sa.Text(), nullable=True, comment="What was seen"),
        sa.Column("by_id", NUMBER, nullable=False, comment="Who recorded it"),
        sa.Column("at", MOMENT, nullable=False, comment="When"),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_visit_application_id_application")
        ),
        sa.ForeignKeyConstraint(
            ["by_id"], ["user_account.id"], name=op.f("fk_visit_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["check_item.id"], name=op.f("fk_visit_item_id_check_item")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
    )
    op.create_index(op.f("ix_visit_application_id"), "visit", ["application_id"])
    op.create_index(op.f("ix_visit_by_id"), "visit", ["by_id"])
    op.create_index(op.f("ix_visit_finding_id"), "visit", ["finding", "id"])
    op.create_index(op.f("ix_visit_item_id"), "visit", ["item_id"])
    op.create_index(op.f("ix_visit_visited_on"), "visit", ["visited_on"])
    op.create_table(
        "measure",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column("visit_id", NUMBER, nullable=False, comment="The visit"),
        sa.Column(
            "kind", ordered(64), nullable=False, comment="Sanction or measure, by the policy's code"
        ),
        sa.Column(
            "against",
            ordered(64),
            nullable=False,
            comment="Person, by the policy's code, or the committee",
        ),
        sa.Column("fen", sa.BigInteger(), nullable=True, comment="What is to be recovered, fen"),
        sa.Column("recovery_id", NUMBER, nullable=True, comment="The order of recovery"),
        sa.Column("state", one_of("state", "open", "done"), nullable=False, comment="State"),
        sa.Column(
            "document", ordered(200), nullable=True, comment="Number of the circular or decision"
        ),
        sa.Column("done_on", sa.Date(), nullable=True, comment="When it was done"),
        sa.Column("words", sa.Text(), nullable=True, comment="What was done"),
        sa.Column("done_by_id", NUMBER, nullable=True, comment="Who recorded that"),
        sa.CheckConstraint(
            "(state = 'done') = (done_on IS NOT NULL)", name=op.f("ck_measure_done_has_a_day")
        ),
        sa.ForeignKeyConstraint(
            ["done_by_id"], ["user_account.id"], name=op.f("fk_measure_done_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["recovery_id"], ["recovery.id"], name=op.f("fk_measure_recovery_id_recovery")
        ),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_measure_visit_id_visit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure")),
        sa.UniqueConstraint(
            "visit_id", "kind", "against", name=op.f("uq_measure_visit_id_kind_against")
        ),
    )
    op.create_index(op.f("ix_measure_done_by_id"), "measure", ["done_by_id"])
    op.create_index(op.f("ix_measure_recovery_id"), "measure", ["recovery_id"])
    op.create_index(op.f("ix_measure_state_id"), "measure", ["state", "id"])
    op.add_column(
        "helping_pair",
        sa.Column("need", sa.Text(), nullable=True, comment="What the helped member needs"),
    )
    op.add_column(
        "helping_pair",
        sa.Column(
            "warnings",
            JSON,
            nullable=True,
            comment="What the policy warned of when it began: words, and whether it was known",
        ),
    )
    op.add_column(
        "helping_pair",
        sa.Column(
            "result", ordered(64), nullable=True, comment="What came of it, by the policy's code"
        ),
    )
    op.add_column(
        "helping_pair",
        sa.Column("result_words", sa.Text(), nullable=True, comment="The same in words"),
    )
