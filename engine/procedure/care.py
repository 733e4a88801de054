"""What a policy says of the register, of checks and of helping pairs. Shapes only."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.labels import Label
from engine.procedure.conditions import Condition


@dataclass(frozen=True, slots=True)
class RegisterRules:
    """The register of members in hardship: why somebody joins and leaves it, by code."""

    label: Label
    clause: str
    join: Mapping[str, Label]
    leave: Mapping[str, Label]


@dataclass(frozen=True, slots=True)
class CheckRules:
    """Visits and checks: how (by code), what is asked, and what a fault in the work is called.

    A question answered "no" is a finding. `measures` are what may follow a fault in the work.
    """

    label: Label
    clause: str
    ways: Mapping[str, Label]
    questions: Mapping[str, Label]
    faults: Mapping[str, Label]
    measures: Mapping[str, Label]


@dataclass(frozen=True, slots=True)
class PairRule:
    """`must` definitely holds of a pair, else the label says what is wrong."""

    id: str
    must: Condition
    label: Label


@dataclass(frozen=True, slots=True)
class PairRules:
    """Who may help whom. `refuse` stops a pair, `warn` only warns and is kept with the pair.

    `facts` says from which fact of the policy a value of the helper or the helped is taken.
    """

    label: Label
    clause: str
    facts: Mapping[str, str]
    refuse: tuple[PairRule, ...]
    warn: tuple[PairRule, ...]
    results: Mapping[str, Label]
    ways: Mapping[str, Label]


PAIR_NAMES: Mapping[str, str] = {
    "helper_is_member": "yes_no",
    "helper_has_skills": "yes_no",
    "helper_in_hardship": "yes_no",
    "helper_can_work": "yes_no",
    "helped_is_member": "yes_no",
    "helped_in_hardship": "yes_no",
    "helped_can_work": "yes_no",
    "same_branch": "yes_no",
    "helper_pairs": "integer",
    "helped_pairs": "integer",
}
"""What is known of a pair when it is made: counts are of other pairs that run."""
