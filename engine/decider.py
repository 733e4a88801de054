"""What durable_rules decides: which definitions hold, layer by layer, in few handles.

Definitions with equal forms share one decision. A definition that is too large to be written out
in others is decided in an earlier layer and passed on as a fact. With every slot known a second
set of decks with the "definitely true" patterns alone is used: what does not fire is false.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.atoms import Atoms, Form, Property, TooManyTerms
from engine.codegen import compiled
from engine.durable import MOST_PATTERNS, Deck, spelled
from engine.encoder import Encoder
from engine.language import tree as t
from engine.language.types import YES_NO

# A definition is written out in those that use it while its forms stay this small.
_SMALL_TRUE, _SMALL_FALSE, _LARGEST, _PART = 2, 3, 24, 8


@dataclass(frozen=True, slots=True)
class Decision:
    """One question: its forms, and the definitions that it answers."""

    number: int
    true: Form
    false: Form
    layer: int
    answers: tuple[int, ...]


class Decider:
    """Decides every condition among the definitions of a policy."""

    def __init__(self, slots: Mapping[str, int], definitions: Mapping[str, t.Tree]) -> None:
        self.slots = slots
        self.definitions = definitions
        conditions = {n: tree for n, tree in definitions.items() if tree.type == YES_NO}
        self.positions = {name: i for i, name in enumerate(conditions)}
        self.count = len(conditions)
        self.parts: dict[str, t.Tree] = {}
        self.all_positions = dict(self.positions)
        self.atoms = Atoms(conditions)
        self.constant: list[tuple[int, bool]] = []
        self.decisions = self._plan(conditions)
        self._full = _Decks(self, self.decisions, known=False)
        self._known = _Decks(self, self.decisions, known=True)

    def _plan(self, conditions: Mapping[str, t.Tree]) -> list[Decision]:
        self.small: dict[str, bool] = {}
        self.layers: dict[str, int] = {}
        self.found: dict[tuple[Form, Form], list[str]] = {}
        for name, tree in conditions.items():
            self._add(name, tree)
        return [
            Decision(
                i,
                true,
                false,
                self.layers[names[0]],
                tuple(self.all_positions[name] for name in names),
            )
            for i, ((true, false), names) in enumerate(self.found.items())
        ]

    def _add(self, name: str, tree: t.Tree) -> None:
        true, false = self._forms(tree)
        self.layers[name] = self._layer((*true, *false), self.layers)
        self.small[name] = len(true) <= _SMALL_TRUE and len(false) <= _SMALL_FALSE
        if ((),) in (true, false):
            self.constant.append((self.all_positions[name], true == ((),)))
            self.small[name] = True
        else:
            self.found.setdefault((true, false), []).append(name)

    def _forms(self, tree: t.Tree) -> tuple[Form, Form]:
        """Written out where that stays small, else over the definitions used, else over parts
        that are decided earlier."""
        for inline in (lambda name: self.small[name], lambda name: False):
            try:
                true = self.atoms.form(tree, True, inline, _LARGEST)
                return true, self.atoms.form(tree, False, inline, _LARGEST)
            except TooManyTerms:
                continue
        return self._forms(self._in_parts(tree))

    def _in_parts(self, tree: t.Tree) -> t.Tree:
        """The same condition with each composite part, or eight plain ones, as one of its own."""
        if isinstance(tree, t.Not):
            return t.Not(self._in_parts(tree.item), tree.span)
        if not isinstance(tree, (t.All, t.Any)):
            raise TooManyTerms("a plain condition has two terms at most")
        plain = [item for item in tree.items if not isinstance(item, (t.All, t.Any, t.Not))]
        items = [self._part(i) for i in tree.items if isinstance(i, (t.All, t.Any, t.Not))]
        for start in range(0, len(plain), _PART):
            few = tuple(plain[start : start + _PART])
            items.append(few[0] if len(few) == 1 else self._part(replace(tree, items=few)))
        if len(items) > _PART:
            groups = [items[i : i + _PART] for i in range(0, len(items), _PART)]
            items = [self._part(replace(tree, items=tuple(group))) for group in groups]
        return replace(tree, items=tuple(items))

    def _part(self, tree: t.Tree) -> t.Tree:
        name = f"part:{len(self.parts)}"
        self.parts[name] = tree
        self.all_positions[name] = self.count + len(self.parts) - 1
        self.atoms.definitions = {**self.atoms.definitions, name: tree}
        self._add(name, tree)
        return t.Ref(name, YES_NO, tree.span)

    def _layer(self, form: Form, layers: Mapping[str, int]) -> int:
        used = {index for term in form for index, _ in term}
        names = [
            item.tree.name
            for item in (self.atoms.properties[index] for index in used)
            if item.kind == "definition" and isinstance(item.tree, t.Ref)
        ]
        return max((layers[name] + 1 for name in names), default=0)

    def decide(self, slots: Sequence[Any], known: bool) -> list[bool | None]:
        """The truth of every condition, in the order of the definitions."""
        decks = self._known if known else self._full
        size = self.count + len(self.parts)
        truths: list[bool | None] = [False if known else None] * size
        for position, truth in self.constant:
            truths[position] = truth
        decks.run(slots, truths)
        return truths[: self.count] if self.parts else truths


class _Decks:
    """The handles of one set of patterns, and the generated code that feeds them."""

    def __init__(self, decider: Decider, decisions: Sequence[Decision], known: bool) -> None:
        self.known = known
        properties = decider.atoms.properties
        sizes = {item.index: item.size for item in properties}
        self.sequence: list[tuple[Deck, int]] = []
        self.answers: dict[str, tuple[bool, tuple[int, ...]]] = {}
        feeds: list[list[Property]] = []
        for layer in range(max((d.layer for d in decisions), default=-1) + 1):
            for batch in self._batches([d for d in decisions if d.layer == layer]):
                used = sorted({index for term in batch.values() for index, _ in term})
                deck = Deck(f"d{len(self.sequence)}", batch, sizes)
                self.sequence.append((deck, len(feeds)))
                feeds.append([properties[index] for index in used])
        self.feed = _feeder(decider, feeds, known)

    def _batches(self, decisions: Sequence[Decision]) -> list[dict[str, Any]]:
        """Patterns in batches that one handle can bear."""
        batches: list[dict[str, Any]] = [{}]
        for decision in decisions:
            for truth, form in ((True, decision.true), (False, decision.false)):
                if self.known and not truth:
                    continue
                for i, term in enumerate(form):
                    if len(batches[-1]) >= MOST_PATTERNS:
                        batches.append({})
                    name = f"{'t' if truth else 'f'}{decision.number}_{i}"
                    batches[-1][name] = term
                    self.answers[name] = (truth, decision.answers)
        return [batch for batch in batches if batch]

    def run(self, slots: Sequence[Any], truths: list[bool | None]) -> None:
        first, later = self.feed
        bodies = first(slots)
        answers = self.answers
        for deck, number in self.sequence:
            body = bodies[number]
            members = later[number]
            if members is not None:
                body += members(truths)
            for name in deck.holding(body):
                truth, positions = answers[name]
                for position in positions:
                    truths[position] = truth


Feed = tuple[Callable[[Sequence[Any]], tuple[str, ...]], list[Callable[..., str] | None]]


def _feeder(decider: Decider, feeds: Sequence[Sequence[Property]], known: bool) -> Feed:
    """Functions that give each handle's facts as JSON members: those of the case for all handles
    at once, and for later handles those of earlier decisions."""
    encoder = Encoder(decider.slots, decider.definitions, known)
    bodies: list[str] = []
    later: list[Callable[..., str] | None] = []
    snippets: dict[int, str] = {}
    for feed in feeds:
        base = [item for item in feed if item.kind != "definition"]
        made = [_snippet(encoder, item, snippets) for item in base]
        bodies.append(" + ".join(made) or "''")
        earlier = [item for item in feed if item.kind == "definition"]
        later.append(_later(decider, earlier) if earlier else None)
    first = encoder.writer.compile("v", f"({', '.join(bodies)},)" if bodies else "()")
    return first, later


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
    constants: dict[str, Any] = {}
    parts = []
    for i, item in enumerate(items):
        if not isinstance(item.tree, t.Ref):
            raise TypeError("an earlier decision is a name")
        constants[f"m{i}"] = _members(item)
        parts.append(f"m{i}[u[{decider.all_positions[item.tree.name]}]]")
    return compiled(f"def made(u):\n    return {' + '.join(parts)}\n", constants)
