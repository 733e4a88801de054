"""Why: each rule with its conditions, their truth and the facts they rest on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.language import tree as t
from engine.language.types import Type
from engine.model import Condition, Policy, Rule
from engine.reference import Reference, plain

if TYPE_CHECKING:
    from engine.facts import Facts


@dataclass(frozen=True, slots=True)
class Explained:
    """A condition, and the facts on which it rests with their types."""

    condition: Condition
    facts: tuple[tuple[str, Type], ...]


Plan = tuple[tuple[Rule, tuple[Explained, ...]], ...]


def explanation_plan(policy: Policy) -> Plan:
    """What `explained` needs of every rule; made once per policy."""
    return tuple(
        (rule, tuple(Explained(part, _facts(policy, part.tree)) for part in rule.conditions))
        for rule in policy.all_rules()
    )


def _facts(policy: Policy, tree: t.Tree) -> tuple[tuple[str, Type], ...]:
    names = facts_of(policy, tree)
    return tuple((name, fact.kind) for name, fact in policy.facts.items() if name in names)


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
            "conditions": [_condition(reference, part) for part in parts],
        }
        for rule, parts in machine.explanation
    ]


def _condition(reference: Reference, part: Explained) -> dict[str, Any]:
    values = reference.values
    return {
        "text": part.condition.text,
        "truth": reference.value(part.condition.tree),
        "facts": {name: plain(values[name], kind) for name, kind in part.facts},
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
