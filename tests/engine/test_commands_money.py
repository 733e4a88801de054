"""`payment-blocks` and `after-fraud` from outside: clauses 4.5 to 4.7 in JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.engine.commands import LICHENG, ask, engine

# Payment (4.2.2, 4.3, 4.4.2, 4.5, 4.6.4) ------------------------------------------------------

PAYABLE: dict[str, Any] = {
    "apply_type": "living",
    "emergency": False,
    "emergency_authorised": False,
    "dept_approved": True,
    "ministers_meeting_approved": True,
    "notice_ok": True,
    "filed": True,
    "screening": "pass",
    "pay_route": "dept>committee>member",
}
SUDDEN = {**PAYABLE, "apply_type": "sudden"}
UNDONE = {
    "ministers_meeting_approved": False,
    "notice_ok": False,
    "filed": False,
    "screening": "none",
}


def blocks(facts: dict[str, Any], **changes: Any) -> list[str]:
    document = ask("payment-blocks", {**facts, **changes})
    assert document["can_pay"] is (document["blocks"] == [])
    return sorted(document["blocks"])


@pytest.mark.parametrize("facts", [PAYABLE, SUDDEN], ids=["living", "sudden"])
def test_what_passed_every_step_may_be_paid_and_leaves_nothing_open(facts: dict[str, Any]) -> None:
    document = ask("payment-blocks", facts)
    assert document == {"can_pay": True, "blocks": [], "back_fill": []}


@pytest.mark.parametrize(
    ("change", "block"),
    [
        pytest.param({"dept_approved": False}, "dept_approval", id="not approved"),
        pytest.param({"notice_ok": False}, "publicity", id="not posted"),
        pytest.param({"filed": False}, "filing", id="not filed"),
        pytest.param({"screening": "none"}, "screening_not_done", id="not screened"),
        pytest.param({"screening": "fail"}, "screening_failed", id="screened and failed"),
        pytest.param({"pay_route": "dept>member"}, "pay_route", id="not through the committee"),
    ],
)
@pytest.mark.parametrize("facts", [PAYABLE, SUDDEN], ids=["living", "sudden"])
def test_each_step_blocks_payment(
    facts: dict[str, Any], change: dict[str, Any], block: str
) -> None:
    assert blocks(facts, **change) == [block]


def test_only_sudden_aid_needs_the_office_meeting() -> None:
    assert blocks(SUDDEN, ministers_meeting_approved=False) == ["ministers_meeting"]
    assert blocks(PAYABLE, ministers_meeting_approved=False) == []


def test_all_blocks_are_named_at_once() -> None:
    found = blocks(SUDDEN, **UNDONE, dept_approved=False, pay_route="committee>member")
    assert found == [
        "dept_approval",
        "filing",
        "ministers_meeting",
        "pay_route",
        "publicity",
        "screening_not_done",
    ]


def test_an_authorised_emergency_is_paid_first_and_its_paperwork_stays_open() -> None:
    document = ask(
        "payment-blocks", {**SUDDEN, **UNDONE, "emergency": True, "emergency_authorised": True}
    )
    assert (document["can_pay"], document["blocks"]) == (True, [])
    assert sorted(document["back_fill"]) == [
        "evidence",
        "filing",
        "form",
        "ministers_meeting",
        "publicity",
        "screening",
    ]


def test_an_emergency_leaves_open_only_what_was_skipped() -> None:
    document = ask(
        "payment-blocks",
        {**SUDDEN, "notice_ok": False, "emergency": True, "emergency_authorised": True},
    )
    assert document["can_pay"] is True
    assert "publicity" in document["back_fill"]
    assert not {"filing", "screening", "ministers_meeting"} & set(document["back_fill"])


def test_an_emergency_never_excuses_a_failed_screening() -> None:
    emergency = {"emergency": True, "emergency_authorised": True, "screening": "fail"}
    assert blocks(SUDDEN, **emergency) == ["screening_failed"]


def test_an_emergency_without_authorisation_is_not_paid_first() -> None:
    found = blocks(SUDDEN, **UNDONE, emergency=True, emergency_authorised=False)
    assert "emergency_authorisation" in found


def test_an_emergency_never_excuses_another_route_of_the_money() -> None:
    emergency = {"emergency": True, "emergency_authorised": True, "pay_route": "dept>member"}
    assert blocks(SUDDEN, **emergency) == ["pay_route"]


def test_living_aid_is_never_paid_first() -> None:
    found = blocks(PAYABLE, **UNDONE, emergency=True, emergency_authorised=True)
    assert {"publicity", "filing", "screening_not_done"} <= set(found)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        pytest.param({"screening": "maybe"}, "screening", id="a screening that may be"),
        pytest.param({"filed": "soon"}, "filed", id="soon to be filed"),
        pytest.param({"apply_type": "loan"}, "apply_type", id="a loan"),
        pytest.param({"paid": True}, "paid", id="a name that does not exist"),
    ],
)
def test_steps_that_cannot_be_read_are_refused_by_name(change: dict[str, Any], named: str) -> None:
    given = json.dumps({**PAYABLE, **change})
    ran = engine("payment-blocks", LICHENG, "--facts", "-", given=given)
    assert ran.code == 1
    assert named in ran.said


# Fraud (4.7) ----------------------------------------------------------------------------------


def after(verified: bool | None, by: str, fen: int = 60000) -> Any:
    return ask("after-fraud", {"fraud_verified": verified, "fraud_by": by, "paid_fen": fen})


def against(document: Any) -> set[str]:
    named = document["against"]
    return {named} if isinstance(named, str) else set(named)


@pytest.mark.parametrize("by", ["member", "org_head"])
def test_verified_fraud_is_recovered_criticised_and_pursued(by: str) -> None:
    document = after(True, by)
    assert document["recover_fen"] == 60000
    assert sorted(document["sanctions"]) == [
        "circular_criticism",
        "pursue_responsibility",
        "recover_funds",
    ]
    assert against(document) == {by}
    assert document["department_decides"] is False


def test_fraud_of_both_is_pursued_against_both() -> None:
    assert against(after(True, "both")) == {"member", "org_head"}


def test_fraud_before_payment_recovers_nothing_and_is_still_pursued() -> None:
    document = after(True, "member", 0)
    assert document["recover_fen"] == 0
    assert sorted(document["sanctions"]) == ["circular_criticism", "pursue_responsibility"]


def test_a_suspicion_recovers_nothing_and_brings_no_sanction() -> None:
    document = after(False, "member")
    assert (document["recover_fen"], document["sanctions"]) == (0, [])


def test_an_honest_error_goes_to_the_department() -> None:
    document = after(True, "none")
    assert (document["recover_fen"], document["sanctions"]) == (None, [])
    assert document["department_decides"] is True


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"paid_fen": -1}, id="less than nothing paid"),
        pytest.param({"paid_fen": 0.5}, id="half a fen paid"),
        pytest.param({"fraud_by": "bank"}, id="fraud of a bank"),
        pytest.param({"fraud_verified": "yes?"}, id="a doubtful verification"),
    ],
)
def test_a_finding_that_cannot_be_read_is_refused(change: dict[str, Any]) -> None:
    finding = {"fraud_verified": True, "fraud_by": "member", "paid_fen": 60000, **change}
    ran = engine("after-fraud", LICHENG, "--facts", "-", given=json.dumps(finding))
    assert ran.code == 1
    assert next(iter(change)) in ran.said
