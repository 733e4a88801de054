"""Small shapes of trees that the checker builds and asks about."""

from __future__ import annotations

from engine.faults import Fault
from engine.language import tree as t
from engine.language.types import Type


def kind_of(kind: Type) -> Fault:
    """The name of a kind of value, for messages."""
    return Fault(f"kind_{kind.kind}")


def is_plain(tree: t.Tree) -> bool:
    """A number written out: it takes the unit of what it meets."""
    return all(not isinstance(node, t.Ref) for node in t.walk(tree))


def flat(kind: str, items: tuple[t.Tree, ...]) -> tuple[t.Tree, ...]:
    """Items of an and/or with those of the same kind inside taken up."""
    same = t.All if kind == "and" else t.Any
    flat: list[t.Tree] = []
    for item in items:
        flat.extend(item.items if isinstance(item, same) else (item,))
    return tuple(flat)


def same_truth(left: t.Tree, right: t.Tree, op: str, span: t.Span) -> t.Tree:
    """Whether two conditions are (op "=") or are not ("!=") alike."""
    if isinstance(left, t.Const):
        left, right = right, left
    if isinstance(right, t.Const):
        return left if (op == "=") == right.value else t.Not(left, span)
    both = t.All((left, right), span)
    neither = t.All((t.Not(left, span), t.Not(right, span)), span)
    same = t.Any((both, neither), span)
    return same if op == "=" else t.Not(same, span)
