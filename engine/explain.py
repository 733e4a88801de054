"""Why: each rule with its conditions, their truth and the facts they rest on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.codegen import Writer
from engine.language import tree as t
from engine.model import Fact, Policy
from engine.reference import plain
from engine.shadow import evaluator

Explainer = Callable[[Sequence[Any], Mapping[str, bool | None]], list[dict[str, Any]]]


def explainer(policy: Policy, slots: Mapping[str, int], trees: Mapping[str, t.Tree]) -> Explainer:
    """A function from slot values and the truths of rules to the rules in the order of the files,
    as the JSON document shows them; each call makes new objects. Made once per policy."""
    rules = list(policy.all_rules())
    parts = [part for rule in rules for part in rule.conditions]
    writer = Writer("x")
    truths = writer.const(evaluator(slots, trees, [part.tree for part in parts], only=True))
    writer.lines.append(f"k = {truths}(v)")
    shown = {name: _shown(writer, slots[name], fact) for name, fact in policy.facts.items()}
    number = 0
    items = []
    for rule in rules:
        conditions = []
        for part in rule.conditions:
            names = facts_of(policy, part.tree)
            used = (name for name in policy.facts if name in names)
            held = ", ".join(
                f"{writer.const(name, ('name', name))}: {shown[name]}" for name in used
            )
            text = writer.const(part.text)
            conditions.append(f'{{"text": {text}, "truth": k[{number}], "facts": {{{held}}}}}')
            number += 1
        head = {"id": rule.id, "kind": rule.kind, "clause": rule.clause}
        known = ", ".join(f'"{key}": {writer.const(value)}' for key, value in head.items())
        truth = f"u[{writer.const(rule.id)}]"
        items.append(f'{{{known}, "truth": {truth}, "conditions": [{", ".join(conditions)}]}}')
    return writer.compile("v, u", f"[{', '.join(items)}]")


def _shown(writer: Writer, slot: int, fact: Fact) -> str:
    """A variable with the value of a fact as JSON shows it."""
    if fact.type in ("yes_no", "choice", "text"):
        return f"v[{slot}]"
    function, kind = writer.const(plain, "plain"), writer.const(fact.kind)
    return writer.assign(f"None if v[{slot}] is None else {function}(v[{slot}], {kind})")


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
