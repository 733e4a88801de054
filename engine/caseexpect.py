"""The words that a case may expect, so that a misspelt one is named with the nearest valid word."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from engine.core import DISCRETIONARY, ELIGIBLE, INELIGIBLE, NO_CATEGORY, UNDETERMINED
from engine.faults import Fault
from engine.model import Policy
from engine.source import Mapping, Node, Scalar, Sequence, hint

OUTCOMES = (ELIGIBLE, INELIGIBLE, DISCRETIONARY, UNDETERMINED)
TRUTHS = {"yes": True, "true": True, "no": False, "false": False}


def word_faults(policy: Policy, key: str, node: Node) -> Iterator[Fault]:
    """`expected_choice` for each expected word under `key` that no answer of this policy can hold,
    at its place."""
    if key == "outputs":
        yield from _outputs(policy, node)
        return
    words = _words(policy, key)
    items = node.items if isinstance(node, Sequence) else (node,)
    for item in items if words is not None else ():
        if isinstance(item, Scalar) and not item.is_null and item.text not in (words or ()):
            yield _fault("expected_choice", item, words or ())


def _fault(code: str, at: Scalar, words: Collection[str]) -> Fault:
    shown = {"text": at.text} if code == "expected_choice" else {"key": at.text}
    return Fault(code, {**shown, "hint": hint(at.text, words)}, at.where)


def _outputs(policy: Policy, node: Node) -> Iterator[Fault]:
    known = [output.id for output in policy.outputs]
    if isinstance(node, Mapping):
        for key, _ in node.entries:
            if key.text not in known:
                yield _fault("unknown_key", key, known)


def _words(policy: Policy, key: str) -> Collection[str] | None:
    """What may stand under a key of `expect`; None for a benefit."""
    refusing = [way.no_ground for way in policy.ways if way.no_ground is not None]
    known: dict[str, Collection[str]] = {
        "outcome": OUTCOMES,
        "category": (*policy.categories, NO_CATEGORY, UNDETERMINED),
        "proposed_ok": TRUTHS,
        "grounds": [ground.rule.clause for way in policy.ways for ground in way.grounds],
        "denials": [rule.clause for rule in (*policy.exclusions, *refusing)],
        "missing": policy.facts,
        "evidence": [rule.id for rule in policy.evidence],
        "approvals": [c for road in policy.procedure.roads.values() for c in road.approvals],
        "escalations": [rule.id for rule in policy.escalations],
        "warnings": [rule.id for rule in policy.warnings],
    }
    return known.get(key)
