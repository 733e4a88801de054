"""Writing down that somebody looked: a reveal, an export, an auditor's reading.

A page is read in a transaction that cannot write, so the note goes through one of its own and is
committed before anything is shown.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask, Response, g, request
from flask_login import current_user
from sqlalchemy.orm import Session

from admin import clock
from admin.extensions import db
from admin.security.people import actor
from casework import events, search
from casework.permissions import Permission

_NOTED = "sunshine_looked"


def note(
    what: str,
    object_type: str,
    object_id: int | str | None,
    data: Mapping[str, object] | None = None,
) -> None:
    """Append `look:what` to the audit log, now and for good."""
    g.setdefault(_NOTED, True)
    with Session(db.engine) as session:
        events.record_look(session, actor(), clock.now(), what, object_type, object_id, data)
        session.commit()


def note_inspection(object_type: str, object_id: int | str | None) -> None:
    """Whoever may read the audit log (纪检) sees everything; each of his looks at a person or an
    application is written down by its own name. Pages that do not call it are noted by `watch`."""
    if actor().holds(Permission.Audit.READ):
        note("inspection", object_type, object_id)


NOBODY = frozenset(
    {
        *("static", "health", "account.login", "account.password", "account.language"),
        *("account.appearance", "audit.index_view", "audit.details_view", "holidays.index"),
        *("holidays.edit", "editions.index_view", "editions.details_view", "editions.files_view"),
        *("orgs.index_view", "orgs.details_view", "orgs.ajax_lookup", "figures.index"),
        *("funds.index", "reports.index", "rounds.index", "checks.new"),
        *("attachments.download", "attachments.inline"),  # casework writes their line
    }
)
"""Pages that show no member. Every other page counts as one that does, new ones included."""


def watch(app: Flask) -> None:
    """Write down every page that an inspecting person (纪检) opens and that may show somebody, unless
    the page or a search on it has written a line of its own; before the page is sent."""

    @app.after_request
    def inspected(response: Response) -> Response:
        endpoint = request.endpoint
        seen = request.method == "GET" and response.status_code == 200
        if not seen or endpoint is None or endpoint in NOBODY or g.get(_NOTED):
            return response
        if current_user.is_authenticated and actor().holds(Permission.Audit.READ):
            # ids out of the address, and which filters it had; what was searched for is not kept
            data = {"of": dict(request.view_args or {}), "asked": sorted(request.args)}
            note("inspection", "page", endpoint, data)
        return response


def note_search(words: str, found: int) -> None:
    """`note_number_search` where the words look for a person by a number; else nothing."""
    if search.by_number(words):
        note_number_search(whole=len(search.digits_of(words)) > search.TAIL, found=found)


def note_number_search(*, whole: bool, found: int) -> None:
    """Somebody looked for a person by the last four characters of a number or by the whole of it;
    the number itself is never written down."""
    note("search_number", "member", None, {"by": "whole" if whole else "tail", "found": found})
