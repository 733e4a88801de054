"""Members: list, entry, change of branch, revealing of masked numbers. Writing is casework's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import abort, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, selectinload

from admin import acting, clock
from admin.acting import attempt
from admin.extensions import db
from admin.i18n import _l
from admin.nav import Entry
from admin.pages import orders
from admin.security.people import actor
from admin.text import fault_text, mask, yuan, zhdate
from admin.views import both_versions
from admin.views.base import within
from admin.views.bulk import Bulk, chosen_as_file
from admin.views.columns import Column, Filter, chosen, word_of, yes_or_no
from admin.views.fields import BoundForm, Needed, Versioned, choice, day, long_words, words
from admin.views.lookups import LookupField
from admin.views.people_lookups import members_like, unit_lookup, units_like
from admin.views.words import ETHNIC, HUKOU, ITEM, SEX, STANDING
from admin.views.writing import ModelView
from casework import members, people, worksheet_checks
from casework.people import Actor
from casework.permissions import Permission
from engine.faults import Fault
from models import Household, Member, OrgLevel, OrgUnit

MASKED = {"id_number": "id_number", "phone": "phone", "bank_account": "account"}
LABELS = {
    "id_number": _l("Identity number"),
    "phone": _l("Phone"),
    "bank_account": _l("Account number"),
}
branches = unit_lookup("org", Permission.Member.WRITE, OrgLevel.BRANCH)
targets = unit_lookup("to", Permission.Member.MOVE, OrgLevel.BRANCH)


class MemberForm(Versioned):
    """What is kept of a member. Masked numbers are never sent to the page: a blank one stays."""

    name = words(_l("Name"), most=50, required=True)
    id_number = words(LABELS["id_number"], most=18)
    phone = words(LABELS["phone"], most=20)
    sex = choice(_l("Sex"), SEX)
    birth_on = day(_l("Born"))
    ethnic = words(_l("Ethnic group"), most=20, render_kw={"maxlength": 20, "list": "ethnic-names"})
    joined_on = day(_l("{word.Joined_on}"))
    status = choice(_l("Standing"), STANDING, required=True)
    hukou = choice(_l("Registration that decides the line"), HUKOU)
    hukou_label = words(_l("Registration as printed"), most=20)
    address = words(_l("Home address"), most=300, render_kw={"maxlength": 300, "data-wide": "1"})
    bank_name = words(_l("Bank"), most=100)
    bank_account = words(LABELS["bank_account"], most=40)
    can_help_skills = long_words(
        _l("Skills"),
        most=1000,
        description=_l("With which the {word.person} could help others."),
    )
    died_on = day(_l("Died on"))

    def values(self, *, keep_blank: bool) -> dict[str, Any]:
        """Field → value; with `keep_blank` a masked number left blank is not among them."""
        found: dict[str, Any] = {}
        for name in members.FIELDS & set(self._fields):
            data = self._fields[name].data
            if keep_blank and name in MASKED and not data:
                continue
            found[name] = data
        return found


class NewMemberForm(MemberForm):
    """A new member needs a branch."""

    org = LookupField(
        _l("{word.Branch}"), [Needed()], loader=branches, endpoint="members.ajax_lookup"
    )


class MoveForm(Versioned):
    """Where the organisational relation goes, and why."""

    to = LookupField(
        _l("New {word.branch}"), [Needed()], loader=targets, endpoint="members.ajax_lookup"
    )
    reason = long_words(_l("Reason"), most=500, required=True)


class RevealForm(BoundForm):
    """Nothing to fill in: the token alone."""


def masked(field: str) -> Any:
    """A column's cell: the number as it may be seen by everyone with access to the row."""
    return lambda member: mask(getattr(member, field), MASKED[field])


BULKS = (
    Bulk(
        "print",
        _l("Print files of {word.persons}"),
        "",
        Permission.Member.READ,
        "paper.order",
        "member",
        answer=lambda rows: orders.choose("member", rows),
        asks=True,
    ),
    Bulk(
        "export",
        _l("Export"),
        _l(
            "These {word.persons} are written to a file; numbers stay masked. The export is recorded."
        ),
        Permission.Member.EXPORT,
        "member.export",
        "member",
        answer=chosen_as_file(lambda: MemberView, "members"),
    ),
    Bulk(
        "verify",
        _l("Mark worksheets as checked"),
        _l(
            "Every row of their household worksheets that names its proof is marked as checked by "
            "you and then counts in assessments. Do this only with the proofs before you."
        ),
        Permission.Member.VERIFY_HOUSEHOLD,
        "household.verify",
        "member",
        verb=lambda session, row, by, at: worksheet_checks.verify_all(session, row, by=by, at=at),
        why_not=worksheet_checks.why_not,
        loading=(selectinload(Member.household).selectinload(Household.items),),
    ),
)


