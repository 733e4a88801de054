"""Random cases and random bytes: no disagreement between evaluators, no crash."""

from __future__ import annotations

import json
import random
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import Fact, Policy, Refused, load
from engine.strictjson import read_object
from tests.engine import fuzz

POLICIES = sorted(path for path in (fuzz.ROOT / "rulesets").iterdir() if path.is_dir())
REAL = load(fuzz.LICHENG)


@pytest.mark.parametrize("folder", POLICIES, ids=lambda path: path.name)
def test_evaluators_agree_on_seeded_random_cases(folder: Any) -> None:
    cases = {fuzz.LICHENG.name: 3_000, "yonghe-union-2024": 750}.get(folder.name, 30)
    assert list(fuzz.run(load(folder), cases, seed=20100607)) == []


def values(policy: Policy, fact: Fact) -> st.SearchStrategy[Any]:
    """Raw values of a fact, unknown among them where it may be."""
    made: st.SearchStrategy[Any]
    if fact.type == "yes_no":
        made = st.booleans()
    elif fact.type == "choice":
        made = st.sampled_from(list(fact.choices))
    elif fact.type == "date":
        assert isinstance(fact.high, date)
        low = policy.in_force_from if fact.name == policy.pick_by else fact.low
        assert isinstance(low, date)
        made = st.dates(low, fact.high).map(date.isoformat)
    elif fact.type == "money":
        made = st.integers(int(fact.low or 0), int(fact.high or 0)).map(_yuan)
    else:
        made = st.integers(int(fact.low or 0), int(fact.high or 0))
    if fact.required or fact.name == policy.pick_by:
        return made
    return st.one_of(st.none(), made, made)


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


CASES = st.fixed_dictionaries(
    {name: values(REAL, fact) for name, fact in REAL.facts.items() if fact.required},
    optional={name: values(REAL, fact) for name, fact in REAL.facts.items() if not fact.required},
)


@settings(max_examples=2000, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(CASES)
def test_evaluators_agree_on_what_hypothesis_thinks_of(raw: dict[str, Any]) -> None:
    assert fuzz.check_case(REAL, raw, again=False) == []


@pytest.mark.parametrize("seed", range(4))
def test_no_scribble_in_json_makes_the_reader_fall_over(seed: int) -> None:
    rng = random.Random(seed)
    text = json.dumps(fuzz.random_raw(REAL, rng)).encode()
    refused = 0
    for _ in range(400):
        data = bytearray(text)
        for _ in range(rng.randint(1, 5)):
            at = rng.randrange(len(data))
            data[at : at + rng.randint(0, 4)] = rng.choice(SCRIBBLES)
        refused += not _decided(bytes(data))
    assert refused > 0


def _decided(data: bytes) -> bool:
    """Whether these bytes are a case; Refused is the only other way out."""
    try:
        fuzz.check_case(REAL, read_object(data), again=False)
    except Refused:
        return False
    return True


SCRIBBLES = [
    b"{", b"}", b"[", b"]", b":", b",", b'"', b"null", b"true", b"NaN", b"-Infinity", b"1e400",
    b"9" * 500, b"-0", b"0.001", b"\\u0000", b"\xff", b"\x00", b'"?"', b"[" * 2000, b"1E5", b"01",
]  # fmt: skip


@pytest.mark.parametrize(
    "value",
    [
        [],
        {},
        [[]],
        {"a": 1},
        "",
        " ",
        "x" * 10_000,
        1e308,
        -1,
        10**30,
        "1e5",
        "٣",
        "２",
        "\x00",
        "¥5",
    ],
    ids=repr,
)
def test_no_value_of_any_kind_makes_a_fact_fall_over(value: Any) -> None:
    base = {"apply_type": "living", "apply_date": "2010-12-03"}
    for name in REAL.facts:
        assert _blamed({**base, name: value}) <= {name}


def _blamed(raw: dict[str, Any]) -> set[str | None]:
    """The facts that are at fault in a case."""
    try:
        fuzz.check_case(REAL, raw, again=False)
    except Refused as refused:
        return {fault.where for fault in refused.faults}
    return set()
