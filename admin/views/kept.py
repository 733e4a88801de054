"""Kept lists on the screen: which ones a person has, keeping, opening and forgetting them.

A mixin of ReadView; the verbs are casework.saved_views'.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from admin import acting
from admin.acting import attempt, identifier
from admin.extensions import db
from admin.security.people import actor
from admin.views import asked
from admin.views.asked import Asked
from admin.views.columns import Column, Filter
from casework import saved_views
from models.saved_views import SavedView


class KeptLists:
    """What ReadView does with kept lists."""

    endpoint: Any
    columns: ClassVar[Sequence[Column]]
    filters: ClassVar[Sequence[Filter]]

    def kept(self) -> Sequence[SavedView]:
        """The person's kept lists of this table."""
        return saved_views.of(db.session(), actor(), self.endpoint)

    def wish(self, views: Sequence[SavedView]) -> Asked:
        """What is asked for; the bare address opens the list that the person has chosen for it."""
        first = next((view for view in views if view.is_default), None)
        if request.args or first is None:
            return asked.read(self.columns, self.filters)
        return asked.read(self.columns, self.filters, parameters(first))

    def address_of(self, view: SavedView) -> str:
        """Where a kept list opens."""
        known = parameters(view)
        url: str = self.get_url(".index_view", **known.to_dict(flat=False))  # type: ignore[attr-defined]  # Flask-Admin's
        return url

    def chosen_columns(self, wish: Asked) -> list[Column]:
        """The columns to show: those chosen, else the usual ones; the first is always among them."""
        if not wish.columns:
            return [column for column in self.columns if column.in_list]
        name = next(column.name for column in self.columns if column.in_list)
        return [c for c in self.columns if c.name == name or c.name in wish.columns]

    @expose("/views/", methods=("POST",))
    def views_view(self) -> ResponseReturnValue:
        """Keep the list as it is shown, choose what opens first, or forget a kept one."""
        what, number = request.form.get("do", ""), identifier(request.form.get("view", ""))
        table, form = self.endpoint, request.form
        wish = asked.read(self.columns, self.filters, form)
        verbs: Mapping[str, acting.Verb[SavedView | None]] = {
            "keep": lambda session, by, at: saved_views.keep(
                session,
                table,
                form.get("name", ""),
                wish.query(),
                wish.columns,
                first=form.get("first") == "yes",
                by=by,
            ),
            "first": lambda session, by, at: saved_views.open_with(session, table, number, by=by),
            "all_first": lambda session, by, at: saved_views.open_with(session, table, None, by=by),
            "drop": lambda session, by, at: saved_views.drop(session, table, number, by=by),
        }
        if what not in verbs:
            return redirect(self.get_url(".index_view", view=0))  # type: ignore[attr-defined]  # Flask-Admin's
        outcome = attempt(verbs[what], f"view.{what}", "saved_view", number)
        if outcome.faults:
            return acting.refused(outcome)
        flash(
            {"keep": _("The list is kept."), "drop": _("The kept list is removed.")}.get(
                what, _("From now on the list opens like this.")
            ),
            "success",
        )
        if isinstance(outcome.value, SavedView):
            return redirect(self.address_of(outcome.value))
        return redirect(self.get_url(".index_view", view=0 if what == "drop" else None))  # type: ignore[attr-defined]  # Flask-Admin's


def parameters(view: SavedView) -> MultiDict[str, str]:
    """A kept list as the address has it."""
    found: MultiDict[str, str] = MultiDict(
        (str(name), str(text)) for name, text in dict(view.query).items()
    )
    found.setlist("col", [str(name) for name in view.columns])
    found["view"] = str(view.id)
    return found
