"""Papers for many: made in chunks by the worker, never lost, with the rights of each asked again."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from docx import Document
from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import outbox, people
from casework.jobs import lasting
from casework.jobs.queue import make_queue
from casework.jobs.worker import LONG, install
from casework.printing import desk, orders, pdf, subjects
from engine.faults import Refused
from models import Application, AuditRecord, Job, OutboxMessage, User
from tests.casework.office import Office, codes, hire, open_office
from tests.conftest import Database
from tests.factories import NOW
from tests.filled import filled


@dataclass
class Printing:
    """A committed office whose clerk orders papers."""

    database: Database
    ids: list[int]
    clerk_id: int
    now: datetime = NOW

    def clock(self) -> datetime:
        return self.now

    def order(self, as_file: str = "docx", paper: str = "annex_1") -> int:
        with self.database.sessions.begin() as session:
            by = people.actor(session, session.get_one(User, self.clerk_id), NOW.date())
            subject = subjects.load(session, "application", self.ids[:1])
            assert subject is not None
            wanted = desk.paper_of(session, subject, paper)
            assert wanted is not None
            return orders.order(session, "application", wanted, self.ids, as_file, by=by, at=NOW).id

    def message(self) -> int:
        with self.database.sessions() as session:
            query = select(OutboxMessage.id).where(OutboxMessage.topic == lasting.TOPIC)
            return session.scalars(query.order_by(OutboxMessage.id.desc())).first() or 0

    def run(self, handlers: Mapping[str, outbox.LongHandler] = LONG) -> bool:
        return outbox.run_long(self.database.sessions, self.message(), handlers, self.clock)

    def job(self, number: int) -> Job:
        with self.database.sessions() as session:
            return session.get_one(Job, number)

    def fetch(self, number: int) -> bytes:
        with self.database.sessions.begin() as session:
            by = people.actor(session, session.get_one(User, self.clerk_id), NOW.date())
            return lasting.result(session, session.get_one(Job, number), by=by, at=NOW)


OWN = 13
"""More than a chunk; two that are left out follow."""


@pytest.fixture
def printing(database: Database, tmp_path: Path) -> Printing:
    def at_work() -> tuple[list[int], int]:
        with database.sessions.begin() as session:
            office = open_office(session)
            made = [office.application("branch_check") for _ in range(OWN)]
            other = office.application("branch_check", branch=office.tree.other_branch)
            sudden = office.application("branch_check", road="sudden")
            return [one.id for one in (*made, other, sudden)], office.user("committee_clerk").id

    ids, clerk = filled(database.engine, tmp_path, "test_orders", at_work)
    return Printing(database, ids, clerk)


def sheets(data: bytes) -> int:
    """How many forms stand in a Word file."""
    return sum(1 for p in Document(io.BytesIO(data)).paragraphs if p.text == "附件1")


def test_many_forms_come_in_one_file_and_what_was_left_out_is_named(printing: Printing) -> None:
    number = printing.order()
    assert printing.run()
    job = printing.job(number)
    assert (job.state, job.done, job.total) == ("done", OWN + 2, OWN + 2)
    left = {str(one["code"]): str(one["where"]) for one in job.faults}
    assert left.keys() == {"paper_not_yet", "order_gone"}
    assert left["paper_not_yet"].startswith("2010-")
    assert left["order_gone"] == str(printing.ids[OWN]), "beyond reach: its number, not its name"
    assert sheets(printing.fetch(number)) == OWN
    with printing.database.sessions() as session:
        actions = set(session.scalars(select(AuditRecord.action)))
    assert {"look:print:annex_1", "look:download:print"} <= actions


def test_a_zip_holds_a_word_file_for_each_with_its_chinese_name(printing: Printing) -> None:
    number = printing.order("zip")
    assert printing.run()
    with zipfile.ZipFile(io.BytesIO(printing.fetch(number))) as archive:
        names = archive.namelist()
    assert len(names) == len(set(names)) == OWN
    assert all(name.startswith("困难党员帮扶救助申请表 2010-") for name in names)


def test_a_worker_that_dies_goes_on_where_it_stopped(
    printing: Printing, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = printing.order("zip")
    begun: list[int] = []
    one = orders._one

    def dying(run: lasting.Run, application: int) -> list[tuple[str, bytes]]:
        begun.append(application)
        if len(begun) == 12:
            raise KeyboardInterrupt
        return one(run, application)

    monkeypatch.setattr(orders, "_one", dying)
    with pytest.raises(KeyboardInterrupt):
        printing.run()
    assert printing.job(number).done == 10
    assert not printing.run(), "nobody takes it at once"
    printing.now += outbox.LEASE
    assert printing.run()
    assert begun[12:] == printing.ids[10:], "the first chunk is not made again"
    assert printing.job(number).state == "done"


def test_while_a_worker_shows_that_it_lives_nobody_else_takes_the_work(printing: Printing) -> None:
    printing.order("zip")
    taken = []

    def slow(
        sessions: object, payload: object, clock: object, alive: lasting.Callable[[], None]
    ) -> None:
        printing.now += outbox.LEASE - timedelta(seconds=1)
        alive()
        printing.now += timedelta(seconds=2)
        taken.append(printing.run())

    assert printing.run({lasting.TOPIC: slow})
    assert taken == [False]


def test_what_was_stopped_ends_at_the_next_chunk_and_leaves_no_file(
    printing: Printing, monkeypatch: pytest.MonkeyPatch, data_folder: Path
) -> None:
    number = printing.order("zip")
    keep = lasting.Run.keep

    def stopping(run: lasting.Run, name: str, content: bytes) -> None:
        keep(run, name, content)
        with printing.database.sessions.begin() as session:
            by = people.actor(session, session.get_one(User, printing.clerk_id), NOW.date())
            lasting.stop(session, session.get_one(Job, number), by=by)

    monkeypatch.setattr(lasting.Run, "keep", stopping)
    assert printing.run()
    assert printing.job(number).state == "stopped"
    assert list((data_folder / "jobs").iterdir()) == []


def test_work_that_keeps_failing_is_given_up_and_says_so(printing: Printing) -> None:
    def broken(run: lasting.Run) -> lasting.Made:
        raise RuntimeError("out of paper")

    handlers = {lasting.TOPIC: lasting.handler({orders.KIND: broken})}
    number = printing.order()
    for _ in range(lasting.MOST_TRIES):
        with pytest.raises(RuntimeError):
            printing.run(handlers)
        printing.now += timedelta(hours=1)
    job = printing.job(number)
    assert (job.state, [one["code"] for one in job.faults]) == ("failed", ["job_failed"])
    assert printing.run(handlers), "and is not tried for ever"


def test_only_who_asked_fetches_and_only_for_some_days(printing: Printing) -> None:
    number = printing.order("zip")
    printing.run()
    with printing.database.sessions.begin() as session:
        stranger = hire(session, "department_reviewer", session.get_one(Application, 1).org)
        with pytest.raises(Refused) as refused:
            lasting.result(session, session.get_one(Job, number), by=stranger, at=NOW)
        assert codes(refused) == ["job_not_yours"]
        assert lasting.tidy(session, printing.now) == 0
        assert lasting.tidy(session, printing.now + lasting.KEPT + timedelta(minutes=1)) == 1
    with printing.database.sessions() as session:
        assert session.get(Job, number) is None


def test_the_file_on_disk_is_sealed_and_bound_to_its_order(
    printing: Printing, data_folder: Path
) -> None:
    number = printing.order("zip")
    printing.run()
    path = data_folder / "jobs" / str(printing.job(number).uid) / lasting.RESULT
    assert not path.read_bytes().startswith(b"PK")
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(Refused) as refused:
        printing.fetch(number)
    assert codes(refused) == ["job_no_file"]


def test_without_the_program_pdf_is_refused_before_anything_is_made(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUNSHINE_SOFFICE", "/nowhere/soffice")
    assert not pdf.available()
    application = office.application("branch_check")
    subject = subjects.load(office.session, "application", [application.id])
    assert subject is not None
    paper = desk.paper_of(office.session, subject, "annex_1")
    assert paper is not None
    for as_file, ids, code in (("pdf", [1], "pdf_not_here"), ("docx", [], "order_empty")):
        with pytest.raises(Refused) as refused:
            orders.order(
                office.session, "application", paper, ids, as_file,
                by=office.staff["committee_clerk"], at=NOW,
            )  # fmt: skip
        assert codes(refused) == [code]


@pytest.fixture
def office(session: Session) -> Office:
    return open_office(session)


def test_the_queue_takes_up_an_order_at_once_and_only_once(
    printing: Printing, tmp_path: Path
) -> None:
    queue = make_queue(f"sqlite:///{tmp_path / 'queue.db'}")
    tasks = install(queue, printing.database.sessions, printing.clock)
    number = printing.order("zip")
    tasks.poll()
    tasks.poll()
    assert queue.pending_count() == 1, "a message that waits in the queue is not sent twice"
    task = queue.dequeue()
    assert task is not None
    queue.execute(task)
    queue.storage.close()
    assert printing.job(number).state == "done"
