"""Places around boundaries that no case touches: proved impossible, or shown by an example."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.analysis.asking import Asking
from engine.coverage import Boundary, Coverage, touches

Examples = Mapping[tuple[Boundary, str], Mapping[str, Any]]


def settle(coverage: Coverage, seconds: float = 10.0, each: float = 1.0) -> Examples:
    """Rule out what cannot be; of the other open places an example case where one is found in time.

    An example is a case as `decide` takes it that the engine itself was asked about.
    """
    open_places = coverage.open_places()
    if not open_places:
        return {}
    asking = Asking(coverage.policy, seconds, each)
    found: dict[tuple[Boundary, str], Mapping[str, Any]] = {}
    for boundary, place in open_places:
        left, right = asking.encoding.of(boundary.left), asking.encoding.of(boundary.right)
        claim = {"below": left < right, "on": left == right, "above": left > right}[place]

        def proof(one: Any, _: object, b: Boundary = boundary, p: str = place) -> bool:
            return one is not None and touches(one, b, p)

        answer = asking.ask(claim, proof)
        if answer.possible is False:
            coverage.rule_out(boundary, place)
        elif answer.case is not None:
            found[boundary, place] = answer.case
    return found
