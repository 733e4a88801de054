"""Seeded random cases of the 2010 policy, as `decide` takes them. Knows no engine."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from tests.engine import oracle_licheng as oracle

POLICY = Path(__file__).parents[2] / "rulesets" / "licheng-2010"
KNOWN_ALWAYS = ("apply_type", "apply_date")
# Most of a random case is picked so that it is not refused at the first level.
USUAL: dict[str, Any] = {
    "member_status": "full",
    "org_in_district": True,
    "excl_subjective_cause": False,
    "illegal_activity": False,
    "excl_org_unsuitable": False,
    "same_event_aided": False,
}
PROPOSALS = (0, "0.01", 599.99, 600, 600.01, 999.99, 1000, 1500, 2000, "2000.01", 3000, 3000.01)


def random_case(rng: random.Random, unknown: int) -> dict[str, Any]:
    """A case as `decide` takes it with `unknown` facts unknown; all others are given."""
    raw: dict[str, Any] = {
        "apply_type": rng.choice(["living", "sudden"]),
        "apply_date": rng.choice(["2010-06-07", "2010-12-03", "2011-01-05", "2012-02-29"]),
    }
    for name, kind in oracle.FACTS.items():
        if isinstance(kind, tuple):
            raw.setdefault(name, rng.choice(kind))
        elif kind == "yes_no":
            raw[name] = rng.random() < 0.5
    raw.update({name: value for name, value in USUAL.items() if rng.random() < 0.9})
    _years(rng, raw)
    _household(rng, raw)
    if rng.random() < 0.7:
        raw["proposed_amount"] = rng.choice(PROPOSALS)
    names = [name for name in oracle.FACTS if name not in KNOWN_ALWAYS]
    for name in rng.sample(names, unknown):
        raw[name] = None
    return raw


def _years(rng: random.Random, raw: dict[str, Any]) -> None:
    year = int(raw["apply_date"][:4])
    if rng.random() < 0.5:
        raw["aid_year"] = year - rng.randrange(2)
    raw["prev_aid_year"] = year - rng.randrange(3)
    if rng.random() < 0.6:
        raw["prev_aid_type"] = "none"


def _household(rng: random.Random, raw: dict[str, Any]) -> None:
    size = rng.choice([1, 2, 3, 4, 15, 30])
    line = oracle.LINE_YEAR[raw["hukou"]]
    if rng.random() < 0.3:
        line = rng.choice([0, 1, 400033, 432000])
        raw["line_year"] = yuan(line)
    near = size * line + rng.choice([-1, 0, 1, -100000, 5000000])
    raw["household_size"] = size
    raw["income_year"] = yuan(max(0, near))


def yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"
