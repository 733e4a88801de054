"""What choosing a road says about the facts: the file's `for:` of the road, read backwards.

Choosing "living" for a road with `for: apply_type = living` supplies that fact; a typed value
that leads to another road is a fault, not silently overruled.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

from engine import Policy
from engine.faults import Fault
from engine.procedure import Road
from engine.worked import holds

MOST_TRIES = 1000


def facts_for(
    policy: Policy, road: Road, typed: Mapping[str, object]
) -> tuple[dict[str, object], list[Fault]]:
    """The typed facts with those that the road implies, or why they belong to another road.

    Only choices and yes/no are tried for what was not typed; the first that fit are taken.
    """
    names = road.starts.expression.names if road.starts.expression else ()
    known = {name: typed[name] for name in names if typed.get(name) not in (None, "", "?")}
    open_names = [name for name in names if name not in known]
    options = [_options(policy, name) for name in open_names]
    tries = 1
    for option in options:
        tries *= len(option)
    if tries <= MOST_TRIES:
        for values in product(*options):
            tried = dict(zip(open_names, values, strict=True))
            if holds(policy, road.starts, {**known, **tried}) is True:
                return {**typed, **tried}, []
    return dict(typed), [Fault("other_road", {"road": road.label}, "road")]


def _options(policy: Policy, name: str) -> tuple[object, ...]:
    fact = policy.facts.get(name)
    if fact is None:
        return (None,)
    if fact.type == "yes_no":
        return (True, False)
    return tuple(fact.choices) if fact.choices else (None,)
