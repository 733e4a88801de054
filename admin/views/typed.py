"""What somebody types on the form of a table and has not saved yet: kept for that person alone, so
that a closed window loses nothing. It changes no row, and goes when the form is saved."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from flask import abort, flash, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from admin import clock
from admin.acting import attempt
from admin.extensions import db
from admin.security.people import actor
from admin.text import fault_text
from casework import typed_pages
from casework.people import Actor
from models.typed_pages import TypedPage

NEW = "new"


class TypedForms:
    """What ModelView does with `keeps_typed`; needs its rows, permissions and addresses."""

    keeps_typed: ClassVar[bool] = False

    def typed_place(self, row: Any) -> str:
        """The name under which a form is kept; all new rows of a table share one."""
        view: Any = self
        return f"{view.endpoint}:{NEW if row is None else view.get_pk_value(row)}"

    def kept_form(self, row: Any) -> TypedPage | None:
        """What this person typed for the row (None: a new one) and did not save."""
        return typed_pages.of(db.session(), self.typed_place(row), actor())

    def sent(self, row: Any) -> MultiDict[str, str] | None:
        """What the form is made of: what was posted, or, on request (`?typed`), what was kept."""
        if request.method == "POST":
            return request.form
        kept = self.kept_form(row) if self.keeps_typed and "typed" in request.args else None
        return MultiDict(typed_pages.texts(kept)) if kept is not None else None

    def forget_typed(self, session: Session, row: Any, by: Actor) -> None:
        """The form is saved, so nothing is left to take up."""
        if self.keeps_typed:
            typed_pages.drop(session, self.typed_place(row), by=by)

    def typed_parts(self, row: Any) -> dict[str, Any]:
        """What the page says of a kept form: where to keep it, what is kept, whether it is shown."""
        view: Any = self
        if not self.keeps_typed:
            return {}
        number = None if row is None else view.get_pk_value(row)
        kept = self.kept_form(row) if request.method == "GET" else None
        return {
            "autosave": view.get_url(".typed_view", id=number),
            "forget": view.get_url(".forget_view", id=number),
            "take_up": view.get_url(
                ".create_view" if row is None else ".edit_view", id=number, typed="yes"
            ),
            "kept": kept,
            "taken_up": kept is not None and "typed" in request.args,
        }

    def _typed_row(self) -> Any:
        """The row of the address on which the person may write; None for a new one."""
        view: Any = self
        if "id" in request.args:
            return view.one_or_404(view.write)
        if not view.can_create:
            abort(403)
        return None

    @expose("/typed/", methods=("POST",))
    def typed_view(self) -> ResponseReturnValue:
        """Keep the form as it stands."""
        view: Any = self
        place = self.typed_place(self._typed_row())
        texts = [pair for pair in request.form.items(multi=True) if pair[0] != "csrf_token"]

        def do(session: Session, by: Actor, at: datetime) -> TypedPage:
            return typed_pages.keep(session, place, texts, by=by, at=at)

        outcome = attempt(do, f"{view.kind}.typed", view.kind, request.args.get("id"))
        if outcome.value is None:
            return jsonify(error=" ".join(map(fault_text, outcome.faults))), outcome.status
        at = outcome.value.at.astimezone(clock.zone())
        return jsonify(saved=_("Kept for you at %(time)s, not saved yet", time=f"{at:%H:%M}"))

    @expose("/typed/drop/", methods=("POST",))
    def forget_view(self) -> ResponseReturnValue:
        """Forget what was typed and not saved."""
        view: Any = self
        row = self._typed_row()
        attempt(
            lambda session, by, _at: self.forget_typed(session, row, by),
            f"{view.kind}.typed",
            view.kind,
            request.args.get("id"),
        )
        flash(_("What you had typed is gone. The form shows what is saved."), "success")
        number = request.args.get("id")
        return redirect(view.get_url(".edit_view" if number else ".create_view", id=number))
