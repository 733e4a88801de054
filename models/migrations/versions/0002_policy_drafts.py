"""Drafts of a policy's next edition. Revision 0002; it never changes."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN = sa.text("state IN ('editing', 'proposed')")
PEOPLE = ("started_by_id", "changed_by_id", "proposer_id")


def upgrade() -> None:
    code = sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql")
    states = sa.Enum(
        *("editing", "proposed", "published", "withdrawn"),
        name="state",
        native_enum=False,
        create_constraint=True,
        length=32,
    )
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "policy_draft",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column("policy_code", code, nullable=False, comment="Id of the policy"),
        sa.Column("based_on_id", NUMBER, nullable=False, comment="The edition that it changes"),
        sa.Column(
            "files", sa.LargeBinary(), nullable=False, comment="The files, packed by casework"
        ),
        sa.Column("state", states, nullable=False, comment="State"),
        sa.Column("in_force_from", sa.Date(), nullable=True, comment="First day that is proposed"),
        sa.Column("note", sa.Text(), nullable=True, comment="What changes and why"),
        sa.Column("started_by_id", NUMBER, nullable=False, comment="Who began it"),
        sa.Column("changed_by_id", NUMBER, nullable=False, comment="Who changed it last"),
        sa.Column("proposer_id", NUMBER, nullable=True, comment="Who put it forward"),
        sa.Column(
            "returned_reason",
            sa.Text(),
            nullable=True,
            comment="Why the second person sent it back",
        ),
        sa.Column("edition_id", NUMBER, nullable=True, comment="What it became"),
        sa.Column("created_at", moment, nullable=False, comment="When begun"),
        sa.Column("changed_at", moment, nullable=False, comment="When last changed"),
        sa.Column("version", sa.Integer(), nullable=False, comment="Raised by every change"),
        sa.CheckConstraint(
            "state NOT IN ('proposed', 'published')"
            " OR (proposer_id IS NOT NULL AND in_force_from IS NOT NULL)",
            name=op.f("ck_policy_draft_proposed_by_somebody"),
        ),
        sa.CheckConstraint(
            "(state = 'published') = (edition_id IS NOT NULL)",
            name=op.f("ck_policy_draft_published_as_an_edition"),
        ),
        *(
            sa.ForeignKeyConstraint(
                [name], [f"{table}.id"], name=op.f(f"fk_policy_draft_{name}_{table}")
            )
            for name, table in (
                ("based_on_id", "edition"),
                ("edition_id", "edition"),
                *((name, "user_account") for name in PEOPLE),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_draft")),
        sa.UniqueConstraint("edition_id", name=op.f("uq_policy_draft_edition_id")),
    )
    for name in ("based_on_id", *PEOPLE):
        op.create_index(op.f(f"ix_policy_draft_{name}"), "policy_draft", [name])
    op.create_index(
        "uq_policy_draft_one_open",
        "policy_draft",
        ["policy_code"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )


def downgrade() -> None:
    raise NotImplementedError("kept records are never dropped by a program")
