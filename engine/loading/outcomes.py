"""Read exclusions.yaml, amounts.yaml and escalation.yaml."""

from __future__ import annotations

from engine.language import tree as t
from engine.language.types import MONEY, YES_NO
from engine.loading.context import Context, conjunction, label_or_name, negation
from engine.loading.eligibility import simple_rule
from engine.model import Benefit, Condition, Output, Rule, Tier
from engine.source import Block, Mapping, Node, Scalar, Sequence, hint, read_name

_EXCLUSION_KEYS = "id clause zh en when level? unless? pending? never_departs?"
_ESCALATION_KEYS = "id clause? to zh en when opens? help?"
_AMOUNTS = "mode? amount? min? max? clause?"
_BENEFIT_KEYS = f"zh en when {_AMOUNTS} proposed? hit? tiers?"
_TIER_KEYS = f"id zh en when? {_AMOUNTS}"
_OUTPUT_KEYS = "is zh? en?"
_MODES = {
    "fixed": {"amount"},
    "range": {"min", "max"},
    "cap": {"max"},
    "discretion": set(),
}


def _blocks(context: Context, root: Node, keys: str) -> list[Block]:
    if not isinstance(root, Sequence):
        context.source.fault("expected_list", root.where)
        return []
    return [context.source.block(node, keys) for node in root.items]


def read_exclusions(context: Context, root: Node) -> tuple[Rule, ...]:
    """Denials: when, unless allowed (`unless`) or still to be determined (`pending`)."""
    return tuple(
        rule
        for block in _blocks(context, root, _EXCLUSION_KEYS)
        if (rule := _exclusion(context, block)) is not None
    )


def _exclusion(context: Context, block: Block) -> Rule | None:
    id_ = block.name_of("id")
    when = block.expression("when")
    tree = context.expression(when, YES_NO)
    if tree is None:
        return None
    conditions = list(context.conditions(when, tree))
    parts: list[t.Tree] = [tree]
    excuses: dict[str, t.Tree | None] = {"unless": None, "pending": None}
    for key in excuses:
        written = block.expression(key)
        excuse = context.expression(written, YES_NO)
        if written is not None and excuse is not None:
            excuses[key] = excuse
            parts.append(negation(excuse))
            conditions.append(Condition(f"not ({written.text})", negation(excuse)))
    name = f"exclusion:{id_}"
    context.define(name, conjunction(parts))
    pending = excuses["pending"]
    if pending is not None:
        context.define(f"pending:{id_}", conjunction([tree, pending]))
    level = block.integer("level", low=1, high=99, default=1)
    return context.rule(
        Rule(
            id_,
            "exclusion",
            name,
            block.text("clause"),
            block.label(),
            conjunction(parts),
            tuple(conditions),
            block.where,
            level,
            unless=excuses["unless"],
            pending=pending,
            never_departs=block.yes_no("never_departs"),
        )
    )


def read_escalations(context: Context, root: Node) -> tuple[Rule, ...]:
    return tuple(
        rule
        for block in _blocks(context, root, _ESCALATION_KEYS)
        if (rule := simple_rule(context, block, "escalation")) is not None
    )


# amounts ------------------------------------------------------------------------------------


def read_amounts(
    context: Context, root: Node, facts: dict[str, object]
) -> tuple[tuple[Benefit, ...], tuple[Output, ...]]:
    """Benefits, and under the key `outputs` whatever else the policy works out."""
    benefits: list[Benefit] = []
    outputs: list[Output] = []
    if not isinstance(root, Mapping):
        context.source.fault("expected_mapping", root.where)
        return (), ()
    for key, node in root.entries:
        if key.text == "outputs":
            outputs += _outputs(context, key, node)
        else:
            benefit = _benefit(context, key, node, facts)
            if benefit is not None:
                benefits.append(benefit)
    return tuple(benefits), tuple(outputs)


def _outputs(context: Context, key: Scalar, node: Node) -> list[Output]:
    block = context.source.block(Mapping(((key, node),), key.place), "outputs")
    found = []
    for name, item in block.named("outputs", _OUTPUT_KEYS):
        tree = context.expression(item.expression("is"), None)
        context.define(f"output:{name}", tree)
        found.append(Output(name, label_or_name(item, name), f"output:{name}"))
    return found


def _benefit(context: Context, key: Scalar, node: Node, facts: dict[str, object]) -> Benefit | None:
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
    if block.has("tiers"):
        tiers = _tiers(context, id_, block)
    else:
        tiers = _only_tier(context, id_, block)
    if tree is None:
        return None
    name = f"benefit:{id_}"
    context.define(name, tree)
    rule = context.rule(
        Rule(
            id_,
            "benefit",
            name,
            block.text("clause"),
            block.label(),
            tree,
            context.conditions(when, tree),
            key.where,
        )
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
                item.text("clause"),
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
    return Tier(rule, mode, trees.get("amount"), trees.get("min"), trees.get("max"))
