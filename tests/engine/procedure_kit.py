"""The real procedure, or a copy of it with some words changed, for the tests of its questions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from engine import load
from engine.calendar import Calendar, read_calendar
from engine.faults import Refused
from engine.model import Parameter
from engine.procedure import Procedure, load_procedure

ROOT = Path(__file__).parents[2]
FILE = ROOT / "rulesets" / "licheng-2010" / "procedure.yaml"

# The State Council's arrangement of 2010: days off besides weekends, and make-up days.
OFF_2010 = (
    "2010-01-01", "2010-02-15", "2010-02-16", "2010-02-17", "2010-02-18", "2010-02-19",
    "2010-04-05", "2010-05-03", "2010-06-14", "2010-06-15", "2010-06-16",
    "2010-09-22", "2010-09-23", "2010-09-24",
    "2010-10-01", "2010-10-04", "2010-10-05", "2010-10-06", "2010-10-07",
)  # fmt: skip
WORK_2010 = (
    "2010-02-20", "2010-02-21", "2010-06-12", "2010-06-13", "2010-09-19", "2010-09-25",
    "2010-09-26", "2010-10-09",
)  # fmt: skip


@dataclass(frozen=True)
class Stand:
    """Stands for a policy where only its procedure matters."""

    procedure: Procedure


@cache
def dated(folder: Path) -> Mapping[str, Parameter]:
    """The dated values beside a procedure, which its texts and conditions name."""
    return load(folder).parameters


@cache
def policy(*edits: tuple[str, str]) -> Stand:
    """The real procedure with each (old, new) words changed, all occurrences."""
    return Stand(load_procedure(edited(*edits).encode(), parameters=dated(FILE.parent)))


def edited(*edits: tuple[str, str]) -> str:
    """The text of the file after the edits; an edit that changes nothing is a mistake."""
    text = FILE.read_text(encoding="utf-8")
    for old, new in edits:
        assert old in text, f"not in procedure.yaml: {old}"
        text = text.replace(old, new)
    return text


def faults_of(*edits: tuple[str, str]) -> list[tuple[str, str]]:
    """(code, where) of what is wrong with an edited copy; [] where nothing is."""
    try:
        load_procedure(edited(*edits).encode(), parameters=dated(FILE.parent))
    except Refused as refused:
        return [(fault.code, fault.where or "") for fault in refused.faults]
    return []


def year_2010() -> Calendar:
    """The working calendar of 2010."""
    return read_calendar({"off": list(OFF_2010), "work": list(WORK_2010), "years": [2010]})


def answers_or_refuses(call: Callable[[], object]) -> tuple[str, ...]:
    """The places of the faults when the call refuses, () when it answers; anything else fails."""
    try:
        call()
    except Refused as refused:
        return tuple(fault.where or "" for fault in refused.faults)
    return ()


ANYTHING: tuple[object, ...] = (
    None, True, False, 0, 1, -1, 2.5, 1e300, float("nan"), float("inf"), 10**30, "", " ", "无",
    "2010-02-30", "2010-12-10", "9999-12-31", "0001-01-01", "x" * 20_000, "\x00", "\ud800", [], {},
    ["name"], [None], [["name"]], {"a": 1}, "yes", "sudden", "annex_1", "pass", "member",
)  # fmt: skip
"""Values that a careless caller may send for any input."""
