"""What the records know of earlier aid: counts, sums and the latest grant, for rules that ask.

Only grants that stand: cancelled and recovered ones are left out, and so are the application's
own and, once it has one, those that were made after it.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from casework import decisions
from casework.editions import policy_of
from engine.model import FactSource
from models.applications import Application
from models.editions import Edition
from models.imports import PastAid
from models.ledger import Grant, GrantState
from models.members import Household, HouseholdPerson, Member

Value = int | str | date | None


class NoGrant:
    """There is no earlier grant; that is known, unlike a field of one that the records lack."""


NO_GRANT = NoGrant()


def measure(session: Session, application: Application, source: FactSource) -> Value | NoGrant:
    """A number of grants, their sum in fen, or a field of the latest one (NO_GRANT without any)."""
    grants = others(session, application, source)
    before = earlier(session, application, source)
    if source.measure == "count":
        return len(grants) + len(before)
    if source.measure == "sum":
        return sum(grant.fen for grant in grants) + sum(aid.fen for aid in before)
    if not grants and not before:
        return NO_GRANT
    last = max((aid.aid_year for aid in before), default=0)
    newest = max(grants, key=lambda grant: (grant.aid_year, grant.id), default=None)
    if newest is not None and newest.aid_year >= last:
        return _field(session, newest, source.name)
    return _past_field(max(before, key=lambda aid: (aid.aid_year, aid.id)), source.name)


def earlier(
    session: Session, application: Application, source: FactSource | None = None
) -> list[PastAid]:
    """Aid of this policy from before this system, entered from the office's papers, filtered as
    asked. Where a window of months is asked and the day is not known, the end of the year counts:
    rather too near than forgotten."""
    query = select(PastAid).where(
        PastAid.policy_code == application.edition.policy_code,
        _whose(session, application, source.per if source else "member", PastAid.member_id),
    )
    found = session.scalars(query.order_by(PastAid.id)).all()
    if source is None:
        return list(found)
    if source.within == "year":
        found = [aid for aid in found if aid.aid_year == application.aid_year]
    elif source.within:
        since = months_before(application.applied_on, int(source.within))
        found = [aid for aid in found if (aid.given_on or date(aid.aid_year, 12, 31)) >= since]
    return [aid for aid in found if source.benefit in (None, aid.category)] or [
        aid for aid in found if source.benefit in _benefits_of(application, aid)
    ]


def others(
    session: Session, application: Application, source: FactSource | None = None
) -> list[Grant]:
    """The member's (or household's) other grants of this policy that stand, filtered as asked.

    An application that has its grant is held against what came before it alone: priority relief
    given later does not change what was right then.
    """
    query = (
        select(Grant)
        .join(Application, Application.id == Grant.application_id)
        .join(Edition, Edition.id == Application.edition_id)
        .where(
            Grant.state == GrantState.ACTIVE,
            Grant.application_id != application.id,
            Edition.policy_code == application.edition.policy_code,
            _whose(session, application, source.per if source else "member"),
        )
        .order_by(Grant.id)
    )
    own = session.scalar(
        select(Grant.id).where(
            Grant.application_id == application.id, Grant.state == GrantState.ACTIVE
        )
    )
    if own is not None:
        query = query.where(Grant.id < own)
    if source is not None and source.within == "year":
        query = query.where(Grant.aid_year == application.aid_year)
    elif source is not None and source.within:
        since = months_before(application.applied_on, int(source.within))
        query = query.where(Application.applied_on >= since)
    grants = session.scalars(query).all()
    if source is None or source.benefit is None:
        return list(grants)
    return [grant for grant in grants if source.benefit in _given(session, grant)]


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier; the month's last day where there is no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _given(session: Session, grant: Grant) -> set[str | None]:
    """What was granted, by the policy's ids: its benefits and its category."""
    category = decisions.category_granted(session, grant.application)
    return {*decisions.benefits_granted(session, grant.application), category}


def _whose(
    session: Session, application: Application, per: str, column: Any = Grant.member_id
) -> ColumnElement[bool]:
    """The member alone, or with everybody on the worksheet who is a member too."""
    if per != "household":
        own: ColumnElement[bool] = column == application.member_id
        return own
    indexes = session.scalars(
        select(HouseholdPerson.id_number_index)
        .join(Household, Household.id == HouseholdPerson.household_id)
        .where(Household.member_id == application.member_id)
    )
    known = [index for index in indexes if index is not None]
    together = select(Member.id).where(Member.id_number_index.in_(known))
    all_of_them: ColumnElement[bool] = (column == application.member_id) | column.in_(together)
    return all_of_them


def _benefits_of(application: Application, aid: PastAid) -> set[str]:
    """The benefits that the category leads to; only where it is the one category of the policy
    can a benefit be told from it."""
    policy = policy_of(application.edition)
    if len(policy.categories) > 1:
        return set()
    return {benefit.id for benefit in policy.benefits}


def _past_field(aid: PastAid, name: str) -> Value:
    if name in ("category", "road"):
        return aid.category
    if name == "applied_on":
        return aid.given_on
    if name in ("aid_year", "fen"):
        value: int = getattr(aid, name)
        return value
    raise LookupError(f"a grant has no field {name}")


def _field(session: Session, grant: Grant, name: str) -> Value:
    if name == "category":
        return decisions.category_granted(session, grant.application)
    if name == "road":
        return grant.application.road
    if name == "applied_on":
        return grant.application.applied_on
    if name in ("aid_year", "fen"):
        value: int = getattr(grant, name)
        return value
    raise LookupError(f"a grant has no field {name}")
