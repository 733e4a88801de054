"""What a document for people is made of, and its writing as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Heading:
    level: int
    text: str


@dataclass(frozen=True)
class Paragraph:
    text: str


@dataclass(frozen=True)
class Grid:
    """A table: its headings and rows; every row is as wide as the headings."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Part = Heading | Paragraph | Grid


def markdown(parts: Sequence[Part]) -> str:
    """The document as Markdown; `|` and line ends inside cells are escaped."""
    found: list[str] = []
    for part in parts:
        if isinstance(part, Heading):
            found.append(f"{'#' * part.level} {part.text}")
        elif isinstance(part, Paragraph):
            found.append(part.text)
        else:
            lines = [part.headings, tuple("---" for _ in part.headings), *part.rows]
            found.append("\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines))
    return "\n\n".join(found) + "\n"


def _cell(text_: str) -> str:
    return text_.replace("\\", "\\\\").replace("|", "\\|").replace("\n", "<br>")
