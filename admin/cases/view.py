"""What the page of one application shows, computed from the records and the edition."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.cases import status
from admin.cases.actions import Step
from admin.cases.shapes import (
    Behalf,
    Earlier,
    FactSection,
    File,
    Item,
    Paid,
    Replaced,
    Secret,
    ShownStep,
)
from admin.cases.words import UNKNOWN_MARKS, fact_words, listed
from admin.forms import facts as fact_forms
from admin.forms.records import Line
from admin.forms.worksheet import KINDS
from admin.text import fault_text, mask, policy_label, zhdate
from casework import (
    behalf,
    clearance,
    deaths,
    facts,
    originals,
    paper_checks,
    papers,
    people,
    worksheets,
)
from casework import history as records
from casework.editions import policy_of
from casework.people import Actor
from casework.permissions import Permission
from casework.scope import may
from engine import Policy
from engine.procedure import Road, Stage
from models.applications import Application
from models.attachments import Attachment
from models.ledger import Payment, PaymentState

# what the step itself records: no fault of the form as it lies there
WRITTEN_AT_THE_STEP = frozenset(
    {
        "seal_missing",
        "amount_missing",
        "signature_missing",
        "copies_insufficient",
        "proxy_reason_missing",
    }
)
PAYMENT_COLOURS = {
    PaymentState.PREPARED: "blue",
    PaymentState.PAID: "green",
    PaymentState.RETURNED: "orange",
    PaymentState.REVERSED: "secondary",
}


def fact_sections(policy: Policy, raw: Mapping[str, Any]) -> list[FactSection]:
    """Every fact with its value in words, those that do not matter left out."""
    everything = list(policy.facts.values())
    hidden = fact_forms.unseen(policy, everything, raw)
    names = dict.fromkeys([*policy.sections, *(fact.section or "" for fact in everything)])
    found = []
    for name in names:
        rows = tuple(
            (
                policy_label(fact.label),
                fact_words(fact, raw.get(fact.name)),
                raw.get(fact.name) not in UNKNOWN_MARKS,
            )
            for fact in everything
            if (fact.section or "") == name and fact.name not in hidden
        )
        label = policy.sections.get(name)
        if rows:
            found.append(FactSection(policy_label(label) if label else _("Further facts"), rows))
    return found


def death(session: Session, application: Application) -> list[tuple[str, str]]:
    """What the file or the case itself says of the member's death; nothing while he lives."""
    known = deaths.known(session, application)
    if application.member.died_on is not None:
        return [(_("Died on"), zhdate(application.member.died_on))]
    if known.died:
        return [(_("Deceased"), listed(policy_label(sign) for sign in known.signs))]
    return []


def person(
    session: Session, application: Application, policy: Policy, way: Road | None
) -> list[tuple[str, str]]:
    """Who applies, without the numbers that are masked; named as the policy's form names them."""
    member = application.member
    household = member.household
    form = policy.procedure.form_of(way.id) if way else None
    named = {f.source: policy_label(f.label) for f in (form.fields if form else ()) if f.source}
    rows = [
        (named.get("member.name", _("Name")), member.name),
        (
            named.get("member.sex", _("Sex")),
            {"male": _("Male"), "female": _("Female")}.get(member.sex or "", ""),
        ),
        (_("Born"), zhdate(member.birth_on)),
        (named.get("member.joined_on", _("{word.Joined_on}")), zhdate(member.joined_on)),
        (_("{word.Branch}"), application.org.name),
        (named.get("member.address", _("Home address")), member.address or ""),
        (
            named.get("household.size", _("People in the household")),
            str(household.size or "") if household else "",
        ),
    ]
    rows += death(session, application)
    if application.payee_name:
        kin = f" ({application.payee_kinship})" if application.payee_kinship else ""
        rows.append((_("Payee"), f"{application.payee_name}{kin}"))
    return rows


def replaced(
    session: Session, application: Application, policy: Policy, raw: Mapping[str, Any]
) -> list[Replaced]:
    """Figures that were typed and that the worksheet has replaced since: typed, as the worksheet
    has it, and whether that counts already or waits for a second person."""
    found = []
    for fault in facts.sheet_faults(session, application, policy, application.facts):
        name = (fault.where or "").removeprefix("facts.")
        fact = policy.facts[name]
        typed, sheet = (fact_words(fact, fault.params[which]) for which in ("typed", "sheet"))
        counts = raw.get(name) not in UNKNOWN_MARKS
        found.append(Replaced(policy_label(fact.label), typed, sheet, counts))
    return found


