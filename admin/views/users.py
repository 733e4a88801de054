"""Accounts and the roles they hold. Nobody gives himself a role, and no account is deleted."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from flask import abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, selectinload
from wtforms import BooleanField, Field, StringField
from wtforms.validators import Length, Optional, Regexp

from admin import acting, clock
from admin.acting import Outcome, attempt
from admin.extensions import db
from admin.i18n import _l
from admin.nav import Entry
from admin.security import passwords
from admin.security.people import actor
from admin.text import fault_text, moment, policy_label, yes_no
from admin.views.base import anywhere
from admin.views.columns import Column, Filter, yes_or_no
from admin.views.fields import BoundForm, ChoiceField, Needed, Versioned, choice, day, words
from admin.views.lookups import LookupField
from admin.views.people_lookups import unit_lookup
from admin.views.words import LANGUAGE
from admin.views.writing import ModelView
from casework import access, events
from casework.people import Actor
from casework.permissions import Permission
from engine.faults import Fault, Refused
from models import Locale, Member, Role, User, UserRole
from models.base import starts_with

ADDRESS = r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$"
units = unit_lookup("unit", Permission.User.GRANT)


class UserForm(Versioned):
    """An account. Roles are granted on its page, the password by a button there."""

    display_name = words(_l("Name"), most=50, required=True)
    locale = choice(_l("Language"), LANGUAGE, required=True, default=Locale.ZH)
    email = StringField(
        _l("Mail address"),
        [Optional(), Length(max=200), Regexp(ADDRESS, message=_l("This is no mail address."))],
        filters=[lambda text: (text or "").strip() or None],
        description=_l("Reminders go there too, where a mail server is set. Without names."),
    )
    member_number = words(
        _l("Identity number, if on the list of {word.persons}"),
        most=18,
        description=_l(
            "So that nobody handles his own or his relatives' applications. Leave blank to keep "
            "what is on file; write 0 to clear it."
        ),
    )
    active = BooleanField(_l("May sign in"), default=True)


class NewUserForm(UserForm):
    """A new account needs a name to sign in with."""

    username = StringField(
        _l("User name"),
        [
            Needed(),
            Length(max=64),
            Regexp(
                r"^[A-Za-z0-9][A-Za-z0-9._-]+$",
                message=_l("Use Latin letters, digits, dots and hyphens."),
            ),
        ],
    )

    def __iter__(self) -> Iterator[Field]:
        """That name first: it is what the person types every morning."""
        return iter(sorted(self._fields.values(), key=lambda one: one is not self.username))


class GrantForm(BoundForm):
    """A role at a unit, from a day on."""

    role = ChoiceField(_l("Role"), {}, required=True)
    unit = LookupField(_l("At"), [Needed()], loader=units, endpoint="users.ajax_lookup")
    from_on = day(_l("From"), required=True)
    until_on = day(_l("Until"))


class UserView(ModelView):
    """Accounts of the whole office."""

    read = Permission.User.READ
    write = add = Permission.User.WRITE
    grant_with = Permission.User.GRANT
    routes = {  # noqa: RUF012  # read only
        "password_view": "write",
        "grant_view": "grant_with",
        "end_role_view": "grant_with",
    }
    kind = "user"
    past = ("account.password",)
    masked_fields = {"member_number": "id_number"}  # noqa: RUF012  # read only
    title = _l("Accounts")
    one = _l("Account")
    new = _l("New account")
    search_hint = _l("Name or user name")
    form = UserForm
    form_ajax_refs = {"unit": units}  # noqa: RUF012  # Flask-Admin's attribute
    details_template = "users/details.html"
    loading = ()
    order = (User.username,)
    entry = Entry("users.index_view", _l("Accounts and roles"), "office", (read,), "key", 20)
    columns = (
        Column("username", _l("User name"), lambda u: u.username, User.username, "name"),
        Column("display_name", _l("Name"), lambda u: u.display_name, User.display_name, "short"),
        Column("active", _l("May sign in"), lambda u: yes_no(u.active), User.active, "short"),
        Column("locale", _l("Language"), lambda u: LANGUAGE[u.locale], css="short"),
        Column("email", _l("Mail address"), lambda u: u.email or "—", in_list=False),
        Column(
            "member",
            _l("Is one of the {word.persons}"),
            lambda u: yes_no(u.member_id is not None),
            css="short",
        ),
        Column(
            "created_at", _l("Made on"), lambda u: moment(u.created_at), User.created_at, "short"
        ),
    )
    filters = (Filter("active", _l("May sign in"), **yes_or_no(User.active)),)

    def visible(self, permission: str) -> ColumnElement[bool]:
        return anywhere(permission)

    def search(self, words: str) -> ColumnElement[bool]:
        return or_(starts_with(User.username, words.lower()), starts_with(User.display_name, words))

    def name_of(self, row: Any) -> str:
        return str(row.display_name)

    def get_create_form(self) -> Any:
        return NewUserForm

    # -- accounts
    def create(self, session: Session, form: Any, by: Actor, at: datetime) -> User:
        """A new account cannot sign in until it is given its first password."""
        user = User(
            username=form.username.data,
            display_name=form.display_name.data,
            locale=form.locale.data,
            active=form.active.data,
            email=form.email.data,
            must_change_password=True,
            session_stamp=passwords.stamp(),
            created_at=at,
        )
        if session.scalar(select(User.id).where(User.username == form.username.data.lower())):
            raise Refused([Fault("edge_user_exists", {"name": form.username.data}, "username")])
        user.member_id = member_of(session, form, None)
        session.add(user)
        session.flush()
        events.audit(session, by, at, "user.create", "user", user.id, {"username": user.username})
        return user

    def change(
        self, session: Session, row: Any, form: Any, by: Actor, at: datetime, version: int | None
    ) -> Any:
        """Closing an account ends its sessions; nobody closes his own."""
        if row.id == by.user_id and not form.active.data:
            raise Refused([Fault("edge_own_account", {}, "active")])
        return super().change(session, row, form, by, at, version)

    def fill(self, form: Any, row: Any) -> None:
        """The row's own fields; the number itself is not kept with the account."""
        session = db.session()
        row.member_id = member_of(session, form, row.member_id)
        if row.active and not form.active.data:
            row.session_stamp = passwords.stamp()
        for name in ("display_name", "locale", "email", "active"):
            form._fields[name].populate_obj(row, name)

    def beside(self, row: Any) -> dict[str, Any]:
        held = db.session.scalars(
            select(UserRole)
            .where(UserRole.user_id == row.id)
            .options(selectinload(UserRole.role), selectinload(UserRole.org))
            .order_by(UserRole.from_on.desc(), UserRole.id)
        )
        return {
            "held": list(held),
            "today": clock.today(),
            "no_password": not row.password_hash,
            "grant_form": self._grant_form(None) if self._may_grant(row) else None,
        }

    @expose("/password/", methods=("POST",))
    def password_view(self) -> ResponseReturnValue:
        """Give a new first password, shown once; the person must choose his own at once."""
        row = self.one_or_404(self.write)
        if row.id == actor().user_id:
            return redirect(url_for("account.password"))
        fresh = "-".join(secrets.token_hex(2) for _n in range(4))

        def verb(session: Session, by: Actor, at: datetime) -> User:
            row.password_hash = passwords.hashed(fresh)
            row.must_change_password, row.session_stamp = True, passwords.stamp()
            session.flush()
            events.audit(session, by, at, "user.password", "user", row.id)
            found: User = row
            return found

        outcome = attempt(verb, "user.password", "user", row.id)
        if outcome.faults:
            return acting.refused(outcome)
        return render_template("users/password.html", row=outcome.value, fresh=fresh)

    # -- roles
    def _may_grant(self, row: Any) -> bool:
        return actor().holds(self.grant_with) and row.id != actor().user_id

    def _grant_form(self, data: Any) -> GrantForm:
        form = GrantForm(data)
        roles = db.session.scalars(select(Role).order_by(Role.id)).all()
        form.role.offer({role.id: policy_label(role) for role in roles})
        if data is None:
            form.from_on.data = clock.today()
        else:
            form.role.process(data)
        return form

    @expose("/grant/", methods=("POST",))
    def grant_view(self) -> ResponseReturnValue:
        """Grant a role at a unit of its level."""
        row = self.one_or_404(self.grant_with)
        form = self._grant_form(request.form)
        if not form.validate():
            return make_response(self.details_page(row, grant_form=form), 422)
        number = row.id

        def verb(session: Session, by: Actor, at: datetime) -> UserRole:
            return grant(session, row, form, by, at)

        outcome: Outcome[UserRole] = attempt(verb, "user.grant", "user", number)
        if outcome.faults:
            form.take(outcome.faults, fault_text)
            again = self.one_or_404(self.grant_with)
            shown = {"grant_form": form} if self._may_grant(again) else {}
            return acting.refused(outcome, lambda: self.details_page(again, **shown))
        flash(_("Role granted."), "success")
        return redirect(self.get_url(".details_view", id=request.args["id"]))

    @expose("/end-role/", methods=("POST",))
    def end_role_view(self) -> ResponseReturnValue:
        """End a role with yesterday; what was done under it stays."""
        row = self.one_or_404(self.grant_with)
        number = acting.identifier(request.form.get("role", ""))
        held = db.session.get(UserRole, number) if number else None
        if held is None or held.user_id != row.id:
            abort(404)

        def verb(session: Session, by: Actor, at: datetime) -> None:
            end(session, held, by, at)

        outcome = attempt(verb, "user.end_role", "user", row.id)
        if outcome.faults:
            return acting.refused(outcome)
        flash(_("Role ended."), "success")
        return redirect(self.get_url(".details_view", id=request.args["id"]))


