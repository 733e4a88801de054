"""`missing` and what completions agree on, against trying every completion."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

from engine import Policy, assess, load
from engine.model import Fact
from tests.engine.fuzz import LICHENG, random_raw

Answer = tuple[str, str, str]


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load(LICHENG)


def answer(policy: Policy, raw: dict[str, Any]) -> Answer:
    """Outcome, category and benefits of a case: what completions are compared on."""
    found = assess(policy, policy.read_facts(raw))
    return found.outcome, found.category, repr(found.benefits)


def values(fact: Fact, raw: dict[str, Any]) -> list[Any]:
    """Values to try: all of a small fact; around every possible turn of the two comparisons of
    this policy for a large one. Written without the engine's solver."""
    if fact.type == "yes_no":
        return [True, False]
    if fact.type == "choice":
        return list(fact.choices)
    if fact.name == "household_size":
        return list(range(1, 31))
    if fact.name in ("aid_year", "prev_aid_year"):
        return list(range(2000, 2100))
    lines = [0, 180000, 432000, 100_000_000, _fen(raw.get("line_year"))]
    sizes = range(1, 31)
    if fact.name == "income_year":
        near = {size * line + step for size in sizes for line in lines for step in (-1, 0, 1)}
        near |= {0, 100_000_000_000}
    elif fact.name == "line_year":
        income = _fen(raw.get("income_year"))
        near = {income // size + step for size in sizes for step in (-1, 0, 1)}
        near |= {0, 100_000_000}
    else:
        near = {0, 60000, 100_000_000_000}
    inside = sorted(fen for fen in near if fact.low <= fen <= fact.high)
    return [f"{fen // 100}.{fen % 100:02d}" for fen in inside]


def _fen(raw: Any) -> int:
    return 0 if raw is None else round(float(raw) * 100)


def completions(
    policy: Policy, raw: dict[str, Any], unknown: list[str], most: int
) -> Iterator[tuple[tuple[Any, ...], Answer]] | None:
    columns = [values(policy.facts[name], raw) for name in unknown]
    count = 1
    for column in columns:
        count *= len(column)
    if count > most:
        return None
    rows = product(*columns)
    return ((row, answer(policy, {**raw, **dict(zip(unknown, row, strict=True))})) for row in rows)


def brute_missing(unknown: list[str], found: dict[tuple[Any, ...], Answer]) -> list[str]:
    missing = []
    for i, name in enumerate(unknown):
        lines: dict[tuple[Any, ...], set[Answer]] = {}
        for row, result in found.items():
            lines.setdefault((*row[:i], *row[i + 1 :]), set()).add(result)
        if any(len(line) > 1 for line in lines.values()):
            missing.append(name)
    return missing


def known_raw(policy: Policy, rng: random.Random) -> dict[str, Any]:
    """A random case with every fact known."""
    while True:
        raw = random_raw(policy, rng)
        if all(raw.get(name) is not None for name in policy.facts if name != "line_year"):
            return raw


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_missing_equals_brute_force(policy: Policy, count: int) -> None:
    rng = random.Random(count)
    tried = 0
    for _ in range(60):
        raw = known_raw(policy, rng)
        optional = [n for n in policy.facts if n not in ("apply_type", "apply_date")]
        unknown = sorted(rng.sample(optional, count), key=list(policy.facts).index)
        raw |= dict.fromkeys(unknown)
        rows = completions(policy, raw, _unknown(policy, raw, unknown), most=1200)
        if rows is None:
            continue
        tried += 1
        names = _unknown(policy, raw, unknown)
        found = dict(rows)
        case = assess(policy, policy.read_facts(raw))
        assert case.missing_exact
        assert list(case.missing) == brute_missing(names, found), raw
        answers = set(found.values())
        assert case.outcome == _agreed({a[0] for a in answers}), raw
        assert case.category == _agreed({a[1] for a in answers}), raw
    assert tried > 20


def _unknown(policy: Policy, raw: dict[str, Any], unknown: list[str]) -> list[str]:
    """The facts that are unknown once sources are looked up: an unknown registration leaves the
    line unknown unless it was given."""
    facts = policy.read_facts(raw)
    return [name for name in policy.facts if facts[name] is None and name in _asked(unknown)]


def _asked(unknown: list[str]) -> set[str]:
    return {*unknown, "line_year"}


def _agreed(found: set[str]) -> str:
    return found.pop() if len(found) == 1 else "undetermined"


def test_an_income_that_is_unknown_matters_only_where_the_line_can_decide(policy: Policy) -> None:
    base = {
        "apply_type": "living", "apply_date": "2010-12-03", "member_status": "full",
        "org_in_district": True, "hukou": "urban", "household_size": 3,
        "has_labor_capacity": True, "cause_illness": True, "other_special_claimed": False,
        "excl_subjective_cause": False, "illegal_activity": False, "excl_org_unsuitable": False,
        "prev_aid_type": "none",
    }  # fmt: skip
    assert assess(policy, policy.read_facts(base)).missing == ("income_year",)
    healthy = {**base, "cause_illness": False, "cause_disaster": False, "cause_accident": False}
    found = assess(policy, policy.read_facts(healthy))
    assert found.missing == ()
    assert found.outcome == "ineligible"
