"""One application as papers show it: member, form, records, opinions, findings, money.

Nothing is worked out before a paper asks for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import emergency, history, papers, receipts
from casework import facts as case_facts
from casework.assessments import OUTCOMES
from casework.editions import policy_of
from casework.printing import findings, persons
from casework.printing.values import Lazy, Value, mark, money, number, on, recorded, text, words
from engine import Policy
from engine.faults import Refused
from engine.notices import posted_reason
from engine.procedure import Form, RecordField, Road, Stage, StageKind
from engine.source import parse_date
from engine.words import chinese_month, masked_account, masked_id, masked_phone
from models.applications import Application
from models.ledger import Grant, GrantState, Payment, PaymentState
from models.notices import Notice, NoticeLine
from models.orgs import OrgKind
from models.screenings import ScreeningLine, ScreeningResult

DECIDING = (StageKind.APPROVE, StageKind.MEET)
MASKS = {
    "member.id_number": masked_id,
    "member.phone": masked_phone,
    "member.bank_account": masked_account,
}
HEADS = ("document_number", "minutes_number", "attendees", "result", "reason", "amount")
ROW_BREAK = "；"


@dataclass
class Case:
    """One application with everything a paper may ask of it; `in_full`: numbers stand whole."""

    session: Session
    application: Application
    in_full: bool
    order: int = 1
    _texts: dict[str, Value] = field(default_factory=dict)

    @cached_property
    def policy(self) -> Policy:
        return policy_of(self.application.edition)

    @cached_property
    def road(self) -> Road:
        return self.policy.procedure.road(self.application.road)

    @cached_property
    def records(self) -> dict[str, dict[str, object]]:
        return history.recorded(self.session, self.application)

    @cached_property
    def found(self) -> findings.Found | None:
        return findings.found(self.session, self.application, self.policy)

    def stage_of(self, *kinds: StageKind) -> Stage | None:
        return next((one for one in self.road.stages if one.kind in kinds), None)

    def context(self) -> Lazy:
        """Every name of `engine.papers.shapes.case_shape`."""
        own = self.application
        member = own.member
        stage = self.road.stage(own.stage) if self.road.has(own.stage) else None
        return Lazy(
            order=str(self.order),
            number=own.number,
            kind=self.road.label.zh,
            aid_year=str(own.aid_year),
            applied_on=on(own.applied_on),
            stage=stage.label.zh if stage else own.stage,
            outcome=self._outcome,
            category=text(own.category),
            reason=self._reason,
            emergency=mark(own.emergency),
            unit=text(own.org.name),
            unit_kind=lambda: (
                self.policy.procedure.notice.place_kinds[(own.org.kind or OrgKind.UNIT).value].zh
            ),
            committee=lambda: persons.committee_of(own.org),
            proposed=money(own.proposed_fen),
            suggested=money(own.suggested_fen),
            approved=money(own.approved_fen),
            approved_words=words(own.approved_fen),
            payee=text(own.payee_name or member.name),
            payee_kinship=text(own.payee_kinship),
            member=lambda: persons.person(member, self.policy, in_full=self.in_full),
            household=lambda: persons.household(member.household, in_full=self.in_full),
            form=self._form,
            label=self._labels,
            box=self._boxes,
            heading=lambda: self._own_form.heading,
            title=lambda: self._own_form.label.zh,
            footnote=lambda: self._own_form.footnote,
            record=lambda: {s.id: self._record(s) for s in self.policy.procedure.stages.values()},
            emergency_record=self._emergency,
            opinion=self._opinions,
            decision=self._decision,
            notice=self._notice,
            screening=self._screening,
            grounds=lambda: findings.rows(self.found, "grounds"),
            exclusions=lambda: findings.rows(self.found, "exclusions"),
            denials=lambda: findings.rows(self.found, "denials"),
            escalations=lambda: findings.rows(self.found, "escalations"),
            benefits=lambda: findings.benefits(self.found),
            evidence=lambda: findings.evidence(self.session, own, self.found),
            facts=lambda: findings.known_facts(self.found),
            missing=lambda: findings.missing(self.found),
            payments=self._payments,
            earlier=self._earlier,
        )

    def _outcome(self) -> str:
        own = self.application.outcome
        return OUTCOMES[own].zh if own else ""

    def _reason(self) -> str:
        """The reason that would be posted: never a diagnosis."""
        try:
            known = case_facts.gather(self.session, self.application, self.policy)
        except Refused:
            return ""
        return posted_reason(self.policy, known).label.zh

    @property
    def _own_form(self) -> Form:
        return self.policy.procedure.form_of(self.road.id)

    def _form(self) -> Mapping[str, Value]:
        """Each field of the road's form; several rows of a worksheet under each other."""
        form = self._own_form
        return {
            name: self._field(form, name, value)
            for name, value in papers.field_values(self.application, form).items()
        }

    def _labels(self) -> Mapping[str, Value]:
        """What each field of the road's form is called."""
        return {one.id: one.label.zh for one in self._own_form.fields}

    def _boxes(self) -> Mapping[str, Value]:
        """What the box for the opinion of each level is called."""
        return {one.level: one.label.zh for one in self._own_form.boxes}

    def _field(self, form: Form, name: str, value: str | None) -> str:
        if not value:
            return ""
        source = next((f.source for f in form.fields if f.id == name), None)
        if source in MASKS:
            return value if self.in_full else MASKS[source](value)
        if source is None:
            return "\n".join(part for part in text(value).split(ROW_BREAK) if part)
        if day := parse_date(value):
            return on(day)
        if source == "member.birth_ym" and (first := parse_date(f"{value}-01")):
            return chinese_month(first)
        return text(value)

    def _record(self, stage: Stage) -> Mapping[str, Value]:
        return recorded(stage.records, self.records.get(stage.id, {}))

    def _emergency(self) -> Mapping[str, Value]:
        rules = self.policy.procedure.emergency
        events = history.events_of(self.session, self.application)
        said = [
            e.data["record"] for e in events if e.verb == emergency.VERB and e.data.get("record")
        ]
        return recorded(rules.records, said[-1]) if rules and said else {}

    def _opinions(self) -> Mapping[str, Value]:
        """By level: opinion, amount and day that the stages with a seal or an amount recorded."""
        found: dict[str, Value] = {}
        for stage in self.road.stages:
            record = self.records.get(stage.id)
            if record and (stage.amount is not None or stage.form_check is not None):
                fen = _fen(record.get("amount"))
                found[stage.level] = {
                    "text": text(record.get("opinion")),
                    "amount": money(fen),
                    "words": words(fen),
                    "on": on(_last_day(record)),
                }
        return found

    def _decision(self) -> Mapping[str, Value]:
        """The record of the deciding stage, whatever that stage is called."""
        stage = self.stage_of(*DECIDING)
        record = self.records.get(stage.id, {}) if stage else {}
        if stage is None or not record:
            return {"agreed": mark(self.application.approved_fen)}
        known = self._record(stage)
        fen = _fen(record.get("amount"))
        return {
            **{name: known.get(name, "") for name in HEADS},
            "on": on(_first_day(stage.records, record)),
            "words": words(fen),
            "agreed": mark(self.application.approved_fen),
            "departs": mark(record.get("departs")),
            "priority": mark(record.get("priority")),
        }

    def _notice(self) -> Mapping[str, Value]:
        query = (
            select(Notice)
            .join(NoticeLine, NoticeLine.notice_id == Notice.id)
            .where(NoticeLine.application_id == self.application.id)
            .order_by(Notice.id.desc())
            .limit(1)
        )
        posted = self.session.scalars(query).one_or_none()
        if posted is None:
            return {}
        stage = self.stage_of(StageKind.POST)
        record = self._record(stage) if stage else {}
        return {
            **{name: record.get(name, "") for name in ("place", "spot", "poster", "outcome")},
            "number": posted.number,
            "posted_on": on(posted.posted_on),
            "ends_on": on(posted.ends_on),
            "removed_on": on(posted.removed_on),
            "days": str((posted.ends_on - posted.posted_on).days + 1),
        }

    def _screening(self) -> Mapping[str, Value]:
        query = (
            select(ScreeningLine)
            .where(ScreeningLine.application_id == self.application.id)
            .order_by(ScreeningLine.id.desc())
            .limit(1)
        )
        line = self.session.scalars(query).one_or_none()
        if line is None:
            return {}
        stage = self.stage_of(StageKind.SCREEN)
        record = self._record(stage) if stage else {}
        return {
            "entered_on": on(line.list.entered_on),
            "screened_on": on(line.at),
            "list_number": record.get("list_number", ""),
            "result": self.screening_result(line),
            "reason": text(line.reason),
            "passed": mark(line.result == ScreeningResult.PASS),
            "failed": mark(line.result == ScreeningResult.FAIL),
        }

    def screening_result(self, line: ScreeningLine) -> str:
        """The result of a line in the policy's words; blank while it waits."""
        stage = self.stage_of(StageKind.SCREEN)
        asked = stage.record("result") if stage else None
        known = (asked.choices if asked else None) or {}
        return known[str(line.result)].zh if line.result and str(line.result) in known else ""

    def _payments(self) -> list[Mapping[str, Value]]:
        grant = self.application.grant
        return [self.payment(one, n) for n, one in enumerate(grant.payments if grant else (), 1)]

    def payment(self, one: Payment, order: int = 1) -> Mapping[str, Value]:
        """A payment with its receipt."""
        signed = receipts.of(self.session, one)
        stage = self.stage_of(StageKind.PAY)
        way = self.policy.procedure.way_of_paying(str(one.method))
        receipt_stage = self.stage_of(StageKind.RECEIPT) or stage
        signs = receipt_stage.record("sign") if receipt_stage else None
        choices = (signs.choices if signs else None) or {}
        return {
            "order": str(order),
            "amount": money(one.fen),
            "words": words(one.fen),
            "method": way.zh if way else "",
            "payee": text(one.payee_name),
            "kinship": text(one.payee_kinship),
            "account": number(one.account, "account", self.in_full),
            "source": text(one.source.zh),
            "paid_on": on(one.paid_on),
            "received_on": on(signed.received_on) if signed else "",
            "receiver": text(signed.receiver) if signed else "",
            "receiver_kinship": text(signed.kinship) if signed else "",
            "sign": choices[str(signed.sign)].zh if signed and str(signed.sign) in choices else "",
            "witness": text(signed.witness if signed else one.witness),
            "instalment": str(one.instalment),
            "returned": mark(one.state in (PaymentState.RETURNED, PaymentState.REVERSED)),
        }

    def _earlier(self) -> list[Mapping[str, Value]]:
        """Other grants of the member that count, oldest first."""
        query = (
            select(Grant)
            .where(
                Grant.member_id == self.application.member_id,
                Grant.application_id != self.application.id,
                Grant.state == GrantState.ACTIVE,
            )
            .order_by(Grant.aid_year, Grant.id)
        )
        return [
            {
                "year": str(grant.aid_year),
                "kind": _road_of(grant.application),
                "amount": money(grant.fen),
                "words": words(grant.fen),
            }
            for grant in self.session.scalars(query)
        ]


def _road_of(application: Application) -> str:
    road = policy_of(application.edition).procedure.roads.get(application.road)
    return road.label.zh if road else application.road


def _fen(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _last_day(record: Mapping[str, object]) -> date | None:
    """The latest date of a record: the seal's, or that of the meeting."""
    days = [d for value in record.values() if isinstance(value, str) and (d := parse_date(value))]
    return max(days, default=None)


def _first_day(fields: tuple[RecordField, ...], record: Mapping[str, object]) -> date | None:
    """The date that stands first among the fields of a stage."""
    for one in fields:
        if one.type == "date" and record.get(one.id):
            return parse_date(str(record[one.id]))
    return None
