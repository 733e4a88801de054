"""How values read on the screen: money, dates, masks, words of the policy. Changes nothing."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from admin import clock
from admin.i18n import HTML_LANG, LANGUAGES, lang
from engine import messages
from engine.faults import Fault
from engine.terms import fill, spoken
from models.people import Role

DASH = "—"


class Shown(str):
    """A text of the screen that remembers its value (a date, a moment in the office's time zone, an
    amount in yuan), so that a workbook can hold the value where a page holds the words."""

    __slots__ = ("value",)
    value: date | datetime | Decimal

    @classmethod
    def of(cls, words: str, value: date | datetime | Decimal) -> Shown:
        """The words with their value."""
        made = cls(words)
        made.value = value
        return made


MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def yuan(fen: int | None, *, unit: bool = True) -> str:
    """60000 → 「600.00元」 or “600.00 yuan”; None → a dash."""
    if fen is None:
        return DASH
    sign, whole, rest = "−" if fen < 0 else "", abs(fen) // 100, abs(fen) % 100
    number = f"{sign}{whole:,}.{rest:02d}"
    words = f"{number}{'元' if lang() == 'zh' else ' yuan'}" if unit else number
    return Shown.of(words, Decimal(fen).scaleb(-2))


def zhdate(day: date | datetime | None) -> str:
    """2010-12-03 → 「2010年12月3日」 or “3 Dec 2010”, in the office's time zone; None → a dash."""
    if day is None:
        return DASH
    if isinstance(day, datetime):
        day = day.astimezone(clock.zone()).date()
    if lang() == "zh":
        return Shown.of(f"{day.year}年{day.month}月{day.day}日", day)
    return Shown.of(f"{day.day} {MONTHS[day.month - 1]} {day.year}", day)


def zhmonth(day: date) -> str:
    """2010-12 → 「2010年12月」 or “Dec 2010”."""
    if lang() == "zh":
        return f"{day.year}年{day.month}月"
    return f"{MONTHS[day.month - 1]} {day.year}"


def day_short(at: datetime | None) -> str:
    """2010-12-03 → 「12月3日」 or “3 Dec”, in the office's time zone: short enough to stand under a
    stage, where the whole date is the title."""
    if at is None:
        return DASH
    day = at.astimezone(clock.zone()).date()
    return f"{day.month}月{day.day}日" if lang() == "zh" else f"{day.day} {MONTHS[day.month - 1]}"


def moment(at: datetime | None) -> str:
    """A date with its time of day, to the minute."""
    if at is None:
        return DASH
    local = at.astimezone(clock.zone())
    return Shown.of(f"{zhdate(local)} {local:%H:%M}", local)


def mask(value: str | None, kind: str) -> str:
    """`kind` id_number, phone or account: what may be shown without a reveal; None → a dash."""
    if not value:
        return DASH
    if kind == "id_number":
        return f"{value[:6]}{'*' * (len(value) - 10)}{value[-4:]}" if len(value) > 10 else "*" * 8
    if kind == "phone":
        return f"{value[:3]}****{value[-4:]}" if len(value) > 7 else "*" * len(value)
    return f"{'*' * 8}{value[-4:]}" if len(value) > 6 else "*" * 8


def policy_label(thing: Any) -> str:
    """The Chinese or English label of anything that carries `zh` and `en` (facts, stages, roles,
    choices); a missing English falls back to the Chinese, a text stays itself."""
    if thing is None:
        return DASH
    if isinstance(thing, str):
        return thing
    if isinstance(thing, Role) and (own := spoken().role(thing.code, lang())):
        return own
    if isinstance(thing, dict):
        return fill(str(thing.get(lang()) or thing.get("zh") or thing.get("en") or DASH), lang())
    return fill(str(getattr(thing, lang(), None) or getattr(thing, "zh", None) or thing), lang())


def fault_text(fault: Fault) -> str:
    """What, why and what to do, in the language of this request."""
    return messages.text(fault, lang())


def yes_no(value: bool | None) -> str:
    """Three-valued: unknown is not no."""
    if value is None:
        return str(_("Unknown"))
    return str(_("Yes") if value else _("No"))


LEVELS = {
    "branch": _l("{word.Branch}"),
    "committee": _l("{word.Committee}"),
    "department": _l("{word.Department}"),
    "service_centre": _l("{word.Service_centre}"),
}
STATUSES = {
    "draft": _l("Draft"),
    "open": _l("In progress"),
    "returned": _l("To be corrected"),
    "refused": _l("Aid refused"),
    "cancelled": _l("Cancelled"),
    "withdrawn": _l("Withdrawn"),
    "closed": _l("Completed"),
}
STATUS_COLOURS = {
    "draft": "secondary",
    "open": "blue",
    "returned": "orange",
    "refused": "red",
    "cancelled": "red",
    "withdrawn": "secondary",
    "closed": "green",
}


def install(app: Flask) -> None:
    """Make the helpers known to every template, as filters and as functions."""
    helpers = (yuan, zhdate, day_short, moment, mask, policy_label, fault_text, yes_no)
    for helper in helpers:
        app.jinja_env.filters[helper.__name__] = helper
        app.jinja_env.globals[helper.__name__] = helper
    app.jinja_env.globals.update(
        LANGUAGES=LANGUAGES,
        HTML_LANG=HTML_LANG,
        LEVELS=LEVELS,
        STATUSES=STATUSES,
        STATUS_COLOURS=STATUS_COLOURS,
        lang=lang,
    )
