"""Read `papers.yaml` strictly: every unknown key, name, road, stage or template is a fault."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import engine.papers.wording  # noqa: F401 - registers what its faults say
from engine.labels import Label
from engine.procedure import Procedure
from engine.procedure.reading import free_names, frozen, name_at, names_in
from engine.source import Block, Node, Scalar, Source

FILE = "papers.yaml"
FOLDER = "papers/"
ABOUT = (
    "application",
    "applications",
    "notice",
    "filing",
    "screening",
    "transfer",
    "payment",
    "payments",
    "pair",
    "member",
    "measure",
)
"""What a paper is about: one thing the office keeps, or a list of them (`applications`)."""

_PAPER = "zh en about template by? clause? roads? from_stage? measures? copies? parts?"
_PART = "paper? scans?"
OTHER_SCANS = "other"
"""As a kind of scans: all that no part before has taken."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a file of papers: another paper of the policy, or scans of these kinds."""

    paper: str | None = None
    scans: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper. `about` says from which data; `by` are the roles that may print it (none: all
    who may print such a thing); `roads` empty means every road; from `from_stage` on it exists;
    `measures` are the kinds that a paper about what follows a check is for, empty means every one;
    `template` is a path in the policy's folder; `parts` make it a file of several papers."""

    id: str
    label: Label
    about: str
    template: str
    by: tuple[str, ...] = ()
    clause: str = ""
    roads: tuple[str, ...] = ()
    from_stage: str | None = None
    measures: tuple[str, ...] = ()
    copies: int = 1
    parts: tuple[Part, ...] = ()
    where: str = ""


@dataclass(frozen=True, slots=True)
class Papers:
    """Everything `papers.yaml` says. `citations` gives clauses the wording of letters
    ("2.1.1" → 第二条第（一）项), `papers` are in the order of the file."""

    papers: Mapping[str, Paper] = field(default_factory=dict)
    citations: Mapping[str, str] = field(default_factory=dict)

    def about(self, *subjects: str) -> tuple[Paper, ...]:
        """The papers about one of these, in the order of the file."""
        return tuple(paper for paper in self.papers.values() if paper.about in subjects)

    def cite(self, clause: str) -> str:
        """How letters name a clause; its number where the policy gives no wording."""
        return self.citations.get(clause, clause)


def read_papers(source: Source, root: Node, procedure: Procedure, files: Collection[str]) -> Papers:
    """The papers in `root`; `files` are the paths in the policy's folder."""
    top = source.block(root, "papers citations?")
    blocks = top.named("papers", _PAPER)
    names = [name for name, _ in blocks]
    return Papers(
        papers=frozen({name: _paper(name, one, procedure, files, names) for name, one in blocks}),
        citations=frozen(_citations(top)),
    )


def _paper(
    name: str, block: Block, procedure: Procedure, files: Collection[str], names: Collection[str]
) -> Paper:
    roads = names_in(block, "roads", procedure.roads)
    return Paper(
        id=name,
        label=block.label(),
        about=block.choice("about", ABOUT, ABOUT[0]),
        template=_template(block, files),
        by=free_names(block, "by"),
        clause=block.text("clause"),
        roads=roads,
        from_stage=name_at(block, "from_stage", procedure.stages) or None,
        measures=names_in(block, "measures", _measures(procedure)),
        copies=block.integer("copies", low=1, high=20, default=1),
        parts=tuple(_part(one, names, name) for one in block.blocks("parts", _PART)),
        where=block.where,
    )


def _measures(procedure: Procedure) -> list[str]:
    """Everything that may follow a check."""
    ordered = procedure.checks.measures if procedure.checks else ()
    return list(dict.fromkeys([*(one.id for one in procedure.fraud.sanctions), *ordered]))


def _template(block: Block, files: Collection[str]) -> str:
    """The path of a template that is there and has a plain name."""
    name = block.text("template")
    path = f"{FOLDER}{name}"
    if block.has("template") and path not in files:
        there = [each.removeprefix(FOLDER) for each in files if each.endswith(".docx")]
        near = block.source.nearest(name, there)
        block.source.fault("paper_no_template", block.at("template"), file=name, hint=near)
    return path


def _part(block: Block, names: Collection[str], own: str) -> Part:
    if block.has("paper") == block.has("scans"):
        block.source.fault("paper_part", block.where)
    others = [name for name in names if name != own]
    return Part(name_at(block, "paper", others) or None, free_names(block, "scans"))


def _citations(top: Block) -> dict[str, str]:
    found = {}
    for key, node in top.entries("citations"):
        if isinstance(node, Scalar) and not node.is_null:
            found[key.text] = node.text
        else:
            top.source.fault("expected_text", node.where)
    return found
