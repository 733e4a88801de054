"""How much of a policy its cases touch: rules both ways, what each row gives, each boundary.

A *boundary* is where a comparison of numbers or dates turns: in a condition, in a table's cell, at
the start of a band, where min, max or a cap begins to bite, and on the day from which another value
of a parameter holds. Its three places are below, on and above it. A place that the ranges of the
facts rule out is not asked for; where that cannot be told, it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import Any

from engine.assessment import Assessment
from engine.citing import named
from engine.faults import Fault
from engine.labels import Label
from engine.language import tree as t
from engine.language.bounds import bounds, day_bounds
from engine.language.types import DATE
from engine.messages import register
from engine.model import Policy, Rule, Table
from engine.phrases import Phrases
from engine.reference import Reference

register(
    {
        "rule_never_true": (
            "规则“{label}”{behind}没有一个成立的情形，请补一例。",
            'No case in which the rule "{label}"{behind} holds; add one.',
        ),
        "rule_never_false": (
            "规则“{label}”{behind}没有一个不成立的情形，请补一例。",
            'No case in which the rule "{label}"{behind} does not hold; add one.',
        ),
        "row_never_given": (
            "“{label}”{behind}没有一个由它给出结果的情形，请补一例。",
            'No case in which "{label}"{behind} is the one that gives the result; add one.',
        ),
        "otherwise_never_given": (
            "“{table}”没有一个各行都不成立的情形，请补一例。",
            'No case in which no row of "{table}" holds; add one.',
        ),
        "boundary_never_met": (
            "没有“{left}”{place}“{right}”的情形，请补一例。",
            'No case in which "{left}" is {place} "{right}"; add one.',
        ),
        "place_below": ("小于", "below"),
        "place_on": ("等于", "equal to"),
        "place_above": ("大于", "above"),
        "place_before": ("早于", "before"),
        "place_after": ("晚于", "after"),
        "coverage_share": (
            "{what}：{covered}/{all}（{percent}%）。",
            "{what}: {covered} of {all} ({percent}%).",
        ),
        "coverage_rules": ("规则正反两面", "Rules both ways"),
        "coverage_rows": ("表格各行与各档", "Rows of tables and tiers"),
        "coverage_boundaries": ("界限上下三处", "Places around boundaries"),
    }
)
PLACES = ("below", "on", "above")
_OWN = frozenset({"clash", "gap", "room", "best"})
"""Definitions that the engine made over what the files say; their turns are nobody's boundary."""
_ORDERED = frozenset({"<", "<=", ">", ">="})


