"""check_form below the command line: unknowns, order of faults, changes by files alone."""

from __future__ import annotations

import random
from typing import Any

import pytest

from engine import load
from engine.faults import Refused
from engine.forms import check_form, form_faults
from engine.idnumber import with_check_digit
from engine.labels import Label
from engine.messages import text
from tests.engine.procedure_kit import ANYTHING, ROOT, Stand, answers_or_refuses, policy

WRITTEN: dict[str, Any] = {
    "name": "欧阳·明",
    "sex": "男",
    "ethnic": "汉族",
    "join_date": "1985-07-01",
    "birth_ym": "1961-08",
    "hukou": "农业",
    "household_size": 3,
    "phone": "13800001234",
    "address": "历城区某村1号",
    "id_number": "370112196108050010",
    "income_source": "务农5000元",
    "other_subsidy": "无",
    "hardship_statement": "因病致贫",
    "loss_statement": "房屋倒塌",
}
HANDED: dict[str, Any] = {
    "form_no": "annex_1",
    "stage": "committee_submit",
    "filler": "self",
    "signature": "sign",
    "copies": 2,
    "branch_seal": True,
    "committee_seal": True,
}


def checked(edits: tuple[tuple[str, str], ...] = (), **changes: Any) -> dict[str, Any]:
    data = {**WRITTEN, **HANDED, **changes}
    return check_form(policy(*edits), {k: v for k, v in data.items() if v is not ...})


def faults(**changes: Any) -> Any:
    return checked(**changes)["faults"]


def refused(**changes: Any) -> list[tuple[str, str | None]]:
    with pytest.raises(Refused) as found:
        checked(**changes)
    return [(fault.code, fault.where) for fault in found.value.faults]


def test_faults_come_in_the_order_of_the_paper_and_then_of_the_hand_over() -> None:
    found = faults(
        form_no="annex_2",
        phone=None,
        name=" ",
        loss_statement="",
        sex="女",
        birth_ym="1960-01",
        filler="proxy",
        signature=None,
        copies=...,
        branch_seal=None,
        committee_seal=False,
        branch_amount=0,
        evidence_required=["diagnosis", "accident_proof", "diagnosis"],
        evidence_attached=["annex_2"],
    )
    assert found == [
        "missing_field:name",
        "missing_field:phone",
        "missing_field:loss_statement",
        "id_birth_mismatch",
        "id_sex_mismatch",
        "signature_missing",
        "proxy_reason_missing",
        "copies_insufficient",
        "branch_seal_missing",
        "committee_seal_missing",
        "branch_amount_missing",
        "committee_amount_missing",
        "evidence_missing:diagnosis",
        "evidence_missing:accident_proof",
    ]


def test_what_is_not_known_of_the_paper_counts_as_not_there() -> None:
    blank = dict.fromkeys(HANDED, None) | {"form_no": "annex_1", "stage": "branch_submit"}
    assert faults(**blank) == ["signature_missing", "copies_insufficient", "branch_seal_missing"]


def test_a_blank_of_spaces_is_a_blank() -> None:
    assert faults(address=" \u3000 ") == ["missing_field:address"]


def test_after_a_birth_date_that_does_not_exist_the_sex_is_still_compared() -> None:
    number = with_check_digit("37011219610229001")
    found = checked(id_number=number, birth_ym="1961-03", sex="女")
    assert found["faults"] == ["id_birth_invalid", "id_sex_mismatch"]
    assert found["id_number"] is None


def test_a_number_that_differs_from_the_form_is_still_given_in_18_characters() -> None:
    found = checked(id_number="370112610805001", sex="女")
    assert found["faults"] == ["id_sex_mismatch"]
    assert found["id_number"] == "370112196108050010"


def test_a_number_is_compared_with_what_the_form_says_even_where_both_are_wrong() -> None:
    assert checked(id_number=None)["id_number"] is None
    assert faults(id_number="123", sex=None) == ["missing_field:sex", "id_length"]


def test_amounts_are_asked_of_each_level_that_hands_over() -> None:
    amounts = {"form_no": "annex_2", "branch_amount": "1500.00", "committee_amount": 1200.5}
    assert faults(**amounts) == []
    assert faults(**amounts, stage="branch_submit", committee_seal=None) == []
    assert refused(form_no="annex_2", branch_amount=2000.001) == [
        ("expected_money", "branch_amount")
    ]
    assert refused(form_no="annex_2", branch_amount=-1) == [("out_of_range", "branch_amount")]


