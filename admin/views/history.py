"""What was done to a row, in words: who, when, which field from what to what. Reads the audit log.

Values are shown as they were written down: numbers of people are masked there already.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from admin.extensions import db
from admin.i18n import _l
from admin.text import DASH, policy_label, yes_no, zhdate
from admin.views.fields import ChoiceField
from admin.views.words import PAIR
from casework import differences, rows_back
from casework.rows_back import State
from models import AuditRecord, OrgUnit, Role

WHAT = {
    "member.register": _l("Entered in the register"),
    "member.update": _l("Details changed"),
    "member.move": _l("Moved to another {word.branch}"),
    "household.put": _l("Household worksheet saved"),
    "household.verify": _l("Row of the worksheet verified"),
    "pair.start": _l("Pair begun"),
    "pair.change": _l("Details changed"),
    "pair.end": _l("Pair ended"),
    "pair.contact": _l("Contact recorded"),
    "user.create": _l("Account made"),
    "user.update": _l("Details changed"),
    "user.password": _l("New first password given"),
    "user.grant": _l("Role granted"),
    "user.end_role": _l("Role ended"),
    "account.password": _l("Password changed by the person"),
    "org.create": _l("Unit made"),
    "org.update": _l("Details changed"),
}
LABELS = {
    "state": _l("State"),
    "end_reason": _l("Why it ended"),
    "result": _l("What came of it"),
    "member_id": _l("Is one of the {word.persons}"),
    "size": _l("People in the household"),
    "persons": _l("Rows of people"),
    "items": _l("Rows of incomes and costs"),
    "parent": _l("Stands below"),
}
KEPT = {
    State.SINCE: _l("%(fields)s: changed again since, so the later change would be lost too."),
    State.NUMBER: _l("%(fields)s: the old number is not kept. Type it on the form."),
    State.LONG: _l("%(fields)s: the old text was too long to be kept whole. Type it on the form."),
    State.FORM: _l("%(fields)s: other records rest on it, so it is changed on the form only."),
}
COUNTS = ("size", "persons", "items")


@dataclass(frozen=True)
class Line:
    """One field: how it was and how it is since."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Back:
    """A field that can go back to what it was: its name, its label, and what it was."""

    name: str
    label: str
    before: str


@dataclass(frozen=True)
class Entry:
    """One thing that was done. `back` are the fields that can go back, `kept` says why others
    cannot; both are empty where nothing of it is ever put back, or the reader may not."""

    what: str
    who: str
    at: datetime
    lines: tuple[Line, ...]
    note: str = ""
    seq: int = 0
    back: tuple[Back, ...] = ()
    kept: tuple[str, ...] = ()


def of(
    object_type: str, number: Any, actions: Sequence[str], form: Any, row: Any = None
) -> list[Entry]:
    """The history of a row, the newest first; `form` knows the words of its fields, `row` is given
    where the reader may put its changes back."""
    records = differences.history(db.session(), object_type, number, actions)
    states = rows_back.states(row, object_type, records) if row is not None else {}
    found = []
    for at, record in enumerate(records):
        older = next((r for r in records[at + 1 :] if r.action == record.action), None)
        what = str(WHAT.get(record.action, record.action))
        if record.data.get("put_back") is not None:
            what = _("Put back to how it was")
        lines = tuple(_lines(record, older, form))
        note = str(record.data.get("reason") or "")
        mine = states.get(record.seq, {})
        back, kept = tuple(_back(record, mine, form)), tuple(_kept(mine, form))
        who = record.actor_name or DASH
        found.append(Entry(what, who, record.at, lines, note, record.seq, back, kept))
    return found


def _back(record: AuditRecord, states: Mapping[str, State], form: Any) -> Iterator[Back]:
    for name, state in states.items():
        if state is State.OPEN:
            before = words(name, record.data["changes"][name][0], form)
            yield Back(name, _label(name, form), before)


def _kept(states: Mapping[str, State], form: Any) -> Iterator[str]:
    """Why fields of a change cannot go back, a sentence for each reason."""
    for state, sentence in KEPT.items():
        labels = [_label(name, form) for name, one in states.items() if one is state]
        if labels:
            yield str(sentence) % {"fields": _(", ").join(labels)}


def _lines(record: AuditRecord, older: AuditRecord | None, form: Any) -> Iterator[Line]:
    data: Mapping[str, Any] = record.data
    changes: Mapping[str, Sequence[Any]] = data.get("changes") or {}
    for name, (before, after) in changes.items():
        yield Line(_label(name, form), words(name, before, form), words(name, after, form))
    for name in data.get("fields") or ():
        if name not in changes:
            yield Line(_label(name, form), "…", "…")
    if record.action == "household.put":
        was: Mapping[str, Any] = older.data if older else {}
        for name in COUNTS:
            if was.get(name) != data.get(name):
                yield Line(str(LABELS[name]), _plain(was.get(name)), _plain(data.get(name)))
    elif record.action == "member.move":
        yield Line(_("{word.Branch}"), _unit(data.get("from")), _unit(data.get("to")))
    elif record.action == "user.grant":
        yield Line(_("Role"), DASH, _held(data))
    elif record.action == "user.end_role":
        yield Line(_("Role"), _held(data), DASH)


def _label(name: str, form: Any) -> str:
    if name in LABELS:
        return str(LABELS[name])
    field = form._fields.get(name)
    return str(field.label.text) if field is not None else name


def words(name: str, value: Any, form: Any) -> str:
    """A value of the log as a person reads it."""
    if name == "member_id":
        return yes_no(value is not None)
    if name == "state":
        return next((str(PAIR[one]) for one in PAIR if one.value == value), _plain(value))
    if name == "parent":
        return _unit(value)
    field = form._fields.get(name)
    if isinstance(field, ChoiceField) and value is not None:
        choices: Any = field.iter_choices()
        shown = {str(one.value): str(one.label) for one in choices}
        return shown.get(str(value), _plain(value))
    return _plain(value)


def _plain(value: Any) -> str:
    if value is None or value == "":
        return DASH
    if isinstance(value, bool):
        return yes_no(value)
    try:
        return zhdate(date.fromisoformat(str(value))) if "-" in str(value) else str(value)
    except ValueError:
        return str(value)


def _unit(number: Any) -> str:
    unit = db.session.get(OrgUnit, number) if isinstance(number, int) else None
    return unit.name if unit else DASH


def _held(data: Mapping[str, Any]) -> str:
    """A role at a unit, by their codes in the log."""
    role = db.session.scalar(select(Role).where(Role.code == data.get("role")))
    unit = db.session.scalar(select(OrgUnit).where(OrgUnit.code == data.get("org")))
    names = [policy_label(role) if role else str(data.get("role")), unit.name if unit else ""]
    return " · ".join(name for name in names if name)
