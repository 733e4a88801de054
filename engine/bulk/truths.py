"""Conditions in SQL: two bytes, one for definitely true and one for definitely false.

Neither is ever NULL, so that `and`, `or` and `not` of three values are `&` and `|` of bytes: DuckDB
does those for a whole vector at once, where a boolean that may be NULL is looked at row by row.
A *bit* is such a byte of 0 or 1; what is fixed folds away before it reaches the text.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlglot import exp

from engine.bulk import sql
from engine.bulk.sql import Sql

BYTE = "tinyint"


def bit(value: bool) -> Sql:
    return small(int(value))


def small(value: int) -> Sql:
    """A number that is a byte in every dialect."""
    return sql.cast(sql.whole(value), BYTE)


def fixed(item: Sql) -> bool | None:
    """The value of a bit that is written out; None for any other."""
    if isinstance(item, exp.Cast) and isinstance(item.this, exp.Literal):
        return {"0": False, "1": True}.get(item.this.this)
    return None


# bits ---------------------------------------------------------------------------------------


def both(*items: Sql) -> Sql:
    """1 where every bit is; 1 of nothing."""
    return _folded(exp.BitwiseAnd, items, True)


def either(*items: Sql) -> Sql:
    """1 where some bit is; 0 of nothing."""
    return _folded(exp.BitwiseOr, items, False)


def other(item: Sql) -> Sql:
    """1 for 0, 0 for 1."""
    known = fixed(item)
    if known is not None:
        return bit(not known)
    return exp.BitwiseXor(this=sql.part(item), expression=small(1))


def _folded(kind: type[exp.Binary], items: Iterable[Sql], neutral: bool) -> Sql:
    found: Sql | None = None
    for item in items:
        known = fixed(item)
        if known is (not neutral):
            return bit(known)
        if known is None:
            found = item if found is None else _chained(kind, found, item)
    return bit(neutral) if found is None else found


def _chained(kind: type[exp.Binary], left: Sql, right: Sql) -> Sql:
    return kind(this=left if isinstance(left, kind) else sql.part(left), expression=sql.part(right))


def flag(test: Sql) -> Sql:
    """The bit of a test of SQL that is never NULL."""
    if isinstance(test, exp.Boolean):
        return bit(bool(test.this))
    return sql.cast(sql.part(test), BYTE)


def is_set(item: Sql) -> Sql:
    """A bit as a test of SQL; never NULL."""
    known = fixed(item)
    return sql.truth(known) if known is not None else sql.binary(exp.EQ, item, sql.whole(1))


def mask(item: Sql) -> Sql:
    """Every bit of a byte for 1, none for 0. Quicker than a product, which is watched for overflow."""
    known = fixed(item)
    return small(-int(known)) if known is not None else exp.Neg(this=sql.part(item))


def raised(item: Sql, place: int) -> Sql:
    """A bit in a higher place of its byte."""
    known = fixed(item)
    if known is not None:
        return small(int(known) << place)
    if not place:
        return item
    return exp.BitwiseAnd(this=sql.part(mask(item)), expression=small(1 << place))


def overlaid(one: Sql, two: Sql) -> Sql:
    """Both bytes in one; nothing folds."""
    return _chained(exp.BitwiseOr, one, two)


# truths -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Truth:
    """Two bits: definitely true, definitely false; unknown where neither is set."""

    yes: Sql
    no: Sql

    @property
    def open(self) -> Sql:
        """The bit of unknown."""
        return other(either(self.yes, self.no))

    @property
    def test(self) -> Sql:
        """Definitely true, as a test of SQL."""
        return is_set(self.yes)

    @property
    def nullable(self) -> Sql:
        """A boolean of SQL, NULL for unknown."""
        return sql.case((is_set(self.yes), sql.truth(True)), (is_set(self.no), sql.truth(False)))


def settled(value: bool) -> Truth:
    return Truth(bit(value), bit(not value))


OPEN = Truth(bit(False), bit(False))
"""Unknown in every row."""


def of(item: Sql) -> Truth:
    """A boolean of SQL that may be NULL."""
    if isinstance(item, exp.Boolean):
        return settled(bool(item.this))
    return Truth(*(flag(_same(item, sql.truth(value))) for value in (True, False)))


def of_full(item: Sql) -> Truth:
    """A boolean of SQL that is never NULL."""
    yes = flag(item)
    return Truth(yes, other(yes))


def equal(code: Sql, number: int) -> Sql:
    """The bit of a number that is just this one; 0 where it is NULL."""
    return flag(_same(code, sql.whole(number)))


def _same(item: Sql, value: Sql) -> Sql:
    return exp.NullSafeEQ(this=sql.part(item), expression=value)


def every(items: Iterable[Truth]) -> Truth:
    """Kleene and; true of nothing."""
    listed = list(items)
    return Truth(both(*(t.yes for t in listed)), either(*(t.no for t in listed)))


def some(items: Iterable[Truth]) -> Truth:
    """Kleene or; false of nothing."""
    listed = list(items)
    return Truth(either(*(t.yes for t in listed)), both(*(t.no for t in listed)))


def negation(item: Truth) -> Truth:
    return Truth(item.no, item.yes)


def if_known(test: Truth, then: Sql, otherwise: Sql, same: Sql) -> Sql:
    """if/then/else that stays unknown with the test, unless both ways are the same."""
    return sql.case((test.test, then), (is_set(test.no), otherwise), (same, then))
