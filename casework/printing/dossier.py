"""一户一档: everything the office has on paper about a person, in one document with its contents.

The parts and their order are the policy's (`parts` in `papers.yaml`). A scan that cannot be shown
on a page goes beside the document as a file of its own.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from docx.document import Document as Word
from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import papers as office_papers
from casework.editions import policy_of
from casework.printing import joined, subjects
from casework.printing.choice import fits, paper_of
from casework.printing.subjects import Subject
from casework.printing.values import Value
from engine.faults import Refused
from engine.papers import Paper, Part
from models.applications import Application
from models.attachments import Attachment
from models.ledger import Payment
from models.notices import NoticeLine
from models.pairs import HelpingPair

OTHER = "other"
PICTURES = ("image/png", "image/jpeg")
DOTS = 110  # per inch: a page of A4 fits a screen and stays legible on paper
SECONDS = 60

ReadScan = Callable[[Attachment], bytes]
Fill = Callable[[Subject, Paper], Word]


@dataclass
class Row:
    """A line of the contents and what stands behind it."""

    title: str
    mark: str
    word: Word | None = None
    pictures: Sequence[bytes] = ()
    note: str = ""


@dataclass
class Whole:
    """The document of a file of papers, and scans that go beside it: (name, bytes)."""

    rows: list[Row] = field(default_factory=list)
    beside: list[tuple[str, bytes]] = field(default_factory=list)


def gather(
    session: Session, subject: Subject, paper: Paper, fill: Fill, read: ReadScan | None
) -> Whole:
    """Every part there is, application by application, then what belongs to the person alone.

    `fill` makes a paper of the policy, `read` gives a scan; without it scans are only named.
    """
    whole = Whole()
    named = {kind for part in paper.parts for kind in part.scans}
    for application in subject.applications:
        about = f"{application.number} "
        for part in paper.parts:
            for row in _of_application(
                session, application, part, subject, fill, whole, read, named
            ):
                row.title = about + row.title
                whole.rows.append(row)
    for part in paper.parts:
        whole.rows += _of_person(session, subject, part, fill)
    for number, row in enumerate(whole.rows, 1):
        row.mark = f"part{subject.row.id}_{number}"  # several files may be joined
    return whole


def contents(whole: Whole) -> list[dict[str, Value]]:
    """The rows of the table of contents."""
    return [
        {
            "order": str(number),
            "title": row.title,
            "note": row.note,
            "pages": str(len(row.pictures)) if row.pictures else "",
            "mark": row.mark,
        }
        for number, row in enumerate(whole.rows, 1)
    ]


def assemble(cover: Word, whole: Whole) -> Word:
    """The cover with every part behind it."""
    for row in whole.rows:
        if row.word is not None:
            joined.append(cover, row.word, row.mark)
        elif row.pictures:
            joined.append_pictures(cover, row.title, row.pictures, row.mark)
    return cover


def _of_application(
    session: Session,
    application: Application,
    part: Part,
    subject: Subject,
    fill: Fill,
    whole: Whole,
    read: ReadScan | None,
    named: set[str],
) -> Iterator[Row]:
    if part.paper is None:
        yield from _scans(session, application, part, named, whole, read)
        return
    for about, number in _things(session, application):
        found = _filled(session, about, number, part.paper, subject, fill)
        if found is not None:
            yield found


def _things(session: Session, application: Application) -> Iterator[tuple[str, int]]:
    """What an application appears on: itself, its notices, its payments."""
    yield "application", application.id
    query = (
        select(NoticeLine.notice_id)
        .where(NoticeLine.application_id == application.id)
        .order_by(NoticeLine.notice_id)
    )
    for notice in session.scalars(query):
        yield "notice", notice
    if application.grant is not None:
        query = select(Payment.id).where(Payment.grant_id == application.grant.id)
        for payment in session.scalars(query.order_by(Payment.id)):
            yield "payment", payment


def _of_person(session: Session, subject: Subject, part: Part, fill: Fill) -> Iterator[Row]:
    if part.paper is None:
        return
    query = select(HelpingPair.id).where(HelpingPair.helped_id == subject.row.id)
    for pair in session.scalars(query.order_by(HelpingPair.id)):
        found = _filled(session, "pair", pair, part.paper, subject, fill)
        if found is not None:
            yield found


def _filled(
    session: Session, about: str, number: int, paper_id: str, subject: Subject, fill: Fill
) -> Row | None:
    """A part that is a paper of the policy; None where it is about something else or not yet."""
    own = subjects.load(session, about, [number])
    paper = paper_of(session, own, paper_id) if own is not None else None
    if own is None or paper is None or not fits(own, paper):
        return None
    try:
        return Row(paper.label.zh, "", fill(own, paper))
    except Refused:
        return None


def _scans(
    session: Session,
    application: Application,
    part: Part,
    named: set[str],
    whole: Whole,
    read: ReadScan | None,
) -> Iterator[Row]:
    """The scans of these kinds, oldest first; `other` takes every kind that no part names."""
    titles = office_papers.kinds(policy_of(application.edition))
    query = select(Attachment).where(Attachment.application_id == application.id)
    for scan in session.scalars(query.order_by(Attachment.id)):
        mine = scan.kind in part.scans or (OTHER in part.scans and scan.kind not in named)
        if not mine:
            continue
        title = titles[scan.kind].zh if scan.kind in titles else scan.filename
        row = Row(title, "", note="" if scan.kind not in titles else scan.filename)
        if read is not None:
            data = read(scan)
            row.pictures = pictures(data, scan.mime)
            if not row.pictures:
                name = f"{len(whole.beside) + 1:02d} {scan.filename}"
                whole.beside.append((name, data))
                row.note = name
        yield row


def pictures(data: bytes, mime: str) -> list[bytes]:
    """The pages of a scan as pictures. Of a PDF only where pdftoppm (poppler) is installed."""
    if mime in PICTURES:
        return [data]
    program = shutil.which("pdftoppm")
    if program is None:
        return []
    with tempfile.TemporaryDirectory(prefix="sunshine-scan-") as folder:
        source = Path(folder) / "scan.pdf"
        source.write_bytes(data)
        command = [program, "-r", str(DOTS), "-jpeg", str(source), str(Path(folder) / "page")]
        try:
            subprocess.run(command, capture_output=True, timeout=SECONDS, check=True)
        except (OSError, subprocess.SubprocessError):
            return []
        return [page.read_bytes() for page in sorted(Path(folder).glob("page*.jpg"))]
