"""Which unit of a level something belongs to, by the path of its own unit. Reads only."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.orgs import OrgLevel, OrgUnit


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as a figure or a filter names it."""

    id: int
    name: str
    path: str


def units_at(session: Session, level: OrgLevel) -> dict[int, Unit]:
    """Every unit of a level by its id, in the order of the tree."""
    rows = session.execute(
        select(OrgUnit.id, OrgUnit.name, OrgUnit.path)
        .where(OrgUnit.level == level)
        .order_by(OrgUnit.path)
    )
    return {number: Unit(number, name, path) for number, name, path in rows}


def nearest(path: str, known: dict[int, Unit]) -> Unit | None:
    """The unit out of `known` that stands at or above `path`, the lowest of them."""
    for part in reversed(path.strip("/").split("/")):
        if part and int(part) in known:
            return known[int(part)]
    return None
