"""传签: an urgent matter goes from desk to desk for signature and is ratified by the next meeting."""

from collections.abc import Collection
from dataclasses import dataclass

from engine.labels import Label
from engine.procedure.reading import free_names, name_at
from engine.source import Block


@dataclass(frozen=True, slots=True)
class CirculationRules:
    """Who sends it round, who may be named to sign, how many must be named at least, the stage
    whose approval ratifies it, and after how many days each time it is chased. `paper`: the code of
    the scan without which no signature on paper is recorded; None where none may be."""

    label: Label
    started_by: tuple[str, ...]
    signed_by: tuple[str, ...]
    at_least: int
    ratified_at: str
    chased_every: int
    paper: str | None = None
    paper_label: Label | None = None


def read_circulation(block: Block, stages: Collection[str]) -> CirculationRules | None:
    """The circulation that an emergency needs; None where it needs none."""
    found = block.maybe(
        "circulation", "zh en started_by signed_by signatures ratified_at chased_every paper?"
    )
    if found is None:
        return None
    for key in ("started_by", "signed_by"):
        if found.has(key) and not free_names(found, key):
            found.source.fault("nobody_acts", found.at(key))
    paper = found.maybe("paper", "id zh en")
    return CirculationRules(
        label=found.label(),
        started_by=free_names(found, "started_by"),
        signed_by=free_names(found, "signed_by"),
        at_least=found.integer("signatures", low=1, high=99),
        ratified_at=name_at(found, "ratified_at", stages),
        chased_every=found.integer("chased_every", low=1, high=366),
        paper=paper.name_of("id") if paper else None,
        paper_label=paper.label() if paper else None,
    )
