"""Numbers said in words and in conditions on a record follow the one place where they stand."""

from __future__ import annotations

from datetime import date

import pytest

from engine import Policy, assess, load_files, worked
from engine.faults import Refused
from engine.loading import folder_files
from engine.messages import line
from engine.procedure import RecordField
from engine.records import dated_names, read_record
from tests.engine.procedure_kit import FILE, ROOT

FILES = folder_files(FILE.parent)
SPECIAL = {
    "apply_type": "sudden", "apply_date": "2010-09-15", "member_status": "full",
    "org_in_district": True, "hukou": "rural", "household_size": 4, "income_year": 7000,
    "cause_illness": False, "sudden_major_accident": False, "sudden_major_illness": False,
    "other_urgent_claimed": True, "excl_subjective_cause": False, "illegal_activity": False,
    "excl_org_unsuitable": False, "prev_aid_type": "none", "same_event_aided": False,
}  # fmt: skip
MEETING = {
    "decided_on": "2010-12-03", "minutes_number": "部办〔2010〕1号", "attendees": "甲、乙",
    "result": "agreed",
}  # fmt: skip
RAISED = "2010-06-07: 3000}", "2010-06-07: 3500}"


def edited(**edits: tuple[str, str]) -> Policy:
    """The real policy with words of one place changed, by file."""
    return load_files({**FILES, **dict(changed(edits))})


def changed(edits: dict[str, tuple[str, str]]) -> list[tuple[str, bytes]]:
    found = []
    for name, (old, new) in edits.items():
        text = FILES[f"{name}.yaml"].decode()
        assert text.count(old) == 1, old
        found.append((f"{name}.yaml", text.replace(old, new).encode()))
    return found


def field_of(policy: Policy, stage: str, name: str) -> RecordField:
    found = policy.procedure.stages[stage].record(name)
    assert found is not None
    return found


def helped(policy: Policy, stage: str, name: str) -> tuple[str, str]:
    found = field_of(policy, stage, name).help
    assert found is not None
    return found.zh, found.en


def reminded(policy: Policy) -> dict[str, str]:
    return {one.id: one.label.zh for one in policy.procedure.reminders}


def test_the_words_of_the_real_policy_are_what_they_were() -> None:
    policy = edited()
    said = reminded(policy)
    assert said["report_late"] == "已超过3日报送期限。"
    assert said["reply_late"] == "已超过3日批复期限。"
    assert said["round_soon"] == "年度帮扶工作还有3天到期。"
    assert said["round_late"] == "年度帮扶工作已超过15日期限。"
    assert said["entry_late"] == "已超过3个工作日录入期限。"
    assert helped(policy, "application", "event_on") == (
        "3日内报送区委组织部的期限从次日起算。",
        "The 3 days for reporting to the department are counted from the next day.",
    )
    assert helped(policy, "meeting", "reason") == (
        "不同意的、与系统核对结果不一致的，或者金额超过3000元的，必须写明理由。",
        "Required for a refusal, for a decision that departs from what the rules say, and for an "
        "amount above 3000 yuan.",
    )
    entered = policy.procedure.stages["screening"].help
    assert entered is not None
    assert entered.zh.startswith("公示结束后3个工作日内录入")
    rules = policy.procedure.emergency
    assert rules is not None
    help_ = rules.records[0].help
    assert help_ is not None
    assert help_.zh == "资金3天内到位，从次日起算。"


def test_other_days_are_said_wherever_they_are_named() -> None:
    policy = edited(procedure=("event_date, days: 3, of", "event_date, days: 7, of"))
    assert reminded(policy)["report_late"] == "已超过7日报送期限。"
    assert reminded(policy)["reply_late"] == "已超过3日批复期限。"
    assert helped(policy, "application", "event_on")[1].startswith("The 7 days for reporting")


def test_a_reminder_says_how_far_from_the_day_it_is() -> None:
    policy = edited(procedure=("round_due, days: -3, to", "round_due, days: -5, to"))
    assert reminded(policy)["round_soon"] == "年度帮扶工作还有5天到期。"


