"""What the rules find about an application, clause by clause, for letters and summaries.

The office's decision stands in the records; here is only what the recorded assessment says.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from casework import assessments, papers
from casework.printing.values import Value, mark, money, text, words
from engine import Policy
from engine.faults import Refused
from engine.model import Benefit, Fact, Rule
from engine.reference import Reference
from engine.source import parse_date, parse_money
from engine.words import chinese_date, yuan
from models.applications import Application

Row = Mapping[str, Value]


@dataclass(frozen=True)
class Found:
    """An assessment document and the facts (as `decide` takes them) that it was made of."""

    policy: Policy
    document: Mapping[str, Any]
    raw: Mapping[str, Any]

    def truths(self) -> dict[str, bool | None]:
        return {entry["id"]: entry["truth"] for entry in self.document["rules"]}


def found(session: Session, application: Application, policy: Policy) -> Found | None:
    """The last recorded assessment, else what the rules say now; None where they cannot."""
    if application.decisions:
        last = application.decisions[-1]
        return Found(policy, json.loads(last.assessment), dict(last.facts))
    try:
        checked = assessments.assess_now(session, application)
    except Refused:
        return None
    return Found(policy, checked.document, dict(checked.raw))


def rule(policy: Policy, one: Rule, truth: bool | None) -> Row:
    """A rule with its clause as letters cite it, and whether it holds, fails or is open."""
    return {
        "clause": one.clause,
        "cite": policy.papers.cite(one.clause),
        "title": one.label.zh,
        "holds": mark(truth is True),
        "fails": mark(truth is False),
        "open": mark(truth is None),
    }


def rows(one: Found | None, kind: str) -> list[Row]:
    """Rules of one kind: grounds (of the ways in question), exclusions, denials (those that hold,
    every ground that fails where none holds), escalations (those that hold, warnings too)."""
    if one is None:
        return []
    truths = one.truths()
    return [rule(one.policy, each, truths.get(each.id)) for each in _KINDS[kind](one)]


def _grounds(one: Found) -> list[Rule]:
    """Grounds of every way to qualify that is not ruled out by what is applied for."""
    try:
        known: Mapping[str, Any] = one.policy.read_facts(one.raw)
    except Refused:
        known = {}
    asked = Reference(known, one.policy.trees)
    ways = [w for w in one.policy.ways if not known or asked.value(w.when) is not False]
    return [ground.rule for way in ways for ground in way.grounds]


def _denials(one: Found) -> list[Rule]:
    truths = one.truths()
    denied = set(one.document["denials"])
    rules = [r for r in one.policy.exclusions if truths.get(r.id)]
    for way in one.policy.ways:
        if way.no_ground and truths.get(way.no_ground.id) and way.no_ground.clause in denied:
            rules.append(way.no_ground)
    return rules


def _exclusions(one: Found) -> list[Rule]:
    return list(one.policy.exclusions)


def _escalations(one: Found) -> list[Rule]:
    truths = one.truths()
    said = (*one.policy.escalations, *one.policy.warnings)
    return [each for each in said if truths.get(each.id)]


_KINDS: Mapping[str, Callable[[Found], list[Rule]]] = {
    "grounds": _grounds,
    "exclusions": _exclusions,
    "denials": _denials,
    "escalations": _escalations,
}


def benefits(one: Found | None) -> list[Row]:
    """What the rules would give: an amount, or the least and the most."""
    if one is None:
        return []
    known = {benefit.id: benefit for benefit in one.policy.benefits}
    return [_benefit(one, entry, known[entry["id"]]) for entry in one.document["benefits"]]


def _benefit(one: Found, entry: Mapping[str, Any], benefit: Benefit) -> Row:
    return {
        "clause": text(entry["clause"]),
        "cite": one.policy.papers.cite(text(entry["clause"])),
        "title": benefit.label.zh,
        "amount": money(entry["fen"]),
        "words": words(entry["fen"]),
        "least": money(entry["min_fen"]),
        "most": money(entry["max_fen"]),
    }


def evidence(session: Session, application: Application, one: Found | None) -> list[Row]:
    """The papers that the rules demand, and whether a scan of each is there."""
    if one is None:
        return []
    there = set(papers.evidence_there(session, application))
    return [
        {
            "title": each.label.zh,
            "clause": each.clause,
            "cite": one.policy.papers.cite(each.clause),
            "copies": str(each.copies),
            "attached": mark(each.id in there),
        }
        for each in one.policy.evidence
        if each.id in one.document["evidence"]
    ]


def known_facts(one: Found | None) -> list[Row]:
    """Every known fact that was given or found in the records, in the order of the policy."""
    if one is None:
        return []
    given = [(fact, one.raw.get(name)) for name, fact in one.policy.facts.items()]
    return [
        {"label": fact.zh, "value": fact_text(fact, value)}
        for fact, value in given
        if value is not None
    ]


def missing(one: Found | None) -> list[Row]:
    """What is not known and would change the answer."""
    if one is None:
        return []
    facts = one.policy.facts
    return [{"label": facts[name].zh} for name in one.document["missing"] if name in facts]


def fact_text(fact: Fact, value: object) -> str:
    """A raw fact in words: choices by title, money in yuan with two decimals."""
    if isinstance(value, (list, tuple)):
        return "、".join(fact_text(fact, one) for one in value)
    if fact.choices and str(value) in fact.choices:
        return fact.choices[str(value)].zh
    if fact.type == "money":
        fen = parse_money(str(value))
        return text(value) if fen is None else yuan(fen)
    if fact.type == "date":
        day = value if isinstance(value, date) else parse_date(str(value))
        return chinese_date(day) if day else text(value)
    return text(value)
