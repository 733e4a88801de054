"""Read the `words` of `policy.yaml`: what this policy calls people and units.

An edition published before there were words has none and is read with the neutral ones; `check`
asks every policy for all of them.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.faults import Fault
from engine.model import Policy
from engine.procedure.shapes import Office
from engine.source import Block
from engine.terms import COUNTED, LEVELS, NAMES, STANDINGS, Term, Terms, terms, unsafe

_KEYS = f"{' '.join(COUNTED)} joined_on standings roles? spelled?"


def read_words(top: Block, offices: Mapping[str, Office]) -> Terms | None:
    """The words of a policy, or None where it has no such section; every fault has its place."""
    block = top.maybe("words", _KEYS)
    if block is None:
        return None
    counted = {name: _term(block.block(name, "zh en many")) for name in COUNTED if block.has(name)}
    joined = _term(block.block("joined_on", "zh en")) if block.has("joined_on") else None
    roles = {name: _term(one) for name, one in block.named("roles", "zh en")}
    return terms(
        counted, _levels(block, offices), _standings(block), joined, roles, _spelled(block)
    )


def _spelled(block: Block) -> dict[str, tuple[str, ...]]:
    """Other ways in which offices write a word, for their workbooks."""
    inner = block.block("spelled", " ".join(f"{name}?" for name in sorted(NAMES)))
    return {name: inner.texts(name) for name in inner.nodes}


def _term(block: Block) -> Term:
    for key in block.nodes:
        if unsafe(block.text(key)):
            block.source.fault("word_unsafe", block.at(key), text=block.text(key))
    return Term(block.text("zh"), block.text("en"), block.text("many") if block.has("many") else "")


def _levels(block: Block, offices: Mapping[str, Office]) -> dict[str, Term]:
    """What the levels are called is said under `offices`; here it must be complete."""
    for level in LEVELS:
        office = offices.get(level)
        if office is None:
            block.source.fault("word_office", block.where, level=level)
        elif not office.many:
            block.source.fault("word_office_many", office.where, level=level)
    return {level: _office(office) for level, office in offices.items()}


def _office(office: Office) -> Term:
    """The name as it stands inside a sentence: with a small letter where its plural has one."""
    en, many = office.label.en, office.many
    if many[:1].lower() == en[:1].lower():
        en = many[:1] + en[1:]
    return Term(office.label.zh, en, many)


def _standings(block: Block) -> dict[str, Term]:
    """The standings that this policy tells apart, one at the least."""
    inner = block.block("standings", " ".join(f"{name}?" for name in STANDINGS))
    found = {name: _term(inner.block(name, "zh en")) for name in STANDINGS if inner.has(name)}
    if block.has("standings") and not found:
        block.source.fault("word_standings", block.at("standings"), names=STANDINGS)
    return found


def words_faults(policy: Policy) -> list[Fault]:
    """`words_missing` for a policy that is read although it has none: `check` asks for them."""
    if policy.words is not None:
        return []
    names = (*COUNTED, "joined_on", "standings")
    return [Fault("words_missing", {"names": names}, "policy.yaml:1:1")]
