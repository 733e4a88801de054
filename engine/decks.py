"""The handles of one set of patterns: which questions go together, and what feeds and reads them.

Questions that rest on the same few properties share a small handle. What a handle answers depends
on its message alone, so each different message is put to durable_rules once and the answer kept;
the shadow check still runs on every case. `remember=False` asks every time.

Where every slot is known one side of a question is enough: what does not fire is the other. The
side is taken that is likely to fire less, since durable_rules writes the whole fact out again for
every pattern that fires.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any

from engine.atoms import Form, Property, Term
from engine.codegen import compiled
from engine.durable import MOST_PATTERNS, Deck, spelled
from engine.encoder import Encoder
from engine.language import tree as t

if TYPE_CHECKING:
    from engine.decider import Decider

MOST_TOGETHER = 10
"""Questions are put together while they rest on at most this many properties."""
MOST_REMEMBERED = 4096
"""Answers kept per handle; beyond it they are forgotten and asked anew."""

Settled = tuple[tuple[int, bool], ...]
"""(position of a condition, its truth)."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One question: its forms, and the definitions that it answers."""

    number: int
    true: Form
    false: Form
    layer: int
    answers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Question:
    """A decision with the sides that are asked: (truth, form)."""

    decision: Decision
    sides: tuple[tuple[bool, Form], ...]

    @property
    def properties(self) -> frozenset[int]:
        return frozenset(index for _, form in self.sides for term in form for index, _ in term)

    @property
    def size(self) -> int:
        return sum(len(form) for _, form in self.sides)


class _Handle:
    """A deck, what its patterns say, and what it answered before."""

    def __init__(
        self,
        deck: Deck,
        says: Mapping[str, tuple[bool, tuple[int, ...]]],
        later: Callable[..., str] | None,
    ) -> None:
        self.deck, self.says, self.later = deck, says, later
        self.known: dict[str, Settled] = {}

    def ask(self, message: str, remember: bool) -> Settled:
        """What durable_rules finds for a message; Refused where it fails."""
        found: dict[int, bool] = {}
        for name in self.deck.holding(message):
            truth, positions = self.says[name]
            found.update(dict.fromkeys(positions, truth))
        settled = tuple(found.items())
        if remember:
            if len(self.known) >= MOST_REMEMBERED:
                self.known.clear()
            self.known[message] = settled
        return settled


class Decks:
    """All handles of a decider; `known`: for cases whose slots are all known."""

    def __init__(self, decider: Decider, decisions: Sequence[Decision], known: bool) -> None:
        self.remember = True
        self._start: list[bool | None] = [None] * (decider.count + len(decider.parts))
        for position, truth in decider.constant:
            self._start[position] = truth
        questions = [self._question(d, known, decider.atoms.properties) for d in decisions]
        batches = [
            batch
            for layer in sorted({d.layer for d in decisions})
            for batch in _batches([q for q in questions if q.decision.layer == layer])
        ]
        self._handles, feeds = self._made(decider, batches)
        self._feed = _feeder(decider, feeds, known)

    def _question(
        self, decision: Decision, known: bool, properties: Sequence[Property]
    ) -> _Question:
        sides = ((True, decision.true), (False, decision.false))
        if not known:
            return _Question(decision, sides)
        asked = min(sides, key=lambda side: (_expected(side[1], properties), len(side[1])))
        for position in decision.answers:
            self._start[position] = not asked[0]
        return _Question(decision, (asked,))

    def _made(
        self, decider: Decider, batches: Sequence[Sequence[_Pattern]]
    ) -> tuple[tuple[_Handle, ...], list[list[Property]]]:
        properties = decider.atoms.properties
        sizes = {item.index: item.size for item in properties}
        handles: list[_Handle] = []
        feeds: list[list[Property]] = []
        for batch in batches:
            used = sorted({index for pattern in batch for index, _ in pattern.term})
            feed = [properties[index] for index in used]
            deck = Deck(f"d{len(handles)}", {p.name: p.term for p in batch}, sizes)
            earlier = [item for item in feed if item.kind == "definition"]
            later = _later(decider, earlier) if earlier else None
            handles.append(_Handle(deck, {p.name: (p.truth, p.answers) for p in batch}, later))
            feeds.append([item for item in feed if item.kind != "definition"])
        return tuple(handles), feeds

    @property
    def kept(self) -> list[dict[str, Settled]]:
        """What each handle answered before, by message."""
        return [handle.known for handle in self._handles]

    @property
    def remembered(self) -> int:
        """The number of answers kept."""
        return sum(len(known) for known in self.kept)

    @property
    def patterns(self) -> list[int]:
        """The number of patterns in each handle."""
        return [len(handle.says) for handle in self._handles]

    def run(self, slots: Sequence[Any]) -> list[bool | None]:
        """The truth of every condition and part."""
        truths = self._start.copy()
        remember = self.remember
        for handle, message in zip(self._handles, self._feed(slots), strict=True):
            if handle.later is not None:
                message += handle.later(truths)
            settled = handle.known.get(message) if remember else None
            if settled is None:
                settled = handle.ask(message, remember)
            for position, truth in settled:
                truths[position] = truth
        return truths


