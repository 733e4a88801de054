"""The history of an application: each event in words, with what was recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _

from admin.cases import corrections as shown
from admin.cases.verbs import CORRECTED, VERBS
from admin.cases.words import fact_words, record_words
from admin.i18n import _l
from admin.text import DASH, STATUSES, policy_label, yuan, zhdate
from casework import corrections, heir_accounts, originals, paper_checks, paper_signatures, papers
from casework.assessments import OUTCOMES
from casework.case_notes import Shown
from casework.history import corrects
from engine.model import Policy
from engine.procedure import Procedure, RecordField, Road, Stage
from models.applications import CaseEvent, Outcome
from models.case_notes import CaseNote


@dataclass(frozen=True, slots=True)
class Change:
    """One answer or text of the form before and after, in words; `key` names it in a post."""

    label: str
    before: str
    after: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One event as the page shows it."""

    what: str
    by: str
    at: datetime
    way: str
    reason: str
    record: tuple[tuple[str, str], ...]
    changes: tuple[Change, ...] = ()
    seq: int = 0


FACT, TEXT = "fact.", "text."  # how the key of a change begins


def lines(policy: Policy, road: Road | None, events: Sequence[CaseEvent]) -> list[Line]:
    """Newest first."""
    return [_line(policy, road, event) for event in reversed(events)]


def with_notes(found: Sequence[Line], notes: Sequence[Shown]) -> list[Line]:
    """The history with what was noted and taken back in its places: that it was, not the text,
    which stands among the notes."""
    said = []
    for one in notes:
        said.append(_noted(_("Note written"), one.note))
        if one.withdrawn is not None:
            said.append(_noted(_("Note taken back"), one.withdrawn))
        if one.closed is not None:
            said.append(_noted(_("Note kept to the deciding office"), one.closed))
    return sorted([*found, *said], key=lambda line: (line.at, line.seq), reverse=True)


def _noted(what: str, note: CaseNote) -> Line:
    return Line(what, note.by.display_name, note.at, "", "", ())


def _line(policy: Policy, road: Road | None, event: CaseEvent) -> Line:
    procedure = policy.procedure
    stage = procedure.stages.get(str(event.data.get("stage") or event.stage_from or ""))
    what = VERBS.get(event.verb)
    if event.data.get("put_back") is not None:
        what = _l("Put back to an earlier version")
    if event.verb == "complete" and stage is not None:
        text = policy_label(stage.label)
    elif event.data.get("put_back") is None and corrects(event.verb, event.status_from):
        text = str(CORRECTED)
    elif what is not None:
        text = str(what)
    else:
        text = policy_label(stage.label) if stage is not None else event.verb
    behalf = policy.procedure.on_behalf
    if event.data.get("on_behalf") and behalf is not None:
        text = f"{text} ({policy_label(behalf.label)})"
    return Line(
        what=text,
        by=event.by.display_name if event.by else _("the system"),
        at=event.at,
        way=_way(procedure, event),
        reason=event.reason or "",
        record=tuple(_record(policy, road, event)),
        changes=tuple(_changes(policy, road, event)),
        seq=event.seq,
    )


def _changes(policy: Policy, road: Road | None, event: CaseEvent) -> list[Change]:
    """What saving the form changed: facts in the order of the policy, then texts of the form. What
    was corrected in the member's file, and what differed from the paper."""
    if event.verb == corrections.VERB:
        return _file_changes(policy, event)
    if event.verb == heir_accounts.VERB:
        return _account_changes(policy, event)
    if event.verb != "save":  # registering keeps the first contents whole, not what changed
        return []
    facts, form = event.data.get("facts"), event.data.get("form")
    found = []
    if isinstance(facts, dict):
        for name, fact in policy.facts.items():
            if name in facts:
                before, after = (fact_words(fact, value) for value in facts[name])
                found.append(Change(policy_label(fact.label), before, after, FACT + name))
    if isinstance(form, dict) and road is not None:
        for field in policy.procedure.form_of(road.id).fields:
            if field.id in form:
                was, now = (str(text or DASH) for text in form[field.id])
                found.append(Change(policy_label(field.label), was, now, TEXT + field.id))
    return found