class MemberView(ModelView):
    """The register of members."""

    bulks = BULKS

    read = Permission.Member.READ
    write = add = Permission.Member.WRITE
    export_with = Permission.Member.EXPORT
    reveal_with = Permission.Member.REVEAL
    move_with = Permission.Member.MOVE
    routes = {"move_view": "move_with", "reveal_view": "reveal_with"}  # noqa: RUF012  # read only
    kind = inspected = "member"
    past = ("household.",)
    keeps_typed = True
    masked_fields = MASKED
    title = _l("Register of {word.persons}")
    one = _l("{word.Person}")
    new = _l("New {word.person}")
    finds_people = True
    search_hint = _l("Name, initials, or last 4 of ID or phone")
    form = MemberForm
    form_ajax_refs = {"org": branches, "to": targets}  # noqa: RUF012  # Flask-Admin's attribute
    edit_template = create_template = "members/edit.html"
    details_template = "members/details.html"
    loading = (selectinload(Member.org),)
    order = (Member.name_place,)
    entry = Entry(
        "members.index_view", _l("Register of {word.persons}"), "people", (read,), "users", 10
    )
    columns = (
        Column("name", _l("Name"), lambda m: m.name, Member.name_place, "name", in_details=False),
        Column("sex", _l("Sex"), lambda m: word_of(SEX, m.sex), css="short"),
        Column("birth_on", _l("Born"), lambda m: zhdate(m.birth_on), Member.birth_on, "short"),
        Column("org", _l("{word.Branch}"), lambda m: m.org.name, css="long"),
        Column("status", _l("Standing"), lambda m: word_of(STANDING, m.status), css="short"),
        Column(
            "joined_on",
            _l("{word.Joined_on}"),
            lambda m: zhdate(m.joined_on),
            Member.joined_on,
            "short",
        ),
        Column("ethnic", _l("Ethnic group"), lambda m: m.ethnic or "—", in_list=False),
        Column("hukou", _l("Registration"), lambda m: word_of(HUKOU, m.hukou), css="short"),
        Column(
            "hukou_label",
            _l("Registration as printed"),
            lambda m: m.hukou_label or "—",
            in_list=False,
        ),
        Column("phone", LABELS["phone"], masked("phone"), css="mono short", in_details=False),
        Column(
            "id_number",
            LABELS["id_number"],
            masked("id_number"),
            css="mono short",
            in_details=False,
        ),
        Column("address", _l("Home address"), lambda m: m.address or "—", in_list=False, wide=True),
        Column("bank_name", _l("Bank"), lambda m: m.bank_name or "—", in_list=False),
        Column(
            "can_help_skills",
            _l("Skills"),
            lambda m: m.can_help_skills or "—",
            in_list=False,
            wide=True,
        ),
        Column("died_on", _l("Died on"), lambda m: zhdate(m.died_on), in_list=False),
    )
    filters = (
        Filter(
            "org",
            _l("{word.Branch}"),
            lambda text: Member.org_id.in_(select(OrgUnit.id).where(units_like(text))),
            lambda text: text.strip()[:100],
        ),
        Filter("status", _l("Standing"), **chosen(Member.status, STANDING)),
        Filter("sex", _l("Sex"), **chosen(Member.sex, SEX)),
        Filter("hukou", _l("Registration"), **chosen(Member.hukou, HUKOU)),
        Filter("active", _l("Still with us"), **yes_or_no(Member.active)),
    )

    def visible(self, permission: str) -> ColumnElement[bool]:
        return within(Member.org_id, permission)

    def search(self, words: str) -> ColumnElement[bool]:
        return members_like(words)

    def name_of(self, row: Any) -> str:
        return str(row.name)

    def get_create_form(self) -> Any:
        return NewMemberForm

    # -- writing
    def _form_page(self, form: Any, row: Any = None, versions: Any = ()) -> str:
        self._template_args["ethnic_names"] = ETHNIC
        self._template_args["may_apply"] = actor().holds(Permission.Application.REGISTER)
        return super()._form_page(form, row, versions)

    def opened(self, row: Any) -> Any:
        """The stored numbers stay on the server; the page says only that there is one."""
        form = super().opened(row)
        for name, kind in MASKED.items():
            field = form._fields[name]
            if self.sent(row) is None:
                field.data = None
            if getattr(row, name):
                shown = mask(getattr(row, name), kind)
                field.render_kw = {**field.render_kw, "placeholder": shown}
                field.description = _("Leave blank to keep the number on file.")
        return form

    def blank(self) -> Any:
        """A whole number asks at once what is known of the person."""
        form = super().blank()
        field = form.id_number
        field.render_kw = {**field.render_kw, "data-known": url_for("known.look")}
        return form

    def after(self, row: Any) -> str:
        """On to an application, if that was asked for."""
        if "_apply" in request.form and actor().holds(Permission.Application.REGISTER):
            return url_for("register.start", member_id=row.id)
        return super().after(row)

    def also_wrong(self, form: Any, row: Any) -> Sequence[Fault]:
        values = form.values(keep_blank=row is not None)
        if row is not None:
            values = {name: getattr(row, name) for name in members.FIELDS} | values
        return members.faults(db.session(), values, clock.today(), row)

    def create(self, session: Session, form: Any, by: Actor, at: datetime) -> Member:
        return members.register(session, form.org.data, form.values(keep_blank=False), by=by, at=at)

    def change(
        self, session: Session, row: Any, form: Any, by: Actor, at: datetime, version: int | None
    ) -> Member:
        values = form.values(keep_blank=True)
        expected = -1 if version is None else version
        return members.update(session, row, values, by=by, at=at, expected_version=expected)

    # -- one member
    def beside(self, row: Any) -> dict[str, Any]:
        mine = actor()
        return {
            "masked": [
                (LABELS[field], field, bool(getattr(row, field)), mask(getattr(row, field), kind))
                for field, kind in MASKED.items()
            ],
            "may_reveal": mine.holds(self.reveal_with)
            and self.get_one(row.id, self.reveal_with) is not None,
            "may_move": mine.holds(self.move_with)
            and self.get_one(row.id, self.move_with) is not None,
            "household": row.household,
            "item_words": ITEM,
            "people": people_of(row.household),
            "totals": totals(row.household),
        }

    @expose("/reveal/", methods=("POST",))
    def reveal_view(self) -> ResponseReturnValue:
        """One masked number in clear; the look is recorded by the verb."""
        row, field = self.one_or_404(self.reveal_with), request.args.get("field", "")
        if field not in MASKED:
            abort(404)
        outcome: acting.Outcome[str | None] = attempt(
            lambda session, by, at: members.reveal(session, row, field, by=by, at=at),
            f"member.reveal:{field}",
            "member",
            row.id,
        )
        if outcome.faults:
            return jsonify(error=" ".join(fault_text(f) for f in outcome.faults)), outcome.status
        return jsonify(value=outcome.value or "—")

    @expose("/move/", methods=("GET", "POST"))
    def move_view(self) -> ResponseReturnValue:
        """Carry the organisational relation over to another branch."""
        row = self.one_or_404(self.move_with)
        form = MoveForm(request.form if request.method == "POST" else None)
        if request.method == "GET":
            form.version.data = str(row.version)
            return self._move_page(form, row)
        if not form.validate():
            return self._move_page(form, row), 422
        number, stays = row.id, form.to.data.id == row.org_id
        outcome: acting.Outcome[Member] = attempt(
            lambda session, by, at: members.move(
                session,
                row,
                form.to.data,
                reason=form.reason.data or "",
                by=by,
                at=at,
                expected_version=form.opened_on() or -1,
            ),
            "member.move",
            "member",
            number,
        )
        if outcome.faults:
            return self.refused_since(
                outcome,
                number,
                self.move_with,
                lambda now: self._moved_since(form, now),
                lambda now, found: self._move_page(form, now, found),
            )
        moved = self.get_one(number)  # nobody sees a member who went out of his reach
        branch = form.to.data.name
        if stays:
            flash(_("Belongs to %(branch)s already; nothing was changed.", branch=branch), "info")
        else:
            flash(_("Moved to %(branch)s.", branch=branch), "success")
        here = self.get_url(".details_view", id=number) if moved else self.get_url(".index_view")
        return redirect(here)

    def _moved_since(self, form: MoveForm, row: Member) -> list[both_versions.Line]:
        """What somebody else changed while the page was open: the branch first, which it asks for."""
        opened = form.opened_on()
        left = members.branch_at(db.session(), row, opened) if opened is not None else None
        found = []
        if left is not None and left.id != row.org_id:
            label, mine = str(form.to.label.text), both_versions.words(form.to)
            found.append(both_versions.Line(label, left.name, row.org.name, mine, True))
        stored, was = self._edit_form_class(None, obj=row), self.changed_since(form, row)
        return found + both_versions.overtaken(stored, row, was, self.masked_fields, {})

    def _move_page(
        self, form: MoveForm, row: Member, versions: Sequence[both_versions.Line] = ()
    ) -> str:
        page: str = self.render(
            "members/move.html", form=form, row=row, cancel=self.back(), versions=versions
        )
        return page


def people_of(household: Any) -> dict[int, str]:
    """Who entered and who checked the rows, by number of the account."""
    rows = household.items if household is not None else []
    ids = [number for item in rows for number in (item.entered_by_id, item.verified_by_id)]
    return people.names(db.session(), ids)


def totals(household: Any) -> dict[str, str]:
    """Kind of row → yearly sum, for the household's table."""
    if household is None:
        return {}
    sums: dict[str, int] = {}
    for item in household.items:
        sums[item.kind.value] = sums.get(item.kind.value, 0) + item.fen_per_year
    return {kind: yuan(fen) for kind, fen in sums.items()}
