"""The adapter: within the safe subset, and back on its feet after an error."""

from __future__ import annotations

import ast
import threading
from collections.abc import Callable

import pytest

from engine import Refused, durable
from engine.durable import MOST_PATTERNS, Deck, check_names, fnv1a
from engine.model import Policy
from tests.engine import folders

SIZES = {0: 2, 1: 3, 2: 4}


def deck() -> Deck:
    return Deck("t", {"yes": ((0, 2),), "two": ((0, 2), (1, 4)), "last": ((2, 8),)}, SIZES)


def test_a_pattern_holds_only_where_every_property_is_known_and_allowed() -> None:
    made = deck()
    assert made.holding('"p0":true,') == ["yes"]
    assert sorted(made.holding('"p0":true,"p1":1,')) == ["two", "yes"]
    assert made.holding('"p0":false,"p1":1,') == []
    assert made.holding("") == []
    assert made.holding('"p2":3,') == ["last"]


def test_the_same_case_twice_gives_the_same_answer() -> None:
    made = deck()
    assert [made.holding('"p0":true,') for _ in range(2000)] == [["yes"]] * 2000


def test_after_an_error_the_case_is_refused_and_the_next_one_decided() -> None:
    made = deck()
    for broken in ('"p0":tr', '"p0":', '"p0":{,'):
        with pytest.raises(Refused) as refused:
            made.holding(broken)
        assert refused.value.faults[0].code == "durable_failed"
        assert made.holding('"p0":true,') == ["yes"]


@pytest.mark.parametrize("error", [KeyError, IndexError, AttributeError, RuntimeError, OSError])
def test_whatever_goes_wrong_the_handle_is_built_anew(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    made = deck()
    with monkeypatch.context() as broken:
        broken.setattr(durable.core, "retract_fact", thrown(error))
        with pytest.raises(Refused) as refused:
            made.holding('"p0":true,')
    assert refused.value.faults[0].code == "durable_failed"
    assert made.holding('"p2":3,') == ["last"], "no fact of the broken case is left"


def test_a_case_that_is_interrupted_leaves_nothing_behind_and_goes_on_being_interrupted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = deck()
    with monkeypatch.context() as broken:
        broken.setattr(durable.core, "retract_fact", thrown(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            made.holding('"p0":true,')
    assert made.holding('"p2":3,') == ["last"]


def test_a_handle_that_could_not_be_built_anew_is_never_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = deck()
    with monkeypatch.context() as broken:
        broken.setattr(durable.core, "retract_fact", thrown(RuntimeError))
        broken.setattr(durable.core, "create_ruleset", thrown(MemoryError))
        for _ in range(2):
            with pytest.raises(Refused):
                made.holding('"p0":true,')
    assert made.holding('"p2":3,') == ["last"]


def thrown(error: type[BaseException]) -> Callable[..., None]:
    def throw(*_args: object) -> None:
        raise error

    return throw


def test_as_many_patterns_as_allowed_may_all_hold_at_once() -> None:
    terms = {f"t{i}": ((i, 2),) for i in range(MOST_PATTERNS)}
    made = Deck("full", terms, dict.fromkeys(range(MOST_PATTERNS), 2))
    facts = "".join(f'"p{i}":true,' for i in range(MOST_PATTERNS))
    assert sorted(made.holding(facts)) == sorted(terms)


def test_more_patterns_than_allowed_are_refused_before_the_library_sees_them() -> None:
    terms = {f"t{i}": ((i, 2),) for i in range(MOST_PATTERNS + 1)}
    with pytest.raises(ValueError, match="patterns"):
        Deck("over", terms, dict.fromkeys(range(MOST_PATTERNS + 1), 2))


def test_names_with_one_hash_are_refused() -> None:
    one, two = "costarring", "liquid"
    assert fnv1a(one) == fnv1a(two)
    with pytest.raises(Refused) as refused:
        check_names([one, two])
    assert refused.value.faults[0].code == "hash_collision"


def test_threads_share_a_handle_without_mixing_their_cases() -> None:
    made = deck()
    wrong: list[list[str]] = []

    def ask(facts: str, wanted: list[str]) -> None:
        for _ in range(500):
            found = made.holding(facts)
            if found != wanted:
                wrong.append(found)

    cases = [('"p0":true,', ["yes"]), ('"p2":3,', ["last"]), ('"p0":false,', [])]
    threads = [threading.Thread(target=ask, args=case) for case in cases * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_many_policies_can_be_made_and_dropped() -> None:
    for _ in range(30):
        asked: Policy = folders.policy()
        assert folders.decided(asked).outcome == "eligible"


def test_no_other_module_imports_the_library() -> None:
    root = folders.LICHENG.parents[1] / "engine"
    importing = set()
    for path in root.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            else:
                continue
            if any(name.split(".")[0] in ("durable", "durable_rules_engine") for name in names):
                importing.add(path.name)
    assert importing == {"durable.py"}
