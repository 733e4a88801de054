"""What is only read: the audit log and the published editions."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, abort, request
from flask_admin import expose
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import ColumnElement, or_

from admin import clock, looks, nav
from admin.extensions import db
from admin.i18n import _l
from admin.nav import Entry
from admin.pages.report_tables import REPORTS
from admin.policy import file_names
from admin.text import DASH, moment, policy_label, zhdate
from admin.views import audit_words
from admin.views.base import ReadView, anywhere
from admin.views.columns import Column, Filter, chosen, from_day, read_text, to_day
from admin.views.files import disposition
from admin.views.settings import LABELS
from casework import editions
from casework.permissions import Permission
from engine.faults import Refused
from engine.papers.templates import template_lines
from models import AuditRecord, Edition, User
from models.base import starts_with

SETTINGS = {
    **{key: label for key, (label, _hint) in LABELS.items()},
    "demo.loaded": _l("Demonstration data"),  # the mark that they were loaded, set only by that
}


def _shown(name: str, data: bytes) -> str:
    """A file of an edition as text; of a Word template its words."""
    if name.endswith(".docx"):
        return "\n".join(template_lines(data))
    return data.decode("utf-8", "replace")


def which(row: Any) -> Any:
    """A page, a report or a setting by its name on the screen; whatever has a number as the log
    holds it. A page that is not in the sidebar goes by the one it belongs to; what is exported has
    its code."""
    code = row.object_id or ""
    label: object = None
    if row.object_type == "report":
        label = REPORTS[code].title if code in REPORTS else None
    elif row.object_type == "setting":
        label = SETTINGS.get(code)
    elif row.object_type == "page":
        label = nav.label_of(code) or nav.label_above(code)
    return label or verbatim(row.object_id or DASH)


class AuditView(ReadView):
    """The audit log. It cannot be written here, and looking at it leaves its own line."""

    read = export_with = Permission.Audit.READ
    title = _l("Audit log")
    one = _l("Record")
    search_hint = _l("Action, in words, or the start of its code")
    order = (AuditRecord.seq.desc(),)
    entry = Entry("audit.index_view", _l("Audit log"), "office", (read,), "shield", 60)
    columns = (
        Column("seq", _l("Number"), lambda r: r.seq, AuditRecord.seq, "num"),
        Column("at", _l("When"), lambda r: moment(r.at), css="short"),
        Column(
            "actor_name",
            _l("Who"),
            lambda r: audit_words.who(r.actor_name, r.actor_id),
            css="short",
        ),
        Column("action", _l("Action"), lambda r: audit_words.done(r.action), css="short"),
        Column("object_type", _l("Of"), lambda r: audit_words.thing(r.object_type), css="short"),
        Column(
            "object_id",
            _l("Which"),
            which,
            export=lambda r: r.object_id or "—",
            css="mono short",
        ),
        Column("said", _l("Details"), lambda r: audit_words.details(r.data), css="long", wide=True),
        Column(
            "code",
            _l("Code of the action"),
            lambda r: verbatim(r.action),
            export=lambda r: r.action,
            in_list=False,
            css="mono",
        ),
        Column(
            "data",
            _l("As written down"),
            lambda r: verbatim(as_text(r.data)),
            export=lambda r: as_text(r.data),
            in_list=False,
            css="mono long",
            wide=True,
        ),
        Column(
            "hash",
            _l("Hash"),
            lambda r: verbatim(r.hash),
            export=lambda r: r.hash,
            in_list=False,
            css="mono",
            wide=True,
        ),
    )
    filters = (
        Filter("from", _l("From"), **from_day(AuditRecord.at)),
        Filter("to", _l("Until"), **to_day(AuditRecord.at)),
        Filter("who", _l("Who"), lambda text: starts_with(AuditRecord.actor_name, text), read_text),
        Filter("kind", _l("Of"), **chosen(AuditRecord.object_type, audit_words.THINGS)),
        Filter("which", _l("Which"), lambda text: AuditRecord.object_id == text, read_text),
    )

    def visible(self, permission: str) -> ColumnElement[bool]:
        return anywhere(permission)

    def search(self, words: str) -> ColumnElement[bool]:
        """By its words, or by how its code begins: `refused:`, `look:reveal`, `member.`."""
        named = audit_words.codes_of(words)
        told = [AuditRecord.action.in_(named)] if named else []
        return or_(starts_with(AuditRecord.action, words), *told)

    def name_of(self, row: Any) -> str:
        return str(_("Record %(number)s", number=row.seq))


def verbatim(text: str) -> Markup:
    """What the log itself holds, letter by letter: neither translated nor read as words."""
    return Markup("<code>{}</code>").format(text)


def as_text(data: Any) -> str:
    """Details of a record on one line."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True) if data else "—"


class EditionView(ReadView):
    """Published editions of the policies, and their files."""

    read = Permission.Policy.READ
    routes = {"files_view": "read"}  # noqa: RUF012  # read only
    title = _l("Policy editions")
    one = _l("Edition")
    details_template = "office/edition.html"
    order = (Edition.policy_code, Edition.in_force_from.desc())
    entry = Entry("editions.index_view", _l("Policy editions"), "rules", (read,), "book", 20)
    columns = (
        Column("policy", _l("Policy"), lambda e: title_of(e), Edition.policy_code),
        Column("policy_code", _l("Code of the policy"), lambda e: e.policy_code, in_list=False),
        Column(
            "in_force_from",
            _l("In force from"),
            lambda e: zhdate(e.in_force_from),
            Edition.in_force_from,
            "short",
        ),
        Column("in_force_to", _l("Until"), lambda e: zhdate(e.in_force_to), css="short"),
        Column("published_at", _l("Published"), lambda e: moment(e.published_at), css="short"),
        Column("proposed", _l("Proposed by"), lambda e: person(e.proposed_by_id), css="short"),
        Column("signed", _l("Signed by"), lambda e: person(e.signed_by_id), css="short"),
        Column("digest", _l("Digest"), lambda e: e.digest, css="mono", in_list=False, wide=True),
        Column("note", _l("What changed"), lambda e: e.note or "—", wide=True),
    )

    def visible(self, permission: str) -> ColumnElement[bool]:
        return anywhere(permission)

    def name_of(self, row: Any) -> str:
        return f"{title_of(row)} · {zhdate(row.in_force_from)}"

    def beside(self, row: Any) -> dict[str, Any]:
        files = editions.files_of(row)
        shown = request.args.get("file", "")
        return {
            "groups": file_names.groups(files),
            "shown": shown if shown in files else "",
            "text": _shown(shown, files[shown]) if shown in files else "",
            "today": clock.today(),
        }

    @expose("/files/")
    def files_view(self) -> Response:
        """The files as they were signed, in one zip."""
        row = self.one_or_404(self.read)
        if not row.files:
            abort(404)
        looks.note("edition_files", "edition", row.id)
        name = disposition(f"{row.policy_code}-{row.in_force_from}", "zip")
        return Response(
            row.files, mimetype="application/zip", headers={"Content-Disposition": name}
        )


def title_of(edition: Edition) -> str:
    """What the policy of an edition calls itself; its code where its files cannot be read here."""
    try:
        return policy_label(editions.policy_of(edition))
    except Refused:
        return edition.policy_code


def person(number: int | None) -> str:
    """Name of an account."""
    found = db.session.get(User, number) if number else None
    return found.display_name if found else "—"
