"""The answer of a case for one completion of its unknown facts, and which facts change it.

Used where the solver (engine.solver) leaves something open: amounts that rest on unknown facts, or
more combinations than it tries. With few completions all of them are tried and the result is
exact; otherwise pairs of completions are looked for that prove a fact to matter.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

from engine.affine import units_of, value_of
from engine.completions import FOLLOWED, OTHER_TEXT, moves_of, small_domain
from engine.core import Core, core_of
from engine.faults import Refused
from engine.language import tree as t
from engine.language.types import YES_NO
from engine.machine import NOT_WHOLE, Amounts, Machine
from engine.model import Fact

MOST = 4096
_TRIES = 60
_VALUES = 6

TierAmounts = dict[tuple[int, int], Amounts]
Answer = tuple[Core, tuple[tuple[tuple[int, int], Amounts], ...]]
"""A core, and the amounts of the tiers that it gives."""


@dataclass(frozen=True)
class Refined:
    """`answers`: of all completions, where all were tried, else None; `missing`: the facts that
    matter; `exact`: no more and no less."""

    answers: tuple[Answer, ...] | None
    missing: frozenset[str]
    exact: bool


class Answers:
    """The completions of one case."""

    def __init__(self, machine: Machine, slots: Sequence[Any], on: date) -> None:
        self.machine, self.slots, self.on = machine, list(slots), on
        self.facts = machine.policy.facts
        self._done: dict[tuple[Any, ...], Hashable] = {}

    def refine(self, maybe: Collection[str], certain: Collection[str]) -> Refined:
        """Which of the facts that may matter do. `certain` are known to; facts outside `maybe`
        make no difference, so any value does for them."""
        names = [name for name in self.facts if name in maybe]
        self.settle_others(names)
        domains = self._domains(names)
        small = [domain for domain in domains if domain is not None]
        if len(small) == len(names) and prod(map(len, small)) <= MOST:
            return self._tried(names, small)
        found = set(certain)
        for number, name in enumerate(names):
            if name not in found and self._matters(names, number):
                found.add(name)
        exact = found >= set(names)
        return Refined(None, frozenset(names), exact)

    def _domains(self, names: Sequence[str]) -> list[tuple[Any, ...] | None]:
        """Values that stand for all of each fact; None where there are too many. Of one large fact
        the ends of the pieces between which the answer cannot turn are enough."""
        domains = [small_domain(self.facts[name]) for name in names]
        large = [i for i, domain in enumerate(domains) if domain is None]
        others = [domain for domain in domains if domain is not None]
        if len(large) == 1 and prod(map(len, others)) <= FOLLOWED:
            domains[large[0]] = self._pieces(names, large[0], others)
        return domains

    def _pieces(
        self, names: Sequence[str], place: int, others: Sequence[tuple[Any, ...]]
    ) -> tuple[Any, ...] | None:
        machine, fact = self.machine, self.facts[names[place]]
        if fact.type not in ("integer", "money", "date") or machine.unknowns.by_choice:
            return None
        rests = machine.unknowns.rests
        amounts = list(machine.amount_trees.values())
        conditions = [tree for tree in machine.trees.values() if tree.type == YES_NO]
        trees = [tree for tree in (*conditions, *amounts) if rests.on(tree, fact.name)]
        rest = [name for i, name in enumerate(names) if i != place]
        found: set[int] = set()
        for row in product(*others):
            settled = list(self.slots)
            for name, value in zip(rest, row, strict=True):
                settled[machine.slots[name]] = value
            ends = machine.unknowns.turns.pieces(trees, fact, settled)
            if ends is None:
                return None
            found |= ends
        return tuple(value_of(fact, units) for units in sorted(found))

    def settle_others(self, names: Sequence[str]) -> None:
        """Gives every unknown fact outside `names` some value of its range."""
        for name, fact in self.facts.items():
            place = self.machine.slots[name]
            if self.slots[place] is None and name not in names:
                domain = small_domain(fact)
                self.slots[place] = domain[0] if domain else fact.low
                if fact.type == "text":
                    self.slots[place] = OTHER_TEXT
                elif self.slots[place] is None and fact.type == "set":
                    self.slots[place] = frozenset()

    # all completions ---------------------------------------------------------------------
    def _tried(self, names: Sequence[str], domains: Sequence[tuple[Any, ...]]) -> Refined:
        numbers: dict[Hashable, int] = {}
        rows: list[tuple[tuple[Any, ...], int]] = []
        for row in product(*domains):
            answer = self.of(names, row)
            rows.append((row, numbers.setdefault(answer, len(numbers))))
        missing = {name for i, name in enumerate(names) if moves_of(rows, i)}
        answers = tuple(answer for answer in numbers if isinstance(answer, tuple))
        return Refined(answers, frozenset(missing), True)

    def of(self, names: Sequence[str], row: Sequence[Any]) -> Hashable:
        """The answer of a completion; a text where it would be refused."""
        key = (*names, None, *row)
        if key not in self._done:
            self._done[key] = self._answer(names, row)
        return self._done[key]

    def _answer(self, names: Sequence[str], row: Sequence[Any]) -> Hashable:
        machine, slots = self.machine, list(self.slots)
        for name, value in zip(names, row, strict=True):
            slots[machine.slots[name]] = value
        values = dict(zip(machine.fact_names, slots, strict=False))
        try:
            slots[len(machine.fact_names) :] = machine.parameter_values(values, self.on)
        except Refused:
            return "refused"
        truths = machine.shadow(slots)
        if any(truths[position] for position, _ in machine.guards):
            return "refused"
        core = core_of(machine.plan, truths)
        if core is None:
            raise AssertionError("a completed case that is still open")
        if not core[2]:
            return core, ()
        amounts = machine.exact_amounts(slots)
        given = [(key, amounts[key]) for key in core[2]]
        if any(found is None or found is NOT_WHOLE for _, found in given):
            return "refused"
        return core, tuple(given)

    # pairs that prove --------------------------------------------------------------------
    def _matters(self, names: Sequence[str], number: int) -> bool:
        """Whether two tried completions that differ only in one fact give different answers."""
        rng = random.Random(number)  # noqa: S311 - which completions to try; the same each time
        columns = [self._candidates(self.facts[name]) for name in names]
        for _ in range(_TRIES):
            row = [rng.choice(column) for column in columns]
            own = columns[number]
            tried = own if len(own) <= _VALUES else rng.sample(own, _VALUES)
            answers = set()
            for value in tried:
                row[number] = value
                answers.add(self.of(names, row))
            if len(answers) > 1:
                return True
        return False

    def _candidates(self, fact: Fact) -> list[Any]:
        """Values worth trying: all of a small fact, else the ends, the middle and what rules name."""
        if fact.type == "text":
            return [*self.machine.unknowns.texts, OTHER_TEXT]
        domain = small_domain(fact)
        if domain is not None:
            return list(domain)
        if fact.type == "set":
            return [frozenset(), frozenset(fact.choices), *(frozenset([c]) for c in fact.choices)]
        if fact.low is None or fact.high is None:
            raise AssertionError(f"{fact.name} has no range")
        low, high = units_of(fact, fact.low), units_of(fact, fact.high)
        near = {low, low + 1, (low + high) // 2, (3 * low + high) // 4, high - 1, high}
        for value in self._named(fact):
            near |= {value - 1, value, value + 1}
        return [value_of(fact, units) for units in sorted(near) if low <= units <= high]

    def _named(self, fact: Fact) -> Iterator[int]:
        """The constants and dated values of the fact's kind, in its smallest steps."""
        for tree in self.machine.trees.values():
            for node in t.walk(tree):
                value = node.value if isinstance(node, t.Const) else None
                if isinstance(value, date) and fact.type == "date":
                    yield value.toordinal()
                elif isinstance(value, Fraction) and fact.type != "date":
                    yield int(value * {"money": 100, "number": 1_000_000}.get(fact.type, 1))
        for name in self.machine.parameters:
            stored = self.slots[self.machine.slots[name]]
            if isinstance(stored, (int, Fraction)) and fact.type == "money":
                money = self.machine.policy.parameters[name].type == "money"
                yield int(stored if money else stored * 100)


def constant_amounts(
    machine: Machine, slots: Sequence[Any], keys: Collection[tuple[int, int]]
) -> Mapping[tuple[int, int], Amounts]:
    """The amounts of tiers that rest on unknown facts and still can be only one."""
    return {key: found for key in keys if (found := machine.only_amounts(slots, key)) is not None}
