"""durable_rules, the generated reference and the interpreted one agree on random expressions."""

from __future__ import annotations

import random
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from engine import calculus, integers
from engine.decider import Decider
from engine.encoder import Encoder
from engine.language import YES_NO, compile_expression, tree
from engine.reference import Reference
from engine.shadow import evaluator
from tests.engine import expressions

SLOTS = {name: i for i, name in enumerate(expressions.TYPES)}


def definitions(rng: random.Random, count: int) -> dict[str, tree.Tree]:
    """Conditions, some of which use the ones before them."""
    names = expressions.names()
    found: dict[str, tree.Tree] = {}
    for i in range(count):
        text = expressions.condition(rng, rng.randint(0, 3))
        if found and rng.random() < 0.6:
            text = f"({text}) {rng.choice(['and', 'or', 'and not'])} {rng.choice(list(found))}"
        found[f"r{i}"] = compile_expression(text, names).tree
        names.add(f"r{i}", YES_NO)
    return found


def cases(rng: random.Random, count: int, unknown: float) -> list[list[Any]]:
    return [
        [expressions.value(rng, kind, unknown) for kind in expressions.TYPES.values()]
        for _ in range(count)
    ]


@pytest.mark.parametrize("seed", range(25))
def test_three_evaluators_agree_on_random_conditions_with_unknowns(seed: int) -> None:
    rng = random.Random(seed)
    trees = definitions(rng, 12)
    decider = Decider(SLOTS, trees)
    shadow = evaluator(SLOTS, trees)
    for unknown in (0.1, 0.3, 0.7):
        for slots in cases(rng, 60, unknown):
            reference = Reference(dict(zip(SLOTS, slots, strict=True)), trees)
            expected = [reference.value(tree) for tree in trees.values()]
            assert list(shadow(slots)) == expected
            assert decider.decide(slots, known=False) == expected


@pytest.mark.parametrize("seed", range(25))
def test_with_every_fact_known_the_quick_handles_agree_too(seed: int) -> None:
    rng = random.Random(1000 + seed)
    trees = definitions(rng, 12)
    decider = Decider(SLOTS, trees)
    shadow = evaluator(SLOTS, trees, known=True)
    for slots in cases(rng, 120, 0.0):
        reference = Reference(dict(zip(SLOTS, slots, strict=True)), trees)
        expected = [reference.value(tree) for tree in trees.values()]
        assert list(shadow(slots)) == expected
        assert decider.decide(slots, known=True) == expected


@pytest.mark.parametrize("make", [expressions.number, expressions.money])
def test_integer_code_and_fractions_give_the_same_numbers(make: Any) -> None:
    rng = random.Random(7)
    names = expressions.names()
    for _ in range(300):
        text = make(rng, 3)
        found = compile_expression(text, names, want=None).tree
        encoder = Encoder(SLOTS, {})
        pair = encoder.pair(found)
        whole = encoder.writer.compile("v", pair)
        exact = evaluator(SLOTS, {}, [found])
        for slots in cases(rng, 8, 0.1):
            one, two = exact(slots)[0], whole(slots)
            assert (one is None) == (two is None), text
            assert one is None or one == Fraction(*two), text


DAYS = [
    date(2010, 1, 31),
    date(2010, 2, 28),
    date(2012, 2, 29),
    date(2011, 12, 31),
    date(2012, 3, 1),
]


@pytest.mark.parametrize("first", DAYS)
@pytest.mark.parametrize("second", DAYS)
def test_both_calendars_count_months_and_years_alike(first: date, second: date) -> None:
    for name in ("months_between", "years_between", "days_between"):
        one = calculus.FUNCTIONS[name](first, second)
        two = integers.FUNCTIONS[name](first.toordinal(), second.toordinal())
        assert one == Fraction(*two), name


def test_completed_months_end_with_the_month() -> None:
    assert calculus.months_between(date(2010, 1, 31), date(2010, 2, 28)) == 1
    assert calculus.months_between(date(2010, 1, 31), date(2010, 2, 27)) == 0
    assert calculus.months_between(date(2010, 3, 1), date(2010, 2, 1)) == -1
    assert calculus.add_months(date(2011, 1, 31), 1) == date(2011, 2, 28)
    assert calculus.add_months(date(2011, 1, 31), 13) == date(2012, 2, 29)


def test_rounding_half_goes_away_from_zero_and_the_others_towards_the_infinities() -> None:
    half, step = Fraction(-5, 2), Fraction(1)
    assert calculus.rounded(half, step) == -3
    assert calculus.rounded_up(half, step) == -2
    assert calculus.rounded_down(half, step) == -3
    assert Fraction(*integers.round_half((-5, 2))) == -3
    assert Fraction(*integers.round_up((-5, 2))) == -2
    assert Fraction(*integers.round_down((-5, 2))) == -3


@pytest.mark.parametrize("count", [10**9, -(10**9), 150_000, -150_000])
@pytest.mark.parametrize("name", ["add_days", "add_months"])
def test_a_date_beyond_the_calendar_stops_at_its_end_in_both(name: str, count: int) -> None:
    one = calculus.FUNCTIONS[name](date(2010, 6, 7), Fraction(count))
    two = integers.FUNCTIONS[name](date(2010, 6, 7).toordinal(), (count, 1))
    assert one.toordinal() == two
