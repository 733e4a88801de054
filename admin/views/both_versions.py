"""A row that two people changed: each field as it was when the page was opened, as it is stored
now, and as it was typed. Only what differs is told, and numbers of people only masked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _

from admin.text import DASH, mask, yes_no, zhdate
from admin.views import history

UNSHOWN = ("version", "csrf_token")


@dataclass(frozen=True)
class Line:
    """One field, three times; `yours` says that the typed value is what will be saved, since it
    was typed. Otherwise the form has taken up what is stored."""

    label: str
    was: str
    now: str
    mine: str
    yours: bool


def lines(
    form: Any,
    stored: Any,
    row: Any,
    was: Mapping[str, Any] | None,
    secrets: Mapping[str, str],
) -> list[Line]:
    """The fields in which the three differ. `stored` is the form of the row as it is now, `was`
    the values that have changed since the page was opened (None: nobody knows), `secrets` the
    masked fields with their kinds."""
    found = []
    for name, field in form._fields.items():
        if name in UNSHOWN:
            continue
        if name in secrets:
            line = _secret(field, getattr(row, name, None), was, secrets[name])
        else:
            line = _plain(field, stored._fields[name], was, form)
        if line is not None:
            found.append(line)
    return found


def take_up(
    form: Any, stored: Any, was: Mapping[str, Any] | None, secrets: Mapping[str, str]
) -> None:
    """Fields that somebody else changed and this person did not are given what is stored now, so
    that saving once more does not undo what the other did. Nothing typed is lost by it."""
    for name, field in list(form._fields.items()):
        if name in UNSHOWN or name in secrets or was is None or name not in was:
            continue
        if words(field) == history.words(name, was[name], form):
            field.data = stored._fields[name].data
            field.raw_data = None


def overtaken(
    stored: Any,
    row: Any,
    was: Mapping[str, Any] | None,
    secrets: Mapping[str, str],
    typed: Mapping[str, str],
) -> list[Line]:
    """For a page that asks for something else than the row itself (a move, an end): what somebody
    else changed in the row since the page was opened, and beside it what was `typed` of the same
    field here, in words."""
    found = []
    for name, field in stored._fields.items():
        if name in UNSHOWN or was is None or name not in was:
            continue
        if name in secrets:
            before, now = mask(was[name], secrets[name]), mask(getattr(row, name), secrets[name])
        else:
            before, now = history.words(name, was[name], stored), words(field)
            if before == now:  # changed and changed back, or empty then and now
                continue
        mine = typed.get(name) or _("You did not change it.")
        found.append(Line(_label(field), before, now, mine, name in typed))
    return found


def words(field: Any) -> str:
    """A field's value as a person reads it."""
    if hasattr(field, "shown"):
        shown = field.shown()
        return str(shown[1]) if shown else DASH
    if field.data in (None, ""):
        return DASH
    if hasattr(field, "iter_choices"):
        return next((str(one.label) for one in field.iter_choices() if one.selected), DASH)
    if isinstance(field.data, bool):
        return yes_no(field.data)
    if isinstance(field.data, date):
        return zhdate(field.data)
    return str(field.data)


def _plain(field: Any, stored: Any, was: Mapping[str, Any] | None, form: Any) -> Line | None:
    now, mine = words(stored), words(field)
    if was is None:
        before = _("not known")
        return Line(_label(field), before, now, mine, True) if now != mine else None
    before = history.words(field.name, was[field.name], form) if field.name in was else now
    if before == now == mine:
        return None
    if before == mine:
        return Line(_label(field), before, now, _("You did not change it."), False)
    return Line(_label(field), before, now, mine, True)


def _secret(field: Any, stored: Any, was: Mapping[str, Any] | None, kind: str) -> Line | None:
    now = mask(stored, kind)
    before = _("not known") if was is None else now
    if was is not None and field.name in was:
        before = mask(was[field.name], kind)
    elif not field.data or field.data == stored:
        return None
    if not field.data:
        return Line(_label(field), before, now, _("You did not change it."), False)
    mine = mask(field.data, kind)
    if field.data != stored:
        mine = _("%(number)s (the number you typed)", number=mine)
    return Line(_label(field), before, now, mine, True)


def _label(field: Any) -> str:
    return str(field.label.text)