def secrets(application: Application, by: Actor, reveal: Callable[[str], str]) -> list[Secret]:
    """Identity, phone and account number, masked; a reveal is offered to those who may."""
    member = application.member
    allowed = may(by, Permission.Member.REVEAL, member.org.path)
    numbers = (
        ("id_number", "id_number", _("Identity number"), member.id_number),
        ("phone", "phone", _("Phone"), member.phone),
        ("bank_account", "account", _("Bank account"), member.bank_account),
    )
    return [
        Secret(label, mask(value, kind), reveal(name) if allowed and value else "")
        for name, kind, label, value in numbers
    ]


def items(
    session: Session, application: Application, by: Actor, verify: Callable[[int], str]
) -> list[Item]:
    """The rows of the worksheet; who may verify gets the address to do it."""
    member = application.member
    rows = member.household.items if member.household else []
    allowed = may(by, Permission.Member.VERIFY_HOUSEHOLD, member.org.path)
    ids = [number for item in rows for number in (item.entered_by_id, item.verified_by_id)]
    called = people.names(session, ids)
    stops = {
        item.id: worksheets.second_person_faults(item, by)
        for item in rows
        if allowed and not item.verified
    }
    return [
        Item(
            id=item.id,
            kind=str(KINDS[item.kind]),
            label=item.label,
            who=item.who or "",
            fen=item.fen_per_year,
            verified=item.verified,
            proof=item.proof or "",
            verify_url=verify(item.id) if item.id in stops and not stops[item.id] else "",
            entered_by=called.get(item.entered_by_id or 0, ""),
            verified_by=called.get(item.verified_by_id or 0, ""),
            why_not=" ".join(fault_text(fault) for fault in stops.get(item.id, ())),
        )
        for item in rows
    ]


def attachments(
    session: Session,
    application: Application,
    labels: Mapping[str, str],
    by: Actor,
    see: Callable[[int], str],
) -> list[File]:
    """The scans, newest first, each with who saw its original; who may say so gets the address."""
    seen = originals.checks(session, application)
    rules = originals.rules_of(application)
    asked = papers.kinds(policy_of(application.edition))
    may_see = rules is not None and not originals.faults(session, application, by)
    found = []
    for row in sorted(application.attachments, key=lambda row: row.id, reverse=True):
        check = seen.get(row.id)
        file = File(
            row.id, row.filename, labels.get(row.kind, row.kind), size_label(row.size), row.at
        )
        if check is not None:
            file = replace(file, seen_by=check.by.display_name, seen_at=check.at)
        elif may_see and row.kind in asked:
            file = replace(file, see_url=see(row.id))
        found.append(file)
    return found


def on_behalf(session: Session, application: Application, url: str) -> Behalf | None:
    """Who entered it for the branch, and how far the comparison with the paper is."""
    rules = behalf.rules_of(application)
    entered = behalf.entered(session, application)
    if rules is None or not entered:
        return None
    states = paper_checks.compared(session, application)
    return Behalf(
        policy_label(rules.label),
        tuple((one.by.display_name, one.at) for one in entered),
        url,
        sum(not one.stands for one in states),
        tuple(_differing(states)),
    )


def differences_from_paper(session: Session, application: Application) -> str:
    """What to put into the reason of a return: each item that differs from the paper."""
    if not behalf.entered(session, application):
        return ""
    found = _differing(paper_checks.compared(session, application))
    return _("Differs from the paper: %(items)s", items=listed(found)) if found else ""


def _differing(states: Sequence[paper_checks.Compared]) -> list[str]:
    return [
        _("%(field)s: %(paper)s", field=policy_label(one.item.label), paper=one.said.comment)
        for one in states
        if one.stands and one.said is not None and not one.agrees
    ]


def copies_attached(rows: Sequence[Attachment]) -> dict[str, int]:
    """Paper copies by kind."""
    found: dict[str, int] = {}
    for row in rows:
        found[row.kind] = found.get(row.kind, 0) + row.copies
    return found


def size_label(size: int) -> str:
    """1536 → "2 KB"."""
    return f"{size / 1048576:.1f} MB" if size >= 1048576 else f"{max(1, round(size / 1024))} KB"


