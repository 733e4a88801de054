"""Read what a procedure file says of the register, of checks and of helping pairs, strictly."""

from collections.abc import Collection, Mapping
from types import MappingProxyType

from engine.labels import Label
from engine.language import Names
from engine.language.types import INTEGER, YES_NO
from engine.procedure.care import PAIR_NAMES, CheckRules, PairRule, PairRules, RegisterRules
from engine.procedure.conditions import Compile, over
from engine.procedure.reading import by_id, condition, labels
from engine.source import Block, Scalar

_TYPES = {"yes_no": YES_NO, "integer": INTEGER}
_PAIRS = "zh en clause facts? refuse? warn? results? ways?"
NOTHING: Mapping[str, Label] = MappingProxyType({})


def read_register(top: Block) -> RegisterRules | None:
    """The register; None where the policy keeps none."""
    block = top.maybe("register", "zh en clause join leave")
    if block is None:
        return None
    return RegisterRules(
        block.label(), block.text("clause"), labels(block, "join"), labels(block, "leave")
    )


def read_checks(top: Block) -> CheckRules | None:
    """Visits and checks; None where the policy knows none."""
    block = top.maybe("checks", "zh en clause ways questions faults measures?")
    if block is None:
        return None
    return CheckRules(
        label=block.label(),
        clause=block.text("clause"),
        ways=labels(block, "ways"),
        questions=labels(block, "questions"),
        faults=labels(block, "faults"),
        measures=labels(block, "measures") if block.has("measures") else NOTHING,
    )


def read_pairs(top: Block, facts: Mapping[str, str] | None) -> PairRules | None:
    """Who may help whom; None where the policy knows no pairs.

    `facts` are the policy's own, name to type; without them (a procedure read on its own) the facts
    named here are taken on trust.
    """
    block = top.maybe("pairs", _PAIRS)
    if block is None:
        return None
    names = Names({name: _TYPES[kind] for name, kind in PAIR_NAMES.items()})
    compiler = over(block.source, names)
    return PairRules(
        label=block.label(),
        clause=block.text("clause"),
        facts=MappingProxyType(_facts(block, facts)),
        refuse=_rules(block, "refuse", compiler),
        warn=_rules(block, "warn", compiler),
        results=labels(block, "results") if block.has("results") else NOTHING,
        ways=labels(block, "ways") if block.has("ways") else NOTHING,
    )


def _rules(block: Block, key: str, compiler: Compile) -> tuple[PairRule, ...]:
    found = []
    for name, one in by_id(block.source, block.blocks(key, "id must zh en")):
        must = condition(one, "must", compiler)
        if must is not None:
            found.append(PairRule(name, must, one.label()))
    return tuple(found)


def _facts(block: Block, facts: Mapping[str, str] | None) -> dict[str, str]:
    """Value of a pair → the yes/no fact that it is taken from."""
    fit = [name for name, kind in PAIR_NAMES.items() if kind == "yes_no"]
    own = None if facts is None else [name for name, kind in facts.items() if kind == "yes_no"]
    found = {}
    for key, node in block.entries("facts"):
        if not isinstance(node, Scalar):
            block.source.fault("expected_text", node.where)
            continue
        _known(block, key, fit)
        if own is not None:
            _known(block, node, own)
        found[key.text] = node.text
    return found


def _known(block: Block, scalar: Scalar, names: Collection[str]) -> None:
    if scalar.text not in names:
        near = block.source.nearest(scalar.text, names)
        block.source.fault("unknown_name", scalar.where, name=scalar.text, hint=near)
