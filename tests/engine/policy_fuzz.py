"""Random policies and random cases: every evaluator on every case.

`python -m tests.engine.policy_fuzz --cases 100000 --seed 1` (make fuzz) makes policies one after the
other and asks each `--per` cases: durable_rules against the generated and the interpreted
reference, the core against the decision diagram, SQL on DuckDB against `assess` in every column;
and of every fourth policy, which has only facts with few values, the answer and `missing` against
trying every completion. Exit status 1 on any disagreement.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from itertools import product
from typing import Any

from engine import Disagreement, Fact, Policy, Refused, assess, load_files
from engine.completions import small_domain
from engine.language import tree as t
from tests.engine import bulk_fuzz, fuzz
from tests.engine.policies import GOOD_REASONS, Maker

_REFUSALS = {"table_clash_met", "table_gap_met", "amount_not_whole_fen"}
_MOST_COMPLETIONS = 300


@dataclass
class Tally:
    """What was done, and what went wrong."""

    policies: int = 0
    unreadable: int = 0
    cases: int = 0
    refused: int = 0
    completed: int = 0
    inexact: int = 0
    unknown: int = 0
    by_python: float = 0.0
    wrong: list[str] = field(default_factory=list)


def made(rng: random.Random, finite: bool, tally: Tally) -> Policy:
    """The next policy that can be read; any fault but those of GOOD_REASONS is kept as wrong."""
    while True:
        files = Maker(rng, finite).files()
        try:
            return load_files(files)
        except Refused as refused:
            tally.unreadable += 1
            odd = [str(fault) for fault in refused.faults if fault.code not in GOOD_REASONS]
            if odd:
                tally.wrong.append("unreadable: " + "; ".join(odd[:3]) + _shown(files))


def _shown(files: dict[str, bytes]) -> str:
    names = ("facts", "parameters", "eligibility", "exclusions", "amounts", "escalation")
    return "".join(f"\n# {name}\n{files[f'{name}.yaml'].decode()}" for name in names)


def cases(policy: Policy, rng: random.Random, count: int) -> list[dict[str, Any]]:
    """Raw cases that prefer what the rules name and what lies just beside it."""
    named = _named(policy)
    found = []
    wide = any(small_domain(fact) is None for fact in policy.facts.values() if fact.type != "date")
    shares = [0.0, 0.0, 0.0, 0.0, 0.0, 0.05, 0.05, 0.05, 0.1, 0.3] if wide else [0.0, 0.1, 0.3, 0.6]
    for _ in range(count):
        unknown = rng.choice(shares)
        found.append(
            {f.name: _value(policy, f, rng, named, unknown) for f in policy.facts.values()}
        )
    return found


def _named(policy: Policy) -> dict[str, list[Any]]:
    numbers, days = {Fraction(0), Fraction(1)}, {date(2024, 2, 29), date(2024, 12, 31)}
    for tree in policy.trees.values():
        for node in t.walk(tree):
            value = node.value if isinstance(node, t.Const) else None
            if isinstance(value, date):
                days.add(value)
            elif isinstance(value, Fraction):
                numbers.add(value)
    for parameter in policy.parameters.values():
        for since, value in parameter.values:
            days.add(since)
            scale = 100 if parameter.type == "money" else 1
            several = value.values() if isinstance(value, dict) else [value]
            numbers |= {Fraction(one) / scale for one in several}
    return {"number": sorted(numbers), "date": sorted(days)}


def _value(
    policy: Policy, fact: Fact, rng: random.Random, named: dict[str, list[Any]], unknown: float
) -> Any:
    kept = fact.required or fact.name == policy.pick_by
    if not kept and rng.random() < unknown:
        return None
    if fact.type == "date":
        return _day(policy, fact, rng, named["date"]).isoformat()
    if fact.type not in ("integer", "money", "number"):
        return fuzz.random_value(policy, fact, rng)
    low, high = Fraction(str(fact.low)), Fraction(str(fact.high))
    step = {"integer": Fraction(1), "money": Fraction(1, 100), "number": Fraction(1, 10**6)}[
        fact.type
    ]
    if fact.type == "money":
        low, high = low / 100, high / 100
    value = rng.choice(named["number"]) * rng.choice([1, 1, 1, 2, 3]) + step * rng.choice(
        [-1, 0, 0, 1]
    )
    value = rng.choice([low, high]) if rng.random() < 0.1 else value
    value = min(max(round(value / step) * step, low), high)
    return (
        int(value) if fact.type == "integer" else _decimal(value, 2 if fact.type == "money" else 6)
    )


def _decimal(value: Fraction, places: int) -> str:
    return f"{float(value):.{places}f}"


def _day(policy: Policy, fact: Fact, rng: random.Random, named: Sequence[date]) -> date:
    low, high = fact.low, fact.high
    assert isinstance(low, date)
    assert isinstance(high, date)
    if fact.name == policy.pick_by and policy.in_force_from is not None:
        low = max(low, policy.in_force_from)
    near = rng.choice(named) + timedelta(days=rng.choice([-1, 0, 0, 1, 31]))
    if rng.random() < 0.3:
        near = low + timedelta(days=rng.randrange(900))
    return min(max(near, low), high)


# checks -------------------------------------------------------------------------------------


def check(policy: Policy, rows: Sequence[dict[str, Any]], finite: bool, tally: Tally) -> None:
    """Every case by every evaluator; what differs is added to the tally."""
    for number, raw in enumerate(rows):
        tally.cases += 1
        try:
            wrong = fuzz.check_case(policy, raw, again=False)
            if finite:
                wrong += against_completions(policy, raw, tally)
        except Disagreement as disagreement:
            wrong = [str(disagreement)]
        except Refused as refused:
            tally.refused += 1
            wrong = [str(f) for f in refused.faults if f.code not in _REFUSALS]
        tally.wrong += [f"case {number} {raw}: {one}{_shown(dict(policy.files))}" for one in wrong]
    texts = {name for name, fact in policy.facts.items() if fact.type == "set"}
    flat = [
        {n: ";".join(v) if n in texts and v is not None else v for n, v in row.items()}
        for row in rows
    ]
    found, share = bulk_fuzz.differences(policy, flat, list(policy.facts))
    tally.by_python += share
    tally.wrong += [f"SQL {one}{_shown(dict(policy.files))}" for one in found[:3]]


def against_completions(policy: Policy, raw: dict[str, Any], tally: Tally) -> list[str]:
    """Outcome, category, benefits and missing of a case against every completion of it."""
    unknown = [name for name, value in raw.items() if value is None]
    if not unknown:
        return []
    tally.unknown += 1
    domains = [small_domain(policy.facts[name]) or () for name in unknown]
    size = 1
    for domain in domains:
        size *= len(domain)
    if size > _MOST_COMPLETIONS:
        return []
    tally.completed += 1
    answers: dict[tuple[Any, ...], Any] = {}
    for row in product(*domains):
        full = {**raw, **dict(zip(unknown, row, strict=True))}
        full = {n: sorted(v) if isinstance(v, frozenset) else v for n, v in full.items()}
        try:
            done = assess(policy, policy.read_facts(full))
            answers[row] = (done.outcome, done.category, done.benefits)
        except Refused:
            answers[row] = "refused"
    missing = {
        name
        for i, name in enumerate(unknown)
        if any(
            other[:i] == row[:i] and other[i + 1 :] == row[i + 1 :] and answers[other] != answer
            for row, answer in answers.items()
            for other in ((*row[:i], value, *row[i + 1 :]) for value in domains[i])
        )
    }
    found = assess(policy, policy.read_facts(raw))
    tally.inexact += not found.missing_exact
    real = {answer for answer in answers.values() if answer != "refused"}
    wrong = []
    if not found.missing_exact or set(found.missing) != missing:
        wrong.append(f"missing {found.missing} ({found.missing_exact}) but {sorted(missing)}")
    for number, (name, own) in enumerate(
        (("outcome", found.outcome), ("category", found.category))
    ):
        several = {answer[number] for answer in real}
        wanted = several.pop() if len(several) == 1 else "undetermined"
        if real and own != wanted:
            wrong.append(f"{name} {own} but {wanted}")
    if (
        len(real) == 1
        and "refused" not in answers.values()
        and found.benefits != next(iter(real))[2]
    ):
        wrong.append(f"benefits {found.benefits} but {next(iter(real))[2]}")
    return wrong


def run(
    cases_wanted: int, seed: int, per: int, finite: bool = False, minutes: float = float("inf")
) -> Tally:
    """Policies until so many cases were asked; `finite`: every policy has few values;
    `minutes`: no new policy after so long."""
    tally = Tally()
    end = time.monotonic() + 60 * minutes
    while tally.cases < cases_wanted and time.monotonic() < end:
        rng = random.Random(f"{seed}:{tally.policies}")
        few = finite or tally.policies % 4 == 3
        policy = made(rng, few, tally)
        count = min(per, cases_wanted - tally.cases)
        check(policy, cases(policy, rng, count), few, tally)
        tally.policies += 1
    return tally


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--per", type=int, default=250)
    parser.add_argument("--minutes", type=float, default=float("inf"))
    given = parser.parse_args()
    start = time.monotonic()
    tally = run(given.cases, given.seed, given.per, minutes=given.minutes)
    print(*tally.wrong[:20], sep="\n")
    print(
        f"{tally.cases} cases of {tally.policies} random policies, seed {given.seed}, "
        f"{time.monotonic() - start:.0f} s: {len(tally.wrong)} disagreements "
        f"({tally.refused} cases refused by tables or amounts, {tally.unreadable} texts that were no policy, "
        f"{tally.completed} cases against all completions, {tally.inexact} of them not exact, "
        f"{tally.by_python / max(tally.policies, 1):.0%} of rows by Python)"
    )
    print(Counter(one.split(" ")[0] for one in tally.wrong) or "")
    return 1 if tally.wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
