"""Why: each rule with its conditions, their truth and the facts they rest on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.facts import Facts
from engine.language import tree as t
from engine.model import Condition, Policy
from engine.reference import Reference, plain


def explained(
    policy: Policy, facts: Facts, truths: Mapping[str, bool | None]
) -> list[dict[str, Any]]:
    """Rules in the order of the files, as the JSON document shows them."""
    machine = policy.machine
    slots = machine.slot_values(facts)
    reference = Reference(dict(zip(machine.slots, slots, strict=True)), machine.trees)
    return [
        {
            "id": rule.id,
            "kind": rule.kind,
            "clause": rule.clause,
            "truth": truths[rule.id],
            "conditions": [_condition(policy, reference, part) for part in rule.conditions],
        }
        for rule in policy.all_rules()
        if rule.id in truths
    ]


def _condition(policy: Policy, reference: Reference, part: Condition) -> dict[str, Any]:
    names = facts_of(policy, part.tree)
    return {
        "text": part.text,
        "truth": reference.value(part.tree),
        "facts": {
            name: plain(reference.values[name], policy.facts[name].kind)
            for name in policy.facts
            if name in names
        },
    }


def facts_of(policy: Policy, tree: t.Tree) -> frozenset[str]:
    """The facts on which a tree rests, through the definitions that it uses."""
    found: set[str] = set()
    todo = [tree]
    seen: set[str] = set()
    while todo:
        for name in t.refs(todo.pop()):
            if name in policy.facts:
                found.add(name)
            elif name in policy.trees and name not in seen:
                seen.add(name)
                todo.append(policy.trees[name])
    return frozenset(found)
