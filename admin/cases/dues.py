"""Due dates of an application as the page shows them: when, how counted, kept or late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from admin.i18n import lang
from admin.text import DASH, fault_text, policy_label, zhdate
from casework.dues import CaseDue
from engine.labels import Label
from engine.model import Policy


@dataclass(frozen=True, slots=True)
class Shown:
    label: str
    day: str
    state: str
    colour: str
    counted: str
    clause: str
    faults: tuple[str, ...]
    late: bool = False
    sentence: Label | None = None


def shown(policy: Policy, known: Sequence[CaseDue], today: date) -> list[Shown]:
    """The deadlines that have begun, in the order of the policy."""
    found = []
    for one in known:
        due = one.due
        if due is None:
            continue
        text, colour = _state(one, due.date == today)
        found.append(
            Shown(
                label=policy_label(one.rule.label),
                day=zhdate(due.date) if due.date else DASH,
                state=text,
                colour=colour,
                counted=due.counted(lang()),
                clause=due.clause,
                faults=tuple(fault_text(fault) for fault in due.faults),
                late=one.state == "late",
                sentence=policy.sentence(due.clause),
            )
        )
    return found


def _state(one: CaseDue, is_today: bool) -> tuple[str, str]:
    """(words, colour)."""
    match one.state:
        case "met":
            return _("kept"), "green"
        case "met_late":
            return _("done late"), "orange"
        case "late":
            return _("Overdue"), "red"
        case "open":
            return (_("due today"), "orange") if is_today else (_("open"), "blue")
        case _:
            return _("not known"), "orange"