# which questions go together ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Pattern:
    name: str
    term: Term
    truth: bool
    answers: tuple[int, ...]


def _expected(form: Form, properties: Sequence[Property]) -> float:
    """How many terms fire on average if every value of every property were as likely."""
    return sum(
        prod(mask.bit_count() / properties[index].size for index, mask in term) for term in form
    )


def _batches(questions: Iterable[_Question]) -> list[list[_Pattern]]:
    """Patterns in batches that one handle can bear, those over the same properties together."""
    groups: list[tuple[set[int], list[_Question]]] = []
    for question in sorted(questions, key=lambda q: (-len(q.properties), q.decision.number)):
        found = _fitting(groups, question)
        if found is None:
            groups.append((set(question.properties), [question]))
        else:
            found[0].update(question.properties)
            found[1].append(question)
    batches = []
    for _, together in groups:
        patterns = [pattern for question in together for pattern in _patterns(question)]
        for start in range(0, len(patterns), MOST_PATTERNS):
            batches.append(patterns[start : start + MOST_PATTERNS])
    return batches


def _fitting(
    groups: list[tuple[set[int], list[_Question]]], question: _Question
) -> tuple[set[int], list[_Question]] | None:
    """The group to which a question adds fewest properties, if it has room for it."""
    best, least = None, MOST_TOGETHER + 1
    wanted = question.properties
    for group in groups:
        added = len(wanted - group[0])
        room = sum(q.size for q in group[1]) + question.size <= MOST_PATTERNS
        fits = not added or len(group[0]) + added <= MOST_TOGETHER
        if room and fits and added < least:
            best, least = group, added
    return best


def _patterns(question: _Question) -> Iterable[_Pattern]:
    decision = question.decision
    for truth, form in question.sides:
        for i, term in enumerate(form):
            name = f"{'t' if truth else 'f'}{decision.number}_{i}"
            yield _Pattern(name, term, truth, decision.answers)


# what feeds them ----------------------------------------------------------------------------


def _feeder(
    decider: Decider, feeds: Sequence[Sequence[Property]], known: bool
) -> Callable[[Sequence[Any]], tuple[str, ...]]:
    """A function that gives each handle's facts of the case as JSON members."""
    encoder = Encoder(decider.slots, decider.definitions, known)
    snippets: dict[int, str] = {}
    bodies = [
        " + ".join(_snippet(encoder, item, snippets) for item in feed) or "''" for feed in feeds
    ]
    return encoder.writer.compile("v", f"({', '.join(bodies)},)" if bodies else "()")


def _members(item: Property) -> dict[Any, str]:
    """The JSON member for each value of a property; nothing for unknown."""
    table: dict[Any, str] = {None: ""}
    for value in range(item.size):
        shown = spelled(value, item.size)
        text = str(shown).lower() if isinstance(shown, bool) else str(shown)
        table[_raw(item, value)] = f'"{item.name}":{text},'
    return table


def _raw(item: Property, value: int) -> Any:
    """The value that generated code gives for a numbered one."""
    if item.kind == "sign":
        return value - 1
    return value if item.kind == "choice" else bool(value)


def _snippet(encoder: Encoder, item: Property, snippets: dict[int, str]) -> str:
    if item.index not in snippets:
        table = encoder.writer.const(_members(item))
        snippets[item.index] = encoder.writer.assign(f"{table}[{encoder.code(item)}]")
    return snippets[item.index]


def _later(decider: Decider, items: Sequence[Property]) -> Callable[..., str]:
    """Earlier decisions as JSON members."""
    constants: dict[str, Any] = {}
    parts = []
    for i, item in enumerate(items):
        if not isinstance(item.tree, t.Ref):
            raise TypeError("an earlier decision is a name")
        constants[f"m{i}"] = _members(item)
        parts.append(f"m{i}[u[{decider.all_positions[item.tree.name]}]]")
    return compiled(f"def made(u):\n    return {' + '.join(parts)}\n", constants)
