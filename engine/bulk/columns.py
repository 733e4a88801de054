"""Columns of a table as typed facts: what SQL reads with certainty; the rest is left to Python.

A cell that is not in the plain form, out of range or missing where it must not be marks its row:
the one reader of facts (engine.facts) then says what is wrong, in the same words as for one case.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from math import lcm
from typing import Any

from sqlglot import exp

from engine.bulk import sql, truths
from engine.bulk.numbers import NotInSql, Number, Whole, constant, number_of
from engine.bulk.render import Choice, Day, Value
from engine.bulk.sql import Sql
from engine.facts import MAX_TEXT, period_factor_of
from engine.model import Fact, FactSource, Parameter, Policy

_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
_DECIMAL = re.compile(r"DECIMAL\((\d+),\s*(\d+)\)\Z")
MILLION = 1_000_000
_SAFE = {"money": 9 * 10**12, "number": 9 * 10**8}
"""Up to here a double stands for one decimal of two (six) places and no other."""


@dataclass(frozen=True)
class Cell:
    """A column of the table: its SQL and the name of its type. `blank`: an empty text is an absent
    fact, as in CSV; otherwise a present column is always given, NULL being unknown. `full`: the
    source says that no row of it is NULL."""

    sql: Sql
    type: str
    blank: bool = False
    full: bool = False

    @property
    def is_text(self) -> bool:
        return self.type in ("VARCHAR", "STRING") or self.type.startswith("ENUM")

    @property
    def given(self) -> Sql:
        """Whether something stands in the cell that should be read."""
        if not self.is_text:
            return sql.truth(True) if self.full else sql.known(self.sql)
        marks = [sql.text("?")] + ([sql.text("")] if self.blank else [])
        return sql.holds(sql.negation(sql.among(self.sql, marks)))

    @property
    def absent(self) -> Sql:
        """Whether the fact is absent, so that its source is asked."""
        if not self.blank:
            return sql.truth(False)
        return sql.some(
            [sql.unknown(self.sql), sql.holds(sql.binary(exp.EQ, self.sql, sql.text("")))]
        )


@dataclass(frozen=True)
class Read:
    """A fact read from a cell: its SQL (NULL for unknown; a choice is its number, from 1) and where
    something stands in the cell that is to be read: where that gives NULL, the row is for Python."""

    sql: Sql
    given: Sql


def read(fact: Fact, cell: Cell, dialect: str) -> Read:
    """The typed value of a fact from its column: money in fen, numbers in millionths."""
    if cell.type.startswith("ENUM"):
        cell = replace(cell, sql=sql.cast(cell.sql, "varchar"), type="VARCHAR")
    if fact.type == "choice" and cell.is_text:
        known = sql.truth(True) if cell.full else sql.known(cell.sql)
        given = cell.given if cell.blank else known
        return Read(_number_of(cell.sql, fact.choices, dialect), given)
    if fact.type == "yes_no" and cell.type == "BOOLEAN":
        return Read(cell.sql, sql.truth(False))
    made = _yes_no(cell, dialect) if fact.type == "yes_no" else None
    if fact.type in _READ:
        made = _READ[fact.type](fact, cell)
    return Read(made if made is not None else nothing(fact), cell.given)


def nothing(fact: Fact) -> Sql:
    """An unknown value of the type under which a fact is read."""
    return sql.cast(sql.null(), _KIND.get(fact.type, "varchar"))


_KIND = {"yes_no": "boolean", "integer": "bigint", "money": "bigint", "number": "bigint", "date": "date", "choice": "integer"}  # fmt: skip


def _number_of(item: Sql, words: Iterable[str], dialect: str) -> Sql:
    """The place of a word in a list, from 1; NULL where it is none of them. A call, since DuckDB asks
    a call (but no IN and no CASE) once for each word of a dictionary instead of once a row."""
    listed = exp.Array(expressions=[sql.text(word) for word in words])
    if dialect == "duckdb":
        return sql.call("list_position", listed, item)
    return exp.Nullif(this=sql.call("array_position", listed, item), expression=sql.whole(0))


def _yes_no(cell: Cell, dialect: str) -> Sql | None:
    if cell.is_text:
        number = _number_of(cell.sql, ("yes", "true", "no", "false"), dialect)
        return sql.binary(exp.LTE, number, sql.whole(2))
    return None


def _integer(fact: Fact, cell: Cell) -> Sql | None:
    if cell.type in _WHOLE:
        return _ranged(fact, sql.cast(cell.sql, "bigint"), 1)
    if cell.is_text:
        return _ranged(fact, _of_text(cell.sql, r"^-?[0-9]{1,18}$", "bigint"), 1)
    return None


def _money(fact: Fact, cell: Cell) -> Sql | None:
    if cell.is_text:
        yuan = _of_text(cell.sql, r"^-?[0-9]{1,15}([.][0-9]{1,2})?$", "decimal(18,2)")
        return _ranged(fact, _scaled(yuan, 100), 100)
    return _decimal(fact, cell, 2)


def _number(fact: Fact, cell: Cell) -> Sql | None:
    if cell.is_text:
        found = _of_text(cell.sql, r"^-?[0-9]{1,12}([.][0-9]{1,6})?$", "decimal(18,6)")
        return _ranged(fact, _scaled(found, MILLION), MILLION)
    return _decimal(fact, cell, 6)


def _decimal(fact: Fact, cell: Cell, places: int) -> Sql | None:
    """Whole numbers, decimals and doubles that are decimals of so many places, exactly."""
    scale: int = 10**places
    if cell.type in _WHOLE:
        most = sql.whole(10**12)
        within = sql.every(
            [
                sql.binary(exp.LTE, cell.sql, most),
                sql.binary(exp.GTE, cell.sql, sql.whole(-(10**12))),
            ]
        )
        wide = sql.binary(exp.Mul, sql.cast(cell.sql, "bigint"), sql.whole(scale))
        return _ranged(fact, sql.case((sql.holds(within), wide)), scale)
    found = _DECIMAL.match(cell.type)
    exact = sql.try_cast(cell.sql, f"decimal(18,{places})")
    if found is not None and int(found.group(2)) <= places:
        return _ranged(fact, _scaled(exact, scale), scale)
    if found is not None:
        same = sql.binary(exp.EQ, exact, cell.sql)
        return _ranged(fact, sql.case((sql.holds(same), _scaled(exact, scale))), scale)
    if cell.type in ("DOUBLE", "FLOAT"):
        if cell.type == "FLOAT":
            return None
        same = sql.binary(exp.EQ, sql.cast(exact, "double"), cell.sql)
        limit = sql.whole(_SAFE[fact.type])
        near = sql.binary(exp.LT, exp.Abs(this=cell.sql), limit)
        good = sql.holds(sql.every([near, same]))
        return _ranged(fact, sql.case((good, _scaled(exact, scale))), scale)
    return None


def _scaled(item: Sql, scale: int) -> Sql:
    """A decimal as a whole number of its smallest steps: exact, within 18 digits."""
    return sql.cast(sql.binary(exp.Mul, item, sql.whole(scale)), "bigint")


def _of_text(item: Sql, pattern: str, kind: str) -> Sql:
    match = exp.RegexpLike(this=item, expression=sql.text(pattern))
    return sql.case((sql.holds(match), sql.try_cast(item, kind)))


def _ranged(fact: Fact, value: Sql, scale: int) -> Sql:
    """Within the declared range, else NULL, so that nothing computed from it can overflow."""
    low, high = steps_of(fact)
    within = exp.Between(this=sql.part(value), low=sql.whole(low), high=sql.whole(high))
    return sql.case((sql.holds(within), value))


def steps_of(fact: Fact) -> tuple[int, int]:
    """The range of a number in its smallest steps; a fact without one is not for SQL."""
    scale = MILLION if fact.type == "number" else 1
    if not isinstance(fact.low, (int, Fraction)) or not isinstance(fact.high, (int, Fraction)):
        raise NotInSql(f"{fact.name} has no range")
    low, high = Fraction(fact.low) * scale, Fraction(fact.high) * scale
    return -int(-low // 1), int(high // 1)


def _date(fact: Fact, cell: Cell) -> Sql | None:
    value = cell.sql
    if cell.is_text:
        value = _of_text(cell.sql, r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "date")
    elif cell.type != "DATE":
        return None
    if not isinstance(fact.low, date) or not isinstance(fact.high, date):
        raise NotInSql(f"{fact.name} has no range")
    within = exp.Between(this=sql.part(value), low=sql.day(fact.low), high=sql.day(fact.high))
    return sql.case((sql.holds(within), value))


def _set(fact: Fact, cell: Cell) -> Sql | None:
    if not cell.is_text:
        return None
    one = "(" + "|".join(re.escape(choice) for choice in fact.choices) + ")"
    match = exp.RegexpLike(this=cell.sql, expression=sql.text(f"^({one}(;{one})*)?$"))
    framed = exp.Concat(expressions=[sql.text(";"), cell.sql, sql.text(";")])
    return sql.case((sql.holds(match), framed))


def _text(fact: Fact, cell: Cell) -> Sql | None:
    if not cell.is_text:
        return None
    short = sql.binary(exp.LTE, exp.Length(this=cell.sql), sql.whole(MAX_TEXT))
    good = sql.every([cell.given, sql.holds(short)])
    return sql.case((good, cell.sql))


_READ = {
    "integer": _integer, "money": _money, "number": _number,
    "date": _date, "set": _set, "text": _text,
}  # fmt: skip


# values by name -----------------------------------------------------------------------------


def choice_from(fact: Fact, code: Sql, word: Sql, full: bool) -> Choice:
    """A choice by its number. In a column that is `full` only a row for Python has none."""
    opened = truths.bit(False) if full else truths.flag(sql.unknown(code))
    found = {}
    for number, name in enumerate(fact.choices):
        yes = truths.equal(code, number + 1)
        found[name] = truths.Truth(yes, truths.other(truths.either(yes, opened)))
    return Choice(word, found, opened)


def value_of(fact: Fact, item: Sql, span: tuple[int, int] | None = None) -> Value:
    """A typed column as the renderer takes it; `span` the range where it is wider than declared."""
    if fact.type == "yes_no":
        return truths.of(item)
    if fact.type == "date":
        if not isinstance(fact.low, date) or not isinstance(fact.high, date):
            raise NotInSql(f"{fact.name} has no range")
        return Day(item, fact.low.toordinal(), fact.high.toordinal())
    if fact.type in ("integer", "money", "number"):
        low, high = span or steps_of(fact)
        bottom = {"integer": 1, "money": 100, "number": MILLION}[fact.type]
        return Number(Whole(item, low, high), constant(bottom))
    return item


# dated parameters ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Dated:
    """A dated value in SQL, and where there is none, so that the row goes to Python."""

    value: Number
    gone: Sql


def dated(
    parameter: Parameter, on: Day, choice: Choice | None, factor: Fraction, whole: bool
) -> Dated:
    """The value in force on a date: in units of 1/100 for money. `whole` drops fractions, as the
    reader of facts does; NotInSql where a choice has no value."""
    periods = _periods(parameter, on)
    scaled = [(since, _entries(value, factor, whole)) for since, value in periods]
    bottom = lcm(*(v.denominator for _, entries in scaled for v in (entries or {}).values()), 1)
    tops = [v * bottom for _, entries in scaled for v in (entries or {}).values()]
    gone = [sql.truth(False)]
    first = periods[0][0] if periods else None
    if first is None or first.toordinal() > on.low:
        gone.append(
            sql.truth(True) if first is None else sql.binary(exp.LT, on.sql, sql.day(first))
        )
    pairs: list[tuple[Sql, Sql]] = []
    for i, (since, entries) in enumerate(scaled):
        after = sql.binary(exp.GTE, on.sql, sql.day(since))
        if entries is None:
            before = scaled[i + 1][0] if i + 1 < len(scaled) else None
            parts = [after] + ([sql.binary(exp.LT, on.sql, sql.day(before))] if before else [])
            gone.append(sql.every(parts))
        shown = sql.null() if entries is None else _by_choice(parameter, entries, choice, bottom)
        pairs.insert(0, (sql.holds(after), shown))
    scale = bottom * (100 if parameter.type == "money" else 1)
    if not tops:
        return Dated(number_of(Fraction(0)), sql.truth(True))
    if len(scaled) == 1 and scaled[0][0].toordinal() <= on.low and choice is None:
        return Dated(number_of(Fraction(tops[0], scale)), sql.some(gone))
    made = pairs[0][1] if len(pairs) == 1 else sql.case(*pairs)
    low, high = int(min(tops)), int(max(tops))
    return Dated(
        Number(Whole(sql.cast(made, "bigint"), low, high), constant(scale)), sql.some(gone)
    )


def _periods(parameter: Parameter, on: Day) -> list[tuple[date, Any]]:
    """The periods that a date in its range can fall into."""
    found = []
    for i, (since, value) in enumerate(parameter.values):
        last = i + 1 == len(parameter.values)
        ends = on.high + 1 if last else parameter.values[i + 1][0].toordinal()
        if since.toordinal() <= on.high and ends > on.low:
            found.append((since, value))
    return found


def _entries(value: Any, factor: Fraction, whole: bool) -> dict[str, Fraction] | None:
    """Values by choice ("" without one), multiplied; None where the parameter has ended."""
    if value is None:
        return None
    by = value if isinstance(value, Mapping) else {"": value}
    made = {key: Fraction(item) * factor for key, item in by.items()}
    return {key: Fraction(int(item)) for key, item in made.items()} if whole else made


def _by_choice(
    parameter: Parameter, entries: Mapping[str, Fraction], choice: Choice | None, bottom: int
) -> Sql:
    if choice is None:
        return sql.whole(int(entries[""] * bottom))
    pairs = [
        (choice.truths[key].test, sql.whole(int(item * bottom))) for key, item in entries.items()
    ]
    return sql.case(*pairs)


def source_value(
    policy: Policy, fact: Fact, source: FactSource, names: Mapping[str, Value]
) -> tuple[Value, Sql]:
    """What an absent fact is looked up as, and where it cannot be."""
    if source.kind == "year":
        start = names[source.name]
        if not isinstance(start, Day):
            raise NotInSql(f"{source.name} as a date")
        low, high = date.fromordinal(start.low).year, date.fromordinal(start.high).year
        year = Whole(sql.cast(exp.Year(this=start.sql), "bigint"), low, high)
        return Number(year, constant(1)), sql.truth(False)
    parameter, on = policy.parameters[source.name], names[policy.pick_by]
    if not isinstance(on, Day):
        raise NotInSql("no date to pick by")
    factor = period_factor_of(fact, policy, source)
    found = dated(
        parameter, on, choice_of(policy, source.by, parameter, names), factor, fact.type != "number"
    )
    return found.value, found.gone


def choice_of(
    policy: Policy, by: str | None, parameter: Parameter, names: Mapping[str, Value]
) -> Choice | None:
    """The choice by which a parameter goes; NotInSql where a choice has no value in some period."""
    if by is None:
        return None
    for _, value in parameter.values:
        if value is not None and set(value) != set(policy.facts[by].choices):
            raise NotInSql(f"{parameter.name} has no value for some choice")
    found = names[by]
    if not isinstance(found, Choice):
        raise NotInSql(f"{by} as a choice")
    return found