def member_of(session: Session, form: Any, now: int | None) -> int | None:
    """The member that the account belongs to, found by the whole identity number only: whoever
    keeps accounts does not read the register."""
    typed = form.member_number.data
    if not typed:
        return now
    if typed == "0":
        return None
    found = session.scalar(select(Member.id).where(Member.id_number.matches(typed)))
    if found is None:
        raise Refused([Fault("edge_member_unknown", {}, "member_number")])
    return found


def grant(session: Session, user: User, form: GrantForm, by: Actor, at: datetime) -> UserRole:
    """Write down a role held; all faults at once."""
    role, unit = session.get_one(Role, form.role.data), form.unit.data
    found = access.faults(session, by, Permission.User.GRANT, unit.id)
    if user.id == by.user_id:
        found.append(Fault("edge_own_role", {}))
    if role.level != unit.level:
        found.append(Fault("edge_role_level", {"role": role.zh, "unit": unit.name}, "unit"))
    if form.until_on.data is not None and form.until_on.data < form.from_on.data:
        found.append(Fault("ends_before_start", {}, "until_on"))
    if found:
        raise Refused(found)
    held = UserRole(
        user_id=user.id,
        role_id=role.id,
        org_id=unit.id,
        from_on=form.from_on.data,
        until_on=form.until_on.data,
    )
    session.add(held)
    session.flush()
    data = {
        "role": role.code,
        "org": unit.code,
        "from": str(held.from_on),
        "until": str(held.until_on),
    }
    events.audit(session, by, at, "user.grant", "user", user.id, data)
    return held


def end(session: Session, held: UserRole, by: Actor, at: datetime) -> None:
    """Let a role end today; one that has not begun is taken back."""
    found = access.faults(session, by, Permission.User.GRANT, held.org_id)
    if held.user_id == by.user_id:
        found.append(Fault("edge_own_role", {}))
    if found:
        raise Refused(found)
    today = clock.today()
    data = {"role": held.role.code, "org": held.org.code}
    number = held.user_id
    if held.from_on >= today:
        session.delete(held)
    else:
        held.until_on = today.fromordinal(today.toordinal() - 1)
    session.flush()
    events.audit(session, by, at, "user.end_role", "user", number, data)
