"""Papers for many, in the background: each filled in its turn, then joined into one file.

The person's rights are asked again for every single one when its turn comes.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime

from docx import Document
from docx.document import Document as Word
from sqlalchemy.orm import Session

from casework import events, people
from casework.clock import day_of
from casework.jobs import lasting
from casework.jobs.lasting import Made, Run
from casework.people import Actor
from casework.printing import desk, joined, packing, pdf, render, subjects
from casework.printing.subjects import Subject
from engine.faults import Fault, Refused
from engine.papers import Paper
from models.jobs import Job
from models.people import User

KIND = "print"
CHUNK = 10
VOLUME = 200
"""Papers in one Word file; more make several, since Word opens no book of a thousand forms."""
FORMS = ("docx", "pdf", "zip")
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MIMES = {"docx": WORD, "pdf": "application/pdf", "zip": "application/zip"}


def order(
    session: Session,
    about: str,
    paper: Paper,
    ids: Sequence[int],
    as_file: str,
    *,
    by: Actor,
    at: datetime,
) -> Job:
    """Ask for a paper of each of these things as one Word file, one PDF, or a zip of Word files.

    Refused where PDFs cannot be made here, or with nothing to print.
    """
    if as_file not in FORMS or not ids:
        raise Refused([Fault("order_empty")])
    if as_file == "pdf" and not pdf.available():
        raise Refused([Fault("pdf_not_here")])
    params = {"about": about, "paper": paper.id, "ids": list(ids), "as": as_file}
    job = lasting.ask(session, KIND, paper.label.zh, params, len(ids), by=by, at=at)
    data = {"paper": paper.id, "as": as_file, "ids": list(ids)}
    events.record_look(session, by, at, f"print:{paper.id}", about, None, data)
    return job


def work(run: Run) -> Made:
    """Fill the papers chunk by chunk, going on after the last chunk that was kept."""
    ids = [int(str(one)) for one in _listed(run.params["ids"])]
    for start in range(run.done, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        files, faults = _filled(run, chunk)
        run.keep(_part(start), packing.packed(files))
        run.progress(start + len(chunk), faults)
    files_of_all = _all(run, len(ids))
    first = next(files_of_all, None)
    if first is None:
        raise Refused([Fault("order_nothing_made")])
    return _made(run, str(run.params["as"]), _again(first, files_of_all))


def _listed(value: object) -> list[object]:
    return list(value) if isinstance(value, (list, tuple)) else []


def _part(start: int) -> str:
    return f"part-{start:08d}"


def _filled(run: Run, ids: Sequence[int]) -> tuple[list[tuple[str, bytes]], list[Fault]]:
    """The Word files of a chunk; what this person may not print, or cannot be printed yet, is
    left out with its reason."""
    files: list[tuple[str, bytes]] = []
    faults: list[Fault] = []
    for number in ids:
        try:
            files += _one(run, number)
        except Refused as refused:
            faults += [Fault(one.code, one.params, _named(run, number)) for one in refused.faults]
    return files, faults


def _one(run: Run, number: int) -> list[tuple[str, bytes]]:
    """The paper of one thing, and scans that lie beside it."""
    paper_id = str(run.params["paper"])
    with run.reading() as session:
        subject = _in_reach(run, session, number)
        paper = desk.paper_of(session, subject, paper_id) if subject else None
        if subject is None or paper is None:
            raise Refused([Fault("order_gone")])
        if not paper.parts:
            return _named_files(desk.prepared(session, subject, paper, _person(run, session)))
    with run.sessions.begin() as session:  # looks at scans are written down
        subject = _in_reach(run, session, number)
        if subject is None:
            raise Refused([Fault("order_gone")])
        at = run.clock()
        by = _actor(run, session, at)
        as_file = str(run.params["as"])
        return _named_files(desk.printed(session, subject, paper, by=by, at=at, as_file=as_file))


def _in_reach(run: Run, session: Session, number: int) -> Subject | None:
    """The thing as far as this person may know of it: what is hidden looks like what is gone, or
    an order of made-up numbers would tell the names of people elsewhere."""
    subject = subjects.load(session, str(run.params["about"]), [number])
    within = subject is not None and subjects.within(subject, _actor(run, session, run.clock()))
    return subject if within else None


def _actor(run: Run, session: Session, at: datetime) -> Actor:
    return people.actor(session, session.get_one(User, run.by_id), day_of(at))


def _person(run: Run, session: Session) -> tuple[Actor, datetime]:
    at = run.clock()
    return _actor(run, session, at), at


def _named_files(made: desk.Printed) -> list[tuple[str, bytes]]:
    beside = [(f"{made.title} {name}", data) for name, data in made.beside]
    return [(f"{made.title}.docx", render.saved(made.word)), *beside]


def _named(run: Run, number: int) -> str:
    """What a person calls the thing that was left out."""
    with run.reading() as session:
        subject = _in_reach(run, session, number)
        return subject.key if subject else str(number)


def _all(run: Run, total: int) -> Iterator[tuple[str, bytes]]:
    """Every file that was made, in order."""
    for start in range(0, total, CHUNK):
        with zipfile.ZipFile(io.BytesIO(run.kept(_part(start)))) as archive:
            for name in archive.namelist():
                yield name, archive.read(name)


def _again(
    first: tuple[str, bytes], rest: Iterator[tuple[str, bytes]]
) -> Iterator[tuple[str, bytes]]:
    yield first
    yield from rest


def _made(run: Run, as_file: str, files: Iterator[tuple[str, bytes]]) -> Made:
    with run.reading() as session:
        title = session.get_one(Job, run.job_id).title
    if as_file == "zip":
        return Made(f"{title}.zip", MIMES["zip"], packing.packed(files))
    volumes = []
    for word in _volumes(files):
        data = render.saved(word)
        run.alive()
        volumes.append(pdf.pdf(data) if as_file == "pdf" else data)
    if len(volumes) == 1:
        return Made(f"{title}.{as_file}", MIMES[as_file], volumes[0])
    named = [(f"{title} {n}.{as_file}", data) for n, data in enumerate(volumes, 1)]
    return Made(f"{title}.zip", MIMES["zip"], packing.packed(named))


def _volumes(files: Iterator[tuple[str, bytes]]) -> Iterator[Word]:
    """The papers behind each other, so many in one document."""
    word: Word | None = None
    count = 0
    for name, data in files:
        if not name.endswith(".docx"):
            continue
        one = Document(io.BytesIO(data))
        if word is None:
            word, count = one, 1
            continue
        if count == VOLUME:
            yield word
            word, count = one, 1
            continue
        joined.append(word, one)
        count += 1
    if word is not None:
        yield word
