"""Parameters that begin after their policy does: not wrong, since a rule may need one only later, but
a case dated between the two and touched by it has no value, which `check` says beforehand."""

from __future__ import annotations

from datetime import date

from engine.faults import Fault
from engine.model import Parameter, Policy


def late_parameters(policy: Policy) -> list[Fault]:
    """One for each dated parameter without a value on the first day of the policy."""
    start = policy.in_force_from
    if start is None:
        return []
    return [
        Fault(
            "parameter_begins_late",
            {"parameter": name, "begins": _begins(parameter), "from": start},
            parameter.where,
        )
        for name, parameter in policy.parameters.items()
        if all(since > start for since, _ in parameter.values)
    ]


def _begins(parameter: Parameter) -> date:
    return min(since for since, _ in parameter.values)
