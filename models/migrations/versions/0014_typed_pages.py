"""Pages as somebody typed them and has not saved yet. Revision 0014."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def ordered(length: int) -> sa.String:
    """Text compared by code point on both databases."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "typed_page",
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column(
            "uid",
            sa.Uuid(),
            nullable=False,
            comment="Public identity that ciphertexts are bound to",
        ),
        sa.Column("user_id", NUMBER, nullable=False, comment="Who typed it"),
        sa.Column("place", ordered(64), nullable=False, comment="Which page, application:12"),
        sa.Column(
            "content_sealed",
            sa.LargeBinary(),
            nullable=False,
            comment="Names and texts of the controls as JSON, sealed",
        ),
        sa.Column("at", MOMENT, nullable=False, comment="When it was kept last"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_typed_page_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_typed_page")),
        sa.UniqueConstraint("uid", name=op.f("uq_typed_page_uid")),
        sa.UniqueConstraint("user_id", "place", name=op.f("uq_typed_page_user_id_place")),
    )
    op.create_index(op.f("ix_typed_page_place"), "typed_page", ["place"])
