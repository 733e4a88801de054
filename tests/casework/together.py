"""Several people at once: the same verb in threads, each with a session and a commit of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy.orm import Session

from engine.faults import Refused
from tests.conftest import Database


def at_once(
    database: Database, verb: Callable[[Session, int], object], people: int
) -> list[tuple[str, ...] | None]:
    """What each person met: None where the verb went through, else the codes of the refusal."""
    start = Barrier(people)

    def one(number: int) -> tuple[str, ...] | None:
        with database.sessions() as session:
            start.wait(timeout=30)
            try:
                verb(session, number)
                session.commit()
            except Refused as refused:
                session.rollback()
                return tuple(fault.code for fault in refused.faults)
            return None

    with ThreadPoolExecutor(people) as pool:
        return list(pool.map(one, range(people)))
