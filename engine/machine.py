"""The evaluators of one policy, made once: slots, decider, shadow, solver, amounts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from engine import facts as facts_module
from engine.core import plan_of
from engine.decider import Decider
from engine.encoder import Encoder
from engine.explain import explainer
from engine.facts import Facts
from engine.faults import Disagreement, Fault
from engine.findings import Finder, lists_of
from engine.groups import reader
from engine.language import tree as t
from engine.messages import register
from engine.model import Policy, Tier
from engine.shadow import evaluator
from engine.spans import Spans
from engine.unknowns import Unknowns, origin_of

register(
    {
        "disagreement": (
            "两套计算对“{what}”的结论不一致（{one}、{two}），本次不作判断，请报告并人工核对。",
            'Two evaluators disagree on "{what}" ({one}, {two}); no decision was made. '
            "Report it and check by hand.",
        ),
    }
)

Amounts = tuple[int | None, int | None, int | None]
"""(fen, min_fen, max_fen) of a tier; None where it has none."""
NOT_WHOLE: Amounts = (-1, -1, -1)
"""Stands for an amount that is no whole number of fen: refused where it would be granted."""


class Machine:
    """What `assess` works with. Handles of the decider are guarded by their own locks."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.readers = facts_module.readers_of(policy)
        self.required = tuple(
            name for name, fact in policy.facts.items() if fact.required or name == policy.pick_by
        )
        self.sourced = tuple(
            (fact, fact.source)
            for fact in policy.facts.values()
            if fact.source is not None and fact.source.kind in ("parameter", "year")
        )
        self.plan = plan_of(policy)
        self.fact_names = tuple(policy.facts)
        self.parameters = tuple(n for n in policy.parameters if n in _used(policy))
        names = (*self.fact_names, *self.parameters)
        self.slots = {name: i for i, name in enumerate(names)}
        self.trees = dict(policy.trees)
        self.decider = Decider(self.slots, self.trees)
        self.shadow = evaluator(self.slots, self.trees)
        self.shadow_known = evaluator(self.slots, self.trees, known=True)
        self.guards = tuple((self.plan.names[g.definition], g) for g in policy.guards)
        self.lists = lists_of(policy, self.decider)
        self.proposed = {benefit.id: benefit.proposed for benefit in policy.benefits}
        self.finder = Finder(self.plan, self.lists)
        self.explained = explainer(policy, self.slots, self.trees)
        self.needed = tuple(sorted(self.slots[name] for name in _used_slots(self)))
        self.read = reader(self.needed)
        self.amount_trees = _amount_trees(policy)
        wanted = list(self.amount_trees.values())
        self._amounts_exact = evaluator(self.slots, self.trees, wanted, only=True)
        self._amounts_whole = _whole_amounts(self, wanted)
        self._fixed = not any(_facts_in(tree, self) for tree in wanted)
        self._by_parameters: dict[Any, dict[tuple[int, int], Amounts | None]] = {}
        self._values_by_date: dict[date, tuple[Any, ...]] = {}
        self._plain_parameters = all(policy.parameters[n].by is None for n in self.parameters)
        self._lock = threading.Lock()
        self._unknowns: Unknowns | None = None

    # slots -------------------------------------------------------------------------------
    def slot_values(self, facts: Facts) -> list[Any]:
        """The values of a case by slot: facts, then the dated parameters in use."""
        values = facts.values_by_name
        if not self.parameters:
            return list(values.values())
        return [*values.values(), *self.parameter_values(values, facts.on)]

    def parameter_values(self, values: Mapping[str, Any], on: date) -> tuple[Any, ...]:
        """The parameters in force; Refused where one has no value on the date."""
        if self._plain_parameters:
            found = self._values_by_date.get(on)
            if found is None:
                found = tuple(self.policy.parameter(name, on) for name in self.parameters)
                self._values_by_date[on] = found
            return found
        made = []
        for name in self.parameters:
            by = self.policy.parameters[name].by
            choice = values[by] if by else None
            known = by is None or choice is not None
            made.append(self.policy.parameter(name, on, choice) if known else None)
        return tuple(made)

    # truths ------------------------------------------------------------------------------
    def truths(self, slots: Sequence[Any]) -> tuple[bool | None, ...]:
        """Every condition by durable_rules, checked against the reference; Disagreement if they
        differ."""
        known = None not in self.read(slots)
        decided = tuple(self.decider.decide(slots, known))
        reference = (self.shadow_known if known else self.shadow)(slots)
        if decided != reference:
            raise self._disagreement(decided, reference)
        return decided

    def _disagreement(self, one: Sequence[Any], two: Sequence[Any]) -> Disagreement:
        names = list(self.plan.names)
        return Disagreement(
            Fault("disagreement", {"what": name, "one": a, "two": b}, name)
            for name, a, b in zip(names, one, two, strict=True)
            if a is not b
        )

    # amounts -----------------------------------------------------------------------------
    def amounts(self, slots: Sequence[Any]) -> dict[tuple[int, int], Amounts | None]:
        """Per (benefit, tier) its amounts in fen; None where one rests on an unknown fact."""
        dated = tuple(slots[len(self.fact_names) :]) if self._fixed else None
        if dated in self._by_parameters:
            return self._by_parameters[dated]
        exact, whole = self._amounts_exact(slots), self._amounts_whole(slots)
        for key, one, two in zip(self.amount_trees, exact, whole, strict=True):
            if (one is None) != (two is None) or (one is not None and one != Fraction(*two)):
                shown = {"what": f"{key}", "one": f"{one}", "two": f"{two}"}
                raise Disagreement([Fault("disagreement", shown)])
        found = self._by_tier(exact)
        if dated is not None:
            self._by_parameters[dated] = found
        return found

    def exact_amounts(self, slots: Sequence[Any]) -> dict[tuple[int, int], Amounts | None]:
        """The same by the reference alone, for completions that are only tried."""
        return self._by_tier(self._amounts_exact(slots))

    def _by_tier(self, exact: Sequence[Fraction | None]) -> dict[tuple[int, int], Amounts | None]:
        by_key = dict(zip(self.amount_trees, exact, strict=True))
        return {
            (b, i): _tier_amounts(tier, by_key, (b, i))
            for b, benefit in enumerate(self.policy.benefits)
            for i, tier in enumerate(benefit.tiers)
        }

    def only_amounts(self, slots: Sequence[Any], at: tuple[int, int]) -> Amounts | None:
        """The amounts of a tier if the ranges of unknown facts leave only one; else None."""
        spans = Spans(self.policy, dict(zip(self.slots, slots, strict=True)), self.trees)
        exact: dict[tuple[int, int, str], Fraction | None] = {}
        for key, tree in self.amount_trees.items():
            if key[:2] == at:
                span = spans.of(tree)
                exact[key] = span[0] if span is not None and span[0] == span[1] else None
        return _tier_amounts(self.policy.benefits[at[0]].tiers[at[1]], exact, at)

    def unknown_of_amounts(self, slots: Sequence[Any], keys: Iterable[tuple[int, int]]) -> set[str]:
        """The unknown facts on which the amounts of some tiers rest."""
        names: set[str] = set()
        for key, tree in self.amount_trees.items():
            if key[:2] in keys:
                names |= self._slots_of(tree)
        unknown = {name for name in names if slots[self.slots[name]] is None}
        return {origin_of(self.policy, name) for name in unknown}

    def _slots_of(self, tree: t.Tree) -> set[str]:
        found: set[str] = set()
        for name in t.refs(tree):
            found |= self._slots_of(self.trees[name]) if name in self.trees else {name}
        return found

    # unknown facts -----------------------------------------------------------------------
    @property
    def unknowns(self) -> Unknowns:
        """Made at first need: many policies and cases never ask."""
        with self._lock:
            if self._unknowns is None:
                self._unknowns = Unknowns(
                    self.policy, self.plan, self.slots, self.trees, self.decider.atoms
                )
            return self._unknowns


