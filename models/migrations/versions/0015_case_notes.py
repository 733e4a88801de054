"""Notes on an application. Revision 0015."""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE = "case_note"
FIXED = ("id", "uid", "application_id", "kind", "about_id", "inner_only", "by_id", "at")


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", NUMBER, nullable=False, comment="Row number"),
        sa.Column(
            "uid",
            sa.Uuid(),
            nullable=False,
            comment="Public identity that ciphertexts are bound to",
        ),
        sa.Column("application_id", NUMBER, nullable=False, comment="The case"),
        sa.Column(
            "kind",
            sa.Enum(
                *("note", "withdrawal", "closing"),
                name=op.f(f"ck_{TABLE}_kind"),
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
            comment="What this row is",
        ),
        sa.Column("about_id", NUMBER, nullable=True, comment="Note that it takes back or closes"),
        sa.Column(
            "inner_only",
            sa.Boolean(),
            nullable=False,
            comment="Read only by those who may know who objected",
        ),
        sa.Column(
            "content_sealed",
            sa.LargeBinary(),
            nullable=False,
            comment="Text of the note, or the reason, sealed",
        ),
        sa.Column("by_id", NUMBER, nullable=False, comment="Who"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="When"),
        sa.CheckConstraint("(kind = 'note') = (about_id IS NULL)", name=op.f(f"ck_{TABLE}_about")),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f(f"fk_{TABLE}_application_id_application"),
        ),
        sa.ForeignKeyConstraint(
            ["about_id"], [f"{TABLE}.id"], name=op.f(f"fk_{TABLE}_about_id_{TABLE}")
        ),
        sa.ForeignKeyConstraint(
            ["by_id"], ["user_account.id"], name=op.f(f"fk_{TABLE}_by_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
        sa.UniqueConstraint("uid", name=op.f(f"uq_{TABLE}_uid")),
        sa.UniqueConstraint("about_id", "kind", name=op.f(f"uq_{TABLE}_about_id_kind")),
    )
    op.create_index(op.f(f"ix_{TABLE}_application_id"), TABLE, ["application_id"])
    op.create_index(op.f(f"ix_{TABLE}_by_id"), TABLE, ["by_id"])
    for statement in _guards(op.get_bind().dialect.name):
        op.execute(statement)


def _guards(dialect: str) -> Iterator[str]:
    """Rows stay, and of each everything but the sealed bytes, which a new key writes anew."""
    if dialect == "sqlite":
        changed = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in FIXED)
        for name, event, message, when in (
            ("kept", "DELETE", "rows are kept", "1"),
            ("fixed", "UPDATE", "content is fixed", changed),
        ):
            yield (
                f"CREATE TRIGGER {TABLE}_{name}_{event.lower()} BEFORE {event} ON {TABLE}"
                f" WHEN {when} BEGIN SELECT RAISE(ABORT, '{TABLE}: {message}'); END"
            )
        return
    changed = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in FIXED)
    for name, event, each, message in (
        ("kept", "DELETE", "ROW", "rows are kept"),
        ("kept", "TRUNCATE", "STATEMENT", "rows are kept"),
        ("fixed", "UPDATE", f"ROW WHEN ({changed})", "content is fixed"),
    ):
        yield (
            f"CREATE TRIGGER {TABLE}_{name}_{event.lower()} BEFORE {event} ON {TABLE}"
            f" FOR EACH {each} EXECUTE FUNCTION sunshine_refuse('{message}')"
        )
