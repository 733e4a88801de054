"""Every route names a permission or is closed. Says nothing about single rows: that is scope."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from admin.extensions import db
from admin.security.people import actor
from casework.permissions import ALL
from models.database import read_only

SIGNED_IN = "signed-in"  # for pages that every person with an account has
# the only endpoints a visitor without an account may reach
PUBLIC = frozenset({"static", "account.login", "account.language", "account.appearance", "health"})
# what somebody who must first choose a new password may still reach
BEFORE_PASSWORD = PUBLIC | {"account.password", "account.logout"}

View = TypeVar("View", bound=Callable[..., Any])


def requires(*permissions: str) -> Callable[[View], View]:
    """State which permissions open a view; any one of them suffices. `SIGNED_IN` for everyone.

    Raises ValueError for a name that `casework.permissions` does not know.
    """
    if not permissions:
        raise ValueError("Name a permission, or SIGNED_IN.")
    for name in permissions:
        if name not in ALL and name != SIGNED_IN:
            raise ValueError(f"No permission is called {name!r}.")

    def mark(view: View) -> View:
        view.permissions = permissions  # type: ignore[attr-defined]  # read by permissions_of
        return view

    return mark


def permissions_of(view: Callable[..., Any]) -> tuple[str, ...]:
    """The permissions a view names, empty if none: then nobody may open it.

    A method of a Flask-Admin view may be answered for by its class (`permissions_for(name)`).
    """
    stated: tuple[str, ...] | None = getattr(view, "permissions", None)
    if stated:
        return stated
    owner = getattr(view, "__self__", None)
    if owner is not None and hasattr(owner, "permissions_for"):
        asked: tuple[str, ...] = owner.permissions_for(getattr(view, "__name__", ""))
        return asked
    return ()


def guard() -> ResponseReturnValue | None:
    """Before each request: signed in, password not to be changed first, permission held."""
    endpoint = request.endpoint
    if endpoint == "static":
        return None
    if request.method in ("GET", "HEAD", "OPTIONS"):
        read_only(db.session())  # readers wait for nobody, and a write in a GET fails
    if endpoint is None or endpoint in PUBLIC:
        return None
    if not current_user.is_authenticated:
        return _ask_to_sign_in()
    if current_user.must_change_password and endpoint not in BEFORE_PASSWORD:
        flash(_("Choose a password of your own first."), "info")
        return redirect(url_for("account.password"))
    wanted = permissions_of(current_app.view_functions[endpoint])
    if SIGNED_IN not in wanted and not any(actor().holds(name) for name in wanted):
        abort(403)
    return None


def _ask_to_sign_in() -> ResponseReturnValue:
    if request.headers.get("X-Requested-With") == "fetch":
        abort(401)
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    back = wanted if wanted and wanted != "/" else None
    return redirect(url_for("account.login", next=back))
