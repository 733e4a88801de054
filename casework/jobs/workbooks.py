"""Long workbooks are tried and taken in by the worker; a run whose worker died is taken up again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog
from huey import Huey, crontab
from sqlalchemy.orm import Session, sessionmaker

from casework.imports import passage

log = structlog.get_logger(__name__)


def install(
    queue: Huey, sessions: sessionmaker[Session], clock: Callable[[], datetime]
) -> Callable[[], object]:
    """Register the task that looks every minute for what waits."""

    def take_in_one(run_id: int) -> None:
        passage.work_on(sessions, run_id, clock())
        log.info("workbook", run=run_id)

    one = queue.task(name="take_in_one")(take_in_one)

    def take_in_waiting() -> None:
        with sessions() as session:
            waiting = passage.waiting(session)
        for run_id in waiting:
            one(run_id)

    task: Callable[[], object] = queue.periodic_task(crontab(minute="*"), name="take_in")(
        take_in_waiting
    )
    return task
