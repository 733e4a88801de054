"""Creating, changing and deleting plain rows: asked first, checked against the version that was
read, done by a verb, and written to the audit log. Never touches an application's state."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from flask import abort, flash, jsonify, make_response, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_admin.actions import action
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import inspect as inspect_row
from sqlalchemy.orm import Session

from admin import acting
from admin.acting import Outcome, attempt
from admin.extensions import db
from admin.text import fault_text
from admin.views import both_versions, history
from admin.views.base import ReadView
from admin.views.fields import Versioned
from admin.views.typed import TypedForms
from casework import differences, events, rows_back
from casework.people import Actor
from engine.faults import Fault, Refused
from models.base import Base

MOST_SELECTED = 500
UNSAID = ("version", "session_stamp", "password_hash")  # columns that no history tells


class ModelView(TypedForms, ReadView):
    """A table that can be written. A subclass states its permissions and its form, and overrides
    `create`, `change` or `delete` where casework has a verb for it."""

    form: Any = Versioned
    edit_template = "model/edit.html"
    create_template = "model/edit.html"
    confirm_template = "model/confirm.html"
    kind: ClassVar[str] = ""  # what the audit log calls a row
    masked_fields: ClassVar[Mapping[str, str]] = {}  # fields shown masked only → kind of mask
    past: ClassVar[Sequence[str]] = ()  # further beginnings of actions in a row's history
    _OPENED_BY: ClassVar[Mapping[str, str]] = {
        **ReadView._OPENED_BY,
        "create_view": "add",
        "edit_view": "write",
        "ajax_update": "write",
        "action_view": "write",
        "delete_view": "remove",
        "put_back_view": "write",
    }

    def permissions_for(self, name: str) -> tuple[str, ...]:
        """A list edits fields, or acts on many rows, only where the table has any of that."""
        if name == "ajax_update" and not self.column_editable_list:
            return ()
        if name == "action_view" and not self.acts_on_many():
            return ()
        if name == "put_back_view" and self.kind not in rows_back.TABLES:
            return ()
        if name in ("typed_view", "forget_view"):
            return tuple(p for p in (self.write, self.add) if p) if self.keeps_typed else ()
        return super().permissions_for(name)

    def acts_on_many(self) -> bool:
        """Whether there is any action, apart from a delete that nobody may do."""
        names = {name for name, _text in self._actions}
        return bool(names if self.remove else names - {"delete"})

    # -- the verbs; the defaults serve plain tables
    def create(self, session: Session, form: Any, by: Actor, at: datetime) -> Any:
        """Make a row from the form."""
        row = self.model()
        self.fill(form, row)
        session.add(row)
        session.flush()
        events.audit(session, by, at, f"{self.kind}.create", self.kind, self.get_pk_value(row))
        return row

    def change(
        self, session: Session, row: Any, form: Any, by: Actor, at: datetime, version: int | None
    ) -> Any:
        """Change a row if it still is the version that was read."""
        self.hold(session, row, version)
        self.fill(form, row)
        before, after = changed_values(row)
        session.flush()
        data = differences.data_of(row, differences.between(before, after))
        events.audit(
            session, by, at, f"{self.kind}.update", self.kind, self.get_pk_value(row), data
        )
        return row

    def delete(self, session: Session, row: Any, by: Actor, at: datetime) -> None:
        """Delete a row."""
        number, name = self.get_pk_value(row), self.name_of(row)
        session.delete(row)
        session.flush()
        events.audit(session, by, at, f"{self.kind}.delete", self.kind, number, {"name": name})

    def hold(self, session: Session, row: Base, version: int | None) -> None:
        """Lock the row and refuse if somebody else has changed it since the page was opened."""
        session.refresh(row, with_for_update=True)
        if differences.version_of(session, self.kind, row) != version:
            raise Refused([Fault("edge_stale")])

    def fill(self, form: Any, row: Any) -> None:
        """Write the form's values into the row; `version` is the page's, not a value."""
        for name, field in form._fields.items():
            if name not in ("version", "csrf_token"):
                field.populate_obj(row, name)

    def also_wrong(self, form: Any, row: Any) -> Sequence[Fault]:
        """What casework would refuse besides, so that a form which cannot even be read still
        tells every fault at once. `row` is None for a new one."""
        return ()

    def history(self, row: Any) -> list[history.Entry]:
        form = self.get_edit_form()()
        actions = (f"{self.kind}.", *self.past)
        may = self.kind in rows_back.TABLES and bool(self.changeable([row]))
        return history.of(self.kind, self.get_pk_value(row), actions, form, row if may else None)

    @expose("/put-back/", methods=("POST",))
    def put_back_view(self) -> ResponseReturnValue:
        """Give the ticked fields of a change the values that they had before it."""
        row = self.one_or_404(self.write)
        number, seq = self.get_pk_value(row), acting.identifier(request.form.get("seq", "")) or 0
        version = Versioned(request.form).opened_on()
        names, reason = request.form.getlist("field"), request.form.get("reason", "")[:500]

        def verb(session: Session, by: Actor, at: datetime) -> None:
            rows_back.put_back(
                session,
                self.kind,
                row,
                seq,
                names,
                reason=reason,
                by=by,
                at=at,
                expected_version=version,
            )

        outcome: Outcome[None] = attempt(verb, f"{self.kind}.put_back", self.kind, number)
        if outcome.faults:
            again = self.one_or_404(self.read)
            typed = {"seq": seq, "names": names, "reason": reason}
            return acting.refused(outcome, lambda: self.details_page(again, put_back=typed))
        flash(_("Put back. This too stands in the history and can be put back."), "success")
        return redirect(self.get_url(".details_view", id=number))

    # -- forms
    def blank(self) -> Any:
        """The form for a new row."""
        return self._create_form_class(self.sent(None))

    def opened(self, row: Any) -> Any:
        """The form for a row: as it is, or as it was sent."""
        sent = self.sent(row)
        form = self._edit_form_class(sent, obj=row)
        if sent is None:
            form.version.data = self.version_of(row)
        return form

    def version_of(self, row: Any) -> str:
        """What the page sends back to say which state of the row it was made from."""
        return str(differences.version_of(db.session(), self.kind, row))

    def _form_page(self, form: Any, row: Any = None, versions: Sequence[Any] = ()) -> str:
        page: str = self.render(
            self.edit_template if row is not None else self.create_template,
            form=form,
            row=row,
            heading=self.name_of(row) if row is not None else str(self.new),
            cancel=self.back(),
            versions=versions,
            typed=self.typed_parts(row),
        )
        return page

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> ResponseReturnValue:
        """A new row."""
        form = self.blank()
        if request.method == "GET":
            return self._form_page(form)
        if not form.validate():
            form.take(self.also_wrong(form, None), fault_text)
            return make_response(self._form_page(form), 422)

        def verb(session: Session, by: Actor, at: datetime) -> Any:
            made = self.create(session, form, by, at)
            self.forget_typed(session, None, by)
            return made

        outcome: Outcome[Any] = attempt(
            verb,
            f"{self.kind}.create",
            self.kind,
            None,
        )
        if outcome.faults:
            form.take(outcome.faults, fault_text)
            return acting.refused(outcome, lambda: self._form_page(form))
        flash(_("Saved."), "success")
        return redirect(self.after(outcome.value))

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self) -> ResponseReturnValue:
        """Change a row."""
        row = self.one_or_404(self.write)
        form = self.opened(row)
        if request.method == "GET":
            return self._form_page(form, row)
        if not form.validate():
            form.take(self.also_wrong(form, row), fault_text)
            late = str(form.opened_on()) != self.version_of(row)
            versions = self.compared(form, row) if late else ()
            return make_response(self._form_page(form, row, versions), 422)
        number = self.get_pk_value(row)

        def verb(session: Session, by: Actor, at: datetime) -> Any:
            changed = self.change(session, row, form, by, at, form.opened_on())
            self.forget_typed(session, row, by)
            return changed

        outcome: Outcome[Any] = attempt(verb, f"{self.kind}.update", self.kind, number)
        if outcome.faults:
            return self._refused_edit(outcome, form, number)
        flash(_("Saved."), "success")
        return redirect(self.after(outcome.value))

    def _refused_edit(self, outcome: Outcome[Any], form: Any, number: Any) -> ResponseReturnValue:
        """The form again with what was typed; after a lost race both versions stand side by side,
        and saving once more is then meant."""
        row = self.get_one(number, self.write)
        if row is None:
            abort(404)
        form.take(outcome.faults, fault_text)
        versions: Sequence[both_versions.Line] = ()
        if outcome.status == 409:
            versions = self.compared(form, row)
            outcome = self.told(outcome, row, versions)
        return acting.refused(outcome, lambda: self._form_page(form, row, versions))

    def told(
        self, outcome: Outcome[Any], row: Any, versions: Sequence[both_versions.Line]
    ) -> Outcome[Any]:
        """The refusal after a lost race, which leads to what differs instead of to a reload that
        would lose what was typed."""
        code = "edge_versions" if versions else "edge_versions_alike"
        others = [fault for fault in outcome.faults if fault.code not in acting.STALE]
        return Outcome(None, (Fault(code, {"name": self.name_of(row)}), *others))

    def refused_since(
        self,
        outcome: Outcome[Any],
        number: int,
        permission: str | None,
        since: Callable[[Any], list[both_versions.Line]],
        page: Callable[[Any, Sequence[both_versions.Line]], str],
    ) -> ResponseReturnValue:
        """The page of a refused verb with the row as it is now; after a lost race also what somebody
        else changed `since` it was opened. 404 where the row is no longer this person's."""
        row = self.get_one(number, permission)
        if row is None:
            abort(404)
        found: list[both_versions.Line] = []
        if outcome.status == 409:
            found = since(row)
            outcome = self.told(outcome, row, found)
        return acting.refused(outcome, lambda: page(row, found))

    def changed_since(self, form: Any, row: Any) -> dict[str, Any] | None:
        """Field → its value when the page was opened, for the fields that somebody changed since;
        None when nobody knows. The form goes on from the row as it is now."""
        opened = form.opened_on()
        form.version.data = self.version_of(row)
        if opened is None:
            return None
        key = self.get_pk_value(row)
        return differences.at_version(db.session(), self.kind, key, opened)

    def compared(self, form: Any, row: Any) -> list[both_versions.Line]:
        """What differs between the page as it was opened, the row and what was typed. The form
        goes on from the row as it is now."""
        stored, was = self._edit_form_class(None, obj=row), self.changed_since(form, row)
        found = both_versions.lines(form, stored, row, was, self.masked_fields)
        both_versions.take_up(form, stored, was, self.masked_fields)
        return found

    def after(self, row: Any) -> str:
        """Where to go after saving."""
        if "_again" in request.form and self.can_create:
            return str(self.get_url(".create_view"))
        return str(self.get_url(".details_view", id=self.get_pk_value(row)))

    # -- deleting, and what is done to many
    @expose("/delete/", methods=("GET", "POST"))
    def delete_view(self) -> ResponseReturnValue:
        """Ask first (GET), then delete (POST). The page works without any script."""
        row = self.one_or_404(self.remove)
        if request.method == "GET" or request.form.get("confirmed") != "yes":
            return self._confirm(_("Delete"), _("Delete this for good?"), [row], {"danger": True})
        number = self.get_pk_value(row)
        outcome = self._delete_one(number)
        if outcome.faults:
            return acting.refused(outcome, lambda: self._confirm(_("Delete"), "", [], {}))
        flash(_("Deleted."), "success")
        return redirect(self.get_url(".index_view"))

    def _delete_one(self, number: Any) -> Outcome[None]:
        def verb(session: Session, by: Actor, at: datetime) -> None:
            row = self.get_one(number, self.remove)
            if row is None:
                raise Refused([Fault("edge_gone")])
            self.delete(session, row, by, at)

        return attempt(verb, f"{self.kind}.delete", self.kind, number)

    def _confirm(
        self, button: str, question: str, rows: Sequence[Any], extra: dict[str, Any]
    ) -> str:
        page: str = self.render(
            self.confirm_template,
            button=button,
            question=question,
            rows=rows,
            hidden=extra.get("hidden", {}),
            danger=extra.get("danger", False),
            cancel=self.back(),
        )
        return page

    def chosen(self, permission: str) -> list[Any]:
        """The selected rows on which the person holds `permission`; hidden ones are not there."""
        keys = {self.key(text) for text in request.form.getlist("rowid")[:MOST_SELECTED]} - {None}
        column = getattr(self.model, self._primary_key)
        query = self.selection(permission).where(column.in_(keys)).order_by(*self.order, column)
        return list(db.session.scalars(query.options(*self.loading)).unique())

    @expose("/action/", methods=("POST",))
    def action_view(self) -> ResponseReturnValue:
        """Do something to the selected rows; what cannot be undone is asked first."""
        name = request.form.get("action", "")
        known: dict[str, tuple[Callable[..., Any], Any, Any]] = self._actions_data
        if name not in known or not self.is_action_allowed(name):
            abort(404)
        handler, text, question = known[name]
        rows = self.chosen(self.needed_for(name))
        if not rows:
            flash(_("Select at least one row first."), "warning")
            return redirect(self.back())
        if question and request.form.get("confirmed") != "yes":
            hidden = {"action": name, "url": self.back()}
            return self._confirm(
                str(text), str(question), rows, {"hidden": hidden, "danger": name == "delete"}
            )
        return handler([self.get_pk_value(row) for row in rows]) or redirect(self.back())

    def needed_for(self, name: str) -> str:
        """The permission that an action asks for on each row."""
        return str(self.remove if name == "delete" else self.write)

    def is_action_allowed(self, name: str) -> bool:
        """Whether the person may use an action at all."""
        return self.can_delete if name == "delete" else self.can_edit

    @action("delete", _l("Delete"), _l("Delete these for good?"))
    def action_delete(self, ids: Sequence[Any]) -> None:
        """Delete each of them in a transaction of its own, and say what became of each."""
        done = 0
        for number in ids:
            outcome = self._delete_one(number)
            for fault in outcome.faults:
                flash(f"{self.one} {number}: {fault_text(fault)}", "danger")
            done += not outcome.faults
        if done:
            flash(ngettext("One deleted.", "%(num)d deleted.", done), "success")

    # -- one field from the list
    @expose("/ajax/update/", methods=("POST",))
    def ajax_update(self) -> ResponseReturnValue:
        """Change one field of a row in the list, under the same rules as the form."""
        fields = set(request.form) & set(self.column_editable_list or ())
        row = self.get_one(request.form.get("list_form_pk", ""), self.write)
        if row is None or len(fields) != 1:
            abort(404)
        name = fields.pop()
        form = self._edit_form_class(request.form, obj=row)
        for other in [other for other in form._fields if other not in (name, "version")]:
            del form[other]
        if not form.validate():
            return jsonify(errors=form.errors), 422
        outcome: Outcome[Any] = attempt(
            lambda session, by, at: self.change(session, row, form, by, at, form.opened_on()),
            f"{self.kind}.update",
            self.kind,
            self.get_pk_value(row),
        )
        if outcome.faults:
            return jsonify(errors=[fault_text(fault) for fault in outcome.faults]), outcome.status
        return jsonify(version=getattr(outcome.value, "version", None))

    def get_list_form(self) -> Any:
        """Fields in lists are changed through the edit form; Flask-Admin makes none of its own."""
        return self.get_edit_form()

    # -- what of Flask-Admin would write past the verbs
    def create_model(self, form: Any) -> Any:
        raise NotImplementedError("rows are written by `create`")

    def update_model(self, form: Any, model: Any) -> Any:
        raise NotImplementedError("rows are written by `change`")

    def delete_model(self, model: Any) -> Any:
        raise NotImplementedError("rows are deleted by `delete`")


def changed_values(row: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Columns of a row that are about to be written: as they were, as they will be."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    state = inspect_row(row)
    for column in state.mapper.column_attrs:
        was = state.attrs[column.key].history
        if was.has_changes() and column.key not in UNSAID:
            before[column.key] = was.deleted[0] if was.deleted else None
            after[column.key] = was.added[0] if was.added else None
    return before, after
