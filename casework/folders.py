"""Where the office's files lie on disk: scans, the embedded database, the queue."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def data_folder() -> Path:
    """The folder that SUNSHINE_DATA names, else `var` beside the code; made when it is missing."""
    folder = Path(os.environ.get("SUNSHINE_DATA") or ROOT / "var")
    folder.mkdir(parents=True, exist_ok=True)
    return folder.resolve()
