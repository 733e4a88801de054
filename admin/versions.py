"""Addresses of styles, scripts and pictures carry what their content is, so that a browser which
keeps them for days asks for the new ones after an upgrade, and for no others."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask

LENGTH = 10  # hexadecimal digits of the content's digest


def install(app: Flask) -> None:
    """Have `url_for("static", filename=…)` add `v`; a file that is not there gets none."""
    folder = Path(app.static_folder or "")

    @lru_cache(maxsize=1000)
    def version(name: str) -> str | None:
        path = folder / name
        return hashlib.sha256(path.read_bytes()).hexdigest()[:LENGTH] if path.is_file() else None

    @app.url_defaults
    def add(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and "filename" in values:
            values.setdefault("v", version(values["filename"]))
