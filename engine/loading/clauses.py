"""Read clauses.yaml: the paper's own words by clause. The file may be absent; nothing decides by it."""

from __future__ import annotations

from collections.abc import Mapping

from engine.labels import Label
from engine.source import Node, Source

CLAUSES = "clauses.yaml"


def read_clauses(source: Source, root: Node | None) -> Mapping[str, Label]:
    """Clause → its words as issued, and a translation of them; {} without the file."""
    if root is None:
        return {}
    found: dict[str, Label] = {}
    for number, node in source.block(root, "clauses").entries("clauses"):
        found[number.text] = source.block(node, "zh en").label()
    return found
