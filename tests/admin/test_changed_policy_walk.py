"""A policy changed in its files alone, published by two people, then worked by through the pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from tests.admin.forms_on_page import paper_cells
from tests.admin.roadside import Roadside, open_roadside, said
from tests.admin.test_cases_other_policy import publish, register
from tests.admin.test_cases_walk import LIVING, SUDDEN, complete, decide, hand_in
from tests.casework.bureau import licheng
from tests.conftest import Database

OWN_FACT = "名下有小轿车"
NEW_CASE = """\
- name: 名下有小轿车的，不列入
  given: {
    apply_type: living, apply_date: 2010-12-03, member_status: full, org_in_district: yes,
    hukou: urban, household_size: 3, income_year: 7200, has_labor_capacity: no,
    has_income_source: no, has_statutory_supporter: no, cause_illness: no, cause_disaster: no,
    cause_accident: no, other_special_claimed: no, excl_subjective_cause: no,
    illegal_activity: no, excl_org_unsuitable: no, prev_aid_type: none, owns_car: yes}
  expect: {outcome: ineligible, denials: ["2.3.4"]}
"""
EDITS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "parameters.yaml": (("2010-06-07: 600}", "2010-06-07: 700}"),),
    "procedure.yaml": (
        ("at_least: 5", "at_least: 7"),
        ("committee_verify, department_review, decision, notice", "committee_verify, decision, notice"),
        ("zh: 家庭困难状况说明", "zh: 家庭困难具体说明"),
    ),
}  # fmt: skip
OF_CASES = (
    ("living_aid: 600", "living_aid: 700"),
    ("proposed_amount: 600}", "proposed_amount: 700}"),
    ("600.01", "700.01"),
    ('"599.99"', '"699.99"'),
    ("given: {", "given: {owns_car: no,"),
)


def edited_copy() -> dict[str, bytes]:
    """The 2010 policy with another amount, notice, road and word, and an exclusion with a fact of its
    own; its cases say the same."""
    texts = {name: data.decode() for name, data in licheng().items() if name.endswith(".yaml")}
    for name, pairs in EDITS.items():
        for old, new in pairs:
            assert texts[name].count(old) == 1, old
            texts[name] = texts[name].replace(old, new)
    for name in texts:
        for old, new in OF_CASES if name.startswith("cases/") else ():
            texts[name] = texts[name].replace(old, new)
    texts["cases/exclusions.yaml"] += NEW_CASE
    texts["facts.yaml"] += (
        f"owns_car: {{type: yes_no, zh: {OWN_FACT}, en: Owns a car, section: conduct, "
        "asked: application}\n"
    )
    texts["exclusions.yaml"] += (
        '- {id: car-owner, clause: "2.3.4", zh: 有小轿车的不列入, en: Owners of a car, '
        "when: owns_car}\n"
    )
    return {**licheng(), **{name: text.encode() for name, text in texts.items()}}


@pytest.fixture
def office(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Roadside:
    monkeypatch.setenv("SUNSHINE_DATA", str(tmp_path))
    found = open_roadside(database, tmp_path, {"王建国": {}, "李秀英": {}})
    publish(found, edited_copy(), date(2010, 12, 3))
    return found


def up_to_the_decision(office: Roadside, number: int) -> None:
    """The road as the copy has it: the committee's seal leads to the decision at once."""
    complete(
        office, "clerk", number,
        chair="李书记", expected="12", present="10", opinion="情况属实", conclusion="agree",
    )  # fmt: skip
    form = {"form-hardship_statement": "无劳动能力。", "item-5-kind": "subsidy",
            "item-5-label": "高龄补贴", "item-5-yuan": "100"}  # fmt: skip
    office.at("clerk").draft(f"/register/fill/{number}", **form)
    page = f"/application/{number}"
    row = re.findall(rf'action="({page}/household/\d+/verify)"', office.at("verifier").get(page))
    office.at("verifier").press(page, row[0], proof="存折复印件")
    complete(
        office, "secretary", number,
        filler="self", signature="sign", copies="2", opinion="同意上报", sealed="yes",
        signed_by="李书记",
    )  # fmt: skip
    complete(
        office, "verifier", number,
        method="visit", originals_checked="yes", opinion="情况属实", conclusion="agree",
        sealed="yes", sealed_on="2010-12-03", reported_on="2010-12-03",
        fact_excl_org_unsuitable="no",
    )  # fmt: skip


