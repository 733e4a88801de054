"""Which papers there are about something, and whether they exist yet. Knows no person."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.editions import policy_of
from casework.entries import form_issued
from casework.printing.subjects import Subject
from engine import Policy
from engine.papers import Paper
from engine.procedure import Road
from models.editions import Edition


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


def paper_of(session: Session, subject: Subject, paper_id: str) -> Paper | None:
    """The paper of that id about such a subject, or None."""
    paper = policy_with_papers(session, subject.edition).papers.papers.get(paper_id)
    return paper if paper is not None and paper.about == subject.about else None


def prints(session: Session, edition: Edition, about: str, paper_id: str | None = None) -> bool:
    """Whether the policy has a paper about such a thing (the one named): else nothing offers it."""
    found = policy_with_papers(session, edition).papers.about(about)
    return any(paper_id is None or paper.id == paper_id for paper in found)


def first(session: Session, subject: Subject) -> Paper | None:
    """The paper that a notice, a filing, a roster is usually printed as: the first about it."""
    found = policy_with_papers(session, subject.edition).papers.about(subject.about)
    return next((paper for paper in found if fits(subject, paper)), None)


def fits(subject: Subject, paper: Paper) -> bool:
    """Whether every application of the subject is on a road of the paper and far enough on it, and
    what follows a check is of a kind that the paper is for."""
    if subject.about == "measure" and paper.measures and subject.row.kind not in paper.measures:
        return False
    return all(_fits(subject.policy, one.road, one.stage, paper) for one in subject.applications)


def _fits(policy: Policy, road_id: str, stage: str, paper: Paper) -> bool:
    if paper.roads and road_id not in paper.roads:
        return False
    road = policy.procedure.roads.get(road_id)
    if road is not None and paper.id == road.form and not _issued(road, stage):
        return False  # the form is given out only after the stage that issues it (clause 4.1.2)
    if paper.from_stage is None or road is None or not road.has(paper.from_stage):
        return True
    return road.has(stage) and road.position(stage) >= road.position(paper.from_stage)


def _issued(road: Road, stage: str) -> bool:
    return not road.has(stage) or form_issued(road, road.stage(stage))
