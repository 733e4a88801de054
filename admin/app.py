"""Puts the application together. Every part binds itself; nothing here answers a request but the
refusal of control characters, and HEAD is read as GET."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask, abort, request
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter

from admin import (
    config,
    errors,
    i18n,
    layout,
    looks,
    messages,
    pages,
    speaking,
    text,
    versions,
    views,
)
from admin.acting import LARGEST_ID
from admin.extensions import babel, csrf, db, login_manager
from admin.frame import bind
from admin.requests import SeenRequest
from admin.security import guard, headers
from admin.security.account import account

HERE = Path(__file__).resolve().parent


class RowNumber(IntegerConverter):
    """`<int:…>` in an address: a number that no row can have is simply not found."""

    def __init__(self, map: Any, **options: Any) -> None:  # noqa: A002  # werkzeug's own name
        super().__init__(map, **{"min": 0, "max": LARGEST_ID, **options})


def create_app(settings: Mapping[str, Any] | None = None) -> Flask:
    """The application. `settings` overrides what the SUNSHINE_* variables say; tests give ENGINE,
    CLOCK and TESTING. The database is first asked at the first request."""
    app = Flask("admin", root_path=str(HERE), static_folder="static", template_folder="templates")
    app.request_class = SeenRequest
    app.config.update(config.from_environment({**os.environ, **_folders(settings)}))
    app.config.update(settings or {})
    app.url_map.converters["int"] = RowNumber
    if proxies := app.config["PROXIES"]:
        app.wsgi_app = ProxyFix(app.wsgi_app, proxies, proxies, proxies)  # type: ignore[method-assign]  # Flask's documented way
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    i18n.ensure_compiled()
    messages.install()
    _bind_extensions(app)
    versions.install(app)
    app.before_request(_read_head_as_get)
    app.before_request(_refuse_control_characters)
    app.before_request(speaking.begin)
    app.before_request(guard.guard)
    looks.watch(app)
    app.register_blueprint(account)
    frame = bind(app)
    views.install(app, frame)
    pages.install(app, frame)
    return app


def _folders(settings: Mapping[str, Any] | None) -> dict[str, str]:
    """A folder given in `settings` is used before the configuration makes one of its own."""
    folder = (settings or {}).get("DATA_FOLDER")
    return {"SUNSHINE_DATA": str(folder)} if folder else {}


def _bind_extensions(app: Flask) -> None:
    db.init_app(app)
    csrf.init_app(app)
    login_manager.init_app(app)
    babel.init_app(app, default_locale=i18n.LOCALES[i18n.DEFAULT], locale_selector=i18n.locale)
    headers.protect(app)
    text.install(app)
    errors.install(app)
    layout.install(app)


def _read_head_as_get() -> None:
    """HEAD asks for the headers of what GET gives. A page that serves its form and takes it would
    else take HEAD for a form sent in, without a token. The server still leaves the body out."""
    if request.method == "HEAD":
        request.method = "GET"


def _refuse_control_characters() -> None:
    """A NUL can be stored nowhere in PostgreSQL and is typed by nobody."""
    if "\0" in request.path or any(
        "\0" in name or any("\0" in value for value in values)
        for source in (request.args, request.form)
        for name, values in source.lists()
    ):
        abort(400)
