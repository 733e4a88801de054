"""What the policies in force say of the register, of checks and of pairs. Reads only.

An office with several policies takes the first, by code, that says anything about the matter.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TypeVar

from sqlalchemy.orm import Session

from casework import editions
from engine import Policy
from engine.faults import Refused
from engine.procedure import CheckRules, PairRules, Procedure, RegisterRules

Rules = TypeVar("Rules")


def register(session: Session, on: date) -> RegisterRules | None:
    """How the hardship register is kept on a day; None where no policy keeps one."""
    found = _first(session, on, lambda procedure: procedure.register)
    return found[1] if found else None


def checks(session: Session, on: date) -> CheckRules | None:
    """How visits and checks are made on a day; None where no policy knows any."""
    found = _first(session, on, lambda procedure: procedure.checks)
    return found[1] if found else None


def pairs(session: Session, on: date) -> tuple[Policy, PairRules] | None:
    """Who may help whom on a day, with the policy whose facts are asked; None without rules."""
    return _first(session, on, lambda procedure: procedure.pairs)


def _first(
    session: Session, on: date, rules: Callable[[Procedure], Rules | None]
) -> tuple[Policy, Rules] | None:
    for code in sorted(editions.policy_codes(session)):
        try:
            _edition, policy = editions.in_force(session, code, on)
        except Refused:  # not in force on that day
            continue
        found = rules(policy.procedure)
        if found is not None:
            return policy, found
    return None
