"""Small builders of sqlglot expressions, with brackets where they are needed.

SQL's own `and`, `or`, `not`, comparisons and `in` are Kleene's: NULL is unknown and stays unknown.
Nothing here uses `/`, `least`, `greatest`, or a CASE that takes an unknown test for false.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from sqlglot import exp

Sql = exp.Expr
_ATOMS = (exp.Column, exp.Literal, exp.Boolean, exp.Null, exp.Func, exp.Paren, exp.Cast)


def column(name: str) -> Sql:
    return exp.column(exp.to_identifier(name, quoted=True))


def columns_in(items: Iterable[Sql]) -> set[str]:
    """The names of the columns that expressions read."""
    return {found.name for item in items for found in item.find_all(exp.Column)}


def whole(value: int) -> Sql:
    """A whole number, negative ones in brackets."""
    if value < 0:
        return exp.Paren(this=exp.Neg(this=exp.Literal.number(-value)))
    return exp.Literal.number(value)


def text(value: str) -> Sql:
    return exp.Literal.string(value)


def truth(value: bool) -> Sql:
    return exp.Boolean(this=value)


def null() -> Sql:
    return exp.Null()


def day(value: date) -> Sql:
    return cast(text(value.isoformat()), "date")


def part(item: Sql) -> Sql:
    """An operand, in brackets unless it is one word or call."""
    if isinstance(item, (exp.Case, exp.Binary)) or not isinstance(item, _ATOMS):
        return exp.Paren(this=item)
    return item


def binary(kind: type[exp.Binary], left: Sql, right: Sql) -> Sql:
    return kind(this=part(left), expression=part(right))


def every(items: Iterable[Sql]) -> Sql:
    """Kleene and; true of nothing."""
    return _joined(exp.And, list(items), True)


def some(items: Iterable[Sql]) -> Sql:
    """Kleene or; false of nothing."""
    return _joined(exp.Or, list(items), False)


def _joined(kind: type[exp.Binary], items: Sequence[Sql], empty: bool) -> Sql:
    if any(isinstance(item, exp.Boolean) and item.this is not empty for item in items):
        return truth(not empty)
    items = [item for item in items if not isinstance(item, exp.Boolean)]
    if not items:
        return truth(empty)
    found = items[0] if len(items) == 1 else part(items[0])
    for item in items[1:]:
        found = kind(this=found, expression=part(item))
    return found


def negation(item: Sql) -> Sql:
    if isinstance(item, exp.Boolean):
        return truth(not item.this)
    return exp.Not(this=part(item))


def unknown(item: Sql) -> Sql:
    return exp.Is(this=part(item), expression=null())


def known(item: Sql) -> Sql:
    return negation(unknown(item))


def holds(item: Sql) -> Sql:
    """Definitely true; never unknown."""
    if isinstance(item, exp.Boolean):
        return item
    return exp.Coalesce(this=item, expressions=[truth(False)])


def among(item: Sql, values: Iterable[Sql]) -> Sql:
    return exp.In(this=part(item), expressions=list(values))


def case(*pairs: tuple[Sql, Sql], other: Sql | None = None) -> Sql:
    """The first pair whose test holds; without `other` NULL where none does."""
    found = exp.Case(ifs=[exp.If(this=test, true=then) for test, then in pairs])
    if other is not None:
        found.set("default", other)
    return found


def if_known(test: Sql, then: Sql, other: Sql, same: Sql | None = None) -> Sql:
    """if/then/else that stays unknown with the test, unless both ways are the same."""
    pairs = [(test, then), (negation(test), other)]
    if same is not None:
        pairs.append((same, then))
    return case(*pairs)


def cast(item: Sql, kind: str) -> Sql:
    return exp.Cast(this=item, to=exp.DataType.build(kind))


def is_narrow(item: Sql) -> bool:
    """Whether a whole number is made of written numbers only: engines give it 32 bits, however
    large what is worked out of it may be."""
    if isinstance(item, exp.Literal):
        return True
    if isinstance(item, exp.Case):
        other = item.args.get("default")
        values = [branch.args["true"] for branch in item.args["ifs"]]
        return all(map(is_narrow, [*values, *([other] if other is not None else [])]))
    if isinstance(item, (exp.Paren, exp.Neg, exp.Abs)):
        return is_narrow(item.this)
    if isinstance(item, exp.Binary):
        return is_narrow(item.left) and is_narrow(item.right)
    return isinstance(item, exp.Null)


def as_long(item: Sql) -> Sql:
    """A whole number with 64 bits."""
    return cast(item, "bigint") if is_narrow(item) else item


def try_cast(item: Sql, kind: str) -> Sql:
    return exp.TryCast(this=item, to=exp.DataType.build(kind))


def call(name: str, *args: Sql) -> Sql:
    """A function by the name that the dialect knows it by."""
    return exp.Anonymous(this=name, expressions=list(args))
