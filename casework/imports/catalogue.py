"""The list of what may be taken in, for a person and for the policies in force."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from casework import editions
from casework.imports.cases import Applications, PastGrants
from casework.imports.kinds import Kind
from casework.imports.office import BankReturns, Holidays
from casework.imports.people import Items, Members, Persons
from casework.imports.screening import OtherSchemes, Results, screens
from casework.people import Actor
from engine import Policy
from engine.faults import Refused
from engine.labels import Label
from engine.terms import NEUTRAL, Terms

PLAIN: Mapping[str, Callable[[], Kind]] = {
    "members": Members,
    "persons": Persons,
    "items": Items,
    "holidays": Holidays,
    "bank_returns": BankReturns,
    "scheme_lists": OtherSchemes,
}
OF_POLICY: Mapping[str, Callable[[Policy], Kind]] = {
    "applications": Applications,
    "past_grants": lambda policy: PastGrants(policy, category_labels(policy)),
    "screening_results": Results,
}
WHEN: Mapping[str, Callable[[Policy, Actor], bool]] = {"screening_results": screens}
"""Kinds that only some policies, and only some of their people, have a use for."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A kind as the page offers it, once for each policy where its columns are a policy's."""

    kind: Kind
    policy_code: str | None
    policy_label: Label | None

    @property
    def id(self) -> str:
        return f"{self.kind.id}:{self.policy_code}" if self.policy_code else self.kind.id


def kind_of(session: Session, kind_id: str, policy_code: str | None, on: date) -> Kind:
    """The kind by its id; LookupError for one that does not exist."""
    if kind_id in PLAIN:
        return in_words(PLAIN[kind_id](), editions.terms_on(session, on))
    make = OF_POLICY.get(kind_id)
    if make is None or policy_code is None:
        raise LookupError(f"there is no import {kind_id} of {policy_code}")
    _edition, policy = editions.in_force(session, policy_code, on)
    return in_words(make(policy), policy.words or NEUTRAL)


def in_words(kind: Kind, words: Terms) -> Kind:
    """The kind with its columns as an office says them whose policy has these words."""
    kind.columns = tuple(column.in_words(words) for column in kind.columns)
    return kind


def offers(session: Session, by: Actor, on: date) -> list[Offer]:
    """What this person may take in today."""
    words = editions.terms_on(session, on)
    found = [Offer(in_words(make(), words), None, None) for make in PLAIN.values()]
    codes = editions.policy_codes(session)
    for code in codes:
        try:
            _edition, policy = editions.in_force(session, code, on)
        except Refused:
            continue  # none of its editions holds today
        label = Label(policy.zh, policy.en) if len(codes) > 1 else None
        found += [
            Offer(make(policy), code, label)
            for id_, make in OF_POLICY.items()
            if id_ not in WHEN or WHEN[id_](policy, by)
        ]
    return [offer for offer in found if by.holds(offer.kind.permission)]


def category_labels(policy: Policy) -> dict[str, Label]:
    """The categories of aid with the labels of their roads or ways."""
    roads = policy.procedure.roads
    ways = {way.category: way.label for way in policy.ways}
    return {c: roads[c].label if c in roads else ways[c] for c in policy.categories}