def test_every_input_of_the_wrong_kind_is_said_at_once() -> None:
    wrong = {"sexx": "男", "sex": "male", "birth_ym": "1961-13", "copies": 2.0, "branch_seal": 1}
    assert refused(**wrong, phone=["13800001234"], stage="branch_sumbit") == [
        ("input_unknown", "sexx"),
        ("input_text", "phone"),
        ("expected_choice", "sex"),
        ("expected_month", "birth_ym"),
        ("expected_integer", "copies"),
        ("input_yes_no", "branch_seal"),
        ("expected_choice", "stage"),
    ]


def test_a_wrong_name_is_told_the_nearest_right_one() -> None:
    with pytest.raises(Refused) as found:
        checked(id_numbr="1")
    assert '"id_number"' in text(found.value.faults[0], "en")
    assert "“id_number”" in text(found.value.faults[0], "zh")


def test_without_form_or_stage_nothing_is_guessed() -> None:
    assert refused(form_no=..., stage=None) == [
        ("input_missing", "form_no"),
        ("input_missing", "stage"),
    ]


def test_another_copy_a_field_more_or_a_seal_less_is_a_change_of_the_file() -> None:
    three = (
        (
            'heading: 附件1\n    clause: "4.1"\n    copies: 2',
            'heading: 附件1\n    clause: "4.1"\n    copies: 3',
        ),
    )
    assert checked(three)["faults"] == ["copies_insufficient"]
    field = "      - {id: income_source, row: 5,"
    more = (
        (
            field,
            "      - {id: workplace, row: 4, zh: 工作单位, en: Workplace, text: short}\n" + field,
        ),
    )
    assert checked(more)["faults"] == ["missing_field:workplace"]
    assert checked(more, workplace="某村合作社")["ok"] is True
    less = (
        (
            "en: Committee submits, seals: [branch, committee]",
            "en: Committee submits, seals: [branch]",
        ),
    )
    assert checked(less, committee_seal=False)["ok"] is True
    later = (("en: Ethnic group, from", "en: Ethnic group, required: [committee_submit], from"),)
    assert checked(later, ethnic=None, stage="branch_submit")["ok"] is True
    assert checked(later, ethnic=None)["faults"] == ["missing_field:ethnic"]


EVERYTHING_WRONG: dict[str, Any] = {
    "form_no": "annex_2",
    "phone": None,
    "sex": "女",
    "birth_ym": "1960-01",
    "filler": "proxy",
    "signature": "none",
    "copies": 1,
    "branch_seal": False,
    "committee_seal": False,
    "evidence_required": ["diagnosis"],
}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_same_findings_are_told_in_full_sentences_with_the_words_of_the_policy(
    lang: str,
) -> None:
    data = {**WRITTEN, **HANDED, **EVERYTHING_WRONG}
    found = form_faults(policy(), data, {"diagnosis": Label("医院诊断证明", "Diagnosis")})
    assert len(found) == len(faults(**EVERYTHING_WRONG))
    said = [text(fault, lang) for fault in found]
    assert not [sentence for sentence in said if "{" in sentence]
    words = " ".join(said)
    assert ("党（工）委意见建议救助金额（盖章）" if lang == "zh" else "suggested amount") in words
    assert ("医院诊断证明" if lang == "zh" else "Diagnosis") in words


def test_another_offices_form_is_checked_with_its_own_words() -> None:
    other = Stand(load(ROOT / "rulesets/yonghe-union-2024").procedure)
    data = {"form_no": "help_form", "stage": "federation_submit"}
    said = " ".join(text(fault) for fault in form_faults(other, data))
    assert "职工姓名" in said
    assert "街道工会联合会" in said
    assert "党" not in said


def test_random_inputs_give_an_answer_or_refused_by_the_name_of_the_input() -> None:
    dice = random.Random(20101203)
    names = [*WRITTEN, *HANDED, "proxy_reason", "branch_amount", "evidence_required"]
    for _ in range(3000):
        changed = {name: dice.choice(ANYTHING) for name in dice.sample(names, 3)}
        places = answers_or_refuses(lambda changed=changed: checked(**changed))
        assert set(places) <= set(changed)
