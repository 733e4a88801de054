"""`analyse` finds each kind of fault that was planted, proves it with a case, and admits its limits."""

from __future__ import annotations

from engine import Policy, assess
from engine.analysis import Analysis, Finding, analyse
from tests.engine import mini
from tests.engine.commands import LICHENG, engine
from tests.engine.folders import policy

SAME_EVENT = "when: apply_type = sudden and not rerouted and same_event_aided"
POLICE = "when: illegal_activity and police_punished"
SUBJECTIVE = "when: excl_subjective_cause}"
MAJOR = "when: sudden_major_accident and loss_property or sudden_major_illness"


def told(found: Analysis) -> set[tuple[str, str]]:
    return {(one.fault.code, str(one.fault.params.get("rule"))) for one in found.findings}


def exclusions(*edits: tuple[str, str]) -> Policy:
    return policy(*(("exclusions.yaml", old, new) for old, new in edits))


def proved(asked: Policy, finding: Finding) -> int:
    """The fen that the engine gives for the witness."""
    assert finding.case is not None
    found = assess(asked, asked.read_facts(finding.case))
    return sum(benefit.fen or benefit.max_fen or 0 for benefit in found.benefits)


def test_the_real_policy_has_no_finding_and_its_cliffs_are_told_with_a_case() -> None:
    asked = policy()
    found = analyse(asked)
    assert found.findings == found.undecided == ()
    label = asked.facts["income_year"].label
    (income,) = [note for note in found.notes if note.fault.params["fact"] == label]
    assert income.fault.params["loss"] == "3000.00"
    assert proved(asked, income) == 300_000
    assert income.case is not None
    more = {**income.case, "income_year": income.fault.params["high"]}
    assert assess(asked, asked.read_facts(more)).benefits == ()


def test_rules_that_never_and_always_hold() -> None:
    found = analyse(
        exclusions((SAME_EVENT, "when: apply_type = sudden and same_event_aided and apply_type = living"),
                   (SUBJECTIVE, "when: excl_subjective_cause or not excl_subjective_cause}"))
    )  # fmt: skip
    assert {("analyse_never", "same-event"), ("analyse_always", "subjective-cause")} <= told(found)
    assert ("rule_never_true", "same-event") in told(found)


def test_masked_and_redundant_exclusions() -> None:
    found = analyse(
        exclusions((SAME_EVENT, "when: excl_subjective_cause and same_event_aided"),
                   (POLICE, "when: excl_subjective_cause and illegal_activity and police_punished"))
    )  # fmt: skip
    assert ("analyse_masked", "same-event") in told(found)
    assert ("analyse_redundant", "police-punished") in told(found)
    assert ("analyse_redundant", "subjective-cause") not in told(found)


def test_exclusions_that_together_leave_nobody() -> None:
    found = analyse(
        exclusions(
            (POLICE, "when: not excl_subjective_cause or illegal_activity and police_punished")
        )
    )
    (one,) = [f for f in found.findings if f.fault.code == "analyse_contradictory"]
    assert {one.fault.params["rule"], one.fault.params["other"]} == {
        "subjective-cause",
        "police-punished",
    }


def test_a_tier_that_never_gets_its_turn() -> None:
    asked = policy(
        ("amounts.yaml", MAJOR, "when: sudden_major_accident and accident_result = death")
    )
    assert ("analyse_masked", "sudden_aid.major") in told(analyse(asked))


def test_a_least_above_the_most_and_a_negative_amount() -> None:
    less = "amount: living_amount - living_amount * household_size / 4"
    asked = policy(
        ("amounts.yaml", "amount: living_amount", less),
        ("parameters.yaml", "2010-06-07: 2000", "2010-06-07: 900"),
    )
    found = analyse(asked)
    assert {("analyse_bounds", "sudden_aid.major"), ("analyse_negative", "living_aid")} <= told(
        found
    )
    (negative,) = [f for f in found.findings if f.fault.code == "analyse_negative"]
    assert proved(asked, negative) < 0


def test_without_time_everything_is_undecided_and_nothing_is_claimed() -> None:
    found = analyse(policy(), seconds=0)
    assert found.findings == found.notes == ()
    assert {f.fault.code for f in found.undecided} == {"analyse_undecided"}
    assert len(found.undecided) > 50


