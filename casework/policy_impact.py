"""What a draft would change for the applications now open: how many, by outcome and amount; no names.

Open applications keep the edition they were registered under. The question answered here is: if
they were all made on one day, what would either set of rules say?
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from casework import facts
from casework.people import Actor
from casework.permissions import Permission
from engine import Assessment, Policy, assess
from engine.faults import Fault, Refused
from models.applications import Application, CaseStatus
from models.editions import Edition

MOST = 2000
"""So many are tried, the newest first; the page says when there are more."""
OPEN = (CaseStatus.DRAFT, CaseStatus.OPEN, CaseStatus.RETURNED)


@dataclass
class Side:
    """What one set of rules says of them all. Amounts in fen, of what is settled."""

    outcomes: Counter[str] = field(default_factory=Counter)
    categories: Counter[str] = field(default_factory=Counter)
    least_fen: int = 0
    most_fen: int = 0
    without_limit: int = 0
    unread: int = 0


@dataclass
class Impact:
    """Both sides, and how many of `tried` would come out otherwise; `more` were not tried."""

    on: date
    before: Side = field(default_factory=Side)
    after: Side = field(default_factory=Side)
    moves: Counter[tuple[str, str]] = field(default_factory=Counter)
    other_amount: int = 0
    tried: int = 0
    more: int = 0


def impact(session: Session, now: Policy, draft: Policy, on: date, *, by: Actor) -> Impact:
    """Assess the open applications by both as if they were made on a day."""
    wanted = (Permission.Policy.PROPOSE, Permission.Policy.SIGN)
    if not any(by.holds(permission) for permission in wanted):
        raise Refused((Fault("not_permitted", {"permission": wanted[0]}),))
    found = Impact(on)
    query = (
        select(Application)
        .join(Edition, Edition.id == Application.edition_id)
        .where(Edition.policy_code == now.id, Application.status.in_(OPEN))
    )
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    newest = query.order_by(Application.id.desc()).limit(MOST)
    for application in session.scalars(newest.options(selectinload(Application.member))):
        sides = [_ask(session, application, policy, on) for policy in (now, draft)]
        for side, answer in zip((found.before, found.after), sides, strict=True):
            _count(side, answer)
        _compare(found, *sides)
        found.tried += 1
    found.more = total - found.tried
    return found


def _ask(session: Session, application: Application, policy: Policy, on: date) -> Assessment | None:
    """None where the rules cannot read what is known of the application."""
    try:
        raw = facts.raw(session, application, policy)
        return assess(policy, policy.read_facts({**raw, policy.pick_by: on.isoformat()}))
    except Refused:
        return None


def _count(side: Side, answer: Assessment | None) -> None:
    if answer is None:
        side.unread += 1
        return
    side.outcomes[answer.outcome] += 1
    side.categories[answer.category] += 1
    least, most = _span(answer)
    side.least_fen += least
    side.most_fen += most or 0
    side.without_limit += most is None


def _span(answer: Assessment) -> tuple[int, int | None]:
    """Least and most of what would be given, fen; None without a limit."""
    low, high = 0, 0
    limited = True
    for granted in answer.benefits:
        low += (granted.fen if granted.fen is not None else granted.min_fen) or 0
        most = granted.fen if granted.fen is not None else granted.max_fen
        limited = limited and most is not None
        high += most or 0
    return low, high if limited else None


def _compare(found: Impact, before: Assessment | None, after: Assessment | None) -> None:
    names = [answer.outcome if answer else "unread" for answer in (before, after)]
    if names[0] != names[1]:
        found.moves[names[0], names[1]] += 1
    elif before and after and _span(before) != _span(after):
        found.other_amount += 1
