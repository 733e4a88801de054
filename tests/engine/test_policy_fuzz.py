"""Random policies: every evaluator agrees on every case, and `missing` is what brute force finds."""

from __future__ import annotations

import pytest

from tests.engine import policy_fuzz


@pytest.mark.parametrize("seed", [1, 2])
def test_evaluators_agree_on_random_policies(seed: int) -> None:
    tally = policy_fuzz.run(cases_wanted=240, seed=seed, per=40)
    assert tally.wrong == []
    assert tally.policies == 6


def test_missing_is_exact_on_random_policies_with_few_values() -> None:
    tally = policy_fuzz.run(cases_wanted=320, seed=3, per=40, finite=True)
    assert tally.wrong == []
    assert tally.inexact == 0
    assert tally.completed > 100
