"""The sidebar: which pages there are, in groups by task, and who sees which entry.

A page registers its own entry; an entry is shown to those who hold one of its permissions. It
grants nothing: the page's own `@requires` decides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from flask import Flask, current_app, g, request, url_for

from admin.i18n import _l


class Holder(Protocol):
    """Whoever can be asked for a permission."""

    def holds(self, permission: str) -> bool: ...


# id → heading, in the order of the sidebar; an empty heading stands at the top
GROUPS = {
    "work": "",
    "aid": _l("Aid"),
    "people": _l("{word.Persons}"),
    "money": _l("Money"),
    "rules": _l("Policy"),
    "office": _l("Administration"),
}

# endpoint → the key that leads there after g; there are more pages than letters, so a few that are
# reached less often have none
KEYS = {
    "home.index": "h",
    "inbox.index": "x",
    "applications.index_view": "a",
    "register.find": "r",
    "rounds.index": "d",
    "meetings.index": "b",
    "notices.index": "n",
    "filings.index": "f",
    "screenings.index": "s",
    "members.index_view": "m",
    "pairs.index_view": "j",
    "hardship.index": "k",
    "checks.index": "v",
    "transfers.index": "t",
    "payments.index": "p",
    "funds.index": "q",
    "journal.index": "w",
    "figures.index": "c",
    "reports.index": "z",
    "policy.index": "y",
    "editions.index_view": "e",
    "orgs.index_view": "o",
    "users.index_view": "u",
    "audit.index_view": "l",
    "settings.edit": "i",
    "imports.index": "g",
}


@dataclass(frozen=True)
class Entry:
    """One line of the sidebar. `label` is a lazy text (`_l("…")`), `permissions`: any one suffices;
    none means everyone who is signed in. `unless` hides it from those who hold a permission and yet
    have nothing to do there. `badge` gives a small number, or None for nothing."""

    endpoint: str
    label: object
    group: str
    permissions: tuple[str, ...] = ()
    icon: str = "dot"
    order: int = 50
    badge: Callable[[], int | None] | None = None
    unless: Callable[[], bool] | None = None
    also: tuple[str, ...] = ()  # further endpoints or blueprints for which the entry is lit


@dataclass(frozen=True)
class Line:
    """An entry as the template shows it."""

    url: str
    label: object
    icon: str
    active: bool
    badge: int | None
    key: str = ""


@dataclass
class Registry:
    """The entries of one application."""

    entries: list[Entry] = field(default_factory=list)

    def add(self, entry: Entry) -> None:
        """Register an entry; an unknown group or an endpoint registered twice is a mistake."""
        if entry.group not in GROUPS:
            raise ValueError(f"Unknown group {entry.group!r}; one of {', '.join(GROUPS)}.")
        if any(known.endpoint == entry.endpoint for known in self.entries):
            raise ValueError(f"{entry.endpoint} has an entry already.")
        self.entries.append(entry)

    def visible(self, actor: Holder) -> list[tuple[object, list[Line]]]:
        """(heading, lines) of each group in which this person sees anything."""
        shown = []
        for group, heading in GROUPS.items():
            lines = [
                _line(entry)
                for entry in sorted(self.entries, key=lambda e: e.order)
                if entry.group == group
                and (not entry.permissions or any(actor.holds(p) for p in entry.permissions))
                and not (entry.unless and entry.unless())
            ]
            if lines:
                shown.append((heading, lines))
        return shown


def stand_at(endpoint: str) -> None:
    """Light the entry of another page than the one asked for: the same page may belong to several,
    by what it shows."""
    g.nav_stands_at = endpoint


def _line(entry: Entry) -> Line:
    here = g.get("nav_stands_at") or request.endpoint or ""
    blueprint = here.rpartition(".")[0]
    own = entry.endpoint.rpartition(".")[0]
    active = here == entry.endpoint or here in entry.also or blueprint in entry.also
    if own and entry.endpoint.endswith(".index_view"):
        active = active or blueprint == own
    return Line(
        url_for(entry.endpoint),
        entry.label,
        entry.icon,
        active,
        entry.badge() if entry.badge else None,
        KEYS.get(entry.endpoint, ""),
    )


def add(app: Flask, entry: Entry) -> None:
    """Put an entry into the sidebar of `app`."""
    app.extensions.setdefault("sunshine_nav", Registry()).add(entry)


def label_of(endpoint: str) -> object | None:
    """What the sidebar calls the page, whoever may see it; None for a page that is not in it."""
    registry: Registry = current_app.extensions.setdefault("sunshine_nav", Registry())
    return next((one.label for one in registry.entries if one.endpoint == endpoint), None)


def label_above(endpoint: str) -> object | None:
    """For a page that is not in the sidebar: what that calls the page to which it belongs."""
    registry: Registry = current_app.extensions.setdefault("sunshine_nav", Registry())
    blueprint = endpoint.rpartition(".")[0]
    if not blueprint or label_of(endpoint) is not None:
        return None
    near = (
        one.label
        for one in registry.entries
        if {endpoint, blueprint} & set(one.also) or one.endpoint.rpartition(".")[0] == blueprint
    )
    return next(near, None)


def visible(actor: Holder) -> list[tuple[object, list[Line]]]:
    """The sidebar of the current application for this person."""
    registry: Registry = current_app.extensions.setdefault("sunshine_nav", Registry())
    return registry.visible(actor)
