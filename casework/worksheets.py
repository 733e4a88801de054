"""The household worksheet of a member: who lives there, what comes in, what illness costs.

Amounts are fen per year. A row counts in an assessment only once somebody has checked it
against a proof; changing a row takes its verification away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction

from sqlalchemy import inspect
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from casework import access, differences, duties, editions, events, reassessments
from casework.access import require
from casework.clock import day_of
from casework.money import yuan
from casework.people import Actor
from casework.permissions import Permission
from engine.faults import Fault, Refused
from models.members import Household, HouseholdItem, HouseholdPerson, ItemKind, Member

SOURCE = ("household", "size")
MOST = 999
"""Where no policy in force bounds a household, only a slip of the key is refused."""


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody who lives in the household besides the member."""

    name: str
    relation: str
    birth_on: date | None = None
    id_number: str | None = None
    can_work: bool | None = None
    occupation: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An income, a subsidy or a self-paid cost. `id` keeps the row it changes, None is new;
    `verified` None leaves an unchanged row as checked as it was."""

    kind: ItemKind
    label: str
    fen_per_year: int
    who: str | None = None
    proof: str | None = None
    verified: bool | None = None
    id: int | None = None


def put(
    session: Session,
    member: Member,
    *,
    size: int | None,
    persons: Sequence[PersonRow],
    items: Sequence[ItemRow],
    by: Actor,
    at: datetime,
    expected_version: int | None,
    note: str | None = None,
) -> Household:
    """Replace the worksheet. Who entered or changed a row is kept; somebody else marks it as
    verified, which needs its proof.

    `expected_version` is the household's, None while there is none yet.
    """
    require(session, by, Permission.Member.WRITE, member.org_id)
    household = member.household
    if household is not None:
        session.flush()
        session.refresh(household, with_for_update=True)
    if (household.version if household else None) != expected_version:
        raise Refused([Fault("stale_page", {"number": member.name})])
    found = duties.recusal_member(session, member, by)
    found += _new_size_faults(session, household, size, day_of(at))
    found += _faults(size, persons, items, day_of(at))
    if any(row.verified for row in items):
        found += access.faults(session, by, Permission.Member.VERIFY_HOUSEHOLD, member.org_id)
    kept = _kept(household)
    found += [Fault("stale_page", {"number": r.label}) for r in items if r.id and r.id not in kept]
    for number, row in enumerate(items, 1):
        found += _check_faults(row, kept.get(row.id or 0), number, by)
    if found:
        raise Refused(found)
    before, watched = _written(household), reassessments.watch(session, member.id)
    if household is None:
        household = Household(member_id=member.id)
        session.add(household)
        member.household = household
    household.size, household.note = size, note
    household.persons = [_person(row) for row in persons]
    household.items = [_item(row, kept.get(row.id or 0), by) for row in items]
    if expected_version is not None:
        flag_modified(household, "size")  # rows of the sheet count as a change of the sheet
    session.flush()
    counts = {"size": size, "persons": len(persons), "items": len(items)}
    events.audit(session, by, at, "household.put", "member", member.id, counts)
    changes = differences.between(before, _written(household))
    reassessments.note(session, watched, changes, by=by, at=at, reason=note or "")
    return household


def as_put(
    session: Session,
    household: Household | None,
    *,
    size: int | None,
    persons: Sequence[PersonRow],
    items: Sequence[ItemRow],
    by: Actor,
    at: datetime,
) -> tuple[Household, list[Fault]]:
    """The worksheet as `put` would leave it, in no session, and what `put` would refuse in what was
    typed. A size that is refused is not known."""
    found = _new_size_faults(session, household, size, day_of(at)) + _faults(
        size, persons, items, day_of(at)
    )
    kept = _kept(household)
    refused = any(fault.where == "size" for fault in found)
    made = Household(size=None if refused else size)
    made.items = [_item(row, _copy(kept.get(row.id or 0)), by) for row in items]
    return made, found


def as_verified(household: Household) -> Household:
    """The worksheet as if somebody had found every row right, in no session."""
    made = Household(size=household.size)
    made.items = [copy for item in household.items if (copy := _copy(item)) is not None]
    for item in made.items:
        item.verified = True
    return made


def _kept(household: Household | None) -> dict[int, HouseholdItem]:
    return {item.id: item for item in household.items} if household else {}


def _copy(item: HouseholdItem | None) -> HouseholdItem | None:
    """The same row as an object of its own, which no session knows."""
    if item is None:
        return None
    names = [
        column.key for column in inspect(HouseholdItem).columns if column.key != "household_id"
    ]
    return HouseholdItem(**{name: getattr(item, name) for name in names})


def _written(household: Household | None) -> dict[str, object]:
    """The sheet as a reader sees it: its size, and each kind of row in one text."""
    found: dict[str, object] = {"size": household.size if household else None}
    for kind in ItemKind:
        rows = [item for item in (household.items if household else ()) if item.kind == kind]
        texts = [f"{item.who or ''}{item.label} {yuan(item.fen_per_year)}" for item in rows]
        found[kind.value] = "；".join(texts) or None
    return found


def verify(
    session: Session, item: HouseholdItem, *, proof: str, by: Actor, at: datetime
) -> HouseholdItem:
    """Mark a row as checked against a proof; only then does it count in an assessment.

    Never by whoever entered or last changed it, nor for one's own household.
    """
    member = item.household.member
    require(session, by, Permission.Member.VERIFY_HOUSEHOLD, member.org_id)
    found = duties.recusal_member(session, member, by) + second_person_faults(item, by)
    if not proof.strip():
        found.append(Fault("proof_missing", {"item": item.label}, "proof"))
    if found:
        raise Refused(found)
    watched = reassessments.watch(session, member.id)
    item.verified, item.verified_by_id, item.proof = True, by.user_id, proof.strip()
    flag_modified(item.household, "size")
    session.flush()
    reassessments.note(session, watched, {}, by=by, at=at, reason=item.proof)
    events.audit(session, by, at, "household.verify", "member", member.id, {"item": item.id})
    return item


def second_person_faults(item: HouseholdItem, by: Actor) -> list[Fault]:
    """Why this person is not the second one that a row needs: he entered it, or nobody knows who did."""
    if item.entered_by_id is None:
        return [Fault("row_entrant_unknown", {"item": item.label})]
    if item.entered_by_id == by.user_id:
        return [Fault("row_same_person", {"item": item.label})]
    return []


def _check_faults(row: ItemRow, old: HouseholdItem | None, number: int, by: Actor) -> list[Fault]:
    """A row that becomes verified here was entered by somebody else."""
    if not row.verified or (old is not None and old.verified):
        return []  # a tick that stood before: it stays, or goes with the change of the row
    where = f"items.{number}"
    if old is None or _differs(row, old):
        return [Fault("row_same_person", {"item": row.label}, where)]
    return [replace(fault, where=where) for fault in second_person_faults(old, by)]


def _differs(row: ItemRow, old: HouseholdItem) -> bool:
    new = (row.kind, row.label.strip(), row.fen_per_year, row.who)
    return new != (old.kind, old.label, old.fen_per_year, old.who)


def sizes(session: Session, on: date) -> range:
    """How many people a household may have: what the policies in force that day say of the fact
    that is read from the worksheet. One sheet serves all of them, so the widest of their bounds."""
    facts = [
        fact
        for policy in editions.policies_in_force(session, on)
        for fact in policy.facts.values()
        if fact.source is not None and (fact.source.kind, fact.source.name) == SOURCE
    ]
    lows = [fact.low if isinstance(fact.low, (int, Fraction)) else 1 for fact in facts]
    highs = [fact.high if isinstance(fact.high, (int, Fraction)) else MOST for fact in facts]
    low, high = min(lows, default=1), max(highs, default=MOST)
    return range(max(1, int(low)), min(MOST, int(high)) + 1)


def _new_size_faults(
    session: Session, household: Household | None, size: int | None, on: date
) -> list[Fault]:
    """A size that was lawful when it was entered stays."""
    if size is None or (household is not None and size == household.size):
        return []
    allowed = sizes(session, on)
    if size in allowed:
        return []
    return [Fault("household_size", {"low": allowed[0], "high": allowed[-1]}, "size")]


def _faults(
    size: int | None, persons: Sequence[PersonRow], items: Sequence[ItemRow], on: date
) -> list[Fault]:
    found: list[Fault] = []
    if size is not None and len(persons) + 1 > size:
        counted = {"size": size, "persons": len(persons) + 1}
        found.append(Fault("household_too_small", counted, "size"))
    for number, person in enumerate(persons, 1):
        where = f"persons.{number}"
        if not person.name.strip() or not person.relation.strip():
            found.append(Fault("household_person", {"row": number}, where))
        if person.birth_on is not None and person.birth_on > on:
            found.append(Fault("date_in_future", {"on": person.birth_on}, where))
    for number, item in enumerate(items, 1):
        if not item.label.strip() or item.fen_per_year < 0:
            found.append(Fault("household_item", {"row": number}, f"items.{number}"))
        if item.verified and not (item.proof or "").strip():
            found.append(Fault("proof_missing", {"item": item.label}, f"items.{number}"))
    return found


def _person(row: PersonRow) -> HouseholdPerson:
    person = HouseholdPerson(
        name=row.name.strip(),
        relation=row.relation.strip(),
        birth_on=row.birth_on,
        can_work=row.can_work,
        occupation=row.occupation,
        note=row.note,
    )
    person.id_number = row.id_number
    return person


def _item(row: ItemRow, old: HouseholdItem | None, by: Actor) -> HouseholdItem:
    item = old or HouseholdItem(verified=False)
    changed = old is None or _differs(row, old)
    item.kind, item.label = row.kind, row.label.strip()
    item.fen_per_year, item.who, item.proof = row.fen_per_year, row.who, row.proof
    asked = item.verified if row.verified is None else row.verified
    if changed or (item.entered_by_id is None and not asked):
        item.entered_by_id = by.user_id
    if changed or not asked:
        item.verified, item.verified_by_id = False, None
    elif not item.verified:
        item.verified, item.verified_by_id = True, by.user_id
    return item
