"""Binds Flask-Admin: our layout, our first page, none of its own scripts and styles."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, current_app, jsonify
from flask.typing import ResponseReturnValue
from flask_admin import Admin, BaseView, expose
from flask_admin.theme import Bootstrap4Theme
from sqlalchemy import text

from admin import nav
from admin.extensions import db
from admin.i18n import _l
from admin.security.guard import SIGNED_IN
from admin.security.people import actor

# A panel: (template, function giving its variables, or None when it has nothing for this person)
Panel = tuple[str, Callable[[], Mapping[str, Any] | None]]


class View(BaseView):
    """A Flask-Admin view that is closed unless `permissions_for` opens it."""

    def permissions_for(self, name: str) -> tuple[str, ...]:
        """The permissions that open the method `name`; empty: nobody."""
        return ()

    def is_accessible(self) -> bool:
        """The guard has decided before any view runs (admin.security.guard)."""
        return True

    def _run_view(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Flask-Admin calls a view again with other arguments when it meets a TypeError, which
        would hide a mistake and run a write twice."""
        return fn(self, *args, **kwargs)


class Home(View):
    """The first page: panels put in by their owners (`panel`)."""

    def permissions_for(self, name: str) -> tuple[str, ...]:
        return (SIGNED_IN,)

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """What waits for me, and where I can go."""
        panels: list[Panel] = current_app.extensions.get("sunshine_panels", [])
        shown = [(template, data) for template, give in panels if (data := give()) is not None]
        page: str = self.render("home.html", panels=shown, roles=actor().roles)
        return page


def panel(app: Flask, template: str, data: Callable[[], Mapping[str, Any] | None]) -> None:
    """Put a panel on the first page; panels stand in the order in which they were added."""
    app.extensions.setdefault("sunshine_panels", []).append((template, data))


def health() -> ResponseReturnValue:
    """For the machine that watches this one: the database answers."""
    db.session.execute(text("select 1"))
    return jsonify(ok=True)


def bind(app: Flask) -> Admin:
    """Flask-Admin with the first page at /; its static files are not served."""
    first = Home(name=_l("My work"), endpoint="home", url="/", static_url_path="/-")
    frame = Admin(
        app,
        name="Sunshine Aid",
        index_view=first,
        theme=Bootstrap4Theme(base_template="layout.html"),
    )
    app.add_url_rule("/health", "health", health)
    nav.add(app, nav.Entry("home.index", _l("My work"), "work", icon="home", order=10))
    return frame
