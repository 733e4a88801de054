"""The real policy as a zen-engine decision, written by hand: what a careful user of it would write.

One expression node, which was the fastest form tried (decision tables and several nodes are
slower); every worked-out value is written once and referred to.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from engine import Assessment, Facts, Policy

EXPRESSIONS = {
    "below_line": "income_year < household_size * line_year",
    "accident": "sudden_major_accident and (loss_life_safety or loss_property) and $.below_line",
    "illness": "sudden_major_illness and not has_social_security and not medical_affordable",
    "poor": "apply_type == 'sudden' and (cause_illness or sudden_major_illness) and $.below_line"
    " and not $.accident and not $.illness",
    "rerouted": "$.poor and not special_report",
    "repeated": "prev_aid_type != 'none' and prev_aid_year == aid_year",
    "three_withouts": "not has_labor_capacity and not has_income_source"
    " and not has_statutory_supporter",
    "misfortune": "(cause_illness or cause_disaster or cause_accident) and $.below_line",
    "living_way": "apply_type == 'living'",
    "sudden_way": "apply_type == 'sudden' and not $.poor",
    "no_living": "$.living_way and not $.three_withouts and not $.misfortune"
    " and not other_special_claimed",
    "no_sudden": "$.sudden_way and not $.accident and not $.illness and not other_urgent_claimed",
    "not_member": "not (member_status == 'full' or member_status == 'probationary')"
    " or not org_in_district",
    "subjective": "excl_subjective_cause",
    "unsuitable": "excl_org_unsuitable",
    "police": "illegal_activity and police_punished",
    "same_event": "apply_type == 'sudden' and not $.rerouted and same_event_aided",
    "pending": "$.repeated and special_explanation and key_aid_approved == 'pending'",
    "second": "$.repeated and not (special_explanation"
    " and (key_aid_approved == 'yes' or key_aid_approved == 'pending'))",
    "denied": "$.not_member or $.subjective or $.police or $.unsuitable"
    " or $.no_living or $.no_sudden or $.same_event or $.second",
    "objective": "$.living_way ? ($.three_withouts or $.misfortune) : $.rerouted ? true"
    " : $.poor ? false : ($.accident or $.illness)",
    "outcome": "$.denied ? 'ineligible' : not $.objective ? 'discretionary'"
    " : $.pending ? 'discretionary' : 'eligible'",
    "category": "$.denied ? 'none' : ($.living_way or $.rerouted) ? 'living' : 'sudden'",
    "severe": "sudden_major_accident"
    " and (accident_result == 'severe_injury_disability' or accident_result == 'death')",
    "major": "sudden_major_accident and loss_property or sudden_major_illness",
    "mode": "$.category == 'none' ? 'none' : $.category == 'living' ? 'fixed' : $.severe ? 'cap'"
    " : $.major ? 'range' : 'discretion'",
    "most": "$.mode == 'fixed' ? 600 : $.mode == 'cap' ? 3000 : $.mode == 'range' ? 2000 : 0",
    "least": "$.mode == 'range' ? 1000 : 0",
    "proposed_ok": "$.mode == 'none' ? null : $.mode == 'fixed' ? proposed_amount == 600"
    " : $.mode == 'cap' ? proposed_amount > 0 and proposed_amount <= 3000"
    " : $.mode == 'range' ? proposed_amount >= 1000 and proposed_amount <= 2000"
    " : proposed_amount > 0",
    "ground_211": "$.living_way and $.three_withouts",
    "ground_212": "$.living_way and $.misfortune or $.rerouted",
    "ground_213": "$.living_way and other_special_claimed and not $.three_withouts"
    " and not $.misfortune",
    "ground_221": "$.sudden_way and $.accident",
    "ground_222": "$.sudden_way and $.illness",
    "ground_223": "$.sudden_way and other_urgent_claimed and not $.accident and not $.illness",
    "by_report": "$.poor and special_report",
    "priority": "$.repeated and special_explanation"
    " and (key_aid_approved == 'pending' or key_aid_approved == 'yes')",
    "annex_1": "$.living_way or $.rerouted",
    "annex_2": "apply_type == 'sudden' and not $.rerouted",
    "accident_proof": "sudden_major_accident or cause_accident or cause_disaster",
    "diagnosis": "cause_illness or sudden_major_illness"
    " or (sudden_major_accident and accident_result != 'none')",
}
_NODE = [{"id": key, "key": key, "value": value} for key, value in EXPRESSIONS.items()]
DECISION: dict[str, Any] = {
    "nodes": [
        {"id": "in", "type": "inputNode", "name": "in"},
        {
            "id": "rules",
            "type": "expressionNode",
            "name": "rules",
            "content": {"expressions": _NODE, "passThrough": False},
        },
        {"id": "out", "type": "outputNode", "name": "out"},
    ],
    "edges": [
        {"id": "1", "type": "edge", "sourceId": "in", "targetId": "rules"},
        {"id": "2", "type": "edge", "sourceId": "rules", "targetId": "out"},
    ],
}
for _place, _made in enumerate(DECISION["nodes"]):
    _made["position"] = {"x": 200 * _place, "y": 0}


def context(policy: Policy, facts: Facts) -> dict[str, Any]:
    """A case as zen takes it: money in yuan, dates as text."""
    found: dict[str, Any] = {}
    for name, value in facts.items():
        if isinstance(value, date):
            value = value.isoformat()
        elif policy.facts[name].type == "money" and value is not None:
            value = value / 100
        found[name] = value
    return found


PAPERS = {
    "annex_1": "annex_1",
    "annex_2": "annex_2",
    "accident_proof": "accident_proof",
    "diagnosis": "diagnosis",
    "special_written_report": "by_report",
    "special_explanation": "priority",
    "committee_application": "ground_223",
}
GROUNDS = {
    "2.1.1": "ground_211",
    "2.1.2": "ground_212",
    "2.1.3": "ground_213",
    "2.2.1": "ground_221",
    "2.2.2": "ground_222",
    "2.2.3": "ground_223",
    "3.3.2": "by_report",
}
ESCALATIONS = {
    "ministers_meeting": "annex_2",
    "key_aid_approval": "priority",
    "special_report": "by_report",
    "reroute_living": "rerouted",
    "dept_recognition": "ground_213",
}
LEVELS = (
    {"2.0": "not_member"},
    {"2.3.1": "subjective", "2.3.2": "police", "2.3.3": "unsuitable"},
    {"2.1": "no_living", "2.2": "no_sudden"},
    {"3.2": "same_event"},
    {"3.3.1": "second"},
)


def differs(found: Assessment, answer: Mapping[str, Any]) -> list[str]:
    """Where zen's answer to a case is not ours; both worked out from the same facts."""
    benefit = found.benefits[0] if found.benefits else None
    most = (benefit.fen or benefit.max_fen or 0) // 100 if benefit else 0
    ours = {
        "outcome": found.outcome,
        "category": found.category,
        "mode": benefit.mode if benefit else "none",
        "most": most,
        "proposed_ok": found.proposed_ok,
    }
    wrong = [key for key, value in ours.items() if answer.get(key) != value]
    denied = next((codes for level in LEVELS if (codes := _told(level, answer))), set())
    if denied != set(found.denials):
        wrong.append("denials")
    if found.outcome != "ineligible":
        lists = ((PAPERS, found.evidence), (GROUNDS, found.grounds))
        for told, listed in (*lists, (ESCALATIONS, found.escalations)):
            if _told(told, answer) != set(listed):
                wrong.append(f"{sorted(_told(told, answer))} but {listed}")
    return wrong


def _told(codes: Mapping[str, str], answer: Mapping[str, Any]) -> set[str]:
    return {code for code, key in codes.items() if answer.get(key)}
