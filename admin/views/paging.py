"""Pages of a long list by the last row seen, never by a number of rows to skip: page 4,000 costs
what page 1 costs. Builds and runs the queries of one page; knows nothing of addresses.

Unknown values (NULL) stand behind all others, on both databases, in either direction of reading.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, UnaryExpression, and_, func, select, tuple_
from sqlalchemy.orm import Session
from sqlalchemy.sql import operators

COUNTED = 10_000  # further than this nobody counts: the page says "more than"


@dataclass(frozen=True)
class Key:
    """One column of an order; `down` is from the largest to the smallest."""

    column: Any
    down: bool = False

    @property
    def table_column(self) -> Any:
        """The column of the table behind a mapped attribute."""
        return getattr(self.column, "expression", self.column)

    @property
    def nullable(self) -> bool:
        """Whether the column may be unknown; what is not a plain column may."""
        return bool(getattr(self.table_column, "nullable", True))

    @property
    def unique(self) -> bool:
        """Whether no two rows share a value."""
        found = self.table_column
        return bool(getattr(found, "unique", False) or getattr(found, "primary_key", False))

    def reversed(self) -> Key:
        """The same column read the other way."""
        return Key(self.column, not self.down)

    def clause(self) -> ColumnElement[Any]:
        """For ORDER BY: unknown counts as the largest."""
        if self.down:
            ordered: ColumnElement[Any] = self.column.desc()
            return ordered.nulls_first() if self.nullable else ordered
        ordered = self.column.asc()
        return ordered.nulls_last() if self.nullable else ordered

    def same(self, value: Any) -> ColumnElement[bool]:
        """The column has this value, or is unknown as it is."""
        found: ColumnElement[bool] = (
            self.column.is_(None) if value is None else self.column == value
        )
        return found

    def beyond(self, value: Any) -> list[ColumnElement[bool]]:
        """What comes behind this value, in ranges that follow one another."""
        if self.down:
            return [self.column.is_not(None) if value is None else self.column < value]
        if value is None:
            return []
        unknown = [self.column.is_(None)] if self.nullable else []
        return [self.column > value, *unknown]


def keys_of(order: Sequence[Any], primary: Any) -> tuple[Key, ...]:
    """The keys of an order as it is written for ORDER BY, told apart to the last row: the primary
    key breaks ties, in the direction of the first key so that one index serves all."""
    keys: list[Key] = []
    for item in order:
        down = isinstance(item, UnaryExpression) and item.modifier is operators.desc_op
        wrapped = isinstance(item, UnaryExpression) and item.modifier is not None
        keys.append(Key(item.element if wrapped else item, down))
        if keys[-1].unique:
            return tuple(keys)
    return (*keys, Key(primary, bool(keys) and keys[0].down))


@dataclass(frozen=True)
class Page:
    """Some rows in their order, and whether there are others on either side."""

    rows: list[Any]
    before: bool
    after: bool


@dataclass(frozen=True)
class Count:
    """How many rows there are; with `more` only that they are more than `number`."""

    number: int
    more: bool = False


def count(
    session: Session, conditions: Sequence[ColumnElement[bool]], primary: Any, most: int = COUNTED
) -> Count:
    """The number of rows, exact up to `most`."""
    some = select(primary).where(*conditions).limit(most + 1).subquery()
    found = session.scalar(select(func.count()).select_from(some)) or 0
    return Count(min(found, most), found > most)


def widely(session: Session, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Tell SQLite that most rows meet the condition: it then reads the index of the order instead
    of fetching all of them and sorting. PostgreSQL knows from its statistics."""
    if session.get_bind().dialect.name == "sqlite":
        return func.likely(condition)
    return condition


def place_of(
    session: Session, keys: Sequence[Key], conditions: Sequence[ColumnElement[bool]]
) -> tuple[Any, ...] | None:
    """The values of the keys in the one row that meets the conditions; None when it is gone."""
    row = session.execute(select(*(key.column for key in keys)).where(*conditions).limit(1)).first()
    return None if row is None else tuple(row)


def fetch(
    session: Session,
    query: Select[Any],
    keys: Sequence[Key],
    size: int,
    place: Sequence[Any] | None = None,
    *,
    back: bool = False,
) -> Page:
    """The page behind `place` (`back`: before it), or the first one. A page before which there is
    not a whole one is the first page, so that no page begins in the middle of the first."""
    if place is None:
        rows = _read(session, query, keys, [], size + 1)
        return Page(rows[:size], before=False, after=len(rows) > size)
    way = [key.reversed() for key in keys] if back else list(keys)
    rows = _read(session, query, way, ranges(way, place), size + 1)
    if back:
        if len(rows) <= size:
            return fetch(session, query, keys, size)
        return Page(rows[:size][::-1], before=True, after=True)
    return Page(rows[:size], before=True, after=len(rows) > size)


def ranges(keys: Sequence[Key], place: Sequence[Any]) -> list[ColumnElement[bool]]:
    """What lies behind `place`, as ranges that an index serves one after the other. One OR over
    all of them would make the database read from the beginning."""
    if len({key.down for key in keys}) == 1 and not any(key.nullable for key in keys):
        here, there = tuple_(*(key.column for key in keys)), tuple_(*place)
        return [here < there if keys[0].down else here > there]
    found = []
    for last in reversed(range(len(keys))):
        same = [key.same(value) for key, value in zip(keys[:last], place[:last], strict=True)]
        found += [and_(*same, beyond) for beyond in keys[last].beyond(place[last])]
    return found


def _read(
    session: Session,
    query: Select[Any],
    keys: Sequence[Key],
    parts: Sequence[ColumnElement[bool]],
    most: int,
) -> list[Any]:
    """At most `most` rows out of the ranges, in order; without ranges out of the whole."""
    ordered = query.order_by(*(key.clause() for key in keys))
    rows: list[Any] = []
    for part in [ordered.where(part) for part in parts] or [ordered]:
        rows += session.scalars(part.limit(most - len(rows))).unique()
        if len(rows) >= most:
            break
    return rows
