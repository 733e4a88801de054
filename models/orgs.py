"""The organisation tree: department, committees, branches, service centre; any depth.

Who may see which part is decided in casework; here is only the tree and its paths.
"""

from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    event,
    select,
    true,
    update,
)
from sqlalchemy.orm import (
    InstrumentedAttribute,
    Mapped,
    Mapper,
    Session,
    mapped_column,
    relationship,
)
from sqlalchemy.orm.attributes import set_committed_value

from models.base import Base, Code, Name, PrimaryKey, one_of, ordered_text, starts_with

if TYPE_CHECKING:
    from models.members import Member


class OrgLevel(StrEnum):
    """What a unit is; a policy gives each level its own words."""

    BRANCH = "branch"
    COMMITTEE = "committee"
    DEPARTMENT = "department"
    SERVICE_CENTRE = "service_centre"


class OrgKind(StrEnum):
    """What kind of place a branch stands for; the notice addresses it so."""

    VILLAGE = "village"
    COMMUNITY = "community"
    UNIT = "unit"


class OrgUnit(Base):
    """One organisation. ``path`` is "/1/4/17/": the ids from the root down to itself."""

    __tablename__ = "org_unit"
    __table_args__ = (
        CheckConstraint("parent_id <> id", name="not_its_own_parent"),
        Index(None, "path"),
        Index(None, "level", "name"),
    )

    id: Mapped[PrimaryKey]
    parent_id: Mapped[int | None] = mapped_column(
        ForeignKey("org_unit.id"), index=True, comment="The unit above; null at the root"
    )
    level: Mapped[OrgLevel] = mapped_column(one_of(OrgLevel, "level"), comment="What the unit is")
    code: Mapped[Code] = mapped_column(unique=True, comment="Short code used in imports")
    name: Mapped[Name] = mapped_column(comment="Full name as on papers")
    kind: Mapped[OrgKind | None] = mapped_column(
        one_of(OrgKind, "kind"), comment="Village, community or unit"
    )
    kind_zh: Mapped[str | None] = mapped_column(
        ordered_text(20), comment="The word that a notice uses for this place"
    )
    path: Mapped[str] = mapped_column(
        ordered_text(400), default="", comment="Ids from the root to this unit, /1/4/17/"
    )
    active: Mapped[bool] = mapped_column(
        Boolean, default=True, server_default=true(), comment="False once dissolved or merged"
    )

    parent: Mapped["OrgUnit | None"] = relationship(
        remote_side="OrgUnit.id", back_populates="children"
    )
    children: Mapped[list["OrgUnit"]] = relationship(back_populates="parent")
    members: Mapped[list["Member"]] = relationship(back_populates="org")


@event.listens_for(OrgUnit, "after_insert")
def _set_path(mapper: Mapper[OrgUnit], connection: Connection, unit: OrgUnit) -> None:
    """A unit's path needs its own number, which is known only after the insert."""
    above = "/"
    if unit.parent_id is not None:
        above = connection.scalar(select(OrgUnit.path).where(OrgUnit.id == unit.parent_id)) or "/"
    path = f"{above}{unit.id}/"
    connection.execute(update(OrgUnit).where(OrgUnit.id == unit.id).values(path=path))
    set_committed_value(unit, "path", path)


def is_within(column_path: InstrumentedAttribute[str], unit: OrgUnit | str) -> ColumnElement[bool]:
    """The path in ``column_path`` is ``unit`` itself or below it. Takes a unit or its path."""
    path = unit if isinstance(unit, str) else unit.path
    if not path.endswith("/"):
        raise ValueError(f"not the path of an organisation: {path!r}")
    return starts_with(column_path, path)


def move(session: Session, unit: OrgUnit, parent: OrgUnit) -> None:
    """Put ``unit`` with everything below it under ``parent`` and rewrite the paths.

    Raises ValueError when ``parent`` is the unit itself or stands below it.
    """
    session.flush()
    if parent.path.startswith(unit.path):
        raise ValueError(f"organisation {unit.id} cannot stand below itself")
    old, new = unit.path, f"{parent.path}{unit.id}/"
    below = session.scalars(select(OrgUnit).where(is_within(OrgUnit.path, old))).all()
    for each in below:
        each.path = new + each.path[len(old) :]
    unit.parent = parent
    session.flush()
