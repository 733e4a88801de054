"""Where the engine's document leaves what the oracle settles, on random cases.

Only tests and the long comparison run use it: `python -m tests.engine.oracle_compare --cases N`.
It never decides who is right.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from typing import Any

from engine import Policy, assess, load
from tests.engine import oracle_licheng as oracle
from tests.engine import oracle_unknown as unknown_facts
from tests.engine.oracle_cases import POLICY, random_case


def ranges(policy: Policy) -> unknown_facts.Ranges:
    """The ranges the policy declares, for the oracle's completions; money in fen."""

    def of(name: str, default: tuple[int, int]) -> tuple[int, int]:
        low, high = policy.facts[name].low, policy.facts[name].high
        return (
            low if isinstance(low, int) else default[0],
            high if isinstance(high, int) else default[1],
        )

    usual = unknown_facts.Ranges()
    return unknown_facts.Ranges(
        household_size=of("household_size", usual.household_size),
        income_year=of("income_year", usual.income_year),
        line_year=of("line_year", usual.line_year),
        year=of("aid_year", usual.year),
    )


def differences(document: dict[str, Any], settled: unknown_facts.Settled) -> list[str]:
    """Every place where a document of the engine leaves what the requirements settle."""
    found = []
    for name in ("outcome", "category", "proposed_ok"):
        if document[name] != getattr(settled, name):
            found.append(f"{name}: engine {document[name]}, oracle {getattr(settled, name)}")
    for name in ("grounds", "denials", "missing"):
        if tuple(document[name]) != getattr(settled, name):
            found.append(f"{name}: engine {document[name]}, oracle {getattr(settled, name)}")
    for name in ("evidence", "approvals", "escalations"):
        least, most = settled.least[name], settled.most[name]
        codes = tuple(document[name])
        in_order = tuple(code for code in most if code in codes)
        if codes != in_order or not set(least) <= set(codes):
            found.append(f"{name}: engine {document[name]}, oracle {least} to {most}")
    return found + _benefit_differences(document["benefits"], settled)


def _benefit_differences(
    benefits: list[dict[str, Any]], settled: unknown_facts.Settled
) -> list[str]:
    if settled.benefit_settled:
        wanted = [] if settled.benefit is None else [settled.benefit]
        got = [
            tuple(row[key] for key in ("id", "mode", "fen", "min_fen", "max_fen", "clause"))
            for row in benefits
        ]
        return [] if got == wanted else [f"benefits: engine {got}, oracle {wanted}"]
    modes = [row["mode"] for row in benefits]
    if "undetermined" in (
        settled.outcome,
        settled.category,
    ):  # whether an entry stands there is open
        return [] if set(modes) <= {"undetermined"} else [f"benefits: engine {modes}, none settled"]
    return [] if modes == ["undetermined"] else [f"benefits: engine {modes}, oracle undetermined"]


def compare(policy: Policy, cases: int, seed: int) -> Iterator[tuple[dict[str, Any], list[str]]]:
    """Each disagreeing case of `cases` seeded ones with its differences."""
    rng = random.Random(seed)
    limits = ranges(policy)
    for _ in range(cases):
        raw = random_case(rng, rng.choice([0, 0, 1, 2, 3, 4]))
        document = assess(policy, policy.read_facts(raw)).document()
        found = differences(document, unknown_facts.settle(oracle.typed(raw), limits))
        if found:
            yield raw, found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=2010)
    chosen = parser.parse_args()
    count = 0
    for raw, found in compare(load(POLICY), chosen.cases, chosen.seed):
        count += 1
        print(raw, *found, sep="\n  ")
    print(f"{chosen.cases} cases, {count} disagreements")
    return 1 if count else 0


if __name__ == "__main__":
    raise SystemExit(main())
