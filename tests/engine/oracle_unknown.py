"""What every completion of the unknown facts of a case agrees on, by trying them.

Brute force over finite classes of values; it stands on the plain clauses of `oracle_licheng` and
shares nothing with the engine. What the requirements leave open is bounded only (see `Settled`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from tests.engine.oracle_licheng import (
    DENIAL_LEVELS,
    FACTS,
    LINE_YEAR,
    Typed,
    approvals,
    core,
    escalations,
    evidence,
    grounds,
    proposal_ok,
    rerouted,
)

T = TypeVar("T")
SOME_LINES = tuple(LINE_YEAR.values())  # lines tried where neither income nor line is known


@dataclass(frozen=True)
class Ranges:
    """The declared ranges of number facts: lowest and highest value, money in fen."""

    household_size: tuple[int, int] = (1, 30)
    income_year: tuple[int, int] = (0, 10_000_000_00)
    line_year: tuple[int, int] = (0, 1_000_000_00)
    year: tuple[int, int] = (2000, 2100)


class _Needs(Exception):  # noqa: N818 - a signal of the explorer below, not an error
    def __init__(self, name: str) -> None:
        self.name = name


class Asked(dict[str, Any]):
    """A case that interrupts whoever reads an unknown fact."""

    def __getitem__(self, name: str) -> Any:
        value = super().__getitem__(name)
        if value is None:
            raise _Needs(name)
        return value


def classes(f: Mapping[str, Any], name: str, ranges: Ranges) -> list[Any]:
    """Values of an unknown fact such that every possible answer is given by one of them.

    Looks at the case as given, not at what a branch has chosen: two branches must try the same
    values of a fact, or a pair that differs only in another one would not be found.
    """
    kind = FACTS[name]
    if isinstance(kind, tuple):
        return list(kind)
    if kind == "yes_no":
        return [True, False]
    if name == "household_size":
        return list(ranges.household_size)  # the comparison is monotone in the size
    if name in ("aid_year", "prev_aid_year"):
        other = f["prev_aid_year" if name == "aid_year" else "aid_year"] or 2010
        return [year for year in (other, other + 1, other - 1) if _within(year, ranges.year)][:2]
    sizes = [f["household_size"]] if f["household_size"] else list(ranges.household_size)
    if name == "income_year":
        known = f["line_year"] is not None
        lines = [f["line_year"]] if known else [*SOME_LINES, *ranges.line_year]
        near = {size * line + step for size in sizes for line in lines for step in (-1, 0)}
        return _bounded(near, ranges.income_year)
    if f["income_year"] is None:
        return _bounded(set(SOME_LINES), ranges.line_year)
    near = {f["income_year"] // size + step for size in sizes for step in (0, 1)}
    return _bounded(near, ranges.line_year)


def _within(value: int, limits: tuple[int, int]) -> bool:
    return limits[0] <= value <= limits[1]


def _bounded(values: set[int], limits: tuple[int, int]) -> list[int]:
    return sorted({*limits, *(value for value in values if _within(value, limits))})


def leaves(
    f: Typed, ask: Callable[[Mapping[str, Any]], T], ranges: Ranges
) -> Iterator[tuple[Typed, T]]:
    """Every way the unknown facts that `ask` reads can turn out, with what it then answers.

    A leaf names only the facts that were read on its way; it stands for all completions of the
    others, so that many unknown facts cost no more than the branches they open.
    """
    todo: list[Typed] = [{}]
    while todo:
        chosen = todo.pop()
        case = Asked({**f, **chosen})
        try:
            found = ask(case)
        except _Needs as needs:
            todo.extend({**chosen, needs.name: value} for value in classes(f, needs.name, ranges))
        else:
            yield chosen, found


def _compatible_but(one: Typed, two: Typed, name: str) -> bool:
    return all(one[key] == two[key] for key in one if key in two and key != name)


def missing(found: list[tuple[Typed, T]]) -> tuple[str, ...]:
    """The facts for which two completions that differ only in them have different answers."""
    names = {name for chosen, _ in found for name in chosen}
    return tuple(name for name in FACTS if name in names and _matters(found, name))


def _matters(found: list[tuple[Typed, T]], name: str) -> bool:
    reading = [leaf for leaf in found if name in leaf[0]]
    return any(
        result != other and _compatible_but(one, two, name)
        for at, (one, result) in enumerate(reading)
        for two, other in reading[:at]
    )


@dataclass(frozen=True)
class Settled:
    """What the requirements settle about a case with unknown facts.

    `least`/`most` bound the lists of papers, approvals and escalations: what every completion
    lists, and what every completion lists if no denial stood against it. Between them the text is open,
    as "definitely required" does not say whether a case that may yet be refused, or whose category
    is open, requires anything. `benefit` is meaningful where `benefit_settled`.
    """

    outcome: str
    category: str
    grounds: tuple[str, ...]
    denials: tuple[str, ...]
    missing: tuple[str, ...]
    benefit: tuple[Any, ...] | None
    benefit_settled: bool
    proposed_ok: bool | None
    least: dict[str, tuple[str, ...]]
    most: dict[str, tuple[str, ...]]


def _definite(f: Typed, rule: Callable[[Mapping[str, Any]], bool], ranges: Ranges) -> bool:
    return all(truth for _, truth in leaves(f, rule, ranges))


def _definite_denials(f: Typed, ranges: Ranges) -> tuple[str, ...]:
    for level in DENIAL_LEVELS:
        found = tuple(code for code, rule in level.items() if _definite(f, rule, ranges))
        if found:
            return found
    return ()


def _lists(f: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """What the case lists if no denial stands against it."""
    category = "living" if f["apply_type"] == "living" or rerouted(f) else "sudden"
    return {
        "grounds": grounds(f),
        "evidence": evidence(f, category),
        "approvals": approvals(category),
        "escalations": escalations(f, category),
    }


def _in_all(rows: list[dict[str, tuple[str, ...]]]) -> dict[str, tuple[str, ...]]:
    return {
        key: tuple(code for code in rows[0][key] if all(code in row[key] for row in rows))
        for key in rows[0]
    }


NOTHING: dict[str, tuple[str, ...]] = {
    "grounds": (),
    "evidence": (),
    "approvals": (),
    "escalations": (),
}


def settle(f: Typed, ranges: Ranges = Ranges()) -> Settled:
    """Outcome, category, benefit and `missing` of a case, by trying every completion."""
    found = list(leaves(f, core, ranges))
    outcomes = {result[0] for _, result in found}
    categories = {result[1] for _, result in found}
    benefits = {result[2] for _, result in found}
    category = categories.pop() if len(categories) == 1 else "undetermined"
    outcome = outcomes.pop() if len(outcomes) == 1 else "undetermined"
    refused = outcome == "ineligible"
    most = NOTHING if refused else _in_all([row for _, row in leaves(f, _lists, ranges)])
    may_be_refused = "ineligible" in {result[0] for _, result in found}
    settled = len(benefits) == 1
    given = benefits.pop() if settled else None
    return Settled(
        outcome=outcome,
        category=category,
        grounds=most["grounds"],
        denials=_definite_denials(f, ranges),
        missing=missing(found),
        benefit=given,
        benefit_settled=settled,
        proposed_ok=proposal_ok(f["proposed_amount"], given),
        least=most if category != "undetermined" and not may_be_refused else NOTHING,
        most=most,
    )
