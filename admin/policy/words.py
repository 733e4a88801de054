"""Words for the keys and units of rule files, in the language of the screen. What a policy itself
names (its stages, amounts, reasons) comes from its files."""

from __future__ import annotations

import re
from collections.abc import Iterable

from flask_babel import gettext as _
from markupsafe import Markup, escape

from admin.i18n import _l
from admin.text import policy_label
from casework.policy_changes import Shown
from engine.labels import Label

KEYS = {
    "at_least": _l("Days on notice, at least"),
    "of": _l("Counted in"),
    "counts_first": _l("The first day counts"),
    "counts_last": _l("The last day counts"),
    "place": _l("Where it is posted"),
    "hotline": _l("Hotline"),
    "telephone": _l("Line with the hotline"),
    "issuer": _l("Issued by"),
    "opening": _l("Opening words"),
    "closing": _l("Closing words"),
    "days": _l("Number of days"),
    "copies": _l("Copies of the form"),
    "required": _l("Must be filled in"),
    "collective": _l("Decided collectively"),
    "may_refuse": _l("May be refused here"),
    "up_to": _l("Up to (yuan)"),
    "discretion": _l("The office decides case by case"),
    "last_resort": _l("Only where no other ground holds"),
    "amount": _l("Amount"),
    "min": _l("Least"),
    "max": _l("Most"),
    "zh": _l("Chinese"),
    "en": _l("English"),
    "help_zh": _l("Help in Chinese"),
    "help_en": _l("Help in English"),
    "heading": _l("Heading"),
    "footnote": _l("Footnote"),
    "placeholder": _l("Placeholder"),
    "when": _l("Condition"),
    "by": _l("Who acts"),
    "clause": _l("Clause"),
    "then": _l("Gives"),
    "otherwise": _l("In all other cases"),
    "years": _l("Number of years"),
    "stops": _l("Stops the money until compared"),
    "if_paid": _l("Only where money was paid"),
    "never_departs": _l("No departing from it by decision"),
    "only_emergency": _l("Only in urgent cases"),
    "signatures": _l("How many sign, at least"),
    "chased_every": _l("Chased every so many days"),
}
SECTIONS = {
    "notice": _l("Public notice"),
    "deadlines": _l("Deadlines"),
    "reminders": _l("Reminders"),
    "forms": _l("Forms"),
    "stages": _l("Stages"),
    "offices": _l("Offices"),
    "roads": _l("Kinds of aid"),
    "dates": _l("Dates"),
    "payment": _l("Payment"),
    "fraud": _l("Fraud"),
    "emergency": _l("Urgent cases"),
    "fields": _l("Fields"),
    "records": _l("What is recorded"),
    "boxes": _l("Boxes"),
    "hand_overs": _l("Hand-overs"),
    "channels": _l("Channels"),
    "choices": _l("Choices"),
    "checks": _l("Checks"),
    "columns": _l("Columns of the notice"),
    "reasons": _l("Reasons posted"),
    "grounds": _l("Grounds"),
    "tiers": _l("Tiers"),
    "sections": _l("Sections"),
    "hardship": _l("Names of the hardship"),
    "days": _l("Time on notice"),
    "place_kinds": _l("Kinds of place"),
    "methods": _l("Ways of paying"),
    "needs": _l("Needed before payment"),
    "button": _l("Button"),
    "status": _l("Status"),
    "help": _l("Help"),
    "parts": _l("Parts"),
    "sanctions": _l("Sanctions"),
    "persons": _l("Persons"),
    "back_fill": _l("To be completed later"),
    "route_label": _l("Way of the money"),
    "failed": _l("Where it fails"),
    "objections": _l("Objections"),
    "source": _l("Source text"),
    "evidence": _l("Evidence"),
    "by_amount": _l("Approval by amount"),
    "round": _l("Yearly round"),
    "carry_over": _l("Taken over from earlier years"),
    "comparisons": _l("Likenesses compared"),
    "register": _l("Hardship register"),
    "pairs": _l("One helps one"),
    "on_behalf": _l("Entered on behalf"),
    "originals": _l("Originals"),
    "meetings": _l("Meetings and replies"),
    "minutes": _l("Minutes"),
    "reply": _l("Reply"),
    "circulation": _l("Circulation for signature"),
    "papers": _l("Papers"),
    "clauses.yaml": _l("Clauses of the source text"),
    "papers.yaml": _l("Papers"),
    "exchange.yaml": _l("Files for other offices"),
    "policy.yaml": _l("Titles"),
    "facts.yaml": _l("Facts that are asked"),
    "parameters.yaml": _l("Dated values"),
    "eligibility.yaml": _l("Who qualifies"),
    "exclusions.yaml": _l("Who is excluded"),
    "amounts.yaml": _l("Amounts of aid"),
    "escalation.yaml": _l("Passed on to"),
    "procedure.yaml": _l("Procedure"),
}
OPTIONS = {
    "calendar": _l("Calendar days"),
    "working": _l("Working days"),
    "yes": _l("Yes"),
    "no": _l("No"),
}
OUTCOMES = {
    "eligible": _l("Criteria met"),
    "ineligible": _l("Criteria not met"),
    "discretionary": _l("{word.Department} to determine"),
    "undetermined": _l("Undetermined"),
    "unread": _l("Cannot be assessed"),
}
UNITS = {
    "yuan": _l("yuan"),
    "person": _l("person"),
    "household": _l("household"),
    "month": _l("month"),
    "year": _l("year"),
    "times": _l("times"),
    "days": _l("days"),
    "months": _l("months"),
    "years": _l("years"),
    "points": _l("points"),
    "homes": _l("homes"),
    "occasions": _l("occasions"),
    "percent": _l("percent"),
}
PLACEHOLDERS = {
    "place_kind": _l("what the place of the {word.branch} is called"),
    "hardship": _l("the hardship, by the kind of aid"),
    "period": _l("first and last day"),
    "days": _l("the number of days"),
    "apart": _l("how many days are left"),
    "due": _l("the last day"),
    "hotline": _l("the hotline"),
    "year": _l("the year"),
    "number": _l("the number"),
}
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
STATES = {
    "editing": (_l("Being edited"), "blue"),
    "proposed": (_l("Waiting for signature"), "orange"),
    "published": (_l("Published as an edition"), "green"),
    "withdrawn": (_l("Withdrawn"), "secondary"),
}


