"""Filters that many lists share: by committee, from a day on, until a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from admin.acting import identifier
from admin.extensions import db
from admin.i18n import _l
from admin.text import zhdate
from admin.views.base import within
from admin.views.columns import Filter, UnusableError, read_day
from models import OrgLevel, OrgUnit


def below(permission: str, rows: Callable[[Select[Any]], ColumnElement[bool]]) -> Filter:
    """A filter by committee; `rows` makes the condition out of the numbers of its units."""

    def read(text: str) -> OrgUnit:
        query = select(OrgUnit).where(
            OrgUnit.id == identifier(text), within(OrgUnit.id, permission)
        )
        unit = db.session.scalars(query).first()
        if unit is None:
            raise UnusableError(text)
        return unit

    def choices() -> list[tuple[str, str]]:
        query = select(OrgUnit).where(
            OrgUnit.level == OrgLevel.COMMITTEE, within(OrgUnit.id, permission)
        )
        found = db.session.scalars(query.order_by(OrgUnit.path))
        return [(str(unit.id), unit.name) for unit in found]

    def condition(unit: OrgUnit) -> ColumnElement[bool]:
        inside = OrgUnit.path.startswith(unit.path, autoescape=True)
        return rows(select(OrgUnit.id).where(inside))

    return Filter(
        "unit", _l("{word.Committee}"), condition, read, choices, words=lambda u: str(u.name)
    )


def days(name: str, label: object, column: Any, *, until: bool = False) -> Filter:
    """A filter by a day, from it on or until it; `column` holds days."""

    def condition(on: date) -> ColumnElement[bool]:
        found: ColumnElement[bool] = column <= on if until else column >= on
        return found

    return Filter(name, label, condition, read_day, kind="date", words=zhdate)
