"""Notes on an application: written by anyone who may see it, kept for ever, never part of a step.

A note cannot be edited. Its author may take it back with a reason; both then stay and are shown.
Who objected to a posted name is hidden from branch and committee (clause 4.3, annex 3), so a note
may be kept to those who may know it (`notice.objector`), and they may close a note of others that
gives an objector away. Texts are sealed; the audit log holds a keyed mark of each, never the text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

import casework.messages_notes  # noqa: F401 - its texts
from casework import access, duties, events
from casework.people import Actor
from casework.permissions import Permission
from casework.scope import may
from engine.faults import Fault, Refused
from models.applications import Application
from models.audit import AuditRecord
from models.case_notes import CaseNote, NoteKind
from models.notices import NoticeLine, Objection
from models.secrets import digits, keyring, plain

MOST = 2000  # characters of a note
LEAST_NAME = 2  # characters of a name that can be told apart from a word
LEAST_PHONE = 7  # digits of a telephone number
OBJECT = "case_note"  # what the audit log calls a row


@dataclass(frozen=True, slots=True)
class Shown:
    """A note as this person may see it: what became of it, what he may do with it.

    `intact` is False where the stored text is not the one that the audit log has a mark of.
    """

    note: CaseNote
    withdrawn: CaseNote | None
    closed: CaseNote | None
    intact: bool
    may_withdraw: bool
    may_close: bool


def knows_objectors(session: Session, application: Application, by: Actor) -> bool:
    """Whether the person reads notes kept to the deciding office: not on a case of his own kin."""
    known = may(by, Permission.Notice.OBJECTOR, application.org.path)
    return known and duties.kinship(session, application.member_id, by) is None


def of(session: Session, application: Application, by: Actor) -> list[Shown]:
    """The notes that this person may see, the newest first."""
    if not may(by, Permission.Application.READ, application.org.path):
        return []
    rows = list(
        session.scalars(
            select(CaseNote)
            .where(CaseNote.application_id == application.id)
            .order_by(CaseNote.id.desc())
            .options(selectinload(CaseNote.by))
        )
    )
    about = {(row.about_id, row.kind): row for row in rows if row.about_id is not None}
    marks = _marks(session, rows)
    inner = knows_objectors(session, application, by)
    writes = not faults(session, application, by)
    found = []
    for row in rows:
        closed = about.get((row.id, NoteKind.CLOSING))
        if row.kind is not NoteKind.NOTE or (not inner and (row.inner_only or closed)):
            continue
        back = about.get((row.id, NoteKind.WITHDRAWAL))
        found.append(
            Shown(
                row,
                back,
                closed,
                intact=all(_intact(one, marks) for one in (row, back, closed) if one is not None),
                may_withdraw=back is None and row.by_id == by.user_id and writes,
                may_close=closed is None and inner and writes and not row.inner_only,
            )
        )
    return found


def faults(session: Session, application: Application, by: Actor) -> list[Fault]:
    """Why this person writes no note here; empty when he may. Who inspects changes nothing."""
    found = access.faults(session, by, Permission.Application.READ, application.org_id)
    if by.user_id is None:
        found.append(Fault("no_person", {}))
    if by.holds(Permission.Audit.READ):
        found.append(Fault("note_inspector", {}))
    return found + duties.recusal(session, application, by)


def write(
    session: Session,
    application: Application,
    text: str,
    *,
    inner_only: bool,
    by: Actor,
    at: datetime,
) -> CaseNote:
    """Add a note. It changes nothing of the application and takes on no duty in it."""
    found = faults(session, application, by)
    if inner_only and not knows_objectors(session, application, by):
        found.append(Fault("note_inner_not_yours", {}, "inner_only"))
    text = text.replace("\r\n", "\n").strip()
    found += _text_faults(text, "text")
    if not found and not inner_only and knows_objectors(session, application, by):
        found += _names_objector(session, application, text)
    if not found and _said_already(session, application, text, by):
        found.append(Fault("note_twice", {}, "text"))
    if found:
        raise Refused(found)
    return _add(session, application, NoteKind.NOTE, None, text, inner_only, by, at)


def withdraw(session: Session, note: CaseNote, reason: str, *, by: Actor, at: datetime) -> CaseNote:
    """Take one's own note back; note and reason both stay."""
    found = faults(session, note.application, by)
    if note.by_id != by.user_id:
        found.append(Fault("note_not_yours", {"name": note.by.display_name}))
    return _about(session, note, NoteKind.WITHDRAWAL, reason, found, by, at)


def close(session: Session, note: CaseNote, reason: str, *, by: Actor, at: datetime) -> CaseNote:
    """Keep a note to those who may know who objected; branch and committee see it no more."""
    found = faults(session, note.application, by)
    if not knows_objectors(session, note.application, by):
        found.append(Fault("not_permitted", {"permission": Permission.Notice.OBJECTOR}))
    return _about(session, note, NoteKind.CLOSING, reason, found, by, at)


