"""Read `procedure.yaml` strictly: every unknown key, name or type is a fault with its place.

Conditions on records are compiled with the record's own fields, conditions on applications with
what the policy knows and works out.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import engine.procedure.wording  # noqa: F401 - registers what its faults say
from engine.procedure.comparisons import read_comparisons
from engine.procedure.conditions import Compile
from engine.procedure.entry import read_on_behalf, read_originals
from engine.procedure.load_care import read_checks, read_pairs, read_register
from engine.procedure.load_papers import read_forms, read_notice
from engine.procedure.load_rules import (
    read_dates,
    read_deadlines,
    read_fraud,
    read_payment,
    read_reminders,
)
from engine.procedure.load_stages import read_emergency, read_roads, read_stages, road_names
from engine.procedure.meetings import read_meetings
from engine.procedure.reading import LEVELS, frozen
from engine.procedure.rounds import read_round
from engine.procedure.shapes import Office, Procedure
from engine.procedure.told import Numbers
from engine.source import Block, Node, Source

if TYPE_CHECKING:
    from engine.model import Parameter

_TOP = (
    "offices forms roads stages emergency? notice dates deadlines payment fraud reminders? register? "
    "checks? pairs? round? comparisons? on_behalf? originals? "
    "meetings?"
)


def read_procedure(
    source: Source,
    root: Node,
    compiler: Compile | None = None,
    facts: Mapping[str, str] | None = None,
    parameters: Mapping[str, "Parameter"] | None = None,
) -> Procedure:
    """The procedure in `root`; its faults are left in `source` for the caller to refuse.

    `compiler` makes the trees of conditions on an application (`for` and `when` of a road, `when`
    of a posted reason, signs of a death); without it those keep their text only. `facts` are the
    policy's, name to type; `parameters` its dated values, which texts and conditions on records may
    name.
    """
    top = source.block(root, _TOP)
    roads = road_names(source, top)
    numbers = Numbers(top, parameters or {})
    forms = read_forms(top, numbers)
    stages = read_stages(top, roads, forms, numbers)
    emergency = read_emergency(top, roads, stages, numbers)
    dates = read_dates(top, stages, emergency)
    deadlines = read_deadlines(top, dates, roads)
    return Procedure(
        offices=frozen(_offices(top)),
        forms=forms,
        roads=read_roads(top, stages, forms, compiler),
        stages=stages,
        notice=read_notice(top, roads, compiler, numbers),
        dates=dates,
        deadlines=deadlines,
        payment=read_payment(
            top, roads, stages, emergency.back_fill if emergency else None, compiler
        ),
        emergency=emergency,
        fraud=read_fraud(top),
        reminders=read_reminders(top, deadlines, numbers),
        register=read_register(top),
        checks=read_checks(top),
        pairs=read_pairs(top, facts),
        comparisons=read_comparisons(top),
        round=read_round(top, roads, stages, deadlines),
        on_behalf=read_on_behalf(top, stages),
        originals=read_originals(top, stages),
        meetings=read_meetings(top, stages),
        dated=frozenset(numbers.used),
    )


def load_procedure(
    data: bytes,
    path: str = "procedure.yaml",
    parameters: Mapping[str, "Parameter"] | None = None,
) -> Procedure:
    """Read a file's bytes; Refused with every fault found ("file:line:column")."""
    source = Source()
    procedure = read_procedure(source, source.read(path, data), parameters=parameters)
    source.refuse()
    return procedure


def _offices(top: Block) -> dict[str, Office]:
    block = top.block("offices", " ".join(f"{level}?" for level in LEVELS))
    return {level: _office(level, block) for level in LEVELS if block.has(level)}


def _office(level: str, block: Block) -> Office:
    one = block.block(level, "zh en many?")
    many = one.text("many") if one.has("many") else ""
    return Office(level, one.label(), many, block.at(level))
