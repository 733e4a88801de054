"""The checked tree as SQL: one visitor, any dialect that sqlglot knows.

A condition is a Truth; of all else unknown is NULL: a number is a pair of whole numbers, a date a
DATE, a choice or text a text, a set a text `;a;b;`. NotInSql where certainty cannot be had.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from sqlglot import exp

from engine.bulk import sql, truths
from engine.bulk.numbers import Arithmetic, NotInSql, Number, Whole, as_it_is, constant, number_of
from engine.bulk.sql import Sql
from engine.bulk.truths import Truth
from engine.language import tree as t

_COMPARE: dict[str, type[exp.Binary]] = {
    "=": exp.EQ, "!=": exp.NEQ, "<": exp.LT, "<=": exp.LTE, ">": exp.GT, ">=": exp.GTE,
}  # fmt: skip
_FIRST, _LAST = date.min.toordinal(), date.max.toordinal()


@dataclass(frozen=True)
class Day:
    """A date and the ordinals between which it lies."""

    sql: Sql
    low: int
    high: int


@dataclass(frozen=True)
class Choice:
    """A fact that is a choice: its word, and for each choice whether it is that."""

    word: Sql
    truths: Mapping[str, Truth]
    open: Sql
    """The bit of unknown."""


Value = Sql | Truth | Choice | Number | Day
"""What a name stands for: a text, set or worked-out word; a condition; a choice; a number; a date."""


class Renderer:
    """Renders trees over names that are already SQL."""

    def __init__(
        self, names: Mapping[str, Value], wide: str, keep: Callable[[Sql], Sql] = as_it_is
    ) -> None:
        self.names, self.math, self.keep = names, Arithmetic(wide, keep), keep

    def value(self, tree: t.Tree) -> Value:
        """Whatever the tree is."""
        if tree.type.is_numeric:
            return self.number(tree)
        if tree.type.kind == "date":
            return self.day(tree)
        if isinstance(tree, t.Ref) and isinstance(self.names[tree.name], Choice):
            return self.names[tree.name]
        return self.truth(tree) if tree.type.kind == "yes_no" else self.word(tree)

    # conditions --------------------------------------------------------------------------
    def truth(self, tree: t.Tree) -> Truth:
        if isinstance(tree, t.Const):
            return truths.settled(tree.value is True)
        if isinstance(tree, t.Ref):
            found = self.names[tree.name]
            if not isinstance(found, Truth):
                raise NotInSql(f"{tree.name} as a condition")
            return found
        if isinstance(tree, t.Not):
            return truths.negation(self.truth(tree.item))
        if isinstance(tree, t.All):
            return truths.every(self.truth(item) for item in tree.items)
        if isinstance(tree, t.Any):
            return truths.some(self.truth(item) for item in tree.items)
        if isinstance(tree, t.Compare):
            return self._compared(tree)
        if isinstance(tree, t.OneOf):
            return self._one_of(tree)
        if isinstance(tree, t.Has):
            place = exp.StrPosition(this=self.word(tree.item), substr=sql.text(f";{tree.value};"))
            return truths.of(sql.binary(exp.GT, place, sql.whole(0)))
        raise NotInSql(f"a condition from {type(tree).__name__}")

    def _compared(self, tree: t.Compare) -> Truth:
        for one, two in ((tree.left, tree.right), (tree.right, tree.left)):
            if isinstance(two, t.Const) and one.type.kind == "choice" and tree.op in ("=", "!="):
                found = self.chosen(one, str(two.value))
                return found if tree.op == "=" else truths.negation(found)
        return truths.of(self.compare(tree))

    def chosen(self, tree: t.Tree, choice: str) -> Truth:
        """Whether a choice is this one."""
        known = self.names[tree.name] if isinstance(tree, t.Ref) else None
        if isinstance(known, Choice) and choice in known.truths:
            return known.truths[choice]
        return truths.of(sql.binary(exp.EQ, self.word(tree), sql.text(choice)))

    def compare(self, tree: t.Compare) -> Sql:
        """A comparison as a boolean of SQL, NULL for unknown."""
        kind = _COMPARE[tree.op]
        if tree.left.type.is_numeric:
            return self.math.compared(kind, self.number(tree.left), self.number(tree.right))
        if tree.left.type.kind == "date":
            return sql.binary(kind, self.day(tree.left).sql, self.day(tree.right).sql)
        return sql.binary(kind, self.word(tree.left), self.word(tree.right))

    def _one_of(self, tree: t.OneOf) -> Truth:
        if tree.item.type.is_numeric:
            item = self.number(tree.item)
            return truths.some(
                truths.of(self.math.compared(exp.EQ, item, self.number(const)))
                for const in tree.values
            )
        if tree.item.type.kind == "date":
            days = [self.day(const).sql for const in tree.values]
            return truths.of(sql.among(self.day(tree.item).sql, days))
        return truths.some(self.chosen(tree.item, str(const.value)) for const in tree.values)

    # choices, texts, sets ----------------------------------------------------------------
    def word(self, tree: t.Tree) -> Sql:
        if isinstance(tree, t.Const):
            return sql.text(str(tree.value))
        if isinstance(tree, t.Ref):
            found = self.names[tree.name]
            if isinstance(found, (Truth, Number, Day)):
                raise NotInSql(f"{tree.name} as a word")
            return (found.word if isinstance(found, Choice) else found).copy()
        if isinstance(tree, t.If):
            one, two = self.keep(self.word(tree.then)), self.keep(self.word(tree.other))
            return self._if(tree, one, two, sql.binary(exp.EQ, one, two))
        raise NotInSql(f"a word from {type(tree).__name__}")

    def _if(self, tree: t.If, one: Sql, two: Sql, same: Sql) -> Sql:
        return truths.if_known(self.truth(tree.test), one, two, same)

    # numbers -----------------------------------------------------------------------------
    def number(self, tree: t.Tree) -> Number:
        if isinstance(tree, t.Const) and isinstance(tree.value, Fraction):
            return number_of(tree.value)
        if isinstance(tree, t.Ref):
            found = self.names[tree.name]
            if not isinstance(found, Number):
                raise NotInSql(f"{tree.name} as a number")
            return found
        if isinstance(tree, t.Arith):
            one, two = self.number(tree.left), self.number(tree.right)
            make = {
                "+": self.math.add, "-": self.math.subtract,
                "*": self.math.multiply, "/": self.math.divide,
            }[tree.op]  # fmt: skip
            return make(one, two)
        if isinstance(tree, t.If):
            left, right, bottom = self.math.sides(self.number(tree.then), self.number(tree.other))
            same = sql.binary(exp.EQ, left.sql, right.sql)
            return self.math.chosen(lambda a, b: self._if(tree, a, b, same), left, right, bottom)
        if isinstance(tree, t.Call):
            return self._number_call(tree)
        raise NotInSql(f"a number from {type(tree).__name__}")

    def _number_call(self, tree: t.Call) -> Number:
        if tree.name in ("min", "max"):
            kind = exp.LTE if tree.name == "min" else exp.GTE
            found, *rest = [self.number(arg) for arg in tree.args]
            for other in rest:
                found = self.math.least(found, other, kind)
            return found
        if tree.name.startswith("round"):
            step = tree.args[1] if len(tree.args) > 1 else None
            size = step.value if isinstance(step, t.Const) else 1
            if not isinstance(size, (Fraction, int)):
                raise NotInSql("a step that is no number")
            return self.math.rounded(tree.name, self.number(tree.args[0]), Fraction(size))
        days = [self._kept(self.day(arg)) for arg in tree.args]
        return Number(_COUNTS[tree.name](*days), constant(1))

    # dates -------------------------------------------------------------------------------
    def day(self, tree: t.Tree) -> Day:
        if isinstance(tree, t.Const) and isinstance(tree.value, date):
            return Day(sql.day(tree.value), tree.value.toordinal(), tree.value.toordinal())
        if isinstance(tree, t.Ref):
            found = self.names[tree.name]
            if not isinstance(found, Day):
                raise NotInSql(f"{tree.name} as a date")
            return found
        if isinstance(tree, t.If):
            one, two = self._kept(self.day(tree.then)), self._kept(self.day(tree.other))
            same = sql.binary(exp.EQ, one.sql, two.sql)
            made = self._if(tree, one.sql, two.sql, same)
            return Day(made, min(one.low, two.low), max(one.high, two.high))
        if isinstance(tree, t.Call):
            return self._day_call(tree)
        raise NotInSql(f"a date from {type(tree).__name__}")

    def _kept(self, of: Day) -> Day:
        return Day(self.keep(of.sql), of.low, of.high)

    def _day_call(self, tree: t.Call) -> Day:
        start = self._kept(self.day(tree.args[0]))
        if tree.name == "end_of_year":
            parts = {"year": exp.Year(this=start.sql), "month": sql.whole(12), "day": sql.whole(31)}
            return Day(exp.DateFromParts(**parts), start.low, min(start.high + 366, _LAST))
        if tree.name == "start_of_month":
            year, month = exp.Year(this=start.sql), exp.Month(this=start.sql)
            first = exp.DateFromParts(year=year, month=month, day=sql.whole(1))
            return Day(first, max(start.low - 30, _FIRST), start.high)
        count = self.number(tree.args[1])
        if count.bottom.constant != 1:
            raise NotInSql("a step of days that may be no whole number")
        spans = [
            (n, n) if tree.name == "add_days" else _days_of_months(n)
            for n in (count.top.low, count.top.high)
        ]
        low, high = start.low + min(a for a, _ in spans), start.high + max(b for _, b in spans)
        if low < _FIRST or high > _LAST:
            raise NotInSql("a date beyond the calendar")
        unit = exp.var("DAY" if tree.name == "add_days" else "MONTH")
        fixed = count.top.constant
        step = sql.whole(fixed) if fixed is not None else exp.Paren(this=count.top.sql)
        moved = exp.DateAdd(this=start.sql, expression=step, unit=unit)
        return Day(sql.cast(moved, "date"), low, high)


def _days_of_months(count: int) -> tuple[int, int]:
    """Between how many days so many months lie; generous."""
    return (28 * count - 3, 31 * count + 3) if count >= 0 else (31 * count - 3, 28 * count + 3)


# counting -----------------------------------------------------------------------------------


def _part(kind: type[exp.Func], low: int, high: int) -> Callable[[Day], Whole]:
    def read(of: Day) -> Whole:
        return Whole(sql.cast(kind(this=of.sql), "bigint"), low, high)

    return read


def _year(of: Day) -> Whole:
    low, high = date.fromordinal(of.low).year, date.fromordinal(of.high).year
    return Whole(sql.cast(exp.Year(this=of.sql), "bigint"), low, high)


def _days_between(first: Day, second: Day) -> Whole:
    count = exp.DateDiff(this=second.sql, expression=first.sql, unit=exp.var("DAY"))
    return Whole(sql.cast(count, "bigint"), second.low - first.high, second.high - first.low)


def _months(first: Sql, second: Sql) -> Sql:
    """Completed months where second is not before first."""
    years = sql.binary(exp.Sub, exp.Year(this=second), exp.Year(this=first))
    months = sql.binary(exp.Sub, exp.Month(this=second), exp.Month(this=first))
    whole = sql.binary(exp.Add, sql.binary(exp.Mul, years, sql.whole(12)), months)
    last = exp.Day(this=exp.LastDay(this=second))
    early = sql.binary(exp.LT, exp.Day(this=second), exp.Day(this=first))
    short = sql.every([early, sql.binary(exp.LT, exp.Day(this=second), last)])
    return sql.binary(exp.Sub, whole, sql.if_known(short, sql.whole(1), sql.whole(0)))


def _months_between(first: Day, second: Day) -> Whole:
    onward = sql.binary(exp.GTE, second.sql, first.sql)
    back = exp.Neg(this=sql.part(_months(second.sql, first.sql)))
    made = sql.if_known(onward, _months(first.sql, second.sql), back)
    low = date.fromordinal(second.low).year - date.fromordinal(first.high).year
    high = date.fromordinal(second.high).year - date.fromordinal(first.low).year
    return Whole(sql.cast(made, "bigint"), low * 12 - 12, high * 12 + 12)


def _years_between(first: Day, second: Day) -> Whole:
    months = _months_between(first, second)
    made = sql.binary(exp.IntDiv, months.sql, sql.whole(12))  # drops the fraction, as it should
    return Whole(made, months.low // 12, -(-months.high // 12))


_COUNTS: Mapping[str, Callable[..., Whole]] = {
    "year": _year,
    "month": _part(exp.Month, 1, 12),
    "day": _part(exp.Day, 1, 31),
    "days_between": _days_between,
    "months_between": _months_between,
    "years_between": _years_between,
}
