"""Tables of plain data on Flask-Admin: members, pairs, organisations, accounts, settings, log."""

from __future__ import annotations

from flask import Flask
from flask_admin import Admin


def install(app: Flask, frame: Admin) -> None:
    """Bind every table."""
