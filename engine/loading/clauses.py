"""Read clauses.yaml: the paper's own words by clause. The file may be absent; nothing decides by it."""

from __future__ import annotations

from collections.abc import Mapping

from engine.faults import Fault
from engine.labels import Label
from engine.messages import register
from engine.model import Policy
from engine.source import Node, Source

CLAUSES = "clauses.yaml"

register(
    {
        "benefit_no_clause": (
            "“{rule}”没有写依据的条款，请写 clause。",
            "{rule} does not say by which clause it is given; write its clause.",
        ),
    }
)


def read_clauses(source: Source, root: Node | None) -> Mapping[str, Label]:
    """Clause → its words as issued, and a translation of them; {} without the file."""
    if root is None:
        return {}
    found: dict[str, Label] = {}
    for number, node in source.block(root, "clauses").entries("clauses"):
        found[number.text] = source.block(node, "zh en").label()
    return found


def clause_faults(policy: Policy) -> list[Fault]:
    """`benefit_no_clause` for each benefit that is read although it names none, else for each of
    its tiers: every decision shows its clause, so `check` asks for them. A tier without one takes
    its benefit's, and so is not asked beside it."""
    rules = [
        rule
        for benefit in policy.benefits
        for rule in (
            [tier.rule for tier in benefit.tiers] if benefit.rule.clause.strip() else [benefit.rule]
        )
    ]
    return [
        Fault("benefit_no_clause", {"rule": rule.label}, rule.where)
        for rule in rules
        if not rule.clause.strip()
    ]
