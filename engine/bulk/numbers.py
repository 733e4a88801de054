"""Exact numbers in SQL: whole numerators over whole denominators, with the range of each proved.

Every intermediate value is known to fit 64 bits, or is worked out with 38 digits; what fits
neither raises NotInSql, and Python answers instead. Facts outside their declared ranges never get
here: they are NULL, and their rows go to Python.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from math import gcd

from sqlglot import exp

from engine.bulk import sql
from engine.bulk.sql import Sql

LONG, INT = 2**63 - 1, 2**31 - 1
WIDEST = 10**37


class NotInSql(Exception):  # noqa: N818 - a signal: this is left to Python
    """Something that cannot be said in SQL with certainty; says what."""


@dataclass(frozen=True)
class Whole:
    """A whole number: its expression and the range in which it lies. `wide`: beyond 64 bits."""

    sql: Sql
    low: int
    high: int
    wide: bool = False
    fixed: bool = False
    """Written out in the text of the query, so never unknown."""

    @property
    def constant(self) -> int | None:
        return self.low if self.fixed else None


@dataclass(frozen=True)
class Number:
    """top / bottom; the bottom is always above zero."""

    top: Whole
    bottom: Whole


def constant(value: int) -> Whole:
    if abs(value) > WIDEST:
        raise NotInSql("a number beyond 38 digits")
    return Whole(sql.whole(value), value, value, fixed=True)


def number_of(value: Fraction) -> Number:
    return Number(constant(value.numerator), constant(value.denominator))


def as_it_is(item: Sql) -> Sql:
    """Nothing is kept; what is needed twice is written out twice."""
    return item


class Arithmetic:
    """Arithmetic for one dialect; `wide` is its type for 38 digits. `keep` gives a place to what is
    needed more than once."""

    def __init__(self, wide: str, keep: Callable[[Sql], Sql] = as_it_is) -> None:
        self.wide, self._keep = wide, keep

    def kept(self, item: Whole) -> Whole:
        return item if item.fixed else replace(item, sql=self._keep(sql.as_long(item.sql)))

    # whole numbers -----------------------------------------------------------------------
    def _made(self, kind: type[exp.Binary], one: Whole, two: Whole, corners: list[int]) -> Whole:
        low, high = min(corners), max(corners)
        if max(-low, high) > WIDEST:
            raise NotInSql("a number beyond 38 digits")
        wide = one.wide or two.wide or not (low >= -LONG and high <= LONG)
        left, right = one.sql, two.sql
        if wide:
            left = self._widened(one)
            right = self._widened(two)
        elif not (low >= -INT and high <= INT) and sql.is_narrow(left):
            left = sql.as_long(left)
        return Whole(sql.binary(kind, left, right), low, high, wide)

    def _widened(self, item: Whole) -> Sql:
        return item.sql if item.wide else sql.cast(item.sql, self.wide)

    def plus(self, one: Whole, two: Whole) -> Whole:
        if one.constant is not None and two.constant is not None:
            return constant(one.constant + two.constant)
        if one.constant == 0:
            return two
        if two.constant == 0:
            return one
        return self._made(exp.Add, one, two, [one.low + two.low, one.high + two.high])

    def minus(self, one: Whole, two: Whole) -> Whole:
        if one.constant is not None and two.constant is not None:
            return constant(one.constant - two.constant)
        if two.constant == 0:
            return one
        return self._made(exp.Sub, one, two, [one.low - two.high, one.high - two.low])

    def times(self, one: Whole, two: Whole) -> Whole:
        if one.constant is not None and two.constant is not None:
            return constant(one.constant * two.constant)
        if one.constant == 1:
            return two
        if two.constant == 1:
            return one
        corners = [a * b for a in (one.low, one.high) for b in (two.low, two.high)]
        return self._made(exp.Mul, one, two, corners)

    def negative(self, one: Whole) -> Whole:
        return self.times(constant(-1), one)

    def floor(self, one: Whole, two: Whole) -> Whole:
        """one // two rounded down; two is above zero. SQL's own division of whole numbers drops
        the fraction, so it is given a multiple."""
        if one.constant is not None and two.constant is not None:
            return constant(one.constant // two.constant)
        if two.constant == 1:
            return one
        exact = one
        if one.low < 0:
            one, two = self.kept(one), self.kept(two)
            exact = one
            rest = self._rest(one, two)
            up = self.plus(rest, two)
            exact = self.minus(one, self._rest(up, two))
        corners = [a // b for a in (one.low, one.high) for b in (two.low, two.high)]
        return self._made(exp.IntDiv, exact, two, corners)

    def _rest(self, one: Whole, two: Whole) -> Whole:
        low = 0 if one.low >= 0 else -two.high + 1
        return self._made(exp.Mod, one, two, [low, two.high - 1])

    # numbers -----------------------------------------------------------------------------
    def add(self, one: Number, two: Number) -> Number:
        left, right, bottom = self._common(one, two)
        return Number(self.plus(left, right), bottom)

    def subtract(self, one: Number, two: Number) -> Number:
        left, right, bottom = self._common(one, two)
        return Number(self.minus(left, right), bottom)

    def _common(self, one: Number, two: Number) -> tuple[Whole, Whole, Whole]:
        """Both tops over one bottom, the least where the bottoms are constants."""
        a, b = one.bottom.constant, two.bottom.constant
        if a is not None and b is not None:
            shared = gcd(a, b)
            left = self.times(one.top, constant(b // shared))
            right = self.times(two.top, constant(a // shared))
            return left, right, constant(a // shared * b)
        left, right = self.times(one.top, two.bottom), self.times(two.top, one.bottom)
        return left, right, self.times(one.bottom, two.bottom)

    def multiply(self, one: Number, two: Number) -> Number:
        top, bottom = self.times(one.top, two.top), self.times(one.bottom, two.bottom)
        return self._reduced(top, bottom)

    def divide(self, one: Number, two: Number) -> Number:
        """The divisor keeps one sign over its whole range: the loader has proved it."""
        top, bottom = self.times(one.top, two.bottom), self.times(one.bottom, two.top)
        if two.top.low <= 0 <= two.top.high:
            raise NotInSql("a divisor that may be zero")
        if two.top.high < 0:
            top, bottom = self.negative(top), self.negative(bottom)
        return self._reduced(top, bottom)

    def _reduced(self, top: Whole, bottom: Whole) -> Number:
        if top.constant is not None and bottom.constant is not None:
            return number_of(Fraction(top.constant, bottom.constant))
        return Number(top, bottom)

    def compared(self, kind: type[exp.Binary], one: Number, two: Number) -> Sql:
        left, right, _ = self._common(one, two)
        return sql.binary(kind, left.sql, right.sql)

    # rounding ----------------------------------------------------------------------------
    def rounded(self, how: str, one: Number, step: Fraction) -> Number:
        """To a multiple of the step; `how` is the name of the function."""
        top = self.times(one.top, constant(step.denominator))
        bottom = self.times(one.bottom, constant(step.numerator))
        steps = {
            "round": self._half, "round_half_down": self._half_down,
            "round_half_even": self._half_even, "round_up": self._up, "round_down": self.floor,
        }[how]  # fmt: skip
        found = self.times(steps(top, bottom), constant(step.numerator))
        return self._reduced(found, constant(step.denominator))

    def _up(self, top: Whole, bottom: Whole) -> Whole:
        return self.negative(self.floor(self.negative(top), bottom))

    def _half(self, top: Whole, bottom: Whole) -> Whole:
        """Half goes away from zero."""
        return self._half_by_size(top, bottom, constant(0))

    def _half_down(self, top: Whole, bottom: Whole) -> Whole:
        """Half goes towards zero."""
        return self._half_by_size(top, bottom, constant(-1))

    def _half_even(self, top: Whole, bottom: Whole) -> Whole:
        """Half goes to the even multiple: one less than half away where that is odd and a half."""
        top, bottom = self.kept(top), self.kept(bottom)
        twice, doubled = self.times(bottom, constant(2)), self.times(top, constant(2))
        up = self.kept(self.floor(self.plus(doubled, bottom), twice))
        exact = self.minus(self.times(up, twice), self.plus(doubled, bottom))
        odd = self.minus(up, self.times(self.floor(up, constant(2)), constant(2)))
        test = sql.every(
            [
                sql.binary(exp.EQ, exact.sql, sql.whole(0)),
                sql.binary(exp.EQ, odd.sql, sql.whole(1)),
            ]
        )
        less = self.minus(up, constant(1))
        made = sql.if_known(test, less.sql, up.sql)
        return Whole(made, less.low, up.high, up.wide)

    def _half_by_size(self, top: Whole, bottom: Whole, shift: Whole) -> Whole:
        twice = self.times(bottom, constant(2))

        def size(of: Whole) -> Whole:
            doubled = self.plus(self.times(of, constant(2)), self.plus(bottom, shift))
            return self.floor(doubled, twice)

        if top.low >= 0:
            return size(top)
        top, bottom = self.kept(top), self.kept(bottom)
        twice = self.times(bottom, constant(2))
        most = max(-top.low, top.high)
        found = self.kept(size(Whole(exp.Abs(this=top.sql), 0, most, top.wide)))
        test = sql.binary(exp.GTE, top.sql, sql.whole(0))
        made = sql.if_known(test, found.sql, exp.Neg(this=sql.part(found.sql)))
        return Whole(made, -found.high, found.high, found.wide)

    # choices -----------------------------------------------------------------------------
    def sides(self, one: Number, two: Number) -> tuple[Whole, Whole, Whole]:
        """Both tops over one bottom, to be compared and chosen from."""
        left, right, bottom = self._common(one, two)
        return self.kept(left), self.kept(right), bottom

    def chosen(
        self, make: Callable[[Sql, Sql], Sql], left: Whole, right: Whole, bottom: Whole
    ) -> Number:
        """`make` chooses between two tops over one bottom."""
        low, high = min(left.low, right.low), max(left.high, right.high)
        wide = left.wide or right.wide
        return Number(Whole(make(left.sql, right.sql), low, high, wide), bottom)

    def least(self, one: Number, two: Number, kind: type[exp.Binary]) -> Number:
        """The lesser (exp.LTE) or greater (exp.GTE); unknown with either."""
        left, right, bottom = self.sides(one, two)
        test = self._keep(sql.binary(kind, left.sql, right.sql))
        return self.chosen(lambda a, b: sql.if_known(test, a, b), left, right, bottom)
