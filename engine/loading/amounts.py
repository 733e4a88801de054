"""Read amounts.yaml: benefits and their tiers, values over them, what is capped or chosen among
them, and what else the policy works out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from engine.language import tree as t
from engine.language.types import MONEY, YES_NO
from engine.loading.context import Context
from engine.loading.limits import Limits, granted_tree
from engine.loading.tables import Head
from engine.loading.values import define_in_order, read_body, read_value, tree_of
from engine.model import Benefit, Cap, Output, Rule, Tier
from engine.source import Block, Mapping, Node, Scalar, hint, read_name

_AMOUNTS = "mode? amount? min? max? clause?"
_BENEFIT_KEYS = f"zh en when {_AMOUNTS} proposed? hit? tiers?"
_TIER_KEYS = f"id zh en when? {_AMOUNTS}"
_MODES = {
    "fixed": {"amount"},
    "range": {"min", "max"},
    "cap": {"max"},
    "discretion": set(),
}
TOTAL = "benefits_total"
"""The name under which conditions find the sum of all benefits."""


@dataclass(frozen=True)
class Amounts:
    benefits: tuple[Benefit, ...]
    outputs: tuple[Output, ...]
    caps: tuple[Cap, ...]


def read_amounts(context: Context, root: Node, facts: Collection[str]) -> Amounts:
    """Benefits; under `values` what is worked out for them; under `choose` and `caps` what limits
    several of them; under `outputs` whatever else the policy works out."""
    if not isinstance(root, Mapping):
        context.source.fault("expected_mapping", root.where)
        return Amounts((), (), ())
    special = {key.text: (key, node) for key, node in root.entries if key.text in _SPECIAL}
    if "values" in special:
        _values(context, *special["values"])
    written = [
        found
        for key, node in root.entries
        if key.text not in _SPECIAL and (found := _benefit(context, key, node, facts)) is not None
    ]
    limits = Limits(context, written)
    for name, read in (("choose", limits.read_choices), ("caps", limits.read_caps)):
        if name in special:
            key, node = special[name]
            read(context.source.block(Mapping(((key, node),), key.place), name))
    benefits = limits.finish()
    _offer(context, benefits)
    outputs = _outputs(context, *special["outputs"]) if "outputs" in special else []
    return Amounts(benefits, tuple(outputs), tuple(limits.caps))


_SPECIAL = ("values", "choose", "caps", "outputs")


def _values(context: Context, key: Scalar, node: Node) -> None:
    if not isinstance(node, Mapping):
        context.source.fault("expected_mapping", node.where)
        return
    define_in_order(context, [read_value(context, name, item) for name, item in node.entries])


def _outputs(context: Context, key: Scalar, node: Node) -> list[Output]:
    if not isinstance(node, Mapping):
        context.source.fault("expected_mapping", node.where)
        return []
    found = []
    for scalar, item in node.entries:
        name = read_name(context.source, scalar)
        head, form, body = read_body(context, name, scalar.where, item)
        inner = Head(f"output:{name}", head.label, head.clause, head.where, head.want)
        tree = tree_of(context, inner, form, body)
        text = body.text if isinstance(body, Scalar) else ""
        context.define(inner.name, tree, head.label, head.clause, head.where, text)
        found.append(Output(name, head.label, inner.name))
    return found


# benefits -----------------------------------------------------------------------------------


def _benefit(context: Context, key: Scalar, node: Node, facts: Collection[str]) -> Benefit | None:
    """A benefit as written, before what limits it."""
    id_ = read_name(context.source, key)
    block = context.source.block(node, _BENEFIT_KEYS)
    when = block.expression("when")
    tree = context.expression(when, YES_NO)
    proposed = block.text("proposed") or None
    if proposed is not None and proposed not in facts:
        near = hint(proposed, facts)
        context.source.fault("unknown_fact", block.at("proposed"), name=proposed, hint=near)
    if proposed is not None:
        context.used.add(proposed)
    block.choice("hit", ("first",), "first")
    tiers = _tiers(context, id_, block) if block.has("tiers") else _only_tier(context, id_, block)
    if tree is None:
        return None
    conditions = context.conditions(when, tree)
    rule = Rule(
        id_,
        "benefit",
        f"benefit:{id_}",
        block.text("clause"),
        block.label(),
        tree,
        conditions,
        key.where,
    )
    return Benefit(id_, block.label(), rule, tuple(tiers), proposed)


def _only_tier(context: Context, id_: str, block: Block) -> list[Tier]:
    always = t.Const(True, YES_NO, (0, 0))
    name = f"tier:{id_}:only"
    context.define(name, always)
    rule = Rule(id_, "tier", name, block.text("clause"), block.label(), always, (), block.where)
    return [_amounts(context, block, rule)]


def _tiers(context: Context, id_: str, block: Block) -> list[Tier]:
    tiers: list[Tier] = []
    closed = False
    for item in block.blocks("tiers", _TIER_KEYS):
        if closed:
            context.source.fault("tier_after_otherwise", item.where)
        closed = not item.has("when")
        when = item.expression("when")
        tree = context.expression(when, YES_NO) if when else t.Const(True, YES_NO, (0, 0))
        if tree is None:
            continue
        own = item.name_of("id")
        name = f"tier:{id_}:{own}"
        context.define(name, tree)
        rule = context.rule(
            Rule(
                f"{id_}.{own}",
                "tier",
                name,
                item.text("clause", block.text("clause")),
                item.label(),
                tree,
                context.conditions(when, tree),
                item.where,
            )
        )
        tiers.append(_amounts(context, item, rule))
    return tiers


def _amounts(context: Context, block: Block, rule: Rule) -> Tier:
    mode = block.choice("mode", _MODES, "discretion")
    if not block.has("mode"):
        context.source.fault("missing_key", block.where, key="mode")
    needed = _MODES[mode]
    given = {key for key in ("amount", "min", "max") if block.has(key)}
    allowed = needed | ({"min"} if mode == "cap" else set())
    if not needed <= given or not given <= allowed:
        shown = sorted(needed) or "—"
        context.source.fault("amount_keys", block.at("mode"), mode=mode, needed=shown)
    trees = {key: context.expression(block.expression(key), MONEY) for key in given}
    written = {key: scalar.text for key in given if (scalar := block.expression(key)) is not None}
    return Tier(rule, mode, trees.get("amount"), trees.get("min"), trees.get("max"), written)


def _offer(context: Context, benefits: tuple[Benefit, ...]) -> None:
    """Outputs and escalations can use a benefit's id (or Chinese title) for its amount, and
    `benefits_total` for the sum of all."""
    for benefit in benefits:
        if benefit.id.replace("-", "_") == benefit.id and benefit.id not in context.places:
            context.names.add(benefit.id, MONEY)
            if benefit.label.zh not in context.names.labels:
                context.names.label(benefit.label.zh, benefit.id)
            context.later[benefit.id] = granted_tree(benefit)
    if benefits and TOTAL not in context.places:
        total: t.Tree = granted_tree(benefits[0])
        for benefit in benefits[1:]:
            total = t.Arith("+", total, granted_tree(benefit), MONEY, (0, 0))
        context.names.add(TOTAL, MONEY, "各项合计")
        context.later[TOTAL] = total
