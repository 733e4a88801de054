"""Decisions a second on the real policy, one case at a time, beside zen-engine in the same run.

`python -m benchmarks.bench_engine [--cases N] [--rounds R] [--seed S]`. zen-engine is in the
dependency group `bench`; without it only our own figures are printed, and that is said.

Every answer is compared first: ours with the interpreted reference, zen's with ours; a difference
ends the run with status 1. Engines warm up on other cases of the same kind and then take turns
over cases that neither has seen; medians of processor time, ratios to zen's fastest way. The shadow
check runs on every case of ours. "asked every time" forgets every kept answer.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.populations import Raw, drawn, many, office
from benchmarks.zen_licheng import DECISION, context, differs
from engine import Facts, Policy, assess, load
from tests.engine.fuzz import check_case

ROOT = Path(__file__).parents[1]
TRACED = "ours, with the reasons of every rule"
Way = tuple[str, Callable[[Any], object], Sequence[Any]]


def measured(ways: Sequence[Way], rounds: int) -> dict[str, float]:
    """Cases a second of each way: rounds in turn over slices, the first only to warm up."""
    gc.collect()
    gc.freeze()  # the waiting cases are the benchmark's own; no engine pays for walking over them
    turns = rounds + 1
    size = len(ways[0][2]) // (turns * len(ways))
    times: dict[str, list[float]] = {name: [] for name, _, _ in ways}
    for number in range(turns):
        for place, (name, run, cases) in enumerate(ways):  # no way meets a case of another's
            part = cases[(place * turns + number) * size :][:size]
            start = time.process_time()
            for one in part:
                run(one)
            times[name].append(time.process_time() - start)
    return {name: size / statistics.median(found[1:]) for name, found in times.items()}


def show(title: str, speeds: dict[str, float], peer: str | None) -> None:
    print(title)
    for name, speed in speeds.items():
        ratio = f"{speed / speeds[peer]:6.2f} of zen" if peer else ""
        print(f"  {name:44} {speed:9,.0f} /s  {ratio}")


def zen_engine() -> Any | None:
    try:
        import zen
    except ModuleNotFoundError:
        print("zen-engine is not installed (dependency group bench): our own figures only")
        return None
    return zen.ZenEngine({"loader": {"type": "static", "content": {"licheng": DECISION}}})


class Bench:
    """One policy, one peer, any number of populations."""

    def __init__(self, policy: Policy, rounds: int) -> None:
        self.policy, self.rounds = policy, rounds
        self.zen = zen_engine()
        self.machine = policy.machine
        self.wrong = 0

    def known(self, title: str, raws: list[Raw]) -> float | None:
        """All facts known; gives zen's fastest figure."""
        facts = [self.policy.read_facts(raw) for raw in raws]
        contexts = [context(self.policy, made) for made in facts]
        self.check(raws, facts, contexts)
        ways = [
            *self.ours(raws, facts),
            ("ours, with the reasons of every rule", self.traced, facts),
        ]
        if self.zen is not None:
            texts = [json.dumps(made) for made in contexts]
            ways += [
                ("zen, from a dict", self.ask_zen, contexts),
                ("zen, from JSON text", self.ask_zen, texts),
                ("zen, with trace", self.ask_zen_trace, contexts),
            ]
        speeds = measured(ways, self.rounds)
        names = [name for name in speeds if name.startswith("zen, from")]
        peer = max(names, key=speeds.__getitem__) if names else None
        show(f"{title}: {len(raws)} cases, no fact unknown", speeds, peer)
        if peer:
            ratio = speeds[TRACED] / speeds["zen, with trace"]
            print(f"  with trace on both sides {ratio:.2f}")
        self.remember(False)
        show("  the same", measured([("ours, asked every time", self.one, facts)], 1), None)
        self.remember(True)
        return speeds[peer] if peer else None

    def unknown(self, title: str, raws: list[Raw], peer: float | None) -> None:
        facts = [self.policy.read_facts(raw) for raw in raws]
        self.check(raws, facts, [])
        share = sum(len(made.unknown()) for made in facts) / (len(facts) * len(self.policy.facts))
        left = sum(bool(assess(self.policy, made).missing) for made in facts[:1000]) / 1000
        speeds = measured(self.ours(raws, facts), self.rounds)
        show(f"{title}: {share:.0%} of the facts unknown, {left:.0%} left open", speeds, None)
        if peer:
            ratio = speeds["ours, from facts"] / peer
            print(f"  {ratio:.2f} of zen's fastest with all facts known")

    def ours(self, raws: list[Raw], facts: list[Facts]) -> list[Way]:
        return [
            ("ours, from facts", self.one, facts),
            ("ours, from raw JSON values", self.raw, raws),
        ]

    def one(self, facts: Facts) -> object:
        return assess(self.policy, facts)

    def raw(self, raw: Raw) -> object:
        return assess(self.policy, self.policy.read_facts(raw))

    def traced(self, facts: Facts) -> object:
        return assess(self.policy, facts).rules

    def ask_zen(self, case: Any) -> object:
        return self.zen.evaluate("licheng", case)  # type: ignore[union-attr] # asked for only with zen

    def ask_zen_trace(self, case: Any) -> object:
        return self.zen.evaluate("licheng", case, {"trace": True})  # type: ignore[union-attr] # likewise

    def remember(self, keep: bool) -> None:
        for decks in (self.machine.decider.full, self.machine.decider.known):
            decks.remember = keep

    def check(self, raws: list[Raw], facts: list[Facts], contexts: list[Any]) -> None:
        for raw in raws[:300]:
            self.report(raw, check_case(self.policy, raw))
        for made, case in zip(facts[:3000], contexts if self.zen is not None else [], strict=False):
            answer = self.zen.evaluate("licheng", case)["result"]
            self.report(case, differs(assess(self.policy, made), answer))

    def report(self, case: object, wrong: list[str]) -> None:
        if wrong:
            self.wrong += 1
            print(f"different: {wrong} for {case}", file=sys.stderr)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=36_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=2010)
    given = parser.parse_args()
    start = time.process_time()
    policy = load(ROOT / "rulesets" / "licheng-2010")
    loaded = time.process_time()
    bench = Bench(policy, given.rounds)
    built = time.process_time()
    print(f"read and check {loaded - start:.2f} s, build evaluators {built - loaded:.2f} s")

    def cases(make: Callable[[random.Random], Raw]) -> list[Raw]:
        return many(given.cases, given.seed, make)

    peer = bench.known("as an office has them", cases(lambda r: office(policy, r, 0, True)))
    bench.known("drawn evenly", cases(lambda r: drawn(policy, r, True)))
    for share in (0.05, 0.1, 0.2):
        title = f"as an office has them, {share:.0%} of what is asked unknown"
        bench.unknown(title, cases(lambda r, s=share: office(policy, r, s, False)), peer)
    bench.unknown("drawn evenly", cases(lambda r: drawn(policy, r, False)), peer)
    return 1 if bench.wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
