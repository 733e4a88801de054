"""A fact's value as people read it. Unknown is said as unknown."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import gettext as _

from admin.i18n import lang
from admin.text import policy_label, yes_no, yuan, zhdate
from casework import money
from engine.model import Fact, Policy
from engine.procedure import RecordField
from engine.source import parse_date, parse_money
from models.applications import Application

UNKNOWN_MARKS = (None, "", "?")


def fact_words(fact: Fact, raw: Any) -> str:
    """A raw value (as `decide` takes it: yuan, ISO dates) in the language of the screen.

    A value that cannot be read is shown as it was typed.
    """
    if isinstance(raw, (list, tuple, set, frozenset)):
        return listed(policy_label(fact.choices.get(one, one)) for one in raw) or _("None of these")
    if raw in UNKNOWN_MARKS:
        return str(_("Not known"))
    match fact.type:
        case "yes_no" if isinstance(raw, bool):
            return yes_no(raw)
        case "choice":
            return policy_label(fact.choices.get(str(raw), str(raw)))
        case "money":
            return money_words(raw)
        case "date":
            day = raw if isinstance(raw, date) else parse_date(str(raw))
            return zhdate(day) if day else str(raw)
        case _:
            return str(raw)


def record_words(field: RecordField, value: Any) -> str:
    """A recorded value (money in fen, ISO dates) in the language of the screen."""
    match field.type:
        case "yes_no":
            return yes_no(value)
        case "money" if isinstance(value, int):
            return yuan(value)
        case "date" if isinstance(value, str) and (day := parse_date(value)):
            return zhdate(day)
        case "choice":
            return policy_label((field.choices or {}).get(str(value), str(value)))
        case _:
            return str(value)


def money_words(raw: Any) -> str:
    """Yuan as a number or text → "12,000.00 yuan"; what is no amount stays as it is."""
    try:
        text = format(Decimal(str(raw)), "f")
    except InvalidOperation:
        return str(raw)
    fen = parse_money(text)
    return yuan(fen) if fen is not None else str(raw)


def fact_label(policy: Policy, name: str) -> str:
    """What the policy calls a fact."""
    fact = policy.facts.get(name)
    return policy_label(fact.label) if fact else name


def usual_amount(application: Application) -> str:
    """What to put into a box for an amount, to be confirmed: what the rules fix, else what was
    suggested or proposed before; nothing where neither is known. Yuan."""
    benefits = (application.summary or {}).get("benefits") or []
    fixed = bool(benefits) and all(one.get("mode") == "fixed" for one in benefits)
    fen = sum(int(one["fen"]) for one in benefits) if fixed else None
    fen = fen or application.suggested_fen or application.proposed_fen
    return money.yuan(fen) if fen else ""


def listed(texts: Iterable[str]) -> str:
    """Texts one after the other with the comma of the language."""
    return ("、" if lang() == "zh" else ", ").join(texts)
