"""payment_blocks and after_fraud below the command line: every combination, unknowns included."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest

from engine.fraud import after_fraud
from engine.payments import payment_blocks
from tests.engine.procedure_kit import ANYTHING, answers_or_refuses, policy

ROUTE = "dept>committee>member"
PAYABLE: dict[str, Any] = {
    "apply_type": "sudden",
    "emergency": False,
    "emergency_authorised": False,
    "dept_approved": True,
    "ministers_meeting_approved": True,
    "notice_ok": True,
    "filed": True,
    "screening": "pass",
    "pay_route": ROUTE,
}
TRUTHS = (True, False, None)


def asked(edits: tuple[tuple[str, str], ...] = (), **changes: Any) -> dict[str, Any]:
    data = {k: v for k, v in {**PAYABLE, **changes}.items() if v is not ...}
    return payment_blocks(policy(*edits), data)


def expected(given: dict[str, Any]) -> dict[str, Any]:
    """The requirements once more, step by step, for the comparison."""
    sudden = given["apply_type"] == "sudden"
    first = sudden and given["emergency"] is True and given["emergency_authorised"] is True
    blocks, later = [], ["form", "evidence"] if first else []
    if given["dept_approved"] is not True:
        blocks.append("dept_approval")
    skipped = []
    if given["apply_type"] != "living" and given["ministers_meeting_approved"] is not True:
        skipped.append(("ministers_meeting", "ministers_meeting"))
    if given["notice_ok"] is not True:
        skipped.append(("publicity", "publicity"))
    if given["filed"] is not True:
        skipped.append(("filing", "filing"))
    if given["screening"] in (None, "none"):
        skipped.append(("screening_not_done", "screening"))
    for block, back_fill in skipped:
        (later if first else blocks).append(back_fill if first else block)
    if given["screening"] == "fail":
        blocks.append("screening_failed")
    if given["pay_route"] != ROUTE:
        blocks.append("pay_route")
    unauthorised = given["emergency"] is True and given["emergency_authorised"] is not True
    if given["apply_type"] != "living" and unauthorised:
        blocks.append("emergency_authorisation")
    return {"can_pay": not blocks, "blocks": blocks, "back_fill": later}


def test_every_combination_of_known_and_unknown_steps_is_judged_as_the_requirements_say() -> None:
    choices = {
        "apply_type": ("living", "sudden", None),
        "emergency": TRUTHS,
        "emergency_authorised": TRUTHS,
        "dept_approved": TRUTHS,
        "ministers_meeting_approved": TRUTHS,
        "notice_ok": TRUTHS,
        "filed": TRUTHS,
        "screening": ("pass", "fail", "none", None),
        "pay_route": (ROUTE, "dept>member"),
    }
    for combination in itertools.product(*choices.values()):
        given = dict(zip(choices, combination, strict=True))
        assert payment_blocks(policy(), given) == expected(given), given


@pytest.mark.parametrize(
    "name", [n for n in PAYABLE if n not in ("emergency", "emergency_authorised")]
)
def test_a_step_that_is_not_known_blocks_like_one_not_done_unless_it_is_not_needed(
    name: str,
) -> None:
    missing = asked(**{name: ...})
    assert missing == asked(**{name: None})
    assert missing["can_pay"] is (name == "apply_type")


def test_with_nothing_known_everything_blocks() -> None:
    assert payment_blocks(policy(), {})["blocks"] == [
        "dept_approval",
        "ministers_meeting",
        "publicity",
        "filing",
        "screening_not_done",
        "pay_route",
    ]


def test_an_emergency_claimed_for_living_aid_changes_nothing() -> None:
    done = asked(apply_type="living", emergency=True, emergency_authorised=False)
    assert done == {"can_pay": True, "blocks": [], "back_fill": []}


def test_what_an_emergency_may_leave_for_later_is_a_change_of_the_file() -> None:
    strict = (('clause: "4.3", back_fill: filing, ', 'clause: "4.3", '),)
    first = {"emergency": True, "emergency_authorised": True, "filed": False}
    assert asked(**first)["can_pay"] is True
    assert asked(strict, **first)["blocks"] == ["filing"]


def test_another_route_of_the_money_is_a_change_of_the_file() -> None:
    direct = (("route: dept>committee>member", "route: dept>member"),)
    assert asked(direct, pay_route="dept>member")["can_pay"] is True
    assert asked(direct)["blocks"] == ["pay_route"]


def test_random_steps_give_an_answer_or_refused_by_name() -> None:
    dice = random.Random(4)
    for _ in range(2000):
        changed = {name: dice.choice(ANYTHING) for name in dice.sample(list(PAYABLE), 3)}
        places = answers_or_refuses(lambda changed=changed: asked(**changed))
        assert set(places) <= set(changed)


# Fraud (4.7) ------------------------------------------------------------------------------------


def after(edits: tuple[tuple[str, str], ...] = (), **given: Any) -> tuple[Any, Any, Any, Any]:
    found = after_fraud(policy(*edits), given)
    assert list(found) == ["recover_fen", "sanctions", "against", "department_decides"]
    return tuple(found.values())  # type: ignore[return-value] # four keys, as just asserted


ALL = ["recover_funds", "circular_criticism", "pursue_responsibility"]
FRAUD = [
    pytest.param((True, "member", 60000), (60000, ALL, ["member"], False), id="of the member"),
    pytest.param((True, "both", 60000), (60000, ALL, ["member", "org_head"], False), id="of both"),
    pytest.param((True, "org_head", 0), (0, ALL[1:], ["org_head"], False), id="before payment"),
    pytest.param((False, "member", 60000), (0, [], [], False), id="not verified"),
    pytest.param((None, "member", 60000), (0, [], [], False), id="only suspected"),
    pytest.param((True, "none", 60000), (None, [], [], True), id="an honest error"),
    pytest.param((False, "none", 60000), (None, [], [], True), id="no fraud, an honest error"),
    pytest.param((True, None, 60000), (None, [], [], True), id="verified, nobody knows by whom"),
    pytest.param((None, None, None), (0, [], [], False), id="nothing known"),
    pytest.param((True, "member", None), (None, ALL[1:], ["member"], True), id="amount not known"),
]


@pytest.mark.parametrize(("given", "answer"), FRAUD)
def test_what_follows_fraud(given: tuple[Any, Any, Any], answer: tuple[Any, ...]) -> None:
    verified, by, fen = given
    assert after(fraud_verified=verified, fraud_by=by, paid_fen=fen) == answer
    if None in given:
        known = {"fraud_verified": verified, "fraud_by": by, "paid_fen": fen}
        assert after(**{k: v for k, v in known.items() if v is not None}) == answer


def test_another_sanction_is_a_change_of_the_file() -> None:
    line = "    - {id: circular_criticism, zh: 通报批评, en: Circular criticism}\n"
    found = after(((line, ""),), fraud_verified=True, fraud_by="member", paid_fen=1)
    assert found[1] == ["recover_funds", "pursue_responsibility"]


def test_random_findings_give_an_answer_or_refused_by_name() -> None:
    for name, value in itertools.product(("fraud_verified", "fraud_by", "paid_fen"), ANYTHING):
        given = {"fraud_verified": True, "fraud_by": "member", "paid_fen": 1, name: value}
        places = answers_or_refuses(lambda given=given: after_fraud(policy(), given))
        assert set(places) <= {name}
