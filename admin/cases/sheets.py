"""Papers filled from the records: the application form, the notice, rosters and lists.

Words of forms and notices are the edition's; those of rosters are the office's usual ones
(requirements §6) and stand in the Chinese catalogue, since a paper is Chinese on every screen.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date

from flask_babel import force_locale
from sqlalchemy.orm import Session

from admin.i18n import LOCALES
from casework import settings
from engine import Policy
from engine.notices import NoticeText, notice_text
from models.orgs import OrgKind, OrgUnit

MASKS = {
    "member.id_number": "id_number",
    "member.phone": "phone",
    "member.bank_account": "account",
}
MONTH = re.compile(r"\d{4}-\d{2}")
LINE_BREAK = "；"  # between the rows of a worksheet in one box


def in_chinese() -> AbstractContextManager[None]:
    """Words of the catalogue in Chinese, whatever the screen speaks."""
    context: AbstractContextManager[None] = force_locale(LOCALES["zh"])
    return context


@dataclass(frozen=True, slots=True)
class NoticePaper:
    """The posted list, ready to print."""

    heading: str
    title: str
    opening: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    closing: str
    telephone: str
    issuer: str
    dated: str


def notice_words(
    session: Session, branch: OrgUnit, policy: Policy, road: str, first: date, last: date
) -> NoticeText:
    """The words above and below the list, with the branch's kind and the office's hotline."""
    hotline = str(settings.get(session, "hotline") or "") or None
    kind = (branch.kind or OrgKind.UNIT).value
    return notice_text(policy, road, kind, first, last, hotline)


def notice_paper(
    policy: Policy, text: NoticeText, rows: Sequence[Mapping[str, str]]
) -> NoticePaper:
    """The list with exactly the edition's columns."""
    columns = policy.procedure.notice.columns
    return NoticePaper(
        heading=text.heading,
        title=text.title,
        opening=text.opening,
        columns=tuple(column.label.zh for column in columns),
        rows=tuple(tuple(row.get(column.id, "") for column in columns) for row in rows),
        closing=text.closing,
        telephone=text.telephone,
        issuer=text.issuer,
        dated=text.dated,
    )