def test_a_value_that_changes_within_the_edition_is_said_with_its_day() -> None:
    policy = edited(parameters=("2010-06-07: 3000}", "2010-06-07: 3000, 2027-01-01: 3500.5}"))
    zh, en = helped(policy, "meeting", "reason")
    assert "超过3000（2027年1月1日起3500.5）元" in zh
    assert "3000 (3500.5 from 1 January 2027) yuan" in en


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("{days.report_due}日内", "{days.report_du}日内", "unknown_name"),
        ("超过{severe_most}元的，必须", "超过{severe_mst}元的，必须", "unknown_name"),
        ("已超过{days}日批复", "已超过{day}日批复", "unknown_name"),
        ("已超过{days}日批复", "已超过{days日批复", "braces"),
        ("超过{severe_most}元的，必须", "超过{living_line}元的，必须", "unknown_name"),
        ("or amount > severe_most", "or amount > severe_mst", "expr_unknown_name"),
    ],
)
def test_a_name_that_is_none_is_a_fault_at_its_place(old: str, new: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        edited(procedure=(old, new))
    (fault,) = refused.value.faults
    assert fault.code == code
    text = FILES["procedure.yaml"].decode().replace(old, new)
    at = text.index(new)
    row = text[:at].count("\n") + 1
    assert (fault.where or "").startswith(f"procedure.yaml:{row}:")
    for lang in ("zh", "en"):
        assert line(fault, lang).startswith(f"procedure.yaml:{row}:")
    if code == "unknown_name":
        column = at - text.rindex("\n", 0, at) + new.index("{") + 1
        assert fault.where == f"procedure.yaml:{row}:{column}"


def reasons(policy: Policy, amount: str, facts: dict[str, object]) -> list[str | None]:
    """Which fields of the meeting's record are missing for an amount."""
    stage = policy.procedure.stages["meeting"]
    names = dated_names(stage.records, *stage.checks, stage.passes)
    assert names == {"severe_most"}
    known = worked.dated(policy, names, facts)
    raw = {**MEETING, "amount": amount}
    try:
        read_record(stage, raw, date(2010, 12, 3), road="sudden", known=known)
    except Refused as refused:
        return [fault.where for fault in refused.faults]
    return []


def test_the_reason_is_asked_above_the_dated_value_and_nowhere_else() -> None:
    on = {"apply_date": date(2010, 9, 15)}
    for policy, most in ((edited(), 3000), (edited(parameters=RAISED), 3500)):
        assert reasons(policy, f"{most}.00", on) == []
        assert reasons(policy, f"{most}.01", on) == ["reason"]
    later = edited(parameters=("2010-06-07: 3000}", "2010-06-07: 3000, 2011-01-01: 3500}"))
    assert reasons(later, "3000.01", on) == ["reason"]
    assert reasons(later, "3000.01", {"apply_date": date(2011, 1, 1)}) == []


def test_a_value_that_is_not_known_demands_nothing() -> None:
    assert worked.dated(edited(), ["severe_most"], {}) == {"severe_most": None}
    assert reasons(edited(), "9000", {}) == []


def test_an_amount_without_a_ceiling_is_warned_of_above_the_dated_value() -> None:
    for policy, most in ((edited(), 3000), (edited(parameters=RAISED), 3500)):
        for amount, warned in ((f"{most}.00", ()), (f"{most}.01", ("above_severe",))):
            found = assess(policy, policy.read_facts({**SPECIAL, "proposed_amount": amount}))
            assert (found.proposed_ok, found.warnings) == (True, warned)
            assert found.document().get("warnings", []) == list(warned)
            assert found.escalations == ("ministers_meeting",)


def test_what_has_a_ceiling_or_is_unknown_or_refused_is_not_warned_of() -> None:
    policy = edited()
    dead = {"sudden_major_accident": True, "loss_life_safety": True, "accident_result": "death"}
    for other in (dead, {"sudden_major_illness": True}, {"sudden_major_illness": None}):
        facts = {**SPECIAL, **other, "proposed_amount": "9000"}
        assert assess(policy, policy.read_facts(facts)).warnings == ()
    refused = {**SPECIAL, "excl_subjective_cause": True, "proposed_amount": "9000"}
    assert assess(policy, policy.read_facts(refused)).warnings == ()
    assert assess(policy, policy.read_facts(SPECIAL)).warnings == ()


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('"3.2.3", warns: yes', '"3.2.3", warns: yes, to: department', "unknown_key"),
        ('"3.2.3", warns: yes', '"3.2.3", warns: yes, opens: living', "unknown_key"),
        ('"3.2.3", warns: yes', '"3.2.3"', "missing_key"),
    ],
)
def test_a_warning_goes_to_nobody(old: str, new: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        edited(escalation=(old, new))
    assert code in [fault.code for fault in refused.value.faults]


@pytest.mark.parametrize(
    ("name", "stage", "words"),
    [
        ("yonghe-union-2024", "home_visit", "入户调查须有{}名以上工会干部。"),
        ("huaishu-grades-2025", "home_visit", "上门核查须有{}名以上工作人员。"),
    ],
)
def test_how_many_visit_is_a_dated_value_of_the_other_policies(
    name: str, stage: str, words: str
) -> None:
    files = folder_files(ROOT / "rulesets" / name)
    for least in (2, 3):
        raised = files["parameters.yaml"].decode().replace("-01: 2}\n", f"-01: {least}}}\n")
        policy = load_files({**files, "parameters.yaml": raised.encode()})
        check = policy.procedure.stages[stage].checks[-1]
        assert check.label.zh == words.format(least)
        known = worked.dated(policy, ["visitors_least"], {policy.pick_by: date(2025, 6, 1)})
        assert check.must.truth({"visitors": 2, **known}) is (least == 2)
        assert check.must.truth({"visitors": 2}) is None
