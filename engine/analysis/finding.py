"""What `analyse` found, and its words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.citing import named
from engine.faults import Fault
from engine.messages import register
from engine.model import Rule

register(
    {
        "analyse_never": (
            "规则“{label}”{behind}在任何情形下都不成立，是死规则。",
            'The rule "{label}"{behind} holds in no case at all: it is dead.',
        ),
        "analyse_always": (
            "规则“{label}”{behind}在任何情形下都成立，条件形同虚设。",
            'The rule "{label}"{behind} holds in every case: its condition says nothing.',
        ),
        "analyse_masked": (
            "“{label}”{behind}永远轮不到：凡它成立，排在前面的总已成立。",
            '"{label}"{behind} never gets its turn: wherever it holds, an earlier one already does.',
        ),
        "analyse_redundant": (
            "“{label}”{behind}多余：凡它成立，同级的另一条也成立。",
            '"{label}"{behind} is redundant: wherever it holds, another beside it holds too.',
        ),
        "analyse_contradictory": (
            "“{label}”{behind}与“{beside}”合起来排除了所有人。",
            '"{label}"{behind} and "{beside}" together exclude everybody.',
        ),
        "analyse_bounds": (
            "“{label}”{behind}的下限高于上限，没有金额可发。",
            'In "{label}"{behind} the least lies above the most: no amount fits.',
        ),
        "analyse_negative": (
            "“{label}”{behind}的金额可能为负。",
            'The amount of "{label}"{behind} can be negative.',
        ),
        "analyse_above_cap": (
            "“{label}”{behind}一次就超过上限“{cap}”：发不足额。",
            '"{label}"{behind} alone lies above the cap "{cap}": it is never paid in full there.',
        ),
        "analyse_cliff": (
            "“{fact}”由{low}增到{high}，帮扶从{before}元降到{after}元，少{loss}元。",
            'One more unit of "{fact}", from {low} to {high}, lowers the aid from {before} to '
            "{after} yuan: {loss} yuan less.",
        ),
        "analyse_cliff_of": (
            "“{fact}”多一个单位时，帮扶会不会减少。",
            'whether one more unit of "{fact}" lowers the aid.',
        ),
        "analyse_undecided": (
            "在限定时间内不能判定：{what}",
            "Could not be decided in the time given: {what}",
        ),
        "analyse_done": (
            "{findings}处问题，{notes}处提示，{undecided}处未能判定。",
            "{findings} findings, {notes} notes, {undecided} undecided.",
        ),
    }
)


@dataclass(frozen=True)
class Finding:
    """`kind` is finding, note or undecided; `case` a witness as `decide` takes it, where there is
    one: the engine was asked about it and found the same."""

    kind: str
    fault: Fault
    case: Mapping[str, Any] | None = None


def undecided(code: str, rule: Rule, **params: object) -> Finding:
    inner = Fault(code, {**named(rule), **params})
    return Finding("undecided", Fault("analyse_undecided", {"what": inner}, rule.where))
