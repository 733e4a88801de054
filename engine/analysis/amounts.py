"""Amounts: least above most, negative, above a cap on their own; and cliffs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

import z3

from engine.affine import units_of, value_of
from engine.analysis.asking import Asking
from engine.analysis.encoding import Encoding
from engine.analysis.finding import Finding, undecided
from engine.answers import Answers
from engine.assessment import Assessment, Granted
from engine.citing import named
from engine.core import INELIGIBLE, plan_of
from engine.explain import facts_of
from engine.faults import Fault
from engine.language import tree as t
from engine.language.types import YES_NO
from engine.model import Benefit, Fact, Policy, Tier
from engine.words import yuan

_ROUNDS = 12
_LEAST = 100
"""A fall of less than one yuan is no cliff."""


def above_ceiling(asking: Asking) -> Iterator[Finding]:
    for benefit in asking.policy.benefits:
        for tier in benefit.tiers:
            yield from _tier(asking, benefit, tier)


def _tier(asking: Asking, benefit: Benefit, tier: Tier) -> Iterator[Finding]:
    of = asking.encoding.of
    number = benefit.tiers.index(tier)
    earlier = [z3.Not(asking.holds(other.rule.name)) for other in benefit.tiers[:number]]
    here = [asking.holds(benefit.rule.name), asking.holds(tier.rule.name)]
    given = z3.And(*here, *earlier, _aided(asking.policy, asking.encoding))
    claims: list[tuple[str, Any, dict[str, object]]] = []
    if tier.low is not None and tier.high is not None:
        claims.append(("analyse_bounds", of(tier.low) > of(tier.high), {}))
    for tree in (tier.amount, tier.low, tier.high):
        if tree is not None:
            claims.append(("analyse_negative", of(tree) < 0, {}))
    for cap in asking.policy.caps:
        most = tier.amount if tier.amount is not None else tier.high
        if benefit.id in cap.of and most is not None:
            above = of(_uncut(most)) > of(cap.most)
            claims.append(("analyse_above_cap", above, {"cap": cap.id}))
    for code, claim, params in claims:

        def proof(found: Assessment | None, _: object, code: str = code) -> bool:
            return found is not None and any(
                _shows(code, granted) for granted in found.benefits if granted.id == benefit.id
            )

        answer = asking.ask(z3.And(given, claim), proof)
        shown = {**named(tier.rule, benefit.rule.clause), **params}
        if answer.possible:
            kind = "note" if code == "analyse_above_cap" else "finding"  # a cap is there to cut
            yield Finding(kind, Fault(code, shown, tier.rule.where), answer.case)
        elif answer.possible is None:
            yield undecided(code, tier.rule, **params)


def _uncut(amount: t.Tree) -> t.Tree:
    """The amount before caps cut it (engine.loading.limits makes it the lesser of it and the room)."""
    if isinstance(amount, t.Call) and amount.name == "min" and amount.span == (0, 0):
        return amount.args[0]
    return amount


def _shows(code: str, granted: Granted) -> bool:
    """Whether what the engine gives is what was claimed; a cap is seen in what is cut off."""
    low, high = granted.min_fen, granted.max_fen
    if code == "analyse_bounds":
        return low is not None and high is not None and low > high
    if code == "analyse_negative":
        return any(fen is not None and fen < 0 for fen in (granted.fen, low, high))
    return True


# cliffs -------------------------------------------------------------------------------------


def cliffs(asking: Asking) -> Iterator[Finding]:
    """For each number on which aid rests: the case in which one unit more loses most."""
    policy = asking.policy
    used = _resting(policy)
    for fact in policy.facts.values():
        if fact.type not in ("money", "integer", "number") or fact.name not in used:
            continue
        yield from _cliff(asking, fact)


def _resting(policy: Policy) -> set[str]:
    """Facts on which more or less aid rests: those that are compared by size or stand in amounts."""
    trees: list[t.Tree] = [
        side
        for definition in policy.definitions
        for node in t.walk(definition.tree)
        if isinstance(node, t.Compare) and node.op not in ("=", "!=")
        for side in (node.left, node.right)
    ]
    for benefit in policy.benefits:
        for tier in benefit.tiers:
            trees += [tree for tree in (tier.amount, tier.low, tier.high) if tree is not None]
    return {name for tree in trees for name in facts_of(policy, tree)}


def _cliff(asking: Asking, fact: Fact) -> Iterator[Finding]:
    policy = asking.policy
    one, two = asking.encoding, Encoding(policy, "'")
    same = [_equal(one.facts[name], two.facts[name]) for name in policy.facts if name != fact.name]
    step = two.facts[fact.name] == one.facts[fact.name] + 1
    before, after = _total(policy, one), _total(policy, two)
    most: int | None = None
    best: Finding | None = None
    for _ in range(_ROUNDS):
        least = z3.Q(_LEAST if most is None else most + 1, 100)
        found: list[tuple[Finding, int]] = []

        def proof(
            given: Assessment | None, _: object, found: list[tuple[Finding, int]] = found
        ) -> bool:
            return given is not None and _loses(asking, fact, given, found)

        claim = z3.And(*same, step, before - after >= least)
        answer = asking.ask(claim, proof, two)
        if answer.possible is None and best is None:
            best = _seen(asking, fact)
        if answer.possible is None and best is None:
            what = Fault("analyse_cliff_of", {"fact": fact.label})
            yield Finding("undecided", Fault("analyse_undecided", {"what": what}, fact.where))
            return
        if not answer.possible:
            break
        best, most = found[-1]
    if best is not None:
        yield best


def _seen(asking: Asking, fact: Fact) -> Finding | None:
    """The worst cliff along the way of one fact through the policy's own cases, in which whatever is
    unknown is given some value, so that nothing is lost by not knowing."""
    policy = asking.policy
    machine = policy.machine
    if fact.type == "number" or machine.unknowns.by_choice or not asking.may_look:
        return None
    found: list[tuple[Finding, int]] = []
    for _, given, _ in asking.examples:
        if given is not None:
            filled = Answers(machine, machine.slot_values(given.facts), given.on)
            filled.settle_others(())
            known = zip(policy.facts.values(), filled.slots, strict=False)
            case = {one.name: _raw(one, value) for one, value in known}
            for value in _turns(policy, fact, filled.slots):
                at, _ = asking.answer({**case, fact.name: _raw(fact, value)})
                if at is not None:
                    _loses(asking, fact, at, found)
    return max(found, key=lambda pair: pair[1])[0] if found else None


def _turns(policy: Policy, fact: Fact, slots: Sequence[Any]) -> list[Any]:
    """The values of a fact after which something may change, all others being as given."""
    machine = policy.machine
    rests, turns = machine.unknowns.rests, machine.unknowns.turns
    conditions = [tree for tree in machine.trees.values() if tree.type == YES_NO]
    trees = [*conditions, *machine.amount_trees.values()]
    resting = [tree for tree in trees if rests.on(tree, fact.name)]
    ends = turns.pieces(resting, fact, slots) or set()
    return [value_of(fact, units) for units in sorted(ends) if units < units_of(fact, fact.high)]


def _equal(one: Any, two: Any) -> Any:
    if isinstance(one, Mapping):
        return z3.And(*[one[key] == two[key] for key in one])
    return one == two


def _loses(asking: Asking, fact: Fact, given: Assessment, found: list[tuple[Finding, int]]) -> bool:
    """Whether the engine itself gives less for one unit more; adds the finding and the loss."""
    low = given.facts[fact.name]
    high = _next(fact, low)
    raw = {name: _raw(asking.policy.facts[name], value) for name, value in given.facts.items()}
    more, _ = asking.answer({**raw, fact.name: _raw(fact, high)})
    if more is None or given.outcome == INELIGIBLE or given.missing or more.missing:
        return False
    one, two = _fen(given), _fen(more)
    if one - two < _LEAST:
        return False
    params = {
        "fact": fact.label,
        "low": _raw(fact, low),
        "high": _raw(fact, high),
        "before": yuan(one),
        "after": yuan(two),
        "loss": yuan(one - two),
    }
    found.append((Finding("note", Fault("analyse_cliff", params, fact.where), raw), one - two))
    return True


def _next(fact: Fact, value: Any) -> Any:
    return value + Fraction(1, 1_000_000) if fact.type == "number" else value + 1


def _raw(fact: Fact, value: Any) -> Any:
    if fact.type == "money" and value is not None:
        return yuan(value)
    if isinstance(value, date):
        return value.isoformat()
    return sorted(value) if isinstance(value, frozenset) else value


def _fen(found: Assessment) -> int:
    """The most that is given: of a range its upper end, of discretion nothing certain."""
    return sum(granted.fen or granted.max_fen or 0 for granted in found.benefits)


def _total(policy: Policy, encoding: Encoding) -> Any:
    """The same in z3: nothing where the case is refused or stands on no way."""
    found = z3.RealVal(0)
    for benefit in policy.benefits:
        tier_found = z3.RealVal(0)
        for tier in reversed(benefit.tiers):
            most = tier.amount if tier.amount is not None else tier.high
            amount = encoding.of(most) if most is not None else z3.RealVal(0)
            tier_found = z3.If(encoding.named(tier.rule.name), amount, tier_found)
        found += z3.If(encoding.named(benefit.rule.name), tier_found, z3.RealVal(0))
    return z3.If(_aided(policy, encoding), found, z3.RealVal(0))


def _aided(policy: Policy, encoding: Encoding) -> Any:
    """That a case is not refused and stands on a way with a ground."""
    plan = plan_of(policy)
    names = {position: name for name, position in plan.names.items()}

    def holds(position: int) -> Any:
        return encoding.named(names[position])

    qualified = z3.BoolVal(False)
    for way in reversed(plan.ways):
        grounds = z3.Or(*[holds(p) for p in (*way.objective, *way.discretionary)])
        qualified = z3.If(holds(way.position), grounds, qualified)
    refused = z3.Or(*[holds(p) for p in plan.refusals])
    return z3.And(qualified, z3.Not(refused))
