"""The outbox and its worker: nothing asked for is lost, nothing is done twice."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import outbox
from casework.jobs import flags
from casework.jobs.queue import make_queue
from casework.jobs.worker import install
from models import AuditRecord, OutboxMessage, Setting
from tests.casework.bureau import NOW, Bureau, later, register, take
from tests.conftest import Database


def put(database: Database, key: str | None = None, topic: str = "note") -> int:
    with database.sessions.begin() as session:
        message = outbox.put(session, topic, {"value": 1}, at=NOW, key=key)
        assert message is not None
        return message.id


def note(session: Session, payload: Mapping[str, object], at: datetime) -> None:
    session.add(Setting(key=f"note:{at.isoformat()}", value=payload["value"]))


def fail(session: Session, payload: Mapping[str, object], at: datetime) -> None:
    note(session, payload, at)
    session.flush()
    raise RuntimeError("the printer is on fire")


def notes(database: Database) -> int:
    with database.sessions() as session:
        return len(session.scalars(select(Setting)).all())


def test_a_message_and_its_effect_are_done_once(database: Database) -> None:
    message = put(database)
    assert outbox.deliver(database.sessions, message, {"note": note}, NOW)
    assert not outbox.deliver(database.sessions, message, {"note": note}, later(1))
    assert notes(database) == 1


def test_a_failing_handler_leaves_no_effect_and_is_tried_again_later(database: Database) -> None:
    message = put(database)
    with pytest.raises(RuntimeError):
        outbox.deliver(database.sessions, message, {"note": fail}, NOW)
    assert notes(database) == 0
    with database.sessions() as session:
        row = session.get_one(OutboxMessage, message)
        assert (row.attempts, row.done_at) == (1, None)
        assert "printer" in (row.last_error or "")
        assert outbox.waiting(session, NOW) == []
        assert outbox.waiting(session, NOW + outbox.FIRST_PAUSE) == [message]
    assert outbox.deliver(database.sessions, message, {"note": note}, NOW + outbox.FIRST_PAUSE)
    assert notes(database) == 1


def test_a_topic_nobody_knows_waits_for_a_newer_worker(database: Database) -> None:
    message = put(database, topic="from the future")
    with pytest.raises(KeyError):
        outbox.deliver(database.sessions, message, {"note": note}, NOW)
    with database.sessions() as session:
        assert outbox.waiting(session, later(1)) == [message]


def test_the_pause_between_tries_grows_but_not_beyond_its_limit(database: Database) -> None:
    message = put(database)
    at = NOW
    for _ in range(12):
        with pytest.raises(RuntimeError):
            outbox.deliver(database.sessions, message, {"note": fail}, at)
        with database.sessions() as session:
            due = session.get_one(OutboxMessage, message).due_at
        assert due - at <= outbox.LONGEST_PAUSE
        at = due
    assert due - (at - outbox.LONGEST_PAUSE) == outbox.LONGEST_PAUSE


def test_a_key_is_asked_for_only_once(database: Database) -> None:
    put(database, key="late:1")
    with database.sessions.begin() as session:
        assert outbox.put(session, "note", {}, at=NOW, key="late:1") is None


def test_the_relay_hands_every_due_message_to_the_queue(database: Database, tmp_path: Path) -> None:
    put(database)
    with database.sessions.begin() as session:
        outbox.put(session, "note", {"value": 2}, at=NOW, due_at=later(1))
    queue = make_queue(f"sqlite:///{tmp_path / 'queue.db'}", immediate=True)
    tasks = install(queue, database.sessions, clock=lambda: NOW, handlers={"note": note})
    tasks.relay()
    queue.storage.close()
    assert notes(database) == 1


@pytest.mark.parametrize("there", [False, True])
def test_the_file_of_the_queue_is_its_owners_alone(tmp_path: Path, there: bool) -> None:
    """What waits there names people's applications; a file made before is closed as well."""
    path = tmp_path / "queue.db"
    if there:
        path.touch(0o644)
        path.chmod(0o644)
    queue = make_queue(f"sqlite:///{path}")
    queue.task(name="nothing")(print)()
    modes = {one.name: one.stat().st_mode & 0o777 for one in tmp_path.iterdir()}
    queue.storage.close()
    assert set(modes.values()) == {0o600}, modes


def test_the_queue_stands_on_the_database_of_the_test(database: Database, tmp_path: Path) -> None:
    on_server = database.dialect == "postgresql"
    broker = database.url if on_server else f"sqlite:///{tmp_path / 'queue.db'}"
    queue = make_queue(broker)
    ran: list[int] = []
    task = queue.task(name="count")(ran.append)
    task(7)
    waiting = queue.dequeue()
    assert waiting is not None
    queue.execute(waiting)
    assert ran == [7]
    assert queue.pending_count() == 0
    queue.storage.close()


def test_a_late_deadline_is_flagged_once_however_often_the_worker_looks(bureau: Bureau) -> None:
    application = take(bureau, register(bureau, road="sudden"), event_on="2010-11-01")
    session = bureau.session
    assert flags.flag_late(session, NOW) == (1, None)
    assert flags.flag_late(session, NOW + timedelta(days=5)) == (0, None)
    message = session.scalars(select(OutboxMessage)).one()
    flags.record_late(session, message.payload, NOW)
    flag = session.scalars(select(AuditRecord).where(AuditRecord.action == flags.TOPIC)).one()
    assert flag.object_id == str(application.id)
    assert flag.data["due"] == "2010-11-04"


def test_nothing_is_flagged_before_its_day_is_over(bureau: Bureau) -> None:
    take(bureau, register(bureau, road="sudden"), event_on="2010-12-01")
    assert flags.flag_late(bureau.session, later(1))[0] == 0
    assert flags.flag_late(bureau.session, later(2))[0] == 1
