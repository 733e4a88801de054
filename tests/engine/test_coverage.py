"""What the cases of a policy touch: rules both ways, rows and tiers, places around boundaries."""

from __future__ import annotations

from typing import Any

import pytest

from engine import assess
from engine.analysis.places import settle
from engine.coverage import Coverage
from engine.messages import text
from tests.engine import mini
from tests.engine.commands import ROOT, engine

_FACTS = """\
score: {type: integer, range: 0..100, zh: 得分, en: Score}
cost: {type: money, range: 0..10000, zh: 费用, en: Cost}
"""
_VALUES = """\
grade:
  zh: 等级
  en: Grade
  table: {hit: first, inputs: [score], rows: [[">= 80", 3], [">= 60", 2]], otherwise: 1}
"""
_PARAMETERS = '{base: {zh: 基数, en: Base, clause: "1", 2024-01-01: 100, 2025-01-01: 120}}'
_AMOUNTS = """\
help:
  zh: 补助
  en: Help
  when: grade >= 1
  hit: first
  tiers:
    - {id: high, zh: 高, en: High, mode: fixed, amount: "min(cost, 5000)", when: score >= 90}
    - {id: rest, zh: 其他, en: Rest, mode: fixed, amount: base * grade}
"""


def _after(*cases: dict[str, Any]) -> Coverage:
    policy = mini.policy(facts=_FACTS, values=_VALUES, parameters=_PARAMETERS, amounts=_AMOUNTS)
    coverage = Coverage(policy)
    for case in cases:
        raw = {"help_kind": "hardship", "apply_date": "2024-06-15", **case}
        coverage.add(assess(policy, policy.read_facts(raw)))
    return coverage


def _lacking(coverage: Coverage, number: int) -> list[str]:
    return [text(fault, "en") for fault in coverage.shares()[number].lacking]


def test_a_row_counts_only_where_it_gives_the_result() -> None:
    coverage = _after({"score": 95, "cost": 1})
    assert sorted(_lacking(coverage, 1)) == [
        'No case in which "Grade, row 2" is the one that gives the result; add one.',
        'No case in which "Rest" is the one that gives the result; add one.',
        'No case in which no row of "Grade" holds; add one.',
    ]  # row 2 holds at 95 too, but row 1 answers
    rows = _after({"score": 95}, {"score": 70}, {"score": 5}).shares()[1]
    assert (rows.covered, rows.all, rows.percent) == (5, 5, "100")


def test_what_is_unknown_touches_nothing() -> None:
    coverage = _after({})
    assert [share.covered for share in coverage.shares()] == [0, 0, 1]  # the date is known


def test_each_boundary_is_met_below_on_and_above() -> None:
    coverage = _after({"score": 80, "cost": 4999})
    wanted = {
        'No case in which "Score" is above "80"; add one.',
        'No case in which "Score" is below "80"; add one.',
        'No case in which "Score" is equal to "90"; add one.',
        'No case in which "Cost" is equal to "5000"; add one.',
        'No case in which "Date" is after "1 January 2025"; add one.',
        'No case in which "Date" is equal to "1 January 2025"; add one.',
    }
    lacking = _lacking(coverage, 2)
    assert wanted <= set(lacking)
    assert 'No case in which "Score" is below "90"; add one.' not in lacking
    assert not any('"Score" is above "100"' in line for line in lacking)
    full = _after(
        *({"score": score} for score in (59, 60, 61, 79, 80, 81, 89, 90, 91)),
        *({"cost": cost} for cost in ("4999.99", 5000, "5000.01")),
        *({"apply_date": day} for day in ("2025-01-01", "2025-01-02")),
    )
    assert _lacking(full, 2) == []


def test_what_cannot_be_is_ruled_out_by_proof_and_what_can_is_shown() -> None:
    policy = mini.policy(
        facts=_FACTS,
        values='odd: {is: "score * 2 >= 51", zh: 奇, en: Odd}\n',
        exclusions='- {id: odd-one, clause: "2", zh: 奇数, en: Odd one, when: odd and cost > 5}',
    )
    coverage = Coverage(policy)
    examples = settle(coverage)
    left = {(str(place), example["score"]) for (_, place), example in examples.items()}
    assert {place for place, _ in left} == {"below", "on", "above"}  # of the cost
    odd = next(b for b in coverage.boundaries if b.left.type.kind == "integer")
    assert odd.possible == ("below", "above")  # twice a whole number is never 51
    for (boundary, place), example in examples.items():
        coverage.add(assess(policy, policy.read_facts(example)))
        assert (boundary, place) not in coverage.open_places()


@pytest.mark.parametrize(
    ("policy", "open_places"),
    [
        ("licheng-2010", 0),
        ("yonghe-union-2024", 0),
        ("huaishu-grades-2025", 0),
        ("qinghe-medical-2025", 1),  # a first of the month that is the last of the year
    ],
)
def test_the_policies_of_the_repository_are_covered(policy: str, open_places: int) -> None:
    ran = engine("test", str(ROOT / "rulesets" / policy), "--json")
    assert ran.code == 0
    coverage = ran.json["coverage"]
    assert [len(coverage[kind]["lacking"]) for kind in ("rules", "rows", "boundaries")] == [
        0,
        0,
        open_places,
    ]
    assert all(coverage[kind]["covered"] > 0 for kind in coverage)


def test_the_shares_are_printed_in_both_languages(tmp_path: Any) -> None:
    chinese = engine("test", str(ROOT / "rulesets" / "yonghe-union-2024")).out
    assert "界限上下三处：23/23（100%）。" in chinese
    english = engine("test", str(ROOT / "rulesets" / "yonghe-union-2024"), "--lang", "en").out
    assert "Rules both ways: 27 of 27 (100%)." in english
