"""What stands on the paper form of an application: for printing it and for checking it.

The boxes are the pinned edition's (`forms` of its procedure); here is only where each value is
found. Prints nothing itself.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.history import recorded
from casework.money import yuan
from casework.moves import policy_and_road
from engine import Policy, forms
from engine.faults import Fault, Refused
from engine.labels import Label
from engine.procedure import Form, FormField, Road, Stage
from models.applications import Application
from models.attachments import Attachment
from models.members import ItemKind, Sex

SEXES = {Sex.MALE: "男", Sex.FEMALE: "女"}
NOTHING = "无"
TYPED = "_typed"
"""Under this name a draft keeps, beside the texts of the form, what cannot be stored yet."""
RECORDED = ("filler", "proxy_reason", "signature", "copies")
"""Fields of a stage's record that the form check reads as they are."""


def field_values(application: Application, form: Form) -> dict[str, str | None]:
    """The text of every field of the form, None where the office has nothing to put there."""
    return {field.id: field_text(application, field) for field in form.fields}


def field_text(application: Application, field: FormField) -> str | None:
    """One field: from the member or household, from the rows of the worksheet, or as written."""
    written = str(application.form.get(field.id) or "").strip() or None
    if field.lines is not None:
        return lines_text(application, field.lines) or written
    if field.source is not None:
        return source_text(application, field.source)
    return written


def boxes_of_sheet(application: Application, form: Form) -> dict[str, str]:
    """The boxes of the form that the rows of the worksheet fill in, with their text."""
    texts = {f.id: lines_text(application, f.lines) for f in form.fields if f.lines is not None}
    return {name: text for name, text in texts.items() if text is not None}


def source_text(application: Application, source: str) -> str | None:
    """A value by its dotted place, as papers write it: 男, 1950-01, 2010-12-03."""
    thing, _, name = source.partition(".")
    member = application.member
    if source == "member.sex":
        return SEXES[member.sex] if member.sex else None
    if source == "member.birth_ym":
        return member.birth_on.strftime("%Y-%m") if member.birth_on else None
    owner = {"member": member, "household": member.household, "application": application}[thing]
    value = getattr(owner, name, None) if owner is not None else None
    if value is None:
        return None
    return value.isoformat() if isinstance(value, date) else str(value).strip() or None


def lines_text(application: Application, source: str) -> str | None:
    """The rows of one part of the worksheet in one text; 无 where the sheet has others only."""
    household = application.member.household
    items = household.items if household else []
    rows = [item for item in items if item.kind == ItemKind(source.partition(".")[2])]
    if not rows:
        return NOTHING if items else None
    return "；".join(
        f"{item.who or ''}{item.label} {yuan(item.fen_per_year)}元/年" for item in rows
    )


def forget_typed(application: Application) -> None:
    """Drop what was typed and could not be stored: the page it was typed on is done with."""
    application.form.pop(TYPED, None)


def kinds(policy: Policy) -> dict[str, Label]:
    """Every paper that the policy knows by name: its evidence, the proof of an heir, the sealed form
    from which somebody enters for the branch."""
    heir, behalf = policy.procedure.payment.heir, policy.procedure.on_behalf
    found = {rule.id: rule.label for rule in policy.evidence} | dict(heir.evidence if heir else {})
    return found | ({behalf.scan: behalf.scan_label} if behalf else {})


def later_papers(policy: Policy) -> dict[str, Label]:
    """Papers that come up after the form: what was signed in a circulation, the proof of an heir's
    other account. Nobody is asked to see their originals with the form."""
    heir, emergency = policy.procedure.payment.heir, policy.procedure.emergency
    round_ = emergency.circulation if emergency else None
    found: dict[str, Label] = {}
    if round_ and round_.paper and round_.paper_label:
        found[round_.paper] = round_.paper_label
    if heir and heir.account_proof and heir.account_label:
        found[heir.account_proof] = heir.account_label
    return found


def evidence_attached(session: Session, application: Application) -> list[str]:
    """Kinds of the scans that lie with the application."""
    found = select(Attachment.kind).where(Attachment.application_id == application.id)
    return list(session.scalars(found.distinct().order_by(Attachment.kind)))


def evidence_there(session: Session, application: Application) -> list[str]:
    """The same, with every evidence that one of them serves as (a death certificate, say)."""
    attached = evidence_attached(session, application)
    policy, _road = policy_and_road(application)
    served = [r.id for r in policy.evidence if not set(r.served_by).isdisjoint(attached)]
    return sorted({*attached, *served})


def evidence_due(policy: Policy, road: Road, stage: Stage, evidence: Collection[str]) -> list[str]:
    """Which of the demanded papers must be there when the form leaves `stage`.

    The form itself is not its own evidence, and a paper that a later stage supplies is not asked yet.
    """
    due = []
    for code in evidence:
        rule = policy.rules[code]
        later = rule.asked is not None and road.has(rule.asked)
        if later and road.position(str(rule.asked)) > road.position(stage.id):
            continue
        if code not in policy.procedure.forms:
            due.append(code)
    return due


def form_data(
    session: Session, application: Application, stage: Stage, record: Mapping[str, object]
) -> dict[str, object]:
    """The form as `engine.check_form` takes it when it leaves `stage` with `record`.

    `record` (as `engine.records.plain` gives it) stands on top of what was recorded before.
    Evidence is left to the caller, who knows what the rules demand.
    """
    policy, road = policy_and_road(application)
    form = policy.procedure.forms[road.form]
    hand_over = form.hand_overs[stage.form_check or ""]
    records = recorded(session, application) | {stage.id: dict(record)}
    data: dict[str, object] = {"form_no": form.id, "stage": hand_over.id}
    data |= field_values(application, form)
    data["evidence_attached"] = evidence_there(session, application)
    for each in road.stages:
        known = records.get(each.id, {})
        data |= {name: known[name] for name in RECORDED if known.get(name) is not None}
        if each.level in hand_over.seals and "sealed" in known:
            data[f"{each.level}_seal"] = known["sealed"] is True
        fen = known.get("amount")
        if each.amount is not None and each.level in hand_over.amounts and isinstance(fen, int):
            data[f"{each.level}_amount"] = yuan(fen)
    return data


def form_faults(
    session: Session,
    application: Application,
    stage: Stage,
    record: Mapping[str, object],
    evidence: Collection[str],
) -> list[Fault]:
    """Everything that is wrong with the paper when it leaves `stage`, all at once (clause 4.1.4).

    `evidence` are the codes that the rules demand.
    """
    if stage.form_check is None:
        return []
    policy, road = policy_and_road(application)
    data = form_data(session, application, stage, record)
    data["evidence_required"] = evidence_due(policy, road, stage, evidence)
    titles = {rule.id: rule.label for rule in policy.evidence}
    try:
        return forms.form_faults(policy, data, titles)
    except Refused as refused:
        return list(refused.faults)
