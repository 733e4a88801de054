"""What clauses 2 and 3 of the 2010 paper say, written by hand from the requirements alone.

It shares nothing with the engine or the rule files: no loader, no expression, no number. A
disagreement between the two is a finding about one of them. It covers decisions only (outcome to
escalations), not the commands of clause 4, and knows only the lines of 2010 that are seeded as
placeholders. Money is integer fen, an unknown fact is None.

Readings where the requirements leave room are the constants under "Readings"; what they leave
open altogether is compared by bounds only (see `settle`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

Typed = dict[str, Any]

# The facts in the order of the requirements, §3; `missing` comes in this order.
FACTS: dict[str, str | tuple[str, ...]] = {
    "apply_type": ("living", "sudden"),
    "apply_date": "date",
    "aid_year": "integer",
    "member_status": ("full", "probationary", "non_member", "expelled"),
    "org_in_district": "yes_no",
    "hukou": ("urban", "rural"),
    "line_year": "money",
    "household_size": "integer",
    "income_year": "money",
    "has_labor_capacity": "yes_no",
    "has_income_source": "yes_no",
    "has_statutory_supporter": "yes_no",
    "cause_illness": "yes_no",
    "cause_disaster": "yes_no",
    "cause_accident": "yes_no",
    "sudden_major_accident": "yes_no",
    "loss_life_safety": "yes_no",
    "loss_property": "yes_no",
    "accident_result": ("none", "injury_not_severe", "severe_injury_disability", "death"),
    "sudden_major_illness": "yes_no",
    "has_social_security": "yes_no",
    "medical_affordable": "yes_no",
    "other_special_claimed": "yes_no",
    "other_urgent_claimed": "yes_no",
    "excl_subjective_cause": "yes_no",
    "illegal_activity": "yes_no",
    "police_punished": "yes_no",
    "excl_org_unsuitable": "yes_no",
    "prev_aid_type": ("none", "living", "sudden"),
    "prev_aid_year": "integer",
    "same_event_aided": "yes_no",
    "special_explanation": "yes_no",
    "key_aid_approved": ("no", "pending", "yes"),
    "special_report": "yes_no",
    "proposed_amount": "money",
}
LINE_YEAR = {"urban": 360_00 * 12, "rural": 150_00 * 12}  # placeholder lines from 2010-01-01

# Readings -------------------------------------------------------------------------------------
# 3.2 is for sudden relief only: an application re-routed to living aid is not denied by it.
# (The other reading: it looks at the kind applied for.)
EVENT_DENIAL_BY_APPLICATION = False
# An absent line is looked up, and an unknown `hukou` makes it an unknown fact like any other: the
# line is missing then, not `hukou`. (The other reading: only `hukou` is missing.)
# With the special report the ground is 3.3.2 alone, even if another urgent factor is claimed too.
# (The other reading: 2.2.3 stands beside it.)
URGENT_FACTOR_BESIDE_REPORT = False


@dataclass(frozen=True)
class Answer:
    """The assessment of one fully known case; `benefit` is (id, mode, fen, min, max, clause)."""

    outcome: str
    category: str
    grounds: tuple[str, ...] = ()
    denials: tuple[str, ...] = ()
    benefit: tuple[Any, ...] | None = None
    proposed_ok: bool | None = None
    evidence: tuple[str, ...] = ()
    approvals: tuple[str, ...] = ()
    escalations: tuple[str, ...] = ()


# Clause 2 -------------------------------------------------------------------------------------


def below_line(f: Mapping[str, Any]) -> bool:
    return bool(f["income_year"] < f["household_size"] * f["line_year"])


def three_withouts(f: Mapping[str, Any]) -> bool:
    return not (f["has_labor_capacity"] or f["has_income_source"] or f["has_statutory_supporter"])


def misfortune_below_line(f: Mapping[str, Any]) -> bool:
    struck = f["cause_illness"] or f["cause_disaster"] or f["cause_accident"]
    return bool(struck and below_line(f))


def major_accident(f: Mapping[str, Any]) -> bool:
    lost = f["sudden_major_accident"] and (f["loss_life_safety"] or f["loss_property"])
    return bool(lost and below_line(f))


def major_illness(f: Mapping[str, Any]) -> bool:
    return bool(
        f["sudden_major_illness"] and not f["has_social_security"] and not f["medical_affordable"]
    )


def poor_through_illness(f: Mapping[str, Any]) -> bool:
    """3.3.2: illness and below the line, and no objective ground of sudden relief."""
    ill = f["cause_illness"] or f["sudden_major_illness"]
    return bool(ill and below_line(f) and not major_accident(f) and not major_illness(f))


GROUND_RULES: dict[str, tuple[str, Callable[[Mapping[str, Any]], bool]]] = {
    "2.1.1": ("living", three_withouts),
    "2.1.2": ("living", misfortune_below_line),
    "2.1.3": (
        "living",
        lambda f: (
            f["other_special_claimed"] and not three_withouts(f) and not misfortune_below_line(f)
        ),
    ),
    "2.2.1": ("sudden", major_accident),
    "2.2.2": ("sudden", major_illness),
    "2.2.3": (
        "sudden",
        lambda f: f["other_urgent_claimed"] and not major_accident(f) and not major_illness(f),
    ),
    "3.3.2": ("sudden", poor_through_illness),
}
CATCH_ALLS = {"2.1.3", "2.2.3", "3.3.2"}


def repeats(f: Mapping[str, Any]) -> bool:
    """A second aid of either kind in one aid year (3.3.1)."""
    return bool(f["prev_aid_type"] != "none" and f["prev_aid_year"] == f["aid_year"])


def not_of_the_district(f: Mapping[str, Any]) -> bool:
    return f["member_status"] in ("non_member", "expelled") or not f["org_in_district"]


def no_ground(f: Mapping[str, Any]) -> bool:
    return not any(rule(f) for kind, rule in GROUND_RULES.values() if kind == f["apply_type"])


def same_event(f: Mapping[str, Any]) -> bool:
    if f["apply_type"] != "sudden" or not f["same_event_aided"]:
        return False
    return EVENT_DENIAL_BY_APPLICATION or not rerouted(f)


def repeat_not_allowed(f: Mapping[str, Any]) -> bool:
    return repeats(f) and not (
        f["special_explanation"] and f["key_aid_approved"] in ("pending", "yes")
    )


def rerouted(f: Mapping[str, Any]) -> bool:
    return f["apply_type"] == "sudden" and poor_through_illness(f) and not f["special_report"]


# Each level: code → rule, in the order of the requirements, §4.
DENIAL_LEVELS: tuple[dict[str, Callable[[Mapping[str, Any]], bool]], ...] = (
    {"2.0": not_of_the_district},
    {
        "2.3.1": lambda f: bool(f["excl_subjective_cause"]),
        "2.3.2": lambda f: bool(f["illegal_activity"] and f["police_punished"]),
        "2.3.3": lambda f: bool(f["excl_org_unsuitable"]),
    },
    {
        "2.1": lambda f: f["apply_type"] == "living" and no_ground(f),
        "2.2": lambda f: f["apply_type"] == "sudden" and no_ground(f),
    },
    {"3.2": same_event},
    {"3.3.1": repeat_not_allowed},
)


def denials(f: Mapping[str, Any]) -> tuple[str, ...]:
    for level in DENIAL_LEVELS:
        found = tuple(code for code, rule in level.items() if rule(f))
        if found:
            return found
    return ()


def grounds(f: Mapping[str, Any]) -> tuple[str, ...]:
    if rerouted(f):
        return ("2.1.2",)
    if f["apply_type"] == "sudden" and poor_through_illness(f) and not URGENT_FACTOR_BESIDE_REPORT:
        return ("3.3.2",)
    return tuple(
        code for code, (kind, rule) in GROUND_RULES.items() if kind == f["apply_type"] and rule(f)
    )


# Clause 3 -------------------------------------------------------------------------------------


def benefit(f: Mapping[str, Any], category: str) -> tuple[Any, ...]:
    """(id, mode, fen, min_fen, max_fen, clause) of the one benefit; tiers are never added."""
    if category == "living":
        return ("living_aid", "fixed", 600_00, None, None, "3.1")
    if f["sudden_major_accident"] and f["accident_result"] in ("severe_injury_disability", "death"):
        return ("sudden_aid", "cap", None, 1, 3000_00, "3.2.2")
    if (f["sudden_major_accident"] and f["loss_property"]) or f["sudden_major_illness"]:
        return ("sudden_aid", "range", None, 1000_00, 2000_00, "3.2.1")
    return ("sudden_aid", "discretion", None, 1, None, "3.2.3")


def core(f: Mapping[str, Any]) -> tuple[str, str, tuple[Any, ...] | None]:
    """Outcome, category and benefit: what completions of unknown facts are compared on."""
    if denials(f):
        return "ineligible", "none", None
    category = "living" if f["apply_type"] == "living" or rerouted(f) else "sudden"
    objective = rerouted(f) or any(code not in CATCH_ALLS for code in grounds(f))
    awaits = repeats(f) and f["key_aid_approved"] == "pending"
    outcome = "eligible" if objective and not awaits else "discretionary"
    return outcome, category, benefit(f, category)


def proposal_ok(proposed: int | None, given: tuple[Any, ...] | None) -> bool | None:
    """Whether the proposed fen fit the benefit; None when nothing is proposed or settled."""
    if proposed is None or given is None:
        return None
    _, _, fen, low, high, _ = given
    if fen is not None:
        return bool(proposed == fen)
    return bool(low <= proposed and (high is None or proposed <= high))


def evidence(f: Mapping[str, Any], category: str) -> tuple[str, ...]:
    accident = f["sudden_major_accident"]
    hurt = accident and f["accident_result"] != "none"
    asked = {
        "annex_1": category == "living",
        "annex_2": category == "sudden",
        "accident_proof": accident or f["cause_accident"] or f["cause_disaster"],
        "diagnosis": f["cause_illness"] or f["sudden_major_illness"] or hurt,
        "special_written_report": "3.3.2" in grounds(f),
        "special_explanation": repeats(f),
        "committee_application": "2.2.3" in grounds(f),
    }
    return tuple(code for code, needed in asked.items() if needed)


def escalations(f: Mapping[str, Any], category: str) -> tuple[str, ...]:
    raised = {
        "ministers_meeting": category == "sudden",
        "key_aid_approval": repeats(f),
        "special_report": "3.3.2" in grounds(f),
        "reroute_living": rerouted(f),
        "dept_recognition": "2.1.3" in grounds(f),
    }
    return tuple(code for code, needed in raised.items() if needed)


def approvals(category: str) -> tuple[str, ...]:
    if category == "living":
        return ("branch_review", "branch_seal", "committee_seal", "dept_approve")
    return ("branch_seal", "committee_seal", "dept_review", "ministers_meeting")


def answer(f: Mapping[str, Any]) -> Answer:
    """The whole assessment of a case whose facts are all known (proposed_amount may be None)."""
    outcome, category, given = core(f)
    if outcome == "ineligible":
        return Answer(outcome, category, denials=denials(f))
    return Answer(
        outcome=outcome,
        category=category,
        grounds=grounds(f),
        benefit=given,
        proposed_ok=proposal_ok(f["proposed_amount"], given),
        evidence=evidence(f, category),
        approvals=approvals(category),
        escalations=escalations(f, category),
    )


def typed(raw: Mapping[str, Any]) -> Typed:
    """Facts as `decide` takes them → every fact, money in fen, looked-up values filled in."""
    f: Typed = dict.fromkeys(FACTS)
    for name, value in raw.items():
        if value is not None and FACTS[name] == "money":
            value = int(Decimal(str(value)) * 100)
        f[name] = value
    if "aid_year" not in raw:
        f["aid_year"] = date.fromisoformat(str(f["apply_date"])).year
    if "line_year" not in raw and f["hukou"] is not None:
        f["line_year"] = LINE_YEAR[f["hukou"]]
    return f
