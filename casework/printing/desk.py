"""Which papers a person may print of something, and printing one: a Word document with its name.

Every print that shows numbers of people in full is a recorded look, as is every file that leaves
the office.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from docx.document import Document as Word
from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import events, scope
from casework.clock import day_of
from casework.editions import policy_of
from casework.people import Actor
from casework.permissions import Permission
from casework.printing import contexts, render
from casework.printing.contexts import Asking
from casework.printing.subjects import PERMISSIONS, WITH_NUMBERS, Subject
from engine import Policy
from engine.faults import Fault, Refused
from engine.papers import Paper
from engine.papers.templates import names_used
from models.editions import Edition


@dataclass(frozen=True)
class Printed:
    """A filled paper. `title` is a file's name without its ending; `full`: numbers stand whole."""

    paper: Paper
    title: str
    word: Word
    full: bool


def policy_with_papers(session: Session, edition: Edition) -> Policy:
    """The policy whose papers are printed: the pinned edition's, or, where that was published
    before there were papers, those of the newest edition that has some. A paper's looks decide
    nothing."""
    own = policy_of(edition)
    if own.papers.papers:
        return own
    query = (
        select(Edition)
        .where(Edition.policy_code == edition.policy_code)
        .order_by(Edition.in_force_from.desc())
    )
    for later in session.scalars(query):
        policy = policy_of(later)
        if policy.papers.papers:
            return policy
    return own


def offered(session: Session, subject: Subject, by: Actor) -> list[Paper]:
    """The papers about the subject that this person may print now, in the order of the policy."""
    policy = policy_with_papers(session, subject.edition)
    return [
        paper
        for paper in policy.papers.about(subject.about)
        if fits(subject, paper) and not faults(subject, paper, by)
    ]


def paper_of(session: Session, subject: Subject, paper_id: str) -> Paper | None:
    """The paper of that id about such a subject, or None."""
    paper = policy_with_papers(session, subject.edition).papers.papers.get(paper_id)
    return paper if paper is not None and paper.about == subject.about else None


def first(session: Session, subject: Subject) -> Paper | None:
    """The paper that a notice, a filing, a roster is usually printed as: the first about it."""
    found = policy_with_papers(session, subject.edition).papers.about(subject.about)
    return next((paper for paper in found if fits(subject, paper)), None)


def fits(subject: Subject, paper: Paper) -> bool:
    """Whether every application of the subject is on a road of the paper and far enough on it."""
    return all(_fits(subject.policy, one.road, one.stage, paper) for one in subject.applications)


def _fits(policy: Policy, road_id: str, stage: str, paper: Paper) -> bool:
    if paper.roads and road_id not in paper.roads:
        return False
    road = policy.procedure.roads.get(road_id)
    if paper.from_stage is None or road is None or not road.has(paper.from_stage):
        return True
    return road.has(stage) and road.position(stage) >= road.position(paper.from_stage)


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
    session: Session, subject: Subject, paper: Paper, *, by: Actor, at: datetime, as_file: str
) -> Printed:
    """The paper filled in; the look is written down. `as_file` is html, docx or pdf.

    Refused without the right, or where the paper does not exist yet for this subject.
    """
    found = faults(subject, paper, by)
    if not found and not fits(subject, paper):
        found = [Fault("paper_not_yet", {"paper": paper.label})]
    if found:
        raise Refused(found)
    full = in_full(subject, by)
    made = filled(session, subject, paper, Asking(by.name, day_of(at), full))
    if full or as_file != "html":
        data = {"paper": paper.id, "as": as_file, "ids": [row.id for row in subject.rows]}
        events.record_look(
            session, by, at, f"print:{paper.id}", subject.about, subject.row.id, data
        )
    return made


def filled(session: Session, subject: Subject, paper: Paper, asking: Asking) -> Printed:
    """The template with its values; asks for no right and writes nothing down."""
    policy = policy_with_papers(session, subject.edition)
    template = policy.files[paper.template]
    values = contexts.context(session, subject, asking)
    wanted = {name: values[name] for name in names_used(template) if name in values}
    word = render.fill(paper, template, wanted)
    return Printed(paper, title_of(paper, subject), word, asking.in_full)


def title_of(paper: Paper, subject: Subject) -> str:
    """「困难党员帮扶救助申请表 2010-000123 王建国」"""
    names = _names(one.member.name for one in subject.applications)
    return " ".join(part for part in (paper.label.zh, subject.key, names) if part)


def _names(names: Iterable[str]) -> str:
    shown = list(dict.fromkeys(names))
    return shown[0] if len(shown) == 1 else f"{len(shown)}人" if shown else ""
