"""Draw a sample that anybody can draw again: from a list without names and a recorded seed.

Every application gets the SHA-256 of "SEED|NUMBER" as its place. In each committee the large grants
and the others are two groups; of each the first ones by place are taken, as many as the share asks,
rounded up. Where a committee then has fewer than `at_least`, its next ones by place follow.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from models.base import canonical_json

Frame = Mapping[str, tuple[str, int]]
"""Number of an application → (code of its committee, fen granted)."""


@dataclass(frozen=True, slots=True)
class Method:
    """How much is drawn: shares in percent, 1–100; `large_from_fen` None: no grant is large."""

    share: int
    large_from_fen: int | None = None
    large_share: int = 100
    at_least: int = 0


def digest(frame: Frame) -> str:
    """What tells a changed list: SHA-256 of its canonical JSON."""
    listed = {number: list(row) for number, row in frame.items()}
    return "sha256:" + hashlib.sha256(canonical_json(listed).encode()).hexdigest()


def place(seed: str, number: str) -> str:
    """Where an application stands in the draw."""
    return hashlib.sha256(f"{seed}|{number}".encode()).hexdigest()


def draw(frame: Frame, seed: str, method: Method) -> tuple[str, ...]:
    """The numbers drawn, committee by committee, each in the order of the draw."""
    groups: dict[str, dict[bool, list[str]]] = defaultdict(lambda: {True: [], False: []})
    for number in sorted(frame, key=lambda one: place(seed, one)):
        committee, fen = frame[number]
        large = method.large_from_fen is not None and fen >= method.large_from_fen
        groups[committee][large].append(number)
    drawn: list[str] = []
    for committee in sorted(groups):
        drawn += _of_committee(groups[committee], seed, method)
    return tuple(drawn)


def _of_committee(groups: Mapping[bool, list[str]], seed: str, method: Method) -> list[str]:
    taken: set[str] = set()
    for large, share in ((True, method.large_share), (False, method.share)):
        group = groups[large]
        taken.update(group[: -(-len(group) * share // 100)])
    everybody = sorted(groups[True] + groups[False], key=lambda one: place(seed, one))
    for number in everybody:
        if len(taken) >= method.at_least:
            break
        taken.add(number)
    return [number for number in everybody if number in taken]
