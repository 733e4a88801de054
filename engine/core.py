"""How truths become an outcome, a category and benefits: the only place that knows the order.

The order itself is data: levels of denial, ways to qualify and their grounds, tiers of benefits.
`core_of` works on three-valued truths and answers None where they do not settle it; `core_diagram`
builds the same function as a decision diagram for the solver. A test holds one against the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.diagram import Conditions, Diagram
from engine.language.types import YES_NO
from engine.model import Policy

ELIGIBLE, INELIGIBLE, DISCRETIONARY, UNDETERMINED = (
    "eligible",
    "ineligible",
    "discretionary",
    "undetermined",
)
NO_CATEGORY = "none"

Given = tuple[tuple[int, int], ...]
"""(number of the benefit, number of its tier)."""
Core = tuple[str, str, Given]
REFUSED: Core = (INELIGIBLE, NO_CATEGORY, ())
NO_ANSWER: Core = ("no_answer", NO_CATEGORY, ())
"""Of a completion that a table cannot answer: two of its rows hold, or none."""


@dataclass(frozen=True, slots=True)
class WayPlan:
    position: int
    category: str
    objective: tuple[int, ...]
    discretionary: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Positions of definitions among the conditions, in the order in which they decide."""

    names: Mapping[str, int]
    denials: tuple[tuple[tuple[int, str], ...], ...]
    """Per level in order: (position, clause)."""
    refusals: tuple[int, ...]
    pending: tuple[int, ...]
    ways: tuple[WayPlan, ...]
    benefits: tuple[tuple[int, tuple[int, ...]], ...]
    guards: tuple[int, ...]
    """Conditions under which a table has no answer; refused before where one holds."""


def plan_of(policy: Policy) -> Plan:
    conditions = [d.name for d in policy.definitions if d.tree.type == YES_NO]
    names = {name: i for i, name in enumerate(conditions)}
    rules = [way.no_ground for way in policy.ways if way.no_ground is not None]
    rules += policy.exclusions
    levels: dict[int, list[tuple[int, str]]] = {}
    for rule in rules:
        levels.setdefault(rule.level, []).append((names[rule.name], rule.clause))
    return Plan(
        names=names,
        denials=tuple(tuple(levels[level]) for level in sorted(levels)),
        refusals=tuple(names[rule.name] for rule in rules),
        pending=tuple(
            names[f"pending:{rule.id}"] for rule in policy.exclusions if rule.pending is not None
        ),
        ways=tuple(
            WayPlan(
                names[f"way:{way.id}"],
                way.category,
                tuple(names[g.rule.name] for g in way.grounds if not g.discretion),
                tuple(names[g.rule.name] for g in way.grounds if g.discretion),
            )
            for way in policy.ways
        ),
        benefits=tuple(
            (names[b.rule.name], tuple(names[tier.rule.name] for tier in b.tiers))
            for b in policy.benefits
        ),
        guards=tuple(names[guard.definition] for guard in policy.guards),
    )


# on truths ----------------------------------------------------------------------------------


def core_of(plan: Plan, truths: Sequence[bool | None]) -> Core | None:
    """Outcome, category and benefits if the truths settle all three, else None."""
    undecided = any(truths[position] is None for position in plan.guards)
    for position in plan.refusals if not undecided else ():
        truth = truths[position]
        if truth:
            return REFUSED
        undecided |= truth is None
    if undecided:
        return None
    for way in plan.ways:
        truth = truths[way.position]
        if truth is None:
            return None
        if truth:
            return _on_way(plan, way, truths)
    return REFUSED


def _on_way(plan: Plan, way: WayPlan, truths: Sequence[bool | None]) -> Core | None:
    outcome = _outcome(plan, way, truths)
    if outcome is None:
        return None
    if outcome == INELIGIBLE:
        return REFUSED
    given: list[tuple[int, int]] = []
    for number, (position, tiers) in enumerate(plan.benefits):
        truth = truths[position]
        if truth is None:
            return None
        if truth:
            tier = _first([truths[p] for p in tiers])
            if tier is None:
                return None
            if tier >= 0:
                given.append((number, tier))
    return outcome, way.category, tuple(given)


def _outcome(plan: Plan, way: WayPlan, truths: Sequence[bool | None]) -> str | None:
    pending = _any([truths[p] for p in plan.pending])
    objective = _any([truths[p] for p in way.objective])
    chosen = _any([truths[p] for p in way.discretionary])
    if objective is False and chosen is False:
        return INELIGIBLE
    if objective:
        return None if pending is None else DISCRETIONARY if pending else ELIGIBLE
    if chosen and (objective is False or pending):
        return DISCRETIONARY
    return None


def _any(truths: list[bool | None]) -> bool | None:
    if True in truths:
        return True
    return None if None in truths else False


def _first(truths: list[bool | None]) -> int | None:
    """The number of the first that holds, -1 if none does, None if that is open."""
    for number, truth in enumerate(truths):
        if truth is None:
            return None
        if truth:
            return number
    return -1


# as a diagram -------------------------------------------------------------------------------


def core_diagram(policy: Policy, plan: Plan, conditions: Conditions, diagram: Diagram) -> int:
    """The root of a diagram whose leaves are Cores; TooManyNodes beyond the limit."""
    nodes = {
        plan.names[d.name]: conditions.of(d.tree)
        for d in policy.definitions
        if d.tree.type == YES_NO
    }
    found = _ways_diagram(plan, nodes, diagram)
    for number, (position, tiers) in enumerate(plan.benefits):
        tier = diagram.leaf(-1)
        for i, tier_position in reversed(list(enumerate(tiers))):
            tier = diagram.choose(nodes[tier_position], diagram.leaf(i), tier)
        tier = diagram.choose(nodes[position], tier, diagram.leaf(-1))
        found = diagram.combined(found, tier, _Adding(number))
    for position in reversed(plan.refusals):
        found = diagram.choose(nodes[position], diagram.leaf(REFUSED), found)
    for position in plan.guards:
        found = diagram.choose(nodes[position], diagram.leaf(NO_ANSWER), found)
    return found


def _ways_diagram(plan: Plan, nodes: Mapping[int, int], diagram: Diagram) -> int:
    found = diagram.leaf(REFUSED)
    pending = _either(diagram, [nodes[p] for p in plan.pending])
    for way in reversed(plan.ways):
        discretionary = diagram.leaf((DISCRETIONARY, way.category, ()))
        eligible = diagram.leaf((ELIGIBLE, way.category, ()))
        objective = _either(diagram, [nodes[p] for p in way.objective])
        chosen = _either(diagram, [nodes[p] for p in way.discretionary])
        inner = diagram.choose(
            objective,
            diagram.choose(pending, discretionary, eligible),
            diagram.choose(chosen, discretionary, diagram.leaf(REFUSED)),
        )
        found = diagram.choose(nodes[way.position], inner, found)
    return found


def _either(diagram: Diagram, nodes: Sequence[int]) -> int:
    found = diagram.no
    for node in nodes:
        found = diagram.either(found, node)
    return found


class _Adding:
    """Joins a core with the tier of one benefit."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __call__(self, core: object, tier: object) -> tuple[object, ...]:
        if not isinstance(core, tuple) or not isinstance(tier, int):
            raise TypeError("a core and a tier")
        outcome, category, given = core
        if outcome == INELIGIBLE or tier < 0:
            return core
        return outcome, category, (*given, (self.number, tier))
