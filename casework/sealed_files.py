"""Files that lie sealed on disk, opened only with what binds them to their row."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from casework.folders import data_folder
from models.secrets import keyring


def write(key: str, content: bytes, context: str) -> None:
    """Seal and write under a passing name, then rename: a killed process leaves no half file.

    `key` is a relative path below the data folder, `context` what the file belongs to.
    """
    path = data_folder() / key
    path.parent.mkdir(parents=True, exist_ok=True)
    sealed = keyring().seal(content, context)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as passing:
        passing.write(sealed)
        passing.flush()
        os.fsync(passing.fileno())
    Path(passing.name).replace(path)


def read(key: str, context: str) -> bytes:
    """The content; OSError where the file is gone, CannotOpen where it belongs elsewhere."""
    return keyring().open((data_folder() / key).read_bytes(), context)


@contextmanager
def opened(key: str, context: str, suffix: str = "") -> Iterator[Path]:
    """A passing copy in clear that only this account may read; removed at the end."""
    with tempfile.TemporaryDirectory(prefix="sunshine-") as folder:
        path = Path(folder) / f"content{suffix}"
        path.write_bytes(read(key, context))
        yield path
