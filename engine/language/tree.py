"""The checked tree of an expression: what every evaluator reads. Values only, no evaluation.

Every node has a `span` (start, end) in the text it was written in and a `type`. Numbers are exact
Fractions, money counts in yuan. Names refer to facts, parameters or definitions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from engine.language.types import YES_NO, Type

Span = tuple[int, int]
Value = bool | Fraction | date | str | frozenset[str]


@dataclass(frozen=True, slots=True)
class Const:
    value: Value
    type: Type
    span: Span


@dataclass(frozen=True, slots=True)
class Ref:
    name: str
    type: Type
    span: Span


@dataclass(frozen=True, slots=True)
class Not:
    item: Tree
    span: Span

    @property
    def type(self) -> Type:
        return YES_NO


@dataclass(frozen=True, slots=True)
class All:
    """Every item holds (and)."""

    items: tuple[Tree, ...]
    span: Span

    @property
    def type(self) -> Type:
        return YES_NO


@dataclass(frozen=True, slots=True)
class Any:
    """At least one item holds (or)."""

    items: tuple[Tree, ...]
    span: Span

    @property
    def type(self) -> Type:
        return YES_NO


@dataclass(frozen=True, slots=True)
class Compare:
    """`op` is = != < <= > >=; both sides numbers, dates, choices or texts."""

    op: str
    left: Tree
    right: Tree
    span: Span

    @property
    def type(self) -> Type:
        return YES_NO


@dataclass(frozen=True, slots=True)
class OneOf:
    """The item equals one of the constants; or, for a set, contains `item`."""

    item: Tree
    values: tuple[Const, ...]
    span: Span

    @property
    def type(self) -> Type:
        return YES_NO


@dataclass(frozen=True, slots=True)
class Has:
    """A set holds a choice."""

    item: Tree
    value: str
    span: Span

    @property
    def type(self) -> Type:
        return YES_NO


@dataclass(frozen=True, slots=True)
class Arith:
    """`op` is + - * /. A divisor is never zero: the loader has proved it."""

    op: str
    left: Tree
    right: Tree
    type: Type
    span: Span


@dataclass(frozen=True, slots=True)
class If:
    test: Tree
    then: Tree
    other: Tree
    type: Type
    span: Span


@dataclass(frozen=True, slots=True)
class Call:
    """A function of engine.language.functions."""

    name: str
    args: tuple[Tree, ...]
    type: Type
    span: Span


Tree = Const | Ref | Not | All | Any | Compare | OneOf | Has | Arith | If | Call


def children(tree: Tree) -> tuple[Tree, ...]:
    if isinstance(tree, (Const, Ref)):
        return ()
    if isinstance(tree, (All, Any)):
        return tree.items
    if isinstance(tree, (Not, Has)):
        return (tree.item,)
    if isinstance(tree, OneOf):
        return (tree.item, *tree.values)
    if isinstance(tree, (Compare, Arith)):
        return (tree.left, tree.right)
    if isinstance(tree, If):
        return (tree.test, tree.then, tree.other)
    return tree.args


def walk(tree: Tree) -> Iterator[Tree]:
    """The tree and everything below it."""
    yield tree
    for child in children(tree):
        yield from walk(child)


def rebuilt(tree: Tree, change: Callable[[Tree], Tree]) -> Tree:
    """The tree with `change` applied to every node, from the leaves up."""
    if isinstance(tree, (All, Any)):
        tree = replace(tree, items=tuple(rebuilt(item, change) for item in tree.items))
    elif isinstance(tree, (Not, Has, OneOf)):
        tree = replace(tree, item=rebuilt(tree.item, change))
    elif isinstance(tree, (Compare, Arith)):
        left, right = rebuilt(tree.left, change), rebuilt(tree.right, change)
        tree = replace(tree, left=left, right=right)
    elif isinstance(tree, If):
        parts = [rebuilt(part, change) for part in (tree.test, tree.then, tree.other)]
        tree = replace(tree, test=parts[0], then=parts[1], other=parts[2])
    elif isinstance(tree, Call):
        tree = replace(tree, args=tuple(rebuilt(arg, change) for arg in tree.args))
    return change(tree)


def refs(tree: Tree) -> tuple[str, ...]:
    """The names a tree uses directly, each once, in the order of the text."""
    return tuple(dict.fromkeys(node.name for node in walk(tree) if isinstance(node, Ref)))


def key(tree: Tree) -> tuple[object, ...]:
    """Equal for trees that say the same, wherever they are written."""
    if isinstance(tree, Const):
        return ("const", type(tree.value).__name__, tree.value)
    if isinstance(tree, Ref):
        return ("ref", tree.name)
    head: tuple[object, ...] = (type(tree).__name__,)
    if isinstance(tree, (Compare, Arith)):
        head += (tree.op,)
    elif isinstance(tree, Call):
        head += (tree.name,)
    elif isinstance(tree, Has):
        head += (tree.value,)
    return head + tuple(key(child) for child in children(tree))
