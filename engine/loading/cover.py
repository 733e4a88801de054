"""What the rows of a table cover: rows that can hold together, and cases that no row covers.

Cells over written values are boxes of intervals or choices, and the answer is certain. Where a
cell rests on a parameter or a worked-out value, or the boxes are too many, the answer is "not
proved" and the case itself is watched instead (engine.model.Guard).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from math import ceil, floor

from engine.language import tree as t
from engine.language.bounds import bounds
from engine.language.types import Names

Key = tuple[Fraction, int]
"""A place on a line: a value, or just below (-1) or just above (1) it."""
Span = tuple[Key, Key]
_MOST = 20_000
_ENDS: Span = ((Fraction(-(10**30)), 0), (Fraction(10**30), 0))


@dataclass(frozen=True)
class Axis:
    """The values that a column can take: some words, or a line. `step` is the least difference of
    two values (0: none)."""

    words: tuple[object, ...]
    line: Span
    step: Fraction
    days: bool = False

    def shown(self, segment: object) -> str:
        """A value of a segment, for messages."""
        if not isinstance(segment, tuple):
            return {"True": "yes", "False": "no"}.get(str(segment), str(segment))
        low, high = segment
        value = low[0] if not low[1] else high[0] if not high[1] else (low[0] + high[0]) / 2
        if self.days:
            return date.fromordinal(int(value)).isoformat()
        return str(int(value)) if value.denominator == 1 else f"{float(value):g}"


def axis_of(column: t.Tree, names: Names, facts: Collection[str]) -> Axis | None:
    """The axis of a column; None where it has none (sets, texts). `facts` count in whole fen."""
    kind = column.type
    if kind.kind == "yes_no":
        return Axis((True, False), _ENDS, Fraction(1))
    if kind.kind == "choice":
        return Axis(tuple(kind.choices), _ENDS, Fraction(1))
    if kind.kind == "date":
        known = names.days.get(column.name) if isinstance(column, t.Ref) else None
        low, high = known or (date.min, date.max)
        ends = ((Fraction(low.toordinal()), 0), (Fraction(high.toordinal()), 0))
        return Axis((), ends, Fraction(1), days=True)
    if not kind.is_numeric:
        return None
    span = bounds(column, names.ranges)
    line = _ENDS if span is None else ((span[0], 0), (span[1], 0))
    step = Fraction(1) if kind.kind == "integer" else Fraction(0)
    if kind.kind == "money" and isinstance(column, t.Ref) and column.name in facts:
        step = Fraction(1, 100)
    return Axis((), line, step)


class Boxes:
    """The rows of one table as boxes, as far as they can be told."""

    def __init__(
        self,
        columns: Sequence[t.Tree],
        rows: Sequence[Sequence[t.Tree]],
        names: Names,
        facts: Collection[str],
    ) -> None:
        self.axes = [axis_of(column, names, facts) for column in columns]
        self.columns, self.rows = columns, rows

    @cached_property
    def segments(self) -> list[list[object]]:
        """Per column the parts of its axis within which no cell changes."""
        found: list[list[object]] = []
        for number, axis in enumerate(self.axes):
            if axis is None:
                found.append([None])
            elif axis.words:
                found.append(list(axis.words))
            else:
                found.append(list(_cut(axis, [row[number] for row in self.rows])))
        return found

    @cached_property
    def table(self) -> list[list[list[bool | None]]]:
        """Row, column, segment → whether the cell holds there; None where that is not known."""
        return [
            [
                [self._holds(number, cell, segment) for segment in self.segments[number]]
                for number, cell in enumerate(row)
            ]
            for row in self.rows
        ]

    def _holds(self, number: int, cell: t.Tree, segment: object) -> bool | None:
        """Whether a cell holds on a whole segment; None where that depends on something else."""
        if isinstance(cell, t.Const):
            return bool(cell.value)
        if t.key(cell) == t.key(self.columns[number]):
            return segment if isinstance(segment, bool) else None
        if isinstance(cell, t.Not):
            inner = self._holds(number, cell.item, segment)
            return None if inner is None else not inner
        if isinstance(cell, (t.All, t.Any)):
            return _joined(cell, [self._holds(number, item, segment) for item in cell.items])
        axis = self.axes[number]
        if axis is None:
            return None
        return _word_holds(cell, segment) if axis.words else _place_holds(cell, segment)

    def meeting(self, one: int, two: int) -> tuple[str, ...] | bool | None:
        """Values under which both rows hold; False if they never meet; None if not proved."""
        proved, shown = True, []
        for number, axis in enumerate(self.axes):
            a, b = self.table[one][number], self.table[two][number]
            if _opposite(self.rows[one][number], self.rows[two][number]):
                return False
            both = [_both(x, y) for x, y in zip(a, b, strict=True)]
            if True in both:
                segment = self.segments[number][both.index(True)]
                shown.append(axis.shown(segment) if axis is not None else "-")
            elif None in both:
                proved = False
            else:
                return False
        return tuple(shown) if proved else None

    def gap(self) -> tuple[str, ...] | bool | None:
        """Values that no row covers; False if all are covered; None if not proved."""
        self.steps = 0
        found = self._uncovered(0, list(range(len(self.rows))), True)
        if found is None or isinstance(found, bool):
            return found
        return tuple(
            axis.shown(segment) if axis is not None else "-"
            for axis, segment in zip(self.axes, found, strict=True)
        )

    def _uncovered(self, number: int, rows: list[int], sure: bool) -> list[object] | bool | None:
        """A path of segments that no row covers; `sure` where no cell on the way was unknown."""
        if number == len(self.axes):
            return False if rows else []
        if not rows and sure:
            return [segments[0] for segments in self.segments[number:]]
        unproved = False
        for place, segment in enumerate(self.segments[number]):
            self.steps += 1
            if self.steps > _MOST:
                return None
            holds = {row: self.table[row][number][place] for row in rows}
            left = [row for row in rows if holds[row]]
            maybe = any(value is None for value in holds.values())
            found = self._uncovered(number + 1, left, sure and not maybe)
            if found is None or (isinstance(found, list) and maybe):
                unproved = True
            elif isinstance(found, list):
                return [segment, *found]
        return None if unproved else False


def _cut(axis: Axis, cells: Sequence[t.Tree]) -> Iterator[Span]:
    """The line between all values that cells name."""
    marks: set[Fraction] = set()
    for cell in cells:
        for node in t.walk(cell):
            for child in t.children(node) if isinstance(node, (t.Compare, t.OneOf)) else ():
                value = _point(child)
                if value is not None:
                    marks.add(value)
    low, high = axis.line
    inner = sorted(mark for mark in marks if low[0] <= mark <= high[0])
    at = low
    for mark in inner:
        if at[0] < mark and (segment := _whole(axis, (at, (mark, -1)))):
            yield segment
        if segment := _whole(axis, ((mark, 0), (mark, 0))):
            yield segment
        at = (mark, 1)
    if (at[0] < high[0] or at == high) and (segment := _whole(axis, (at, high))):
        yield segment


def _whole(axis: Axis, span: Span) -> Span | None:
    """The span with ends that values can take; None where none lies in it."""
    if not axis.step:
        return span
    low, high = (end[0] / axis.step for end in span)
    first = floor(low) + 1 if span[0][1] > 0 else ceil(low)
    last = ceil(high) - 1 if span[1][1] < 0 else floor(high)
    if first > last:
        return None
    return (first * axis.step, 0), (last * axis.step, 0)


def _point(tree: t.Tree) -> Fraction | None:
    if isinstance(tree, t.Const):
        if isinstance(tree.value, date):
            return Fraction(tree.value.toordinal())
        return tree.value if isinstance(tree.value, Fraction) else None
    return None


def _joined(cell: t.All | t.Any, parts: list[bool | None]) -> bool | None:
    decisive = isinstance(cell, t.Any)
    if decisive in parts:
        return decisive
    return None if None in parts else not decisive


def _both(one: bool | None, two: bool | None) -> bool | None:
    if one is False or two is False:
        return False
    return None if None in (one, two) else True


def _word_holds(cell: t.Tree, word: object) -> bool | None:
    if isinstance(cell, t.Compare) and isinstance(cell.right, t.Const):
        return (cell.right.value == word) is (cell.op == "=")
    return None


def _place_holds(cell: t.Tree, segment: object) -> bool | None:
    if not isinstance(cell, t.Compare) or not isinstance(segment, tuple):
        return None
    value = _point(cell.right)
    if value is None:
        return None
    (low, below), (high, above) = segment
    sign = 0
    if (high, above) < (value, 0):
        sign = -1
    elif (low, below) > (value, 0):
        sign = 1
    return {"<": sign < 0, "<=": sign <= 0, "=": sign == 0, "!=": sign != 0,
            ">=": sign >= 0, ">": sign > 0}[cell.op]  # fmt: skip


_NEGATED = {"<": ">=", ">=": "<", "<=": ">", ">": "<=", "=": "!=", "!=": "="}
_APART = {("<", "="), ("=", "<"), ("<", ">"), (">", "<"), (">", "="), ("=", ">")}


def _opposite(one: t.Tree, two: t.Tree) -> bool:
    """Whether two cells exclude each other whatever the bound is that both name."""
    for a in one.items if isinstance(one, t.All) else (one,):
        for b in two.items if isinstance(two, t.All) else (two,):
            if (
                isinstance(a, t.Compare)
                and isinstance(b, t.Compare)
                and t.key(a.right) == t.key(b.right)
                and (_NEGATED[a.op] == b.op or (a.op, b.op) in _APART)
            ):
                return True
    return False
