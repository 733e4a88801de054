"""What the paper demands of the procedure, and which tests are named after each demand.

`python -m tests.requirements` writes docs/requirements-coverage.md anew. A test is named after a
demand by `r_4_5` in its name or `R-4.5` in its docstring; nothing else counts.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "docs" / "requirements-coverage.md"
DEMANDS: Mapping[str, str] = {
    "R-1.1": "every decision can show clause, facts, who and when",
    "R-1.2": "each year anew: own application, registration, review; joining and leaving with reasons",
    "R-1.3": "sudden cases are taken, examined and paid at any time",
    "R-3.3.1": "not both kinds for one person; priority relief with explanation and approval",
    "R-4.1.1": "the notice goes down to every member, delivery recorded per branch",
    "R-4.1.2": "personal application, branch appraisal, and only then annex 1",
    "R-4.1.3": "sudden: any time, quick and strict branch check, annex 2",
    "R-4.1.4": "forms complete; phone mandatory, ID number exact; all faults at once",
    "R-4.1.5": "somebody else writes, the member signs or gives a fingerprint",
    "R-4.1.6": "the authority's proof and the hospital's diagnosis, one copy each",
    "R-4.2.1": "branch, committee verifies and seals, department re-examines and approves",
    "R-4.2.2": "sudden payments need the department office meeting",
    "R-4.3.1": "posted in the branch at least 5 days; until then proposed only",
    "R-4.3.2": "who proves ineligible is cancelled",
    "R-4.3.3": "then the committee files the list with the department",
    "R-4.4.1": "within 3 working days entered into the system; the centre screens",
    "R-4.4.2": "who was not screened is not paid",
    "R-4.5": "department transfers, committee pays the member, strictly receipted, earmarked",
    "R-4.6.1": "living aid within 15 days from the notice to the screening",
    "R-4.6.2": "a sudden event reaches the department within 3 days",
    "R-4.6.3": "the department replies within 3 days",
    "R-4.6.4": "in an emergency money first, paperwork follows; in hand within 3 days",
    "R-4.6": "the deadlines together: told, chased, escalated, once each",
    "R-4.7": "visits and checks; faults and fraud; recovery",
    "R-5": "each payment names its source; budgets and ledgers never below zero",
    "R-6.1": "secretary responsible, clerk named; a file for each; scorecard",
    "R-6.2": "one-to-one pairs of skilled members and hardship members who can work",
    "R-6.3": "the department inspects the use of funds every year",
    "R-A1": "annex 1: the form of living aid",
    "R-A2": "annex 2: the form of sudden relief",
    "R-A3": "annex 3: the posted list",
}
_NAME = re.compile(r"(?:^|_)r_(a?\d(?:_\d+)*)(?=_|$)")
_WORDS = re.compile(r"R-(A?\d(?:\.\d+)*)")


def named(function: ast.FunctionDef) -> frozenset[str]:
    """The demands that a test is named after."""
    words = ast.get_docstring(function) or ""
    found = {f"R-{one.replace('_', '.').upper()}" for one in _NAME.findall(function.name)}
    return frozenset(found | {f"R-{one}" for one in _WORDS.findall(words)})


def each_test() -> Iterator[tuple[str, ast.FunctionDef]]:
    """(file below the root, test) of every test."""
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield path.relative_to(ROOT).as_posix(), node


@cache
def coverage() -> dict[str, dict[str, list[str]]]:
    """Demand → file → names of tests; an unknown demand is there too, for the test to complain of."""
    found: dict[str, dict[str, list[str]]] = {each: defaultdict(list) for each in DEMANDS}
    for file, test in each_test():
        for each in named(test):
            found.setdefault(each, defaultdict(list))[file].append(test.name)
    return found


def table() -> str:
    """The page: each demand with the tests named after it, by file."""
    lines = [
        "# Requirements and their tests",
        "",
        "Made by `python -m tests.requirements` from the names and docstrings of the tests; a test of "
        "its own checks that no demand is without one. Clauses: R-4.5 is 四、5 of the paper, "
        "R-A1 its first annex. Who qualifies and for how much (clauses 2 and 3) are rules: their cases "
        "and the rules that they cover are told by `python -m engine test rulesets/licheng-2010`.",
        "",
        "| demand | what it says | tests |",
        "|---|---|---|",
    ]
    for demand, by_file in coverage().items():
        tests = "; ".join(
            f"`{file.removeprefix('tests/')}`: {len(names)}" for file, names in by_file.items()
        )
        lines.append(f"| {demand} | {DEMANDS.get(demand, '')} | {tests or 'none'} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    TABLE.write_text(table(), "utf-8")
    missing = [each for each, by_file in coverage().items() if not by_file]
    print("without a test:", *missing or ["none"], file=sys.stderr)
