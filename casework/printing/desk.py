"""Which papers a person may print of something, and printing one: a Word document with its name.

Every print that shows numbers of people in full is a recorded look, as is every file that leaves
the office.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from docx.document import Document as Word
from sqlalchemy.orm import Session

from casework import attachments, events, scope
from casework.clock import day_of
from casework.people import Actor
from casework.permissions import Permission
from casework.printing import contexts, dossier, render
from casework.printing.choice import first, fits, paper_of, policy_with_papers
from casework.printing.contexts import Asking
from casework.printing.subjects import PERMISSIONS, WITH_NUMBERS, Subject
from casework.printing.values import Value
from engine import Policy
from engine.faults import Fault, Refused
from engine.papers import Paper
from engine.papers.templates import names_used
from models.attachments import Attachment
from models.orgs import OrgUnit

__all__ = [
    "Printed",
    "faults",
    "filled",
    "first",
    "fits",
    "in_full",
    "offered",
    "paper_of",
    "policy_with_papers",
    "prepared",
    "printed",
    "title_of",
]


@dataclass(frozen=True)
class Printed:
    """A filled paper. `title` is a file's name without its ending; `full`: numbers stand whole;
    `beside` are scans that no page can show: (name, bytes)."""

    paper: Paper
    title: str
    word: Word
    full: bool
    beside: tuple[tuple[str, bytes], ...] = ()


def offered(session: Session, subject: Subject, by: Actor) -> list[Paper]:
    """The papers about the subject that this person may print now, in the order of the policy."""
    policy = policy_with_papers(session, subject.edition)
    return [
        paper
        for paper in policy.papers.about(subject.about)
        if fits(subject, paper) and not faults(subject, paper, by)
    ]


def faults(subject: Subject, paper: Paper, by: Actor) -> list[Fault]:
    """Why this person may not print it; empty when he may."""
    needed = PERMISSIONS[subject.about]
    if not by.holds(needed):
        return [Fault("not_permitted", {"permission": needed})]
    paths = [unit.path for unit in subject.units]
    if not all(_may(by, needed, paper, path) for path in paths):
        return [Fault("paper_not_yours", {"paper": paper.label})]
    return []


def _may(by: Actor, permission: str, paper: Paper, path: str) -> bool:
    if paper.by:
        return scope.may_as(by, permission, paper.by, path)
    return scope.may(by, permission, path)


def in_full(subject: Subject, by: Actor) -> bool:
    """Whether numbers of people stand whole on what this person prints."""
    if subject.about in WITH_NUMBERS:
        return True
    return all(scope.may(by, Permission.Member.REVEAL, unit.path) for unit in subject.units)


def printed(
    session: Session,
    subject: Subject,
    paper: Paper,
    *,
    by: Actor,
    at: datetime,
    as_file: str,
    as_posted: bool = False,
) -> Printed:
    """The paper filled in; the look is written down. `as_file` is html, docx or pdf; `as_posted`
    keeps names on a notice that have been taken off the board since.

    Refused without the right, or where the paper does not exist yet for this subject.
    """
    _allowed(subject, paper, by)
    full = in_full(subject, by)

    def read(scan: Attachment) -> bytes:
        return attachments.read(session, scan, by=by, at=at)

    scans = read if all(_sees_scans(by, unit) for unit in subject.units) else None
    asking = Asking(by.name, day_of(at), full, as_posted)
    made = filled(session, subject, paper, asking, scans)
    if full or as_file != "html":
        data = {"paper": paper.id, "as": as_file, "ids": [row.id for row in subject.rows]}
        events.record_look(
            session, by, at, f"print:{paper.id}", subject.about, subject.row.id, data
        )
    return made


def prepared(
    session: Session, subject: Subject, paper: Paper, who: tuple[Actor, datetime]
) -> Printed:
    """The same for many papers whose print was written down as a whole when it was asked for."""
    by, at = who
    _allowed(subject, paper, by)
    return filled(session, subject, paper, Asking(by.name, day_of(at), in_full(subject, by)))


def _allowed(subject: Subject, paper: Paper, by: Actor) -> None:
    found = faults(subject, paper, by)
    if not found and not fits(subject, paper):
        found = [Fault("paper_not_yet", {"paper": paper.label})]
    if found:
        raise Refused(found)


def _sees_scans(by: Actor, unit: OrgUnit) -> bool:
    return scope.may(by, Permission.Attachment.READ, unit.path)


def filled(
    session: Session,
    subject: Subject,
    paper: Paper,
    asking: Asking,
    read: dossier.ReadScan | None = None,
) -> Printed:
    """The template with its values; asks for no right and writes nothing down. `read` gives the
    scans of a file of papers."""
    policy = policy_with_papers(session, subject.edition)
    values = contexts.context(session, subject, asking)
    title = title_of(paper, subject)
    if not paper.parts:
        return Printed(paper, title, _word(policy, paper, values), asking.in_full)

    def fill(own: Subject, part: Paper) -> Word:
        return filled(session, own, part, asking).word

    whole = dossier.gather(session, subject, paper, fill, read)
    rows = dossier.contents(whole)
    cover = _word(policy, paper, values.having(contents=lambda: rows))
    word = dossier.assemble(cover, whole)
    return Printed(paper, title, word, asking.in_full, tuple(whole.beside))


def _word(policy: Policy, paper: Paper, values: Mapping[str, Value]) -> Word:
    template = policy.files[paper.template]
    wanted = {name: values[name] for name in names_used(template) if name in values}
    return render.fill(paper, template, wanted)


def title_of(paper: Paper, subject: Subject) -> str:
    """「申请表 2010-000123 王建国」"""
    names = _names(one.member.name for one in subject.applications)
    return " ".join(part for part in (paper.label.zh, subject.key, names) if part)


def _names(names: Iterable[str]) -> str:
    shown = list(dict.fromkeys(names))
    return shown[0] if len(shown) == 1 else f"{len(shown)}人" if shown else ""
