"""The engine against a hand-written reading of the requirements, on seeded random cases."""

from __future__ import annotations

import random

import pytest

from engine import Policy, assess, load
from tests.engine import oracle_cases
from tests.engine import oracle_compare as compare
from tests.engine import oracle_licheng as oracle
from tests.engine import oracle_unknown as unknown_facts


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load(oracle_cases.POLICY)


@pytest.mark.parametrize("unknown", [0, 1, 2, 3, 4])
def test_engine_and_oracle_agree_on_random_cases(policy: Policy, unknown: int) -> None:
    rng = random.Random(unknown)
    limits = compare.ranges(policy)
    for _ in range(600):
        raw = oracle_cases.random_case(rng, unknown)
        document = assess(policy, policy.read_facts(raw)).document()
        settled = unknown_facts.settle(oracle.typed(raw), limits)
        assert compare.differences(document, settled) == [], raw


def test_engine_and_oracle_agree_when_most_facts_are_unknown(policy: Policy) -> None:
    rng = random.Random(99)
    limits = compare.ranges(policy)
    for _ in range(60):
        raw = oracle_cases.random_case(rng, rng.randrange(5, 12))
        document = assess(policy, policy.read_facts(raw)).document()
        settled = unknown_facts.settle(oracle.typed(raw), limits)
        assert compare.differences(document, settled) == [], raw


def test_random_cases_reach_every_outcome_category_ground_and_denial() -> None:
    rng = random.Random(1)
    reached: set[str] = set()
    for _ in range(6000):
        found = oracle.answer(oracle.typed({"proposed_amount": None, **_known(rng)}))
        reached |= {found.outcome, found.category, *found.grounds, *found.denials}
        reached |= set(found.escalations) | set(found.evidence)
    assert reached >= {"eligible", "ineligible", "discretionary", "living", "sudden"}
    assert reached >= {code for level in oracle.DENIAL_LEVELS for code in level}
    assert reached >= set(oracle.GROUND_RULES)
    assert reached >= {"reroute_living", "key_aid_approval", "special_explanation"}


def _known(rng: random.Random) -> dict[str, object]:
    return oracle_cases.random_case(rng, 0)
