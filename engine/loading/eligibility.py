"""Read eligibility.yaml: worked-out values, ways to qualify with their grounds, papers required."""

from __future__ import annotations

from dataclasses import dataclass

from engine.labels import Label
from engine.language import tree as t
from engine.language.types import YES_NO, Type
from engine.loading.context import RESERVED, Context, conjunction, negation, truth
from engine.loading.tables import Head
from engine.loading.values import Pending, define_in_order, is_value, read_value
from engine.model import Condition, Ground, Rule, Way
from engine.source import Block, Mapping, Node, Scalar, read_name

_WAY_KEYS = "category? zh en when grounds no_ground?"
_GROUND_KEYS = "id clause zh en when discretion? last_resort?"
_NO_GROUND_KEYS = "id? clause level? zh en"
_EVIDENCE_KEYS = "id clause? zh en when copies? asked? served_by?"


@dataclass
class Eligibility:
    ways: tuple[Way, ...]
    evidence: Block | None


def read_eligibility(context: Context, root: Node) -> Eligibility:
    """Values and raw grounds are defined in the order in which they use each other."""
    values: list[Pending] = []
    ways: list[tuple[str, Block, list[tuple[Block, Pending]]]] = []
    evidence: Block | None = None
    if not isinstance(root, Mapping):
        context.source.fault("expected_mapping", root.where)
        return Eligibility((), None)
    for key, node in root.entries:
        if key.text == "evidence":
            evidence = context.source.block(Mapping(((key, node),), key.place), "evidence")
        elif isinstance(node, Mapping) and is_value(node):
            values.append(read_value(context, key, node))
        elif isinstance(node, Mapping) and node.get("grounds") is not None:
            ways.append(_way_start(context, key, node))
        else:
            context.source.fault("entry_kind", key.where, name=key.text)
    if not ways:
        context.source.fault("no_ways", root.where)
    grounds = [pending for _, _, pairs in ways for _, pending in pairs]
    define_in_order(context, values + grounds)
    context.names.add("category", Type("choice", _categories(ways)))
    choices = {pending.name: pending.head.label for pending in grounds}
    context.names.add("grounds", Type("set", choices))
    return Eligibility(tuple(_finish(context, ways)), evidence)


def _categories(ways: list[tuple[str, Block, list[tuple[Block, Pending]]]]) -> dict[str, Label]:
    found: dict[str, Label] = {}
    for name, block, _ in ways:
        category = block.text("category", name)
        if category not in found or category == name:
            found[category] = block.label()
    return found


def _way_start(
    context: Context, key: Scalar, node: Mapping
) -> tuple[str, Block, list[tuple[Block, Pending]]]:
    name = read_name(context.source, key)
    if name in RESERVED:
        context.source.fault("name_reserved", key.where, name=name)
    block = context.source.block(node, _WAY_KEYS)
    pairs = []
    for ground in block.blocks("grounds", _GROUND_KEYS):
        id_ = ground.name_of("id", default="")
        own = id_.replace("-", "_")
        context.claim(own, ground.at("id"))
        head = Head(own, ground.label(), ground.text("clause"), ground.where, YES_NO)
        pending = Pending(head, "is", ground.expression("when"), "ground", id_)
        pairs.append((ground, pending))
    return name, block, pairs


# ways ---------------------------------------------------------------------------------------


def _finish(
    context: Context, ways: list[tuple[str, Block, list[tuple[Block, Pending]]]]
) -> list[Way]:
    """Each way with its definitions: way:, counted: and the denial where no ground holds."""
    finished: list[Way] = []
    for name, block, pairs in ways:
        when = context.expression(block.expression("when"), YES_NO)
        if when is None:
            continue
        earlier = [negation(truth(f"way:{way.id}")) for way in finished]
        context.define(f"way:{name}", conjunction([when, *earlier]))
        grounds = tuple(
            found for pair in pairs if (found := _ground(context, name, pair, pairs)) is not None
        )
        category = block.text("category", name)
        no_ground = _no_ground(context, name, block, grounds)
        finished.append(Way(name, category, block.label(), when, grounds, no_ground, block.where))
    for category in dict.fromkeys(way.category for way in finished):
        parts = tuple(truth(f"way:{way.id}") for way in finished if way.category == category)
        tree = parts[0] if len(parts) == 1 else t.Any(parts, (0, 0))
        context.define(f"category:{category}", tree)
    return finished


def _ground(
    context: Context,
    way: str,
    pair: tuple[Block, Pending],
    pairs: list[tuple[Block, Pending]],
) -> Ground | None:
    block, pending = pair
    rule = context.rules.get(pending.id)
    if rule is None:
        return None
    discretion, last = block.yes_no("discretion"), block.yes_no("last_resort")
    parts: list[t.Tree] = [truth(f"way:{way}"), truth(pending.name)]
    if last:
        others = [other for sibling, other in pairs if not _is_yes(sibling, "last_resort")]
        parts += [negation(truth(other.name)) for other in others]
    context.define(f"counted:{pending.name}", conjunction(parts))
    return Ground(rule, discretion, last, f"counted:{pending.name}")


def _is_yes(block: Block, key: str) -> bool:
    node = block.node(key)
    return isinstance(node, Scalar) and node.text in ("yes", "true")


def _no_ground(
    context: Context, way: str, block: Block, grounds: tuple[Ground, ...]
) -> Rule | None:
    given = block.maybe("no_ground", _NO_GROUND_KEYS)
    if given is None:
        return None
    id_ = given.name_of("id", default=f"no-ground-{way}")
    name = f"no_ground:{way}"
    parts = [truth(f"way:{way}"), *(negation(truth(ground.rule.name)) for ground in grounds)]
    tree = conjunction(parts)
    context.define(name, tree)
    shown = tuple(
        Condition(f"not {ground.rule.name}", negation(truth(ground.rule.name)))
        for ground in grounds
    )
    level = given.integer("level", low=1, high=99, default=1)
    return context.rule(
        Rule(
            id_,
            "no_ground",
            name,
            given.text("clause"),
            given.label(),
            tree,
            shown,
            given.where,
            level,
        )
    )


def read_evidence(context: Context, block: Block | None) -> tuple[Rule, ...]:
    """The papers that must be attached, in the order of the file."""
    if block is None:
        return ()
    rules = []
    for item in block.blocks("evidence", _EVIDENCE_KEYS):
        rule = simple_rule(context, item, "evidence")
        if rule is not None:
            rules.append(rule)
    return tuple(rules)


def simple_rule(context: Context, item: Block, kind: str) -> Rule | None:
    """A rule that is only a condition: its definition is KIND:ID."""
    id_ = item.name_of("id")
    when = item.expression("when")
    tree = context.expression(when, YES_NO)
    if tree is None:
        return None
    name = f"{kind}:{id_}"
    context.define(name, tree)
    return context.rule(
        Rule(
            id_,
            kind,
            name,
            item.text("clause"),
            item.label(),
            tree,
            context.conditions(when, tree),
            item.where,
            to=item.text("to"),
            copies=item.integer("copies", low=1, high=99, default=1),
            asked=item.text("asked") or None,
            served_by=tuple(scalar.text for scalar in item.scalars("served_by")),
            opens=item.text("opens") or None,
            help=item.block("help", "zh en").label() if item.has("help") else None,
        )
    )