# the pages are the same on both databases; the walk of the real policy goes on both
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_is_changed_in_the_files_is_what_the_pages_ask_show_and_refuse(
    office: Roadside,
) -> None:
    number = register(office, "王建国", "licheng-2010/living", "2010-12-03")
    asked = office.at("clerk").get(f"/register/fill/{number}")
    assert OWN_FACT in asked
    assert 'name="fact-owns_car"' in asked
    hand_in(office, number, {**LIVING, "fact-owns_car": "no"})
    up_to_the_decision(office, number)
    entered = office.at("clerk").get(f"/register/fill/{number}")
    assert "家庭困难具体说明" in entered
    assert "家庭困难状况说明" not in entered
    cells = "".join(paper_cells(office.at("clerk").get(f"/papers/form/{number}")))
    assert "具体说明" in cells
    assert "状况说明" not in cells
    row = office.application(number)
    assert row.stage == "decision", "the department's re-examination is no step of this road"
    shown = office.at("reviewer").get(f"/application/{number}")
    assert "700.00元" in shown
    assert "区委组织部复核" not in shown
    decide(office, number, result="agreed")
    assert office.application(number).approved_fen == 70000
    desk = office.at("clerk")
    to_post = re.findall(r'href="(/notices/new\?group=[^"]+)"', desk.get("/notices/"))
    post = {"list-poster": "张会计", "list-posted_on": "2010-12-03", "post": "yes"}
    short = desk.refused(to_post[0], "", **post, **{"list-ends_on": "2010-12-07"})
    assert "最早可于2010年12月9日截止" in " ".join(said(short))
    assert office.application(number).stage == "notice"
    hung = desk.press(to_post[0], "", **post, **{"list-ends_on": "2010-12-09"})
    assert "2010年12月9日" in desk.get(hung.headers["Location"])

    barred = register(office, "李秀英", "licheng-2010/living", "2010-12-03")
    desk.draft(f"/register/fill/{barred}", **{**LIVING, "fact-owns_car": "yes"})
    refused = desk.get(f"/application/{barred}")
    assert "有小轿车的不列入" in refused
    assert "不符合条件" in refused


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_an_amount_above_the_limit_of_what_has_no_ceiling_is_warned_of_on_the_page(
    office: Roadside,
) -> None:
    warning = "超过严重伤残或死亡救助上限的，须写明理由"
    number = register(office, "李秀英", "licheng-2010/sudden", "2010-12-03")
    special = {**SUDDEN, "fact-sudden_major_accident": "no", "fact-other_urgent_claimed": "yes"}
    event = {"record-event_on": "2010-12-02", "record-event": "家中变故"}
    hand_in(office, number, {**special, "fact-owns_car": "no"}, **event)
    office.at("clerk").draft(f"/register/fill/{number}", **{"form-loss_statement": "急需用钱。"})
    page = f"/application/{number}"
    asked = office.at("secretary").get(page)
    assert "其他特殊困难没有上限；超过3000元的，请在意见中写明理由。" in asked
    sealed = {
        "filler": "self", "signature": "sign", "copies": "2", "opinion": "确需救助",
        "sealed": "yes", "signed_by": "李书记",
    }  # fmt: skip
    complete(office, "secretary", number, **sealed, amount="3000.01")
    assert office.application(number).proposed_fen == 300001
    assert re.search(
        rf"需要</span><span class=\"rule-title\">{warning}", office.at("verifier").get(page)
    )
