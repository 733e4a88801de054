"""Conditions of the procedure on one application: over facts, dated parameters, worked-out values.

Asks the reference evaluator; decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING

from engine.procedure import Condition
from engine.reference import Reference

if TYPE_CHECKING:
    from engine.language.tree import Tree
    from engine.model import Policy


def holds(policy: Policy, condition: Condition, facts: Mapping[str, object]) -> bool | None:
    """Whether the condition holds for typed facts: True, False or unknown (Kleene).

    A parameter without a value on the date that the policy picks by is unknown. RuntimeError where
    the condition was read without its policy.
    """
    if condition.expression is None:
        raise RuntimeError(f"{condition.where}: this condition was read without its policy")
    return _truth(policy, condition.expression.tree, facts)


def defined(policy: Policy, name: str, facts: Mapping[str, object]) -> bool | None:
    """Whether a definition of the policy holds (`category:living`, `benefit:living_aid`, a worked-out
    value): True, False or unknown. KeyError where the policy has no such definition."""
    return _truth(policy, policy.trees[name], facts)


def dated(
    policy: Policy, names: Iterable[str], facts: Mapping[str, object]
) -> dict[str, object | None]:
    """The values of these parameters for typed facts: on the date that the policy picks by, for the
    choice that they differ by; None where one has no value there or that is not known."""
    return {name: _parameter(policy, name, facts) for name in names}


def _truth(policy: Policy, tree: Tree, facts: Mapping[str, object]) -> bool | None:
    values = {**dated(policy, policy.parameters, facts), **facts}
    try:
        found = Reference(values, policy.trees).value(tree)
    except (OverflowError, ValueError):  # a date beyond the years there are
        return None
    return found if isinstance(found, bool) else None


def _parameter(policy: Policy, name: str, facts: Mapping[str, object]) -> object:
    parameter = policy.parameters[name]
    on = facts.get(policy.pick_by)
    choice = facts.get(parameter.by) if parameter.by else None
    if not isinstance(on, date) or not (choice is None or isinstance(choice, str)):
        return None
    try:
        found: object = parameter.on(on, choice)
    except LookupError:
        return None
    return found
