"""Form fields and forms for plain data: what they accept is bounded, so no value ends in an error
of the database. What is right is casework's to say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import Flask
from flask_babel import gettext as _
from flask_wtf.i18n import translations
from wtforms import (
    DateField,
    Form,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from admin.text import zhdate
from casework.visible import joined
from casework.written_days import read_day
from engine.faults import Fault

LARGEST = 2**31 - 1
EXAMPLE = date(2010, 12, 3)


class BoundForm(Form):
    """A form in the language of the request; its token is the page's (admin.extensions.csrf)."""

    class Meta:
        def get_translations(self, form: Form) -> Any:
            """WTForms' own messages in the language of the request."""
            return translations

    def take(self, faults: Sequence[Fault], words: Any) -> None:
        """Put each fault beside the field that it names, unless that has something to mend already."""
        already = {name for name, field in self._fields.items() if field.errors}
        for fault in faults:
            if fault.where in self._fields and fault.where not in already:
                field = self._fields[fault.where]
                field.errors = [*field.errors, words(fault)]


class Needed(InputRequired):
    """Something must be typed; where it is not, the fault names the field and says what to do."""

    def __call__(self, form: Any, field: Any) -> None:
        said = _(
            "“%(field)s” is empty and needed here. Fill it in and save again.",
            field=field.label.text,
        )
        InputRequired(said)(form, field)


class Versioned(BoundForm):
    """A form that knows which version of the row it was opened on."""

    version = HiddenField()

    def opened_on(self) -> int | None:
        """The version that the page sent; None when it was lost or tampered with.

        Only what was sent counts: WTForms would fill in the row's own version otherwise.
        """
        sent = self.version.raw_data or [""]
        text = str(sent[0])
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def words(label: Any, *, most: int = 200, required: bool = False, **kw: Any) -> Any:
    """One line of text."""
    checks = [Needed() if required else Optional(), Length(max=most)]
    return StringField(
        label, checks, filters=[one_line, _stripped], **{"render_kw": {"maxlength": most}, **kw}
    )


def long_words(label: Any, *, most: int = 4000, required: bool = False, **kw: Any) -> Any:
    """Several lines of text."""
    checks = [Needed() if required else Optional(), Length(max=most)]
    render = {"maxlength": most, "rows": 3, "data-wide": "1"}
    return TextAreaField(label, checks, filters=[_stripped], **{"render_kw": render, **kw})


def number(
    label: Any, low: int = 0, high: int = LARGEST, *, required: bool = False, **kw: Any
) -> Any:
    """A whole number within bounds."""
    checks = [Needed() if required else Optional(), NumberRange(low, high)]
    return IntegerField(label, checks, **{"render_kw": {"min": low, "max": high}, **kw})


class DayField(DateField):
    """A date between 1900 and 2200; what was typed is shown again when it is not one."""

    def process_formdata(self, valuelist: list[str]) -> None:
        text = valuelist[0].strip() if valuelist else ""
        self.data = read_day(text)
        if text and (self.data is None or not 1900 <= self.data.year <= 2200):
            self.data = None
            raise ValueError(
                _("Write a date such as %(day)s, between 1900 and 2200.", day=zhdate(EXAMPLE))
            )


def day(label: Any, *, required: bool = False, **kw: Any) -> Any:
    """A date, or nothing where it is not required."""
    return DayField(label, [Needed() if required else Optional()], **kw)


def choice(label: Any, options: Mapping[Any, object], *, required: bool = False, **kw: Any) -> Any:
    """One of fixed choices, stored by value; the empty one is None."""
    return ChoiceField(label, options, required=required, **kw)


class ChoiceField(SelectField):
    """A select over stored values; a value outside the choices is refused, none is None."""

    def __init__(
        self, label: Any, options: Mapping[Any, object], *, required: bool = False, **kw: Any
    ) -> None:
        checks = [Needed()] if required else [Optional()]
        super().__init__(label, checks, coerce=self._stored, validate_choice=False, **kw)
        self.offer(options, blank=not required)

    def offer(self, options: Mapping[Any, object], *, blank: bool = True) -> None:
        """Offer these values with their words."""
        self.by_text = {str(getattr(key, "value", key)): key for key in options}
        shown = [SelectChoice("", "—")] if blank else []
        self.choices = shown + [
            SelectChoice(text, options[key]) for text, key in self.by_text.items()
        ]

    def _stored(self, value: Any) -> Any:
        """The stored value behind a text; None for the empty one and for strangers."""
        return self.by_text.get(str(getattr(value, "value", value)))

    def process_formdata(self, valuelist: list[str]) -> None:
        text = valuelist[0] if valuelist else ""
        if text and text not in self.by_text:
            raise ValueError(_("Choose one of the values offered."))
        self.data = self._stored(text)


def one_line(text: Any) -> Any:
    """The text on one line, as a workbook's cell is read: a line break becomes one blank."""
    return joined(text) if isinstance(text, str) else text


def _stripped(text: Any) -> Any:
    """Outer spaces off; an empty text is None, never ""."""
    return (text.strip() or None) if isinstance(text, str) else text


def described(field: Any) -> dict[str, str]:
    """ARIA attributes that tie an input to its help and its faults."""
    ids = [f"{field.id}-faults"] if field.errors else []
    ids += [f"{field.id}-hint"] if field.description else []
    attributes = {"aria-describedby": " ".join(ids)} if ids else {}
    return {**attributes, "aria-invalid": "true"} if field.errors else attributes


def install(app: Flask) -> None:
    """Give `described` to the templates' field macro."""
    app.jinja_env.globals["described"] = described