def unit(text: str) -> str:
    """ "yuan/person/month" in words; a unit that the program does not know stays as written."""
    return " / ".join(str(UNITS.get(part, part)) for part in text.split("/"))


def unit_of(value: str, text: str) -> str:
    """The unit beside a value; a share says itself what it is (5%)."""
    return "" if value.endswith("%") else unit(text)


def name(part: Label | str) -> str:
    """One step of a trail; what stands in braces in a sentence of the policy is left open."""
    if isinstance(part, str):
        return str(SECTIONS.get(part, part))
    return _PLACEHOLDER.sub("…", policy_label(part))


def trail(parts: Iterable[Label | str]) -> str:
    """Of what a value is: outermost first."""
    return " › ".join(
        name(part) for part in parts if not (isinstance(part, str) and part.isdigit())
    )


def key(text: str) -> str:
    """What a key says; the cell of a table has only a number."""
    if text.isdigit():
        return str(KEYS["then"])
    return str(KEYS.get(text) or SECTIONS.get(text) or text)


def placeholders(text: str) -> str:
    """What the words in braces stand for that a text of the policy holds; empty where it has none."""
    names = dict.fromkeys(_PLACEHOLDER.findall(text))
    known = [
        Markup("<code>{}</code> = {}").format(f"{{{name}}}", PLACEHOLDERS[name])
        for name in names
        if name in PLACEHOLDERS
    ]
    if not known:
        return ""
    before, after = str(_("Filled in when it is printed: %(words)s.", words="\0")).split("\0")
    return escape(before) + escape(_("; ")).join(known) + escape(after)


def key_option(text: str) -> str:
    """One of the choices of a value."""
    return str(OPTIONS.get(text, text))


def shown(values: Shown) -> str:
    """Texts of a difference on one line: by choice where there are several."""
    texts = []
    for label, text in values:
        plain = key_option(text)
        texts.append(f"{policy_label(label)} {plain}".strip() if label else plain)
    return str(_("; ")).join(texts)
