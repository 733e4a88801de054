"""Texts without what nobody typed: signs that take no space and come along when a text is copied."""

from __future__ import annotations

import re
import unicodedata

_BREAK = re.compile(r"\s*[\n\r\u2028\u2029]\s*")
_KEPT = "\t\n\r\0"  # a NUL is refused elsewhere, not passed over
_UNSEEN = frozenset("\u00ad\u180e\u200b\u200e\u200f\u2060\ufeff") | frozenset(
    map(chr, (*range(0x202A, 0x202F), *range(0x2061, 0x206A)))
)
"""Of no width, or turning the direction of what follows: with one of them a name looks the same or
reversed and is not found. What joins letters or emoji (U+200C, U+200D) is not among them."""


def visible(text: str) -> str:
    """The text without control characters and signs that nobody sees; lines and tabs stay."""
    if text.isprintable():
        return text
    return "".join(c for c in text if c in _KEPT or not _unseen(c))


def joined(text: str) -> str:
    """The text on one line, outer spaces off: each line break with the spaces round it is one blank."""
    return _BREAK.sub(" ", text).strip()


def _unseen(character: str) -> bool:
    return character in _UNSEEN or unicodedata.category(character) == "Cc"
