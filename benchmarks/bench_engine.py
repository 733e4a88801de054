"""How many cases of the real policy are decided in a second, shadow check on, and where time goes.

Prints medians of several rounds over the same seeded cases; judges nothing. Every answer of the
measured way is first compared with the interpreted reference. `--cases N --rounds R --seed S`.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine import Policy, assess, load
from engine.facts import Facts
from tests.engine.fuzz import check_case, random_raw

ROOT = Path(__file__).parents[1]


def cases(policy: Policy, count: int, seed: int, known: bool) -> list[dict[str, Any]]:
    """Seeded cases; with `known` every fact that is asked for is known."""
    rng = random.Random(seed)
    found: list[dict[str, Any]] = []
    while len(found) < count:
        raw = random_raw(policy, rng)
        facts = policy.read_facts(raw)
        if not known or not facts.unknown():
            found.append(raw)
    return found


def per_second(run: Callable[[], None], count: int, rounds: int) -> float:
    """Median of cases per second of processor time."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        run()
        times.append(time.process_time() - start)
    return count / statistics.median(times)


def measure(policy: Policy, name: str, raws: list[dict[str, Any]], rounds: int) -> None:
    for raw in raws[:200]:
        wrong = check_case(policy, raw)
        if wrong:
            raise SystemExit(f"{raw}: {wrong}")
    facts = [policy.read_facts(raw) for raw in raws]
    unknown = sum(len(made.unknown()) for made in facts) / (len(facts) * len(policy.facts))
    machine = policy.machine
    slots = [machine.slot_values(made) for made in facts]

    def whole() -> None:
        for raw in raws:
            assess(policy, policy.read_facts(raw))

    def decided(made: list[Facts] = facts) -> None:
        for one in made:
            assess(policy, one)

    def truths() -> None:
        for values in slots:
            machine.truths(values)

    print(f"{name}: {len(raws)} cases, {unknown:.0%} of facts unknown")
    for label, run in (
        ("from JSON", whole),
        ("from facts", decided),
        ("truths and shadow", truths),
    ):
        print(f"  {label:18} {per_second(run, len(raws), rounds):10,.0f} /s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=2010)
    given = parser.parse_args()
    start = time.process_time()
    policy = load(ROOT / "rulesets" / "licheng-2010")
    loaded = time.process_time()
    policy.machine  # noqa: B018 - building the evaluators is what is measured
    built = time.process_time()
    print(f"read and check {loaded - start:.2f} s, build evaluators {built - loaded:.2f} s")
    known = cases(policy, given.cases, given.seed, known=True)
    mixed = cases(policy, given.cases, given.seed, known=False)
    measure(policy, "all facts known", known, given.rounds)
    measure(policy, "unknown facts among them", mixed, given.rounds)


if __name__ == "__main__":
    main()