def _used(policy: Policy) -> set[str]:
    trees = [d.tree for d in policy.definitions]
    trees += [tree for _, tree in _amount_trees(policy).items()]
    return {name for tree in trees for name in t.refs(tree)}


def _used_slots(machine: Machine) -> set[str]:
    """Slots that any condition reads."""
    return {
        name for tree in machine.trees.values() for name in t.refs(tree) if name in machine.slots
    }


def _amount_trees(policy: Policy) -> dict[tuple[int, int, str], t.Tree]:
    found: dict[tuple[int, int, str], t.Tree] = {}
    for b, benefit in enumerate(policy.benefits):
        for i, tier in enumerate(benefit.tiers):
            for key, tree in (("amount", tier.amount), ("low", tier.low), ("high", tier.high)):
                if tree is not None:
                    found[b, i, key] = tree
    return found


def _facts_in(tree: t.Tree, machine: Machine) -> bool:
    """Whether a tree rests on a fact (and not only on parameters)."""
    for name in t.refs(tree):
        if name in machine.policy.facts:
            return True
        if name in machine.trees and _facts_in(machine.trees[name], machine):
            return True
    return False


def _whole_amounts(machine: Machine, wanted: Sequence[t.Tree]) -> Callable[[Sequence[Any]], Any]:
    """The amounts by integer code: pairs (numerator, denominator) in yuan."""
    encoder = Encoder(machine.slots, machine.trees)
    names = [encoder.pair(tree) for tree in wanted]
    return encoder.writer.compile("v", f"({', '.join(names)},)" if names else "()")


def _tier_amounts(
    tier: Tier,
    exact: Mapping[tuple[int, int, str], Fraction | None],
    at: tuple[int, int],
) -> Amounts | None:
    """Fen of a tier. Without a stated least, a cap or discretion starts above zero: at one fen."""
    fen: dict[str, int] = {}
    for key in ("amount", "low", "high"):
        if (*at, key) in exact:
            value = exact[(*at, key)]
            if value is None:
                return None
            if (value * 100).denominator != 1:
                return NOT_WHOLE
            fen[key] = int(value * 100)
    low = fen.get("low", 1 if tier.mode in ("cap", "discretion") else None)
    return fen.get("amount"), low, fen.get("high")
