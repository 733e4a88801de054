"""What was corrected in the member's file or on the worksheet, and what differs from the paper, in the
words of the page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from admin.forms.worksheet import KINDS
from admin.i18n import _l
from admin.text import DASH, policy_label, yes_no, zhdate
from admin.views.words import HUKOU, SEX, STANDING
from engine.labels import Label
from engine.procedure import Procedure, Road

LABELS: Mapping[str, object] = {
    "name": _l("Name"),
    "sex": _l("Sex"),
    "ethnic": _l("Ethnic group"),
    "birth_on": _l("Born"),
    "joined_on": _l("{word.Joined_on}"),
    "status": _l("Standing"),
    "hukou": _l("Registration"),
    "hukou_label": _l("Registration as printed"),
    "id_number": _l("Identity number"),
    "phone": _l("Phone"),
    "bank_name": _l("Bank"),
    "bank_account": _l("Bank account"),
    "address": _l("Home address"),
    "can_help_skills": _l("Skills"),
    "died_on": _l("Died on"),
    "size": _l("People in the household"),
    **{kind.value: label for kind, label in KINDS.items()},
}
CHOICES: Mapping[str, Mapping[Any, object]] = {"sex": SEX, "status": STANDING, "hukou": HUKOU}


def label(name: str) -> str:
    """What the field is called."""
    return str(LABELS.get(name, name))


def words(name: str, value: object) -> str:
    """A value as `differences.plain` keeps it, in the language of the screen."""
    if value is None or value == "":
        return DASH
    if isinstance(value, bool):
        return yes_no(value)
    if name in CHOICES:
        known = {str(one.value): str(text) for one, text in CHOICES[name].items()}
        return known.get(str(value), str(value))
    if name.endswith("_on"):
        return zhdate(date.fromisoformat(str(value)))
    return str(value)


def item_label(procedure: Procedure, road: Road | None, item: str) -> str:
    """What a compared item ("form.name", "stage.field") is called on the paper."""
    place, _, name = item.partition(".")
    found: Label | None = None
    if place == "form" and road is not None:
        found = next((f.label for f in procedure.form_of(road.id).fields if f.id == name), None)
    elif place in procedure.stages:
        field = procedure.stages[place].record(name)
        found = field.label if field else None
    return policy_label(found) if found else item
