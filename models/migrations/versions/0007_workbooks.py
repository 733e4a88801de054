"""Workbooks taken in, matchings of their columns, aid given before this system. Revision 0007."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def ordered(length: int) -> sa.String:
    """Text compared by code point on both databases."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "past_aid",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column("member_id", NUMBER, nullable=False, comment="Who was aided"),
        sa.Column(
            "policy_code", ordered(64), nullable=False, comment="Policy under which it counts"
        ),
        sa.Column("aid_year", sa.Integer(), nullable=False, comment="Year it counts for"),
        sa.Column(
            "category", ordered(64), nullable=False, comment="Category of aid, by the policy's id"
        ),
        sa.Column("fen", sa.BigInteger(), nullable=False, comment="Amount, fen"),
        sa.Column("given_on", sa.Date(), nullable=True, comment="Day it was given"),
        sa.Column("note", sa.Text(), nullable=True, comment="Where it is known from"),
        sa.Column(
            "by_id",
            NUMBER,
            nullable=True,
            comment="User who entered it; null in demonstration data",
        ),
        sa.Column("at", MOMENT, nullable=False, comment="When it was entered"),
        sa.CheckConstraint("fen > 0", name=op.f("ck_past_aid_fen")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_past_aid_member_id_member")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_past_aid")),
        sa.UniqueConstraint(
            "member_id",
            "policy_code",
            "aid_year",
            "category",
            name=op.f("uq_past_aid_member_id_policy_code_aid_year_category"),
        ),
    )
    op.create_table(
        "import_matching",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column("kind", ordered(64), nullable=False, comment="What was taken in"),
        sa.Column("signature", ordered(64), nullable=False, comment="Hash of the headings"),
        sa.Column("mapping", JSON, nullable=False, comment="Column to place, from 0"),
        sa.Column("by_id", NUMBER, nullable=False, comment="Who matched them last"),
        sa.ForeignKeyConstraint(
            ["by_id"], ["user_account.id"], name=op.f("fk_import_matching_by_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_matching")),
        sa.UniqueConstraint("kind", "signature", name=op.f("uq_import_matching_kind_signature")),
    )
    op.create_index(op.f("ix_import_matching_by_id"), "import_matching", ["by_id"], unique=False)
    op.create_table(
        "import_run",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column(
            "uid",
            sa.Uuid(),
            nullable=False,
            comment="Public identity that ciphertexts are bound to",
        ),
        sa.Column(
            "kind",
            ordered(64),
            nullable=False,
            comment="What is taken in, by its name in the program",
        ),
        sa.Column(
            "policy_code", ordered(64), nullable=True, comment="Policy whose facts the columns are"
        ),
        sa.Column("filename", ordered(200), nullable=False, comment="Name as uploaded"),
        sa.Column("sha256", sa.String(length=80), nullable=False, comment="Hash of the file"),
        sa.Column("size", sa.BigInteger(), nullable=False, comment="Bytes of the file"),
        sa.Column("sheets", JSON, nullable=False, comment="Sheets that hold anything"),
        sa.Column("sheet", ordered(200), nullable=True, comment="Sheet that is taken in"),
        sa.Column("heading_row", sa.Integer(), nullable=True, comment="Row of the headings"),
        sa.Column("signature", ordered(64), nullable=True, comment="Hash of the headings"),
        sa.Column(
            "mapping",
            JSON,
            nullable=False,
            comment="Column of the program to place in the sheet, from 0",
        ),
        sa.Column(
            "state",
            sa.Enum(
                "new",
                "waits_check",
                "checking",
                "checked",
                "waits_apply",
                "applying",
                "done",
                "failed",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
            comment="State",
        ),
        sa.Column(
            "counts", JSON, nullable=False, comment="Rows: new, changed, same, faulty, skipped"
        ),
        sa.Column(
            "sample",
            JSON,
            nullable=False,
            comment="The first faults: row, column and code with its params",
        ),
        sa.Column("trouble", JSON, nullable=False, comment="Faults of the workbook as a whole"),
        sa.Column("has_copy", sa.Boolean(), nullable=False, comment="Whether a marked copy exists"),
        sa.Column(
            "locale",
            sa.Enum(
                "zh", "en", name="locale", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
            comment="Language of the marked copy",
        ),
        sa.Column("by_id", NUMBER, nullable=False, comment="Who"),
        sa.Column("at", MOMENT, nullable=False, comment="When uploaded"),
        sa.Column("claimed_at", MOMENT, nullable=True, comment="When work on it began"),
        sa.Column("finished_at", MOMENT, nullable=True, comment="When it was taken in"),
        sa.Column(
            "version", sa.Integer(), nullable=False, comment="Counts changes, against lost updates"
        ),
        sa.ForeignKeyConstraint(
            ["by_id"], ["user_account.id"], name=op.f("fk_import_run_by_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
        sa.UniqueConstraint("uid", name=op.f("uq_import_run_uid")),
    )
    op.create_index(op.f("ix_import_run_by_id_id"), "import_run", ["by_id", "id"], unique=False)
    op.create_index(op.f("ix_import_run_sha256"), "import_run", ["sha256"], unique=False)
    op.create_index(op.f("ix_import_run_state_id"), "import_run", ["state", "id"], unique=False)
