"""The search box: a page without a script, a dialog with one, both from the same groups.

What is found is what casework.search gives this person; every look by a number is written down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from flask import Blueprint, Flask, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from admin import clock, looks, nav
from admin.extensions import db
from admin.i18n import _l
from admin.security.guard import SIGNED_IN, requires
from admin.security.people import actor
from admin.text import policy_label, zhdate
from casework import search
from casework.permissions import Permission
from models.names import initials

finding = Blueprint("search", __name__)


@dataclass(frozen=True)
class Hit:
    """One thing found."""

    url: str
    title: str
    detail: str = ""


@dataclass(frozen=True)
class Group:
    """What was found of one kind; `more` is the list with all of it."""

    kind: str
    label: str
    hits: list[Hit]
    more: str | None = None


def pages(words: str) -> Iterator[Hit]:
    """Pages of the sidebar by a part of their name or its initials."""
    low = words.casefold()
    for _heading, lines in nav.visible(actor()):
        for line in lines:
            name = str(line.label)
            if low in name.casefold() or (low.isascii() and initials(name).startswith(low)):
                yield Hit(line.url, name)


def members(words: str) -> Iterator[Hit]:
    """Members, with branch and birth so that namesakes differ."""
    for row in search.members(db.session(), actor(), words):
        born = _("born %(day)s", day=zhdate(row.birth_on)) if row.birth_on else ""
        detail = " · ".join(part for part in (row.org.name, born) if part)
        yield Hit(url_for("members.details_view", id=row.id), row.name, detail)


def applications(words: str) -> Iterator[Hit]:
    """Applications, with the branch."""
    for row in search.applications(db.session(), actor(), words, clock.today()):
        title = f"{row.member.name} {row.number}"
        url = url_for("cases.show", application_id=row.id)
        yield Hit(url, title, row.org.name)


def notices(words: str) -> Iterator[Hit]:
    """Notices, with the branch and the days on which they hang."""
    for row in search.notices(db.session(), actor(), words):
        days = f"{zhdate(row.posted_on)} – {zhdate(row.ends_on)}"
        yield Hit(url_for("notices.show", notice_id=row.id), row.number, f"{row.org.name} · {days}")


def rules(words: str) -> Iterator[Hit]:
    """Rules of the editions in force, with their clause."""
    for found in search.rules(db.session(), actor(), words, clock.today()):
        url = url_for("editions.details_view", id=found.edition.id, file=found.file)
        clause = _("clause %(clause)s", clause=found.rule.clause) if found.rule.clause else ""
        yield Hit(url, policy_label(found.rule.label), clause)


# kind → heading, what finds it, where all of it is listed and who may open that list
KINDS: dict[str, tuple[object, Callable[[str], Iterator[Hit]], str | None, str]] = {
    "members": (
        _l("Register of {word.persons}"),
        members,
        "members.index_view",
        Permission.Member.READ,
    ),
    "applications": (
        _l("Applications"),
        applications,
        "applications.index_view",
        Permission.Application.READ,
    ),
    "notices": (_l("Notices"), notices, None, Permission.Notice.READ),
    "rules": (_l("Rules"), rules, None, Permission.Policy.READ),
    "pages": (_l("Pages and tasks"), pages, None, SIGNED_IN),
}


def found(words: str) -> list[Group]:
    """Everything found, by kind; kinds with nothing are left out."""
    groups = []
    for kind, (label, find, full, permission) in KINDS.items():
        if permission != SIGNED_IN and not actor().holds(permission):
            continue
        hits = list(find(words))[: search.MOST]
        if hits:
            more = url_for(full, search=words) if full and len(hits) == search.MOST else None
            groups.append(Group(kind, str(label), hits, more))
    people = sum(len(group.hits) for group in groups if group.kind in ("members", "applications"))
    looks.note_search(words, people)
    return groups


def asked() -> str:
    """What to look for."""
    return request.args.get("q", "").strip()[: search.LONGEST]


@finding.get("/search")
@requires(SIGNED_IN)
def page() -> ResponseReturnValue:
    """The page, which needs no script."""
    words = asked()
    return render_template("search.html", words=words, groups=found(words) if words else [])


@finding.get("/search/found")
@requires(SIGNED_IN)
def box() -> ResponseReturnValue:
    """The same for the dialog."""
    words = asked()
    groups = found(words) if words else []
    return jsonify(
        groups=[
            {
                "label": group.label,
                "hits": [vars(hit) for hit in group.hits],
                "more": group.more,
                "more_text": _("All in the list"),
            }
            for group in groups
        ],
    )


def install(app: Flask) -> None:
    """Bind page and answer."""
    app.register_blueprint(finding)
