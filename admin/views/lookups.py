"""Choosing a row of another table: a look-up that only ever finds what the person may see.

A select with every row of a table is never made: a million members would be its options.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import render_template, url_for
from flask_admin.model.ajax import AjaxModelLoader
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import ColumnElement, select
from wtforms import Field
from wtforms.validators import StopValidation

from admin.acting import identifier
from admin.extensions import db
from admin.views.columns import MOST_TEXT

MOST_ROWS = 20
FURTHEST = 1000


class Lookup(AjaxModelLoader):
    """Rows of `model` that `visible()` allows, found by `search(text)`, shown by `label(row)`."""

    def __init__(
        self,
        name: str,
        model: type[Any],
        *,
        visible: Callable[[], ColumnElement[bool]],
        search: Callable[[str], ColumnElement[bool]],
        label: Callable[[Any], str] = str,
        order: Any = None,
        options: tuple[Any, ...] = (),
    ) -> None:
        super().__init__(name, {})
        self.model, self.visible, self.search, self.label = model, visible, search, label
        self.order, self.loading = order, options

    def format(self, model: Any) -> tuple[int, str] | None:
        """(number, text) of a row, as the combobox takes it."""
        return (model.id, self.label(model)) if model is not None else None

    def get_one(self, pk: Any) -> Any:
        """The row with this number if the person may see it, else None."""
        number = identifier(pk)
        if number is None:
            return None
        query = select(self.model).where(self.model.id == number, self.visible())
        return db.session.scalars(query).first()

    def get_list(self, query: str, offset: int = 0, limit: int = 10) -> list[Any]:
        """At most MOST_ROWS rows that fit, whatever limit is asked for."""
        words = (query or "").replace("\0", "").strip()[:MOST_TEXT]
        found = select(self.model).where(self.visible()).options(*self.loading)
        if words:
            found = found.where(self.search(words))
        found = found.order_by(self.order if self.order is not None else self.model.id)
        rows = db.session.scalars(
            found.offset(min(max(offset, 0), FURTHEST)).limit(min(max(limit, 1), MOST_ROWS))
        )
        return list(rows)


class Combobox:
    """A text input that looks rows up and keeps the chosen number in a hidden input."""

    def __call__(self, field: LookupField, **attributes: Any) -> Markup:
        aria = {name: value for name, value in attributes.items() if name.startswith("aria-")}
        html = render_template("parts/combobox.html", field=field, shown=field.shown(), aria=aria)
        return Markup(html)  # noqa: S704  # the template escapes every value


class LookupField(Field):
    """A row chosen through a Lookup. Its data is the row or None; a number that the person may not
    see, or that does not exist, is refused and never read as "none"."""

    widget = Combobox()

    def __init__(
        self,
        label: Any = None,
        validators: Any = None,
        *,
        loader: Lookup,
        endpoint: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, validators, **kwargs)
        self.loader, self.endpoint = loader, endpoint
        self.raw: str | None = None

    def address(self) -> str:
        """Where the page asks for rows."""
        return url_for(self.endpoint, name=self.loader.name)

    def shown(self) -> tuple[int, str] | None:
        """(number, text) of the chosen row."""
        return self.loader.format(self.data)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take the chosen number; the row is fetched through the person's own scope."""
        if not valuelist:
            return
        self.raw = valuelist[0].strip()
        self.data = self.loader.get_one(self.raw) if self.raw else None

    def pre_validate(self, form: Any) -> None:
        """Refuse what was chosen but cannot be found."""
        if self.raw and self.data is None:
            raise StopValidation(_("This entry was not found. Choose one from the list."))
