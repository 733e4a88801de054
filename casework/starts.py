"""What choosing a road says about the facts: the file's `for:` of the road, read backwards.

Choosing "living" for a road with `for: apply_type = living` supplies that fact; a typed value
that leads to another road is a fault, not silently overruled. Where several answers lead to the
road (`for: apply_kind != device`), whoever registers says which is meant: none is guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import count

from engine import Policy
from engine.faults import Fault
from engine.labels import Label
from engine.procedure import Road
from engine.worked import holds

MOST_TRIES = 5000

Way = Mapping[str, object]
"""Answers with which an application is one of the road: a choice's key or a yes/no by fact."""


def facts_for(
    policy: Policy, road: Road, typed: Mapping[str, object]
) -> tuple[dict[str, object], list[Fault]]:
    """The typed facts with those that the road implies, or why they belong to another road
    (`other_road`) or leave it open which of several kinds is meant (`road_which`)."""
    found = ways(policy, road, typed)
    if len(found) == 1:
        return {**typed, **found[0]}, []
    if not found:
        return dict(typed), [Fault("other_road", {"road": road.label}, "road")]
    names = [way_label(policy, found, way) for way in found]
    return dict(typed), [Fault("road_which", {"road": road.label, "names": names}, "road")]


def ways(policy: Policy, road: Road, typed: Mapping[str, object] | None = None) -> list[Way]:
    """Every way in which what was not typed can be answered so that the road fits, in the order of
    the choices; none says more than it must, so that what may stay unknown does.

    Only choices and yes/no are tried, and none where it takes more than `MOST_TRIES` trials.
    """
    given = typed or {}
    names = road.starts.expression.names if road.starts.expression else ()
    known = {name: given[name] for name in names if given.get(name) not in (None, "", "?")}
    options = {name: _options(policy, name) for name in names if name not in known}
    tries = count(1)
    try:
        fitting = list(_fitting(policy, road, known, {}, list(options.items()), tries))
    except _TooManyError:
        return []
    return [way for way in fitting if not any(_says_less(other, way) for other in fitting)]


class _TooManyError(Exception):
    """The answers that a road leaves open are more than can be tried on every page."""


def _fitting(
    policy: Policy,
    road: Road,
    known: Mapping[str, object],
    way: Way,
    rest: Sequence[tuple[str, Sequence[object]]],
    tries: Iterator[int],
) -> Iterator[Way]:
    """The ways that go on from this one. What holds, or does not, whatever else is answered is not
    looked into further."""
    if next(tries) > MOST_TRIES:
        raise _TooManyError
    truth = holds(policy, road.starts, {**known, **way})
    if truth is True:
        yield way
    if truth is not None or not rest:
        return
    (name, options), *others = rest
    for value in options:
        more = {} if value is None else {name: value}
        yield from _fitting(policy, road, known, {**way, **more}, others, tries)


def settled(policy: Policy, road: Road) -> frozenset[str]:
    """The facts that registering on this road answers, whichever way is meant."""
    found = [frozenset(way) for way in ways(policy, road)]
    return frozenset.intersection(*found) if found else frozenset()


def said(policy: Policy, road: Road) -> dict[str, object]:
    """The facts that the road alone answers: there the same in every way."""
    found = ways(policy, road)
    return {
        name: value
        for name, value in (found[0] if found else {}).items()
        if all(name in way and way[name] == value for way in found)
    }


def way_label(policy: Policy, every: Sequence[Way], way: Way) -> Label:
    """In what a way differs from the others of the road, in the policy's words."""
    differing = [
        (name, value) for name, value in way.items() if any(o.get(name) != value for o in every)
    ]
    parts = [_answer_label(policy, name, value) for name, value in differing]
    return Label("，".join(one.zh for one in parts), ", ".join(one.en for one in parts))


def _answer_label(policy: Policy, name: str, value: object) -> Label:
    fact = policy.facts[name]
    if isinstance(value, bool):
        zh, en = ("是", "yes") if value else ("否", "no")
        return Label(f"{fact.label.zh}：{zh}", f"{fact.label.en}: {en}")
    return fact.choices[str(value)]


def _says_less(one: Way, other: Way) -> bool:
    return len(one) < len(other) and one.items() <= other.items()


def _options(policy: Policy, name: str) -> tuple[object, ...]:
    """Unknown, unless the policy demands the fact, and what it may be answered with."""
    fact = policy.facts.get(name)
    if fact is None:
        return (None,)
    known: tuple[object, ...] = (True, False) if fact.type == "yes_no" else tuple(fact.choices)
    return known if fact.required and known else (None, *known)
