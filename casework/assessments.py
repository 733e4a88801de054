"""Ask the rules about an application, keep the answer as a Decision, and replay it years later.

The answer is advice (系统核对，供参考): whether a person may act on it is decided in steps.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from math import prod
from typing import Any

from sqlalchemy.orm import Session

from casework import decisions, facts
from casework.editions import policy_of
from casework.money import yuan
from casework.people import Actor
from engine import Assessment, Policy, assess
from engine.assessment import SCHEMA_VERSION
from engine.faults import Fault
from engine.labels import Label
from models.applications import Application, Decision, Outcome
from models.members import HouseholdItem

MOST_PROSPECTS = 64
DECISIVE = ("outcome", "category", "benefits", "denials")
SETTLED = frozenset({Outcome.ELIGIBLE, Outcome.DISCRETIONARY})
OUTCOMES: Mapping[Outcome, Label] = {
    Outcome.ELIGIBLE: Label("符合条件", "Criteria met"),
    Outcome.INELIGIBLE: Label("不符合条件", "Criteria not met"),
    Outcome.DISCRETIONARY: Label("需研究确定", "Department to determine"),
    Outcome.UNDETERMINED: Label("情况不全，暂不能判定", "Undetermined"),
}


@dataclass(frozen=True, slots=True)
class Checked:
    """What the rules say of an application now, and of which facts: raw as `decide` takes them."""

    raw: Mapping[str, object]
    assessment: Assessment
    document: Mapping[str, Any]

    @property
    def outcome(self) -> Outcome:
        return Outcome(self.document["outcome"])

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(self.document["missing"])

    @property
    def denials(self) -> tuple[str, ...]:
        return tuple(self.document["denials"])

    @property
    def evidence(self) -> tuple[str, ...]:
        return tuple(self.document["evidence"])

    @property
    def fixed_fen(self) -> int | None:
        """The amount where the rules fix it, else None."""
        benefits = self.document["benefits"]
        if benefits and all(benefit["mode"] == "fixed" for benefit in benefits):
            return sum(int(benefit["fen"]) for benefit in benefits)
        return None

    @property
    def bounds(self) -> tuple[int, int | None]:
        """Least and most of all benefits together, fen; None where nothing limits one of them."""
        low, high = 0, 0
        limited = True
        for benefit in self.document["benefits"]:
            fixed = benefit["fen"]
            low += fixed if fixed is not None else benefit["min_fen"] or 0
            most = fixed if fixed is not None else benefit["max_fen"]
            limited = limited and most is not None
            high += most or 0
        return low, high if limited else None


def assess_now(
    session: Session,
    application: Application,
    *,
    amount: int | None = None,
    unknown: Collection[str] = (),
) -> Checked:
    """Ask the rules of the pinned edition with fresh facts; `amount` (fen) is checked if given, what
    `unknown` names is not known whatever the records say.

    Raises with every wrong fact, or where the evaluators disagree (nothing may then be decided).
    """
    policy = policy_of(application.edition)
    raw = facts.raw(session, application, policy, amount=amount) | dict.fromkeys(unknown)
    assessment = assess(policy, policy.read_facts(raw))
    return Checked(raw, assessment, json.loads(assessment.canonical()))


def prospects(
    application: Application, checked: Checked, later: frozenset[str]
) -> tuple[Checked, ...]:
    """The answers that could still lead to aid, once the facts of `later` stages are known.

    One where the outcome is settled; else each completion of the unknown facts that only later
    stages supply, as far as they are few. Empty where no aid can come, or it cannot be foreseen.
    """
    if checked.outcome in SETTLED:
        return (checked,)
    policy = policy_of(application.edition)
    if any(policy.facts[name].asked not in later for name in checked.missing):
        return ()
    return tuple(one for one in _completions(policy, checked) if one.outcome in SETTLED)


def foreseen(application: Application, checked: Checked) -> Checked | None:
    """The aid if nothing stands against it: where a ground holds and the outcome is open, one of
    the completions of the missing facts, provided that all of them settle it and all that are not
    refused give the same aid. None where that cannot be said."""
    if not checked.document["grounds"]:
        return None
    hopes = []
    for one in _completions(policy_of(application.edition), checked):
        if one.outcome is Outcome.UNDETERMINED:
            return None
        if one.outcome in SETTLED:
            hopes.append(one)
    alike = all(
        (one.outcome, one.document["benefits"]) == (hopes[0].outcome, hopes[0].document["benefits"])
        for one in hopes
    )
    return hopes[0] if hopes and alike else None


def _completions(policy: Policy, checked: Checked) -> list[Checked]:
    """The answers for each choice of values for the missing facts, as far as they are few."""
    open_facts = [policy.facts[name] for name in checked.missing]
    if checked.outcome is not Outcome.UNDETERMINED or not open_facts:
        return []
    if any(fact.type not in ("yes_no", "choice") for fact in open_facts):
        return []
    options = [
        (True, False) if fact.type == "yes_no" else tuple(fact.choices) for fact in open_facts
    ]
    if not 0 < prod(len(option) for option in options) <= MOST_PROSPECTS:
        return []
    found = []
    for values in product(*options):
        raw = {**checked.raw, **{f.name: v for f, v in zip(open_facts, values, strict=True)}}
        assessment = assess(policy, policy.read_facts(raw))
        found.append(Checked(raw, assessment, json.loads(assessment.canonical())))
    return found


def record_decision(
    session: Session,
    application: Application,
    checked: Checked,
    purpose: str,
    *,
    by: Actor,
    at: datetime,
) -> Decision:
    """Keep the answer for good and show it on the application."""
    decision = Decision(
        application_id=application.id,
        edition_id=application.edition_id,
        purpose=purpose,
        facts=dict(checked.raw),
        assessment=checked.assessment.canonical(),
        schema_version=SCHEMA_VERSION,
        outcome=checked.outcome,
        by_id=by.user_id,
        at=at,
    )
    session.add(decision)
    show(application, checked)
    session.flush()
    return decision


def show(application: Application, checked: Checked) -> None:
    """Put the answer's short form on the application, for lists."""
    document = checked.document
    application.outcome = checked.outcome
    application.category = document["category"]
    application.summary = {
        name: document[name]
        for name in ("grounds", "denials", "missing", "benefits", "escalations", "proposed_ok")
    }


