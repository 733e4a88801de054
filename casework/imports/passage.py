"""The passage through the rows of an import: the dry run, then the good rows.

The dry run calls the very verbs of the import and rolls them back in pieces; the import itself is
one transaction. Both run in the caller's thread; the worker calls them for long lists.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from casework import events, people, sealed_files
from casework.clock import day_of
from casework.imports import catalogue, cells, headers, kept, spellings, workbook
from casework.imports.kinds import Context, Kind, Taken
from casework.imports.marking import Marked
from casework.imports.runs import RUNNING
from casework.imports.workbook import Row
from casework.people import Actor
from engine.faults import Fault, Refused
from engine.messages import text as fault_text
from models.imports import ImportRun, ImportState
from models.people import User

PIECE = 200
SAMPLE = 100
TOTALS = tuple(one.casefold() for one in spellings.values("row")["total"])
_FIGURES = re.compile(r"[\dx'’‘`-]+\Z")  # a number alone is an entry with its other cells missing
NOTES = tuple(one.casefold() for one in spellings.values("row")["note"])


@dataclass(slots=True)
class Tally:
    """What became of the rows so far."""

    counts: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("new", "changed", "same", "faulty", "skipped"), 0)
    )
    sample: list[dict[str, Any]] = field(default_factory=list)
    trouble: list[Fault] = field(default_factory=list)
    seen: dict[bytes, int] = field(default_factory=dict)
    total: Decimal = Decimal(0)
    said: Decimal | None = None
    rows: int = 0

    def note(self, number: int, faults: Sequence[Fault], kind: Kind, lang: str) -> None:
        """Count a faulty row and keep it for the page while there is room."""
        self.counts["faulty"] += 1
        labels = {column.id: column.label for column in kind.columns}
        for fault in faults:
            if len(self.sample) < SAMPLE:
                label = labels.get(fault.where or "")
                shown = {"row": number, "column": label.text(lang) if label else ""}
                self.sample.append({**shown, "text": fault_text(fault, lang)})


def check(sessions: sessionmaker[Session], run_id: int, at: datetime) -> None:
    """The dry run: every row is written and rolled back, all faults go into the marked copy."""
    _go_through(sessions, run_id, at, dry=True)


def apply(sessions: sessionmaker[Session], run_id: int, at: datetime) -> None:
    """Take the good rows in one transaction; a row that fails now is left out and marked."""
    _go_through(sessions, run_id, at, dry=False)


def work_on(sessions: sessionmaker[Session], run_id: int, at: datetime) -> None:
    """Whichever of the two is asked for; for the worker."""
    with sessions() as session:
        state = session.get_one(ImportRun, run_id).state
    dry = state in (ImportState.WAITS_CHECK, ImportState.CHECKING)
    _go_through(sessions, run_id, at, dry=dry)


def waiting(session: Session) -> list[int]:
    """Runs that ask for work, and those whose worker has not been heard of for long."""
    rows = session.scalars(
        select(ImportRun).where(ImportRun.state.in_(RUNNING)).order_by(ImportRun.id)
    )
    asked = (ImportState.WAITS_CHECK, ImportState.WAITS_APPLY)
    return [run.id for run in rows if run.state in asked or kept.stale(run)]


def claim(session: Session, run: ImportRun, at: datetime) -> bool:
    """Take the run for this process; False where another has it, or nothing is asked of it."""
    session.refresh(run, with_for_update={"skip_locked": True})
    waiting = run.state in (ImportState.WAITS_CHECK, ImportState.WAITS_APPLY)
    working = run.state in (ImportState.CHECKING, ImportState.APPLYING)
    if not waiting and not (working and kept.stale(run)):
        return False
    asked = run.state in (ImportState.WAITS_CHECK, ImportState.CHECKING)
    run.state = ImportState.CHECKING if asked else ImportState.APPLYING
    run.claimed_at = at
    kept.report(run, 0)
    return True


def _go_through(sessions: sessionmaker[Session], run_id: int, at: datetime, *, dry: bool) -> None:
    with sessions.begin() as session:
        run = session.get_one(ImportRun, run_id)
        if not claim(session, run, at):
            return
        user = session.get_one(User, run.by_id)
        by = people.actor(session, user, day_of(at))
        kind = catalogue.kind_of(session, run.kind, run.policy_code, day_of(run.at))
        session.flush()
        session.expunge(run)
    work = _Work(sessions, run, kind, by, at)
    try:
        with kept.opened(run) as path, tempfile.TemporaryDirectory(prefix="sunshine-") as folder:
            copy = Path(folder) / "marked.xlsx"
            with Marked(copy, work.heading(path), run.locale) as marked:
                tally = work.dry(path, marked) if dry else work.real(path, marked)
            if tally.counts["faulty"]:
                sealed_files.write(
                    kept.key_of(run, "marked"), copy.read_bytes(), kept.context_of(run, "marked")
                )
        if dry:
            with sessions.begin() as session:
                _finish(session.get_one(ImportRun, run_id), tally, ImportState.CHECKED)
    except Refused as refused:
        with sessions.begin() as session:
            run = session.get_one(ImportRun, run_id)
            run.state = ImportState.FAILED
            run.trouble = [fault_text(fault, run.locale) for fault in refused.faults]


def _finish(run: ImportRun, tally: Tally, state: ImportState) -> None:
    run.counts, run.sample = dict(tally.counts), list(tally.sample)
    run.trouble = [fault_text(fault, run.locale) for fault in tally.trouble]
    run.has_copy, run.state = tally.counts["faulty"] > 0, state


class _Work:
    """One passage through the rows of one run."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        run: ImportRun,
        kind: Kind,
        by: Actor,
        at: datetime,
    ) -> None:
        self._sessions, self._run, self._kind = sessions, run, kind
        self._by, self._at = by, at
        self._places = headers.places(run.mapping)
        self._once = headers.once(run.mapping)

    def dry(self, path: Path, marked: Marked) -> Tally:
        """Try the rows in pieces, each rolled back, so that nobody waits long for the database."""
        tally = Tally()
        for piece in _pieces(self._rows(path)):
            with self._sessions() as session:
                self._piece(session, piece, tally, marked)
                session.rollback()
            kept.report(self._run, tally.rows)
        with self._sessions() as session:
            self._end(session, tally)
            session.rollback()
        return tally

    def real(self, path: Path, marked: Marked) -> Tally:
        """Take the rows and say so, all in one transaction."""
        tally = Tally()
        with self._sessions.begin() as session:
            for piece in _pieces(self._rows(path)):
                self._piece(session, piece, tally, marked)
                session.flush()
                session.expunge_all()  # a long list must not fill the memory
                kept.report(self._run, tally.rows)
            self._end(session, tally)
            if tally.trouble:
                raise Refused(tally.trouble)
            run = session.get_one(ImportRun, self._run.id)
            _finish(run, tally, ImportState.DONE)
            run.finished_at = self._at
            data = {"kind": run.kind, "sha256": run.sha256, "counts": dict(tally.counts)}
            events.audit(session, self._by, self._at, "import.apply", "import_run", run.id, data)
        return tally

    def heading(self, path: Path) -> tuple[str, ...]:
        """The texts over the columns as they stand in the sheet."""
        for number, row in workbook.rows(path, self._run.filename, self._run.sheet or ""):
            if number == self._run.heading_row:
                return tuple(cells.shown(cell) for cell in row)
        return ()

    def _rows(self, path: Path) -> Iterator[tuple[int, Row]]:
        first = self._run.heading_row or 0
        for number, row in workbook.rows(path, self._run.filename, self._run.sheet or ""):
            if number > first:
                yield number, row

    def _piece(
        self,
        session: Session,
        piece: Sequence[tuple[int, Row]],
        tally: Tally,
        marked: Marked,
    ) -> None:
        for number, row in piece:
            tally.rows += 1
            if self._is_no_entry(row, tally):
                tally.counts["skipped"] += 1
                continue
            context = Context(session, self._by, self._at, self._run.filename, number)
            taken, found = self._take(context, row, tally)
            if found:
                tally.note(number, found, self._kind, self._run.locale)
                marked.row(row, found, self._places)
            elif taken is not None:
                tally.counts[taken] += 1

    def _take(self, context: Context, row: Row, tally: Tally) -> tuple[Taken | None, list[Fault]]:
        """Read and write one row; all its faults at once, or what became of it."""
        values, found = self._read(row)
        unread = {fault.where for fault in found if fault.where}
        found += self._repeated(values, context.row, tally, unread)
        if found:
            return None, self._all_of(context, values, found)
        if self._kind.total is not None and isinstance(values.get(self._kind.total), Decimal):
            tally.total += values[self._kind.total]
        try:
            with context.session.begin_nested():
                return self._kind.take(context, values), []
        except Refused as refused:
            return None, self._all_of(context, values, refused.faults)

    def _all_of(
        self, context: Context, values: Mapping[str, Any], found: Sequence[Fault]
    ) -> list[Fault]:
        """These faults of a row and whatever else can be told of it now."""
        unread = {column.id for column in self._kind.columns if column.id not in values}
        others = self._kind.also_wrong(context, values, unread)
        said = {(fault.code, fault.where) for fault in found}
        return [*found, *(fault for fault in others if (fault.code, fault.where) not in said)]

    def _read(self, row: Row) -> tuple[dict[str, Any], list[Fault]]:
        values: dict[str, Any] = {}
        found: list[Fault] = []
        for column in self._kind.columns:
            place, once = self._places.get(column.id), self._once.get(column.id)
            cell = row[place] if place is not None and place < len(row) else once
            known = place is not None or once is not None
            needed = column.beside is None or values.get(column.beside) is not None
            try:
                values[column.id] = cells.value(cell, column, needed) if known else None
            except Refused as refused:
                found += refused.faults
        return values, found

    def _repeated(
        self, values: Mapping[str, object], number: int, tally: Tally, unread: AbstractSet[str]
    ) -> list[Fault]:
        """`row_twice` where an earlier row is the same. One with unread cells is compared where the
        key can be read, and stands in nobody's way itself: it may be written again, rightly."""
        names = self._kind.key_names
        if unread and (not names or unread & names):
            return []
        key = self._kind.key(values)
        if key is None:
            return []
        mark = hashlib.blake2b("\x1f".join(key).encode(), digest_size=16).digest()
        first = tally.seen.get(mark, number) if unread else tally.seen.setdefault(mark, number)
        if first == number:
            return []
        return [Fault("row_twice", {"row": first, "what": self._kind.key_label()}, None)]

    def _is_no_entry(self, row: Row, tally: Tally) -> bool:
        """A total row or a note below the table; the total is kept to be compared."""
        texts = [str(cell).strip() for cell in row if isinstance(cell, str)]
        filled = sum(cell is not None for cell in row)
        first = texts[0].replace(" ", "").replace("\u3000", "").casefold() if texts else ""
        if first.startswith(TOTALS) and not self._identified(row):
            tally.said = self._total_of(row)
            return True
        return (filled <= 2 and first.startswith(NOTES)) or (
            filled == 1
            and not self._identified(row)
            and len(first) > 12
            and not _FIGURES.match(cells.narrow(first))
        )

    def _identified(self, row: Row) -> bool:
        """Whether the needed first column of the kind holds something other than the word."""
        needed = [c.id for c in self._kind.columns if c.needed and c.id != self._kind.total]
        places = [self._places[id_] for id_ in needed if id_ in self._places]
        held = [place for place in places if place < len(row) and row[place] is not None]
        return len(held) > 1

    def _total_of(self, row: Row) -> Decimal | None:
        column = next((c for c in self._kind.columns if c.id == self._kind.total), None)
        if column is None or column.id not in self._places:
            return None
        place = self._places[column.id]
        try:
            said = cells.value(row[place], column) if place < len(row) else None
        except Refused:
            return None
        return said if isinstance(said, Decimal) else None

    def _end(self, session: Session, tally: Tally) -> None:
        """What is written once, and whether the stated total is the sum of the rows."""
        if tally.said is not None and not tally.counts["faulty"] and tally.said != tally.total:
            params = {"said": str(tally.said), "found": str(tally.total)}
            tally.trouble.append(Fault("import_total", params, None))
        try:
            with session.begin_nested():
                self._kind.finish(Context(session, self._by, self._at, self._run.filename))
        except Refused as refused:
            tally.trouble += refused.faults


def _pieces(rows: Iterator[tuple[int, Row]]) -> Iterator[list[tuple[int, Row]]]:
    piece: list[tuple[int, Row]] = []
    for each in rows:
        piece.append(each)
        if len(piece) == PIECE:
            yield piece
            piece = []
    if piece:
        yield piece
