"""Putting a saved change of a plain record (a person, a unit, a pair, an account) back to how it
was, field by field, from the audit log. It is a new change with its own reason, made by the verb
that makes any other, so every check of that verb holds and it can be put back too.

What does not go back: a field that was changed again since, for then somebody else's change would
go with it; numbers of people and the bank, whose old values the log does not hold; a text too long
to be kept whole; and whatever other records rest on: registrations, moves, ends, roles, payments
and decisions are no changes of a field and have corrections of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum, StrEnum
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.orm import Session

import casework.messages_notes  # noqa: F401 - its texts
from casework import access, differences, events, members, pairs
from casework.people import Actor
from casework.permissions import Permission
from engine.faults import Fault, Refused
from models.audit import AuditRecord
from models.base import Base


class State(StrEnum):
    """Whether a field of a saved change can go back, and if not, why."""

    OPEN = "open"
    NUMBER = "number"  # the log holds it masked
    LONG = "long"  # the log holds its beginning
    SINCE = "since"  # changed again
    FORM = "form"  # others rest on it; it is changed on the form, knowingly


@dataclass(frozen=True)
class Back:
    """Old values on their way into a row; `note` goes into the log beside what changes."""

    session: Session
    row: Any
    values: Mapping[str, Any]
    note: Mapping[str, object]
    by: Actor
    at: datetime


@dataclass(frozen=True)
class Table:
    """One kind of record: the action that changes it, and the fields that may go back."""

    action: str
    names: frozenset[str]
    write: Callable[[Back], None]


def states(row: Any, kind: str, records: Sequence[AuditRecord]) -> dict[int, dict[str, State]]:
    """Number of a record → field → whether it goes back; `records` of one row, the newest first.
    Records that changed no field of the row are not among them."""
    table, later = TABLES.get(kind), set[str]()
    found: dict[int, dict[str, State]] = {}
    for record in records:
        changes: Mapping[str, Sequence[Any]] = record.data.get("changes") or {}
        if table is not None and record.action == table.action and changes:
            found[record.seq] = {
                name: _state(row, table, name, pair, later) for name, pair in changes.items()
            }
        later |= set(changes)
    return found


def put_back(
    session: Session,
    kind: str,
    row: Any,
    seq: int,
    names: Collection[str],
    *,
    reason: str,
    by: Actor,
    at: datetime,
    expected_version: int | None,
) -> None:
    """Give these fields the values that they had before the change that record `seq` tells of."""
    session.flush()
    session.refresh(row, with_for_update=True)
    if differences.version_of(session, kind, row) != expected_version:
        raise Refused([Fault("put_back_late", {})])
    number = inspect(row).identity[0]
    records = differences.history(session, kind, number, [f"{kind}."])
    known = states(row, kind, records).get(seq, {})
    found = [Fault(f"put_back_{known[n]}", {}) for n in names if known.get(n, "open") != "open"]
    found = list({fault.code: fault for fault in found}.values())
    if not names:
        found.append(Fault("put_back_nothing", {}))
    if not set(names) <= set(known):
        found.append(Fault("put_back_unknown", {}))
    if not reason.strip():
        found.append(Fault("reason_missing", {}, "reason"))
    if found:
        raise Refused(found)
    record = next(one for one in records if one.seq == seq)
    values = {name: _value(row, name, record.data["changes"][name][0]) for name in names}
    note = {"reason": reason.strip(), "put_back": seq}
    TABLES[kind].write(Back(session, row, values, note, by, at))


def _state(row: Any, table: Table, name: str, pair: Sequence[Any], later: set[str]) -> State:
    if name in differences.MASKS:
        return State.NUMBER
    if name not in table.names:
        return State.FORM
    before, after = pair
    if name in later or differences.plain(name, getattr(row, name)) != after:
        return State.SINCE
    cut = isinstance(before, str) and len(before) >= differences.LONGEST
    return State.LONG if cut else State.OPEN


def _value(row: Base, name: str, kept: Any) -> Any:
    """A value of the log as the row holds it."""
    kind: type[Any] = inspect(type(row)).column_attrs[name].columns[0].type.python_type
    if kept is None:
        return None
    if issubclass(kind, Enum):
        return kind(kept)
    return date.fromisoformat(kept) if issubclass(kind, date) else kept


def _member(back: Back) -> None:
    members.update(
        back.session,
        back.row,
        back.values,
        by=back.by,
        at=back.at,
        expected_version=back.row.version,
        note=back.note,
    )


def _pair(back: Back) -> None:
    now = {name: getattr(back.row, name) or "" for name in ("skill", "plan", "goal", "need")}
    terms: dict[str, Any] = {"end_on": back.row.end_on, **now, **back.values}
    pairs.change(
        back.session,
        back.row,
        by=back.by,
        at=back.at,
        expected_version=back.row.version,
        note=back.note,
        **terms,
    )


def _unit(back: Back) -> None:
    access.require(back.session, back.by, Permission.Org.WRITE, back.row.id)
    _plainly("org", back)


def _account(back: Back) -> None:
    if not back.by.holds(Permission.User.WRITE):
        raise Refused([Fault("not_permitted", {"permission": Permission.User.WRITE})])
    _plainly("user", back)


def _plainly(kind: str, back: Back) -> None:
    row, before = back.row, {name: getattr(back.row, name) for name in back.values}
    for name, value in back.values.items():
        setattr(row, name, value)
    back.session.flush()
    changes = differences.between(before, back.values)
    data = {**differences.data_of(row, changes), **back.note}
    events.audit(back.session, back.by, back.at, f"{kind}.update", kind, row.id, data)


TABLES: Mapping[str, Table] = {
    "member": Table("member.update", members.FIELDS - {*differences.MASKS, "bank_name"}, _member),
    "pair": Table("pair.change", frozenset({"end_on", "skill", "need", "plan", "goal"}), _pair),
    "org": Table("org.update", frozenset({"name", "code", "kind", "kind_zh"}), _unit),
    "user": Table("user.update", frozenset({"display_name", "locale", "email"}), _account),
}
