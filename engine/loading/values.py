"""Worked-out values: read them, and define them in the order in which they use each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.language import tree as t
from engine.language.lexer import Stumble, tokens
from engine.language.types import YES_NO, Type
from engine.loading.context import Context, label_or_name
from engine.loading.tables import Head, read_bands, read_lookup, read_table, scalars_in
from engine.model import Rule
from engine.source import Block, Mapping, Node, Scalar, read_name

FORMS = ("is", "table", "lookup", "bands")
"""The ways of saying what a value is."""
_KEYS = "is? table? lookup? bands? type? choices? clause? zh? en?"
_KINDS = ("yes_no", "integer", "number", "money", "date", "text")


@dataclass
class Pending:
    """A definition that waits until those that it uses are checked."""

    head: Head
    form: str
    node: Node | None
    kind: str
    id: str

    @property
    def name(self) -> str:
        return self.head.name


def is_value(node: Mapping) -> bool:
    """Whether an entry says what a value is."""
    return any(node.get(form) is not None for form in FORMS)


def read_value(context: Context, key: Scalar, node: Node) -> Pending:
    """A value with a name of its own, which expressions can use."""
    name = own_name(context, key)
    head, form, body = read_body(context, name, key.where, node)
    return Pending(head, form, body, "value", name)


def own_name(context: Context, key: Scalar) -> str:
    name = read_name(context.source, key)
    if "-" in name:
        context.source.fault("expected_name", key.where, text=name)
    context.claim(name, key.where)
    return name


def read_body(context: Context, name: str, where: str, node: Node) -> tuple[Head, str, Node | None]:
    """What a value is called, and the one form in which it is given."""
    block = context.source.block(node, _KEYS)
    forms = [form for form in FORMS if block.has(form)]
    if len(forms) != 1:
        context.source.fault("value_form", where, name=name)
    form = forms[0] if forms else "is"
    label = label_or_name(block, name)
    head = Head(name, label, block.text("clause"), where, _wanted(context, block))
    body: Node | None = block.scalar("is") if form == "is" else block.node(form)
    return head, form, body


def _wanted(context: Context, block: Block) -> Type | None:
    choices = {name: choice.label() for name, choice in block.named("choices", "zh en")}
    if choices:
        if block.has("type"):
            context.source.fault("value_type_and_choices", block.at("type"))
        return Type("choice", choices)
    kind = block.choice("type", _KINDS) if block.has("type") else ""
    return Type(kind) if kind else None


def tree_of(context: Context, head: Head, form: str, node: Node | None) -> t.Tree | None:
    """The checked value; None after faults."""
    if node is None:
        return None
    if form == "table":
        return read_table(context, head, node)
    if form == "lookup":
        return read_lookup(context, head, node)
    if form == "bands":
        return read_bands(context, node)
    return context.expression(node if isinstance(node, Scalar) else None, head.want)


# order of definitions -----------------------------------------------------------------------


def define_in_order(context: Context, pending: Sequence[Pending]) -> None:
    """Check each expression after those that it uses; a circle is a fault at each of its names."""
    by_name = {item.name: item for item in pending}
    for item in pending:
        # until its own type is known; a circle keeps it
        context.names.add(item.name, item.head.want or YES_NO)
        label = item.head.label.zh
        context.names.words.update(word for word in (label,) if not word.isascii())
    aliases = {item.head.label.zh: item.name for item in pending}
    uses = {item.name: _uses(context, item, by_name, aliases) for item in pending}
    done: set[str] = set()
    for item in pending:
        _visit(context, item.name, by_name, uses, done, [])


def _uses(
    context: Context, item: Pending, by_name: dict[str, Pending], aliases: dict[str, str]
) -> dict[str, bool]:
    """The names that a definition uses; False where the word may also be meant as a choice."""
    words: list[str] = []
    for scalar in scalars_in(item.node):
        try:
            read = tokens(scalar.text, context.names.words)
        except Stumble:
            continue
        words += [token.value for token in read if token.kind == "word"]
    found: dict[str, bool] = {}
    for word in words:
        name = aliases.get(word, word)
        if name in by_name:
            sure = word == name or word not in context.names.choices
            found[name] = found.get(name, False) or sure
    return found


def _visit(
    context: Context,
    name: str,
    by_name: dict[str, Pending],
    uses: dict[str, dict[str, bool]],
    done: set[str],
    path: list[str],
) -> None:
    if name in done:
        return
    if name in path:
        circle = " → ".join([*path[path.index(name) :], name])
        where = by_name[name].head.where
        context.source.fault("definition_cycle", where, name=name, path=circle)
        return
    for used, sure in uses[name].items():
        if sure or used not in [*path, name]:
            _visit(context, used, by_name, uses, done, [*path, name])
    if name not in done:
        done.add(name)
        _define(context, by_name[name])


def _bands_in(node: Node | None) -> list[str]:
    """What is paid by bands, then thresholds and rates in turn."""
    of = node.get("of") if isinstance(node, Mapping) else None
    rows = node.get("rows") if isinstance(node, Mapping) else None
    return [scalar.text for scalar in (*scalars_in(of), *scalars_in(rows))]


def _define(context: Context, item: Pending) -> None:
    head = item.head
    tree = tree_of(context, head, item.form, item.node)
    kind = tree.type if tree is not None else head.want or YES_NO
    table = context.tables.get(item.name)
    if table is not None:
        kind = table.kind
    elif head.want is not None and head.want.choices:
        kind = head.want
    elif tree is None and head.want is None:
        context.names.spoilt.add(item.name)
    label = head.label.zh
    context.names.add(item.name, kind, label if label != head.name else "")
    text = item.node.text if isinstance(item.node, Scalar) else ""
    if item.form == "bands":
        text = f"bands({', '.join(_bands_in(item.node))})"
    context.define(item.name, tree, head.label, head.clause, head.where, text)
    if tree is not None and tree.type == YES_NO:
        written = item.node if isinstance(item.node, Scalar) else None
        conditions = context.conditions(written, tree)
        context.rule(
            Rule(
                item.id, item.kind, item.name, head.clause, head.label, tree, conditions, head.where
            )
        )
