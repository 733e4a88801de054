"""One step of one application being taken: what was read, what is wrong with it, how it is written.

Judges and writes for `casework.steps` and `casework.confirmations`, which say who may come here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import (
    approvals,
    assessments,
    behalf,
    decisions,
    departures,
    duties,
    emergency,
    endings,
    entries,
    facts,
    grants,
    moves,
    originals,
    paper_checks,
    papers,
    reply_numbers,
    results,
    step_dates,
)
from casework.assessments import Checked
from casework.clock import day_of
from casework.money import yuan
from casework.people import Actor
from casework.permissions import record_permissions, step_permission
from casework.scope import may_as
from engine import Policy, records
from engine.faults import Fault, Refused
from engine.procedure import Road, Stage, StageKind
from engine.records import Value
from models.applications import Application, ApprovalResult, Outcome
from models.ledger import Grant, GrantState
from models.results import RecordedResult

RECORD = "record_result"
"""The verb of a result that waits for a second person."""
_AMOUNTS = {"proposed": "proposed_fen", "suggested": "suggested_fen", "approved": "approved_fen"}


class Step:
    """One step being taken: what was read, what is wrong with it, and how it is written."""

    def __init__(
        self,
        session: Session,
        application: Application,
        road: Road,
        stage: Stage,
        by: Actor,
        at: datetime,
        *,
        confirms: RecordedResult | None = None,
    ) -> None:
        self.session, self.application = session, application
        self.confirms = confirms
        self.road, self.stage = road, stage
        self.by, self.at = by, at
        self.found: list[Fault] = []
        self.values: dict[str, Value] | None = None
        self.checked: Checked | None = None
        self.fen: int | None = None

    @property
    def _policy(self) -> Policy:
        return moves.policy_and_road(self.application)[0]

    @property
    def asks_rules(self) -> bool:
        """Whether the rules are asked at this stage, and their answer kept."""
        stage = self.stage
        return bool(
            stage.kind is StageKind.APPLY or stage.form_check or stage.amount or stage.assess
        )

    @property
    def decides(self) -> bool:
        """Whether aid is granted here: the rules must then have settled it."""
        return self.stage.amount == "approved"

    @property
    def refuses(self) -> bool:
        """Whether what was read refuses the application."""
        if self.values is None:
            return False
        return not records.passes(self.stage, {**self.dated, **self.values})

    @cached_property
    def dated(self) -> Mapping[str, object]:
        """The dated values of the policy that conditions on this record name."""
        known = self.checked.raw if self.checked else None
        return facts.dated(self.session, self.application, self.stage, known=known)

    def take(self, values: dict[str, Value]) -> None:
        """Judge a record that was read before, as it is confirmed; raises with every fault."""
        if self.asks_rules:
            self.checked = self._ask(None)
        self.values = values
        self.check()

    def check(self) -> None:
        """Judge what was read, whether it passes or refuses; raises with every fault."""
        if self.refuses:
            self.judge_refusal()
        else:
            self.judge()
        if self.confirms is None and self.values is not None:
            self.found += reply_numbers.faults(
                self.session, self.application, self.stage, self.values
            )
        self.stop()

    def finish(self) -> None:
        """Write what was judged, or only keep it where a second person has to confirm it first."""
        with self.session.begin_nested():  # a grant refused at the last moment takes all with it
            if self.stage.confirmed_by and self.confirms is None:
                self.keep()
            elif self.refuses:
                self.refuse()
            else:
                self.write()

    def stop(self) -> None:
        """Raise everything found so far."""
        if self.found:
            raise Refused(self.found)

    def read(self, record: Mapping[str, object]) -> None:
        """Ask the rules, then read the record; an amount that the rules fix need not be typed."""
        if self.asks_rules:
            self.checked = self._ask(None)
        given = dict(record)
        if self.stage.amount and self._declines(given):
            given.pop("amount", None)  # a page offers it in each row; a refusal has none
        fixed = self.checked.fixed_fen if self.checked else None
        asked = {field.id for field in self.stage.records_for(self.road.id)}
        blank = "amount" in asked and given.get("amount") in (None, "")
        if self.stage.amount and blank and fixed is not None and not self._declines(given):
            given["amount"] = yuan(fixed)
        try:
            self.values = records.read_record(
                self.stage, given, day_of(self.at), road=self.road.id, known=self.dated
            )
        except Refused as refused:
            self.found += refused.faults
            if self.checked is not None and not self._declines(given):
                self._judge_rest(self.checked, given)
        self.found += self._misdated(self.values or self._readable(given))

    def _misdated(self, values: Mapping[str, Value]) -> list[Fault]:
        fields = self.stage.records_for(self.road.id)
        return step_dates.faults(self.session, self.application, self.stage, fields, values)

    def _judge_rest(self, checked: Checked, given: Mapping[str, object]) -> None:
        """A record that cannot be read whole still tells what else is wrong: amount, outcome, paper,
        so that nobody is sent back twice for faults that were there the first time (4.1.4)."""
        said = {fault.where for fault in self.found}
        if "sealed" in said:
            said.add(f"{self.stage.level}_seal")
        if "amount" in said:
            said.add(f"{self.stage.level}_amount")
        before, self.found = self.found, []
        self._judge(checked, self._readable(given))
        self.found = before + [fault for fault in self.found if fault.where not in said]

    def _readable(self, given: Mapping[str, object]) -> dict[str, Value]:
        """Those fields of the record that can be read on their own."""
        asked = self.stage.records_for(self.road.id)
        return records.readable(asked, given, day_of(self.at))

    def _declines(self, given: Mapping[str, object]) -> bool:
        """Whether what is being recorded refuses the application, so that no amount belongs to it.

        Asked of the record as typed: a choice reads the same before and after it is checked.
        """
        passes = self.stage.passes
        choices = {f.id: given.get(f.id) for f in self.stage.records if f.type == "choice"}
        return passes is not None and passes.truth({**self.dated, **choices}) is False

    def judge_refusal(self) -> None:
        """A refusal does not depart from rules that refuse as well, nor comes after the money."""
        if self.decides and grants.has_moved(self.session, self.application):
            self.found.append(Fault("grant_money_moved", {}))
        refused = self.checked is not None and self.checked.outcome is Outcome.INELIGIBLE
        if refused and departures.claimed(self.values or {}):
            self.found.append(Fault("departure_needless", {}, departures.FIELD))

    def judge(self) -> None:
        """Everything that stands against passing: paper, unknown facts, outcome, amount."""
        if self.checked is not None and self.values is not None:
            self._judge(self.checked, self.values)

    def _judge(self, checked: Checked, values: Mapping[str, Value]) -> None:
        if self.stage.amount:
            self._judge_amount(checked, values)
            self._judge_tier()
        checked = self.checked or checked
        plain = records.plain(values)
        self.found += papers.form_faults(
            self.session, self.application, self.stage, plain, checked.evidence
        )
        if entries.at_entry(self.road, self.stage):
            self.found += facts.sheet_faults(
                self.session, self.application, self._policy, self.application.facts
            )
        self._judge_paper(checked, values)
        if self.stage.form_check and not self.decides:
            self.found += assessments.missing_faults(
                self.session, self.application, checked, self._later()
            )
        if self.decides:
            self._judge_decision(checked, values)

    def _judge_paper(self, checked: Checked, values: Mapping[str, Value]) -> None:
        """An entry on behalf has its scan and was compared with it; originals were seen."""
        found = behalf.scan_faults(
            self.session, self.application, self.stage, self.by, self._permission
        )
        found += paper_checks.open_faults(self.session, self.application, self.stage)
        found += originals.record_faults(
            self.session, self.application, self.stage, values, checked.evidence
        )
        self.found += found

    @property
    def _permission(self) -> str:
        return step_permission(self.stage.kind.value)

    def keep(self) -> None:
        """Only write down what a second person has to confirm: no approval, no grant, no move."""
        plain = dict(records.plain(self.values or {}))
        data: dict[str, object] = {"stage": self.stage.id, "waiting": plain, "fen": self.fen}
        if self.checked is not None:
            decision = assessments.record_decision(
                self.session,
                self.application,
                self.checked,
                decisions.RECORDED,
                by=self.by,
                at=self.at,
            )
            data["decision"] = decision.id
        self._take_number()
        results.keep(
            self.session, self.application, self.stage.id, plain, self.fen, self.by, self.at
        )
        papers.forget_typed(self.application)
        moves.move(self.session, self.application, verb=RECORD, by=self.by, at=self.at, data=data)

    def _take_number(self) -> None:
        """The number of the reply that was recorded here is given from now on."""
        reply_numbers.take(
            self.session, self.application, self.stage, self.values or {}, self.by, self.at
        )

    def refuse(self) -> None:
        """Write a refusal, for the reason in the record."""
        values = self.values or {}
        papers.forget_typed(self.application)
        endings.refuse_here(
            self.session,
            self.application,
            self.road,
            self.stage,
            values,
            records.refusal_reason(self.stage, values) or "",
            by=self.by,
            at=self.at,
            confirms=self.confirms,
        )

    def write(self) -> None:
        """Approval, duty, amount, Decision, grant, state and event, in this order."""
        values = self.values or {}
        plain: dict[str, object] = dict(records.plain(values))
        data: dict[str, object] = {"stage": self.stage.id, "record": plain}
        if self._enters() and behalf.note(
            self.session, self.application, self.by, self.at, self._permission
        ):
            data["on_behalf"] = True
        data["round"] = approvals.write(
            self.session,
            self.application,
            self.road,
            self.stage,
            values,
            ApprovalResult.AGREED,
            by=self.by,
            at=self.at,
            fen=self.fen,
            confirms=self.confirms,
        )
        if self.stage.amount:
            setattr(self.application, _AMOUNTS[self.stage.amount], self.fen)
            data["fen"] = self.fen
        if self.checked is not None:
            purpose = decisions.purpose_of(self.stage)
            decision = assessments.record_decision(
                self.session, self.application, self.checked, purpose, by=self.by, at=self.at
            )
            data["decision"] = decision.id
        if self.confirms is None:
            self._take_number()
        if self.decides and self.fen is not None:
            priority = values.get("priority") is True
            grants.create(self.session, self.application, self.fen, priority, self.by, self.at)
        duty = moves.duty_at(self.road, self.stage, confirming=self.confirms is not None)
        duties.take(self.session, self.application, self.by, duty)
        self.application.returned_to = None
        papers.forget_typed(self.application)
        moves.to_next(
            self.session,
            self.application,
            verb="complete",
            by=self.by,
            at=self.at,
            data=data,
            skip=emergency.done_early(self.session, self.application),
        )

    def _enters(self) -> bool:
        """Whether what is written here is part of the entry."""
        return entries.at_entry(self.road, self.stage)

    def _ask(self, amount: int | None) -> Checked | None:
        try:
            return assessments.assess_now(self.session, self.application, amount=amount)
        except Refused as refused:
            self.found += refused.faults
            return None

    def _judge_amount(self, checked: Checked, values: Mapping[str, Value]) -> None:
        """Read the amount and hold it against the rules, as far as they are settled here: a fact
        that this very stage leaves open is a fault of its own and hides no wrong amount."""
        typed = values.get("amount")
        later = self._later() | {self.stage.id}
        hopes = assessments.prospects(self.application, checked, later)
        fixed = hopes[0].fixed_fen if hopes and len({h.fixed_fen for h in hopes}) == 1 else None
        self.fen = typed if isinstance(typed, int) else fixed
        if self.fen is None or not hopes:
            return
        again = self._ask(self.fen)
        if again is None:
            return
        self.checked = again
        tried = [
            assessments.amount_faults(hope, self.fen)
            for hope in assessments.prospects(self.application, again, later)
        ]
        if tried and all(tried):
            self.found += tried[0]

    def _judge_tier(self) -> None:
        """Some amounts are not for every role that may act at the stage. Who confirms only says
        that this is what was decided."""
        if self.confirms is not None:
            return
        roles = self.stage.actors(self.fen)
        asked = record_permissions(self.stage.kind.value, confirmed=bool(self.stage.confirmed_by))
        path = moves.org_path(self.application)
        if self.fen is not None and not may_as(self.by, asked, roles, path):
            self.found.append(Fault("amount_not_yours", {"yuan": yuan(self.fen)}, "amount"))

    def _judge_outcome(self, checked: Checked, departs: bool) -> None:
        """Fail closed: the outcome must be unchanged since somebody last took a step on it, or since
        the result was recorded that is confirmed here; and settled or departed from."""
        confirming = self.confirms is not None
        since = decisions.acted_on(self.session, self.application, confirming=confirming)
        self.found += assessments.changed_faults(self.application, checked, since)
        if not (departs and checked.outcome is Outcome.INELIGIBLE):
            self.found += assessments.settled_faults(self.session, self.application, checked)

    def _judge_decision(self, checked: Checked, values: Mapping[str, Value]) -> None:
        """What a decision needs besides its record: outcome, amount, true priority."""
        departs = departures.claimed(values)
        self._judge_outcome(checked, departs)
        if departs:
            self.found += departures.decision_faults(
                self.session, self.application, self.stage, checked, values
            )
        if (departs or checked.outcome in assessments.SETTLED) and self.fen is None:
            self.found.append(Fault("amount_needed", {}, "amount"))
        if values.get("priority") is True and not _other_grant(self.session, self.application):
            self.found.append(Fault("priority_needless", {}, "priority"))
        if self.fen is not None:
            priority = values.get("priority") is True
            self.found += grants.moved_faults(self.session, self.application, self.fen, priority)
        if self.fen is not None and values.get("priority") is not True:
            self.found += grants.taken_faults(self.session, self.application)

    def _later(self) -> frozenset[str]:
        """Stages still to come: what they supply need not be known yet."""
        here = self.road.position(self.stage.id)
        return frozenset(stage.id for stage in self.road.stages[here + 1 :])


def _other_grant(session: Session, application: Application) -> bool:
    """Whether the member has another grant that stands in this aid year."""
    query = select(Grant.id).where(
        Grant.member_id == application.member_id,
        Grant.aid_year == application.aid_year,
        Grant.application_id != application.id,
        Grant.state == GrantState.ACTIVE,
    )
    return session.scalars(query.limit(1)).one_or_none() is not None
