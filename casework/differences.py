"""What changed in a row, as the audit log keeps it: field, before, after; numbers of people masked.

Also reads a row's history back. Looks and refusals are the auditor's and not part of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from enum import Enum

from sqlalchemy import func, inspect, or_, select
from sqlalchemy.orm import Session

from engine import words
from models.audit import AuditRecord
from models.base import Base, starts_with

MOST = 50  # records shown of one row
LONGEST = 300  # characters kept of a value
MASKS = {
    "id_number": words.masked_id,
    "phone": words.masked_phone,
    "bank_account": words.masked_account,
}


def between(
    before: Mapping[str, object], after: Mapping[str, object]
) -> dict[str, list[str | bool | int | None]]:
    """Field → [before, after] for each field of `after` that differs; ready for JSON. Two numbers
    that look alike when masked still differ, so the field is there."""
    return {
        name: [plain(name, before.get(name)), plain(name, value)]
        for name, value in sorted(after.items())
        if before.get(name) != value
    }


def plain(name: str, value: object) -> str | bool | int | None:
    """A value as JSON keeps it, masked where it is a person's number."""
    if value is None or isinstance(value, bool):
        return value
    if name in MASKS:
        return MASKS[name](str(value))
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, int):
        return value
    if isinstance(value, date):
        return value.isoformat()
    text = str(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def data_of(row: object, changes: Mapping[str, Sequence[object]]) -> dict[str, object]:
    """What the log keeps of a change once it is flushed: its fields, and the version that the row
    has since, by which a later reader knows what somebody saw who had opened an earlier one."""
    return {"fields": sorted(changes), "changes": changes, "version": getattr(row, "version", None)}


def version_of(session: Session, object_type: str, row: Base) -> int:
    """The version of a row; where it has no counter of its own, the number of the last record
    about it, 0 before the first."""
    if hasattr(row, "version"):
        return int(row.version)
    (number,) = inspect(row).identity or (None,)
    query = select(func.max(AuditRecord.seq)).where(
        AuditRecord.object_type == object_type,
        AuditRecord.object_id == str(number),
        starts_with(AuditRecord.action, f"{object_type}."),
    )
    return session.scalar(query) or 0


def at_version(
    session: Session,
    object_type: str,
    object_id: int | str,
    version: int,
) -> dict[str, object]:
    """Field → its value when the row had this version, for the fields changed since; as `plain`
    writes it."""
    found: dict[str, object] = {}
    for record in history(session, object_type, object_id, [f"{object_type}."]):
        if "version" not in record.data:
            continue
        then = record.data["version"] or record.seq
        if then <= version:
            break
        changes: Mapping[str, Sequence[object]] = record.data.get("changes") or {}
        found |= {name: pair[0] for name, pair in changes.items()}
    return found


def history(
    session: Session,
    object_type: str,
    object_id: int | str,
    actions: Sequence[str],
    most: int = MOST,
) -> Sequence[AuditRecord]:
    """What was done to a row, the newest first; `actions` are beginnings such as "member."."""
    query = select(AuditRecord).where(
        AuditRecord.object_type == object_type,
        AuditRecord.object_id == str(object_id),
        or_(*(starts_with(AuditRecord.action, each) for each in actions)),
    )
    return session.scalars(query.order_by(AuditRecord.seq.desc()).limit(most)).all()
