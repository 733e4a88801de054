"""The application form as the policy's facts ask it: sections, order, labels, help and ranges.

What the office knows already (member, household, records, parameters) is shown, not asked. A
typed text stays a text until casework and the engine have read it; unknown stays unknown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from admin.cases.words import UNKNOWN_MARKS, fact_words
from admin.forms.controls import Asked, SetField
from admin.forms.records import Line, from_asked
from admin.text import policy_label
from engine.faults import Fault
from engine.labels import Label
from engine.model import Fact, Policy
from engine.procedure import Form, FormField
from engine.reference import Reference

FACT_PREFIX = "fact-"
FORM_PREFIX = "form-"
FAULT_PREFIX = "facts."


@dataclass(frozen=True, slots=True)
class Known:
    """A fact that the office fills in itself."""

    name: str
    label: str
    value: str
    known: bool
    reason: str = ""
    later: str = ""  # the step that sets it


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the form under one heading: what is asked, what is filled in from the file, what
    the worksheet gives, what a later step sets. `sheet_here`: the worksheet belongs under it."""

    title: str
    lines: Sequence[Line]
    known: Sequence[Known]
    from_sheet: Sequence[Known] = ()
    later: Sequence[Known] = ()
    sheet_here: bool = False

    @property
    def filled(self) -> bool:
        """Whether anything stands in it that is not asked."""
        return bool(self.known or self.from_sheet or self.later)

    @property
    def idle(self) -> bool:
        """Whether nothing of it matters now."""
        return not self.filled and all(line.hidden for line in self.lines)

    @property
    def many_yes_no(self) -> bool:
        """Whether enough is asked with yes or no that one answer for all the others is a help."""
        return sum(line.type == "yes_no" for line in self.lines) > 1


def derived_facts(policy: Policy) -> list[Fact]:
    """The facts that come from the office's own records or from dated parameters."""
    return [fact for fact in policy.facts.values() if fact.source is not None or fact.required]


def sections(
    policy: Policy,
    facts: Sequence[Fact],
    typed: Mapping[str, Any],
    known: Mapping[str, Any],
    faults: Iterable[Fault] = (),
    reasons: Mapping[str, str] | None = None,
    later: Mapping[str, str] | None = None,
) -> list[Section]:
    """The form: `typed` are raw values or texts by fact, `known` the raw values of the derived
    facts (see `casework.facts.raw`), `reasons` why one is the worksheet's to give, `later` the step
    that sets one ("": none does, and it is left out)."""
    found = [_at_fact(fault) for fault in faults]
    order = list(policy.sections)
    names = dict.fromkeys([*order, *(fact.section or "" for fact in policy.facts.values())])
    typing = {fact.name for fact in facts}
    derived = [fact for fact in derived_facts(policy) if fact.name not in typing]
    made = []
    for name in names:
        asked = [fact for fact in facts if (fact.section or "") == name]
        filled = [fact for fact in derived if (fact.section or "") == name]
        idle = unseen(policy, filled, {**known, **typed})
        filled = [fact for fact in filled if fact.name not in idle]
        awaited = {name: step for name, step in (later or {}).items() if name not in typing}
        filled = [fact for fact in filled if awaited.get(fact.name, "?")]
        if not asked and not filled:
            continue
        hidden = unseen(policy, asked, {**known, **typed})
        lines = from_asked(
            [asked_of(fact) for fact in asked],
            {fact.name: text_of(fact, typed.get(fact.name)) for fact in asked},
            found,
            prefix=FACT_PREFIX,
            hidden=hidden,
        )
        label = policy.sections.get(name)
        made.append(
            Section(
                title=policy_label(label) if label else _("Further facts"),
                lines=lines,
                known=known_lines(
                    [f for f in filled if f.name not in awaited and f.name not in (reasons or {})],
                    known,
                ),
                from_sheet=known_lines(
                    [fact for fact in filled if fact.name in (reasons or {})], known, reasons
                ),
                later=[
                    replace(known_of(fact, None), later=awaited[fact.name])
                    for fact in filled
                    if fact.name in awaited
                ],
                sheet_here=any(fact.name in (reasons or {}) for fact in (*asked, *filled)),
            )
        )
    return made


def known_lines(
    facts: Sequence[Fact], known: Mapping[str, Any], reasons: Mapping[str, str] | None = None
) -> list[Known]:
    """The lines of facts that are filled in."""
    return [
        known_of(fact, known.get(fact.name), (reasons or {}).get(fact.name, "")) for fact in facts
    ]


