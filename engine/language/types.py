"""The types of facts and expressions, and the names an expression may use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from engine.labels import Label

if TYPE_CHECKING:
    from engine.language.sugar import Dated

KINDS = ("yes_no", "integer", "money", "number", "date", "choice", "set", "text")
NUMERIC = frozenset({"integer", "number", "money"})


@dataclass(frozen=True)
class Type:
    """What a value is.

    `kind` is one of KINDS; `choices` belongs to choice and set. In an expression money counts in
    yuan (a fact keeps it in fen) and integer and number are one kind.
    """

    kind: str
    choices: Mapping[str, Label] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash((self.kind, tuple(self.choices)))

    @property
    def is_numeric(self) -> bool:
        return self.kind in NUMERIC


YES_NO = Type("yes_no")
NUMBER = Type("number")
INTEGER = Type("integer")
MONEY = Type("money")
DATE = Type("date")
TEXT = Type("text")


class Names:
    """The names an expression may use: name → type, and Chinese labels that stand for names.

    `ranges` bounds numeric names, so that a divisor can be proved never to be zero. A label borne by two names stands for neither; it is kept in `ambiguous` for the message.
    """

    def __init__(
        self,
        types: Mapping[str, Type],
        labels: Iterable[tuple[str, str]] = (),
        ranges: Mapping[str, tuple[Fraction, Fraction]] | None = None,
    ) -> None:
        self.types: dict[str, Type] = dict(types)
        self.labels: dict[str, str] = {}
        self.ambiguous: dict[str, set[str]] = {}
        self.words: set[str] = set()
        self.choices: set[str] = set()
        """Every choice by its id and Chinese label."""
        self.ranges = dict(ranges or {})
        self.days: dict[str, tuple[date, date]] = {}
        """The range of names that are dates."""
        self.dated: dict[str, Dated] = {}
        """The values over time of names that are dated parameters."""
        self.asked: set[str] = set()
        """Dated parameters whose values were written out into an expression."""
        self.spoilt: set[str] = set()
        """Names whose own entry is wrong: what uses them is not judged."""
        for name, kind in self.types.items():
            self._learn(kind)
            if not name.isascii():
                self.words.add(name)
        for label, name in labels:
            self.label(label, name)

    def add(self, name: str, kind: Type, label: str = "") -> None:
        self.types[name] = kind
        self._learn(kind)
        if label:
            self.label(label, name)

    def label(self, label: str, name: str) -> None:
        known = self.labels.get(label)
        if known is not None and known != name:
            self.ambiguous.setdefault(label, {known}).add(name)
        self.labels.setdefault(label, name)
        if label and not label.isascii():
            self.words.add(label)

    def _learn(self, kind: Type) -> None:
        for choice, label in kind.choices.items():
            self.choices |= {choice, label.zh}
            self.words.update(word for word in (choice, label.zh) if word and not word.isascii())

    def resolve(self, word: str) -> str | None:
        """The name that a word or label stands for, or None."""
        if word in self.types:
            return word
        if word in self.ambiguous:
            return None
        return self.labels.get(word)

    def all(self) -> list[str]:
        return [*self.types, *self.labels]
