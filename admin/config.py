"""What the application is told from outside: addresses, folders, secrets. Reads only, but for
the session secret, which it makes once for a machine that was given none."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SECRET_BYTES = 32


def data_folder(environ: Mapping[str, str]) -> Path:
    """The folder that holds the embedded database, keys and scans; made when it is missing."""
    folder = Path(environ.get("SUNSHINE_DATA") or ROOT / "var")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def session_secret(environ: Mapping[str, str], folder: Path) -> str:
    """The key that signs sessions: from SUNSHINE_SECRET, else a file only its owner can read.

    Several processes may start at once: the first to create the file wins, the others read it.
    """
    if given := environ.get("SUNSHINE_SECRET"):
        return given
    path = folder / "session.secret"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii")
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(SECRET_BYTES))
    return path.read_text(encoding="ascii")


def yes(environ: Mapping[str, str], name: str) -> bool:
    """True for 1, yes, true or on, whatever the case."""
    return environ.get(name, "").strip().lower() in {"1", "yes", "true", "on"}


def from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    """Flask's configuration from the SUNSHINE_* variables; every key has a working default."""
    folder = data_folder(environ)
    https = yes(environ, "SUNSHINE_HTTPS")
    return {
        "SECRET_KEY": session_secret(environ, folder),
        "SQLALCHEMY_DATABASE_URI": environ.get("SUNSHINE_DATABASE_URL")
        or f"sqlite:///{folder.resolve() / 'sunshine.db'}",
        "DATA_FOLDER": folder,
        "TIMEZONE": environ.get("SUNSHINE_TIMEZONE") or "Asia/Shanghai",
        "HTTPS": https,
        "SESSION_COOKIE_NAME": "sunshine",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": https,
        # a day's work in one sitting; idle sessions end because every answer renews the cookie
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=10),
        # how many proxies of our own stand before us; their X-Forwarded-* are believed, no others
        "PROXIES": int(environ.get("SUNSHINE_PROXIES") or 0),
        "TRUSTED_HOSTS": [h for h in environ.get("SUNSHINE_HOSTS", "").split(",") if h] or None,
        "MAX_CONTENT_LENGTH": 32 * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 4 * 1024 * 1024,
        "MAX_FORM_PARTS": 4000,
        "WTF_CSRF_TIME_LIMIT": None,  # a form may stay open all day; the token ends with the session
        "WTF_CSRF_SSL_STRICT": https,
        "SEND_FILE_MAX_AGE_DEFAULT": timedelta(days=7),
    }
