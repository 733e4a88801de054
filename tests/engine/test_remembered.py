"""Kept answers change nothing: asked anew, forgotten in between, or in another order."""

from __future__ import annotations

import random
from typing import Any

import pytest

from engine import Disagreement, Policy, assess, decks, findings, groups, load, solver
from tests.engine.fuzz import LICHENG, random_raw


def raws(policy: Policy, seed: int, count: int) -> list[dict[str, Any]]:
    rng = random.Random(seed)
    return [random_raw(policy, rng) for _ in range(count)]


def answers(policy: Policy, cases: list[dict[str, Any]]) -> list[bytes]:
    return [assess(policy, policy.read_facts(raw)).canonical() for raw in cases]


@pytest.fixture(scope="module")
def asked() -> tuple[list[dict[str, Any]], list[bytes]]:
    """Cases with the answers of a policy that never saw any other case."""
    cases = raws(load(LICHENG), 11, 30)
    return cases, [answers(load(LICHENG), [raw])[0] for raw in cases]


def test_what_other_cases_left_behind_changes_no_answer(
    asked: tuple[list[dict[str, Any]], list[bytes]],
) -> None:
    cases, wanted = asked
    policy = load(LICHENG)
    answers(policy, raws(policy, 12, 400))
    assert answers(policy, cases) == wanted
    assert answers(policy, cases[::-1]) == wanted[::-1]


def test_asked_every_time_the_answers_are_the_same(
    asked: tuple[list[dict[str, Any]], list[bytes]],
) -> None:
    cases, wanted = asked
    policy = load(LICHENG)
    decider = policy.machine.decider
    decider.full.remember = decider.known.remember = False
    assert answers(policy, cases) == wanted
    assert decider.full.remembered == decider.known.remembered == 0


def test_what_is_kept_is_bounded_and_may_be_forgotten_at_any_time(
    asked: tuple[list[dict[str, Any]], list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    cases, wanted = asked
    for module, name in (
        (decks, "MOST_REMEMBERED"),
        (findings, "MOST_KEPT"),
        (solver, "MOST_ANSWERS"),
        (solver, "MOST_NODES"),
        (groups, "MOST_GROUPS"),
    ):
        monkeypatch.setattr(module, name, 3)
    policy = load(LICHENG)
    assert answers(policy, cases) == wanted
    full = policy.machine.decider.full
    assert 0 < full.remembered <= 3 * len(full.patterns)


def test_a_kept_answer_that_is_wrong_is_still_caught_by_the_shadow() -> None:
    policy = load(LICHENG)
    (raw,) = raws(policy, 13, 1)
    facts = policy.read_facts(raw)
    assess(policy, facts)
    decider = policy.machine.decider
    for made in (decider.full, decider.known):
        for kept in made.kept:
            for message, settled in kept.items():
                kept[message] = tuple((place, not truth) for place, truth in settled)
    with pytest.raises(Disagreement):
        assess(policy, facts)
