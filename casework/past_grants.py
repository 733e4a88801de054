"""What the records know of earlier aid: counts, sums and the latest grant, for rules that ask.

Only grants that stand: cancelled and recovered ones are left out, and so are the application's
own and, once it has one, those that were made after it.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, contains_eager

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


_AID = (
    select(Grant)
    .join(Application, Application.id == Grant.application_id)
    .join(Edition, Edition.id == Application.edition_id)
    .options(contains_eager(Grant.application))
    .where(
        Grant.state == GrantState.ACTIVE,
        Edition.policy_code == bindparam("policy"),
        Grant.member_id.in_(bindparam("whose", expanding=True)),
    )
    .order_by(Grant.id)
)
_AID_BEFORE = (
    select(PastAid)
    .where(
        PastAid.policy_code == bindparam("policy"),
        PastAid.member_id.in_(bindparam("whose", expanding=True)),
    )
    .order_by(PastAid.id)
)
# written once: what a policy asks of earlier aid is asked at every step of every application


@dataclass
class Records:
    """What the records hold of earlier aid while one application is looked at; read when asked for,
    once for the member and once for the household."""

    session: Session
    application: Application
    _whose: dict[str, list[int]] = field(default_factory=dict)
    _aid: dict[str, list[Grant]] = field(default_factory=dict)
    _aid_before: dict[str, list[PastAid]] = field(default_factory=dict)

    def aid(self, per: str) -> list[Grant]:
        """Grants of this policy that stand, without the application's own.

        An application that has its grant is held against what came before it alone: priority relief
        given later does not change what was right then.
        """
        if per not in self._aid:
            asked = self._asked(per)
            found = self.session.scalars(_AID, asked).all()
            own = [one.id for one in found if one.application_id == self.application.id]
            self._aid[per] = [
                one
                for one in found
                if one.application_id != self.application.id and (not own or one.id < own[0])
            ]
        return self._aid[per]

    def aid_before(self, per: str) -> list[PastAid]:
        """Aid of this policy from before this system, entered from the office's papers."""
        if per not in self._aid_before:
            found = self.session.scalars(_AID_BEFORE, self._asked(per))
            self._aid_before[per] = list(found)
        return self._aid_before[per]

    def _asked(self, per: str) -> dict[str, object]:
        if per not in self._whose:
            self._whose[per] = _whose(self.session, self.application, per)
        return {"policy": self.application.edition.policy_code, "whose": self._whose[per]}


def measure(records: Records, source: FactSource) -> Value | NoGrant:
    """A number of grants, their sum in fen, or a field of the latest one (NO_GRANT without any)."""
    grants = _others(records, source)
    before = _earlier(records, source)
    if source.measure == "count":
        return len(grants) + len(before)
    if source.measure == "sum":
        return sum(grant.fen for grant in grants) + sum(aid.fen for aid in before)
    if not grants and not before:
        return NO_GRANT
    last = max((aid.aid_year for aid in before), default=0)
    newest = max(grants, key=lambda grant: (grant.aid_year, grant.id), default=None)
    if newest is not None and newest.aid_year >= last:
        return _field(records.session, newest, source.name)
    return _past_field(max(before, key=lambda aid: (aid.aid_year, aid.id)), source.name)


def _earlier(records: Records, source: FactSource) -> list[PastAid]:
    """Filtered as asked. Where a window of months is asked and the day is not known, the end of the
    year counts: rather too near than forgotten."""
    application, found = records.application, records.aid_before(source.per)
    if source.within == "year":
        found = [aid for aid in found if aid.aid_year == application.aid_year]
    elif source.within:
        since = months_before(application.applied_on, int(source.within))
        found = [aid for aid in found if (aid.given_on or date(aid.aid_year, 12, 31)) >= since]
    return [aid for aid in found if source.benefit in (None, aid.category)] or [
        aid for aid in found if source.benefit in _benefits_of(application, aid)
    ]


def _others(records: Records, source: FactSource) -> list[Grant]:
    """Filtered as asked."""
    application, found = records.application, records.aid(source.per)
    if source.within == "year":
        found = [grant for grant in found if grant.aid_year == application.aid_year]
    elif source.within:
        since = months_before(application.applied_on, int(source.within))
        found = [grant for grant in found if grant.application.applied_on >= since]
    if source.benefit is None:
        return found
    return [grant for grant in found if source.benefit in _given(records.session, grant)]


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier; the month's last day where there is no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _given(session: Session, grant: Grant) -> set[str | None]:
    """What was granted, by the policy's ids: its benefits and its category."""
    category = decisions.category_granted(session, grant.application)
    return {*decisions.benefits_granted(session, grant.application), category}


def _whose(session: Session, application: Application, per: str) -> list[int]:
    """The member alone, or with everybody on the worksheet who is a member too."""
    if per != "household":
        return [application.member_id]
    indexes = session.scalars(
        select(HouseholdPerson.id_number_index)
        .join(Household, Household.id == HouseholdPerson.household_id)
        .where(Household.member_id == application.member_id)
    )
    known = [index for index in indexes if index is not None]
    together = session.scalars(select(Member.id).where(Member.id_number_index.in_(known)))
    return [application.member_id, *together]


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
