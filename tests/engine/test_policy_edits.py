"""Changing a word or a number in the files changes the answers, with no line of Python."""

from __future__ import annotations

import pytest

from engine import Refused, check_notice
from tests.engine import folders
from tests.engine.folders import decided


def test_another_amount_is_granted_from_its_date_on() -> None:
    asked = folders.policy(
        ("parameters.yaml", "2010-06-07: 600}", "2010-06-07: 600, 2010-12-01: 700}")
    )
    assert decided(asked, apply_date="2010-11-30").benefits[0].fen == 60000
    assert decided(asked, apply_date="2010-12-01").benefits[0].fen == 70000


def test_an_exclusion_with_a_new_fact_denies_and_is_asked_for() -> None:
    asked = folders.policy(
        (
            "facts.yaml",
            "prev_aid_type:\n",
            "owns_company: {type: yes_no, zh: 名下有企业, en: Owns a company, section: conduct}\nprev_aid_type:\n",
        ),
        (
            "exclusions.yaml",
            "- {id: same-event",
            '- {id: owner, level: 2, clause: "2.3.4", zh: 名下有企业, en: Owns a company, when: owns_company}\n- {id: same-event',
        ),
    )
    assert decided(asked, owns_company=True).denials == ("2.3.4",)
    assert decided(asked, owns_company=False).outcome == "eligible"
    assert decided(asked).missing == ("owns_company",)


def test_another_road_of_approval_is_listed() -> None:
    asked = folders.policy(
        ("procedure.yaml", "appraisal: branch_review", "appraisal: village_assembly")
    )
    assert decided(asked).approvals[0] == "village_assembly"


def test_a_longer_notice_is_too_short_after_five_days() -> None:
    data = {
        "approved_on": "2010-12-01", "posted_on": "2010-12-06", "ends_on": "2010-12-10",
        "place": "branch", "columns": ["name", "sex", "birth_ym", "join_date", "reason"],
    }  # fmt: skip
    longer = folders.policy(("procedure.yaml", "at_least: 5", "at_least: 7"))
    assert check_notice(folders.policy(), data)["faults"] == []
    assert check_notice(longer, data)["faults"] == ["publicity_too_short"]


def test_another_label_is_shown() -> None:
    asked = folders.policy(("facts.yaml", "zh: 有劳动能力", "zh: 能劳动"))
    assert asked.facts["has_labor_capacity"].zh == "能劳动"


def test_a_reading_can_be_taken_the_other_way() -> None:
    strict = folders.policy(
        ("eligibility.yaml", "income_year < household_size", "income_year <= household_size")
    )
    at_line = {
        "has_labor_capacity": True, "cause_illness": True, "other_special_claimed": False,
        "hukou": "urban", "household_size": 1, "income_year": 4320,
    }  # fmt: skip
    assert decided(folders.policy(), **at_line).outcome == "ineligible"
    assert decided(strict, **at_line).outcome == "eligible"


def test_a_line_given_by_the_year_needs_no_multiplying() -> None:
    asked = folders.policy(
        (
            "parameters.yaml",
            "unit: yuan/person/month",
            "unit: yuan/person/year",
        ),
        ("parameters.yaml", "{urban: 360, rural: 150}", "{urban: 5000, rural: 2000}"),
    )
    facts = asked.read_facts({**folders.LIVING, "hukou": "urban"})
    assert facts["line_year"] == 500000


def test_conditions_may_be_written_with_chinese_labels() -> None:
    asked = folders.policy(
        (
            "eligibility.yaml",
            "when: not has_labor_capacity and not has_income_source and not has_statutory_supporter",
            "when: 非 有劳动能力 且 非 有生活来源 且 非 有法定赡养（抚养、扶养）人",
        ),
        (
            "exclusions.yaml",
            '"not (member_status in (full, probationary)) or not org_in_district"',
            "非 (党员身份 属于（正式党员、预备党员）) 或 非 组织关系在本区",
        ),
    )
    assert decided(asked).grounds == ("2.1.1",)
    assert decided(asked, member_status="expelled").denials == ("2.0",)
    assert decided(asked, has_income_source=None, org_in_district=None).outcome == "undetermined"


def test_cases_do_not_change_the_digest_but_every_other_byte_does() -> None:
    files = folders.edited()
    plain = folders.load_files(files).digest
    without = {name: data for name, data in files.items() if not name.startswith("cases/")}
    texts = {name: data for name, data in files.items() if not name.endswith(".docx")}
    crlf = files | {name: data.replace(b"\n", b"\r\n") for name, data in texts.items()}
    assert folders.load_files(without).digest == plain
    assert folders.load_files(crlf).digest == plain
    assert folders.policy(("amounts.yaml", "# 三", "# 3")).digest != plain


def test_an_amount_by_formula_is_granted_to_the_fen_and_needs_its_facts() -> None:
    asked = folders.policy(
        (
            "amounts.yaml",
            "amount: living_amount",
            'amount: "round(income_year * 5%, 0.01) + living_amount"',
        )
    )
    assert decided(asked, income_year="1000.30").benefits[0].fen == 60000 + 5002
    unknown = decided(asked)
    assert unknown.outcome == "eligible"
    assert unknown.benefits[0].mode == "undetermined"
    assert unknown.missing == ("income_year",)
    assert unknown.missing_exact


def test_what_else_a_policy_works_out_stands_in_the_outputs() -> None:
    asked = folders.policy(
        (
            "amounts.yaml",
            "sudden_aid:\n",
            "outputs:\n  months: {is: if household_size > 3 then 6 else 3}\n  poor: {is: below_line}\nsudden_aid:\n",
        )
    )
    assert decided(asked, household_size=4).outputs == {"months": 6, "poor": None}
    assert decided(asked).document()["outputs"] == {"months": None, "poor": None}


def test_json_takes_a_text_for_neither_yes_or_no_nor_a_number() -> None:
    asked = folders.policy()
    for change in ({"org_in_district": "yes"}, {"household_size": "3"}):
        with pytest.raises(Refused):
            asked.read_facts({**folders.LIVING, **change}, strict=True)
        assert asked.read_facts({**folders.LIVING, **change}).given
    assert asked.read_facts({**folders.LIVING, "income_year": "600.10"}, strict=True)


def test_choices_that_overlap_can_be_compared() -> None:
    asked = folders.policy(
        (
            "eligibility.yaml",
            "repeated: {is: prev_aid_type != none",
            "repeated: {is: prev_aid_type = apply_type",
        )
    )
    repeat = {"prev_aid_year": 2010, "special_explanation": False, "key_aid_approved": "no"}
    assert decided(asked, prev_aid_type="living", **repeat).denials == ("3.3.1",)
    assert decided(asked, prev_aid_type="sudden", **repeat).outcome == "eligible"
    assert decided(asked, prev_aid_type=None, **repeat).missing == ("prev_aid_type",)


def test_an_amount_that_is_no_whole_fen_is_refused_only_where_it_is_granted() -> None:
    asked = folders.policy(("amounts.yaml", "amount: living_amount", "amount: living_amount / 7"))
    with pytest.raises(Refused) as refused:
        decided(asked)
    assert refused.value.faults[0].code == "amount_not_whole_fen"
    assert decided(asked, excl_org_unsuitable=True).outcome == "ineligible"
