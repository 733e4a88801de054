"""What a list of applications is read with, so that no page asks the database row by row."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.attributes import InstrumentedAttribute
from sqlalchemy.orm.strategy_options import _AbstractLoad as Load

from models.applications import Application
from models.orgs import OrgUnit

APPLICATION: tuple[Any, ...] = (
    selectinload(Application.member),
    selectinload(Application.edition),
    selectinload(Application.org).selectinload(OrgUnit.parent, recursion_depth=-1),
)
"""With its member, its edition, and its unit with all above it."""


def application_of(*way: InstrumentedAttribute[Any]) -> Load:
    """The same for rows that lead to an application by these relationships, the first one first."""
    load = selectinload(way[0])
    for step in way[1:]:
        load = load.selectinload(step)
    return load.options(*APPLICATION)


def sizes(
    session: Session,
    column: InstrumentedAttribute[int],
    ids: Collection[int],
    *conditions: ColumnElement[bool],
) -> dict[int, int]:
    """How many rows have each of these ids in a column; who has none is not in it."""
    query = select(column, func.count()).where(column.in_(ids), *conditions).group_by(column)
    return {row[0]: row[1] for row in session.execute(query)} if ids else {}
