"""How long `check` and `analyse` of each policy take. `python -m benchmarks.bench_analyse`."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

from engine import load
from engine.analysis import analyse
from engine.casefiles import read_cases

ROOT = Path(__file__).parents[1] / "rulesets"


def main() -> None:
    for folder in sorted(ROOT.iterdir()):
        checks, analyses = [], []
        for _ in range(5):
            start = time.perf_counter()
            policy = load(folder)
            read_cases(policy)
            checked = time.perf_counter()
            found = analyse(policy)
            checks.append(checked - start)
            analyses.append(time.perf_counter() - checked)
        one, two = statistics.median(checks), statistics.median(analyses)
        print(
            f"{folder.name:22} check {one:.2f} s, analyse {two:.2f} s, together {one + two:.2f} s; "
            f"{len(found.findings)} findings, {len(found.notes)} notes, "
            f"{len(found.undecided)} undecided"
        )


if __name__ == "__main__":
    main()
