"""What is written down at a stage: typed, complete, consistent, all faults at once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from engine.faults import Refused
from engine.messages import text
from engine.records import passes, plain, read_fields, read_record, refusal_reason, typed
from tests.engine.procedure_kit import ANYTHING, answers_or_refuses, policy

TODAY = date(2010, 12, 3)
APPRAISAL: dict[str, Any] = {
    "meeting_on": "2010-12-01",
    "chair": "李书记",
    "expected": 20,
    "present": 18,
    "opinion": "情况属实，同意推荐。",
    "conclusion": "agree",
}


def refused(stage: str, raw: dict[str, Any], **how: Any) -> list[tuple[str, str | None]]:
    try:
        read_record(policy().procedure.stages[stage], raw, TODAY, **how)
    except Refused as found:
        return [(fault.code, fault.where) for fault in found.faults]
    return []


def test_a_complete_record_comes_back_typed_with_blanks_unknown() -> None:
    values = read_record(policy().procedure.stages["appraisal"], APPRAISAL, TODAY)
    assert values["meeting_on"] == date(2010, 12, 1)
    assert values["present"] == 18
    assert values["votes_for"] is None
    assert set(values) == {f.id for f in policy().procedure.stages["appraisal"].records}


def test_numbers_and_answers_typed_into_a_page_are_taken_as_text() -> None:
    raw = {**APPRAISAL, "expected": "20", "present": " 18 ", "votes_for": ""}
    values = read_record(policy().procedure.stages["appraisal"], raw, TODAY)
    assert (values["expected"], values["present"], values["votes_for"]) == (20, 18, None)


def test_money_is_given_in_yuan_and_kept_in_fen() -> None:
    raw = {
        "decided_on": "2010-12-03",
        "minutes_number": "2010-12",
        "attendees": "部务会成员",
        "result": "agreed",
        "amount": "1500.50",
    }
    assert read_record(policy().procedure.stages["meeting"], raw, TODAY)["amount"] == 150050
    assert refused("meeting", {**raw, "amount": "2000.001"}) == [("expected_money", "amount")]
    assert refused("meeting", {**raw, "amount": 0}) == [("out_of_range", "amount")]


def test_everything_that_is_missing_or_wrong_is_said_at_once() -> None:
    raw = {
        "meeting_on": "2010-12-09",
        "expected": 5,
        "present": 7,
        "conclusion": "perhaps",
        "mood": 1,
    }
    assert refused("appraisal", raw) == [
        ("input_unknown", "mood"),
        ("expected_choice", "conclusion"),
        ("record_future", "meeting_on"),
        ("record_missing", "chair"),
        ("record_missing", "opinion"),
        ("record_check", "present"),
    ]


def test_a_check_speaks_with_the_words_of_the_file() -> None:
    with pytest.raises(Refused) as found:
        raw = {**APPRAISAL, "present": 30}
        read_record(policy().procedure.stages["appraisal"], raw, TODAY)
    (fault,) = found.value.faults
    assert text(fault, "zh") == "实到人数不能多于应到人数，请核对会议记录。"
    assert text(fault, "en") == "More members present than due to attend. Check the minutes."


def test_votes_that_were_not_counted_are_no_fault_and_too_many_are() -> None:
    assert refused("appraisal", {**APPRAISAL, "votes_for": 10}) == []
    votes = {"votes_for": 10, "votes_against": 1, "votes_abstaining": 9}
    assert refused("appraisal", {**APPRAISAL, **votes}) == [("record_check", "votes_for")]
    uncounted = {"votes_for": 10, "votes_against": 9}
    assert refused("appraisal", {**APPRAISAL, **uncounted}) == [("record_check", "votes_for")]


def test_a_field_is_demanded_where_another_asks_for_it() -> None:
    fail = {"screened_on": "2010-12-03", "result": "fail"}
    assert refused("screening", fail, part="result") == [("record_missing", "reason")]
    assert refused("screening", {**fail, "result": "pass"}, part="result") == []


def test_a_part_of_a_stage_asks_only_its_own_fields() -> None:
    assert refused("screening", {"entered_on": "2010-12-02"}, part="enter") == []
    stray = {"entered_on": "2010-12-02", "result": "pass"}
    assert refused("screening", stray, part="enter") == [("input_unknown", "result")]


def test_an_amount_is_asked_only_on_the_road_whose_form_has_one() -> None:
    fields = policy().procedure.stages["branch_check"]
    raw = {
        "filler": "self",
        "signature": "sign",
        "copies": 2,
        "opinion": "同意",
        "sealed": True,
        "sealed_on": "2010-12-02",
        "signed_by": "李书记",
    }
    assert read_record(fields, raw, TODAY, road="living")["sealed"] is True
    assert refused("branch_check", raw, road="sudden") == [("record_missing", "amount")]


def test_only_a_date_that_may_lie_ahead_does() -> None:
    raw = {"posted_on": "2010-12-03", "ends_on": "2010-12-07", "place": "branch", "poster": "王"}
    assert refused("notice", raw, part="post") == []
    late = {**raw, "posted_on": "2010-12-04"}
    assert refused("notice", late, part="post") == [("record_future", "posted_on")]


def test_earlier_values_of_the_same_stage_take_part_in_its_checks() -> None:
    end = {"removed_on": "2010-12-03", "photographed": True}
    known = {"posted_on": date(2010, 12, 2), "ends_on": date(2010, 12, 1)}
    assert refused("notice", end, part="end", known=known) == [("record_check", None)]


def test_a_record_passes_only_where_the_condition_surely_holds() -> None:
    stage = policy().procedure.stages["appraisal"]
    assert passes(stage, {"conclusion": "agree"}) is True
    assert passes(stage, {"conclusion": "disagree"}) is False
    assert passes(stage, {"conclusion": None}) is False
    assert passes(policy().procedure.stages["filing"], {}) is True
    assert refusal_reason(stage, {"opinion": "收入不符"}) == "收入不符"


def test_what_is_stored_as_json_comes_back_the_same() -> None:
    stage = policy().procedure.stages["appraisal"]
    values = read_record(stage, APPRAISAL, TODAY)
    assert typed(stage, plain(values)) == values


def test_an_emergency_is_recorded_with_its_own_fields() -> None:
    emergency = policy().procedure.emergency
    assert emergency is not None
    raw = {
        "reported_on": "2010-12-03",
        "authorised_on": "2010-12-02",
        "authorised_by": "三位部领导",
        "reason": "须当日手术",
        "amount": 2000,
    }
    with pytest.raises(Refused) as found:
        read_fields(emergency.records, emergency.checks, raw, TODAY)
    assert [fault.code for fault in found.value.faults] == ["record_check"]


@pytest.mark.parametrize("stage", list(policy().procedure.stages))
def test_no_value_of_any_field_gives_anything_but_a_record_or_refused(stage: str) -> None:
    step = policy().procedure.stages[stage]
    for field in step.records:
        for value in ANYTHING:
            answers_or_refuses(lambda f=field.id, v=value: read_record(step, {f: v}, TODAY))


def test_a_field_added_to_the_file_is_asked_without_any_code() -> None:
    added = policy(
        (
            "      - {id: recorder, type: text, text: short, zh: 记录人, en: Minutes taken by}",
            "      - {id: recorder, type: text, text: short, required: yes, zh: 记录人, en: Minutes taken by}\n"
            "      - {id: guests, type: integer, range: 0..9, required_when: present > 10, zh: 列席人数, en: Guests}",
        )
    )
    with pytest.raises(Refused) as found:
        read_record(added.procedure.stages["appraisal"], APPRAISAL, TODAY)
    assert [fault.where for fault in found.value.faults] == ["recorder", "guests"]
