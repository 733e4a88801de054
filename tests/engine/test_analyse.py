"""`analyse` finds each kind of fault that was planted, proves it with a case, and admits its limits."""

from __future__ import annotations

from engine import Policy, assess
from engine.analysis import Analysis, Finding, analyse
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
