"""The command `compare`: its document, and the same in words."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from engine.bulk.compare import KINDS, compare_tables
from engine.faults import Fault
from engine.messages import register, text
from engine.model import Policy
from engine.words import yuan

register(
    {
        "compare_heading": (
            "{old} → {new}：共{rows}个情形，{changed}个有变化，{faulty}个有误。",
            "{old} → {new}: {rows} cases, {changed} change, {faulty} are faulty.",
        ),
        "compare_money": (
            "固定金额由{old}元变为{new}元（{difference}元）；至少{low}元，至多{high}元。",
            "Fixed amounts go from {old} to {new} yuan ({difference}); "
            "at least {low}, at most {high}.",
        ),
        "compare_open": (
            "由部门定额的情形由{old}个变为{new}个。",
            "Cases whose amount the department fixes go from {old} to {new}.",
        ),
        "compare_group": (
            "{kind}　{rows}个：{old} → {new}，{low}元至{high}元；例：{examples}",
            "{kind}, {rows}: {old} → {new}, {low} to {high} yuan; e.g. {examples}",
        ),
        "compare_by": (
            "{name} = {value}：{rows}个，{kinds}；{low}元至{high}元",
            "{name} = {value}: {rows}, {kinds}; {low} to {high} yuan",
        ),
        "compare_example": ("第{row}行{key}", "row {row}{key}"),
        "compare_kind_same": ("不变", "the same"),
        "compare_kind_gains": ("增加", "gain"),
        "compare_kind_loses": ("减少", "lose"),
        "compare_kind_mixed": ("有增有减", "gain and lose"),
        "compare_kind_reclassified": ("金额不变，结论有变", "another answer, the same money"),
        "compare_kind_unclear": ("因未知事实不能确定", "open, for unknown facts"),
    }
)


def compared(old: Policy, new: Policy, given: argparse.Namespace) -> tuple[dict[str, Any], bool]:
    """The document, and whether every row was good. OSError where the file cannot be read."""
    with Path(given.csv).open("rb"):
        pass  # only to say early that it cannot be read
    found = compare_tables(old, new, Path(given.csv), keys=given.key, by=given.by)
    return found.document, found.faulty == 0


def in_words(document: Mapping[str, Any], lang: str) -> Iterator[str]:
    """The document line by line."""
    old, new = document["old"]["policy"], document["new"]["policy"]
    faulty = document["faulty"]["rows"]
    params = {"old": old, "new": new, "rows": document["rows"], "changed": document["changed"]}
    yield text(Fault("compare_heading", {**params, "faulty": faulty}), lang)
    money = document["money"]
    yield _money(money, lang)
    sides = {side: money[side]["open"] for side in ("old", "new")}
    if any(sides.values()):
        yield text(Fault("compare_open", sides), lang)
    for group in document["groups"]:
        yield _group(group, lang)
    for name, values in document["by"].items():
        for one in values:
            yield _by(name, one, lang)


def _money(money: Mapping[str, Mapping[str, int]], lang: str) -> str:
    difference = money["difference"]
    params = {
        "old": yuan(money["old"]["fixed_fen"]),
        "new": yuan(money["new"]["fixed_fen"]),
        "difference": _signed(difference["fixed_fen"]),
        "low": _signed(difference["min_fen"]),
        "high": _signed(difference["max_fen"]),
    }
    return text(Fault("compare_money", params), lang)


def _group(group: Mapping[str, Any], lang: str) -> str:
    examples = [_example(one, lang) for one in group["examples"]]
    params = {
        "kind": _kind(group["kind"], lang),
        "rows": group["rows"],
        **{side: " ".join(group[side].values()) for side in ("old", "new")},
        "low": _signed(group["difference"]["min_fen"]),
        "high": _signed(group["difference"]["max_fen"]),
        "examples": ", ".join(examples),
    }
    return "  " + text(Fault("compare_group", params), lang)


def _example(one: Mapping[str, Any], lang: str) -> str:
    key = " ".join(f"{name}={value}" for name, value in one["key"].items())
    return text(
        Fault("compare_example", {"row": one["row"], "key": f" {key}" if key else ""}), lang
    )


def _by(name: str, one: Mapping[str, Any], lang: str) -> str:
    kinds = [f"{_kind(kind, lang)} {one['kinds'][kind]}" for kind in KINDS if one["kinds"][kind]]
    params = {
        "name": name,
        "value": one["value"] if one["value"] not in (None, "") else "?",
        "rows": one["rows"],
        "kinds": ", ".join(kinds),
        "low": _signed(one["difference"]["min_fen"]),
        "high": _signed(one["difference"]["max_fen"]),
    }
    return "  " + text(Fault("compare_by", params), lang)


def _kind(kind: str, lang: str) -> str:
    return text(Fault(f"compare_kind_{kind}"), lang)


def _signed(fen: int) -> str:
    return ("+" if fen > 0 else "") + yuan(fen)
