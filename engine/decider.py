"""What durable_rules decides: which definitions hold, layer by layer, in few handles.

Definitions with equal forms share one decision. A definition that is too large to be written out
in others is decided in an earlier layer and passed on as a fact. With every slot known a second
set of handles is used that asks one side only (engine.decks).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine.atoms import Atoms, Form, TooManyTerms
from engine.decks import Decision, Decks
from engine.language import tree as t
from engine.language.types import YES_NO

# A definition is written out in those that use it while its forms stay this small.
_SMALL_TRUE, _SMALL_FALSE, _LARGEST, _PART = 2, 3, 24, 8


class Decider:
    """Decides every condition among the definitions of a policy."""

    def __init__(self, slots: Mapping[str, int], definitions: Mapping[str, t.Tree]) -> None:
        self.slots = slots
        self.definitions = definitions
        conditions = {n: tree for n, tree in definitions.items() if tree.type == YES_NO}
        self.positions = {name: i for i, name in enumerate(conditions)}
        self.count = len(conditions)
        self.parts: dict[str, t.Tree] = {}
        self.all_positions = dict(self.positions)
        self.atoms = Atoms(conditions)
        self.constant: list[tuple[int, bool]] = []
        self.decisions = self._plan(conditions)
        self.full = Decks(self, self.decisions, known=False)
        self.known = Decks(self, self.decisions, known=True)

    def _plan(self, conditions: Mapping[str, t.Tree]) -> list[Decision]:
        self.small: dict[str, bool] = {}
        self.layers: dict[str, int] = {}
        self.found: dict[tuple[Form, Form], list[str]] = {}
        for name, tree in conditions.items():
            self._add(name, tree)
        return [
            Decision(
                i,
                true,
                false,
                self.layers[names[0]],
                tuple(self.all_positions[name] for name in names),
            )
            for i, ((true, false), names) in enumerate(self.found.items())
        ]

    def _add(self, name: str, tree: t.Tree) -> None:
        true, false = self._forms(tree)
        self.layers[name] = self._layer((*true, *false), self.layers)
        self.small[name] = len(true) <= _SMALL_TRUE and len(false) <= _SMALL_FALSE
        if ((),) in (true, false):
            self.constant.append((self.all_positions[name], true == ((),)))
            self.small[name] = True
        else:
            self.found.setdefault((true, false), []).append(name)

    def _forms(self, tree: t.Tree) -> tuple[Form, Form]:
        """Written out where that stays small, else over the definitions used, else over parts
        that are decided earlier."""
        for inline in (lambda name: self.small[name], lambda name: False):
            try:
                true = self.atoms.form(tree, True, inline, _LARGEST)
                return true, self.atoms.form(tree, False, inline, _LARGEST)
            except TooManyTerms:
                continue
        return self._forms(self._in_parts(tree))

    def _in_parts(self, tree: t.Tree) -> t.Tree:
        """The same condition with each composite part, or eight plain ones, as one of its own."""
        if isinstance(tree, t.Not):
            return t.Not(self._in_parts(tree.item), tree.span)
        if not isinstance(tree, (t.All, t.Any)):
            raise TooManyTerms("a plain condition has two terms at most")
        plain = [item for item in tree.items if not isinstance(item, (t.All, t.Any, t.Not))]
        items = [self._part(i) for i in tree.items if isinstance(i, (t.All, t.Any, t.Not))]
        for start in range(0, len(plain), _PART):
            few = tuple(plain[start : start + _PART])
            items.append(few[0] if len(few) == 1 else self._part(replace(tree, items=few)))
        if len(items) > _PART:
            groups = [items[i : i + _PART] for i in range(0, len(items), _PART)]
            items = [self._part(replace(tree, items=tuple(group))) for group in groups]
        return replace(tree, items=tuple(items))

    def _part(self, tree: t.Tree) -> t.Tree:
        name = f"part:{len(self.parts)}"
        self.parts[name] = tree
        self.all_positions[name] = self.count + len(self.parts) - 1
        self.atoms.definitions = {**self.atoms.definitions, name: tree}
        self._add(name, tree)
        return t.Ref(name, YES_NO, tree.span)

    def _layer(self, form: Form, layers: Mapping[str, int]) -> int:
        used = {index for term in form for index, _ in term}
        names = [
            item.tree.name
            for item in (self.atoms.properties[index] for index in used)
            if item.kind == "definition" and isinstance(item.tree, t.Ref)
        ]
        return max((layers[name] + 1 for name in names), default=0)

    def decide(self, slots: Sequence[Any], known: bool) -> list[bool | None]:
        """The truth of every condition, in the order of the definitions."""
        truths = (self.known if known else self.full).run(slots)
        return truths[: self.count] if self.parts else truths
