"""What is wrong, as a value. Holds no words: engine.messages makes the text at the edge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong.

    `code` names it in the catalogue of engine.messages; `params` fill its text (a Fault, a Label
    or a list of texts may stand among them); `where` is "file:line:column" or the name of a row,
    a field or a case, or None.
    """

    code: str
    params: Mapping[str, object] = field(default_factory=dict)
    where: str | None = None


class Refused(Exception):  # noqa: N818 - it says what happened, as the message to staff does
    """A call cannot go on. Carries every fault at once; never none."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(faults)
        if not self.faults:
            raise ValueError("Refused needs at least one fault")
        super().__init__(
            "; ".join(f"{f.where or ''} {f.code} {dict(f.params)}" for f in self.faults)
        )


class Disagreement(Refused):
    """Two evaluators gave different answers: the decision is blocked and goes to a person."""
