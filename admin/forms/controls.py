"""One input for one thing a policy asks: a fact or a field of a stage's record.

An unknown value stays an empty text, never "no" and never 0. The browser's own checks are hints
(range, pattern); the server's answer decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from wtforms import Field, Form, RadioField, SelectField, StringField, TextAreaField
from wtforms.widgets import DateInput, ListWidget

from admin.text import policy_label
from engine.labels import Label

RADIO_MOST = 6  # more choices than this become a drop-down
UNKNOWN = ""
LONGEST_TEXT = 4000
LONGEST_SHORT = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """What one input asks for. `low`/`high` are whole numbers, or fen where `type` is money."""

    name: str
    type: str
    label: Label
    help: Label | None = None
    low: Any = None
    high: Any = None
    choices: Mapping[str, Label] | None = None
    required: bool = False
    unknown_offered: bool = True
    long: bool = False  # a text that may run over several lines; its box grows with it
    wide: bool = False  # takes the whole width of the form
    tick: bool = False  # a yes that may be left blank: one box instead of a choice


class DayField(StringField):
    """A date as text, so that a faulty one is shown again as it was typed."""

    def __call__(self, **kwargs: Any) -> Any:
        if not self.data or _is_day(str(self.data)):
            return DateInput()(self, **kwargs)
        return super().__call__(**kwargs)


class SetField(Field):
    """Several of the choices; nothing ticked is unknown, `NONE_OF_THEM` is the empty set."""

    NONE_OF_THEM = "-"
    widget = ListWidget(prefix_label=False)

    def __init__(self, *args: Any, choices: Iterable[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choices = list(choices)

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = list(valuelist)

    def ticks(self) -> list[tuple[str, str, bool]]:
        """(value, label, ticked) for the template."""
        chosen = set(self.data or ())
        return [(value, label, value in chosen) for value, label in self.choices]


def control(asked: Asked) -> Any:
    """The unbound WTForms field for `asked`, with its label, help and hints in today's language."""
    words: dict[str, Any] = {
        "label": policy_label(asked.label),
        "description": policy_label(asked.help) if asked.help else "",
    }
    match asked.type:
        case "yes_no" if asked.tick:
            return StringField(**words)
        case "yes_no":
            return RadioField(choices=yes_no_choices(asked), validate_choice=False, **words)
        case "choice":
            choices = named_choices(asked)
            kind = RadioField if len(choices) <= RADIO_MOST else SelectField
            return kind(choices=choices, validate_choice=False, **words)
        case "set":
            return SetField(choices=set_choices(asked), **words)
        case "date":
            return DayField(render_kw=_required(asked), **words)
        case "text" if asked.long:
            kw = {"rows": 4 if asked.wide else 1, "maxlength": LONGEST_TEXT, **_required(asked)}
            return TextAreaField(render_kw=kw, **words)
        case "integer" | "money" | "number":
            return StringField(render_kw={**_number(asked), **_required(asked)}, **words)
        case _:
            kw = {"maxlength": LONGEST_SHORT, **_required(asked)}
            return StringField(render_kw=kw, **words)


def build(fields: Mapping[str, Any], data: Mapping[str, Any], prefix: str = "") -> Form:
    """A form of these unbound fields showing `data` (texts by name)."""
    kind: Any = type("AskedForm", (Form,), dict(fields))
    form: Form = kind(data=dict(data), prefix=prefix)
    return form


def yes_no_choices(asked: Asked) -> list[tuple[str, str]]:
    """Yes and no, and for what may stay unknown a third that says so."""
    third = [(UNKNOWN, _("Not known"))] if asked.unknown_offered else []
    return [("yes", _("Yes")), ("no", _("No")), *third]


def named_choices(asked: Asked) -> list[tuple[str, str]]:
    """The policy's choices in its order, then "not known" where that is an answer."""
    named = [(key, policy_label(label)) for key, label in (asked.choices or {}).items()]
    third = [(UNKNOWN, _("Not known"))] if asked.unknown_offered else []
    if not asked.unknown_offered and len(named) > RADIO_MOST:
        third = [(UNKNOWN, _("Choose…"))]
    return [*named, *third]


def set_choices(asked: Asked) -> list[tuple[str, str]]:
    """The policy's choices and "none of these", since nothing ticked means not known."""
    named = [(key, policy_label(label)) for key, label in (asked.choices or {}).items()]
    return [*named, (SetField.NONE_OF_THEM, _("None of these"))]


def range_hint(asked: Asked) -> str:
    """The allowed range in words, or nothing. Bounds of amounts are only there to catch slips:
    they would be noise beside every box."""
    if asked.type not in ("integer", "number"):
        return ""
    show = str
    match (asked.low, asked.high):
        case (None, None):
            return ""
        case (low, None):
            said = _("At least %(low)s", low=show(low))
        case (None, high):
            said = _("At most %(high)s", high=show(high))
        case (low, high):
            said = _("%(low)s to %(high)s", low=show(low), high=show(high))
    return str(said)


def _number(asked: Asked) -> dict[str, str]:
    mode = "numeric" if asked.type == "integer" else "decimal"
    return {"inputmode": mode, "autocomplete": "off", "maxlength": "20"}


def _required(asked: Asked) -> dict[str, str]:
    """For screen readers and the star; the browser must not stop a draft from being saved."""
    return {"aria-required": "true"} if asked.required else {}


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


__all__ = ["UNKNOWN", "Asked", "DayField", "SetField", "build", "control", "range_hint"]
