"""Long work with progress: ask for it, do it in chunks, keep its file for some days.

For any kind of work (papers for many, an import, an export too large to wait for): put its function
into `worker.WORKS` by kind. Progress is written in short transactions, so nobody waits for it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from casework import events, outbox, sealed_files
from casework.folders import data_folder
from casework.people import Actor
from engine.faults import Fault, Refused
from models.database import read_only
from models.jobs import Job, JobState
from models.outbox import OutboxMessage
from models.secrets import CannotOpen

TOPIC = "job.run"
KEPT = timedelta(days=7)
MOST_TRIES = 4
RESULT = "result"
ENDED = (JobState.DONE, JobState.FAILED, JobState.STOPPED)


class StoppedError(Exception):
    """The person stopped the work, or it is gone."""


@dataclass(frozen=True)
class Made:
    """The file that came of the work."""

    filename: str
    mime: str
    content: bytes


@dataclass(frozen=True)
class Run:
    """What a piece of work is given: its job, sessions, and ways to say how far it is."""

    sessions: sessionmaker[Session]
    job_id: int
    uid: str
    by_id: int
    params: Mapping[str, object]
    done: int
    clock: Callable[[], datetime]
    alive: Callable[[], None]

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that cannot write and holds nobody up."""
        with self.sessions() as session:
            read_only(session)
            yield session

    def progress(self, done: int, faults: Sequence[Fault] = ()) -> None:
        """So many pieces are done; `faults` of pieces that were left out (`where`: which one).

        StoppedError where the person does not want it any more.
        """
        self.alive()
        with self.sessions.begin() as session:
            job = session.get(Job, self.job_id)
            if job is None or job.state != JobState.RUNNING:
                raise StoppedError
            job.done = min(done, job.total)
            job.faults = [*job.faults, *(_plain(fault) for fault in faults)]

    def keep(self, name: str, content: bytes) -> None:
        """Keep something between chunks, sealed."""
        write(self.uid, name, content)

    def kept(self, name: str) -> bytes:
        return read(self.uid, name)


Work = Callable[[Run], Made]


def ask(
    session: Session,
    kind: str,
    title: str,
    params: Mapping[str, object],
    total: int,
    *,
    by: Actor,
    at: datetime,
) -> Job:
    """Ask for work in this transaction; a worker begins after the commit."""
    if by.user_id is None:
        raise ValueError("long work is asked for by a person")
    job = Job(
        kind=kind,
        title=title[:200],
        params=dict(params),
        total=total,
        by_id=by.user_id,
        asked_at=at,
    )
    session.add(job)
    session.flush()
    outbox.put(session, TOPIC, {"job": job.id}, at=at, key=_key(job.id))
    return job


def of(session: Session, by: Actor, limit: int = 50) -> list[Job]:
    """The person's own work, newest first."""
    query = select(Job).where(Job.by_id == by.user_id).order_by(Job.id.desc()).limit(limit)
    return list(session.scalars(query))


def stop(session: Session, job: Job, *, by: Actor) -> None:
    """Ask for nothing more; what is begun ends at the next chunk. Only the person's own."""
    if job.by_id != by.user_id:
        raise Refused([Fault("job_not_yours")])
    if job.state not in ENDED:
        job.state = JobState.STOPPED


def result(session: Session, job: Job, *, by: Actor, at: datetime) -> bytes:
    """The file for the person who asked for it; each download is written down."""
    if job.by_id != by.user_id:
        raise Refused([Fault("job_not_yours")])
    if job.state != JobState.DONE or job.filename is None:
        raise Refused([Fault("job_no_file")])
    try:
        content = read(str(job.uid), RESULT)
    except (OSError, CannotOpen) as error:
        raise Refused([Fault("job_no_file")]) from error
    events.record_look(session, by, at, f"download:{job.kind}", "job", job.id)
    return content


