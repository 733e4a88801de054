"""The tasks of the queue and the worker that runs them: relay the outbox, flag what is late, remind
and escalate, send mails, do long work and forget its files after some days."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog
from huey import Huey, crontab
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from casework import outbox
from casework.jobs import flags, lasting, mail, reminders, workbooks
from casework.printing import orders
from models.database import read_only

Clock = Callable[[], datetime]

HANDLERS: Mapping[str, outbox.Handler] = {flags.TOPIC: flags.record_late}
WORKS: Mapping[str, lasting.Work] = {orders.KIND: orders.work}
"""Long work by the kind of its job."""
LONG: Mapping[str, outbox.LongHandler] = {lasting.TOPIC: lasting.handler(WORKS)}
POLLED = 2.0
"""Seconds between looks into the outbox: who asked for a paper should not wait a minute."""
SENT_AGAIN = timedelta(minutes=1)
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Tasks:
    """The program's tasks, bound to a queue and a database."""

    relay: Callable[[], object]
    deliver: Callable[[int], object]
    flag_late: Callable[[], object]
    remind: Callable[[], object]
    send_mails: Callable[[], object]
    take_in: Callable[[], object]
    tidy: Callable[[], object]
    poll: Callable[[], None]


class _Sent:
    """Messages that wait in the queue, so that none is sent again before a minute has passed."""

    def __init__(self) -> None:
        self._at: dict[int, datetime] = {}

    def fresh(self, messages: Iterable[int], now: datetime) -> list[int]:
        """Those that are not waiting there already; from now on they are."""
        found = [m for m in messages if m not in self._at or now - self._at[m] >= SENT_AGAIN]
        self._at.update(dict.fromkeys(found, now))
        return found

    def forget(self, message: int) -> None:
        self._at.pop(message, None)


def _deliver(
    sessions: sessionmaker[Session],
    message_id: int,
    handlers: Mapping[str, outbox.Handler],
    long: Mapping[str, outbox.LongHandler],
    clock: Clock,
) -> bool:
    """Short work in one transaction, long work in its own."""
    if outbox.topic_of(sessions, message_id) in long:
        return outbox.run_long(sessions, message_id, long, clock)
    return outbox.deliver(sessions, message_id, handlers, clock())


def _tidy(sessions: sessionmaker[Session], clock: Clock) -> None:
    with sessions.begin() as session:
        log.info("jobs", forgotten=lasting.tidy(session, clock()))


def install(
    queue: Huey,
    sessions: sessionmaker[Session],
    clock: Clock = lambda: datetime.now(UTC),
    handlers: Mapping[str, outbox.Handler] = HANDLERS,
    post: mail.Post = mail.post,
    long: Mapping[str, outbox.LongHandler] = LONG,
) -> Tasks:
    """Register the tasks on a queue: every minute outbox, mails and workbooks, every hour the
    deadlines, every ten minutes what is to be told, every night the files of long work. `poll`
    sends what is new in the outbox at once."""
    sent = _Sent()

    def deliver_one(message_id: int) -> None:
        done = _deliver(sessions, message_id, handlers, long, clock)
        sent.forget(message_id)
        log.info("outbox", message=message_id, done=done)

    deliver = queue.task(name="deliver")(deliver_one)

    def relay_due() -> None:
        now = clock()
        with sessions() as session:
            read_only(session)
            due = outbox.waiting(session, now)
        for message_id in sent.fresh(due, now):
            deliver(message_id)

    def flag_all() -> None:
        after: int | None = 0
        while after is not None:
            with sessions.begin() as session:
                flagged, after = flags.flag_late(session, clock(), after)
            log.info("deadlines", flagged=flagged)

    def remind_all() -> None:
        with sessions.begin() as session:
            reminders.calendars(session, clock())
        after: int | None = 0
        while after is not None:
            with sessions.begin() as session:
                told, after = reminders.remind(session, clock(), after)
            log.info("reminders", told=told)
        with sessions.begin() as session:  # once everything is told, so that one mail has it all
            log.info("mail", asked=mail.ask(session, clock()))

    def send_all() -> None:
        with sessions.begin() as session:
            mail.bury(session, clock())
            due = mail.waiting(session, clock())
        for mail_id in due:
            log.info("mail", mail=mail_id, sent=mail.send(sessions, mail_id, clock(), post))

    take_in = workbooks.install(queue, sessions, clock)
    relay = queue.periodic_task(crontab(minute="*"), name="relay")(relay_due)
    flag_late = queue.periodic_task(crontab(minute="7"), name="flag_late")(flag_all)
    remind = queue.periodic_task(crontab(minute="*/10"), name="remind")(remind_all)
    send_mails = queue.periodic_task(crontab(minute="*"), name="send_mails")(send_all)
    tidy = queue.periodic_task(crontab(minute="23", hour="3"), name="tidy")(
        partial(_tidy, sessions, clock)
    )

    def catch_up() -> None:
        """A worker that was down does not wait for the next full hour."""
        for task in (flag_late, remind, relay, send_mails, take_in):
            task()

    queue.on_startup(name="catch_up")(catch_up)
    return Tasks(relay, deliver, flag_late, remind, send_mails, take_in, tidy, relay_due)


def work(queue: Huey, tasks: Tasks, workers: int = 2) -> None:
    """Run the worker in this process until it is told to stop: one thread for long work and one
    for the rest, unless told otherwise, and one that looks for new messages."""
    stopped = threading.Event()

    def look() -> None:
        while not stopped.wait(POLLED):
            try:
                tasks.poll()
            except SQLAlchemyError as error:  # a database that is away comes back; go on looking
                log.warning("poll", error=type(error).__name__)

    threading.Thread(target=look, name="poll", daemon=True).start()
    try:
        _consume(queue, workers)
    finally:
        stopped.set()


def _consume(queue: Huey, workers: int) -> None:
    queue.create_consumer(workers=workers, periodic=True, check_worker_health=True).run()
