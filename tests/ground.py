"""What rolled-back tests of one database stand on: nothing, or rows that were made once.

Making an office costs more than most tests that need one. The rows are made in an outer
transaction, each test works in a savepoint above them, and every test gets objects of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from sqlalchemy import JSON, Connection, Engine, NestedTransaction, RootTransaction, inspect
from sqlalchemy.orm import Session

from models import Base

Made = TypeVar("Made")
Maker = Callable[[Session], Made]


class Ground:
    """One connection with an outer transaction that is never committed."""

    def __init__(self, engine: Engine) -> None:
        self._connection: Connection = engine.connect()
        self._outer: RootTransaction = self._connection.begin()
        self._maker: Maker[Any] | None = None
        self._made: Any = None
        self._test: NestedTransaction | None = None
        self._session: Session | None = None

    def session(self) -> Session:
        """The test's session; the database is empty unless `use` came first."""
        return self._session or self._open(None)

    def use(self, maker: Maker[Made]) -> Made:
        """What the maker makes, bound to the test's session.

        Made once for the tests that ask for it in a row. In a test that has its session already
        it is made there and then, which is the same, only slower.
        """
        if self._session is not None:
            return maker(self._session)
        session = self._open(maker)
        made: Made = _anew(self._made, session)
        _forget_json(session)
        return made

    def roll_back(self) -> None:
        """Undo everything that the test did."""
        if self._session is not None:
            self._session.close()
        if self._test is not None:
            self._test.rollback()
        self._session = self._test = None

    def close(self) -> None:
        self.roll_back()
        self._outer.rollback()
        self._connection.close()

    def _open(self, maker: Maker[Any] | None) -> Session:
        if maker is not self._maker:
            self._build(maker)
        self._test = self._connection.begin_nested()
        self._session = Session(self._connection, join_transaction_mode="create_savepoint")
        return self._session

    def _build(self, maker: Maker[Any] | None) -> None:
        self._outer.rollback()
        self._outer = self._connection.begin()
        self._maker = self._made = None
        if maker is not None:
            mode: Any = {"join_transaction_mode": "create_savepoint", "expire_on_commit": False}
            with Session(self._connection, **mode) as session:
                self._made = maker(session)
                session.commit()
        self._maker = maker


def _anew(value: Any, session: Session) -> Any:
    """The same value with its rows as objects of the session; nothing is read from the database."""
    if isinstance(value, Base):
        return session.merge(value, load=False)
    if isinstance(value, Session):
        return session
    if is_dataclass(value) and not isinstance(value, type):
        return replace(
            value, **{f.name: _anew(getattr(value, f.name), session) for f in fields(value)}
        )
    if isinstance(value, Mapping):
        return {key: _anew(each, session) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_anew(each, session) for each in value)
    return value


def _forget_json(session: Session) -> None:
    """Lists and mappings in columns are read again, so that no two tests share one."""
    for row in session.identity_map.values():
        columns = inspect(type(row)).column_attrs
        shared = [each.key for each in columns if isinstance(each.columns[0].type, JSON)]
        if shared:
            session.expire(row, shared)
