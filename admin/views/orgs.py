"""The organisation tree: units, their names and who stands above whom."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session, selectinload
from wtforms import BooleanField

from admin.i18n import _l
from admin.nav import Entry
from admin.text import yes_no
from admin.views.base import within
from admin.views.columns import Column, Filter, chosen, word_of, yes_or_no
from admin.views.fields import Versioned, choice, words
from admin.views.lookups import LookupField
from admin.views.people_lookups import unit_lookup, units_like
from admin.views.words import LEVEL, PLACE
from admin.views.writing import ModelView, changed_values
from casework import differences, events
from casework.people import Actor
from casework.permissions import Permission
from engine.faults import Fault, Refused
from models import OrgUnit
from models.orgs import move

above = unit_lookup("parent", Permission.Org.WRITE)


class OrgForm(Versioned):
    """A unit; the one above may be left out only at the root."""

    name = words(_l("Name of the unit"), most=100, required=True)
    code = words(_l("Code"), most=64, required=True)
    level = choice(_l("Level"), LEVEL, required=True)
    parent = LookupField(_l("Stands below"), loader=above, endpoint="orgs.ajax_lookup")
    kind = choice(_l("Kind of place"), PLACE)
    kind_zh = words(
        _l("Word for the place on notices"),
        most=20,
        description=_l("As notices address the place: village, community or unit, say."),
    )
    active = BooleanField(_l("Active"), default=True)


class OrgView(ModelView):
    """Units within the person's part of the tree."""

    read = Permission.Org.READ
    write = add = Permission.Org.WRITE
    kind = "org"
    title = _l("Organisations")
    one = _l("Organisation")
    new = _l("New organisation")
    search_hint = _l("Name or code")
    form = OrgForm
    form_ajax_refs = {"parent": above}  # noqa: RUF012  # Flask-Admin's attribute
    loading = (selectinload(OrgUnit.parent),)
    order = (OrgUnit.path,)
    entry = Entry("orgs.index_view", _l("Organisations"), "office", (read,), "tree", 10)
    columns = (
        Column(
            "name", _l("Name of the unit"), lambda u: u.name, OrgUnit.name, "name", in_details=False
        ),
        Column("level", _l("Level"), lambda u: word_of(LEVEL, u.level), OrgUnit.level, "short"),
        Column("parent", _l("Stands below"), lambda u: u.parent.name if u.parent else "—"),
        Column("code", _l("Code"), lambda u: u.code, OrgUnit.code, "short"),
        Column("kind", _l("Kind of place"), lambda u: word_of(PLACE, u.kind), css="short"),
        Column(
            "kind_zh",
            _l("Word for the place on notices"),
            lambda u: u.kind_zh or "—",
            in_list=False,
        ),
        Column("active", _l("Active"), lambda u: yes_no(u.active), css="short"),
    )
    filters = (
        Filter("level", _l("Level"), **chosen(OrgUnit.level, LEVEL)),
        Filter("active", _l("Active"), **yes_or_no(OrgUnit.active)),
    )

    def visible(self, permission: str) -> ColumnElement[bool]:
        return within(OrgUnit.id, permission)

    def search(self, words: str) -> ColumnElement[bool]:
        return units_like(words)

    def name_of(self, row: Any) -> str:
        return str(row.name)

    def create(self, session: Session, form: Any, by: Actor, at: datetime) -> OrgUnit:
        """A new unit stands below one that the person manages: a second root is not made here."""
        if form.parent.data is None:
            raise Refused([Fault("edge_parent_needed", {}, "parent")])
        unit: OrgUnit = super().create(session, form, by, at)
        return unit

    def change(
        self, session: Session, row: Any, form: Any, by: Actor, at: datetime, version: int | None
    ) -> OrgUnit:
        """Moving a unit takes everything below it along."""
        self.hold(session, row, version)
        before, target = row.parent_id, form.parent.data
        if target is None and before is not None:
            raise Refused([Fault("edge_parent_needed", {}, "parent")])
        if target is not None and (target.id == row.id or target.path.startswith(row.path)):
            raise Refused([Fault("edge_parent_below", {"name": row.name}, "parent")])
        for name in ("name", "code", "level", "kind", "kind_zh", "active"):
            form._fields[name].populate_obj(row, name)
        was, now = changed_values(row)
        if target is not None and target.id != before:
            move(session, row, target)
        session.flush()
        changes = differences.between({**was, "parent": before}, {**now, "parent": row.parent_id})
        data = {**differences.data_of(row, changes), "parent": [before, row.parent_id]}
        events.audit(session, by, at, "org.update", "org", row.id, data)
        unit: OrgUnit = row
        return unit
