"""The oracle is itself checked: against plain products of completions and the written cases."""

from __future__ import annotations

import itertools
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.engine import oracle_cases
from tests.engine import oracle_licheng as oracle
from tests.engine import oracle_unknown as unknown_facts

CASES = sorted((oracle_cases.POLICY / "cases").glob("*.yaml"))
CODES = {"grounds", "denials", "missing"}
LISTS = {"evidence", "approvals", "escalations"}


def plain_missing(f: dict[str, Any]) -> tuple[set[Any], list[str]]:
    """Answers over the full product of completions, and the facts that matter in it."""
    ranges = unknown_facts.Ranges()
    unknown = [name for name in oracle.FACTS if f[name] is None and name != "proposed_amount"]
    pools = [unknown_facts.classes(f, name, ranges) for name in unknown]
    answers = {
        values: oracle.core(unknown_facts.Asked({**f, **dict(zip(unknown, values, strict=True))}))
        for values in itertools.product(*pools)
    }
    matter = []
    for at, name in enumerate(unknown):
        groups: dict[tuple[Any, ...], set[Any]] = {}
        for values, found in answers.items():
            groups.setdefault(values[:at] + values[at + 1 :], set()).add(found)
        if any(len(group) > 1 for group in groups.values()):
            matter.append(name)
    return set(answers.values()), matter


@pytest.mark.parametrize("unknown", [1, 2, 3, 4])
def test_branches_give_what_the_full_product_of_completions_gives(unknown: int) -> None:
    rng = random.Random(unknown)
    for _ in range(150):
        f = oracle.typed(oracle_cases.random_case(rng, unknown))
        answers, matter = plain_missing(f)
        settled = unknown_facts.settle(f)
        assert list(settled.missing) == matter
        assert settled.benefit_settled == (len({found[2] for found in answers}) == 1)
        assert (settled.outcome == "undetermined") == (len({found[0] for found in answers}) > 1)


def test_a_case_without_unknown_facts_is_answered_alike_by_both_ways() -> None:
    rng = random.Random(5)
    for _ in range(500):
        f = oracle.typed(oracle_cases.random_case(rng, 0))
        whole, settled = oracle.answer(f), unknown_facts.settle(f)
        for name in ("outcome", "category", "grounds", "denials", "benefit", "proposed_ok"):
            assert getattr(whole, name) == getattr(settled, name)
        for name in LISTS:
            assert getattr(whole, name) == settled.least[name] == settled.most[name]


def rows(path: Path) -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = YAML(typ="safe").load(path)
    return loaded


def as_given(given: dict[str, Any]) -> dict[str, Any]:
    words = {"yes": True, "no": False}
    plain = {}
    for name, value in given.items():
        is_word = oracle.FACTS[name] == "yes_no" and isinstance(value, str)
        plain[name] = words[value] if is_word else value
    return plain


def benefit_as_written(benefit: tuple[Any, ...] | None) -> Any:
    """The oracle's benefit in the words of a case: 600, {min, max}, {cap}, discretion."""
    if benefit is None:
        return None
    _, mode, fen, low, high, _ = benefit
    written = {
        "fixed": fen and fen / 100,
        "range": {"min": low and low / 100, "max": high and high / 100},
        "cap": {"cap": high and high / 100},
    }
    return written.get(mode, mode)


def oracle_says(settled: unknown_facts.Settled, name: str) -> Any:
    if name in ("living_aid", "sudden_aid"):
        if not settled.benefit_settled:
            return "undetermined"
        assert settled.benefit is None or settled.benefit[0] == name
        return benefit_as_written(settled.benefit)
    if name in LISTS:
        assert settled.least[name] == settled.most[name]
        return list(settled.most[name])
    found = getattr(settled, name)
    return list(found) if name in CODES else found


def warns(settled: unknown_facts.Settled, given: dict[str, Any]) -> list[str]:
    """3.2.3: what the department finds itself has no ceiling, above 3000 yuan it is warned of."""
    discretion = settled.benefit is not None and settled.benefit[:2] == ("sudden_aid", "discretion")
    high = Decimal(str(given.get("proposed_amount", 0))) > 3000
    return ["above_severe"] if discretion and high else []


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_written_cases_expect_what_the_oracle_says(path: Path) -> None:
    words = {"yes": True, "no": False}
    for case in rows(path):
        settled = unknown_facts.settle(oracle.typed(as_given(case["given"])))
        for name, wanted in case["expect"].items():
            expected = words.get(wanted, wanted) if name == "proposed_ok" else wanted
            if name == "warnings":
                assert warns(settled, case["given"]) == wanted, case["name"]
                continue
            assert oracle_says(settled, name) == expected, (case["name"], name)


def test_every_clause_has_a_case_in_which_it_holds_and_one_in_which_it_does_not() -> None:
    held: set[str] = set()
    failed: set[str] = set()
    rules = {code: rule for code, (_, rule) in oracle.GROUND_RULES.items()}
    rules |= {code: rule for level in oracle.DENIAL_LEVELS for code, rule in level.items()}
    for path in CASES:
        for case in rows(path):
            f = oracle.typed(as_given(case["given"]))
            for code, rule in rules.items():
                truths = {
                    truth for _, truth in unknown_facts.leaves(f, rule, unknown_facts.Ranges())
                }
                held |= {code} if truths == {True} else set()
                failed |= {code} if truths == {False} else set()
    assert held == failed == set(rules)


def test_no_two_cases_have_the_same_name_and_none_only_repeats_another() -> None:
    every = [case for path in CASES for case in rows(path)]
    names = [case["name"] for case in every]
    assert len(set(names)) == len(names)
    bodies = [str((case["given"], case["expect"])) for case in every]
    assert len(set(bodies)) == len(bodies)
    assert len(every) >= 200
