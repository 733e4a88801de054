"""A rule as messages name it: its title, and its clause in brackets where it has one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.faults import Fault
from engine.messages import register

if TYPE_CHECKING:
    from engine.model import Rule

register({"behind_clause": ("（{clause}）", " ({clause})")})


def named(rule: Rule, clause: str = "") -> dict[str, object]:
    """What a message may use of a rule: `rule` its id, `label` its title, `clause` (`clause` here
    where it has none of its own), and `behind`: that clause in brackets, or nothing."""
    cited = (rule.clause or clause).strip()
    behind = Fault("behind_clause", {"clause": cited}) if cited else ""
    return {"rule": rule.id, "label": rule.label, "clause": cited, "behind": behind}
