"""A trade union's policy by files alone: other tiers, road, roles, form, notice and deadlines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.engine.commands import ROOT, engine

UNION = str(ROOT / "rulesets" / "yonghe-union-2024")
CASE: dict[str, Any] = {
    "help_kind": "hardship",
    "apply_date": "2024-05-06",
    "union_member": True,
    "household_size": 3,
    "income_month": "3599.99",
    "medical_cost": 30000,
    "serious_illness": True,
    "disability": False,
    "child_at_school": False,
    "other_claimed": False,
    "homes_owned": 1,
    "has_car": False,
    "jobs_refused": 0,
    "cheated_before": False,
    "helped_before": "none",
}


def ask(command: str, given: dict[str, Any], *more: str) -> Any:
    ran = engine(command, UNION, "--facts", "-", *more, given=json.dumps(given))
    assert ran.code == 0, ran.said
    return ran.json


def test_the_unions_policy_is_without_a_fault_and_its_cases_hold() -> None:
    checked, tested = engine("check", UNION), engine("test", UNION)
    assert checked.code == 0, checked.said
    assert tested.code == 0, tested.said


def test_a_worker_gets_the_tier_and_the_help_for_illness_besides() -> None:
    document = ask("decide", CASE)
    assert (document["policy"], document["outcome"]) == ("yonghe-union-2024", "eligible")
    given = {row["id"]: (row["mode"], row["fen"], row["max_fen"]) for row in document["benefits"]}
    assert given == {
        "hardship_help": ("fixed", 240000, None),
        "illness_help": ("cap", None, 500000),
    }
    assert document["approvals"] == ["visit_report", "federation_seal", "district_approval"]


def test_the_line_of_the_year_is_looked_up() -> None:
    for day, outcome in (("2024-12-31", "ineligible"), ("2025-01-01", "eligible")):
        changed = {**CASE, "serious_illness": False, "income_month": 3600, "apply_date": day}
        assert ask("decide", changed)["outcome"] == outcome


def test_a_name_of_the_other_policy_is_unknown_here() -> None:
    ran = engine("decide", UNION, "--facts", "-", given=json.dumps({**CASE, "hukou": "urban"}))
    assert ran.code == 1
    assert "hukou" in ran.said


FORM: dict[str, Any] = {
    "form_no": "help_form",
    "stage": "federation_submit",
    "name": "王秀英",
    "sex": "女",
    "birth_ym": "1952-03",
    "id_number": "370112195203140021",
    "phone": "13800000000",
    "employer": "甲厂 装配工",
    "address": "乙街 3 号",
    "household_size": 3,
    "bank_name": "丙银行",
    "bank_account": "6222000000000000",
    "income_source": "无",
    "request": "患病停工。",
    "filler": "self",
    "signature": "sign",
    "copies": 1,
    "committee_seal": True,
    "committee_amount": 2400,
    "evidence_required": [],
    "evidence_attached": [],
}


def test_the_form_of_the_union_asks_for_its_own_fields_one_copy_and_one_seal() -> None:
    number = FORM["id_number"]
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(one) * weight for one, weight in zip(number[:17], weights, strict=True))
    form = {**FORM, "id_number": number[:17] + "10X98765432"[total % 11]}
    assert ask("check-form", form)["faults"] == []
    faults = ask("check-form", {**form, "employer": "", "committee_seal": False, "copies": 0})
    assert sorted(faults["faults"]) == [
        "committee_seal_missing",
        "copies_insufficient",
        "missing_field:employer",
    ]


@pytest.fixture
def calendar(tmp_path: Path) -> tuple[str, str]:
    path = tmp_path / "days.json"
    days = {"off": ["2024-06-10"], "work": [], "years": [2024]}
    path.write_text(json.dumps(days), encoding="utf-8")
    return "--calendar", str(path)


NOTICE: dict[str, Any] = {
    "approved_on": "2024-06-06",
    "posted_on": "2024-06-07",
    "ends_on": "2024-06-12",
    "place": "workplace",
    "columns": ["name", "reason", "amount"],
}


def test_the_notice_counts_three_working_days_over_weekend_and_holiday(
    calendar: tuple[str, str],
) -> None:
    document = ask("check-notice", NOTICE, *calendar)
    assert (document["ok"], document["days"]) == (True, 3)
    assert document["earliest_end"] == "2024-06-12"
    short = ask("check-notice", {**NOTICE, "ends_on": "2024-06-11"}, *calendar)
    assert (short["days"], short["faults"]) == (2, ["publicity_too_short"])


def test_the_notice_hangs_at_the_workplace_with_other_columns(calendar: tuple[str, str]) -> None:
    columns = ["name", "amount", "sex"]
    document = ask("check-notice", {**NOTICE, "place": "branch", "columns": columns}, *calendar)
    assert sorted(document["faults"]) == [
        "extra_column:sex",
        "missing_column:reason",
        "wrong_place",
    ]


def test_a_late_objection_goes_where_the_union_says(calendar: tuple[str, str]) -> None:
    late = {**NOTICE, "objection_on": "2024-06-13", "channel": "post_box", "has_clue": True}
    document = ask("check-notice", late, *calendar)
    assert (document["objection"], document["after"]) == ("refer_supervision", "continue")


def test_the_deadlines_are_the_unions(calendar: tuple[str, str]) -> None:
    given = {"applied_on": "2024-06-05", "visited_on": "2024-06-14", "notice_end": "2024-06-12"}
    document = ask("deadlines", given, *calendar)
    assert document["visit_due"]["date"] == "2024-06-13"
    assert document["pay_due"]["date"] == "2024-06-19"
    assert document["flags"] == ["late_visit"]


def test_money_goes_straight_from_the_district_to_the_worker() -> None:
    ready = {"apply_type": "help", "visited": True, "approved": True, "notice_ok": True}
    paid = ask("payment-blocks", {**ready, "pay_route": "district>worker"})
    assert paid == {"can_pay": True, "blocks": [], "back_fill": []}
    refused = ask("payment-blocks", {**ready, "visited": False, "pay_route": "district>federation"})
    assert refused["blocks"] == ["not_visited", "pay_route"]


def test_fraud_brings_the_unions_own_consequences() -> None:
    found = {"fraud_verified": True, "fraud_by": "member", "paid_fen": 240000}
    document = ask("after-fraud", found)
    assert document["sanctions"] == ["return_money", "barred_two_years"]
    assert document["recover_fen"] == 240000


def test_help_with_schooling_takes_a_shorter_road_and_counts_the_children() -> None:
    given = {**CASE, "help_kind": "schooling", "children_admitted": 2}
    document = ask("decide", given)
    assert document["category"] == "schooling"
    assert document["benefits"][0]["fen"] == 600000
    assert document["approvals"] == ["federation_seal", "district_approval"]
    ready = {"apply_type": "schooling", "approved": True, "notice_ok": True}
    paid = ask("payment-blocks", {**ready, "pay_route": "district>worker"})
    assert paid["can_pay"] is True
