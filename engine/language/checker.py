"""Names and types of a rough tree: the checked tree, or every fault with the nearest valid word."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction

from engine.language import tree as t
from engine.language.bounds import bounds
from engine.language.calls import called, common
from engine.language.cells import parse_cell
from engine.language.lexer import Stumble
from engine.language.parser import Rough, parse
from engine.language.shapes import flat, is_plain, kind_of, same_truth
from engine.language.types import (
    DATE,
    INTEGER,
    MONEY,
    NUMBER,
    TEXT,
    YES_NO,
    Names,
    Type,
)
from engine.source import Scalar, Source, hint

MAX_LENGTH = 4000
_BOOLEANS = {"yes": True, "true": True, "no": False, "false": False}


def check(scalar: Scalar, names: Names, source: Source, want: Type | None = None) -> t.Tree | None:
    """The checked tree of an expression; None after faults, which stand in the source.

    `want` is the kind of value asked for: YES_NO for conditions, None for any.
    """
    rough = _read(scalar, source, lambda text: parse(text, names.words))
    return (
        None
        if rough is None or _unsure(rough, names)
        else Checker(scalar, names, source).top(rough, want)
    )


def check_cell(
    scalar: Scalar, column: t.Tree, shown: str, names: Names, source: Source
) -> t.Tree | None:
    """The condition that a cell of a table puts on its column (`shown`: how the column is
    written); always true where the cell takes anything; None after faults."""
    given = Rough("given", (0, 0), shown, tree=column)
    is_set = column.type.kind == "set"
    faults = len(source.faults)
    rough = _read(scalar, source, lambda text: parse_cell(text, names.words, given, is_set))
    if rough is not None and _unsure(rough, names):
        return None
    if rough is not None:
        return Checker(scalar, names, source).condition(rough)
    return t.Const(True, YES_NO, (0, 0)) if len(source.faults) == faults else None


def _unsure(rough: Rough, names: Names) -> bool:
    """Whether the expression uses a name of which nobody knows what it is."""
    if not names.spoilt:
        return False
    if rough.kind == "word" and names.resolve(rough.value) in names.spoilt:
        return True
    return any(_unsure(part, names) for part in rough.parts)


def _read(scalar: Scalar, source: Source, parsed: Callable[[str], Rough | None]) -> Rough | None:
    """The rough tree; None after a fault, or where the parser gives none."""
    if len(scalar.text) > MAX_LENGTH:
        source.fault("expr_too_long", scalar.where, limit=MAX_LENGTH)
        return None
    try:
        return parsed(scalar.text)
    except Stumble as stumble:
        source.fault(stumble.fault.code, scalar.at(stumble.offset), **stumble.fault.params)
        return None


class Checker:
    def __init__(self, scalar: Scalar, names: Names, source: Source) -> None:
        self.scalar, self.names, self.source = scalar, names, source
        self.used = names.asked
        """Dated parameters whose values were written out."""

    def fault(self, rough: Rough, code: str, **params: object) -> None:
        self.source.fault(code, self.scalar.at(rough.span[0]), **params)

    def written(self, rough: Rough) -> str:
        if rough.kind == "given":
            return rough.value
        return self.scalar.text[rough.span[0] : rough.span[1]]

    def top(self, rough: Rough, want: Type | None) -> t.Tree | None:
        if want is None:
            return self.value(rough)
        if want == YES_NO:
            return self.condition(rough)
        if want.choices:
            return self.chosen(rough, want)
        found = self.value(rough)
        if found is None or self._fits(found, want):
            return found
        self.fault(rough, "expr_wrong_kind", wanted=kind_of(want), found=kind_of(found.type))
        return None

    def _fits(self, found: t.Tree, want: Type) -> bool:
        if want.kind == "money":
            return found.type == MONEY or is_plain(found)
        if want.is_numeric:
            return found.type.kind in ("integer", "number")
        return found.type.kind == want.kind

    # conditions --------------------------------------------------------------------------
    def condition(self, rough: Rough) -> t.Tree | None:
        found = self._condition(rough)
        if found is not None and found.type != YES_NO:
            self.fault(
                rough, "expr_not_condition", text=self.written(rough), found=kind_of(found.type)
            )
            return None
        return found

    def _condition(self, rough: Rough) -> t.Tree | None:
        if rough.kind in ("and", "or"):
            items = [self.condition(part) for part in rough.parts]
            known = tuple(item for item in items if item is not None)
            if len(known) < len(items):
                return None
            return (t.All if rough.kind == "and" else t.Any)(flat(rough.kind, known), rough.span)
        if rough.kind == "not":
            item = self.condition(rough.parts[0])
            return None if item is None else t.Not(item, rough.span)
        return self.value(rough)

    # values ------------------------------------------------------------------------------
    def value(self, rough: Rough) -> t.Tree | None:
        if rough.kind in ("and", "or", "not"):
            return self._condition(rough)
        if rough.kind == "given":
            return rough.tree
        if rough.kind == "word":
            return self._word(rough)
        if rough.kind in ("number", "date", "text"):
            return self._literal(rough)
        if rough.kind == "compare":
            return self._compare(rough)
        if rough.kind == "in":
            return self._in(rough)
        if rough.kind in ("arith", "neg"):
            return self._arith(rough)
        if rough.kind == "if":
            return self._if(rough)
        return called(self, rough)

    def _word(self, rough: Rough) -> t.Tree | None:
        name = self.names.resolve(rough.value)
        if name is not None:
            return t.Ref(name, self.names.types[name], rough.span)
        if rough.value in _BOOLEANS:
            return t.Const(_BOOLEANS[rough.value], YES_NO, rough.span)
        if rough.value in self.names.ambiguous:
            several = sorted(self.names.ambiguous[rough.value])
            self.fault(rough, "expr_ambiguous", name=rough.value, names=several)
            return None
        near = hint(rough.value, self.names.all())
        self.fault(rough, "expr_unknown_name", name=rough.value, hint=near)
        return None

    def _literal(self, rough: Rough) -> t.Tree | None:
        if rough.kind == "text":
            return t.Const(rough.value, TEXT, rough.span)
        if rough.kind == "date":
            try:
                return t.Const(date.fromisoformat(rough.value), DATE, rough.span)
            except ValueError:
                self.fault(rough, "expected_date", text=rough.value)
                return None
        written = rough.value.rstrip("元")
        digits = written.rstrip("%万")
        if len(digits) > 24:
            self.fault(rough, "expr_number_too_long", text=rough.value)
            return None
        value = Fraction(digits)
        if written.endswith("%"):
            value /= 100
        elif written.endswith("万"):
            value *= 10000
        return t.Const(value, INTEGER if value.denominator == 1 else NUMBER, rough.span)

    # comparisons -------------------------------------------------------------------------
    def _sides(self, one: Rough, two: Rough) -> tuple[t.Tree | None, t.Tree | None]:
        """Both sides; a bare word is a choice where the other side offers it."""
        left_kind, right_kind = self._offers(one), self._offers(two)
        if right_kind is not None and one.kind in ("word", "text"):
            return self.chosen(one, right_kind), self.value(two)
        if left_kind is not None and two.kind in ("word", "text"):
            return self.value(one), self.chosen(two, left_kind)
        return self.value(one), self.value(two)

    def _offers(self, rough: Rough) -> Type | None:
        """The type of a word or column that has choices."""
        if rough.tree is not None and rough.tree.type.kind == "choice":
            return rough.tree.type
        if rough.kind == "word":
            name = self.names.resolve(rough.value)
            if name is not None and self.names.types[name].kind == "choice":
                return self.names.types[name]
        return None

    def chosen(self, rough: Rough, kind: Type) -> t.Tree | None:
        """A choice by its id or Chinese label, or a name of the same choices."""
        if rough.kind in ("word", "text"):
            if rough.value in kind.choices:
                return t.Const(rough.value, kind, rough.span)
            by_label = [id_ for id_, label in kind.choices.items() if label.zh == rough.value]
            if len(by_label) == 1:
                return t.Const(by_label[0], kind, rough.span)
            name = self.names.resolve(rough.value)
            if name is not None and self.names.types[name].kind == "choice":
                return t.Ref(name, self.names.types[name], rough.span)
            near = hint(rough.value, [*kind.choices, *(c.zh for c in kind.choices.values())])
            self.fault(rough, "expr_unknown_choice", text=rough.value, hint=near)
            return None
        if rough.kind == "if":
            return self._chosen_if(rough, kind)
        found = self.value(rough)
        if found is not None and found.type.kind != "choice":
            self.fault(rough, "expr_wrong_kind", wanted=kind_of(kind), found=kind_of(found.type))
            return None
        return found

    def _chosen_if(self, rough: Rough, kind: Type) -> t.Tree | None:
        test = self.condition(rough.parts[0])
        then, other = (self.chosen(part, kind) for part in rough.parts[1:])
        if test is None or then is None or other is None:
            return None
        return t.If(test, then, other, kind, rough.span)

    def _compare(self, rough: Rough) -> t.Tree | None:
        left, right = self._sides(*rough.parts)
        if left is None or right is None:
            return None
        op = rough.value
        if left.type == YES_NO and right.type == YES_NO and op in ("=", "!="):
            return same_truth(left, right, op, rough.span)
        if left.type.kind in ("choice", "text") and op in ("=", "!="):
            if right.type.kind == left.type.kind:
                return self._choices_equal(left, right, op, rough)
        elif left.type == right.type == DATE or self._comparable(left, right, rough):
            return t.Compare(op, left, right, rough.span)
        elif left.type.is_numeric and right.type.is_numeric:
            return None
        self.fault(
            rough, "expr_not_comparable", op=op, left=kind_of(left.type), right=kind_of(right.type)
        )
        return None

    def _choices_equal(self, left: t.Tree, right: t.Tree, op: str, rough: Rough) -> t.Tree | None:
        both = isinstance(left, t.Ref) and isinstance(right, t.Ref)
        if both and not set(left.type.choices) & set(right.type.choices):
            shown = (self.written(rough.parts[0]), self.written(rough.parts[1]))
            self.fault(rough, "expr_other_choices", left=shown[0], right=shown[1])
            return None
        if isinstance(left, t.Const):
            left, right = right, left
        return t.Compare(op, left, right, rough.span)

    def _comparable(self, left: t.Tree, right: t.Tree, rough: Rough) -> bool:
        if not (left.type.is_numeric and right.type.is_numeric):
            return False
        if (left.type == MONEY) == (right.type == MONEY) or is_plain(left) or is_plain(right):
            return True
        self.fault(rough, "expr_units", left=kind_of(left.type), right=kind_of(right.type))
        return False

    def _in(self, rough: Rough) -> t.Tree | None:
        item, members = rough.parts
        if members.kind == "range":
            low, high = members.parts
            parts = (
                Rough("compare", rough.span, ">=", (item, low)),
                Rough("compare", rough.span, "<=", (item, high)),
            )
            return self._condition(Rough("and", rough.span, "", parts))
        if members.kind == "list":
            return self._in_list(item, members, rough)
        return self._in_set(item, members, rough)

    def _in_list(self, item: Rough, members: Rough, rough: Rough) -> t.Tree | None:
        checked = self.value(item)
        values: list[t.Const] = []
        for part in members.parts:
            found = None
            if checked is not None and checked.type.kind == "choice":
                found = self.chosen(part, checked.type)
            elif checked is not None:
                found = self.value(part)
            if isinstance(found, t.Const):
                values.append(found)
            elif found is not None:
                self.fault(part, "expr_not_constant", text=self.written(part))
        if checked is None or len(values) < len(members.parts):
            return None
        for part, value in zip(members.parts, values, strict=True):
            same = value.type.kind == checked.type.kind
            if not same and not self._comparable(checked, value, part):
                self.fault(
                    part, "expr_wrong_kind", wanted=kind_of(checked.type), found=kind_of(value.type)
                )
                return None
        return t.OneOf(checked, tuple(values), rough.span)

    def _in_set(self, item: Rough, members: Rough, rough: Rough) -> t.Tree | None:
        whole = self.value(members) if self._names_set(members) else None
        if whole is not None:
            choice = self.chosen(item, Type("choice", whole.type.choices))
            if isinstance(choice, t.Const):
                return t.Has(whole, str(choice.value), rough.span)
            if choice is not None:
                self.fault(item, "expr_not_constant", text=self.written(item))
            return None
        single = Rough("list", members.span, "", (members,))
        return self._in_list(item, single, rough)

    def _names_set(self, rough: Rough) -> bool:
        if rough.tree is not None:
            return rough.tree.type.kind == "set"
        name = self.names.resolve(rough.value) if rough.kind == "word" else None
        return name is not None and self.names.types[name].kind == "set"

    # arithmetic --------------------------------------------------------------------------
    def _number(self, rough: Rough) -> t.Tree | None:
        found = self.value(rough)
        if found is not None and not found.type.is_numeric:
            self.fault(
                rough, "expr_not_number", text=self.written(rough), found=kind_of(found.type)
            )
            return None
        return found

    def _arith(self, rough: Rough) -> t.Tree | None:
        if rough.kind == "neg":
            item = self._number(rough.parts[0])
            if item is None:
                return None
            zero = t.Const(Fraction(0), INTEGER, rough.span)
            if isinstance(item, t.Const) and isinstance(item.value, Fraction):
                return t.Const(-item.value, item.type, rough.span)
            return t.Arith("-", zero, item, item.type, rough.span)
        left, right = (self._number(part) for part in rough.parts)
        if left is None or right is None:
            return None
        kind = self._arith_type(rough, left, right)
        if kind is None:
            self.fault(rough, "expr_units", left=kind_of(left.type), right=kind_of(right.type))
            return None
        if rough.value == "/" and not self._never_zero(right):
            self.fault(rough.parts[1], "expr_zero_divisor", text=self.written(rough.parts[1]))
            return None
        return t.Arith(rough.value, left, right, kind, rough.span)

    def _arith_type(self, rough: Rough, left: t.Tree, right: t.Tree) -> Type | None:
        money = (left.type == MONEY, right.type == MONEY)
        if rough.value in "+-":
            return common((left, right))
        if rough.value == "*":
            whole = left.type == right.type == INTEGER
            return None if all(money) else MONEY if any(money) else INTEGER if whole else NUMBER
        if money == (False, True):
            return None
        return MONEY if money == (True, False) else NUMBER

    def _never_zero(self, divisor: t.Tree) -> bool:
        span = bounds(divisor, self.names.ranges)
        return span is not None and (span[0] > 0 or span[1] < 0)

    def _if(self, rough: Rough) -> t.Tree | None:
        test = self.condition(rough.parts[0])
        one, two = self._sides(rough.parts[1], rough.parts[2])
        if test is None or one is None or two is None:
            return None
        if one.type == YES_NO and two.type == YES_NO:
            both = (
                t.All((test, one), rough.span),
                t.All((t.Not(test, rough.span), two), rough.span),
            )
            return t.Any(both, rough.span)
        kind: Type | None = one.type if one.type.kind == two.type.kind else None
        if one.type.is_numeric and two.type.is_numeric:
            kind = common((one, two))
        if kind is None:
            self.fault(rough, "expr_units", left=kind_of(one.type), right=kind_of(two.type))
            return None
        return t.If(test, one, two, kind, rough.span)
