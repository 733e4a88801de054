"""Settings of the office, and running numbers without gaps."""

from typing import Any

from sqlalchemy import BigInteger
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, ordered_text, searchable_json


class Setting(Base):
    """One setting; the keys are named by the code that reads them."""

    __tablename__ = "setting"

    key: Mapped[str] = mapped_column(ordered_text(100), primary_key=True, comment="Name")
    value: Mapped[Any] = mapped_column(searchable_json(), nullable=True, comment="Value")


class Series(Base):
    """A running number, for papers that are counted by year and kind."""

    __tablename__ = "series"

    key: Mapped[str] = mapped_column(ordered_text(100), primary_key=True, comment="Name")
    last: Mapped[int] = mapped_column(BigInteger, comment="Last number given")


def next_number(session: Session, series: str) -> int:
    """The next number of ``series``, from 1. Others wait until this transaction ends."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    counted = (
        insert(Series)
        .values(key=series, last=1)
        .on_conflict_do_update(index_elements=[Series.key], set_={"last": Series.last + 1})
        .returning(Series.last)
    )
    return session.execute(counted).scalar_one()
