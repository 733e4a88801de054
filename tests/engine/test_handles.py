"""Handles of the C core are given back when the policy that held them is gone."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from engine import durable, load

LICHENG = Path("rulesets/licheng-2010")


def test_every_handle_of_a_dropped_policy_is_given_back_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[int] = []
    freed: list[int] = []
    build, free = durable.Deck._build, durable._free

    def building(deck: durable.Deck) -> int:
        made.append(build(deck))
        return made[-1]

    def freeing(handle: int) -> None:
        freed.append(handle)
        free(handle)

    monkeypatch.setattr(durable.Deck, "_build", building)
    monkeypatch.setattr(durable, "_free", freeing)
    policy = load(LICHENG)
    assert policy.machine
    assert made
    assert not freed, "a policy in use keeps its handles"
    del policy
    gc.collect()
    assert sorted(freed) == sorted(made)


def test_a_closed_deck_is_freed_once() -> None:
    deck = durable.Deck("d", {"t0_0": ((0, 2),)}, {0: 2})
    assert deck.holding('"p0":true,') == ["t0_0"]
    deck.close()
    deck.close()
    assert not deck._finalizer.alive
