"""What the rules say of an application now, and what they still lack, in words of its page."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from admin.cases import findings
from admin.cases.shapes import Found
from admin.cases.words import listed
from admin.text import fault_text, policy_label
from casework import assessments, facts, outlook, papers
from casework.assessments import Checked
from engine import Fact, Policy, assess
from engine.faults import Refused
from engine.procedure import Road
from models.applications import Application


def ask(
    session: Session,
    application: Application,
    policy: Policy,
    way: Road | None,
    unread: Collection[str] = (),
) -> Found:
    """What the rules of the pinned edition say of the application as it is now; of `unread` facts
    nothing is known."""
    try:
        checked = assessments.assess_now(session, application, unknown=unread)
    except Refused as refused:
        return Found(None, tuple(fault_text(fault) for fault in refused.faults))
    found = _in_words(policy, way, checked)
    waiting = {} if unread else _waiting(session, application, policy, checked.missing)
    missing = tuple(replace(one, rows=waiting.get(one.name, "")) for one in found.missing)
    found = replace(found, missing=missing)
    hoped = outlook.outlook(session, application, checked, whole=not unread)
    if hoped is not None:
        then = _in_words(policy, way, hoped.checked)
        hope = findings.Hope(then.standing, then.benefits, hoped.verified)
        found = replace(found, hope=hope)
    return Found(found, evidence=checked.evidence)


def _in_words(policy: Policy, way: Road | None, checked: Checked) -> findings.Findings:
    return findings.findings(policy, way, checked.document, policy.read_facts(checked.raw))


def _waiting(
    session: Session, application: Application, policy: Policy, names: Sequence[str]
) -> dict[str, str]:
    """The facts that lack only the verification of rows of the worksheet, with these rows."""
    found = {}
    for name in names:
        rows = facts.unverified(session, application, policy.facts[name])
        if rows:
            found[name] = listed(str(number) for number, _item in rows)
    return found


def needed(policy: Policy, asked: Sequence[Fact], raw: Mapping[str, Any]) -> frozenset[str]:
    """Which of these facts the answer cannot do without, going by everything else that is known."""
    blank = {**raw, **{fact.name: None for fact in asked}}
    if not asked:
        return frozenset()
    try:
        missing = assess(policy, policy.read_facts(blank)).missing
    except Refused:  # what is wrong with the facts is said where they are read
        return frozenset()
    return frozenset(fact.name for fact in asked if fact.name in missing)


def lacking(
    session: Session,
    application: Application,
    policy: Policy,
    way: Road,
    evidence: Sequence[str],
) -> tuple[str, ...]:
    """The papers that the rules demand by the next step that looks at them, and that do not lie here."""
    here = way.position(application.stage)
    stage = next((one for one in way.stages[here:] if one.form_check), None)
    if stage is None:
        return ()
    there = papers.evidence_there(session, application)
    due = [c for c in papers.evidence_due(policy, way, stage, evidence) if c not in there]
    return tuple(policy_label(policy.rules[code].label) for code in due)


def known_raw(
    session: Session, application: Application, policy: Policy, unread: Collection[str] = ()
) -> dict[str, Any]:
    """Raw values of every fact, those that the engine looks up included where it can."""
    try:
        raw = facts.raw(session, application, policy) | dict.fromkeys(unread)
    except Refused:
        return dict(application.facts)
    try:
        typed = policy.read_facts(raw)
    except Refused:
        return raw
    for name, fact in policy.facts.items():
        if name not in raw and typed.get(name) is not None:
            raw[name] = facts.plain(typed[name], fact.type)
    return raw
