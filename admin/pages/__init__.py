"""Pages of applications and of the lists on their road. Each module has `install(app, frame)`,
which registers its blueprint, its sidebar entry and its panels."""

from __future__ import annotations

from flask import Flask
from flask_admin import Admin

PAGES: tuple[object, ...] = ()  # modules with install(app, frame), in the order of the sidebar


def install(app: Flask, frame: Admin) -> None:
    """Bind every page module."""
    for page in PAGES:
        page.install(app, frame)  # type: ignore[attr-defined]  # a module
