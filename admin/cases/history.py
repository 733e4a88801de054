"""The history of an application: each event in words, with what was recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from admin.cases.words import record_words
from admin.i18n import _l
from admin.text import STATUSES, policy_label, yuan
from engine.procedure import Procedure, RecordField, Road
from models.applications import CaseEvent

VERBS: Mapping[str, object] = {
    "register": _l("Registered"),
    "save": _l("Draft saved"),
    "complete": _l("Done"),
    "return": _l("Returned for correction"),
    "record_result": _l("Result recorded, to be confirmed"),
    "result_sent_back": _l("Result sent back to the recorder"),
    "refuse": _l("Aid refused"),
    "withdraw": _l("Withdrawn"),
    "cancel": _l("Cancelled"),
    "authorise_emergency": _l("Pay first, complete later: authorised"),
    "post": _l("Posted"),
    "notice_ended": _l("Notice ended"),
    "notice_removed": _l("Taken off the notice"),
    "objection": _l("Objection recorded"),
    "objection_refuted": _l("Objection refuted"),
    "file": _l("Filed for record"),
    "enter_list": _l("Entered for screening"),
    "screen": _l("Screening result recorded"),
    "transfer": _l("Money transferred"),
    "transfer_back": _l("Transfer taken back"),
    "prepare_payment": _l("Put on the payout roster"),
    "discard_payment": _l("Taken off the payout roster"),
    "pay": _l("Paid"),
    "payment_returned": _l("Payment came back"),
    "payment_reversed": _l("Payment corrected"),
    "receipt": _l("Receipt recorded"),
    "set_payee": _l("Payee changed"),
    "facts": _l("Facts changed"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One event as the page shows it."""

    what: str
    by: str
    at: datetime
    way: str
    reason: str
    record: tuple[tuple[str, str], ...]


def lines(procedure: Procedure, road: Road | None, events: Sequence[CaseEvent]) -> list[Line]:
    """Newest first."""
    return [_line(procedure, road, event) for event in reversed(events)]


def _line(procedure: Procedure, road: Road | None, event: CaseEvent) -> Line:
    stage = procedure.stages.get(str(event.data.get("stage") or event.stage_from or ""))
    what = VERBS.get(event.verb)
    if event.verb == "complete" and stage is not None:
        text = policy_label(stage.label)
    elif what is not None:
        text = str(what)
    else:
        text = policy_label(stage.label) if stage is not None else event.verb
    return Line(
        what=text,
        by=event.by.display_name if event.by else _("the system"),
        at=event.at,
        way=_way(procedure, event),
        reason=event.reason or "",
        record=tuple(_record(procedure, event)),
    )


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


def _record(procedure: Procedure, event: CaseEvent) -> list[tuple[str, str]]:
    record = event.data.get("record") or event.data.get("waiting")
    if not isinstance(record, dict):
        return []
    fields: dict[str, RecordField] = {}
    if procedure.emergency is not None and event.verb == "authorise_emergency":
        fields = {field.id: field for field in procedure.emergency.records}
    stage = procedure.stages.get(str(event.data.get("stage") or ""))
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
