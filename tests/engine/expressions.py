"""Random expressions and values of every type, for tests that hold evaluators against each other."""

from __future__ import annotations

import random
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from engine.labels import Label
from engine.language import DATE, INTEGER, MONEY, NUMBER, TEXT, YES_NO, Names, Type

CHOICE = Type(
    "choice",
    {"red": Label("红", "red"), "green": Label("绿", "green"), "blue": Label("蓝", "blue")},
)
SET = Type("set", CHOICE.choices)
TYPES: dict[str, Type] = {
    "a": YES_NO, "b": YES_NO, "n": INTEGER, "k": INTEGER, "m": MONEY, "p": MONEY, "x": NUMBER,
    "d": DATE, "e": DATE, "c": CHOICE, "g": CHOICE, "s": SET, "w": TEXT,
}  # fmt: skip
RANGES = {"n": (Fraction(0), Fraction(9)), "k": (Fraction(1), Fraction(5))}


def names() -> Names:
    return Names(TYPES, ranges=RANGES)


def condition(rng: random.Random, depth: int) -> str:
    """A condition as an officer could write it."""
    if depth == 0:
        return _leaf(rng)
    inner = [condition(rng, depth - 1) for _ in range(rng.randint(1, 3))]
    kind = rng.randrange(5)
    if kind == 0:
        return f"not ({inner[0]})"
    if kind == 1:
        return f"if {inner[0]} then ({inner[-1]}) else ({condition(rng, 0)})"
    return "(" + (" and " if kind < 4 else " or ").join(inner) + ")"


def _leaf(rng: random.Random) -> str:
    compare = rng.choice(["=", "!=", "<", "<=", ">", ">="])
    return rng.choice([
        lambda: rng.choice(["a", "b", "a = b", "a != b", "b = no", "yes"]),
        lambda: f"c {rng.choice(['=', '!='])} {rng.choice(['red', 'green', 'g'])}",
        lambda: f"c in ({rng.choice(['red', 'red, blue', 'green, blue'])})",
        lambda: f"{rng.choice(['red', 'blue'])} in s",
        lambda: f"w {rng.choice(['=', '!='])} {rng.choice(['甲', 'x'])!r}",
        lambda: "w in ('甲', 'x')",
        lambda: f"{number(rng, 2)} {compare} {number(rng, 2)}",
        lambda: f"{money(rng, 2)} {compare} {money(rng, 2)}",
        lambda: f"n in {rng.randrange(4)}..{rng.randrange(4, 9)}",
        lambda: f"n in ({rng.randrange(4)}, {rng.randrange(4, 9)})",
        lambda: f"m between {rng.randrange(4)} and {rng.randrange(4, 9)}.5",
        lambda: f"{day(rng, 1)} {compare} {day(rng, 1)}",
    ])()  # fmt: skip


def number(rng: random.Random, depth: int) -> str:
    if depth == 0 or rng.random() < 0.3:
        return rng.choice(["n", "k", "x", str(rng.randrange(10)), "2.5", "30%"])
    one, two = number(rng, depth - 1), number(rng, depth - 1)
    return rng.choice([
        f"({one} + {two})", f"({one} - {two})", f"{one} * {two}", f"{one} / (k + 1)", f"{one} / k",
        f"min({one}, {two})", f"max({one}, {two}, 1)", f"round({one})", f"round({one}, 0.5)",
        f"round_up({one}, 3)", f"round_down({one})", f"(if a then {one} else {two})",
        f"year({day(rng, 1)})", f"month({day(rng, 1)})", f"months_between({day(rng, 1)}, {day(rng, 1)})",
        f"years_between({day(rng, 1)}, e)", f"days_between(d, {day(rng, 1)})", "-n",
    ])  # fmt: skip


def money(rng: random.Random, depth: int) -> str:
    if depth == 0 or rng.random() < 0.3:
        return rng.choice(["m", "p", str(rng.randrange(10)), "0.01"])
    one, two = money(rng, depth - 1), money(rng, depth - 1)
    return rng.choice([
        f"({one} + {two})", f"({one} - {two})", "m * n", f"m / {rng.randint(2, 7)}", "p * x",
        f"min({one}, {two}, m)", f"(if b then m else {one} + p)", "round(m * 1.5, 0.01)",
        "round_up(m / 3, 10)", "round_down(p * x, 100)",
    ])  # fmt: skip


def day(rng: random.Random, depth: int) -> str:
    if depth == 0 or rng.random() < 0.5:
        return rng.choice(["d", "e", "2010-06-07", "2012-02-29"])
    return rng.choice([
        f"add_months({day(rng, 0)}, {rng.choice([1, 12, -1, 18])})", f"end_of_year({day(rng, 0)})",
        f"add_days({day(rng, 0)}, {rng.choice([1, -30, 15])})", "(if a then d else e)",
    ])  # fmt: skip


def value(rng: random.Random, kind: Type, unknown: float) -> Any:
    """A typed value as Facts hold them; None for unknown."""
    if rng.random() < unknown:
        return None
    if kind.kind == "yes_no":
        return rng.random() < 0.5
    if kind.kind == "integer":
        return rng.randint(1, 5)
    if kind.kind == "money":
        return rng.choice([0, 1, 99, 100, 250, 251, rng.randrange(1000)])
    if kind.kind == "number":
        return Fraction(rng.choice([0, 1, 5, 25, 7000001]), rng.choice([1, 10, 1_000_000]))
    if kind.kind == "date":
        start = rng.choice([date(2010, 1, 28), date(2011, 12, 28), date(2012, 2, 26)])
        return start + timedelta(days=rng.randrange(6))
    if kind.kind == "choice":
        return rng.choice(list(kind.choices))
    if kind.kind == "set":
        return frozenset(choice for choice in kind.choices if rng.random() < 0.5)
    return rng.choice(["甲", "x", "other"])
