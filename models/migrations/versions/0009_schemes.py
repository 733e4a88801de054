"""Other schemes' lists and the likenesses that screening finds. Revision 0009."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CODE = sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql")
NAME = sa.String(200).with_variant(sa.String(200, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "scheme_list",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column("org_id", NUMBER, nullable=False, comment="Unit for which it was handed in"),
        sa.Column("name", NAME, nullable=False, comment="The scheme, as people call it"),
        sa.Column("year", sa.Integer(), nullable=False, comment="Year that the aid was for"),
        sa.Column("filename", NAME, nullable=False, comment="Name of the file"),
        sa.Column("by_id", NUMBER, nullable=False, comment="Who"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="When"),
        sa.ForeignKeyConstraint(
            ["by_id"], ["user_account.id"], name=op.f("fk_scheme_list_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["org_id"], ["org_unit.id"], name=op.f("fk_scheme_list_org_id_org_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheme_list")),
    )
    with op.batch_alter_table("scheme_list", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_scheme_list_by_id"), ["by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_scheme_list_org_id"), ["org_id"], unique=False)

    op.create_table(
        "scheme_row",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column(
            "uid",
            sa.Uuid(),
            nullable=False,
            comment="Public identity that ciphertexts are bound to",
        ),
        sa.Column("list_id", NUMBER, nullable=False, comment="The list"),
        sa.Column("row_number", sa.Integer(), nullable=False, comment="Row in the file"),
        sa.Column("name", NAME, nullable=False, comment="Full name"),
        sa.Column(
            "birth_on", sa.Date(), nullable=True, comment="Date of birth, from the number if given"
        ),
        sa.Column(
            "id_number_sealed", sa.LargeBinary(), nullable=True, comment="Identity number, sealed"
        ),
        sa.Column(
            "id_number_index",
            sa.LargeBinary(length=32),
            nullable=True,
            comment="Blind index of the identity number",
        ),
        sa.Column(
            "bank_account_sealed", sa.LargeBinary(), nullable=True, comment="Account, sealed"
        ),
        sa.Column(
            "bank_account_index",
            sa.LargeBinary(length=32),
            nullable=True,
            comment="Blind index of the account number",
        ),
        sa.Column("fen", sa.BigInteger(), nullable=True, comment="Amount of that aid, fen"),
        sa.Column("note", sa.Text(), nullable=True, comment="Remarks in the file"),
        sa.ForeignKeyConstraint(
            ["list_id"], ["scheme_list.id"], name=op.f("fk_scheme_row_list_id_scheme_list")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheme_row")),
        sa.UniqueConstraint("uid", name=op.f("uq_scheme_row_uid")),
    )
    with op.batch_alter_table("scheme_row", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_scheme_row_bank_account_index"), ["bank_account_index"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_scheme_row_id_number_index"), ["id_number_index"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_scheme_row_list_id"), ["list_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_scheme_row_name_birth_on"), ["name", "birth_on"], unique=False
        )

    op.create_table(
        "screening_match",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column("line_id", NUMBER, nullable=False, comment="Who was screened"),
        sa.Column("kind", CODE, nullable=False, comment="In what they are alike"),
        sa.Column("other_application_id", NUMBER, nullable=True, comment="The other application"),
        sa.Column(
            "other_member_id",
            NUMBER,
            nullable=True,
            comment="The other member, without an application",
        ),
        sa.Column(
            "scheme_row_id", NUMBER, nullable=True, comment="The row of another scheme's list"
        ),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "duplicate",
                "cleared",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
            comment="State",
        ),
        sa.Column(
            "found_at", sa.DateTime(timezone=True), nullable=False, comment="When it was found"
        ),
        sa.Column("note", sa.Text(), nullable=True, comment="What the comparison showed"),
        sa.Column("settled_by_id", NUMBER, nullable=True, comment="Who compared"),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True, comment="When"),
        sa.CheckConstraint(
            "(state = 'open') = (settled_by_id IS NULL)",
            name=op.f("ck_screening_match_settled_by_somebody"),
        ),
        sa.CheckConstraint(
            "(CASE WHEN other_application_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN other_member_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN scheme_row_id IS NULL THEN 0 ELSE 1 END) = 1",
            name=op.f("ck_screening_match_one_other"),
        ),
        sa.ForeignKeyConstraint(
            ["line_id"],
            ["screening_line.id"],
            name=op.f("fk_screening_match_line_id_screening_line"),
        ),
        sa.ForeignKeyConstraint(
            ["other_application_id"],
            ["application.id"],
            name=op.f("fk_screening_match_other_application_id_application"),
        ),
        sa.ForeignKeyConstraint(
            ["other_member_id"],
            ["member.id"],
            name=op.f("fk_screening_match_other_member_id_member"),
        ),
        sa.ForeignKeyConstraint(
            ["scheme_row_id"],
            ["scheme_row.id"],
            name=op.f("fk_screening_match_scheme_row_id_scheme_row"),
        ),
        sa.ForeignKeyConstraint(
            ["settled_by_id"],
            ["user_account.id"],
            name=op.f("fk_screening_match_settled_by_id_user_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening_match")),
        sa.UniqueConstraint(
            "line_id",
            "kind",
            "other_application_id",
            name=op.f("uq_screening_match_line_id_kind_other_application_id"),
        ),
        sa.UniqueConstraint(
            "line_id",
            "kind",
            "other_member_id",
            name=op.f("uq_screening_match_line_id_kind_other_member_id"),
        ),
        sa.UniqueConstraint(
            "line_id",
            "kind",
            "scheme_row_id",
            name=op.f("uq_screening_match_line_id_kind_scheme_row_id"),
        ),
    )
    with op.batch_alter_table("screening_match", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_screening_match_other_application_id"),
            ["other_application_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_screening_match_other_member_id"), ["other_member_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_screening_match_scheme_row_id"), ["scheme_row_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_screening_match_settled_by_id"), ["settled_by_id"], unique=False
        )


def downgrade() -> None:
    raise NotImplementedError("kept records are never dropped by a program")
