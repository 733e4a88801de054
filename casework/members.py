"""Register and change members. Never decides who is aided.

Every change is checked whole (all faults at once), counted by a version and audited by the
fields that changed, before and after, with the numbers of people masked.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from casework import access, differences, duties, events, reassessments, scope
from casework.access import require
from casework.clock import day_of
from casework.people import Actor
from casework.permissions import Permission
from engine import idnumber
from engine.faults import Fault, Refused
from models.members import Member
from models.orgs import OrgLevel, OrgUnit

FIELDS = frozenset(
    {
        *("name", "sex", "ethnic", "birth_on", "joined_on", "status", "hukou", "hukou_label"),
        *("id_number", "phone", "bank_name", "bank_account", "address", "can_help_skills"),
        "died_on",
    }
)
_ACCOUNT = frozenset({"bank_name", "bank_account"})
_PHONE_SIGNS = frozenset("0123456789-+ ()")
_PHONE_DIGITS = range(7, 16)


def register(
    session: Session, org: OrgUnit, values: Mapping[str, object], *, by: Actor, at: datetime
) -> Member:
    """Add a member to a branch. Birth and sex are taken from the identity number if not given.

    A number that another member has is `duplicate_id_number`, in whatever form it is written.
    """
    require(session, by, Permission.Member.WRITE, org.id)
    values = _with_identity(values)
    found = faults(session, values, day_of(at))
    if org.level != OrgLevel.BRANCH:
        found.append(Fault("member_needs_branch", {"org": org.name}, "org"))
    if found:
        raise Refused(found)
    member = Member(org_id=org.id, created_at=at, household=None)  # known to have none yet
    _write(member, values, by)
    _flush_unique(session, member)
    events.audit(session, by, at, "member.register", "member", member.id, {"org": org.code})
    return member


def update(
    session: Session,
    member: Member,
    values: Mapping[str, object],
    *,
    by: Actor,
    at: datetime,
    expected_version: int,
    note: Mapping[str, object] | None = None,
) -> Member:
    """Change the given fields of a member; the others stay. `note` goes into the log beside them."""
    require(session, by, Permission.Member.WRITE, member.org_id)
    _check_version(session, member, expected_version)
    now = {name: getattr(member, name) for name in FIELDS}
    found = faults(session, {**now, **values}, day_of(at), member)
    changed = sorted(name for name, value in values.items() if now.get(name) != value)
    if not _ACCOUNT.isdisjoint(changed):
        found += duties.recusal_member(session, member, by)
    if found:
        raise Refused(found)
    watched = reassessments.watch(session, member.id)
    _write(member, {name: values[name] for name in changed}, by)
    _flush_unique(session, member)
    changes = differences.between(now, {name: getattr(member, name) for name in changed})
    data = {**differences.data_of(member, changes), **(note or {})}
    events.audit(session, by, at, "member.update", "member", member.id, data)
    reason = str((note or {}).get("reason") or "")
    reassessments.note(session, watched, changes, by=by, at=at, reason=reason)
    return member


def move(
    session: Session,
    member: Member,
    to: OrgUnit,
    *,
    reason: str,
    by: Actor,
    at: datetime,
    expected_version: int,
) -> Member:
    """Carry the organisational relation over to another branch; applications stay where they are.
    Who is there already is not moved, and no move is written down."""
    require(session, by, Permission.Member.MOVE, member.org_id)
    _check_version(session, member, expected_version)
    found = access.faults(session, by, Permission.Member.MOVE, to.id)
    if to.level != OrgLevel.BRANCH:
        found.append(Fault("member_needs_branch", {"org": to.name}, "org"))
    if not reason.strip():
        found.append(Fault("reason_missing", {}, "reason"))
    if found:
        raise Refused(found)
    if to.id == member.org_id:
        return member
    before, member.org_id = member.org_id, to.id
    session.flush()
    # with the version: a page opened before can tell from where the person was moved meanwhile
    data = {"from": before, "to": to.id, "reason": reason, "version": member.version}
    events.audit(session, by, at, "member.move", "member", member.id, data)
    return member


def branch_at(session: Session, member: Member, version: int) -> OrgUnit:
    """To which branch the member belonged when the row had this version."""
    found = member.org_id
    for record in differences.history(session, "member", member.id, ["member.move"]):
        if record.data.get("version", 0) <= version:
            break
        found = record.data["from"]
    return session.get_one(OrgUnit, found)


def confirm_account(
    session: Session, member: Member, *, by: Actor, at: datetime, expected_version: int
) -> Member:
    """A second person has compared the changed bank account with its proof (requirements §5)."""
    require(session, by, Permission.Member.CONFIRM_ACCOUNT, member.org_id)
    _check_version(session, member, expected_version)
    own = duties.recusal_member(session, member, by)
    if own:
        raise Refused(own)
    if member.bank_account_by_id is None or member.bank_account_confirmed_by_id is not None:
        raise Refused([Fault("account_nothing", {})])
    if member.bank_account_by_id == by.user_id:
        raise Refused([Fault("account_same_person", {}, "bank_account")])
    member.bank_account_confirmed_by_id = by.user_id
    session.flush()
    events.audit(session, by, at, "member.confirm_account", "member", member.id)
    return member


def unconfirmed(by: Actor) -> Select[Member]:
    """Members in the person's part of the tree whose changed account waits for a second person."""
    query = select(Member).join(OrgUnit, OrgUnit.id == Member.org_id)
    return scope.visible(query, by, Permission.Member.CONFIRM_ACCOUNT, OrgUnit.path).where(
        Member.bank_account_by_id.is_not(None), Member.bank_account_confirmed_by_id.is_(None)
    )


