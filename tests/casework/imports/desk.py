"""Somebody at a database with workbooks: uploaded, tried and taken in as the pages do it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from casework import people
from casework.imports import passage, runs
from casework.people import Actor
from models import ImportRun, ImportState, User
from tests.casework.imports.books import book
from tests.conftest import Database
from tests.factories import NOW, TODAY


@dataclass(frozen=True)
class Desk:
    """Somebody at a database, with a folder for workbooks."""

    database: Database
    folder: Path
    people: dict[str, int]
    branch: str

    def actor(self, session: Session, name: str = "committee_clerk") -> Actor:
        return people.actor(session, session.get_one(User, self.people[name]), TODAY)

    def put(
        self,
        kind: str,
        rows: Sequence[Sequence[object]],
        *,
        name: str = "committee_clerk",
        policy: str | None = None,
        merged: Sequence[str] = (),
        at: datetime = NOW,
        once: Mapping[str, str] | None = None,
    ) -> int:
        """Upload, confirm the columns and try the rows; the run's number. Without rows it is the
        last workbook again. `once` is what is the same for all rows."""
        path = self.folder / "名单.xlsx"
        if rows:
            book(path, {"名单": rows}, merged)
        with self.database.sessions.begin() as session:
            by = self.actor(session, name)
            run = runs.upload(session, path, path.name, kind, by=by, at=at, policy_code=policy)
            runs.match(session, run, {**run.mapping, **(once or {})}, by=by)
            runs.ask(session, run, ImportState.WAITS_CHECK)
            number = run.id
        passage.check(self.database.sessions, number, at)
        return number

    def take(self, number: int, at: datetime = NOW) -> None:
        with self.database.sessions.begin() as session:
            run = session.get_one(ImportRun, number)
            runs.ask(session, run, ImportState.WAITS_APPLY)
        passage.apply(self.database.sessions, number, at)

    def run(self, number: int) -> ImportRun:
        with self.database.sessions() as session:
            return session.get_one(ImportRun, number)

    def counts(self, number: int) -> dict[str, int]:
        return {name: n for name, n in self.run(number).counts.items() if n}
