"""Several files in one, with Chinese names that every program unpacks rightly."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from pathlib import PurePosixPath

BAD = '\\/:*?"<>|'


def packed(files: Iterable[tuple[str, bytes]]) -> bytes:
    """A zip of (name, bytes); two of one name are told apart by a number."""
    buffer = io.BytesIO()
    taken: set[str] = set()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(_free(clean(name), taken), data)
    return buffer.getvalue()


def clean(name: str) -> str:
    """A name without what file systems refuse."""
    kept = "".join(c if c.isprintable() and c not in BAD else " " for c in name)
    return " ".join(kept.split()) or "file"


def _free(name: str, taken: set[str]) -> str:
    path = PurePosixPath(name)
    found, count = name, 1
    while found in taken:
        count += 1
        found = f"{path.stem} ({count}){path.suffix}"
    taken.add(found)
    return found
