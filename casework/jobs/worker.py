"""The tasks of the queue and the worker that runs them: relay the outbox, flag what is late, remind
and escalate, send mails."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from huey import Huey, crontab
from sqlalchemy.orm import Session, sessionmaker

from casework import outbox
from casework.jobs import flags, mail, reminders, workbooks

Clock = Callable[[], datetime]

HANDLERS: Mapping[str, outbox.Handler] = {flags.TOPIC: flags.record_late}
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


def install(
    queue: Huey,
    sessions: sessionmaker[Session],
    clock: Clock = lambda: datetime.now(UTC),
    handlers: Mapping[str, outbox.Handler] = HANDLERS,
    post: mail.Post = mail.post,
) -> Tasks:
    """Register the tasks on a queue: every minute outbox, mails and workbooks, every hour the deadlines, every
    ten minutes what is to be told."""

    def deliver_one(message_id: int) -> None:
        done = outbox.deliver(sessions, message_id, handlers, clock())
        log.info("outbox", message=message_id, done=done)

    deliver = queue.task(name="deliver")(deliver_one)

    def relay_due() -> None:
        with sessions() as session:
            due = outbox.waiting(session, clock())
        for message_id in due:
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

    def catch_up() -> None:
        """A worker that was down does not wait for the next full hour."""
        for task in (flag_late, remind, relay, send_mails, take_in):
            task()

    queue.on_startup(name="catch_up")(catch_up)
    return Tasks(relay, deliver, flag_late, remind, send_mails, take_in)


def work(queue: Huey, workers: int = 1) -> None:
    """Run the worker in this process until it is told to stop."""
    queue.create_consumer(workers=workers, periodic=True, check_worker_health=True).run()
