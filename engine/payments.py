"""What stands in the way of a payment, and what an emergency leaves to be made up.

Fails closed: whatever is not known to be done is not done (clauses 4.2 to 4.6). Never moves money.
"""

from collections.abc import Mapping

from engine.inputs import Inputs
from engine.procedure import PaymentNeed, Procedure, WithProcedure

_INPUTS = ("apply_type", "emergency", "emergency_authorised")
_RESULTS = ("pass", "fail", "none")

DONE, MISSING, FAILED = "done", "missing", "failed"


def payment_blocks(policy: WithProcedure, data: Mapping[str, object]) -> dict[str, object]:
    """Whether money may move: {"can_pay", "blocks", "back_fill"}.

    `data` holds the inputs of requirements §4: `apply_type` is the road, and each need of the
    policy has an input of its own (`given_as`). An emergency excuses only
    on a road that knows pay-first, only with a recorded authorisation, and only what the policy
    lets be made up later; an emergency claimed there without one is a block of its own. With the
    road unknown every need of every road is asked. Refused where an input is of the wrong kind.
    """
    procedure = policy.procedure
    needs = procedure.payment.needs
    names = [*_INPUTS, *(need.given_as for need in needs), "pay_route"]
    given = Inputs(data, dict.fromkeys(names))
    road = given.choice("apply_type", procedure.roads)
    emergency = given.yes_no("emergency") is True
    authorised = given.yes_no("emergency_authorised") is True
    states = {need.block: _state(given, need) for need in needs}
    route = given.text("pay_route")
    given.refuse()
    pay_first = emergency and authorised and road is not None and procedure.may_pay_first(road)
    blocks: list[str] = []
    left_open: list[str] = []
    for need in needs:
        if road is not None and need.roads and road not in need.roads:
            continue
        if states[need.block] == FAILED:
            blocks.append(need.failed_block or need.block)
        elif states[need.block] == MISSING and pay_first and need.back_fill:
            left_open.append(need.back_fill)
        elif states[need.block] == MISSING:
            blocks.append(need.block)
    if route != procedure.payment.route:
        blocks.append("pay_route")
    if emergency and not authorised and _might_pay_first(procedure, road):
        blocks.append("emergency_authorisation")
    return {
        "can_pay": not blocks,
        "blocks": blocks,
        "back_fill": _back_fill(procedure, left_open) if pay_first else [],
    }


def _state(given: Inputs, need: PaymentNeed) -> str:
    """done, missing or failed; unknown is missing."""
    if need.failed_block is None:
        return DONE if given.yes_no(need.given_as) is True else MISSING
    result = given.choice(need.given_as, _RESULTS)
    return {"pass": DONE, "fail": FAILED}.get(result or "none", MISSING)


def _might_pay_first(procedure: Procedure, road: str | None) -> bool:
    if road is not None:
        return procedure.may_pay_first(road)
    return procedure.emergency is not None


def _back_fill(procedure: Procedure, left_open: list[str]) -> list[str]:
    """What stays to be done, in the order of the policy. Papers whose state is not among the
    inputs always stay open."""
    rules = procedure.emergency
    if rules is None:
        return []
    return [code for code in rules.back_fill if code in {*rules.always_back_fill, *left_open}]
