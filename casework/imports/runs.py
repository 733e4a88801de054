"""An import from upload to its columns, and what may be asked of it next.

The rows are gone through in `passage`; the files lie in `kept`.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import attachments, events, sealed_files
from casework.clock import day_of
from casework.imports import catalogue, cells, headers, kept, workbook
from casework.imports.kinds import Kind
from casework.people import Actor
from engine.faults import Fault, Refused
from engine.messages import text as fault_text
from models.imports import ImportMatching, ImportRun, ImportState
from models.people import Locale

AT_ONCE = 300
"""Rows that are tried and taken while the person waits; longer lists go to the worker."""
HEAD_ROWS = 30
RUNNING = (
    ImportState.WAITS_CHECK,
    ImportState.CHECKING,
    ImportState.WAITS_APPLY,
    ImportState.APPLYING,
)


def upload(
    session: Session,
    path: Path,
    filename: str,
    kind_id: str,
    *,
    by: Actor,
    at: datetime,
    policy_code: str | None = None,
    locale: Locale = Locale.ZH,
    once: Mapping[str, str] | None = None,
) -> ImportRun:
    """Keep the workbook, sealed, and match the columns of its first sheet that fits. `once` says
    what is the same for all its rows.
    """
    kind = catalogue.kind_of(session, kind_id, policy_code, day_of(at))
    if not by.holds(kind.permission) or by.user_id is None:
        raise Refused([Fault("not_permitted", {"permission": kind.permission})])
    name = attachments.clean_name(filename) if filename else ""
    found = workbook.sheets(path, name, HEAD_ROWS)
    content = path.read_bytes()
    run = ImportRun(
        uid=uuid.uuid4(),
        kind=kind_id,
        policy_code=policy_code,
        filename=name,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        sheets=[sheet.name for sheet in found],
        state=ImportState.NEW,
        locale=locale,
        by_id=by.user_id,
        at=at,
    )
    sealed_files.write(kept.key_of(run), content, kept.context_of(run))
    session.add(run)
    session.flush()
    best = max(found, key=lambda s: len(_matched(session, kind, s)[1]))
    _choose(session, run, kind, best)
    run.mapping = {**run.mapping, **(once or {})}
    data = {"kind": kind_id, "sha256": run.sha256, "size": run.size}
    events.audit(session, by, at, "import.upload", "import_run", run.id, data)
    return run


def choose_sheet(session: Session, run: ImportRun, sheet: str) -> None:
    """Take another sheet of the same workbook."""
    _still_open(run)
    with kept.opened(run) as path:
        found = {each.name: each for each in workbook.sheets(path, run.filename, HEAD_ROWS)}
    if sheet not in found:
        raise Refused([Fault("workbook_no_sheet", {"sheet": sheet})])
    kind = catalogue.kind_of(session, run.kind, run.policy_code, day_of(run.at))
    once = headers.once(run.mapping)
    _choose(session, run, kind, found[sheet])
    run.mapping = {**run.mapping, **once}


def match(session: Session, run: ImportRun, mapping: Mapping[str, int | str], *, by: Actor) -> None:
    """Say which place in the sheet stands for which column, or what is the same for all rows.
    The places are remembered for the same headings.
    """
    _still_open(run)
    kind = catalogue.kind_of(session, run.kind, run.policy_code, day_of(run.at))
    known = {column.id for column in kind.columns}
    chosen = {id_: place for id_, place in mapping.items() if id_ in known}
    shown = preview(session, run)
    found = headers.faults(chosen, kind.columns, len(shown.heading))
    if run.heading_row is None:
        found.append(_no_heading(run.sheet, kind))
    if found:
        raise Refused(found)
    run.mapping, run.state = dict(chosen), ImportState.NEW
    run.counts, run.sample, run.trouble, run.has_copy = {}, [], [], False
    if run.signature is not None:
        _remember(session, run, by)
    session.flush()


@dataclass(frozen=True, slots=True)
class Preview:
    """The headings of the chosen sheet and its first rows, as a person reads them."""

    heading: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def preview(session: Session, run: ImportRun, rows: int = 3) -> Preview:
    """What the matching shows beside each heading."""
    with kept.opened(run) as path:
        for sheet in workbook.sheets(path, run.filename, HEAD_ROWS):
            if sheet.name == run.sheet:
                kind = catalogue.kind_of(session, run.kind, run.policy_code, day_of(run.at))
                heading, _mapping = _matched(session, kind, sheet)
                below = [r for n, r in sheet.head if heading and n > heading.row]
                shown = tuple(tuple(cells.shown(c) for c in row) for row in below[:rows])
                return Preview(heading.texts if heading else (), shown)
    return Preview((), ())


def is_short(run: ImportRun) -> bool:
    """Whether the sheet has so few rows that a person may wait for them."""
    with kept.opened(run) as path:
        rows = workbook.rows(path, run.filename, run.sheet or "")
        return len(list(islice(rows, AT_ONCE + 1))) <= AT_ONCE


def twin(session: Session, run: ImportRun) -> ImportRun | None:
    """An earlier run that took in the very same file, for the page to say so."""
    return session.scalars(
        select(ImportRun)
        .where(
            ImportRun.sha256 == run.sha256,
            ImportRun.kind == run.kind,
            ImportRun.state == ImportState.DONE,
            ImportRun.id != run.id,
        )
        .order_by(ImportRun.id.desc())
        .limit(1)
    ).one_or_none()


def ask(session: Session, run: ImportRun, state: ImportState) -> None:
    """Ask the worker for the dry run (WAITS_CHECK) or the import (WAITS_APPLY)."""
    _may_start(run, state)
    run.state, run.claimed_at = state, None
    session.flush()


def _may_start(run: ImportRun, state: ImportState) -> None:
    if run.state in RUNNING:
        raise Refused([Fault("import_busy", {})])
    if run.state == ImportState.DONE:
        raise Refused([Fault("import_done", {})])
    if state == ImportState.WAITS_APPLY:
        if run.state != ImportState.CHECKED or run.trouble:
            raise Refused([Fault("import_not_checked", {})])
        if not run.counts.get("new", 0) + run.counts.get("changed", 0):
            raise Refused([Fault("import_nothing", {})])


def _still_open(run: ImportRun) -> None:
    if run.state in RUNNING:
        raise Refused([Fault("import_busy", {})])
    if run.state == ImportState.DONE:
        raise Refused([Fault("import_done", {})])


def _matched(
    session: Session, kind: Kind, sheet: workbook.Sheet
) -> tuple[headers.Heading | None, dict[str, int]]:
    heading = headers.find(sheet.head, kind.columns)
    if heading is None:
        return None, {}
    known = session.scalars(
        select(ImportMatching).where(
            ImportMatching.kind == kind.id, ImportMatching.signature == heading.signature
        )
    ).one_or_none()
    return heading, headers.match(heading, kind.columns, known.mapping if known else None)


def _choose(session: Session, run: ImportRun, kind: Kind, sheet: workbook.Sheet) -> None:
    heading, mapping = _matched(session, kind, sheet)
    run.sheet, run.mapping, run.state = sheet.name, mapping, ImportState.NEW
    run.heading_row = heading.row if heading else None
    run.signature = heading.signature if heading else None
    run.counts, run.sample, run.has_copy = {}, [], False
    run.trouble = [] if heading else [fault_text(_no_heading(sheet.name, kind), run.locale)]
    session.flush()


def _no_heading(sheet: str | None, kind: Kind) -> Fault:
    names = [column.label for column in kind.columns if column.needed]
    return Fault("workbook_no_header", {"sheet": sheet or "", "fields": names})


def _remember(session: Session, run: ImportRun, by: Actor) -> None:
    if by.user_id is None or run.signature is None:
        return
    known = session.scalars(
        select(ImportMatching).where(
            ImportMatching.kind == run.kind, ImportMatching.signature == run.signature
        )
    ).one_or_none()
    if known is None:
        known = ImportMatching(kind=run.kind, signature=run.signature, by_id=by.user_id)
        session.add(known)
    known.mapping, known.by_id = dict(headers.places(run.mapping)), by.user_id