def reveal(session: Session, member: Member, field: str, *, by: Actor, at: datetime) -> str | None:
    """A masked field in clear (`id_number`, `phone`, `bank_account`); the look is recorded."""
    if field not in ("id_number", "phone", "bank_account"):
        raise ValueError(f"{field} is not a masked field")
    require(session, by, Permission.Member.REVEAL, member.org_id)
    events.record_look(session, by, at, f"reveal:{field}", "member", member.id)
    value: str | None = getattr(member, field)
    return value


def faults(
    session: Session, values: Mapping[str, object], on: date, member: Member | None = None
) -> list[Fault]:
    """Everything wrong with a member's fields, each with its field as `where`."""
    found = [Fault("unknown_member_field", {"field": n}, n) for n in values if n not in FIELDS]
    if not str(values.get("name") or "").strip():
        found.append(Fault("member_name_missing", {}, "name"))
    found += _date_faults(values, on) + _phone_faults(values.get("phone"))
    number = values.get("id_number")
    if number:
        found += _identity_faults(str(number), values)
        known = select(Member.id).where(Member.id_number.matches(str(number)))
        if member is not None:
            known = known.where(Member.id != member.id)
        if session.scalar(known) is not None:
            found.append(Fault("duplicate_id_number", {}, "id_number"))
    return found


def _with_identity(values: Mapping[str, object]) -> dict[str, object]:
    """The values, with birth and sex of a right identity number where none were given."""
    full = dict(values)
    identity = idnumber.read(str(values.get("id_number") or ""))
    if identity.fault is None:
        full["birth_on"] = full.get("birth_on") or identity.birth
        full["sex"] = full.get("sex") or identity.sex
    return full


def _identity_faults(number: str, values: Mapping[str, object]) -> list[Fault]:
    identity = idnumber.read(number)
    if identity.fault is not None:
        return [identity.fault]
    found = []
    if values.get("birth_on") not in (None, identity.birth):
        found.append(Fault("id_birth_differs", {"birth": identity.birth}, "birth_on"))
    if values.get("sex") not in (None, identity.sex):
        found.append(Fault("id_sex_differs", {}, "sex"))
    return found


def _date_faults(values: Mapping[str, object], on: date) -> list[Fault]:
    found = []
    for name in ("birth_on", "joined_on", "died_on"):
        value = values.get(name)
        if isinstance(value, date) and value > on:
            found.append(Fault("date_in_future", {"on": value}, name))
    birth, joined, died = (values.get(n) for n in ("birth_on", "joined_on", "died_on"))
    if isinstance(birth, date):
        if isinstance(joined, date) and joined < birth:
            found.append(Fault("joined_before_birth", {}, "joined_on"))
        if isinstance(died, date) and died < birth:
            found.append(Fault("died_before_birth", {}, "died_on"))
    return found


def _phone_faults(phone: object) -> list[Fault]:
    text = str(phone or "").strip()
    digits = sum(c.isdigit() for c in text)
    if not text or (set(text) <= _PHONE_SIGNS and digits in _PHONE_DIGITS):
        return []
    return [Fault("phone_format", {}, "phone")]


def _write(member: Member, values: Mapping[str, object], by: Actor) -> None:
    """Set the fields; another account number waits for a second person (`confirm_account`)."""
    if "bank_account" in values and (values["bank_account"] or None) != member.bank_account:
        member.bank_account_by_id, member.bank_account_confirmed_by_id = by.user_id, None
    for name, value in values.items():
        setattr(member, name, value.strip() or None if isinstance(value, str) else value)


def _check_version(session: Session, member: Member, expected_version: int) -> None:
    session.flush()
    session.refresh(member, with_for_update=True)
    if member.version != expected_version:
        raise Refused([Fault("stale_page", {"number": member.name})])


def _flush_unique(session: Session, member: Member) -> None:
    """Flush, and say it in words where somebody else has just stored the same identity number."""
    try:
        with session.begin_nested():
            session.add(member)
            session.flush()
    except IntegrityError as error:
        if "id_number_index" not in str(error.orig):
            raise
        raise Refused([Fault("duplicate_id_number", {}, "id_number")]) from error
