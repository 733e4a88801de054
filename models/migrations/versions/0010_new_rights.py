"""Rights that did not exist before go to the roles that the reference data give them to. Revision 0010.

An office cannot have taken a right away that there was not. Roles of its own are left alone.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
NEW = {
    "branch_clerk": (
        "round.read",
        "round.deliver",
        "hardship.read",
        "hardship.write",
    ),
    "branch_secretary": (
        "round.read",
        "round.deliver",
        "hardship.read",
        "hardship.write",
    ),
    "committee_clerk": (
        "round.read",
        "round.deliver",
        "hardship.read",
        "hardship.write",
        "check.read",
    ),
    "committee_verifier": (
        "round.read",
        "round.deliver",
        "hardship.read",
        "check.read",
    ),
    "committee_leader": (
        "round.read",
        "round.deliver",
        "hardship.read",
        "check.read",
    ),
    "department_reviewer": (
        "round.read",
        "round.open",
        "round.close",
        "hardship.read",
        "check.read",
        "check.plan",
        "check.record",
        "check.settle",
    ),
    "department_leader": (
        "round.read",
        "round.close",
        "hardship.read",
        "check.read",
        "check.settle",
    ),
    "screener": (
        "screening.compare",
        "screening.upload",
    ),
    "auditor": (
        "round.read",
        "hardship.read",
        "check.read",
        "check.plan",
        "check.record",
    ),
}


def upgrade() -> None:
    role = sa.table("role", sa.column("code", sa.String), sa.column("permissions", JSON))
    connection = op.get_bind()
    for code, names in NEW.items():
        held = connection.scalar(sa.select(role.c.permissions).where(role.c.code == code))
        if held is None:
            continue
        more = [name for name in names if name not in held]
        connection.execute(
            sa.update(role).where(role.c.code == code).values(permissions=[*held, *more])
        )
