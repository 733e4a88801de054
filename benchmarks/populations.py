"""Invented cases for the benchmarks: seeded, the same in every run.

`drawn`: every fact drawn evenly, as no office sees them: the hardest for whatever remembers.
`office`: as applications come: the form asks a fact only where its condition holds, so that the
others stay unknown; grounds of exclusion are rare; amounts are seldom the same. `share` is how often
a fact that is asked for is still unknown.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from engine import Fact, Policy, evaluate
from tests.engine.fuzz import random_raw

Raw = dict[str, Any]
_RARE = ("conduct", "previous", "papers")
"""Sections of the form whose questions are seldom answered with yes."""


def drawn(policy: Policy, rng: random.Random, known: bool) -> Raw:
    """Every value as likely; with `known` nothing is unknown."""
    while True:
        raw = random_raw(policy, rng)
        if not known or not policy.read_facts(raw).unknown():
            return raw


def office(policy: Policy, rng: random.Random, share: float, known: bool) -> Raw:
    """One application; with `known` also the facts that the form would not ask are known."""
    raw: Raw = {}
    for fact in policy.facts.values():
        if fact.source is not None and fact.source.kind in ("parameter", "year"):
            continue
        raw[fact.name] = _value(policy, fact, rng)
    if known:
        return raw
    typed = policy.read_facts(raw)
    for fact in policy.facts.values():
        if fact.required or fact.name not in raw:
            continue
        hidden = fact.shown_when is not None and evaluate(fact.shown_when, typed) is not True
        if hidden or rng.random() < share:
            raw.pop(fact.name)
    return raw


def _value(policy: Policy, fact: Fact, rng: random.Random) -> Any:
    rare = fact.section in _RARE
    if fact.type == "yes_no":
        return rng.random() < (0.05 if rare else 0.4)
    if fact.type == "choice":
        names = list(fact.choices)
        return names[0] if rng.random() < (0.9 if rare else 0.5) else rng.choice(names)
    if fact.type == "date":
        start = policy.in_force_from or date(2010, 1, 1)
        return (start + timedelta(days=rng.randrange(1400))).isoformat()
    if fact.type == "integer":
        low = int(fact.low) if isinstance(fact.low, int) else 0
        return max(low, 2009) + rng.randrange(6) if low >= 1900 else low + rng.randrange(8)
    return f"{rng.randrange(4_000_000) / 100:.2f}"


def many(count: int, seed: int, make: Callable[[random.Random], Raw]) -> list[Raw]:
    rng = random.Random(seed)
    return [make(rng) for _ in range(count)]