def replay(decision: Decision) -> bytes:
    """Decide again from the record alone; equal to `decision.assessment` byte for byte."""
    policy = policy_of(decision.edition)
    return assess(policy, policy.read_facts(dict(decision.facts))).canonical()


def changed_faults(
    application: Application, checked: Checked, since: Decision | None
) -> list[Fault]:
    """`assessment_changed` where outcome, category, aid or denials differ from the Decision."""
    if since is None:
        return [Fault("assessment_missing", {"number": application.number})]
    before = decisions.document(since)
    if all(before[key] == checked.document[key] for key in DECISIVE):
        return []
    words = {
        "before": OUTCOMES[Outcome(before["outcome"])],
        "now": OUTCOMES[checked.outcome],
        "on": since.at.date(),
    }
    return [Fault("assessment_changed", words)]


def settled_faults(session: Session, application: Application, checked: Checked) -> list[Fault]:
    """Why the answer is no ground for aid: criteria not met, or not known; says which and why."""
    if checked.outcome in SETTLED:
        return []
    if checked.outcome is Outcome.INELIGIBLE:
        return [Fault("not_eligible", {"denials": checked.denials})]
    return missing_faults(session, application, checked)


def missing_faults(
    session: Session,
    application: Application,
    checked: Checked,
    later: frozenset[str] = frozenset(),
) -> list[Fault]:
    """One fault per unknown fact that matters, but for those that `later` stages supply; where rows
    of the worksheet wait for a second person, the rows are named instead."""
    policy = policy_of(application.edition)
    found = []
    for name in checked.missing:
        fact = policy.facts[name]
        rows = facts.unverified(session, application, fact)
        named = [_row_fault(number, item, fact.label) for number, item in rows]
        found += [fault for fault in named if fault not in found]
        if not rows and fact.asked not in later:
            found.append(Fault("fact_missing", {"fact": fact.label}, f"facts.{name}"))
    return found


def _row_fault(number: int, item: HouseholdItem, fact: Label) -> Fault:
    return Fault("row_unverified", {"row": number, "item": item.label, "fact": fact})


def amount_faults(checked: Checked, fen: int | None) -> list[Fault]:
    """What is wrong with an amount (fen, all benefits together) under the answer.

    What the rules fix is not typed. A benefit whose tier is not settled sets no bounds.
    """
    fixed = checked.fixed_fen
    if fixed is not None:
        return [] if fen == fixed else [Fault("amount_fixed", {"yuan": yuan(fixed)}, "amount")]
    if fen is None:
        return [Fault("amount_needed", {}, "amount")]
    low, high = checked.bounds
    if fen >= low and (high is None or fen <= high):
        return []
    if high is None:
        return [Fault("amount_too_small", {"low": yuan(low)}, "amount")]
    return [Fault("amount_outside", {"low": yuan(low), "high": yuan(high)}, "amount")]
