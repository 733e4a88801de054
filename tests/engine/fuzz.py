"""Seeded random cases, unknowns included: every evaluator on every case.

`python -m tests.engine.fuzz --cases 100000 --seed 1` holds durable_rules against the generated and
the interpreted reference, the core on truths against the decision diagram, and tries that nothing
crashes. Exit status 1 on any disagreement.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

from engine import Disagreement, Fact, Policy, Refused, assess, load
from engine.core import core_of
from engine.language.types import YES_NO
from engine.reference import Reference

ROOT = Path(__file__).parents[2]
LICHENG = ROOT / "rulesets" / "licheng-2010"


def random_raw(policy: Policy, rng: random.Random) -> dict[str, Any]:
    """A case as `decide` takes it: every share of unknowns, boundaries preferred."""
    unknown = rng.choice([0.0, 0.0, 0.05, 0.2, 0.5, 0.9])
    found: dict[str, Any] = {}
    for fact in policy.facts.values():
        kept = fact.required or fact.name == policy.pick_by
        if not kept and rng.random() < unknown:
            if rng.random() < 0.5:
                found[fact.name] = None
        else:
            found[fact.name] = random_value(policy, fact, rng)
    for fact in policy.facts.values():
        looked_up = fact.source is not None and fact.source.kind in ("parameter", "year")
        if looked_up and rng.random() < 0.7:
            found.pop(fact.name, None)
    return found


def random_value(policy: Policy, fact: Fact, rng: random.Random) -> Any:
    if fact.type == "yes_no":
        return rng.random() < 0.5
    if fact.type == "choice":
        return rng.choice(list(fact.choices))
    if fact.type == "set":
        return [choice for choice in fact.choices if rng.random() < 0.5]
    if fact.type == "text":
        return rng.choice(["", "a", "甲"])
    if fact.type == "date":
        return _random_date(policy, fact, rng).isoformat()
    low, high = Fraction(str(fact.low)), Fraction(str(fact.high))
    return _random_number(fact, int(low), int(high), rng)


def _random_date(policy: Policy, fact: Fact, rng: random.Random) -> date:
    low, high = fact.low, fact.high
    assert isinstance(low, date)
    assert isinstance(high, date)
    if fact.name == policy.pick_by and policy.in_force_from is not None:
        low = max(low, policy.in_force_from)
    return low + timedelta(days=rng.randrange(min((high - low).days, 1500) + 1))


def _random_number(fact: Fact, low: int, high: int, rng: random.Random) -> Any:
    if fact.type == "money":
        lines = [0, 1, 180000, 432000]
        value = rng.choice(lines) * rng.randint(0, 6) + rng.choice([-1, 0, 1])
        value = min(max(value, low), high)
        return f"{value // 100}.{value % 100:02d}"
    return rng.choice([low, high, min(max(rng.choice([1, 2, 3, 5, 2010, 2011]), low), high)])


def check_case(policy: Policy, raw: dict[str, Any], again: bool = True) -> list[str]:
    """What is wrong with the answers to one case; nothing if all evaluators agree. `again` also
    asks a second time and compares the bytes."""
    facts = policy.read_facts(raw)
    found = assess(policy, facts)  # raises Disagreement between durable_rules and the shadow
    machine = policy.machine
    slots = machine.slot_values(facts)
    truths = machine.truths(slots)
    reference = Reference(dict(zip(machine.slots, slots, strict=True)), machine.trees)
    conditions = [d for d in policy.definitions if d.tree.type == YES_NO]
    wrong = [
        f"{d.name}: {truth} but {reference.value(d.tree)} by the reference"
        for d, truth in zip(conditions, truths, strict=True)
        if reference.value(d.tree) is not truth
    ]
    core = core_of(machine.plan, truths)
    completed = machine.unknowns.of(slots, facts.on).completed(lambda made: made)
    if core is not None and completed.cores != (core,):
        wrong.append(f"core {core} but {completed.cores} by the diagram")
    if core is not None and completed.missing:
        wrong.append(f"settled, yet missing {completed.missing}")
    opened = any(machine.amounts(slots)[key] is None for key in core[2]) if core else False
    if core is not None and found.missing and not opened:
        wrong.append(f"settled, yet missing {found.missing}")
    if again and found.canonical() != assess(policy, facts).canonical():
        wrong.append("two answers to one case")
    return wrong


def run(policy: Policy, cases: int, seed: int) -> Iterator[tuple[dict[str, Any], list[str]]]:
    """Each case with a disagreement, and what it is."""
    rng = random.Random(seed)
    for number in range(cases):
        raw = random_raw(policy, rng)
        try:
            wrong = check_case(policy, raw, again=number % 20 == 0)
        except Disagreement as disagreement:
            wrong = [str(disagreement)]
        except Refused as refused:
            wrong = [f"refused: {refused}"]
        if wrong:
            yield raw, wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--policy", default=str(LICHENG))
    given = parser.parse_args()
    bad = 0
    for raw, wrong in run(load(given.policy), given.cases, given.seed):
        bad += 1
        print(raw, *wrong, sep="\n  ")
    print(f"{given.cases} cases, seed {given.seed}: {bad} disagreements")
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