def _about(
    session: Session,
    note: CaseNote,
    kind: NoteKind,
    reason: str,
    found: list[Fault],
    by: Actor,
    at: datetime,
) -> CaseNote:
    if found:
        raise Refused(found)
    reason = reason.replace("\r\n", "\n").strip()
    found = _text_faults(reason, "reason")
    known = select(CaseNote.id).where(CaseNote.about_id == note.id, CaseNote.kind == kind)
    done = note.kind is not NoteKind.NOTE or session.scalar(known) is not None
    if done or (kind is NoteKind.CLOSING and note.inner_only):
        found.append(Fault(f"note_{kind.value}_done", {}))
    open_to_all = kind is NoteKind.WITHDRAWAL and not note.inner_only
    if not found and open_to_all and knows_objectors(session, note.application, by):
        found += _names_objector(session, note.application, reason, "reason")
    if found:
        raise Refused(found)
    try:
        with session.begin_nested():
            return _add(session, note.application, kind, note.id, reason, note.inner_only, by, at)
    except IntegrityError:  # the same was done in this very moment
        raise Refused([Fault(f"note_{kind.value}_done", {})]) from None


def _add(
    session: Session,
    application: Application,
    kind: NoteKind,
    about: int | None,
    text: str,
    inner_only: bool,
    by: Actor,
    at: datetime,
) -> CaseNote:
    row = CaseNote(
        application_id=application.id,
        kind=kind,
        about_id=about,
        inner_only=inner_only,
        by_id=by.user_id,
        at=at,
    )
    row.content = text
    session.add(row)
    session.flush()
    data = {
        "number": application.number,
        "about": about,
        "inner_only": inner_only,
        "mark": keyring().mark(_marked(row)).hex(),
    }
    events.audit(session, by, at, f"note.{kind.value}", OBJECT, row.id, data)
    return row


# -- what is asked first


def _text_faults(text: str, where: str) -> list[Fault]:
    if not text:
        return [Fault("note_empty", {}, where)]
    if len(text) > MOST:
        return [Fault("note_long", {"most": MOST, "count": len(text)}, where)]
    return []


def _names_objector(
    session: Session, application: Application, text: str, where: str = "text"
) -> list[Fault]:
    """Whether the text holds the name or number of somebody who objected to this person's aid.

    Asked of those alone who may know: to anybody else the refusal itself would tell.
    """
    rows = session.scalars(
        select(Objection)
        .join(NoticeLine, NoticeLine.id == Objection.notice_line_id)
        .join(Application, Application.id == NoticeLine.application_id)
        .where(Application.member_id == application.member_id)
    )
    words, numbers = "".join(plain(text).split()), digits(text)
    for row in rows:
        name = "".join(plain(row.objector_name or "").split())
        phone = digits(row.objector_phone or "")
        named = len(name) >= LEAST_NAME and name in words
        if named or (len(phone) >= LEAST_PHONE and phone in numbers):
            return [Fault("note_names_objector", {}, where)]
    return []


def _said_already(session: Session, application: Application, text: str, by: Actor) -> bool:
    """A page sent twice: the person's last note on the case says the same and still stands."""
    last = session.scalars(
        select(CaseNote)
        .where(
            CaseNote.application_id == application.id,
            CaseNote.kind == NoteKind.NOTE,
            CaseNote.by_id == by.user_id,
        )
        .order_by(CaseNote.id.desc())
        .limit(1)
    ).first()
    if last is None or last.content != text:
        return False
    return session.scalar(select(CaseNote.id).where(CaseNote.about_id == last.id).limit(1)) is None


# -- the mark in the audit log


def _marked(row: CaseNote) -> bytes:
    """What the mark covers: the text, and that it is this row's."""
    return f"{OBJECT}:{row.uid}:{row.content}".encode()


def _marks(session: Session, rows: Iterable[CaseNote]) -> Mapping[str, str]:
    """Row → its mark in the log."""
    numbers = [str(row.id) for row in rows]
    if not numbers:
        return {}
    records = session.scalars(
        select(AuditRecord).where(
            AuditRecord.object_type == OBJECT,
            AuditRecord.object_id.in_(numbers),
            AuditRecord.action.in_([f"note.{kind.value}" for kind in NoteKind]),
        )
    )
    return {str(record.object_id): str(record.data.get("mark", "")) for record in records}


def _intact(row: CaseNote, marks: Mapping[str, str]) -> bool:
    try:
        mark = bytes.fromhex(marks.get(str(row.id), ""))
    except ValueError:
        return False
    return keyring().is_marked(_marked(row), mark)
