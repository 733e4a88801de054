"""Conditions broken down to what durable_rules can decide: properties with few values, and terms.

A *property* is one thing that may be known or unknown: a yes/no fact, a choice, the sign of the
difference of two values, a computed truth, or an earlier definition. Its values are numbered. A
*term* demands of some properties that they are known and among some values; a *form* is a list of
terms of which one suffices. For each definition two forms are made, one for "definitely true" and
one for "definitely false"; distributing `and` over `or` keeps Kleene's truth exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.language import tree as t

Term = tuple[tuple[int, int], ...]
"""(property index, bit mask of allowed values), sorted by index."""
Form = tuple[Term, ...]

MOST_TERMS = 400  # a form beyond this is split by deciding a part of it earlier
_SIGN_MASKS = {"<": 1, "=": 2, "<=": 3, ">": 4, "!=": 5, ">=": 6}


class TooManyTerms(Exception):  # noqa: N818 - a signal to decide sub-conditions earlier
    """The form is larger than the limit given."""


@dataclass(frozen=True, slots=True)
class Property:
    """`kind` is fact (yes/no), choice, sign, truth or definition; `tree` what is computed for it; `size`
    the number of its values: false/true, the choices in order, or −1/0/1."""

    index: int
    kind: str
    tree: t.Tree
    size: int

    @property
    def name(self) -> str:
        return f"p{self.index}"


class Atoms:
    """The properties of a policy's definitions, and forms over them."""

    def __init__(self, definitions: Mapping[str, t.Tree]) -> None:
        self.definitions = definitions
        self.properties: list[Property] = []
        self._known: dict[object, Property] = {}
        self.masks: dict[int, set[int]] = {}
        """Per sign property the sets of signs that rules tell apart."""

    def property(self, kind: str, tree: t.Tree, size: int) -> Property:
        key = (kind, t.key(tree))
        if key not in self._known:
            self._known[key] = Property(len(self.properties), kind, tree, size)
            self.properties.append(self._known[key])
        return self._known[key]

    def form(self, tree: t.Tree, want: bool, inline: Inline, limit: int) -> Form:
        """The terms under which `tree` is definitely `want`; TooManyTerms beyond the limit.

        `inline` says for a definition whether it is written out or taken as a property.
        """
        if isinstance(tree, t.Const):
            return ((),) if tree.value is want else ()
        if isinstance(tree, t.Not):
            return self.form(tree.item, not want, inline, limit)
        if isinstance(tree, (t.All, t.Any)):
            parts = [self.form(item, want, inline, limit) for item in tree.items]
            if isinstance(tree, t.All) is want:
                return _product(parts, limit)
            return _union(parts, limit)
        if isinstance(tree, t.Ref) and tree.name in self.definitions and inline(tree.name):
            return self.form(self.definitions[tree.name], want, inline, limit)
        found, mask = self.leaf(tree)
        allowed = mask if want else ((1 << found.size) - 1) ^ mask
        return (((found.index, allowed),),) if allowed else ()

    def leaf(self, tree: t.Tree) -> tuple[Property, int]:
        """The property of a simple condition, and the values for which it holds."""
        if isinstance(tree, t.Ref):
            kind = "definition" if tree.name in self.definitions else "fact"
            return self.property(kind, tree, 2), 2
        if isinstance(tree, t.Compare):
            return self._compare(tree)
        if isinstance(tree, t.OneOf) and tree.item.type.kind == "choice":
            choices = list(tree.item.type.choices)
            mask = 0
            for const in tree.values:
                mask |= 1 << choices.index(str(const.value))
            return self.property("choice", tree.item, len(choices)), mask
        return self.property("truth", tree, 2), 2

    def _compare(self, tree: t.Compare) -> tuple[Property, int]:
        left, right = tree.left, tree.right
        if left.type.kind == "choice" and isinstance(right, t.Const):
            choices = list(left.type.choices)
            mask = 1 << choices.index(str(right.value))
            if tree.op == "!=":
                mask ^= (1 << len(choices)) - 1
            return self.property("choice", left, len(choices)), mask
        if left.type.kind in ("choice", "text"):
            return self.property("truth", tree, 2), 2
        pair = t.Compare("=", left, right, tree.span)
        found = self.property("sign", pair, 3)
        self.masks.setdefault(found.index, set()).add(_SIGN_MASKS[tree.op])
        return found, _SIGN_MASKS[tree.op]


Inline = Callable[[str], bool]


def _product(parts: list[Form], limit: int) -> Form:
    found: Form = ((),)
    for part in sorted(parts, key=len):
        terms = [both for one in found for two in part if (both := _meet(one, two)) is not None]
        found = absorbed(terms)
        if len(found) > limit:
            raise TooManyTerms
    return found


def _union(parts: list[Form], limit: int) -> Form:
    found = absorbed([term for part in parts for term in part])
    if len(found) > limit:
        raise TooManyTerms
    return found


def _meet(one: Term, two: Term) -> Term | None:
    """Both terms at once; None where they contradict each other."""
    masks = dict(one)
    for index, mask in two:
        allowed = masks.get(index, mask) & mask
        if not allowed:
            return None
        masks[index] = allowed
    return tuple(sorted(masks.items()))


def absorbed(terms: list[Term]) -> Form:
    """Without the terms that another, weaker one makes needless."""
    kept: list[Term] = []
    for term in sorted(set(terms), key=len):
        demands = dict(term)
        if not any(_weaker(other, demands) for other in kept):
            kept.append(term)
    return tuple(kept)


def _weaker(other: Term, demands: Mapping[int, int]) -> bool:
    return all(index in demands and demands[index] & ~mask == 0 for index, mask in other)
