"""Read exclusions.yaml and escalation.yaml."""

from __future__ import annotations

from dataclasses import replace

from engine.language import tree as t
from engine.language.types import YES_NO
from engine.loading.context import Context, conjunction, negation
from engine.loading.eligibility import simple_rule
from engine.model import Condition, Rule
from engine.procedure.reading import LEVELS
from engine.source import Block, Node, Sequence

_EXCLUSION_KEYS = "id clause zh en when level? unless? pending? never_departs?"
_ESCALATION_KEYS = "id clause? to? warns? zh en when opens? help?"


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
    """What goes to somebody else (`to`), and what is only warned of (`warns: yes`)."""
    return tuple(
        replace(rule, warns=_warns(context, block))
        for block in _blocks(context, root, _ESCALATION_KEYS)
        if (rule := simple_rule(context, block, "escalation")) is not None
    )


def _warns(context: Context, block: Block) -> bool:
    """A warning goes to nobody and opens nothing; anything else must say to which level it goes:
    those who weigh the application there are told."""
    warns = block.yes_no("warns")
    if not warns and not block.has("to"):
        context.source.fault("missing_key", block.where, key="to")
    elif not warns and not context.source.published:
        block.choice("to", LEVELS, LEVELS[0])
    for key in ("to", "opens"):
        if warns and block.has(key):
            context.source.fault("unknown_key", block.at(key), key=key, hint="")
    return warns