def handler(works: Mapping[str, Work]) -> outbox.LongHandler:
    """The outbox handler that does the work of a job."""

    def run(
        sessions: sessionmaker[Session],
        payload: Mapping[str, object],
        clock: outbox.Clock,
        alive: Callable[[], None],
    ) -> None:
        begun = _begin(sessions, payload, clock, alive)
        if begun is None:
            return
        kind, given = begun
        finished = False
        try:
            made = works[kind](given)
            _end(given, made, ())
            finished = True
        except StoppedError:
            finished = True
            remove(given.uid)
        except Refused as refused:
            finished = True
            _end(given, None, refused.faults)
        finally:
            if not finished:
                _give_up(given)

    return run


def _begin(
    sessions: sessionmaker[Session],
    payload: Mapping[str, object],
    clock: outbox.Clock,
    alive: Callable[[], None],
) -> tuple[str, Run] | None:
    with sessions.begin() as session:
        job = session.get(Job, payload["job"])
        if job is None or job.state in ENDED:
            return None
        job.state = JobState.RUNNING
        job.started_at = job.started_at or clock()
        uid, params = str(job.uid), dict(job.params)
        return job.kind, Run(sessions, job.id, uid, job.by_id, params, job.done, clock, alive)


def _end(run: Run, made: Made | None, faults: Sequence[Fault]) -> None:
    """Write the file and the state; a job that was stopped meanwhile keeps nothing."""
    if made is not None:
        write(run.uid, RESULT, made.content)
    with run.sessions.begin() as session:
        job = session.get_one(Job, run.job_id)
        if job.state != JobState.RUNNING:
            remove(run.uid)
            return
        job.ended_at = run.clock()
        job.faults = [*job.faults, *(_plain(fault) for fault in faults)]
        job.state = JobState.FAILED if made is None else JobState.DONE
        if made is not None:
            job.done = job.total
            job.filename, job.mime, job.size = made.filename[-200:], made.mime, len(made.content)
    tidy_parts(run.uid)


def _give_up(run: Run) -> None:
    """After some tries the person is told instead of being left to wait."""
    with run.sessions.begin() as session:
        tries = session.scalar(
            select(OutboxMessage.attempts).where(OutboxMessage.key == _key(run.job_id))
        )
        if (tries or 0) >= MOST_TRIES:
            job = session.get_one(Job, run.job_id)
            job.state, job.ended_at = JobState.FAILED, run.clock()
            job.faults = [*job.faults, _plain(Fault("job_failed"))]


def tidy(session: Session, at: datetime) -> int:
    """Forget the files and rows of work that ended long ago; gives how many."""
    old = session.scalars(select(Job).where(Job.ended_at < at - KEPT).limit(200)).all()
    for job in old:
        remove(str(job.uid))
        session.delete(job)
    return len(old)


def _plain(fault: Fault) -> dict[str, object]:
    return {"code": fault.code, "where": fault.where, "params": _texts(fault.params)}


def _texts(params: Mapping[str, object]) -> dict[str, object]:
    return {name: getattr(value, "zh", None) or str(value) for name, value in params.items()}


def _key(job_id: int) -> str:
    return f"job:{job_id}"


# -- files, sealed and bound to the job


def _folder(uid: str) -> Path:
    return data_folder() / "jobs" / uid


def write(uid: str, name: str, content: bytes) -> None:
    """Keep a part of the job's work, sealed."""
    sealed_files.write(f"jobs/{uid}/{name}", content, f"job:{uid}:{name}")


def read(uid: str, name: str) -> bytes:
    """What was kept; OSError or CannotOpen where it is gone or changed."""
    return sealed_files.read(f"jobs/{uid}/{name}", f"job:{uid}:{name}")


def remove(uid: str) -> None:
    shutil.rmtree(_folder(uid), ignore_errors=True)


def tidy_parts(uid: str) -> None:
    """Everything but the result."""
    if not _folder(uid).is_dir():
        return
    for path in _folder(uid).iterdir():
        if path.name != RESULT:
            path.unlink(missing_ok=True)
