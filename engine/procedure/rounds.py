"""The yearly round of a procedure: who opens it, how its notice goes down, what is planned back from
its due date, whom of the years before it offers for a fresh application (clauses 1.2, 4.1.1, 4.6.1).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from engine.labels import Label
from engine.procedure.load_papers import check_placeholders
from engine.procedure.reading import by_id, free_names, labels, name_at, name_in, names_in
from engine.procedure.rules import DeadlineRule
from engine.source import Block, Scalar

NOTICE = "notice"
"""A step of the plan that takes as long as the public notice hangs."""
PLACEHOLDERS = ("year", "due", "days")
_KEYS = (
    "zh en clause roads opened_by closed_by deadline notice channels member_channels plan "
    "carry_over?"
)


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One step of the round. `takes` is "notice", a deadline's id, or "" where the step has
    whatever time the others leave. `stages` are those that an application passes in it."""

    id: str
    label: Label
    takes: str
    stages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CarryOver:
    """Who of the `years` before is offered, and which of the facts then given are shown to be
    checked anew; nothing counts before somebody has kept it."""

    label: Label
    years: int
    facts: tuple[str, ...]
    where: str = ""


@dataclass(frozen=True, slots=True)
class RoundRules:
    """What the paper says of the yearly round. `title` and `body` are the words of the
    department's notice, with {year}, {due} and {days} to be filled in; `channels` are the ways in
    which it reaches a unit, `member_channels` those in which it reaches the members."""

    label: Label
    clause: str
    roads: tuple[str, ...]
    opened_by: tuple[str, ...]
    closed_by: tuple[str, ...]
    deadline: str
    title: str
    body: str
    channels: Mapping[str, Label]
    member_channels: Mapping[str, Label]
    plan: tuple[PlanStep, ...]
    carry_over: CarryOver | None


def read_round(
    top: Block,
    roads: Collection[str],
    stages: Collection[str],
    deadlines: Mapping[str, DeadlineRule],
) -> RoundRules | None:
    """The section `round`, or None for a policy that works the whole year through."""
    block = top.maybe("round", _KEYS)
    if block is None:
        return None
    words = block.block("notice", "title body")
    for key in ("title", "body"):
        check_placeholders(words, key, PLACEHOLDERS)
    steps = by_id(block.source, block.blocks("plan", "id zh en takes? stages?"))
    return RoundRules(
        label=block.label(),
        clause=block.text("clause"),
        roads=names_in(block, "roads", roads),
        opened_by=free_names(block, "opened_by"),
        closed_by=free_names(block, "closed_by"),
        deadline=name_at(block, "deadline", deadlines),
        title=words.text("title"),
        body=words.text("body"),
        channels=labels(block, "channels"),
        member_channels=labels(block, "member_channels"),
        plan=tuple(
            PlanStep(
                name,
                one.label(),
                _takes(one, deadlines),
                names_in(one, "stages", stages),
            )
            for name, one in steps
        ),
        carry_over=_carry_over(block),
    )


def _takes(block: Block, deadlines: Mapping[str, DeadlineRule]) -> str:
    scalar: Scalar | None = block.scalar("takes")
    return "" if scalar is None else name_in(block.source, scalar, (NOTICE, *deadlines))


def _carry_over(block: Block) -> CarryOver | None:
    found = block.maybe("carry_over", "zh en years facts")
    if found is None:
        return None
    years = found.integer("years", low=1, high=10, default=1)
    return CarryOver(found.label(), years, free_names(found, "facts"), found.at("facts"))