def test_the_command_prints_findings_in_the_readers_language_and_its_status() -> None:
    done = engine("analyse", LICHENG, "--lang", "en")
    assert done.code == 0
    assert "One more unit of" in done.out
    assert "0 findings, 3 notes, 0 undecided." in done.out


# planted in small policies ------------------------------------------------------------------

_FACTS = """\
score: {type: integer, range: 0..100, zh: 得分, en: Score}
cost: {type: money, range: 0..10000, zh: 费用, en: Cost}
paid: {type: money, range: 0..10000, zh: 已发, en: Paid, from: grants sum within year per member}
"""
_LINES = """{
line: {zh: 线, en: Line, clause: "1", unit: points, type: integer, 2024-01-01: 60, 2026-01-01: 50},
top: {zh: 封顶, en: Top, clause: "2", 2024-01-01: 3000}}"""


def planted(rows: str, hit: str = "unique", **parts: str) -> Analysis:
    table = f"{{hit: {hit}, inputs: [score], rows: {rows}}}"
    given = {
        "facts": _FACTS,
        "parameters": _LINES,
        "values": f"mark: {{zh: 档, en: Mark, table: {table}}}\n",
        "exclusions": '- {id: x, clause: "3", zh: 戊, en: X, when: mark > 5 and paid > 9000}',
        "amounts": 'help: {zh: 补助, en: Help, when: mark >= 1, mode: fixed, amount: "min(cost, top)"}',
        **parts,
    }
    return analyse(mini.policy(**given))


def codes(found: Analysis) -> set[str]:
    return {one.fault.code for one in found.findings}


def test_a_gap_that_opens_with_a_later_value_of_a_parameter_is_found_with_its_date() -> None:
    found = planted('[[">= line", 6], ["< 50", 0], ["50..59", 1]]', hit="first")
    assert "table_gap_met" not in codes(found)
    (gap,) = [
        one
        for one in planted('[[">= line", 6], ["< 50", 0], ["50..55", 1]]', hit="first").findings
        if one.fault.code == "table_gap_met"
    ]
    assert gap.case is not None
    assert 56 <= gap.case["score"] <= 59
    assert gap.case["apply_date"] < "2026-01-01"


def test_an_overlap_that_opens_with_a_later_value_of_a_parameter_is_found_with_its_date() -> None:
    (clash,) = [
        one
        for one in planted('[[">= line", 6], ["< 60", 1]]').findings
        if one.fault.code == "table_clash_met"
    ]
    assert clash.case is not None
    assert 50 <= clash.case["score"] <= 59
    assert clash.case["apply_date"] >= "2026-01-01"


def test_a_row_that_never_gets_its_turn() -> None:
    found = planted('[[">= 40", 6], [">= line", 7], ["-", 1]]', hit="first")
    assert ("analyse_masked", "mark.2") in told(found)
    assert ("analyse_masked", "mark.3") not in told(found)


def test_a_ground_that_another_always_goes_with() -> None:
    found = planted(
        '[[">= 40", 6], ["-", 1]]',
        hit="first",
        grounds=(
            'poor, clause: "1", zh: 甲, en: Poor, when: score < 50',
            'very-poor, clause: "2", zh: 乙, en: Very poor, when: score < line - 20',
        ),
    )
    assert ("analyse_redundant", "very-poor") in told(found)
    assert ("analyse_redundant", "poor") not in told(found)


def test_an_amount_above_the_ceiling_is_told_with_a_case() -> None:
    caps = "caps: [{id: year, clause: '4', zh: 年封顶, en: Year, most: 2000, used: paid}]"
    above = (
        'help: {zh: 补助, en: Help, when: mark >= 1, mode: fixed, amount: "min(cost, top)"}\n'
        + caps
    )
    found = planted('[[">= line", 6], ["-", 1]]', hit="first", amounts=above)
    (one,) = [
        one for one in (*found.findings, *found.notes) if one.fault.code == "analyse_above_cap"
    ]
    assert one.case is not None
    assert float(one.case["cost"]) > 2000
    within = above.replace("min(cost, top)", "min(cost, top) / 2")
    assert "analyse_above_cap" not in codes(
        planted('[[">= line", 6], ["-", 1]]', hit="first", amounts=within)
    )
