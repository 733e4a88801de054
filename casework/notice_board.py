"""The board of a posted list: what hangs there now, whether it is what was posted, its photos.

A name that was taken off disappears from the board and changes nothing for the others; what was
posted stays frozen (clause 4.3).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import attachments, events, notices
from casework.access import require
from casework.attachments import Upload
from casework.people import Actor
from casework.permissions import Permission
from engine.faults import Fault, Refused
from models.applications import CaseStatus
from models.attachments import Attachment
from models.notices import LineState, Notice, NoticeLine, NoticeStatus

PHOTO = notices.PHOTO
WITHOUT_AID = frozenset({CaseStatus.WITHDRAWN, CaseStatus.CANCELLED, CaseStatus.REFUSED})
"""How an application ends without aid: the name is then no longer proposed."""


@dataclass(frozen=True, slots=True)
class Verified:
    """The hash kept at posting, the one worked out now, and whether the list is unchanged."""

    kept: str
    now: str
    lines_agree: bool

    @property
    def unchanged(self) -> bool:
        return self.kept == self.now and self.lines_agree


def stands(line: NoticeLine) -> bool:
    """Whether the name is one of the board's: not taken off, and while the board hangs its
    application has not ended meanwhile, however it did."""
    if line.state is not LineState.ON:
        return False
    hangs = line.notice.status is NoticeStatus.POSTED
    return not (hangs and line.application.status in WITHOUT_AID)


def rows_on_board(notice: Notice) -> list[Mapping[str, str]]:
    """The rows as posted of the names that still hang, in their order; of a board that was taken
    down, those that hung to the end."""
    return [row for row, line in zip(notice.frozen, notice.lines, strict=True) if stands(line)]


def verify(session: Session, notice: Notice, *, by: Actor, at: datetime) -> Verified:
    """Work the hash out again from what is stored and write down what was found."""
    require(session, by, Permission.Notice.READ, notice.org_id)
    agree = [dict(line.columns) for line in notice.lines] == [dict(row) for row in notice.frozen]
    found = Verified(notice.sha256, notices.hash_of(notice.frozen), agree)
    data = {"unchanged": found.unchanged, "kept": found.kept, "now": found.now}
    events.audit(session, by, at, "notice.verify", "notice", notice.id, data)
    return found


def add_photo(
    session: Session, notice: Notice, upload: Upload, *, by: Actor, at: datetime
) -> Attachment:
    """Keep a photo of the posting; `photo_type` for whatever is no picture."""
    require(session, by, Permission.Step.POST, notice.org_id)
    attachments.require_chosen(upload)
    if not (attachments.sniff(upload.content) or "").startswith("image/"):
        raise Refused([Fault("photo_type", {"filename": attachments.clean_name(upload.filename)})])
    return attachments.store(session, upload, kind=PHOTO, by=by, at=at, notice=notice)


def photos(session: Session, notice: Notice) -> list[Attachment]:
    """The photos of a notice, oldest first."""
    query = select(Attachment).where(Attachment.notice_id == notice.id).order_by(Attachment.id)
    return list(session.scalars(query))
