"""The files of an import: the workbook and its coloured copy, sealed; and how far the work is."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from casework import events, sealed_files
from casework.folders import data_folder
from casework.people import Actor
from engine.faults import Fault, Refused
from models.imports import ImportRun
from models.secrets import CannotOpen

STALE_SECONDS = 300
"""Whoever works on a run and is not heard of for so long is taken to be gone."""


def marked_copy(session: Session, run: ImportRun, *, by: Actor, at: datetime) -> bytes:
    """The coloured copy for the person whose run it is; the look is recorded."""
    if not run.has_copy or run.by_id != by.user_id:
        raise Refused([Fault("not_permitted", {"permission": run.kind})])
    events.record_look(session, by, at, "import.marked", "import_run", run.id)
    return sealed_files.read(key_of(run, "marked"), context_of(run, "marked"))


def report(run: ImportRun, rows: int) -> None:
    """Say how far it is, beside the database: the import's own transaction holds that."""
    path = _progress_file(run)
    path.parent.mkdir(parents=True, exist_ok=True)
    passing = path.with_suffix(f".{os.getpid()}")
    passing.write_text(str(rows), encoding="ascii")
    passing.replace(path)


def progress(run: ImportRun) -> int:
    """Rows done so far."""
    try:
        return int(_progress_file(run).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0


def stale(run: ImportRun) -> bool:
    """Whether whoever worked on it has not been heard of for long."""
    try:
        heard_of = _progress_file(run).stat().st_mtime
    except OSError:
        return True
    return time.time() - heard_of > STALE_SECONDS


def _progress_file(run: ImportRun) -> Path:
    return data_folder() / "imports" / f"{run.uid.hex}.progress"


def key_of(run: ImportRun, part: str = "file") -> str:
    return f"imports/{run.uid.hex}.{part}"


def context_of(run: ImportRun, part: str = "file") -> str:
    return f"import_run:{run.uid}:{part}"


@contextmanager
def opened(run: ImportRun) -> Iterator[Path]:
    try:
        with sealed_files.opened(key_of(run), context_of(run), ".xlsx") as path:
            yield path
    except (FileNotFoundError, CannotOpen) as error:
        raise Refused([Fault("workbook_damaged", {"filename": run.filename})]) from error
