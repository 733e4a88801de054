"""What a paper is about: one thing or a list, the policy it runs under, the units it reaches into.

Every kind of subject names the permission that opens it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import scope
from casework.editions import policy_of
from casework.people import Actor
from casework.permissions import Permission
from engine import Policy
from models.applications import Application
from models.checks import Measure
from models.editions import Edition
from models.ledger import Payment, TransferBatch
from models.members import Member
from models.notices import Notice
from models.orgs import OrgUnit
from models.pairs import HelpingPair
from models.screenings import Filing, ScreeningList


@dataclass(frozen=True)
class Subject:
    """One thing, or a list of applications or payments, that papers are printed about."""

    about: str
    rows: tuple[Any, ...]
    edition: Edition
    applications: tuple[Application, ...]
    units: tuple[OrgUnit, ...]
    """Every unit that the person must reach."""

    @property
    def row(self) -> Any:
        return self.rows[0]

    @property
    def policy(self) -> Policy:
        return policy_of(self.edition)

    @property
    def key(self) -> str:
        """What the audit log and a file name call it."""
        own = self.row
        shown = getattr(own, "number", None) or getattr(own, "name", None) or own.id
        return str(shown) if len(self.rows) == 1 else f"{shown}+{len(self.rows) - 1}"


PERMISSIONS: Mapping[str, str] = {
    "application": Permission.Application.PRINT,
    "applications": Permission.Application.PRINT,
    "notice": Permission.Notice.READ,
    "filing": Permission.Filing.READ,
    "screening": Permission.Screening.EXPORT,
    "transfer": Permission.Fund.READ,
    "payment": Permission.Payment.EXPORT,
    "payments": Permission.Payment.EXPORT,
    "pair": Permission.Pair.READ,
    "member": Permission.Member.READ,
    "measure": Permission.Check.READ,
}
"""What a person must hold over every unit that the paper shows."""

WITH_NUMBERS = frozenset({"screening", "payments", "payment"})
"""Lists that are useless without numbers; the right to export them is the right to see them."""

_MODELS: Mapping[str, type[Any]] = {
    "application": Application,
    "applications": Application,
    "notice": Notice,
    "filing": Filing,
    "screening": ScreeningList,
    "transfer": TransferBatch,
    "payment": Payment,
    "payments": Payment,
    "pair": HelpingPair,
    "member": Member,
    "measure": Measure,
}


def load(session: Session, about: str, ids: Sequence[int]) -> Subject | None:
    """The subject of these ids in the order given; None where one is gone, or where the list has
    applications of several policies, which no one paper can show."""
    model = _MODELS.get(about)
    if model is None or not ids or (len(ids) > 1 and about not in ("applications", "payments")):
        return None
    by_id = {r.id: r for r in session.scalars(select(model).where(model.id.in_(ids)))}
    rows = tuple(by_id[one] for one in ids if one in by_id)
    if len(rows) != len(ids):
        return None
    applications = tuple(_applications(session, about, rows))
    edition = _edition(session, about, rows, applications)
    if edition is None or len({a.edition.policy_code for a in applications}) > 1:
        return None
    return Subject(about, rows, edition, applications, tuple(_units(about, rows, applications)))


def within(subject: Subject, by: Actor) -> bool:
    """Whether the person holds what opens the subject over every unit that it shows."""
    needed = PERMISSIONS[subject.about]
    return all(scope.may(by, needed, unit.path) for unit in subject.units)


def _applications(session: Session, about: str, rows: Sequence[Any]) -> list[Application]:
    if about in ("application", "applications"):
        return list(rows)
    if about in ("payment", "payments"):
        return [row.grant.application for row in rows]
    if about in ("filing", "screening", "transfer"):
        return [line.application for line in rows[0].lines]
    if about == "measure":
        return [row.visit.application for row in rows]
    if about == "member":
        query = select(Application).where(Application.member_id == rows[0].id)
        return list(session.scalars(query.order_by(Application.applied_on, Application.id)))
    return []


def _edition(
    session: Session, about: str, rows: Sequence[Any], applications: Sequence[Application]
) -> Edition | None:
    if about == "notice":
        found: Edition = rows[0].edition
        return found
    if applications:
        return applications[-1].edition
    if about in ("pair", "member"):
        query = select(Edition).where(Edition.in_force_to.is_(None)).order_by(Edition.id)
        return session.scalars(query.limit(1)).one_or_none()
    return None


def _units(about: str, rows: Sequence[Any], applications: Sequence[Application]) -> list[OrgUnit]:
    own = [row.org for row in rows if hasattr(row, "org")]
    shown = own if about in ("member", "pair", "notice") else [a.org for a in applications]
    return list({unit.id: unit for unit in (*shown, *own)}.values())
