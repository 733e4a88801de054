"""Questions to z3 within a time limit, and witnesses replayed through the engine.

A witness counts only if the engine itself, asked about that case, finds what was claimed; otherwise
the question is undecided, as it is when z3 runs out of time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import z3

from engine.analysis.encoding import Encoding
from engine.assessment import Assessment, assess
from engine.casefiles import read_cases
from engine.faults import Refused
from engine.model import Policy

_TRIES = 8
Case = Mapping[str, Any]
Proof = Callable[[Assessment | None, Refused | None], bool]
"""Whether the engine's answer to a witness (or its refusal) shows what was claimed."""


@dataclass(frozen=True)
class Answer:
    """`possible`: True with a witness, False for certain, None undecided."""

    possible: bool | None
    case: Case | None = None
    found: Assessment | None = None


class Asking:
    """One policy's solver. `seconds` bounds all questions to z3 together, `each` one of them."""

    def __init__(self, policy: Policy, seconds: float, each: float) -> None:
        self.policy, self.each = policy, each
        self.end = time.monotonic() + seconds
        self._last = self.end + seconds
        self.encoding = Encoding(policy)
        self.solver = z3.Solver()

    def holds(self, name: str) -> Any:
        """The formula of a definition."""
        return self.encoding.named(name)

    def ask(self, claim: Any, proof: Proof, other: Encoding | None = None) -> Answer:
        """Whether some case makes the claim true; `other` is a second copy that the claim names."""
        self.solver.push()
        try:
            self.solver.add(claim)
            return self._answered(claim, proof, [self.encoding, *([other] if other else [])])
        finally:
            self.solver.pop()

    def _answered(self, claim: Any, proof: Proof, encodings: Sequence[Encoding]) -> Answer:
        """Functions of dates without a formula are pinned to what they are for the dates found;
        where that contradicts, others are tried."""
        calls = {encoding: encoding.calls_in([claim]) for encoding in encodings}
        for encoding, numbers in calls.items():
            self.solver.add(*[part for number in numbers for part in encoding.near[number]])
        for _ in range(_TRIES):
            outcome = self._check(encodings)
            if outcome == z3.unsat:
                return Answer(False)
            if outcome != z3.sat:
                return Answer(None)
            model = self.solver.model()
            settled = [
                pair for encoding in encodings for pair in encoding.settled(model, calls[encoding])
            ]
            if not settled:
                return self.replayed(self.encoding.case(model), proof)
            if self._check(encodings, *[part for pair in settled for part in pair]) == z3.sat:
                answer = self.replayed(self.encoding.case(self.solver.model()), proof)
                if answer.possible:
                    return answer
            self.solver.add(*[z3.Implies(here, value) for here, value in settled])
        return Answer(None)

    def _check(self, encodings: Sequence[Encoding], *more: Any) -> Any:
        left = min(self.each, self.end - time.monotonic())
        if left <= 0:
            return z3.unknown
        self.solver.set("timeout", max(1, int(left * 1000)))
        domain = [part for encoding in encodings for part in encoding.domain]
        return self.solver.check(*domain, *more)

    def seen(self, proof: Proof) -> Answer:
        """Whether a case of the policy's own shows something; only where the engine's answer alone
        is what is claimed. Undecided where none does."""
        for case, found, refused in self.examples if self.may_look else ():
            if proof(found, refused):
                return Answer(True, case, found)
        return Answer(None)

    @property
    def may_look(self) -> bool:
        """Whether there is time to look through cases: as long as z3 had, after it."""
        return time.monotonic() < self._last

    @cached_property
    def examples(self) -> Sequence[tuple[Case, Assessment | None, Refused | None]]:
        """The cases of the policy with what the engine says of them."""
        return [(case.given, *self.answer(case.given)) for case in read_cases(self.policy)]

    def replayed(self, case: Case, proof: Proof) -> Answer:
        found, refused = self.answer(case)
        if not proof(found, refused):
            return Answer(None)
        return Answer(True, case, found)

    def answer(self, case: Case) -> tuple[Assessment | None, Refused | None]:
        try:
            return assess(self.policy, self.policy.read_facts(case)), None
        except Refused as refused:
            return None, refused
