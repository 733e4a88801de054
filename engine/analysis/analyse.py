"""`analyse`: gaps and overlaps, dead, masked and redundant rules, contradictions, amounts, cliffs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import z3

from engine.analysis.amounts import above_ceiling, cliffs
from engine.analysis.asking import Asking, Case
from engine.analysis.finding import Finding, undecided
from engine.casefiles import read_cases, run_cases
from engine.citing import named
from engine.faults import Fault
from engine.language import tree as t
from engine.model import Policy, Rule


@dataclass(frozen=True)
class Analysis:
    """`findings` are faults of the policy; `notes` are what its author should know (cliffs);
    `undecided` what could not be decided in the time given."""

    findings: tuple[Finding, ...]
    notes: tuple[Finding, ...]
    undecided: tuple[Finding, ...]


def analyse(policy: Policy, seconds: float = 20.0, each: float = 2.0) -> Analysis:
    """Ask everything; `seconds` bounds the whole, `each` one question. Disagreement passes."""
    asking = Asking(policy, seconds, each)
    found = [
        *_rules(asking),
        *_denials(asking),
        *_ways(asking),
        *_tiers(asking),
        *_tables(asking),
        *above_ceiling(asking),
        *_without_cases(policy),
        *cliffs(asking),
    ]

    def of(kind: str) -> tuple[Finding, ...]:
        return tuple(one for one in found if one.kind == kind)

    return Analysis(of("finding"), of("note"), of("undecided"))


def _finding(code: str, rule: Rule, case: Case | None = None, **params: object) -> Finding:
    return Finding("finding", Fault(code, {**named(rule), **params}, rule.where), case)


# rules that cannot fire ---------------------------------------------------------------------


def _rules(asking: Asking) -> Iterator[Finding]:
    """Rules that hold in no case, and rules that hold in every one."""
    for rule in asking.policy.all_rules():
        if isinstance(rule.when, t.Const):
            continue
        for wanted, code in ((True, "analyse_never"), (False, "analyse_always")):
            formula = asking.holds(rule.name)
            claim = formula if wanted else z3.Not(formula)

            def proof(found: Any, _: object, rule: Rule = rule, wanted: bool = wanted) -> bool:
                return found is not None and found.truths[rule.id] is wanted

            answer = asking.ask(claim, proof)
            if answer.possible is None:
                answer = asking.seen(proof)
            if answer.possible is False:
                yield _finding(code, rule)
            elif answer.possible is None:
                yield undecided(code, rule)


def _denials(asking: Asking) -> Iterator[Finding]:
    """Exclusions that an earlier level always names first, or others of their level make needless;
    exclusions that contradict each other: together they leave nobody."""
    policy = asking.policy
    rules = list(policy.exclusions)
    for rule in rules:
        holds = asking.holds(rule.name)
        earlier = [asking.holds(o.name) for o in rules if o.level < rule.level]
        beside = [asking.holds(o.name) for o in rules if o.level == rule.level and o is not rule]
        for code, others in (("analyse_masked", earlier), ("analyse_redundant", beside)):
            if not others:
                continue

            def proof(found: Any, _: object, rule: Rule = rule) -> bool:
                return found is not None and found.truths[rule.id] is True

            answer = asking.ask(z3.And(holds, z3.Not(z3.Or(*others))), proof)
            if answer.possible is None:
                yield undecided(code, rule)
            elif answer.possible is False and asking.ask(holds, proof).possible:
                yield _finding(code, rule)
    for i, one in enumerate(rules):
        for two in rules[i + 1 :]:
            a, b = asking.holds(one.name), asking.holds(two.name)

            def free(found: Any, _: object, pair: tuple[Rule, Rule] = (one, two)) -> bool:
                return found is not None and not any(found.truths[rule.id] for rule in pair)

            answer = asking.ask(z3.Not(z3.Or(a, b)), free)
            if answer.possible is False:
                yield _finding("analyse_contradictory", one, other=two.id, beside=two.label)
            elif answer.possible is None:
                yield undecided("analyse_contradictory", one, beside=two.label)


def _ways(asking: Asking) -> Iterator[Finding]:
    """Grounds that never decide anything, because another of the same way always holds too."""
    for way in asking.policy.ways:
        here = asking.holds(f"way:{way.id}")
        for ground in way.grounds:
            others = [asking.holds(g.rule.name) for g in way.grounds if g is not ground]
            holds = z3.And(here, asking.holds(ground.rule.name))
            if not others:
                continue

            def proof(found: Any, _: object, name: str = ground.rule.id) -> bool:
                return found is not None and found.truths[name] is True

            answer = asking.ask(z3.And(holds, z3.Not(z3.Or(*others))), proof)
            if answer.possible is None:
                yield undecided("analyse_redundant", ground.rule)
            elif answer.possible is False and asking.ask(holds, proof).possible:
                yield _finding("analyse_redundant", ground.rule)


def _tiers(asking: Asking) -> Iterator[Finding]:
    """Tiers and rows that earlier ones always answer first."""
    for benefit in asking.policy.benefits:
        yield from _ordered(
            asking, asking.holds(benefit.rule.name), [x.rule for x in benefit.tiers]
        )
    for table in asking.policy.tables.values():
        if table.hit == "first":
            yield from _ordered(asking, z3.BoolVal(True), [row.rule for row in table.rows])


def _ordered(asking: Asking, given: Any, rules: list[Rule]) -> Iterator[Finding]:
    for number, rule in enumerate(rules):
        if not number:
            continue
        holds = z3.And(given, asking.holds(rule.name))
        earlier = z3.Or(*[asking.holds(other.name) for other in rules[:number]])

        def proof(found: Any, _: object, rule: Rule = rule) -> bool:
            truths = {} if found is None else found.truths
            return bool(truths.get(rule.id, rule.id not in truths and found is not None))

        answer = asking.ask(z3.And(holds, z3.Not(earlier)), proof)
        if answer.possible is None:
            yield undecided("analyse_masked", rule)
        elif answer.possible is False and asking.ask(holds, proof).possible:
            yield _finding("analyse_masked", rule)


def _tables(asking: Asking) -> Iterator[Finding]:
    """Cases that a table does not answer, or answers twice, where reading could not prove it."""
    for guard in asking.policy.guards:

        def proof(_: object, refused: Any, code: str = guard.code) -> bool:
            return refused is not None and any(f.code == code for f in refused.faults)

        answer = asking.ask(asking.holds(guard.definition), proof)
        params = {"table": guard.table}
        if answer.possible:
            yield Finding("finding", Fault(guard.code, params, guard.where), answer.case)
        elif answer.possible is None:
            fault = Fault("analyse_undecided", {"what": Fault(guard.code, params)}, guard.where)
            yield Finding("undecided", fault)


def _without_cases(policy: Policy) -> Iterator[Finding]:
    for fault in run_cases(policy, read_cases(policy)).uncovered:
        yield Finding("finding", fault)