def _file_changes(policy: Policy, event: CaseEvent) -> list[Change]:
    """What was corrected in the member's file, which facts of the application that changed, and
    the rules' answer where it is another one now."""
    file, facts, answer = (event.data.get(name) for name in ("file", "facts", "answer"))
    found = []
    if isinstance(file, dict):
        found += [
            Change(shown.label(name), shown.words(name, was), shown.words(name, now))
            for name, (was, now) in file.items()
        ]
    if isinstance(facts, dict):
        for name, fact in policy.facts.items():
            if name in facts:
                before, after = (fact_words(fact, value) for value in facts[name])
                found.append(Change(policy_label(fact.label), before, after))
    if isinstance(answer, list) and answer[0] != answer[1]:
        before, after = (policy_label(OUTCOMES[Outcome(one)]) if one else DASH for one in answer)
        found.append(Change(_("Checked by the system, for reference"), before, after))
    return found


def _account_changes(policy: Policy, event: CaseEvent) -> list[Change]:
    """How an heir was paid before a correction and how after it."""
    was, now = event.data["payee"]
    way = policy.procedure.way_of_paying
    before, after = (policy_label(way(one["method"] or "")) for one in (was, now))
    return [
        Change(_("Method of payment"), before, after),
        Change(_("Bank account"), was["account"] or DASH, now["account"] or DASH),
    ]


def _way(procedure: Procedure, event: CaseEvent) -> str:
    """ "Branch check → Committee verification", and a status where it changed."""
    texts = []
    if event.stage_from and event.stage_to and event.stage_from != event.stage_to:
        before, after = (procedure.stages.get(s) for s in (event.stage_from, event.stage_to))
        if before and after:
            texts.append(f"{policy_label(before.label)} → {policy_label(after.label)}")
    if event.status_to and event.status_from and event.status_to is not event.status_from:
        texts.append(str(STATUSES[event.status_to.value]))
    return " · ".join(texts)


def recorded_once(policy: Policy, event: CaseEvent) -> list[tuple[str, str]]:
    """What the event wrote down once for its whole list, in the words and order of its stage."""
    record, stage = event.data.get("record"), _stage(policy, event)
    if stage is None or not isinstance(record, dict):
        return []
    return [
        (policy_label(field.label), record_words(field, record[field.id]))
        for field in stage.records
        if field.for_list and record.get(field.id) is not None
    ]


def _stage(policy: Policy, event: CaseEvent) -> Stage | None:
    return policy.procedure.stages.get(str(event.data.get("stage") or ""))


def _record(policy: Policy, road: Road | None, event: CaseEvent) -> list[tuple[str, str]]:
    procedure = policy.procedure
    if event.verb == paper_checks.VERB:
        return _compared(procedure, road, event)
    if event.verb == originals.VERB:
        kind = papers.kinds(policy).get(str(event.data.get("kind")))
        return [(_("Paper"), policy_label(kind))] if kind else []
    if event.verb == paper_signatures.VERB:
        signed_on = date.fromisoformat(str(event.data["signed_on"]))
        said = _("agreed") if event.data["agrees"] else _("not agreed")
        return [(str(event.data["signer"]), f"{said} · {zhdate(signed_on)}")]
    record = event.data.get("record") or event.data.get("waiting")
    if not isinstance(record, dict):
        return []
    fields: dict[str, RecordField] = {}
    if procedure.emergency is not None and event.verb == "authorise_emergency":
        fields = {field.id: field for field in procedure.emergency.records}
    stage = _stage(policy, event)
    if stage is not None:
        fields = {field.id: field for field in stage.records}
    found = [
        (policy_label(field.label), record_words(field, record[name]))
        for name, field in fields.items()
        if record.get(name) is not None
    ]
    fen = event.data.get("fen")
    if isinstance(fen, int) and "amount" not in record:
        found.append((_("Amount"), yuan(fen)))
    return found


def _compared(procedure: Procedure, road: Road | None, event: CaseEvent) -> list[tuple[str, str]]:
    """How many items agreed, and each one that differed with what stands on the paper."""
    agrees, differs = event.data.get("agrees"), event.data.get("differs")
    found = [(_("Items that agree"), str(len(agrees)))] if isinstance(agrees, list) else []
    if isinstance(differs, dict):
        found += [
            (shown.item_label(procedure, road, item), str(comment))
            for item, comment in differs.items()
        ]
    return found
