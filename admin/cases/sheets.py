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
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from admin.i18n import LOCALES
from admin.papers import FormPaper, ListPaper, Opinion, form_paper, paper_date
from admin.text import mask
from casework import history, notice_board, settings
from casework import papers as records
from casework.editions import policy_of
from engine import Policy
from engine.notices import NoticeText, notice_text
from engine.procedure import Form, Road
from engine.source import parse_date
from engine.words import chinese_date, chinese_month, in_words, yuan
from models.applications import Application
from models.notices import Notice
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


def application_form(
    session: Session, application: Application, form: Form, *, in_full: bool
) -> FormPaper:
    """The form with everything the office knows; the rest is blank to be written by hand. Numbers
    stand `in_full` only for people who may see them."""
    policy = policy_of(application.edition)
    road = policy.procedure.road(application.road)
    texts = records.field_values(application, form)
    if not in_full:
        texts |= _masked(form, texts)
    values = {name: _box_lines(text) for name, text in texts.items() if text}
    with in_chinese():
        return form_paper(
            form,
            values,
            _opinions(session, application, road),
            number=application.number,
            on=application.applied_on,
            signature=_("Signature or fingerprint:") + "　　　　　　　　" + paper_date(None),
        )


def _masked(form: Form, texts: Mapping[str, str | None]) -> dict[str, str | None]:
    """The numbers among the fields with their middle hidden."""
    return {
        field.id: mask(texts[field.id], MASKS[field.source])
        for field in form.fields
        if field.source in MASKS and texts.get(field.id)
    }


def _box_lines(text: str) -> tuple[str, ...]:
    """Dates in Chinese, the rows of a worksheet under each other."""
    day = parse_date(text)
    if day is not None:
        return (chinese_date(day),)
    if MONTH.fullmatch(text) and (first := parse_date(f"{text}-01")):
        return (chinese_month(first),)
    return tuple(part for part in text.split(LINE_BREAK) if part)


def _opinions(session: Session, application: Application, road: Road) -> dict[str, Opinion]:
    """By level: the opinion, the amount and the day that the stages of that level recorded."""
    written = history.recorded(session, application)
    found: dict[str, Opinion] = {}
    for stage in road.stages:
        record = written.get(stage.id)
        if not record or (stage.amount is None and stage.form_check is None):
            continue
        words = [str(record["opinion"])] if record.get("opinion") else []
        fen = record.get("amount")
        if isinstance(fen, int) and not isinstance(fen, bool):
            words.append(money_line(fen))
        found[stage.level] = Opinion(tuple(words), _last_day(record))
    return found


def _last_day(record: Mapping[str, object]) -> date | None:
    """The latest date of a record: the seal's, or that of the meeting."""
    days = [
        day for value in record.values() if isinstance(value, str) and (day := parse_date(value))
    ]
    return max(days, default=None)


def money_line(fen: int) -> str:
    """「600.00 元（陆佰元整）」."""
    with in_chinese():
        said = _("%(yuan)s yuan (in words: %(words)s)", yuan=yuan(fen), words=in_words(fen))
    return str(said)


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


def posted_notice(session: Session, notice: Notice, *, as_posted: bool = False) -> NoticePaper:
    """The paper for the board: the frozen rows of the names that still hang; `as_posted` all of
    them, for the file."""
    policy = policy_of(notice.edition)
    text = notice_words(session, notice.org, policy, notice.road, notice.posted_on, notice.ends_on)
    rows = notice.frozen if as_posted else notice_board.rows_on_board(notice)
    return notice_paper(policy, text, rows)


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


def roster(
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    total_fen: int | None,
    numbers: frozenset[int] = frozenset(),
    above: Sequence[str] = (),
    below: Sequence[str] = (),
) -> ListPaper:
    """A list to be signed; with a total in figures and in words where money stands in it."""
    total = ""
    if total_fen is not None:
        with in_chinese():
            total = _(
                "Total of %(count)d: %(yuan)s yuan (in words: %(words)s)",
                count=len(rows),
                yuan=yuan(total_fen),
                words=in_words(total_fen),
            )
    return ListPaper(
        title=title,
        columns=tuple(columns),
        rows=tuple(tuple(row) for row in rows),
        numbers=numbers,
        above=tuple(above),
        below=tuple(below),
        total=total,
    )
