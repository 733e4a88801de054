"""What the records know of earlier aid: counts, sums and the latest grant, for rules that ask.

Only grants that stand: cancelled and recovered ones are left out, and so are the application's
own and, once it has one, those that were made after it.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from casework import decisions
from engine.model import FactSource
from models.applications import Application
from models.editions import Edition
from models.ledger import Grant, GrantState
from models.members import Household, HouseholdPerson, Member

Value = int | str | date | None


class NoGrant:
    """There is no earlier grant; that is known, unlike a field of one that the records lack."""


NO_GRANT = NoGrant()


def measure(session: Session, application: Application, source: FactSource) -> Value | NoGrant:
    """A number of grants, their sum in fen, or a field of the latest one (NO_GRANT without any)."""
    grants = others(session, application, source)
    if source.measure == "count":
        return len(grants)
    if source.measure == "sum":
        return sum(grant.fen for grant in grants)
    if not grants:
        return NO_GRANT
    latest = max(grants, key=lambda grant: (grant.aid_year, grant.id))
    return _field(session, latest, source.name)


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


def _whose(session: Session, application: Application, per: str) -> ColumnElement[bool]:
    """The member alone, or with everybody on the worksheet who is a member too."""
    if per != "household":
        return Grant.member_id == application.member_id
    indexes = session.scalars(
        select(HouseholdPerson.id_number_index)
        .join(Household, Household.id == HouseholdPerson.household_id)
        .where(Household.member_id == application.member_id)
    )
    known = [index for index in indexes if index is not None]
    together = select(Member.id).where(Member.id_number_index.in_(known))
    return (Grant.member_id == application.member_id) | Grant.member_id.in_(together)


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
