"""What every table shares: the declarative base, column types and naming of constraints.

Holds no table of its own. A constraint or index gets its name from the convention below,
so that a migration can name it on every database.
"""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID, uuid4

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    Date,
    DateTime,
    Dialect,
    Enum,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    Uuid,
    and_,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.mutable import MutableDict
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Mapped, mapped_column


def searchable_json() -> JSON:
    """JSON that the database may search; numbers and key order may come back normalised."""
    return JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


big_integer = BigInteger().with_variant(Integer, "sqlite")
"""64 bits on both databases; SQLite counts up only a plain INTEGER primary key."""


def ordered_text(length: int | None = None) -> String:
    """Text sorted and compared by code point on both databases.

    PostgreSQL's "C" collation makes an ordinary index serve prefix searches and keyset
    paging, whatever collation the database was created with.
    """
    kind = String(length) if length else Text()
    collated = String(length, collation="C") if length else Text(collation="C")
    return kind.with_variant(collated, "postgresql")


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware in Python, always UTC; a naive value is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment needs a time zone, got the naive {value.isoformat()}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def canonical_json(value: object) -> str:
    """The one spelling of a JSON value: sorted keys, no spaces, no NaN; dates are refused."""
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )


class ExactJson(TypeDecorator[Any]):
    """JSON kept as canonical text, so that a hash or a replay over it never changes."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else canonical_json(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


def one_of(kind: type[StrEnum], name: str) -> Enum:
    """An enum stored by value in text, closed by a CHECK named after ``name``."""
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        validate_strings=True,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )


def versioned(version: Mapped[int]) -> dict[str, Any]:
    """Mapper arguments: every change raises ``version``; a change of a stale row is refused."""
    return {"version_id_col": version}


PrimaryKey = Annotated[int, mapped_column(big_integer, primary_key=True, comment="Row number")]
Uid = Annotated[
    UUID,
    mapped_column(
        Uuid, default=uuid4, unique=True, comment="Public identity that ciphertexts are bound to"
    ),
]
Fen = Annotated[int, mapped_column(BigInteger)]
Code = Annotated[str, mapped_column(ordered_text(64))]
Name = Annotated[str, mapped_column(ordered_text(200))]
Words = Annotated[str, mapped_column(Text)]
Moment = Annotated[datetime, mapped_column(UtcDateTime)]
Day = Annotated[date, mapped_column(Date)]
Sha256 = Annotated[str, mapped_column(String(80))]
Ciphertext = Annotated[bytes, mapped_column(LargeBinary)]
BlindIndex = Annotated[bytes, mapped_column(LargeBinary(32))]
JsonObject = Annotated[dict[str, Any], mapped_column(MutableDict.as_mutable(searchable_json()))]
JsonList = Annotated[list[Any], mapped_column(searchable_json())]
ExactObject = Annotated[Mapping[str, Any], mapped_column(ExactJson)]
ExactList = Annotated[list[Any], mapped_column(ExactJson)]


class Base(DeclarativeBase):
    """The parent of all tables."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )

    def __repr__(self) -> str:
        """Class and identity only: names and numbers of people stay out of logs."""
        return f"<{type(self).__name__} {getattr(self, 'id', None)}>"


def starts_with(
    column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None] | Mapped[str],
    prefix: str,
) -> ColumnElement[bool]:
    """``column`` begins with ``prefix``, as a range that an ordinary index serves.

    Only for columns of ``ordered_text``. An empty prefix matches every known value.
    """
    return and_(column >= prefix, column < prefix + "\U0010ffff")