@dataclass(frozen=True)
class Share:
    """One kind of coverage: how many things there are, how many a case touches, and the others."""

    kind: str
    all: int
    covered: int
    lacking: tuple[Fault, ...]

    @property
    def percent(self) -> str:
        """Rounded down, so that 100 means all."""
        return str(self.covered * 100 // self.all) if self.all else "100"

    def fault(self) -> Fault:
        """The sentence that says it."""
        params = {"covered": self.covered, "all": self.all, "percent": self.percent}
        return Fault("coverage_share", {"what": Fault(f"coverage_{self.kind}"), **params})


@dataclass(frozen=True)
class Boundary:
    """Where a comparison turns; `possible` are the places that the ranges allow."""

    left: t.Tree
    right: t.Tree
    where: str
    possible: tuple[str, ...]

    def place(self, reference: Reference) -> str:
        """Where a case stands; "" while a side is unknown."""
        left, right = reference.value(self.left), reference.value(self.right)
        if left is None or right is None:
            return ""
        return PLACES[(left > right) - (left < right) + 1]

    def word(self, place: str) -> str:
        """The message that says a place: of dates before and after."""
        days = {"below": "before", "above": "after"} if self.left.type.kind == "date" else {}
        return f"place_{days.get(place, place)}"


@dataclass
class Coverage:
    """Collects what the cases of a policy touch; `shares` says it at the end."""

    policy: Policy
    rules: list[Rule] = field(init=False)
    boundaries: list[Boundary] = field(init=False)

    def __post_init__(self) -> None:
        self.rules = [r for r in self.policy.all_rules() if not isinstance(r.when, t.Const)]
        self.boundaries = list(boundaries_of(self.policy))
        self._truths: dict[str, set[bool | None]] = {rule.id: set() for rule in self.rules}
        self._given: set[str] = set()
        self._met: list[set[str]] = [set() for _ in self.boundaries]

    def add(self, found: Assessment) -> None:
        """Count what one assessed case touches."""
        for rule in self.rules:
            self._truths[rule.id].add(found.truths[rule.id])
        for rules, rest in _ordered_rules(self.policy):
            self._given.update(_giving(found, rules, rest))
        for table in self.policy.tables.values():
            self._given.update(_rows_given(found, table))
        reference = _reference(found)
        for boundary, met in zip(self.boundaries, self._met, strict=True):
            if not met.issuperset(boundary.possible):
                met.add(boundary.place(reference))

    def open_places(self) -> tuple[tuple[Boundary, str], ...]:
        """The places around boundaries that no case touches."""
        return tuple(
            (boundary, place)
            for boundary, met in zip(self.boundaries, self._met, strict=True)
            for place in boundary.possible
            if place not in met
        )

    def rule_out(self, boundary: Boundary, place: str) -> None:
        """No case can touch a place (somebody proved it): it is not asked for."""
        at = self.boundaries.index(boundary)
        possible = tuple(other for other in boundary.possible if other != place)
        self.boundaries[at] = replace(boundary, possible=possible)

    def shares(self) -> tuple[Share, ...]:
        """The shares of rules, rows and boundaries, each with what no case touches."""
        return self.of_rules(), self._of_rows(), self._of_boundaries()

    def of_rules(self) -> Share:
        """Rules with a case in which they hold and one in which they do not."""
        lacking = [
            Fault(code, named(rule), rule.where)
            for rule in self.rules
            for truth, code in ((True, "rule_never_true"), (False, "rule_never_false"))
            if truth not in self._truths[rule.id]
        ]
        half = {str(fault.params["rule"]) for fault in lacking}
        return Share("rules", len(self.rules), len(self.rules) - len(half), tuple(lacking))

    def _of_rows(self) -> Share:
        wanted: dict[str, Fault] = {}
        for rules, _ in _ordered_rules(self.policy):
            wanted |= {rule.id: _row_fault(rule) for rule in rules}
        for table in self.policy.tables.values():
            wanted |= {row.rule.id: _row_fault(row.rule) for row in table.rows}
            if table.otherwise is not None:
                params = {"table": table.label, "clause": table.clause}
                fault = Fault("otherwise_never_given", params, table.where)
                wanted[f"{table.name}.otherwise"] = fault
        lacking = tuple(fault for key, fault in wanted.items() if key not in self._given)
        return Share("rows", len(wanted), len(wanted) - len(lacking), lacking)

    def _of_boundaries(self) -> Share:
        zh, en = Phrases(self.policy, "zh"), Phrases(self.policy, "en")
        lacking = []
        for boundary, place in self.open_places():
            sides = {
                side: Label(zh.of(tree), en.of(tree))
                for side, tree in (("left", boundary.left), ("right", boundary.right))
            }
            params = {**sides, "place": Fault(boundary.word(place))}
            lacking.append(Fault("boundary_never_met", params, boundary.where))
        count = sum(len(boundary.possible) for boundary in self.boundaries)
        return Share("boundaries", count, count - len(lacking), tuple(lacking))


def touches(found: Assessment, boundary: Boundary, place: str) -> bool:
    """Whether an assessed case stands at a place of a boundary."""
    return boundary.place(_reference(found)) == place


def _reference(found: Assessment) -> Reference:
    policy = found.source
    names = (*policy.facts, *policy.machine.parameters)
    values = dict(zip(names, policy.machine.slot_values(found.facts), strict=True))
    return Reference(values, policy.trees)


# rows ---------------------------------------------------------------------------------------


def _row_fault(rule: Rule) -> Fault:
    return Fault("row_never_given", named(rule), rule.where)


def _ordered_rules(policy: Policy) -> Iterator[tuple[Sequence[Rule], Rule]]:
    """The tiers of benefits that have several, each with the benefit's own rule."""
    for benefit in policy.benefits:
        if len(benefit.tiers) > 1:
            yield [tier.rule for tier in benefit.tiers], benefit.rule


def _giving(found: Assessment, rules: Sequence[Rule], gate: Rule) -> Iterator[str]:
    """The first tier that holds where the benefit does; nothing while an earlier one is unknown."""
    if found.truths[gate.id] is not True:
        return
    for rule in rules:
        truth = True if isinstance(rule.when, t.Const) else found.truths[rule.id]
        if truth is True:
            yield rule.id
        if truth is not False:
            return


def _rows_given(found: Assessment, table: Table) -> Iterator[str]:
    """The rows that make the result of a table in one case."""
    truths = [found.truths.get(row.rule.id) for row in table.rows]
    if table.hit in ("first", "priority"):
        for row, truth in zip(table.rows, truths, strict=True):
            if truth is True:
                yield row.rule.id
            if truth is not False:
                return
    else:
        yield from (r.rule.id for r, truth in zip(table.rows, truths, strict=True) if truth is True)
    if table.otherwise is not None and all(truth is False for truth in truths):
        yield f"{table.name}.otherwise"


# boundaries ---------------------------------------------------------------------------------


def boundaries_of(policy: Policy) -> Iterator[Boundary]:
    """Every boundary of a policy, each once."""
    ranges = _Ranges(policy)
    seen: set[object] = set()
    for tree, where in _trees(policy):
        for node in t.walk(tree):
            for left, right in _turns(node):
                key = (t.key(left), t.key(right))
                if key in seen or t.key(left) == t.key(right):
                    continue
                seen.add(key)
                possible = ranges.places(left, right)
                if len(possible) > 1:
                    yield Boundary(left, right, where, possible)


def _trees(policy: Policy) -> Iterator[tuple[t.Tree, str]]:
    places = {rule.name: rule.where for rule in policy.all_rules()}
    for benefit in policy.benefits:
        for kind in ("worth", "granted"):
            places[f"{kind}:{benefit.id}"] = benefit.rule.where
    for definition in policy.definitions:
        if definition.name.partition(":")[0] in _OWN:
            continue
        yield definition.tree, definition.where or places.get(definition.name, "")
    for benefit in policy.benefits:
        for tier in benefit.tiers:
            for tree in (tier.amount, tier.low, tier.high):
                if tree is not None:
                    yield tree, tier.rule.where
    used = policy.machine.parameters
    on = t.Ref(policy.pick_by, DATE, (0, 0))
    sources = {f.source.name for f in policy.facts.values() if f.source is not None}
    for name, parameter in policy.parameters.items():
        if name in used or name in sources:
            for since, _ in parameter.values[1:]:
                day = t.Const(since, DATE, (0, 0))
                yield t.Compare(">=", on, day, (0, 0)), parameter.where


def _turns(node: t.Tree) -> Iterator[tuple[t.Tree, t.Tree]]:
    """What a node compares: the value and its threshold."""
    if isinstance(node, t.Compare) and node.op in _ORDERED:
        yield node.left, node.right
    elif isinstance(node, t.Call) and node.name in ("min", "max") and len(node.args) == 2:
        one, two = node.args
        if _by_month(node):
            return
        zero = isinstance(two, t.Const) and two.value == 0
        if zero and isinstance(one, t.Arith) and one.op == "-":
            yield one.left, one.right  # the part of a value above a threshold
        elif isinstance(one, t.Const):
            yield two, one
        else:
            yield one, two


def _by_month(node: t.Call) -> bool:
    """Whether a call stands inside a sum by months that was written out: the months are counted
    from the dates, whose own boundaries are asked for."""
    return any(
        isinstance(inner, t.Call) and inner.name == "month" and inner.span == node.span
        for inner in t.walk(node)
    )


class _Ranges:
    """What numbers and dates can be, from the ranges of the facts and the values of parameters."""

    def __init__(self, policy: Policy) -> None:
        self.numbers: dict[str, tuple[Fraction, Fraction]] = {}
        self.days: dict[str, tuple[date, date]] = {}
        for fact in policy.facts.values():
            self._learn(fact.name, fact.type, [fact.low, fact.high])
        for parameter in policy.parameters.values():
            values: list[Any] = []
            for _, value in parameter.values:
                values += value.values() if isinstance(value, dict) else [value]
            self._learn(parameter.name, parameter.type, values)
        if policy.pick_by in self.days:
            low, high = self.days[policy.pick_by]
            low = max(low, policy.in_force_from or low)
            self.days[policy.pick_by] = low, min(high, policy.in_force_to or high)
        for definition in policy.definitions:
            if (span := bounds(definition.tree, self.numbers)) is not None:
                self.numbers[definition.name] = span
            if (days := day_bounds(definition.tree, self.days)) is not None:
                self.days[definition.name] = days

    def _learn(self, name: str, kind: str, values: Iterable[Any]) -> None:
        known = [value for value in values if value is not None]
        if known and all(isinstance(value, date) for value in known):
            self.days[name] = min(known), max(known)
        elif known and kind in ("money", "integer", "number"):
            exact = [Fraction(v, 100) if kind == "money" else Fraction(v) for v in known]
            self.numbers[name] = min(exact), max(exact)

    def places(self, left: t.Tree, right: t.Tree) -> tuple[str, ...]:
        """The places around a boundary that the ranges do not rule out."""
        days = left.type.kind == "date"
        one, two = (
            day_bounds(side, self.days) if days else bounds(side, self.numbers)
            for side in (left, right)
        )
        if one is None or two is None:
            return PLACES
        return _places(one, two)


def _places(one: tuple[Any, Any], two: tuple[Any, Any]) -> tuple[str, ...]:
    """Which of below, on and above two spans allow."""
    tests = (one[0] < two[1], one[0] <= two[1] and two[0] <= one[1], one[1] > two[0])
    return tuple(place for place, can in zip(PLACES, tests, strict=True) if can)
