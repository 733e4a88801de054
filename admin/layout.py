"""What every page's frame shows: sidebar, faults of this answer, language, light or dark."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from flask import Flask, g, request
from flask_login import current_user

from admin import nav
from admin.extensions import db
from admin.i18n import lang
from admin.security.account import THEMES
from admin.security.people import actor
from admin.text import fault_text
from casework import inbox
from engine.faults import Fault

NUMBER = re.compile(r"[0-9]{4}-[0-9]+")
"""How an application is numbered, and so where a fault of a list says that it belongs."""


def _here() -> str:
    """The address to come back to after changing language or appearance."""
    return request.full_path.rstrip("?") if request.method == "GET" else request.path


def variables() -> dict[str, Any]:
    """The variables that layout.html reads."""
    theme = request.cookies.get("theme", "auto")
    signed_in = not g.get("without_database") and bool(current_user.is_authenticated)
    return {
        "nav_groups": nav.visible(actor()) if signed_in else [],
        "signed_in": signed_in,
        "page_faults": getattr(g, "faults", ()),
        "said_once": said_once,
        "page_lang": lang(),
        "theme_choice": theme if theme in THEMES else "auto",
        "here": _here(),
        "me": actor() if signed_in else None,
        "unread": inbox.unread(db.session(), actor()) if signed_in else 0,
    }


def said_once(faults: Sequence[Fault]) -> list[tuple[str, list[str]]]:
    """(text, numbers of the applications that it is said of, where the text does not name them): what
    is wrong with several rows of a list stands once. A page whose rows have no numbers gives names
    for them (`g.place_names`)."""
    names = g.get("place_names", {})
    found: dict[str, list[str]] = {}
    for fault in faults:
        text, place = fault_text(fault), (fault.where or "").partition(":")[0]
        numbers = found.setdefault(text, [])
        shown = names.get(place, place)
        if NUMBER.fullmatch(place) and place not in text and shown not in numbers:
            numbers.append(shown)
    return list(found.items())


def holds(permission: str) -> bool:
    """For templates: whether the signed-in person holds a permission anywhere."""
    return actor().holds(permission)


def install(app: Flask) -> None:
    """Give the variables to every template."""
    app.context_processor(variables)
    app.jinja_env.globals["holds"] = holds
