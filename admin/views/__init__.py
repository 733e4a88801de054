"""Tables of plain data on Flask-Admin: members, pairs, organisations, accounts, settings, log."""

from __future__ import annotations

from flask import Flask
from flask_admin import Admin

from admin import nav
from admin.views import fields, finding, holidays, household, settings
from admin.views.base import ReadView
from admin.views.members import MemberView
from admin.views.orgs import OrgView
from admin.views.pairs import PairView
from admin.views.records import AuditView, EditionView
from admin.views.users import UserView
from models import AuditRecord, Edition, HelpingPair, Member, OrgUnit, User

TABLES: tuple[tuple[type[ReadView], type, str], ...] = (
    (MemberView, Member, "members"),
    (PairView, HelpingPair, "pairs"),
    (OrgView, OrgUnit, "orgs"),
    (UserView, User, "users"),
    (AuditView, AuditRecord, "audit"),
    (EditionView, Edition, "editions"),
)


def add_table(
    app: Flask, frame: Admin, view: type[ReadView], model: type, endpoint: str
) -> ReadView:
    """Bind one table at /endpoint/ with its line in the sidebar."""
    made = view(model, endpoint=endpoint, url=f"/{endpoint}")
    frame.add_view(made)
    if view.entry is not None:
        nav.add(app, view.entry)
    return made


def install(app: Flask, frame: Admin) -> None:
    """Bind every table and page."""
    fields.install(app)
    for view, model, endpoint in TABLES:
        add_table(app, frame, view, model, endpoint)
    household.install(app)
    settings.install(app)
    holidays.install(app)
    finding.install(app)