def amounts(application: Application, way: Road | None) -> list[tuple[str, int | None]]:
    """Proposed, suggested, approved: those that a stage of this road sets."""
    known = {
        "proposed": (_("Proposed amount"), application.proposed_fen),
        "suggested": (_("Suggested amount"), application.suggested_fen),
        "approved": (_("Approved amount"), application.approved_fen),
    }
    set_here = _amounts_of(way) if way else set(known)
    return [one for name, one in known.items() if name in set_here or one[1] is not None]


def _amounts_of(way: Road) -> set[str]:
    """Which amounts are written down on a road."""
    return {one.amount for one in way.stages if one.amount and asks_amount(one, way)}


def asks_amount(stage: Stage, way: Road) -> bool:
    """Whether a stage writes an amount down on this road."""
    return any(field.id == "amount" for field in stage.records_for(way.id))


def payments(application: Application) -> list[Paid]:
    """Payments of the grant with their receipts."""
    grant = application.grant
    policy = policy_of(application.edition)
    return [_paid(row, policy) for row in (grant.payments if grant else [])]


def _paid(row: Payment, policy: Policy) -> Paid:
    states = {
        PaymentState.PREPARED: _("On the roster"),
        PaymentState.PAID: _("Paid"),
        PaymentState.RETURNED: _("Came back"),
        PaymentState.REVERSED: _("Taken back"),
    }
    kin = f" ({row.payee_kinship})" if row.payee_kinship else ""
    receipt = ""
    if row.receipt is not None:
        receipt = _(
            "received on %(day)s by %(name)s",
            day=zhdate(row.receipt.received_on),
            name=row.receipt.receiver,
        )
    return Paid(
        fen=row.fen,
        method=policy_label(policy.procedure.way_of_paying(row.method.value)),
        payee=f"{row.payee_name}{kin}",
        state=states[row.state],
        colour=PAYMENT_COLOURS[row.state],
        source=policy_label(row.source),
        day=row.paid_on,
        receipt=receipt,
    )


def earlier(
    session: Session, application: Application, roads: Callable[[Application], Road | None]
) -> list[Earlier]:
    """Other applications of the same member, newest first."""
    rows = session.scalars(
        select(Application)
        .where(Application.member_id == application.member_id, Application.id != application.id)
        .order_by(Application.id.desc())
        .limit(10)
        .options(*status.LOADING)
    )
    found = []
    for row in rows:
        way = roads(row)
        found.append(
            Earlier(
                id=row.id,
                number=row.number,
                road=policy_label(way.label) if way else row.road,
                aid_year=row.aid_year,
                fen=row.approved_fen,
                status=status.word(row, way),
            )
        )
    return found


def form_faults(
    session: Session, application: Application, way: Road, evidence: Sequence[str]
) -> tuple[list[str], bool]:
    """What would still be wrong if the form went up from the next stage that checks it, and whether
    some of it is to be filled in in the register of members."""
    here = way.position(application.stage)
    stage = next((one for one in way.stages[here:] if one.form_check), None)
    if stage is None:
        return [], False
    recorded = records.recorded(session, application).get(stage.id, {})
    faults = papers.form_faults(session, application, stage, recorded, evidence)
    left = [fault for fault in faults if fault.code not in WRITTEN_AT_THE_STEP]
    form = policy_of(application.edition).procedure.form_of(way.id)
    on_file = {one.id for one in form.fields if (one.source or "").startswith("member.")}
    return [fault_text(fault) for fault in left], any(fault.where in on_file for fault in left)


def blocks(session: Session, application: Application, way: Road) -> list[str]:
    """What stands against paying, once the application has come that far."""
    kinds = [stage.kind.value for stage in way.stages[way.position(application.stage) :]]
    near = kinds and kinds[0] in ("transfer", "pay", "receipt")
    if not near and not application.emergency:
        return []
    return [fault_text(fault) for fault in clearance.faults(session, application)]


def shown_step(
    step: Step, *, url: str, version: int, lines: Sequence[Line], show: bool, follows: bool = False
) -> ShownStep:
    """An action with its form."""
    return ShownStep(
        key=step.key,
        button=policy_label(step.button),
        url=url,
        version=version,
        open=step.open,
        show=show,
        css=_css(step.key),
        hint=policy_label(step.hint) if step.hint else "",
        lines=lines,
        why=step.why,
        follows=follows,
    )


def _css(key: str) -> str:
    return {
        "complete": "btn-primary",
        "refuse": "btn-danger-soft",
        "cancel": "btn-danger-soft",
    }.get(key, "")
