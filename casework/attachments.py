"""Scans of papers: checked for what they are, encrypted on disk, opened only with their row.

Only PDF, PNG and JPEG, told by their bytes, never by their name. The row and the file are bound
together by the row's uid, so that a swapped file does not open.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from casework import events, sealed_files, settings
from casework.access import require
from casework.people import Actor
from casework.permissions import Permission
from engine.faults import Fault, Refused
from models.applications import Application
from models.attachments import Attachment
from models.meetings import Minutes
from models.members import Member
from models.notices import Notice
from models.secrets import CannotOpen

_SIGNATURES = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
)
_NAMES = {
    "application/pdf": (".pdf",),
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg", ".jpe", ".jfif"),
}
_ENDS = {"application/pdf": b"%%EOF", "image/png": b"IEND", "image/jpeg": b"\xff\xd9"}


def sniff(content: bytes) -> str | None:
    """The type that the bytes show at both ends, None for anything but PDF, PNG and JPEG."""
    for start, mime in _SIGNATURES:
        if content.startswith(start) and _ENDS[mime] in content[-2048:]:
            return mime
    return None


@dataclass(frozen=True, slots=True)
class Upload:
    """What the browser sent: `filename` is a name to show, never a path to write."""

    filename: str
    content: bytes


def require_chosen(upload: Upload) -> None:
    """Raise where a form came without its file: nothing is wrong with a file that is not there."""
    if not upload.filename and not upload.content:
        raise Refused([Fault("file_not_chosen", {})])


def store(
    session: Session,
    upload: Upload,
    *,
    kind: str,
    by: Actor,
    at: datetime,
    application: Application | None = None,
    member: Member | None = None,
    notice: Notice | None = None,
    minutes: Minutes | None = None,
    copies: int = 1,
    permission: str = Permission.Attachment.ADD,
) -> Attachment:
    """Keep a scan for an application, a member, a posted list or minutes; raises with every fault of the
    file at once."""
    owner = application or member or notice or minutes
    if owner is None:
        raise ValueError("an attachment belongs to an application, a member, a notice or minutes")
    org_id = owner.org_id
    require(session, by, permission, org_id)
    require_chosen(upload)
    mime = sniff(upload.content)
    limit = settings.get(session, "attachment_max_mb")
    found = []
    if mime is None:
        found.append(Fault("scan_type", {"filename": clean_name(upload.filename)}))
    if isinstance(limit, int) and len(upload.content) > limit * 1024 * 1024:
        found.append(Fault("scan_too_large", {"megabytes": limit}))
    if copies < 1:
        found.append(Fault("copies_less_than_one", {}))
    if found or mime is None:
        raise Refused(tuple(found))
    uid = uuid.uuid4()
    attachment = Attachment(
        uid=uid,
        application_id=application.id if application else None,
        member_id=member.id if member else None,
        notice_id=notice.id if notice else None,
        minutes_id=minutes.id if minutes else None,
        kind=kind,
        filename=name_as(upload.filename, mime),
        mime=mime,
        size=len(upload.content),
        sha256=hashlib.sha256(upload.content).hexdigest(),
        storage_key=f"{uid.hex[:2]}/{uid.hex}",
        by_id=by.user_id,
        at=at,
        copies=copies,
    )
    sealed_files.write(_key(attachment), upload.content, _context(attachment))
    session.add(attachment)
    session.flush()
    about = _about(application, member, notice)
    data = {"kind": kind, "sha256": attachment.sha256}
    events.audit(session, by, at, "attachment.store", about, owner.id, data)
    return attachment


def _about(application: object, member: object, notice: object) -> str:
    if application or member:
        return "application" if application else "member"
    return "notice" if notice else "minutes"


def read(session: Session, attachment: Attachment, *, by: Actor, at: datetime) -> bytes:
    """The scan's bytes for a person who may see it; each look is written to the audit log.

    `scan_damaged` where the file is gone, changed or belongs to another row.
    """
    require(session, by, Permission.Attachment.READ, _org_of(session, attachment))
    try:
        content = sealed_files.read(_key(attachment), _context(attachment))
    except (OSError, CannotOpen) as error:
        raise Refused([Fault("scan_damaged", {"filename": attachment.filename})]) from error
    if hashlib.sha256(content).hexdigest() != attachment.sha256:
        raise Refused([Fault("scan_damaged", {"filename": attachment.filename})])
    events.record_look(session, by, at, "attachment", "attachment", attachment.id)
    return content


def clean_name(filename: str) -> str:
    """The last part of a file name without control characters, at most 120 characters."""
    last = re.split(r"[\\/]", unicodedata.normalize("NFC", filename))[-1]
    shown = "".join(c for c in last if unicodedata.category(c)[0] != "C").strip()
    return shown[-120:] or "file"


def name_as(filename: str, mime: str) -> str:
    """The clean name with an ending that says what the file is: bytes that pass for a scan, saved
    from here as .hta or .html, would run as a program on the machine of whoever opens them."""
    name, endings = clean_name(filename), _NAMES[mime]
    return name if name.lower().endswith(endings) else name[-116:] + endings[0]


def _key(attachment: Attachment) -> str:
    return f"attachments/{attachment.storage_key}"


def _context(attachment: Attachment) -> str:
    return f"attachment:{attachment.uid}:content"


def _org_of(session: Session, attachment: Attachment) -> int:
    if attachment.application_id is not None:
        return session.get_one(Application, attachment.application_id).org_id
    if attachment.notice_id is not None:
        return session.get_one(Notice, attachment.notice_id).org_id
    if attachment.minutes_id is not None:
        return session.get_one(Minutes, attachment.minutes_id).org_id
    return session.get_one(Member, attachment.member_id).org_id
