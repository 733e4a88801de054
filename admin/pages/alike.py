"""Likenesses found by screening, as pages say them."""

from __future__ import annotations

from dataclasses import dataclass

from admin.extensions import db
from admin.i18n import _l
from casework import likenesses
from casework.moves import policy_and_road
from engine.labels import Label
from models.screenings import ScreeningList


@dataclass(frozen=True, slots=True)
class Alike:
    """A likeness of somebody on the list."""

    id: int
    label: Label
    state: str
    stops: bool


STATES = {
    "open": (_l("to be compared"), "orange"),
    "duplicate": (_l("duplicate"), "red"),
    "cleared": (_l("no duplicate"), "green"),
}


def of(entered: ScreeningList) -> dict[int, list[Alike]]:
    """The likenesses of each line, as a line of the page says them."""
    found = likenesses.of_list(db.session(), entered)
    kinds = policy_and_road(entered.lines[0].application)[0].procedure.comparisons
    return {
        line_id: [
            Alike(one.id, kinds[one.kind].label, one.state.value, stops=kinds[one.kind].stops)
            for one in rows
            if one.kind in kinds
        ]
        for line_id, rows in found.items()
    }
