"""`check-form` on annexes 1 and 2: all faults at once, ID numbers of GB 11643, who signs what."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.engine.commands import LICHENG, ask, engine

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def id_number(body: str) -> str:
    """The 17 digits with their check digit (weights of GB 11643 modulo 11)."""
    total = sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


def wrong_check_digit(body: str) -> str:
    right = id_number(body)
    return body + ("1" if right.endswith("0") else "0")


def with_last(wanted: str) -> str:
    """An ID number of a woman born in March 1952 that ends with `wanted`."""
    numbers = (id_number(f"37011219520314{order:03d}") for order in range(2, 1000, 2))
    return next(number for number in numbers if number.endswith(wanted))


ANNEX_1: dict[str, Any] = {
    "form_no": "annex_1",
    "stage": "branch_submit",
    "name": "王秀英",
    "sex": "女",
    "ethnic": "汉族",
    "join_date": "1985-07-01",
    "birth_ym": "1952-03",
    "hukou": "农业",
    "household_size": 2,
    "phone": "13800000000",
    "address": "甲村 12 号",
    "id_number": id_number("37011219520314002"),
    "income_source": "土地流转 1200 元",
    "other_subsidy": "无",
    "hardship_statement": "常年患病，无劳动能力。",
    "filler": "self",
    "signature": "sign",
    "copies": 2,
    "branch_seal": True,
    "committee_seal": False,
    "evidence_required": [],
    "evidence_attached": [],
}
ANNEX_2: dict[str, Any] = {
    **{
        name: ANNEX_1[name]
        for name in ANNEX_1
        if name not in ("other_subsidy", "hardship_statement")
    },
    "form_no": "annex_2",
    "loss_statement": "房屋失火，家具全毁。",
    "branch_amount": 1500,
}


def faults(form: dict[str, Any], **changes: Any) -> list[str]:
    document = ask("check-form", {**form, **changes})
    assert document["ok"] is (document["faults"] == [])
    return sorted(document["faults"])


@pytest.mark.parametrize("form", [ANNEX_1, ANNEX_2], ids=["annex 1", "annex 2"])
def test_a_complete_form_is_in_order_and_gives_the_number_in_18_digits(
    form: dict[str, Any],
) -> None:
    assert ask("check-form", form) == {
        "ok": True,
        "faults": [],
        "id_number": id_number("37011219520314002"),
    }


COMMON = [
    "name",
    "sex",
    "ethnic",
    "join_date",
    "birth_ym",
    "hukou",
    "household_size",
    "phone",
    "address",
    "id_number",
    "income_source",
]


@pytest.mark.parametrize("blank", [None, ""], ids=["null", "empty"])
@pytest.mark.parametrize("name", [*COMMON, "other_subsidy", "hardship_statement"])
def test_each_field_of_annex_1_is_asked_for(name: str, blank: object) -> None:
    assert faults(ANNEX_1, **{name: blank}) == [f"missing_field:{name}"]


@pytest.mark.parametrize("name", [*COMMON, "loss_statement"])
def test_each_field_of_annex_2_is_asked_for(name: str) -> None:
    form = {key: value for key, value in ANNEX_2.items() if key != name}
    assert faults(form) == [f"missing_field:{name}"]


def test_annex_1_does_not_ask_for_the_loss_nor_annex_2_for_subsidies() -> None:
    assert faults(ANNEX_1, loss_statement=None) == []
    assert faults(ANNEX_2, other_subsidy=None, hardship_statement="") == []


def test_a_subsidy_of_none_is_said_in_words() -> None:
    assert faults(ANNEX_1, other_subsidy="无", income_source="无") == []


# The ID number --------------------------------------------------------------------------------

ID_FAULTS = [
    pytest.param("3701121952031400", ["id_length"], id="sixteen digits"),
    pytest.param("3701121952031400222", ["id_length"], id="nineteen digits"),
    pytest.param(wrong_check_digit("37011219520314002"), ["id_checksum"], id="a wrong check digit"),
    pytest.param(id_number("37011219520230002"), ["id_birth_invalid"], id="a day that never was"),
    pytest.param(
        id_number("37011219520414002"), ["id_birth_mismatch"], id="another month of birth"
    ),
    pytest.param(id_number("37011219530314002"), ["id_birth_mismatch"], id="another year of birth"),
    pytest.param(id_number("37011219520314001"), ["id_sex_mismatch"], id="an odd order, so a man"),
    pytest.param(
        id_number("37011219530314001"),
        ["id_birth_mismatch", "id_sex_mismatch"],
        id="another person altogether",
    ),
]


@pytest.mark.parametrize(("number", "found"), ID_FAULTS)
def test_the_number_is_compared_with_itself_birth_and_sex(number: str, found: list[str]) -> None:
    birth = "1952-02" if "id_birth_invalid" in found else "1952-03"
    assert faults(ANNEX_1, id_number=number, birth_ym=birth) == found


def test_after_a_wrong_check_digit_nothing_more_is_said_about_the_number() -> None:
    assert faults(ANNEX_1, id_number=wrong_check_digit("37011219530314001")) == ["id_checksum"]
    assert faults(ANNEX_1, id_number="37011219530314") == ["id_length"]


def test_a_lower_case_x_is_accepted_and_written_large() -> None:
    number = with_last("X")
    document = ask("check-form", {**ANNEX_1, "id_number": number.lower()})
    assert document == {"ok": True, "faults": [], "id_number": number}


def test_a_number_of_15_digits_is_accepted_and_converted() -> None:
    document = ask("check-form", {**ANNEX_1, "id_number": "370112520314002"})
    assert document == {"ok": True, "faults": [], "id_number": id_number("37011219520314002")}


def test_a_number_of_15_digits_is_compared_with_birth_and_sex_too() -> None:
    assert faults(ANNEX_1, id_number="370112530314001") == ["id_birth_mismatch", "id_sex_mismatch"]


def test_a_blank_sex_or_birth_is_missing_and_not_a_mismatch() -> None:
    assert faults(ANNEX_1, sex=None) == ["missing_field:sex"]
    assert faults(ANNEX_1, birth_ym=None) == ["missing_field:birth_ym"]


# Who fills in and signs -----------------------------------------------------------------------


def test_without_signature_or_fingerprint_the_form_is_not_signed() -> None:
    assert faults(ANNEX_1, signature="none") == ["signature_missing"]
    assert faults(ANNEX_1, signature="fingerprint") == []


def test_r_4_1_5_somebody_else_may_write_where_the_reason_stands_and_the_member_signs() -> None:
    assert faults(ANNEX_1, filler="proxy", proxy_reason="眼疾") == []
    assert faults(ANNEX_1, filler="proxy", proxy_reason="眼疾", signature="fingerprint") == []
    assert faults(ANNEX_1, filler="proxy", proxy_reason="") == ["proxy_reason_missing"]
    assert faults(ANNEX_1, filler="proxy") == ["proxy_reason_missing"]


def test_a_writer_does_not_replace_the_members_signature() -> None:
    found = faults(ANNEX_1, filler="proxy", proxy_reason="眼疾", signature="none")
    assert found == ["signature_missing"]


def test_two_copies_are_asked_for() -> None:
    assert faults(ANNEX_1, copies=1) == ["copies_insufficient"]
    assert faults(ANNEX_2, copies=0) == ["copies_insufficient"]
    assert faults(ANNEX_2, copies=3) == []


def test_the_branch_seals_before_it_submits() -> None:
    assert faults(ANNEX_1, branch_seal=False) == ["branch_seal_missing"]


def test_the_committee_seals_only_before_its_own_submission() -> None:
    assert faults(ANNEX_1, stage="branch_submit", committee_seal=False) == []
    assert faults(ANNEX_1, stage="committee_submit") == ["committee_seal_missing"]
    assert faults(ANNEX_1, stage="committee_submit", committee_seal=True) == []


def test_annex_2_asks_for_the_amount_of_the_branch_and_later_of_the_committee() -> None:
    assert faults(ANNEX_2, branch_amount=None) == ["branch_amount_missing"]
    submitted = {"stage": "committee_submit", "committee_seal": True}
    assert faults(ANNEX_2, **submitted) == ["committee_amount_missing"]
    assert faults(ANNEX_2, **submitted, committee_amount=1200) == []


def test_annex_1_asks_for_no_amount() -> None:
    assert faults(ANNEX_1, stage="committee_submit", committee_seal=True, branch_amount=None) == []


def test_each_required_paper_that_is_not_attached_is_named() -> None:
    asked = ["accident_proof", "diagnosis"]
    missing = faults(ANNEX_2, evidence_required=asked, evidence_attached=["diagnosis"])
    assert missing == ["evidence_missing:accident_proof"]
    assert faults(ANNEX_2, evidence_required=asked, evidence_attached=asked) == []
    assert faults(ANNEX_2, evidence_required=asked) == [
        f"evidence_missing:{code}" for code in asked
    ]


def test_a_death_certificate_serves_as_the_diagnosis() -> None:
    asked = ["accident_proof", "diagnosis"]
    attached = ["death_certificate"]
    missing = faults(ANNEX_2, evidence_required=asked, evidence_attached=attached)
    assert missing == ["evidence_missing:accident_proof"]


def test_a_number_with_a_point_is_shown_as_it_was_written() -> None:
    given = json.dumps({**ANNEX_2, "copies": 2.5, "branch_amount": 1000.005})
    said = engine("check-form", LICHENG, "--facts", "-", given=given).said
    assert "2.5" in said
    assert "1000.005" in said
    assert "Decimal" not in said


def test_a_paper_that_nobody_asked_for_is_no_fault() -> None:
    assert faults(ANNEX_2, evidence_attached=["diagnosis"]) == []


def test_all_faults_of_a_form_are_reported_at_once() -> None:
    found = faults(
        ANNEX_2,
        stage="committee_submit",
        phone="",
        id_number=id_number("37011219530314001"),
        signature="none",
        filler="proxy",
        copies=1,
        branch_seal=False,
        committee_seal=False,
        branch_amount=None,
        evidence_required=["diagnosis"],
    )
    assert found == sorted(
        [
            "missing_field:phone",
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
        ]
    )


def test_an_empty_form_names_every_field() -> None:
    document = ask("check-form", {"form_no": "annex_1", "stage": "branch_submit"})
    named = {fault for fault in document["faults"] if fault.startswith("missing_field:")}
    wanted = {*COMMON, "other_subsidy", "hardship_statement"}
    assert named == {f"missing_field:{name}" for name in wanted}
    assert "signature_missing" in document["faults"]
    assert "branch_seal_missing" in document["faults"]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        pytest.param({"form_no": "annex_9"}, "form_no", id="a form that does not exist"),
        pytest.param({"stage": "later"}, "stage", id="a stage that does not exist"),
        pytest.param({"colour": "red"}, "colour", id="a field that does not exist"),
        pytest.param({"copies": "two"}, "copies", id="a word for a number of copies"),
        pytest.param({"branch_seal": "perhaps"}, "branch_seal", id="perhaps a seal"),
        pytest.param({"signature": "stamp"}, "signature", id="a stamp for a signature"),
        pytest.param(
            {"evidence_required": "diagnosis"}, "evidence_required", id="a word for a list"
        ),
    ],
)
def test_a_form_that_cannot_be_read_is_refused_by_name(change: dict[str, Any], named: str) -> None:
    given = json.dumps({**ANNEX_1, **change})
    ran = engine("check-form", LICHENG, "--facts", "-", given=given)
    assert ran.code == 1
    assert named in ran.said