def unseen(policy: Policy, facts: Sequence[Fact], raw: Mapping[str, Any]) -> frozenset[str]:
    """Facts that do not matter now: their `shown_when` is definitely false. A text that cannot be
    read counts as unknown, so that it hides nothing."""
    values = {
        name: readable(policy.facts[name], v) for name, v in raw.items() if name in policy.facts
    }
    asked = Reference(values, policy.trees)
    return frozenset(
        fact.name
        for fact in facts
        if fact.shown_when is not None and asked.value(fact.shown_when) is False
    )


def mattering(policy: Policy, facts: Sequence[Fact], raw: Mapping[str, Any]) -> list[Fact]:
    """Without those that do not matter whatever is typed: `raw` has None for what the same form asks."""
    hidden = unseen(policy, facts, raw)
    return [fact for fact in facts if fact.name not in hidden]


def readable(fact: Fact, raw: Any) -> Any:
    """A typed value for conditions, None where the text is not one."""
    if raw in UNKNOWN_MARKS or isinstance(raw, (list, tuple)):
        return None if raw in UNKNOWN_MARKS else frozenset(raw)
    match fact.type:
        case "yes_no":
            return raw if isinstance(raw, bool) else {"yes": True, "no": False}.get(str(raw))
        case "choice":
            return raw if raw in fact.choices else None
        case "integer":
            text = str(raw)
            return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
        case _:
            return None  # amounts and dates are for the engine; a form hides nothing by them


def known_of(fact: Fact, raw: Any, reason: str = "") -> Known:
    """One line "filled from the file"."""
    return Known(
        name=fact.name,
        label=policy_label(fact.label),
        value=fact_words(fact, raw),
        known=raw not in UNKNOWN_MARKS,
        reason=reason,
    )


def asked_of(fact: Fact) -> Asked:
    """A fact as an input. "Not known" is offered wherever people choose."""
    return Asked(
        name=fact.name,
        type=fact.type,
        label=fact.label,
        help=Label(fact.help_zh, fact.help_en) if fact.help_zh or fact.help_en else None,
        low=fact.low,
        high=fact.high,
        choices=fact.choices,
        unknown_offered=True,
        long=fact.type == "text",
    )


def text_of(fact: Fact, raw: Any) -> Any:
    """A raw value as the input shows it."""
    if fact.type == "set":
        chosen = list(raw) if isinstance(raw, (list, tuple)) else []
        return chosen or ([SetField.NONE_OF_THEM] if raw == [] else [])
    if isinstance(raw, bool):
        return "yes" if raw else "no"
    return "" if raw in UNKNOWN_MARKS else str(raw)


def read_facts(facts: Sequence[Fact], posted: MultiDict[str, str]) -> dict[str, Any]:
    """Raw values (as `decide` takes them) from the form; what cannot be read stays as typed."""
    raw: dict[str, Any] = {}
    for fact in facts:
        name = FACT_PREFIX + fact.name
        if fact.type == "set":
            chosen = posted.getlist(name)
            raw[fact.name] = (
                None if not chosen else [c for c in chosen if c != SetField.NONE_OF_THEM]
            )
        else:
            raw[fact.name] = raw_value(fact, posted.get(name, ""))
    return raw


def raw_value(fact: Fact, text: str) -> Any:
    """One text as a raw value; an empty one is unknown."""
    text = text.strip()
    if not text:
        return None
    match fact.type:
        case "yes_no":
            return {"yes": True, "no": False}.get(text, text)
        case "integer":
            plain = text.replace(",", "").replace("，", "")
            small = plain.removeprefix("-").isdigit() and plain.isascii() and len(plain) < 16
            return int(plain) if small else text
        case "money" | "number":
            return text.replace(",", "").replace("，", "")
        case _:
            return text


def statement_fields(form: Form) -> list[FormField]:
    """What is written on the paper itself: the member's own words, and the itemised boxes, which
    the household worksheet fills in where it has rows (无 is written where there is nothing)."""
    return [field for field in form.fields if field.text is not None or field.lines is not None]


def statement_lines(
    form: Form,
    typed: Mapping[str, Any],
    faults: Iterable[Fault] = (),
    from_sheet: Collection[str] = (),
) -> list[Line]:
    """What is written on the paper as inputs, but for the boxes that the worksheet fills in."""
    asked = [
        Asked(
            name=field.id,
            type="text",
            label=field.label,
            help=field.help,
            long=field.text is not None,
            wide=field.text == "long",
        )
        for field in statement_fields(form)
        if field.id not in from_sheet
    ]
    at_form = [Fault(f.code, f.params, (f.where or "").removeprefix("form.")) for f in faults]
    return from_asked(asked, typed, at_form, prefix=FORM_PREFIX)


def _at_fact(fault: Fault) -> Fault:
    """The engine names a fact by its name, casework by `facts.NAME`."""
    where = (fault.where or "").removeprefix(FAULT_PREFIX)
    return Fault(fault.code, fault.params, where)
