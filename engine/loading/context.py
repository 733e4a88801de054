"""What the readers of one policy share: the source of faults and the names known so far."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from engine.labels import Label
from engine.language import check
from engine.language import tree as t
from engine.language.bounds import bounds, day_bounds
from engine.language.calls import bands
from engine.language.checker import Checker, check_cell
from engine.language.parser import Rough
from engine.language.types import YES_NO, Names, Type
from engine.model import Condition, Definition, Guard, Rule, Table
from engine.source import Block, Scalar, Source

RESERVED = frozenset({"category", "grounds", "evidence", "outputs"})


@dataclass
class Context:
    source: Source
    names: Names = field(default_factory=lambda: Names({}))
    places: dict[str, str] = field(default_factory=dict)
    """Where each name was first given."""
    rules: dict[str, Rule] = field(default_factory=dict)
    definitions: list[Definition] = field(default_factory=list)
    facts: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    tables: dict[str, Table] = field(default_factory=dict)
    guards: list[Guard] = field(default_factory=list)
    later: dict[str, t.Tree] = field(default_factory=dict)
    """Definitions that are made only if something uses them."""

    def claim(self, name: str, where: str) -> bool:
        """Take a name that expressions use; a fault if it is taken or reserved."""
        if name in RESERVED or name in ("yes", "no", "true", "false"):
            self.source.fault("name_reserved", where, name=name)
            return False
        if name in self.places:
            self.source.fault("name_taken", where, name=name, first=self.places[name])
            return False
        self.places[name] = where
        return True

    def expression(self, scalar: Scalar | None, want: Type | None) -> t.Tree | None:
        """A checked tree with `category` and `grounds` turned into definitions."""
        if scalar is None:
            return None
        tree = check(scalar, self.names, self.source, want)
        if tree is None:
            return None
        self.use(tree)
        return self._resolved(tree, scalar)

    def cell(self, scalar: Scalar, column: Condition) -> t.Tree | None:
        """The checked condition of a table's cell on its column."""
        tree = check_cell(scalar, column.tree, column.text, self.names, self.source)
        if tree is not None:
            self.use(tree)
        return tree

    def bands(self, scalar: Scalar, args: tuple[t.Tree, ...]) -> t.Tree | None:
        """Marginal bands over checked arguments: the value, then thresholds and rates in turn."""
        rough = Rough("call", (0, len(scalar.text)), "bands")
        return bands(Checker(scalar, self.names, self.source), rough, args)

    def use(self, tree: t.Tree) -> None:
        """Note the names a tree uses, and make the definitions that waited for being used."""
        for name in t.refs(tree):
            self.used.add(name)
            waiting = self.later.pop(name, None)
            if waiting is not None:
                self.use(waiting)
                self.define(name, waiting)

    def _resolved(self, tree: t.Tree, scalar: Scalar) -> t.Tree:
        found = t.rebuilt(tree, _pseudo)
        for node in t.walk(found):
            if isinstance(node, t.Ref) and node.name in ("category", "grounds"):
                self.source.fault("category_use", scalar.at(node.span[0]), name=node.name)
        return found

    def conditions(self, scalar: Scalar | None, tree: t.Tree | None) -> tuple[Condition, ...]:
        """The parts of a condition as they were written."""
        if scalar is None or tree is None:
            return ()
        parts = tree.items if isinstance(tree, t.All) else (tree,)
        return tuple(Condition(scalar.text[p.span[0] : p.span[1]], p) for p in parts)

    def define(
        self,
        name: str,
        tree: t.Tree | None,
        label: Label | None = None,
        clause: str = "",
        where: str = "",
        text: str = "",
    ) -> None:
        if tree is not None:
            self.definitions.append(Definition(name, tree, label, clause, where, text))
            span = bounds(tree, self.names.ranges)
            if span is not None:
                self.names.ranges[name] = span
            days = day_bounds(tree, self.names.days)
            if days is not None:
                self.names.days[name] = days

    def rule(self, rule: Rule) -> Rule:
        """Register a rule; two with one id are a fault."""
        first = self.rules.get(rule.id)
        if first is not None:
            self.source.fault("duplicate_id", rule.where, id=rule.id, first=first.where)
        self.rules.setdefault(rule.id, rule)
        return rule


def _pseudo(node: t.Tree) -> t.Tree:
    """`x in grounds` and `category = x` become references to the engine's definitions."""
    if isinstance(node, t.Has) and _is(node.item, "grounds"):
        return t.Ref(f"counted:{node.value}", YES_NO, node.span)
    if isinstance(node, t.OneOf) and _is(node.item, "category"):
        parts = tuple(_category(value, node.span) for value in node.values)
        return parts[0] if len(parts) == 1 else t.Any(parts, node.span)
    if not (isinstance(node, t.Compare) and _is(node.left, "category")):
        return node
    if not isinstance(node.right, t.Const):
        return node
    found = _category(node.right, node.span)
    return found if node.op == "=" else t.Not(found, node.span)


def _is(tree: t.Tree, name: str) -> bool:
    return isinstance(tree, t.Ref) and tree.name == name


def _category(value: t.Const, span: t.Span) -> t.Ref:
    return t.Ref(f"category:{value.value}", YES_NO, span)


def truth(name: str) -> t.Ref:
    """A reference to a definition made by the engine itself."""
    return t.Ref(name, YES_NO, (0, 0))


def conjunction(items: Iterable[t.Tree]) -> t.Tree:
    known = tuple(items)
    return known[0] if len(known) == 1 else t.All(known, (0, 0))


def negation(tree: t.Tree) -> t.Tree:
    return tree.item if isinstance(tree, t.Not) else t.Not(tree, tree.span)


def label_or_name(block: Block, name: str) -> Label:
    """The title of an entry; its name where a title was not given."""
    return Label(
        block.text("zh") if block.has("zh") else name, block.text("en") if block.has("en") else name
    )
