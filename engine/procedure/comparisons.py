"""In what people on a screening list are compared with others, and what each likeness does."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.labels import Label
from engine.procedure.reading import by_id, frozen, name_in
from engine.source import Block

KINDS = ("identity", "account", "household", "name_birth")
"""What can be compared is code; which of it a policy asks, and how it is called, is data."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One kind of likeness. `stops`: nobody passes while one is not settled."""

    id: str
    label: Label
    stops: bool


def read_comparisons(top: Block) -> Mapping[str, Comparison]:
    """The kinds by id, in the order in which they are shown; may be absent."""
    found = {}
    for name, block in by_id(top.source, top.blocks("comparisons", "id zh en stops?")):
        scalar = block.scalar("id")
        if scalar is not None:
            name_in(top.source, scalar, KINDS)
        found[name] = Comparison(name, block.label(), block.yes_no("stops"))
    return frozen(found)
