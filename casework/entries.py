"""Facts and form texts as they are typed: which may be written at which stage, and what changed.

Whether a value is right is the policy's to say (`Policy.read_facts`); here is only its place.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from casework.facts import outside
from casework.papers import TYPED
from engine import Policy
from engine.faults import Fault, Refused
from engine.procedure import Road, Stage
from engine.source import hint, parse_date
from models.applications import Application

TEXT_LENGTH = 5000
DRAFT_LENGTH = 200_000
BLANK = (None, "", "?")


def write(
    application: Application,
    facts: Mapping[str, object],
    form: Mapping[str, object],
    stage: Stage,
    policy: Policy,
) -> list[Fault]:
    """Put facts and texts on the application as far as the stage lets; what it does not, as faults.

    A value equal to the one that stands is no change. A blank takes a value back to unknown. A
    fact that the records supply is not kept as typed while they have an answer.
    """
    road = policy.procedure.road(application.road)
    found: list[Fault] = []
    for name, value in facts.items():
        if name not in policy.facts:
            params = {"name": name, "hint": hint(name, policy.facts)}
            found.append(Fault("fact_unknown_name", params, f"facts.{name}"))
        elif plain(value) != application.facts.get(name):
            if may_write(policy, road, stage, name):
                _put(application.facts, name, value)
            elif plain(value) is not None:
                label = policy.facts[name].label
                found.append(Fault("fact_not_now", {"fact": label}, f"facts.{name}"))
    return found + _write_form(application, form, stage, policy, road)


def keep_typed(application: Application, draft: Mapping[str, object]) -> None:
    """Keep what was typed and cannot be stored yet, whole; an empty one removes the last."""
    size = len(json.dumps(draft, ensure_ascii=False))
    if size > DRAFT_LENGTH:
        raise Refused([Fault("draft_too_long", {"limit": DRAFT_LENGTH})])
    if draft:
        application.form[TYPED] = dict(draft)
    else:
        application.form.pop(TYPED, None)


def may_write(policy: Policy, road: Road, stage: Stage, name: str) -> bool:
    """Whether the fact may be written while the application stands at the stage.

    At the level of entry: whatever is asked there or not tied to a stage. Higher up: only what is
    asked at that very stage.
    """
    fact = policy.facts[name]
    if fact.source is not None and fact.source.kind == "parameter":
        return False  # an official value is looked up, never typed over
    asked = fact.asked
    if not at_entry(road, stage):
        return asked == stage.id
    return asked is None or not road.has(asked) or road.stage(asked).level == road.first.level


def at_entry(road: Road, stage: Stage) -> bool:
    """Whether the application is still being entered: no stage of another level lies before.

    A branch also posts the notice, but by then what it entered has been decided on.
    """
    return all(each.level == road.first.level for each in (*road.before(stage.id), stage))


def year_faults(policy: Policy, facts: Mapping[str, object], applied_on: date) -> list[Fault]:
    """`aid_year_far` where the aid counts for a year further from the application than the policy
    lets a typed one lie (`from: year of … within`)."""
    fact = policy.facts.get("aid_year")
    if fact is None or fact.source is None or fact.source.years is None:
        return []
    before, after = fact.source.years
    first, last, year = (
        applied_on.year + before,
        applied_on.year + after,
        aid_year(facts, applied_on),
    )
    if first <= year <= last:
        return []
    params = {"fact": fact.label, "year": year, "first": first, "last": last}
    return [Fault("aid_year_far", params, "facts.aid_year")]


def writable(policy: Policy, road: Road, stage: Stage) -> tuple[str, ...]:
    """Names of the facts that a form at this stage asks for, in the order of the file.

    Facts that always come from the records are left out.
    """
    return tuple(name for name in policy.facts if may_write(policy, road, stage, name))


def form_issued(road: Road, stage: Stage) -> bool:
    """Whether the paper form may be filled in: only after the stage that issues it, if any."""
    issuing = [each for each in road.stages if each.issues_form]
    return all(road.position(stage.id) > road.position(each.id) for each in issuing)


def clean(values: Mapping[str, object]) -> dict[str, object]:
    """Without blanks, in values that JSON keeps."""
    kept = {name: plain(value) for name, value in values.items()}
    return {name: value for name, value in kept.items() if value is not None}


def plain(value: object) -> object:
    """A typed value as JSON keeps it; blanks and "?" are None, a set is a sorted list."""
    if isinstance(value, str):
        value = value.strip()
    if isinstance(value, (set, frozenset)):
        value = sorted(value)
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    return None if value in BLANK else value


def aid_year(facts: Mapping[str, object], applied_on: date) -> int:
    """The year that the aid counts for: the fact `aid_year` where a policy has it and it is known."""
    year = facts.get("aid_year")
    if isinstance(year, str) and year.isascii() and year.isdigit():
        return int(year)
    return year if isinstance(year, int) and not isinstance(year, bool) else applied_on.year


def picking_day(policy: Policy, facts: Mapping[str, object], applied_on: date) -> date:
    """The day that chooses the edition: the fact `pick_by`, or the day of application."""
    fact = policy.facts[policy.pick_by]
    typed = facts.get(policy.pick_by)
    if outside(fact) or not isinstance(typed, str):
        return applied_on
    return parse_date(typed) or applied_on


def changes(before: Mapping[str, object], now: Mapping[str, object]) -> dict[str, list[object]]:
    """What changed: name → [before, now]."""
    names = sorted({*before, *now})
    return {
        name: [before.get(name), now.get(name)]
        for name in names
        if before.get(name) != now.get(name)
    }


def _write_form(
    application: Application,
    form: Mapping[str, object],
    stage: Stage,
    policy: Policy,
    road: Road,
) -> list[Fault]:
    paper = policy.procedure.forms[road.form]
    fields = {f.id: f for f in paper.fields if f.text is not None or f.lines is not None}
    found: list[Fault] = []
    for name, value in form.items():
        text = plain(value)
        if text == application.form.get(name):
            continue
        if name not in fields:
            params = {"name": name, "hint": hint(name, fields)}
            found.append(Fault("form_unknown_field", params, f"form.{name}"))
        elif isinstance(text, str) and len(text) > TEXT_LENGTH:
            found.append(Fault("form_text_long", {"limit": TEXT_LENGTH}, f"form.{name}"))
        elif not at_entry(road, stage):
            found.append(Fault("form_not_now", {"field": fields[name].label}, f"form.{name}"))
        elif not form_issued(road, stage):
            found.append(Fault("form_not_issued", {"form": paper.label}, f"form.{name}"))
        else:
            _put(application.form, name, value)
    return found


def _put(kept: dict[str, object], name: str, value: object) -> None:
    text = plain(value)
    if text is None:
        kept.pop(name, None)
    else:
        kept[name] = text
