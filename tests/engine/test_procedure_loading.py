"""procedure.yaml read strictly: the real one says what the paper says, a broken one says where."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from engine.faults import Refused
from engine.messages import catalogue, text
from engine.procedure import Procedure, StageKind, load_procedure
from tests.engine.procedure_kit import (
    FILE,
    ROOT,
    answers_or_refuses,
    dated,
    edited,
    faults_of,
    policy,
)


def real() -> Procedure:
    return policy().procedure


@pytest.mark.parametrize("again", ["notice", "screening", "transfer", "payment"])
def test_a_step_that_is_done_once_stands_on_a_road_once(again: str) -> None:
    """Two notices or two instalments were read without a word, and the case never left the second."""
    found = re.search(rf"^  {again}:\n(?:    .*\n)+", FILE.read_text("utf-8"), re.MULTILINE)
    assert found
    twice = found[0] + found[0].replace(f"  {again}:", "  once_more:", 1)
    broken = faults_of((found[0], twice), ("payment, archive]", "payment, once_more, archive]"))
    assert {code for code, _where in broken} == {"kind_once"}


def test_the_roads_have_the_stages_and_approvals_of_clause_4() -> None:
    living, sudden = real().road("living"), real().road("sudden")
    assert living.approvals == ("branch_review", "branch_seal", "committee_seal", "dept_approve")
    assert sudden.approvals == ("branch_seal", "committee_seal", "dept_review", "ministers_meeting")
    assert [stage.label.zh for stage in living.stages] == [
        "个人申请", "支部民主评议", "支部审核", "党（工）委核实", "区委组织部复核", "审批（批复）",
        "公示", "备案", "程序筛查", "资金拨付", "发放签收", "归档",
    ]  # fmt: skip
    assert [stage.label.zh for stage in sudden.stages][4] == "部长办公会"
    assert not sudden.has("appraisal")


def test_a_road_knows_its_way() -> None:
    road = real().road("living")
    after = road.next_after("application")
    assert after is not None
    assert after.id == "appraisal"
    assert after.issues_form
    assert road.next_after("archive") is None
    assert (road.first.id, road.last.id) == ("application", "archive")
    assert [stage.id for stage in road.returns_from("branch_check")] == ["application"]
    assert [stage.id for stage in road.before("branch_check")] == ["application", "appraisal"]
    assert road.may_withdraw_at("screening")
    assert not road.may_withdraw_at("transfer")
    with pytest.raises(KeyError):
        road.next_after("meeting")


def test_returning_leads_only_to_stages_of_the_same_road() -> None:
    sudden = real().road("sudden")
    assert [stage.id for stage in sudden.returns_from("committee_verify")] == [
        "application",
        "branch_check",
    ]


def test_a_stage_says_what_is_recorded_on_which_road_and_in_which_part() -> None:
    stages = real().stages
    on_living = [field.id for field in stages["branch_check"].records_for("living")]
    on_sudden = [field.id for field in stages["branch_check"].records_for("sudden")]
    assert set(on_sudden) - set(on_living) == {"amount"}
    posted = [field.id for field in stages["notice"].records_for(part="post")]
    assert posted == ["posted_on", "ends_on", "place", "spot", "poster"]
    assert [field.id for field in stages["screening"].records_for(part="result", for_list=False)] == ["result", "reason"]  # fmt: skip
    assert stages["screening"].part("enter").by == ("committee_clerk",)
    entered = {field.id: field for field in stages["application"].records_for("living")}
    assert entered["applicant"].usual == "member"
    assert (entered["applicant_name"].short, entered["applied_on"].usual) == (True, None)
    assert stages["screening"].kind is StageKind.SCREEN


def test_the_forms_carry_the_rows_of_the_annexes() -> None:
    one, two = real().forms["annex_1"], real().forms["annex_2"]
    assert [[field.label.zh for field in row] for row in one.rows()] == [
        ["姓名", "性别", "民族"],
        ["入党时间", "出生年月"],
        ["户口类别", "家庭人口", "联系电话（必填）"],
        ["家庭住址", "身份证号码（准确无误）"],
        ["家庭收入来源及金额"],
        ["享受其他补贴名称金额"],
        ["家庭困难状况说明"],
    ]
    assert [field.label.zh for field in two.fields][-1] == "突发意外损失情况说明"
    assert "other_subsidy" not in [field.id for field in two.fields]
    assert [[box.label.zh for box in row] for row in two.box_rows()] == [
        ["党支部意见和拟救助金额（盖章）", "党（工）委意见建议救助金额（盖章）"],
        ["区委组织部批复救助金额（盖章）"],
    ]


def test_every_road_form_deadline_and_stage_names_its_clause() -> None:
    procedure = real()
    clauses = [
        *(road.clause for road in procedure.roads.values()),
        *(stage.clause for stage in procedure.stages.values()),
        *(form.clause for form in procedure.forms.values()),
        *(rule.clause for rule in procedure.deadlines.values()),
        *(need.clause for need in procedure.payment.needs),
    ]
    assert all(clause[0] in "456" for clause in clauses)


def test_every_role_that_acts_or_is_reminded_is_a_role_of_the_office() -> None:
    roles = set(YAML(typ="safe").load(ROOT / "seeds" / "reference" / "roles.yaml"))
    procedure = real()
    named = {role for stage in procedure.stages.values() for role in stage.by}
    named |= {r for s in procedure.stages.values() for part in s.parts for r in part.by}
    named |= {role for reminder in procedure.reminders for role in reminder.to}
    assert procedure.emergency is not None
    assert (named | set(procedure.emergency.by)) - roles == set()


def test_every_deadline_is_chased_before_or_on_its_day_and_when_it_is_missed() -> None:
    procedure = real()
    for deadline in procedure.deadlines:
        days = [one.days for one in procedure.reminders if one.deadline == deadline]
        assert min(days) <= 0 < max(days), deadline


def test_deadlines_bind_the_roads_they_are_meant_for() -> None:
    procedure = real()
    assert [rule.id for rule in procedure.deadlines_of("living")] == ["round_due", "entry_due"]
    assert [rule.id for rule in procedure.deadlines_of("sudden", emergency=True)] == [
        "report_due",
        "reply_due",
        "entry_due",
        "emergency_pay_due",
    ]


def test_who_approves_may_depend_on_the_amount_by_the_file_alone() -> None:
    tiers = "by_amount: [{up_to: 1000, by: [department_reviewer]}, {by: [department_leader]}]"
    by = "    by: [department_reviewer]\n    button: {zh: 登记会议结果"
    both = f"    by: [department_leader, department_reviewer]\n    {tiers}\n    button: {{zh: 登记会议结果"
    stage = policy((by, both)).procedure.stages["decision"]
    assert stage.actors(100000) == ("department_reviewer",)
    assert stage.actors(100001) == stage.actors(None) == ("department_leader",)
    assert real().stages["decision"].actors(60000) == ("department_reviewer",)
    falling = both.replace("{by: [department_leader]}", "{up_to: 500, by: [department_leader]}")
    assert {code for code, _ in faults_of((by, falling))} == {"tiers_rise"}


BROKEN = [
    pytest.param("  kind: review", "  kind: reviwe", "expected_choice", id="a kind of step that does not exist"),
    pytest.param("level: branch\n    zh: 支部审核", "levle: branch\n    zh: 支部审核", "unknown_key", id="a misspelt key"),
    pytest.param("stages: [application, branch_check,", "stages: [application, branch_chekc,", "unknown_name", id="a stage that does not exist"),
    pytest.param("form: annex_2", "form: annex_3", "unknown_name", id="a form that does not exist"),
    pytest.param("committee_verify: committee_seal, department_review", "appraisal: committee_seal, department_review", "unknown_name", id="an approval off the road"),
    pytest.param("passes: conclusion = agree", "passes: conclusion = agre", "expr_unknown_choice", id="a choice that does not exist"),
    pytest.param("must: present <= expected", "must: presnt <= expected", "expr_unknown_name", id="a condition on an unknown field"),
    pytest.param("must: present <= expected", "must: present <= opinion", "expr_not_comparable", id="a comparison of unlike things"),
    pytest.param("refusal_reason: opinion", "refusal_reason: expected", "unknown_name", id="a reason that is no text"),
    pytest.param("from: event_date, days: 3", "from: event_day, days: 3", "unknown_name", id="a deadline from an unknown date"),
    pytest.param("deadline: entry_due, days: 0", "deadline: enter_due, days: 0", "unknown_name", id="a reminder of an unknown deadline"),
    pytest.param("taken: record notice.ends_on", "taken: record notice.place", "unknown_name", id="a date taken from what is none"),
    pytest.param("back_fill: publicity,", "back_fill: public,", "unknown_name", id="an unknown back-fill"),
    pytest.param("{place_kind}", "{place}", "unknown_name", id="a placeholder that is not filled in"),
    pytest.param("公示期为{period}", "公示期为{period", "braces", id="a brace left open"),
    pytest.param("type: integer, range: 1..100000, required: yes, zh: 应到人数", "type: integer, range: 9..1, required: yes, zh: 应到人数", "expected_range", id="a range upside down"),
    pytest.param("usual: member", "usual: membre", "unknown_name", id="a usual choice that does not exist"),
    pytest.param("type: date, required: yes, zh: 申请日期", "type: date, text: short, required: yes, zh: 申请日期", "unknown_key", id="a short date"),
    pytest.param("  hotline: \"88115172\"\n", "", "missing_key", id="a missing hotline"),
    pytest.param("{id: name, row: 1, zh: 姓名, en: Name, from: member.name}", "{id: name, row: 1, zh: 姓名, en: Name}", "one_origin", id="a field from nowhere"),
    pytest.param("{id: other, zh: 其他特殊困难, en: Other special hardship}", "{id: other, zh: 其他特殊困难, en: Other special hardship, when: yes}", "last_resort", id="no last resort"),
    pytest.param("required: yes, choices: {cash: {zh: 现金, en: Cash}, card:", "required: yes, choices: {cash: {zh: 现金, en: Cash}, one_card:", "unknown_name", id="a way of paying that nobody knows"),
    pytest.param("choices: {pass: {zh: 筛查无误,", "choices: {fine: {zh: 筛查无误,", "unknown_name", id="a result of screening that nobody knows"),
    pytest.param("choices: {signature: {zh: 本人签字,", "choices: {seal: {zh: 本人签字,", "unknown_name", id="a way of signing that nobody knows"),
    pytest.param("by: [screener]", "by: []", "nobody_acts", id="a step that nobody does"),
    pytest.param("records:\n      - {id: filed_on,", "records:\n      - {id: contact,", "duplicate_id", id="the same field twice"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "code"), BROKEN)
def test_a_broken_file_says_what_is_wrong_and_where(old: str, new: str, code: str) -> None:
    found = faults_of((old, new))
    assert found
    assert code in [one for one, _ in found]
    for _, where in found:
        file, line, column = where.rsplit(":", 2)
        assert file == "procedure.yaml"
        assert int(line) >= 1
        assert int(column) >= 1


def test_a_wrong_name_stands_at_its_line_with_the_nearest_right_one() -> None:
    broken = edited(("form: annex_2", "form: annex_22"))
    with pytest.raises(Refused) as refused:
        load_procedure(broken.encode(), parameters=dated(FILE.parent))
    (fault,) = refused.value.faults
    line = broken[: broken.index("annex_22")].count("\n") + 1
    assert (fault.where or "").split(":")[1] == str(line)
    assert "annex_2" in text(fault, "en")
    assert "annex_2" in text(fault, "zh")


def test_all_faults_of_a_file_are_found_at_once() -> None:
    found = faults_of(("form: annex_2", "form: annex_9"), ("by: [screener]", "by: [Screener]"))
    assert sorted(code for code, _ in found) == ["expected_name", "unknown_name"]


def test_the_other_policy_of_another_office_is_read_by_the_same_code() -> None:
    others = [path for path in (ROOT / "rulesets").glob("*/procedure.yaml") if path != FILE]
    assert others
    for path in others:
        procedure = load_procedure(path.read_bytes(), parameters=dated(path.parent))
        assert set(procedure.roads) != set(real().roads)


def test_every_fault_that_reading_can_raise_has_its_words_in_both_languages() -> None:
    known = catalogue()
    source = "".join(p.read_text("utf-8") for p in Path(ROOT, "engine", "procedure").glob("*.py"))
    used = {part.split('"')[1] for part in source.split("fault(")[1:] if part.startswith('"')}
    assert used
    assert used - set(known) == set()


def test_a_file_cut_or_garbled_anywhere_is_refused_and_never_crashes() -> None:
    whole = FILE.read_bytes()
    dice = random.Random(4)
    for _ in range(12):
        at = dice.randrange(len(whole))
        garbled = whole[:at] + dice.randbytes(dice.randrange(1, 4)) + whole[at + 3 :]
        for data in (whole[:at], garbled):
            answers_or_refuses(lambda data=data: load_procedure(data))
