"""Who may enter for a branch from its paper, who compares that with the paper, and whose word it is
that the originals were seen. Shapes and their reading; the doing is in casework."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from engine.labels import Label
from engine.procedure.reading import free_names, name_at, name_in
from engine.procedure.shapes import Stage
from engine.source import Block


@dataclass(frozen=True, slots=True)
class OnBehalf:
    """代录. `by`: the roles whose entries at the level of entry are entries for somebody else;
    `scan`: the code of the scanned form, without which the application does not leave `scan_at`;
    `compared_by`: who compares it with the entry, which must be done to leave `compared_at`."""

    label: Label
    clause: str
    by: tuple[str, ...]
    scan: str
    scan_label: Label
    scan_at: str
    compared_by: tuple[str, ...]
    compared_at: str


@dataclass(frozen=True, slots=True)
class Originals:
    """原件已核. `by`: who may say of a paper that its original was seen; `stage` and `field`: the
    yes/no of a record that can be yes only once this was said of every paper demanded."""

    label: Label
    clause: str
    by: tuple[str, ...]
    stage: str
    field: str


def read_on_behalf(top: Block, stages: Mapping[str, Stage]) -> OnBehalf | None:
    """Entering on behalf; None where a policy does not want it."""
    block = top.maybe("on_behalf", "zh en clause by scan scan_at compared_by compared_at")
    if block is None:
        return None
    scan = block.block("scan", "id zh en")
    return OnBehalf(
        label=block.label(),
        clause=block.text("clause"),
        by=_roles(block, "by"),
        scan=scan.name_of("id"),
        scan_label=scan.label(),
        scan_at=name_at(block, "scan_at", stages),
        compared_by=_roles(block, "compared_by"),
        compared_at=name_at(block, "compared_at", stages),
    )


def read_originals(top: Block, stages: Mapping[str, Stage]) -> Originals | None:
    """Checking originals paper by paper; None where a policy does not want it."""
    block = top.maybe("originals", "zh en clause by said_in")
    if block is None:
        return None
    stage, field = _said_in(block, stages)
    return Originals(block.label(), block.text("clause"), _roles(block, "by"), stage, field)


def _said_in(block: Block, stages: Mapping[str, Stage]) -> tuple[str, str]:
    """ "stage.field" of a yes/no."""
    known: Collection[str] = [
        f"{stage.id}.{field.id}"
        for stage in stages.values()
        for field in stage.records
        if field.type == "yes_no"
    ]
    scalar = block.scalar("said_in")
    if scalar is None:
        return "", ""
    stage, _, field = name_in(block.source, scalar, known).partition(".")
    return stage, field


def _roles(block: Block, key: str) -> tuple[str, ...]:
    roles = free_names(block, key)
    if block.has(key) and not roles:
        block.source.fault("nobody_acts", block.at(key))
    return roles
