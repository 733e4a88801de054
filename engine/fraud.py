"""What follows when money was got by fraud (clause 4.7). Proposes only; people decide and act."""

from collections.abc import Mapping

from engine.inputs import Inputs
from engine.procedure import WithProcedure

_INPUTS = ("fraud_verified", "fraud_by", "paid_fen")
MOST_FEN = 10**15


def after_fraud(policy: WithProcedure, data: Mapping[str, object]) -> dict[str, object]:
    """{"recover_fen", "sanctions", "against", "department_decides"}.

    An honest error is the department's to decide, with no amount. Without verification there is
    neither recovery nor sanction. Verified fraud of the persons named: all that was paid is
    recovered. Where it is verified but not known by whom, or how much was paid, nothing is taken
    for granted: the amount is null and the department decides. Refused where an input is of the
    wrong kind.
    """
    rules = policy.procedure.fraud
    given = Inputs(data, _INPUTS)
    verified = given.yes_no("fraud_verified")
    fraud_by = given.choice("fraud_by", [*rules.against, rules.honest])
    paid = given.whole("paid_fen", 0, MOST_FEN)
    given.refuse()
    if fraud_by == rules.honest or (verified and fraud_by is None):
        return _answer(None, [], [], decides=True)
    if not verified or fraud_by is None:
        return _answer(0, [], [], decides=False)
    sanctions = [one.id for one in rules.sanctions if paid or not one.if_paid]
    return _answer(paid, sanctions, list(rules.against[fraud_by]), decides=paid is None)


def _answer(
    fen: int | None, sanctions: list[str], against: list[str], *, decides: bool
) -> dict[str, object]:
    return {
        "recover_fen": fen,
        "sanctions": sanctions,
        "against": against,
        "department_decides": decides,
    }
