"""What the rules say of one case: the Assessment and the one function that makes it.

durable_rules decides every condition, the reference evaluator checks it, the core puts the truths
together, and the solver answers where unknown facts leave something open. The organisation decides
about the case; this is only what the rules find.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from engine.answers import Answers, constant_amounts
from engine.core import INELIGIBLE, NO_ANSWER, UNDETERMINED, Core
from engine.facts import Facts
from engine.faults import Fault, Refused
from engine.findings import Entry, Findings, Listed
from engine.machine import NOT_WHOLE, Amounts, Machine
from engine.model import Benefit, Policy, Tier
from engine.reference import Reference
from engine.reference import plain as plain_value
from engine.unknowns import UnknownsOfCase

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class Granted:
    """One benefit. `mode` fixed {fen}, range {min_fen, max_fen}, cap {min_fen, max_fen},
    discretion {min_fen} or undetermined."""

    id: str
    mode: str
    fen: int | None
    min_fen: int | None
    max_fen: int | None
    clause: str

    def document(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "mode": self.mode,
            "fen": self.fen,
            "min_fen": self.min_fen,
            "max_fen": self.max_fen,
            "clause": self.clause,
        }

    def allows(self, fen: int) -> bool:
        """Whether an amount fits; never asked of an undetermined one."""
        if self.fen is not None:
            return fen == self.fen
        low_ok = self.min_fen is None or fen >= self.min_fen
        return low_ok and (self.max_fen is None or fen <= self.max_fen)


@dataclass(frozen=True)
class Assessment:
    """What the rules find; see requirements §4 for each field. Lists hold codes in order."""

    policy: str
    edition: str
    on: date
    outcome: str
    category: str
    grounds: tuple[str, ...]
    denials: tuple[str, ...]
    missing: tuple[str, ...]
    missing_exact: bool
    benefits: tuple[Granted, ...]
    proposed_ok: bool | None
    evidence: tuple[str, ...]
    approvals: tuple[str, ...]
    escalations: tuple[str, ...]
    outputs: Mapping[str, Any]
    truths: Mapping[str, bool | None]
    """Rule id → truth."""
    source: Policy = field(repr=False, compare=False)
    facts: Facts = field(repr=False, compare=False)

    @cached_property
    def rules(self) -> list[dict[str, Any]]:
        """Every rule with its truth, its conditions and the facts that these rest on."""
        machine = self.source.machine
        return machine.explained(machine.slot_values(self.facts), self.truths)

    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """What the policy definitely warns of; nothing where the answer is a refusal."""
        if self.outcome == INELIGIBLE:
            return ()
        return tuple(rule.id for rule in self.source.warnings if self.truths[rule.id])

    def document(self) -> dict[str, Any]:
        """The one JSON document of the design. `missing_exact` stands in it only when false,
        `warnings` only where there are any."""
        found: dict[str, Any] = {
            "policy": self.policy,
            "edition": self.edition,
            "on": self.on.isoformat(),
            "outcome": self.outcome,
            "category": self.category,
            "grounds": list(self.grounds),
            "denials": list(self.denials),
            "missing": list(self.missing),
            "benefits": [benefit.document() for benefit in self.benefits],
            "proposed_ok": self.proposed_ok,
            "evidence": list(self.evidence),
            "approvals": list(self.approvals),
            "escalations": list(self.escalations),
            "outputs": dict(self.outputs),
            "rules": self.rules,
        }
        if self.warnings:
            found["warnings"] = list(self.warnings)
        if not self.missing_exact:
            found["missing_exact"] = False
        return found

    def canonical(self) -> bytes:
        """The document in one fixed spelling: the same case gives the same bytes."""
        return canonical(self.document())


def canonical(document: object) -> bytes:
    """Sorted keys, UTF-8, no spaces."""
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def assess(policy: Policy, facts: Facts) -> Assessment:
    """What the rules say of a case.

    Raises Disagreement if the evaluators differ, Refused if durable_rules fails, a dated parameter
    has no value or an amount is no whole number of fen: then a person must look.
    """
    machine = policy.machine
    slots = machine.slot_values(facts)
    truths = machine.truths(slots)
    if machine.guards:
        _watch(machine, truths)
    amounts: TierAmounts = machine.amounts(slots)
    findings = machine.finder.of(truths)
    core = findings.core
    if core is not None and not _settled(core, amounts):
        amounts = _with_only(machine, slots, amounts, core[2])
    if core is not None and _settled(core, amounts):
        outcome, category, _ = core
        benefits = _granted(policy, core, amounts)
        missing: tuple[str, ...] = ()
        exact = True
    else:
        unknowns = machine.unknowns.of(slots, facts.on)
        outcome, category, benefits, missing, exact = _completed(
            machine, unknowns, slots, amounts, facts.on
        )
    asked = _Asked(machine, facts, slots)
    refused = outcome == INELIGIBLE
    return Assessment(
        policy=policy.id,
        edition=policy.digest,
        on=facts.on,
        outcome=outcome,
        category=category,
        grounds=() if refused else _codes(findings.grounds, asked),
        denials=_denials(findings, asked),
        missing=missing,
        missing_exact=exact,
        benefits=benefits,
        proposed_ok=_proposed_ok(machine, facts, benefits),
        evidence=() if refused else _codes(findings.evidence, asked),
        approvals=() if refused else _codes(findings.approvals, asked),
        escalations=() if refused else _codes(findings.escalations, asked),
        outputs=_outputs(policy, machine, slots, truths) if policy.outputs else {},
        truths=findings.truths,
        source=policy,
        facts=facts,
    )


def _watch(machine: Machine, truths: Sequence[bool | None]) -> None:
    """Refuse a case that a table cannot answer: two rows hold, or none."""
    met = [guard for position, guard in machine.guards if truths[position]]
    if met:
        raise Refused([Fault(guard.code, {"table": guard.table}, guard.where) for guard in met])


TierAmounts = Mapping[tuple[int, int], Amounts | None]


def _settled(core: Core, amounts: TierAmounts) -> bool:
    return all(amounts[key] is not None for key in core[2])


def _granted(policy: Policy, core: Core, amounts: TierAmounts) -> tuple[Granted, ...]:
    found = []
    for key in core[2]:
        benefit = policy.benefits[key[0]]
        found.append(_one(benefit, benefit.tiers[key[1]], amounts[key]))
    return tuple(found)


def _spelled(tier: Tier) -> tuple[str, str]:
    """What tells a tier from another with the same amounts."""
    return tier.mode, tier.rule.clause


def _one(benefit: Benefit, tier: Tier, amounts: Amounts | None) -> Granted:
    if amounts is None:
        return Granted(benefit.id, UNDETERMINED, None, None, None, tier.rule.clause)
    if amounts is NOT_WHOLE:
        raise Refused([Fault("amount_not_whole_fen", {"benefit": benefit.id})])
    return Granted(benefit.id, tier.mode, *amounts, tier.rule.clause)


# unknown facts ------------------------------------------------------------------------------


def _with_only(
    machine: Machine, slots: Sequence[Any], amounts: TierAmounts, keys: Collection[tuple[int, int]]
) -> TierAmounts:
    """The amounts, with those that rest on unknown facts and yet can be only one."""
    opened = [key for key in keys if amounts[key] is None]
    return {**amounts, **constant_amounts(machine, slots, opened)}


_Completed = tuple[str, str, tuple[Granted, ...], tuple[str, ...], bool]


def _completed(
    machine: Machine,
    unknowns: UnknownsOfCase,
    slots: Sequence[Any],
    amounts: TierAmounts,
    on: date,
) -> _Completed:
    policy = machine.policy

    def content(core: Core) -> Hashable:
        given = tuple(
            (
                b,
                i if amounts[b, i] is None else _spelled(policy.benefits[b].tiers[i]),
                amounts[b, i],
            )
            for b, i in core[2]
        )
        return core[0], core[1], given

    key = tuple(amounts.values())
    found = unknowns.completed(content, key)
    if key in found.notes:
        answer: _Completed = found.notes[key]
        return answer
    keys = {key for core in found.cores for key in core[2]}
    if any(amounts[key] is None for key in keys):
        known = _with_only(machine, slots, amounts, keys)
        if known != amounts:
            return _completed(machine, unknowns, slots, known, on)
    opened = {key for key in keys if amounts[key] is None}
    pairs: list[tuple[Core, TierAmounts]] = [
        (core, amounts) for core in found.cores if core != NO_ANSWER
    ]
    missing, exact = set(found.missing), found.exact and not opened
    settled = exact
    if not exact:
        maybe = missing | machine.unknown_of_amounts(slots, opened)
        refined = Answers(machine, slots, on).refine(maybe, missing if found.exact else ())
        missing, exact = set(refined.missing), refined.exact
        if refined.answers is not None:
            pairs = [(core, _by_tier(given)) for core, given in refined.answers]
    if not pairs:
        raise Refused(_without_answer(machine, slots))
    ordered = tuple(name for name in policy.facts if name in missing)
    answer = (*_summed(policy, pairs), ordered, exact)
    if settled:  # it rests on nothing else of this case
        found.notes[key] = answer
    return answer


def _without_answer(machine: Machine, slots: Sequence[Any]) -> list[Fault]:
    """Why no completion has an answer: tables that may have none, else amounts."""
    truths = machine.shadow(slots)
    met = [guard for position, guard in machine.guards if truths[position] is not False]
    if not met:
        names = [benefit.id for benefit in machine.policy.benefits]
        return [Fault("amount_not_whole_fen", {"benefit": ", ".join(names)})]
    return [Fault(guard.code, {"table": guard.table}, guard.where) for guard in met]


def _by_tier(given: Sequence[tuple[tuple[int, int], Amounts]]) -> TierAmounts:
    return dict(given)


def _summed(
    policy: Policy, pairs: Sequence[tuple[Core, TierAmounts]]
) -> tuple[str, str, tuple[Granted, ...]]:
    """What the answers of all completions have in common."""
    outcomes = {core[0] for core, _ in pairs}
    categories = {core[1] for core, _ in pairs}
    outcome = outcomes.pop() if len(outcomes) == 1 else UNDETERMINED
    category = categories.pop() if len(categories) == 1 else UNDETERMINED
    options = [_granted(policy, core, amounts) for core, amounts in pairs]
    return outcome, category, _agreed(policy, options, outcome != UNDETERMINED)


def _agreed(
    policy: Policy, options: Sequence[tuple[Granted, ...]], settled: bool
) -> tuple[Granted, ...]:
    """Benefits that every completion gives alike; where the outcome is settled, the others that
    some completion gives stand as undetermined."""
    found = []
    for benefit in policy.benefits:
        given = [next((g for g in option if g.id == benefit.id), None) for option in options]
        first = given[0]
        if first is not None and all(other == first for other in given):
            found.append(first)
        elif settled and any(other is not None for other in given):
            clauses = {other.clause for other in given if other is not None}
            clause = clauses.pop() if len(clauses) == 1 else benefit.rule.clause
            found.append(Granted(benefit.id, UNDETERMINED, None, None, None, clause))
    return tuple(found)


# the parts of the document ------------------------------------------------------------------


class _Asked:
    """Whether a code that the truths leave open stands in all completions."""

    def __init__(self, machine: Machine, facts: Facts, slots: Sequence[Any]) -> None:
        self.machine, self.facts, self.slots = machine, facts, slots
        self._unknowns: UnknownsOfCase | None = None

    def always(self, entry: Entry) -> bool:
        if self._unknowns is None:
            self._unknowns = self.machine.unknowns.of(self.slots, self.facts.on)
        return self._unknowns.always(entry.positions, entry.tree)


def _codes(listed: Listed, asked: _Asked) -> tuple[str, ...]:
    """The codes that definitely hold: by the rules' truth, or where that is open in all completions."""
    if not listed.open:
        return listed.codes
    return tuple([code for code, entry in listed.entries if entry is None or asked.always(entry)])


def _denials(findings: Findings, asked: _Asked) -> tuple[str, ...]:
    """Of the first level at which one definitely holds."""
    for level in findings.denials:
        codes = _codes(level, asked)
        if codes:
            return codes
    return ()


def _proposed_ok(machine: Machine, facts: Facts, benefits: tuple[Granted, ...]) -> bool | None:
    """Whether the proposed amount fits; None if nothing is proposed or the mode is open."""
    answer: bool | None = None
    for granted in benefits:
        name = machine.proposed[granted.id]
        proposed = facts.values_by_name[name] if name else None
        if proposed is not None and granted.mode != UNDETERMINED:
            answer = granted.allows(proposed) and answer is not False
    return answer


def _outputs(
    policy: Policy, machine: Machine, slots: Sequence[Any], truths: Sequence[bool | None]
) -> dict[str, Any]:
    reference = Reference(dict(zip(machine.slots, slots, strict=True)), machine.trees)
    found: dict[str, Any] = {}
    for output in policy.outputs:
        tree = machine.trees[output.definition]
        position = machine.plan.names.get(output.definition)
        value = truths[position] if position is not None else reference.value(tree)
        found[output.id] = plain_value(value, tree.type)
    return found
