"""What follows from the truths of a case alone: its core, and the codes that the document lists.

Each list rests on few truths, so what they make of it is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

from engine.core import Core, Plan, core_of
from engine.decider import Decider
from engine.language import tree as t
from engine.language.types import YES_NO
from engine.model import Policy
from engine.unknowns import kleene_suffices

MOST_KEPT = 4096
"""Forms of a list that are kept; beyond it they are forgotten and made anew."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A code that a list of the document shows where one of its conditions definitely holds.

    `plain`: three-valued truth alone tells; otherwise all completions are asked.
    """

    code: str
    positions: tuple[int, ...]
    tree: t.Tree
    plain: bool


@dataclass(frozen=True, slots=True)
class Lists:
    """What the document lists, in order. Denials come by level."""

    grounds: tuple[Entry, ...]
    denials: tuple[tuple[Entry, ...], ...]
    evidence: tuple[Entry, ...]
    approvals: tuple[Entry, ...]
    escalations: tuple[Entry, ...]
    rules: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """The codes of one list that hold by truth alone; where some are `open`, `entries` has these
    in their order too: (code, None) holds, (code, entry) is to be asked of all completions."""

    codes: tuple[str, ...]
    entries: tuple[tuple[str, Entry | None], ...]
    open: bool


@dataclass(slots=True)
class Findings:
    """`core` is None where the truths leave it open; `truths` maps rule ids to their truth."""

    core: Core | None
    grounds: Listed
    denials: tuple[Listed, ...]
    """By level; where nothing is open, the first level that denies alone."""
    evidence: Listed
    approvals: Listed
    escalations: Listed
    truths: Mapping[str, bool | None]


class Finder:
    """Makes the findings of one policy. A list rests on few truths, so each of its forms is kept."""

    def __init__(self, plan: Plan, lists: Lists) -> None:
        self._plan = plan
        self._grounds = _Lister(lists.grounds)
        self._denials = _Levels(lists.denials)
        self._evidence, self._approvals = _Lister(lists.evidence), _Lister(lists.approvals)
        self._escalations = _Lister(lists.escalations)
        self._rules = dict(lists.rules)

    def of(self, truths: tuple[bool | None, ...]) -> Findings:
        grounds = self._grounds.of(truths)
        denials = self._denials.of(truths)
        evidence, approvals = self._evidence.of(truths), self._approvals.of(truths)
        escalations = self._escalations.of(truths)
        return Findings(
            core_of(self._plan, truths),
            grounds,
            denials,
            evidence,
            approvals,
            escalations,
            RuleTruths(self._rules, truths),
        )


class RuleTruths(Mapping[str, bool | None]):
    """Rule id → truth, read from the truths of all conditions."""

    __slots__ = ("_positions", "_truths")

    def __init__(self, positions: Mapping[str, int], truths: Sequence[bool | None]) -> None:
        self._positions, self._truths = positions, truths

    def __getitem__(self, rule: str) -> bool | None:
        return self._truths[self._positions[rule]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._positions)

    def __len__(self) -> int:
        return len(self._positions)


class _Lister:
    """One list, by the truths of its own conditions."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = entries
        places = dict.fromkeys(place for entry in entries for place in entry.positions)
        self._key = itemgetter(*places) if places else _nothing
        self._known: dict[object, Listed] = {}

    def of(self, truths: Sequence[bool | None]) -> Listed:
        key = self._key(truths)
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= MOST_KEPT:
                self._known.clear()
            found = self._known[key] = _listed(self._entries, truths)
        return found


class _Levels:
    """The levels of denial together: mostly nothing is denied."""

    def __init__(self, levels: Sequence[Sequence[Entry]]) -> None:
        self._levels = [_Lister(level) for level in levels]
        places = dict.fromkeys(place for level in levels for e in level for place in e.positions)
        self._key = itemgetter(*places) if places else _nothing
        self._known: dict[object, tuple[Listed, ...]] = {}

    def of(self, truths: Sequence[bool | None]) -> tuple[Listed, ...]:
        key = self._key(truths)
        found = self._known.get(key)
        if found is None:
            found = tuple(level.of(truths) for level in self._levels)
            if not any(level.open for level in found):
                found = next(((level,) for level in found if level.codes), ())
            if len(self._known) >= MOST_KEPT:
                self._known.clear()
            self._known[key] = found
        return found


def _nothing(_: object) -> None:
    """What a list without conditions rests on."""


def _listed(entries: Iterable[Entry], truths: Sequence[bool | None]) -> Listed:
    found: list[tuple[str, Entry | None]] = []
    for entry in entries:
        mine = [truths[position] for position in entry.positions]
        if True in mine:
            found.append((entry.code, None))
        elif None in mine and not entry.plain:
            found.append((entry.code, entry))
    codes = tuple(code for code, entry in found if entry is None)
    return Listed(codes, tuple(found), len(codes) < len(found))


def lists_of(policy: Policy, decider: Decider) -> Lists:
    """Entries by code: a code that several conditions give is listed where one of them holds."""

    def entries(pairs: Iterable[tuple[str, str]]) -> tuple[Entry, ...]:
        by_code: dict[str, list[str]] = {}
        for code, name in pairs:
            by_code.setdefault(code, []).append(name)
        return tuple(entry(code, names) for code, names in by_code.items())

    def entry(code: str, names: Sequence[str]) -> Entry:
        parts = tuple(t.Ref(name, YES_NO, (0, 0)) for name in names)
        tree = parts[0] if len(parts) == 1 else t.Any(parts, (0, 0))
        positions = tuple(decider.positions[name] for name in names)
        return Entry(code, positions, tree, kleene_suffices(tree, decider.atoms, policy.facts))

    refusals = [way.no_ground for way in policy.ways if way.no_ground is not None]
    refusals += policy.exclusions
    levels = sorted({rule.level for rule in refusals})
    roads = [
        (code, definition)
        for road, definition in policy.roads.items()
        for code in policy.procedure.roads[road].approvals
    ]
    return Lists(
        grounds=entries((g.rule.clause, g.counted) for way in policy.ways for g in way.grounds),
        denials=tuple(
            entries((rule.clause, rule.name) for rule in refusals if rule.level == level)
            for level in levels
        ),
        evidence=entries((rule.id, rule.name) for rule in policy.evidence),
        approvals=entries(roads),
        escalations=entries((rule.id, rule.name) for rule in policy.escalations),
        rules=tuple((rule.id, decider.positions[rule.name]) for rule in policy.all_rules()),
    )
