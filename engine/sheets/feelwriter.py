"""Checked trees as FEEL: cells as unary tests, results as simple values. What level 2 has no words
for is a FeelError, never something near it."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from engine.language import tree as t
from engine.sheets.feel import FeelError

_STRENGTH = {"+": 1, "-": 1, "*": 2, "/": 2}


def test_of(cell: t.Tree, column: t.Tree) -> str:
    """What a cell asks of its column, as a unary test."""
    if isinstance(cell, t.Const):
        return "-"
    if column.type.kind == "set":
        name = column.name if isinstance(column, t.Ref) else column.type.kind
        raise FeelError("feel_set", name=name)
    if t.key(cell) == t.key(column):
        return "true"
    if isinstance(cell, t.Not):
        if t.key(cell.item) == t.key(column):
            return "false"
        return f"not({_list(cell.item, column)})"
    return _list(cell, column)


def _list(cell: t.Tree, column: t.Tree) -> str:
    if isinstance(cell, t.Any):
        return ", ".join(_one(item, column) for item in cell.items)
    if isinstance(cell, t.OneOf):
        return ", ".join(value_of(value) for value in cell.values)
    return _one(cell, column)


def _one(cell: t.Tree, column: t.Tree) -> str:
    if t.key(cell) == t.key(column):
        return "true"
    if isinstance(cell, t.Not) and t.key(cell.item) == t.key(column):
        return "false"
    if isinstance(cell, t.Compare) and t.key(cell.left) == t.key(column):
        shown = value_of(cell.right)
        return (
            shown
            if cell.op == "="
            else f"not({shown})"
            if cell.op == "!="
            else f"{cell.op} {shown}"
        )
    if isinstance(cell, t.All) and len(cell.items) == 2:
        low, high = cell.items
        if isinstance(low, t.Compare) and isinstance(high, t.Compare):
            least = {">=": "[", ">": "("}.get(low.op)
            most = {"<=": "]", "<": ")"}.get(high.op)
            if least and most:
                return f"{least}{value_of(low.right)}..{value_of(high.right)}{most}"
    raise FeelError("feel_formula")


def value_of(tree: t.Tree, strength: int = 0) -> str:
    """A value: a constant, a name, or a sum and product of them."""
    if isinstance(tree, t.Const):
        return _const(tree)
    if isinstance(tree, t.Ref) and ":" not in tree.name:
        return tree.name
    if isinstance(tree, t.Arith):
        own = _STRENGTH[tree.op]
        shown = f"{value_of(tree.left, own)} {tree.op} {value_of(tree.right, own + 1)}"
        return f"({shown})" if own < strength else shown
    raise FeelError("feel_formula")


def _const(tree: t.Const) -> str:
    value = tree.value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return f'date("{value.isoformat()}")'
    if isinstance(value, Fraction):
        shown = _decimal(value)
        return f"({shown})" if value < 0 and not shown.startswith("-") else shown
    if isinstance(value, str) and '"' not in value:
        return f'"{value}"'
    raise FeelError("feel_formula")


def _decimal(value: Fraction) -> str:
    scaled = value * 10**12
    if scaled.denominator != 1:
        return f"{value.numerator} / {value.denominator}"
    sign, digits = "-" if value < 0 else "", f"{abs(scaled.numerator):013d}"
    whole, rest = digits[:-12], digits[-12:].rstrip("0")
    return f"{sign}{whole}.{rest}" if rest else f"{sign}{whole}"
